//! The tabs: beside the form those of the flake; on smaller screens the form is one of them.

use super::panes::Panes;
use crate::browser::page;
use crate::preview::{Diff, Files, Picture, Problems};
use crate::state::{Output, Pane, View};
use clusterflake_core::diff::Count;
use leptos::{ev, prelude::*};

/// A tab of the flake.
struct Tab {
    pane: Pane,
    title: &'static str,
    /// What stands beside the title.
    badge: fn(Output) -> Option<AnyView>,
    view: fn() -> AnyView,
}

/// Every tab of the flake, in order. A new one is a line here.
const TABS: &[Tab] = &[
    Tab { pane: Pane::Files, title: "Files", badge: |_| None, view: || view! { <Files/> }.into_any() },
    Tab { pane: Pane::Diff, title: "Diff", badge: differences, view: || view! { <Diff/> }.into_any() },
    Tab { pane: Pane::Picture, title: "Picture", badge: |_| None, view: || view! { <Picture/> }.into_any() },
    Tab { pane: Pane::Problems, title: "Problems", badge: problem_count, view: || view! { <Problems/> }.into_any() },
];

fn differences(output: Output) -> Option<AnyView> {
    let Count { added, removed } = output.comparison.count();
    (added + removed != 0).then(|| {
        view! {
            <span class="badge changes">
                <span aria-hidden="true">"+"{added}" −"{removed}</span>
                <span class="hidden">{format!(" {added} added, {removed} removed")}</span>
            </span>
        }
        .into_any()
    })
}

fn problem_count(output: Output) -> Option<AnyView> {
    let count = output.problem_count();
    let warning = output.error_count() == 0;
    (count != 0).then(|| view! { <span class="badge" class:warning=warning>{count}</span> }.into_any())
}

/// What the tabs show, and which of them is chosen.
#[derive(Clone, Copy)]
pub struct TabState {
    /// The tab of the flake that is chosen, also while the form is used.
    side: RwSignal<Pane>,
    /// What is on top where there is room for one of them.
    top: RwSignal<Pane>,
    wide: RwSignal<bool>,
}

impl TabState {
    /// The tabs as the page starts; they follow the width of the window.
    pub fn start(panes: Panes) -> TabState {
        let top = View::here().location.pane;
        let shown = TabState { side: RwSignal::new(Pane::Files), top, wide: RwSignal::new(page::is_wide()) };
        page::on_resize(move || shown.wide.set(page::is_wide()));
        Effect::new(move |_| match top.get() {
            Pane::Form => {}
            other => {
                shown.side.set(other);
                panes.open_flake();
            }
        });
        shown
    }

    fn is_chosen(self, pane: Pane) -> bool {
        pane == if self.wide.get() { self.side.get() } else { self.top.get() }
    }
}

/// The id of a pane's tab.
fn tab_id(pane: Pane) -> String {
    let title = TABS.iter().find(|tab| tab.pane == pane).map_or("Form", |tab| tab.title);
    format!("tab-{}", title.to_lowercase())
}

/// The row of tabs.
#[component]
pub fn Tabs(shown: TabState) -> impl IntoView {
    // Tabs are walked with the arrow keys; the chosen one is in the order of Tab.
    let pressed = move |event: ev::KeyboardEvent| {
        let form = (!shown.wide.get_untracked()).then_some(Pane::Form);
        let all: Vec<Pane> = form.into_iter().chain(TABS.iter().map(|tab| tab.pane)).collect();
        let at = all.iter().position(|pane| untrack(|| shown.is_chosen(*pane))).unwrap_or(0);
        let to = match event.key().as_str() {
            "ArrowRight" => (at + 1) % all.len(),
            "ArrowLeft" => (at + all.len() - 1) % all.len(),
            "Home" => 0,
            "End" => all.len() - 1,
            _ => return,
        };
        event.prevent_default();
        shown.top.set(all[to]);
        page::focus(&tab_id(all[to]));
    };
    let tabs = TABS.iter().map(|tab| draw(shown, tab.pane, tab.title, "flake", tab.badge)).collect_view();
    view! {
        <nav class="tabs" aria-label="Views">
            <div class="tablist" role="tablist" aria-label="Form and flake" on:keydown=pressed>
                {move || (!shown.wide.get()).then(|| draw(shown, Pane::Form, "Form", "form", |_| None))}
                {tabs}
            </div>
        </nav>
    }
}

fn draw(
    shown: TabState,
    pane: Pane,
    title: &'static str,
    controls: &'static str,
    badge: fn(Output) -> Option<AnyView>,
) -> AnyView {
    let (output, view) = (Output::here(), View::here());
    let chosen = Memo::new(move |_| shown.is_chosen(pane));
    // Nothing is wrong with a design that has not begun.
    let badge = move || if view.welcome.get() { None } else { badge(output) };
    view! {
        <button type="button" role="tab" id=tab_id(pane) aria-controls=controls
            aria-selected=move || chosen.get().to_string() tabindex=move || if chosen.get() { "0" } else { "-1" }
            on:click=move |_| shown.top.set(pane)>{title} {badge}</button>
    }
    .into_any()
}

/// What the chosen tab of the flake shows.
#[component]
pub fn Flake(shown: TabState) -> impl IntoView {
    let tab = Memo::new(move |_| TABS.iter().position(|tab| tab.pane == shown.side.get()));
    let view = move || Some((TABS.get(tab.get()?)?.view)());
    // Where it takes the form's place it is what the page is about.
    let on_top = Memo::new(move |_| !shown.wide.get() && shown.top.get() != Pane::Form);
    let heading = move || on_top.get().then(|| view! { <h1 class="hidden">"Flake"</h1> });
    view! {
        <div class="over" role=move || on_top.get().then_some("main")>
            <aside aria-label="Flake" role=move || on_top.get().then_some("region")>
                {heading}
                <div id="flake" role="tabpanel" aria-labelledby=move || tab_id(shown.side.get())>{view}</div>
            </aside>
        </div>
    }
}
