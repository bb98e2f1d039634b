//! The service worker (`public/service-worker.js`), which keeps the page's files in this browser.

use gloo::events::EventListener;
use js_sys::{Array, Promise};
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageChannel, MessageEvent, ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration};
use web_sys::{ServiceWorkerState, window};

/// After how many milliseconds the page asks for no more files. Chromium ends an old worker at once where it runs and has
/// nothing to do, else after half a minute of rest, or several.
const QUIET: u32 = 3_000;

/// What became of the page's files in this browser.
pub enum CacheEvent {
    /// They are all there.
    Kept,
    /// Those of a newer version are there too, and wait.
    Update,
}

/// Keeps the page in this browser and tells what becomes of it, also later on. Says nothing where that cannot be: with
/// the development server, on pages that were not loaded safely (http), or where the browser refuses.
pub fn keep(tell: impl Fn(CacheEvent) + Clone + 'static) {
    let Some(workers) = workers().filter(|_| super::page::version().is_some()) else { return };
    spawn_local(async move {
        follow(workers, tell).await.ok();
    });
}

/// Lets the newer version take the place of this one: the page is loaded again, after `last` was done.
pub fn take_update(last: impl FnOnce() + 'static) {
    spawn_local(async move {
        if let Some(waiting) = waiting().await {
            ask(&waiting, "hand out").await.ok();
        }
        last();
        if let Some(window) = window() {
            window.location().reload().ok();
        }
    });
}

async fn follow(workers: ServiceWorkerContainer, tell: impl Fn(CacheEvent) + Clone + 'static) -> Result<(), JsValue> {
    let registration = JsFuture::from(workers.register("./service-worker.js")).await?;
    let registration: ServiceWorkerRegistration = registration.unchecked_into();
    JsFuture::from(workers.ready()?).await?;
    tell(CacheEvent::Kept);
    if let Some(waiting) = registration.waiting() {
        if ask(&waiting, "version").await?.as_string() == super::page::version() {
            // This page came by `take_update`.
            super::time::after(QUIET, move || drop(waiting.post_message(&JsValue::from_str("take over")))).forget();
        } else {
            tell(CacheEvent::Update);
        }
    }
    // From here on, every worker that is installed is of a newer version.
    if let Some(worker) = registration.installing() {
        tell_when_installed(worker, tell.clone());
    }
    let found = registration.clone();
    EventListener::new(&registration, "updatefound", move |_| {
        if let Some(worker) = found.installing() {
            tell_when_installed(worker, tell.clone());
        }
    })
    .forget();
    // Tabs may stay open for weeks.
    super::page::on_return(move || drop(registration.update()));
    Ok(())
}

fn tell_when_installed(worker: ServiceWorker, tell: impl Fn(CacheEvent) + 'static) {
    let same = worker.clone();
    EventListener::new(&worker, "statechange", move |_| {
        if same.state() == ServiceWorkerState::Installed {
            tell(CacheEvent::Update);
        }
    })
    .forget();
}

/// The worker of a newer version.
async fn waiting() -> Option<ServiceWorker> {
    let registration = JsFuture::from(workers()?.get_registration()).await.ok()?;
    registration.dyn_into::<ServiceWorkerRegistration>().ok()?.waiting()
}

/// What the worker answers.
async fn ask(worker: &ServiceWorker, what: &str) -> Result<JsValue, JsValue> {
    let channel = MessageChannel::new()?;
    let answer = Promise::new(&mut |resolve, _| channel.port1().set_onmessage(Some(&resolve)));
    worker.post_message_with_transferable(&JsValue::from_str(what), &Array::of1(&channel.port2()))?;
    let answer: MessageEvent = JsFuture::from(answer).await?.unchecked_into();
    Ok(answer.data())
}

fn workers() -> Option<ServiceWorkerContainer> {
    let workers = window().filter(|window| window.is_secure_context())?.navigator().service_worker();
    // Some browsers have none in private windows.
    (!workers.is_undefined()).then_some(workers)
}
