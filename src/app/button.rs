//! Buttons for actions: their names, tooltips and keys come from the registry.

use crate::actions::Action;
use crate::state::Workspace;
use crate::widgets::icon::{Icon, Shape};
use leptos::prelude::*;

/// The action's button, with its title on it.
pub fn button(action: &'static Action, class: &'static str) -> AnyView {
    draw(action, class, None, action.title.into_any())
}

/// The action's button as an icon. It keeps its place in the order of Tab while there is nothing to do, so that the focus is
/// not lost with the last step.
pub fn icon_button(action: &'static Action, shape: Shape) -> AnyView {
    let workspace = Workspace::here();
    let label = Signal::derive(move || action.label(workspace));
    draw(action, "ghost icon", Some(label), view! { <Icon shape=shape/> }.into_any())
}

fn draw(action: &'static Action, class: &'static str, label: Option<Signal<String>>, inside: AnyView) -> AnyView {
    let workspace = Workspace::here();
    let applies = Memo::new(move |_| (action.applies)(workspace));
    let keys = action.keys.iter().map(|keys| keys.aria()).collect::<Vec<_>>().join(" ");
    view! {
        <button type="button" class=class aria-label=move || label.map(|label| label.get()) title=move || action.tooltip(workspace)
            aria-keyshortcuts=(!keys.is_empty()).then_some(keys) aria-disabled=move || (!applies.get()).then_some("true")
            on:click=move |_| action.act(workspace)>{inside}</button>
    }
    .into_any()
}
