//! Notices over the form's foot: what happened that the user did not ask for, and what can be done.

use leptos::prelude::*;
use std::sync::Arc;

/// Something that is told.
#[derive(Clone)]
pub struct Notice {
    /// Tells it from the others.
    pub id: usize,
    pub error: bool,
    pub text: String,
    pub actions: Vec<Action>,
    topic: Option<Topic>,
}

/// What a notice can tell of that goes on for a while: there is one notice of it at a time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// What another tab did to the design.
    OtherTab,
    /// The browser does not keep the design.
    Storage,
}

/// A button of a notice: what it says and does. No `Callback`: that would end with the dialog that it was made in, and a
/// notice stays longer.
pub type Action = (&'static str, Arc<dyn Fn() + Send + Sync>);

/// A button of a notice that says `label`.
pub fn action(label: &'static str, act: impl Fn() + Send + Sync + 'static) -> Action {
    (label, Arc::new(act))
}

/// What is told now.
#[derive(Clone, Copy)]
pub struct Notices {
    list: RwSignal<Vec<Notice>>,
    next: StoredValue<usize>,
}

impl Notices {
    pub(super) fn new() -> Self {
        Self { list: RwSignal::new(Vec::new()), next: StoredValue::new(0) }
    }

    /// Every notice, the oldest first.
    pub fn all(self) -> Vec<Notice> {
        self.list.get()
    }

    /// Shows a notice; the same text is shown once.
    pub fn show(self, error: bool, text: String, action: Option<Action>) {
        self.push(None, error, text, action.into_iter().collect());
    }

    /// Shows a notice in the place of the one before on the same topic.
    pub fn stand(self, topic: Topic, error: bool, text: String, actions: Vec<Action>) {
        self.end(topic);
        self.push(Some(topic), error, text, actions);
    }

    /// Takes away the notice on a topic that is over.
    pub fn end(self, topic: Topic) {
        if self.list.with_untracked(|list| list.iter().any(|notice| notice.topic == Some(topic))) {
            self.list.update(|list| list.retain(|notice| notice.topic != Some(topic)));
        }
    }

    fn push(self, topic: Option<Topic>, error: bool, text: String, actions: Vec<Action>) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.list.update(|list| {
            list.retain(|notice| notice.text != text);
            list.push(Notice { id, error, text, actions, topic });
        });
    }

    /// Takes a notice away.
    pub fn close(self, id: usize) {
        self.list.update(|list| list.retain(|notice| notice.id != id));
    }

    /// Takes away what told of the step before, and its buttons with it: the design has gone on. Errors stay until they are
    /// closed.
    pub fn pass(self) {
        let is_over = |notice: &Notice| notice.topic.is_none() && !notice.error;
        if self.list.with_untracked(|list| list.iter().any(is_over)) {
            self.list.update(|list| list.retain(|notice| !is_over(notice)));
        }
    }

    /// Takes away what has been told; what goes on stays.
    pub fn clear(self) {
        if !self.list.with_untracked(Vec::is_empty) {
            self.list.update(|list| list.retain(|notice| notice.topic.is_some()));
        }
    }
}
