//! Several files at once: chosen, or dropped on the page, with the folders that they are in.

use gloo::events::{EventListener, EventListenerOptions};
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, DragEvent, Event, File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};
use web_sys::{FileList, HtmlInputElement, window};

/// How many files, and how many bytes in all, are read at once.
#[derive(Clone, Copy)]
pub struct Limits {
    pub files: usize,
    pub bytes: usize,
}

/// Files by their names, with folders where they were in some, or a sentence why they were not read.
pub type Read = Result<Vec<(String, Vec<u8>)>, String>;

/// Reads all files that the input of `event` was given.
pub fn read_all_chosen(event: &Event, limits: Limits, done: impl FnOnce(Read) + 'static) {
    let input: Option<HtmlInputElement> = event.target().and_then(|target| target.dyn_into().ok());
    let Some(input) = input else { return };
    let files = listed(input.files());
    // So that the same files can be chosen again.
    input.set_value("");
    spawn_local(async move { done(read_files(files, limits).await) });
}

/// The files of a list, which the browser empties when its event is over.
fn listed(list: Option<FileList>) -> Vec<File> {
    let Some(list) = list else { return Vec::new() };
    (0..list.length()).filter_map(|index| list.get(index)).collect()
}

/// The name of a file; with the folders on the way to it, where one of those was chosen.
fn path_of(file: &File) -> String {
    let within = Reflect::get(file, &JsValue::from_str("webkitRelativePath")).ok().and_then(|path| path.as_string());
    within.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name())
}

/// Lets an input choose a folder, for which the standard has no attribute.
pub fn choose_folders(input: &HtmlInputElement) {
    input.set_attribute("webkitdirectory", "").ok();
}

async fn read_files(files: Vec<File>, limits: Limits) -> Read {
    let mut reading = Reading { limits, read: Vec::new() };
    for file in files {
        reading.take(path_of(&file), &file).await?;
    }
    Ok(reading.read)
}

/// Calls `dropped` with the files, and those in folders, that are dropped on the page; `over` says whether some hang
/// above it.
pub fn on_drop(limits: Limits, over: impl Fn(bool) + Clone + 'static, dropped: impl Fn(Read) + Clone + 'static) {
    let Some(window) = window() else { return };
    let options = EventListenerOptions::enable_prevent_default();
    for name in ["dragenter", "dragover"] {
        let over = over.clone();
        EventListener::new_with_options(&window, name, options, move |event| {
            if transfer(event).is_some() {
                event.prevent_default();
                over(true);
            }
        })
        .forget();
    }
    let away = over.clone();
    EventListener::new(&window, "dragleave", move |event| {
        // Leaving one element for another names that one.
        if event.dyn_ref::<DragEvent>().is_none_or(|event| event.related_target().is_none()) {
            away(false);
        }
    })
    .forget();
    EventListener::new_with_options(&window, "drop", options, move |event| {
        let Some(transfer) = transfer(event) else { return };
        event.prevent_default();
        over(false);
        let items = transfer.items();
        // Only now, within the event, does the browser hand them out.
        let entries = (0..items.length()).filter_map(|index| items.get(index)?.webkit_get_as_entry().ok().flatten());
        let entries: Vec<FileSystemEntry> = entries.collect();
        let files = if entries.is_empty() { listed(transfer.files()) } else { Vec::new() };
        let dropped = dropped.clone();
        spawn_local(async move {
            dropped(if entries.is_empty() {
                read_files(files, limits).await
            } else {
                read_entries(entries, limits).await
            });
        });
    })
    .forget();
}

/// What a drag carries, where that is files.
fn transfer(event: &Event) -> Option<DataTransfer> {
    let transfer = event.dyn_ref::<DragEvent>()?.data_transfer()?;
    transfer.types().includes(&JsValue::from_str("Files"), 0).then_some(transfer)
}

struct Reading {
    limits: Limits,
    read: Vec<(String, Vec<u8>)>,
}

impl Reading {
    async fn take(&mut self, name: String, file: &File) -> Result<(), String> {
        let held: usize = self.read.iter().map(|(_, bytes)| bytes.len()).sum();
        if self.read.len() == self.limits.files {
            return Err(format!("There are more than {} files: choose those that are meant", self.limits.files));
        }
        if file.size() > self.limits.bytes.saturating_sub(held) as f64 {
            return Err(format!("The files are larger than {} MiB in all, with {name}", self.limits.bytes >> 20));
        }
        let buffer = JsFuture::from(file.array_buffer()).await.map_err(|_| format!("{name} cannot be read"))?;
        self.read.push((name, Uint8Array::new(&buffer).to_vec()));
        Ok(())
    }
}

/// The files of these entries and of the folders among them, but hidden ones.
async fn read_entries(entries: Vec<FileSystemEntry>, limits: Limits) -> Read {
    let mut reading = Reading { limits, read: Vec::new() };
    let mut left = entries;
    left.reverse();
    while let Some(entry) = left.pop() {
        let name = entry.full_path().trim_start_matches('/').to_owned();
        if entry.name().starts_with('.') {
            continue;
        }
        // Not by their classes: Chromium has others than the standard names.
        if entry.is_file() {
            let file: &FileSystemFileEntry = entry.unchecked_ref();
            let found = called(&|done, failed| file.file_with_callback_and_callback(done, failed)).await;
            let found: File = found.and_then(|found| found.dyn_into().ok()).ok_or(format!("{name} cannot be read"))?;
            reading.take(name, &found).await?;
        } else if entry.is_directory() {
            let reader = entry.unchecked_ref::<FileSystemDirectoryEntry>().create_reader();
            // A folder is handed out in parts; an empty one is the last.
            loop {
                let next = |done: &Function, failed: &Function| {
                    reader.read_entries_with_callback_and_callback(done, failed).ok();
                };
                let part = called(&next).await.ok_or(format!("{name} cannot be read"))?;
                let part: Vec<FileSystemEntry> = Array::from(&part).iter().map(JsCast::unchecked_into).collect();
                if part.is_empty() || left.len() > limits.files * 16 {
                    break;
                }
                left.extend(part);
            }
        }
    }
    Ok(reading.read)
}

/// What a function with two callbacks gives to the first; nothing where it calls the second.
async fn called(call: &dyn Fn(&Function, &Function)) -> Option<JsValue> {
    JsFuture::from(Promise::new(&mut |done, failed| call(&done, &failed))).await.ok()
}
