//! Switches, and chips of which several can be chosen.

use super::binding::{ChipsBinding, SwitchBinding};
use super::field::{Notes, Width, described, help_line, is_wrong};
use leptos::prelude::*;

/// Something that is on or off.
#[component]
pub fn SwitchField(
    field: SwitchBinding,
    #[prop(optional)] help: &'static str,
    #[prop(default = Width::Full)] width: Width,
) -> impl IntoView {
    let SwitchBinding { label, place, on, notes, set } = field;
    view! {
        <div class=format!("{} switch", width.class())>
            <input id=place.clone() type="checkbox" data-path=place.clone() aria-describedby=described(&place, help)
                aria-invalid=move || is_wrong(notes).then_some("true")
                prop:checked=move || on.get() on:change=move |event| set.run(event_target_checked(&event))/>
            <label for=place.clone()>{label}</label>
            {help_line(&place, help)}
        </div>
        <Notes place=place notes=notes/>
    }
}

/// Several of a few, as chips.
#[component]
pub fn ChipsField(
    field: ChipsBinding,
    #[prop(optional)] help: &'static str,
    #[prop(optional)] width: Width,
) -> impl IntoView {
    let ChipsBinding { label, place, options, chosen, notes, toggle } = field;
    let chips = options
        .into_iter()
        .enumerate()
        .map(|(i, (key, name))| {
            let this = key.clone();
            let on = move || chosen.with(|chosen| chosen.contains(&this));
            // The first stands for the field when a problem leads to it.
            let first = (i == 0).then(|| place.clone());
            view! {
                <label class="chip">
                    <input type="checkbox" data-path=first prop:checked=on on:change=move |_| toggle.run(key.clone())/>
                    <span>{name}</span>
                </label>
            }
        })
        .collect_view();
    let (label_id, described) = (format!("{place}-label"), described(&place, help));
    let named = label_id.clone();
    view! {
        <div class=width.class() role="group" data-path=place.clone() aria-labelledby=named aria-describedby=described>
            <span class="label" id=label_id>{label}</span>
            <span class="chips">{chips}</span>
            {help_line(&place, help)}
        </div>
        <Notes place=place notes=notes/>
    }
}
