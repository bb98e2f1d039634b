//! Notices above the form: what happened that the user did not ask for, and what can be done.

use leptos::prelude::*;

#[derive(Clone)]
pub struct Notice {
    pub id: usize,
    pub error: bool,
    pub text: String,
    /// A button: what it says and does.
    pub action: Option<(&'static str, Callback<()>)>,
}

#[derive(Clone, Copy)]
pub struct Notices {
    list: RwSignal<Vec<Notice>>,
    next: StoredValue<usize>,
}

impl Notices {
    pub fn new() -> Self {
        Self { list: RwSignal::new(Vec::new()), next: StoredValue::new(0) }
    }

    pub fn all(self) -> Vec<Notice> {
        self.list.get()
    }

    /// Shows a notice; the same text is shown once.
    pub fn show(self, error: bool, text: String, action: Option<(&'static str, Callback<()>)>) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.list.update(|list| {
            list.retain(|notice| notice.text != text);
            list.push(Notice { id, error, text, action });
        });
    }

    pub fn close(self, id: usize) {
        self.list.update(|list| list.retain(|notice| notice.id != id));
    }

    pub fn clear(self) {
        if !self.list.with_untracked(Vec::is_empty) {
            self.list.set(Vec::new());
        }
    }
}
