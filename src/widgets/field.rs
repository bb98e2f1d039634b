//! Fields for text and choices, each with its label, help and messages.

use super::binding::{ChoiceBinding, Note, TextBinding, Tone};
use super::typing::Typing;
use leptos::prelude::*;

/// How much of a form's row a field takes.
#[derive(Clone, Copy, Default, PartialEq)]
pub enum Width {
    #[default]
    One,
    Two,
    Three,
    Full,
}

impl Width {
    /// The class of such a field.
    pub fn class(self) -> &'static str {
        match self {
            Width::One => "field",
            Width::Two => "field two",
            Width::Three => "field three",
            Width::Full => "field full",
        }
    }
}

/// A text field. Text that cannot be read stays in it, with the reason below.
#[component]
pub fn TextField(
    field: TextBinding,
    #[prop(optional)] help: &'static str,
    #[prop(optional, into)] placeholder: Signal<String>,
    #[prop(optional)] width: Width,
    /// Whether what is written here is code: names, addresses, paths.
    #[prop(optional)]
    code: bool,
    /// How many lines are shown; one is a plain field.
    #[prop(default = 1)]
    lines: u32,
    /// The id of a list of suggestions.
    #[prop(optional)]
    suggestions: &'static str,
) -> impl IntoView {
    let typing = Typing::new(&field);
    let TextBinding { label, place, unread, notes, .. } = field;
    let (shown, own) = (typing.shown, typing.own);
    let typed = move |event| typing.typed(&event);
    let left = move |_| typing.left();
    let entered = move |_| typing.entered();
    let invalid = move || (own.with(Option::is_some) || is_wrong(notes)).then_some("true");
    let is_unread = move || unread.with(Option::is_some).then_some("");
    let described = described(&place, help);
    let id = place.clone();
    let input = if lines > 1 {
        view! {
            <textarea id=id rows=lines.to_string() spellcheck="false" autocapitalize="off" autocomplete="off"
                class:code=code data-path=place.clone() data-unread=is_unread aria-invalid=invalid
                aria-describedby=described placeholder=move || placeholder.get()
                prop:value=move || shown.get() on:input=typed on:blur=left on:focus=entered></textarea>
        }
        .into_any()
    } else {
        view! {
            <input id=id type="text" spellcheck="false" autocapitalize="off" autocomplete="off"
                class:code=code data-path=place.clone() data-unread=is_unread aria-invalid=invalid
                aria-describedby=described placeholder=move || placeholder.get()
                list=(!suggestions.is_empty()).then_some(suggestions)
                prop:value=move || shown.get() on:input=typed on:blur=left on:focus=entered/>
        }
        .into_any()
    };
    view! {
        <div class=width.class()>
            <label for=place.clone()>{label}</label>
            {input}
            {help_line(&place, help)}
        </div>
        <Notes place=place own=own notes=notes/>
    }
}

/// A choice among few, as a select.
#[component]
pub fn SelectField(
    field: ChoiceBinding,
    #[prop(optional)] help: &'static str,
    #[prop(optional)] width: Width,
) -> impl IntoView {
    let ChoiceBinding { label, place, options, value, notes, pick } = field;
    let options = options
        .into_iter()
        .map(|(key, label)| {
            let this = key.clone();
            view! { <option value=key prop:selected=move || value.with(|value| *value == this)>{label}</option> }
        })
        .collect_view();
    view! {
        <div class=width.class()>
            <label for=place.clone()>{label}</label>
            <select id=place.clone() data-path=place.clone() aria-describedby=described(&place, help)
                aria-invalid=move || is_wrong(notes).then_some("true")
                on:change=move |event| pick.run(event_target_value(&event))>
                {options}
            </select>
            {help_line(&place, help)}
        </div>
        <Notes place=place notes=notes/>
    }
}

/// The messages of a field, across the form's row.
#[component]
pub fn Notes(
    place: String,
    /// The field's own message.
    #[prop(optional, into)]
    own: Signal<Option<String>>,
    notes: Signal<Vec<Note>>,
) -> impl IntoView {
    let any = Memo::new(move |_| own.with(Option::is_some) || notes.with(|notes| !notes.is_empty()));
    let id = format!("{place}-notes");
    move || {
        any.get().then(|| {
            let own = move || own.get().map(|text| view! { <p class=Tone::Error.class()>{text}</p> });
            let notes = move || notes.get().into_iter().map(note).collect_view();
            view! { <div class="notes" id=id.clone()>{own} {notes}</div> }
        })
    }
}

fn note(note: Note) -> impl IntoView {
    let fix =
        note.fix.map(|(label, mend)| view! { <button type="button" on:click=move |_| mend.run(())>{label}</button> });
    view! { <p class=note.tone.class()><span>{note.text}</span>{fix}</p> }
}

/// Whether a message is more than a hint.
pub fn is_wrong(notes: Signal<Vec<Note>>) -> bool {
    notes.with(|notes| notes.iter().any(|note| note.tone == Tone::Error))
}

/// The ids of what describes a field.
pub fn described(place: &str, help: &str) -> String {
    if help.is_empty() { format!("{place}-notes") } else { format!("{place}-help {place}-notes") }
}

/// The line of help below a field; `described` refers to it.
pub fn help_line(place: &str, help: &'static str) -> impl IntoView + use<> {
    let id = format!("{place}-help");
    (!help.is_empty()).then(|| view! { <small id=id>{help}</small> })
}
