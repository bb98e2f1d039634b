//! Files from and to the user's disk.

use js_sys::{Array, Uint8Array};
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, DragEvent, Event, File, HtmlAnchorElement, HtmlInputElement, Url};

/// Saves `bytes` as the file `name`.
pub fn save(name: &str, bytes: &[u8], mime: &str) -> Option<()> {
    let document = web_sys::window()?.document()?;
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    let parts = Array::of1(&Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
    let url = Url::create_object_url_with_blob(&blob).ok()?;
    let link: HtmlAnchorElement = document.create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&url);
    link.set_download(name);
    document.body()?.append_child(&link).ok()?;
    link.click();
    link.remove();
    // Some browsers read the blob only after the click.
    super::time::after(10_000, move || {
        Url::revoke_object_url(&url).ok();
    })
    .forget();
    Some(())
}

/// Reads the file that the input of `event` was given: its name and bytes, or a sentence why not.
pub fn read_chosen(event: &Event, max_bytes: usize, done: impl FnOnce(Result<(String, Vec<u8>), String>) + 'static) {
    let input: Option<HtmlInputElement> = event.target().and_then(|target| target.dyn_into().ok());
    let Some(input) = input else { return };
    let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
    // So that the same file can be chosen again.
    input.set_value("");
    read(file, max_bytes, done);
}

/// Reads the first file that was dropped; as [`read_chosen`].
pub fn read_dropped(
    event: &DragEvent,
    max_bytes: usize,
    done: impl FnOnce(Result<(String, Vec<u8>), String>) + 'static,
) {
    if let Some(file) = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0)) {
        read(file, max_bytes, done);
    }
}

fn read(file: File, max_bytes: usize, done: impl FnOnce(Result<(String, Vec<u8>), String>) + 'static) {
    let name = file.name();
    if file.size() > max_bytes as f64 {
        return done(Err(format!("{name} is larger than {} MiB", max_bytes >> 20)));
    }
    spawn_local(async move {
        done(match JsFuture::from(file.array_buffer()).await {
            Ok(buffer) => Ok((name, Uint8Array::new(&buffer).to_vec())),
            Err(_) => Err(format!("{name} cannot be read")),
        });
    });
}

/// Opens the file chooser of the input with this id.
pub fn choose(id: &str) {
    if let Some(input) = super::page::by_id(id) {
        input.click();
    }
}
