//! A text field that offers what may be meant: a combobox with a list, as ARIA 1.2 describes it.

use super::binding::TextBinding;
use super::field::{Notes, Width, described, help_line, is_wrong};
use super::typing::Typing;
use crate::browser::page;
use leptos::{ev, prelude::*};

/// Something that the list offers.
#[derive(Clone, PartialEq)]
pub struct Suggestion {
    pub name: String,
    /// What it is, in a few words.
    pub about: String,
    /// What the field holds once it is chosen.
    pub text: String,
    /// Whether it is only a part of what is meant: the list stays open.
    pub goes_on: bool,
}

/// What may be meant by what the field holds.
pub type Suggest = fn(&str) -> Vec<Suggestion>;

/// A text field that suggests what may be meant.
#[component]
pub fn ComboField(
    field: TextBinding,
    suggest: Suggest,
    #[prop(optional)] help: &'static str,
    #[prop(optional)] placeholder: &'static str,
    #[prop(optional)] width: Width,
) -> impl IntoView {
    let typing = Typing::new(&field);
    let TextBinding { label, place, unread, notes, .. } = field;
    let (shown, own) = (typing.shown, typing.own);
    let wanted = RwSignal::new(false);
    let active = RwSignal::new(None::<usize>);
    let offers = Memo::new(move |_| if wanted.get() { shown.with(|text| suggest(text)) } else { Vec::new() });
    let is_open = Memo::new(move |_| offers.with(|offers| !offers.is_empty()));
    let choose = move |row: usize| {
        let Some(offer) = offers.with_untracked(|offers| offers.get(row).cloned()) else { return };
        active.set(None);
        wanted.set(offer.goes_on);
        typing.put(offer.text);
    };
    let list = format!("{place}-list");
    let row_id = {
        let list = list.clone();
        move |row: usize| format!("{list}-{row}")
    };
    let (active_id, revealed) = (row_id.clone(), row_id.clone());
    let pressed = move |event: ev::KeyboardEvent| {
        let last = offers.with_untracked(Vec::len).checked_sub(1);
        let to = match (event.key().as_str(), active.get_untracked(), last) {
            ("Escape", _, Some(_)) => {
                wanted.set(false);
                active.set(None);
                return event.prevent_default();
            }
            ("Enter", Some(row), Some(_)) => {
                choose(row);
                return event.prevent_default();
            }
            ("ArrowDown", _, None) => {
                wanted.set(true);
                (!offers.with_untracked(Vec::is_empty)).then_some(0)
            }
            ("ArrowDown", Some(row), Some(last)) if row < last => Some(row + 1),
            ("ArrowDown", _, Some(_)) => Some(0),
            ("ArrowUp", Some(row), Some(_)) if row > 0 => Some(row - 1),
            ("ArrowUp", _, Some(last)) => Some(last),
            _ => return,
        };
        event.prevent_default();
        active.set(to);
    };
    Effect::new(move |_| {
        if let Some(row) = active.get() {
            page::reveal(&revealed(row));
        }
    });
    let typed = move |event: ev::Event| {
        active.set(None);
        wanted.set(true);
        typing.typed(&event);
    };
    let left = move |_| {
        wanted.set(false);
        active.set(None);
        typing.left();
    };
    let rows = move || {
        let row_id = row_id.clone();
        let row = move |(row, offer): (usize, Suggestion)| {
            view! {
                <li id=row_id(row) role="option" aria-selected=move || (active.get() == Some(row)).to_string()
                    on:mousedown=|event| event.prevent_default() on:click=move |_| choose(row)>
                    <span class="code">{offer.name}</span><small>{offer.about}</small>
                </li>
            }
        };
        offers.get().into_iter().enumerate().map(row).collect_view()
    };
    let told = move || match offers.with(Vec::len) {
        0 => String::new(),
        1 => "1 suggestion".to_owned(),
        count => format!("{count} suggestions"),
    };
    let controls = list.clone();
    view! {
        <div class=format!("{} combo", width.class())>
            <label for=place.clone()>{label.clone()}</label>
            <input id=place.clone() type="text" class="code" role="combobox" aria-autocomplete="list" aria-controls=controls
                aria-expanded=move || is_open.get().to_string()
                aria-activedescendant=move || active.get().map(&active_id)
                spellcheck="false" autocapitalize="off" autocomplete="off" data-path=place.clone()
                data-unread=move || unread.with(Option::is_some).then_some("")
                aria-invalid=move || (own.with(Option::is_some) || is_wrong(notes)).then_some("true")
                aria-describedby=described(&place, help) placeholder=placeholder prop:value=move || shown.get()
                on:input=typed on:keydown=pressed on:blur=left on:focus=move |_| typing.entered()/>
            <ul id=list role="listbox" aria-label=format!("{label}: suggestions") hidden=move || !is_open.get()>{rows}</ul>
            <span class="hidden" role="status">{told}</span>
            {help_line(&place, help)}
        </div>
        <Notes place=place own=own notes=notes/>
    }
}
