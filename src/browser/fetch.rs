//! The page's own files that it does not start with.

use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Response, window};

/// Fetches the texts of two files from beside the page; `None` where one of them cannot be had.
pub fn texts(names: [&'static str; 2], done: impl FnOnce(Option<[String; 2]>) + 'static) {
    spawn_local(async move {
        let [first, second] = names;
        done(match (text(first).await, text(second).await) {
            (Some(first), Some(second)) => Some([first, second]),
            _ => None,
        });
    });
}

async fn text(name: &str) -> Option<String> {
    // Unlike others these files have no name of their own in each version.
    let version = super::page::version().unwrap_or_default();
    let answer = JsFuture::from(window()?.fetch_with_str(&format!("./{name}?{version}"))).await.ok()?;
    let answer: Response = answer.dyn_into().ok()?;
    if !answer.ok() {
        return None;
    }
    JsFuture::from(answer.text().ok()?).await.ok()?.as_string()
}
