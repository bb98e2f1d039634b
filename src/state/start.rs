//! What the page starts with: the link's design, the one in this browser, or none.

use super::keep::{self, DESIGN, Saved};
use super::open::is_link;
use super::{Design, History, Notices, Spot, UnreadTexts};
use crate::browser::{address, files, storage};
use clusterflake_core::cluster::Section;
use clusterflake_core::{Cluster, link};
use leptos::prelude::*;

/// Where a saved design goes that cannot be opened.
const SET_ASIDE: &str = "clusterflake.set-aside";

/// Stands while the page starts: found standing, the last start in this tab did not come to its end.
const STARTING: &str = "clusterflake.starting";

/// Starts the design. Nothing that was saved is lost, whatever it holds.
pub fn start() -> Design {
    let design = Design {
        cluster: RwSignal::new(Cluster::default()),
        history: RwSignal::new(History::default()),
        problems: RwSignal::default(),
        files: RwSignal::default(),
        before: RwSignal::default(),
        kept: RwSignal::default(),
        id: RwSignal::default(),
        millis: RwSignal::new(0.0),
        saved: RwSignal::new(Saved::Nothing),
        generated: StoredValue::new(None),
        timers: StoredValue::new_local(keep::Timers::default()),
        unread: UnreadTexts::new(),
        notices: Notices::new(),
        spot: Spot::new(),
        welcome: RwSignal::new(false),
    };
    let stopped = storage::raise_flag(STARTING);
    let saved = saved(design, stopped);
    let fragment = address::fragment();
    let linked = is_link(&fragment).then(|| link::read(&fragment));

    if let Some(saved) = &saved {
        design.cluster.set(saved.clone());
        design.saved.set(Saved::Yes);
    }
    match linked {
        // A page that stopped on a link must not stop on it again.
        Some(Ok(_)) if stopped => design.tell_of_bad_link("the page stopped when it opened it"),
        Some(Ok(linked)) if saved.as_ref() != Some(&linked) => {
            let way_back = saved.is_some();
            design.replace("open the link".to_owned(), linked);
            if way_back {
                design.tell_of_way_back();
            }
        }
        Some(Ok(_)) => {}
        Some(Err(why)) => design.tell_of_bad_link(&why),
        None => {}
    }
    design.generate();
    design.mark_kept();
    design.welcome.set(saved.is_none() && design.saved.get_untracked() == Saved::Nothing);
    if let Some(section) = Section::from_key(&fragment) {
        design.spot.open(section);
    }

    storage::lower_flag(STARTING);
    keep::save_on_leave(design);
    address::on_change(move |fragment| design.open_link(&fragment));
    design
}

/// The design saved in this browser. One that cannot be opened, or that stopped the page, is set aside.
fn saved(design: Design, stopped: bool) -> Option<Cluster> {
    let text = storage::get(DESIGN)?;
    let why = match Cluster::from_json(&text) {
        Ok(cluster) if !stopped => return Some(cluster),
        Ok(_) => "the page stopped when it opened it".to_owned(),
        Err(error) => error.to_string(),
    };
    set_aside(&text);
    let notice =
        format!("The design saved in this browser cannot be opened: {why}. It is kept, unchanged, beside a new one.");
    let action = Callback::new(move |()| {
        files::save("cluster-set-aside.json", text.as_bytes(), "application/json");
    });
    design.notices.show(true, notice, Some(("Download it", action)));
    None
}

/// Keeps `text` under a name that is free, and takes it away where the next design is saved.
fn set_aside(text: &str) {
    let names = std::iter::once(SET_ASIDE.to_owned()).chain((2..=20).map(|n| format!("{SET_ASIDE}.{n}")));
    let free = |name: &String| storage::get(name).is_none_or(|kept| kept == text);
    let Some(name) = names.into_iter().find(free) else { return };
    // Away first: there may be no room for both.
    storage::remove(DESIGN);
    if storage::set(&name, text).is_err() {
        storage::set(DESIGN, text).ok();
    }
}
