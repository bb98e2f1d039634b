//! Clock and timers.

use gloo::timers::callback::Timeout;

/// Milliseconds since the page was opened.
pub fn now() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// Calls `then` after `millis`; dropping what is returned takes that back.
pub fn after(millis: u32, then: impl FnOnce() + 'static) -> Timeout {
    Timeout::new(millis, then)
}

pub type Timer = Timeout;
