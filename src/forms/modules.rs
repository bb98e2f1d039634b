use leptos::prelude::*;

/// Modules of the user's own.
#[component]
pub fn Form() -> impl IntoView {}
