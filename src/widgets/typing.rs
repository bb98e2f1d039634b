//! What goes on in a text field while somebody types in it.

use super::binding::{Refusal, TextBinding, Unread};
use crate::browser::page;
use leptos::{ev, prelude::*};

/// The state of a text field.
#[derive(Clone, Copy)]
pub struct Typing {
    /// What the field shows.
    pub shown: Memo<String>,
    /// What is wrong with what was typed, as far as the field itself knows.
    pub own: Memo<Option<String>>,
    /// What is being typed: shown as it is until the field is left, even where it could be written more neatly.
    draft: RwSignal<Option<String>>,
    /// The value that the draft was taken as.
    taken: StoredValue<String>,
    dropped: RwSignal<Option<&'static str>>,
    text: Signal<String>,
    read: Callback<String, Result<(), Refusal>>,
}

impl Typing {
    pub fn new(field: &TextBinding) -> Self {
        let (text, unread, read): (_, Signal<Option<Unread>>, _) = (field.text, field.unread, field.read);
        let draft = RwSignal::new(None::<String>);
        let taken = StoredValue::new(String::new());
        let dropped = RwSignal::new(None::<&'static str>);
        Effect::new(move |_| {
            // The value changed by other means, such as undo: the draft is out of date.
            let now = text.get();
            if draft.with_untracked(Option::is_some) && taken.with_value(|taken| *taken != now) {
                draft.set(None);
            }
        });
        let shown = Memo::new(move |_| {
            draft
                .get()
                .or_else(|| unread.with(|unread| unread.as_ref().map(|unread| unread.text.clone())))
                .unwrap_or_else(|| text.get())
        });
        let own = Memo::new(move |_| {
            let own = dropped.get().map(str::to_owned);
            own.or_else(|| unread.with(|unread| unread.as_ref().map(|unread| unread.message.clone())))
        });
        Self { shown, own, draft, taken, dropped, text, read }
    }

    /// Takes what the field of `event` holds.
    pub fn typed(self, event: &ev::Event) {
        if !self.put(event_target_value(event)) {
            page::put_text(event, &self.shown.get_untracked());
        }
    }

    /// Takes `value`; says whether the field may show it.
    pub fn put(self, value: String) -> bool {
        match self.read.run(value.clone()) {
            Err(Refusal::Dropped(message)) => {
                self.dropped.set(Some(message));
                false
            }
            _ => {
                self.taken.set_value(self.text.get_untracked());
                self.draft.set(Some(value));
                true
            }
        }
    }

    /// The focus left the field: it shows the value again.
    pub fn left(self) {
        self.draft.set(None);
    }

    /// What was dropped is told until the user comes back to the field.
    pub fn entered(self) {
        self.dropped.set(None);
    }
}
