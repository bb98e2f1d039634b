//! Other tabs with this page.

use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

/// A channel to the other tabs; dead where the browser has none.
pub struct Channel(Option<BroadcastChannel>);

impl Channel {
    /// Opens the channel called `name`; `heard` is called with what other tabs say.
    pub fn open(name: &str, heard: impl Fn(String) + 'static) -> Self {
        let channel = BroadcastChannel::new(name).ok();
        if let Some(channel) = &channel {
            EventListener::new(channel, "message", move |event| {
                if let Some(said) = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string()) {
                    heard(said);
                }
            })
            .forget();
        }
        Self(channel)
    }

    /// Says `what` to the other tabs.
    pub fn say(&self, what: &str) {
        if let Some(channel) = &self.0 {
            channel.post_message(&JsValue::from_str(what)).ok();
        }
    }
}
