//! The service worker (`public/service-worker.js`), which keeps the page's files in this browser.

use gloo::events::EventListener;
use js_sys::Promise;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration, ServiceWorkerState, window};

/// What became of the page's files in this browser.
pub enum News {
    /// They are all there.
    Kept,
    /// Those of a newer version are there too, and wait.
    Update,
}

/// Keeps the page in this browser and tells what becomes of it, also later on. Says nothing where that cannot be: with
/// the development server, on pages that were not loaded safely (http), or where the browser refuses.
pub fn keep(tell: impl Fn(News) + Clone + 'static) {
    let Some(workers) = workers().filter(|_| super::page::version().is_some()) else { return };
    spawn_local(async move {
        follow(workers, tell).await.ok();
    });
}

/// Lets the newer version take the place of this one: the page is loaded again, after `last` was done.
pub fn take_update(last: impl FnOnce() + 'static) {
    spawn_local(async move {
        hand_over().await;
        last();
        if let Some(window) = window() {
            window.location().reload().ok();
        }
    });
}

async fn follow(workers: ServiceWorkerContainer, tell: impl Fn(News) + Clone + 'static) -> Result<(), JsValue> {
    let registration = JsFuture::from(workers.register("./service-worker.js")).await?;
    let registration: ServiceWorkerRegistration = registration.unchecked_into();
    JsFuture::from(workers.ready()?).await?;
    tell(News::Kept);
    if registration.waiting().is_some() {
        tell(News::Update);
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

fn tell_when_installed(worker: ServiceWorker, tell: impl Fn(News) + 'static) {
    let same = worker.clone();
    EventListener::new(&worker, "statechange", move |_| {
        if same.state() == ServiceWorkerState::Installed {
            tell(News::Update);
        }
    })
    .forget();
}

/// Asks the waiting worker to take over, and waits until it did; `None` at once where no worker waits.
async fn hand_over() -> Option<()> {
    let workers = workers()?;
    let registration = JsFuture::from(workers.get_registration()).await.ok()?;
    let waiting = registration.dyn_into::<ServiceWorkerRegistration>().ok()?.waiting()?;
    let taken_over = Promise::new(&mut |resolve, _| workers.set_oncontrollerchange(Some(&resolve)));
    // Chromium ends a running worker at once, but one that only starts, to answer whatever the browser asks for in that
    // moment, after half a minute of rest. So the old worker is made to run.
    JsFuture::from(window()?.fetch_with_str("./icon.svg")).await.ok();
    waiting.post_message(&JsValue::from_str("take over")).ok()?;
    JsFuture::from(taken_over).await.ok().map(drop)
}

fn workers() -> Option<ServiceWorkerContainer> {
    let workers = window().filter(|window| window.is_secure_context())?.navigator().service_worker();
    // Some browsers have none in private windows.
    (!workers.is_undefined()).then_some(workers)
}
