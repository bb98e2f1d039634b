//! What a field needs to know: its name, its place, what it shows, and what to do with what the user enters.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Text that cannot be read as what the field holds, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unread {
    pub text: String,
    pub message: String,
    /// What the form calls the field.
    pub label: String,
}

/// How grave a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    Error,
    Warning,
    Hint,
}

impl Tone {
    /// The class of such a message.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Error => "note error",
            Tone::Warning => "note warning",
            Tone::Hint => "note hint",
        }
    }
}

/// A message beside a field, with a button that mends it.
#[derive(Clone)]
pub struct Note {
    pub tone: Tone,
    pub text: String,
    pub fix: Option<(String, Callback<()>)>,
}

/// A text field. What is typed is given to `read`, which takes it or says why not.
#[derive(Clone)]
pub struct TextBinding {
    pub label: String,
    pub place: String,
    pub text: Signal<String>,
    pub unread: Signal<Option<Unread>>,
    pub notes: Signal<Vec<Note>>,
    pub read: Callback<String, Result<(), Refusal>>,
}

/// Why a text was not taken.
#[derive(Clone)]
pub enum Refusal {
    /// It cannot be read; the field keeps it until it is mended.
    Unread,
    /// It must not be here at all; the field drops it and says this.
    Dropped(&'static str),
}

/// A choice: of several texts, one is the value.
#[derive(Clone)]
pub struct ChoiceBinding {
    pub label: String,
    pub place: String,
    /// Values and what they are called.
    pub options: Vec<(String, String)>,
    pub value: Signal<String>,
    pub notes: Signal<Vec<Note>>,
    pub pick: Callback<String>,
}

/// Several of a few.
#[derive(Clone)]
pub struct ChipsBinding {
    pub label: String,
    pub place: String,
    pub options: Vec<(String, String)>,
    pub chosen: Signal<Vec<String>>,
    pub notes: Signal<Vec<Note>>,
    pub toggle: Callback<String>,
}

/// On or off.
#[derive(Clone)]
pub struct SwitchBinding {
    pub label: String,
    pub place: String,
    pub on: Signal<bool>,
    pub notes: Signal<Vec<Note>>,
    pub set: Callback<bool>,
}
