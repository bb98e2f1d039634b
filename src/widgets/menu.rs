//! A button that opens a list to choose from, one of which is current.

use super::icon::{Icon, Shape};
use crate::browser::{page, time};
use leptos::{ev, prelude::*};

/// What can be chosen.
#[derive(Clone)]
pub struct MenuItem {
    pub label: String,
    pub current: bool,
    /// Whether it is shown as not being in force.
    pub muted: bool,
    pub act: Callback<()>,
}

/// The list is made when it opens.
#[component]
pub fn Menu(
    id: &'static str,
    label: &'static str,
    shape: Shape,
    items: Callback<(), Vec<MenuItem>>,
    #[prop(into)] disabled: Signal<bool>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let list = format!("{id}-list");
    let close = Callback::new(move |()| {
        open.set(false);
        page::focus(id);
    });
    let toggle = move |_: ev::MouseEvent| {
        if disabled.get_untracked() {
            return;
        }
        open.update(|open| *open = !*open);
        let current = items.run(()).iter().position(|item| item.current).unwrap_or(0);
        time::after(0, move || page::focus(&item_id(id, current))).forget();
    };
    let outer = format!("{id}-menu");
    let inside = outer.clone();
    let left = move |event: ev::FocusEvent| {
        if page::leaves(&event, &inside) {
            open.set(false);
        }
    };
    let controls = list.clone();
    view! {
        <div class="menu-of" id=outer on:focusout=left>
            <button type="button" id=id class="ghost icon" aria-label=label title=label aria-haspopup="menu"
                aria-expanded=move || open.get().to_string() aria-controls=controls
                aria-disabled=move || disabled.get().then_some("true") on:click=toggle>
                <Icon shape=shape/>
            </button>
            {move || open.get().then(|| draw(id, list.clone(), label, items.run(()), close))}
        </div>
    }
}

fn item_id(id: &str, at: usize) -> String {
    format!("{id}-{at}")
}

fn draw(id: &'static str, list: String, label: &'static str, items: Vec<MenuItem>, close: Callback<()>) -> AnyView {
    let count = items.len();
    let item = |(at, item): (usize, MenuItem)| {
        let MenuItem { label, current, muted, act } = item;
        let chosen = move |_: ev::MouseEvent| {
            close.run(());
            act.run(());
        };
        let pressed = move |event: ev::KeyboardEvent| {
            let to = match event.key().as_str() {
                "ArrowDown" => (at + 1) % count,
                "ArrowUp" => (at + count - 1) % count,
                "Home" => 0,
                "End" => count - 1,
                "Escape" => {
                    event.prevent_default();
                    return close.run(());
                }
                _ => return,
            };
            event.prevent_default();
            page::focus(&item_id(id, to));
        };
        view! {
            <button type="button" role="menuitemradio" id=item_id(id, at) tabindex="-1" class:muted=muted
                aria-checked=current.to_string() on:click=chosen on:keydown=pressed>{label}</button>
        }
    };
    let items = items.into_iter().enumerate().map(item).collect_view();
    view! { <div class="menu-list" role="menu" id=list aria-label=label>{items}</div> }.into_any()
}
