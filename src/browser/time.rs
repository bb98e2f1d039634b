//! Clock and timers.

use gloo::timers::callback::Timeout;

/// Milliseconds since the page was opened.
pub fn now() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// The time of day, in milliseconds since 1970.
pub fn date() -> u64 {
    js_sys::Date::now() as u64
}

/// Calls `then` after `millis`; dropping what is returned takes that back.
pub fn after(millis: u32, then: impl FnOnce() + 'static) -> Timeout {
    Timeout::new(millis, then)
}

/// Calls `then` as soon as the page shows what was changed just now: before it is painted, and before anything else happens.
pub fn settled(then: impl FnOnce() + 'static) {
    /// How many effects may follow from one another: a row is drawn, then its fields, then what they show.
    const TURNS: usize = 8;
    leptos::task::spawn_local(async move {
        for _ in 0..TURNS {
            leptos::task::tick().await;
        }
        then();
    });
}

/// Something that happens later, unless this is dropped before.
pub type Timer = Timeout;
