//! What the page starts with: the link's design, one that this browser keeps, or none.

use super::open::{is_link, open_link, open_linked, tell_of_bad_link};
use super::switch::{begin, tell_of_unreadable, try_open};
use super::{Workspace, update};
use crate::browser::{address, storage};
use crate::state::Lines;
use clusterflake_core::cluster::Section;
use clusterflake_core::link;

/// Stands while the page starts: found standing, the last start in this tab did not come to its end.
const STARTING: &str = "clusterflake.starting";

/// Starts with a design on the page. Nothing that was saved is lost, whatever it holds.
pub fn start() -> Workspace {
    let workspace = Workspace::new();
    let Workspace { output, library, view, .. } = workspace;
    let stopped = storage::raise_flag(STARTING);
    let fragment = address::fragment();
    // A link that this page put there itself may be older than the design that it kept.
    let own = address::note().filter(|key| library.has(key));
    let linked = (own.is_none() && is_link(&fragment)).then(|| link::read(&fragment));
    let bad = match linked {
        // A page that stopped on a link must not stop on it again.
        Some(Ok(_)) if stopped => Some("the page stopped when it opened it".to_owned()),
        Some(Ok(linked)) => {
            open_linked(workspace, linked);
            None
        }
        Some(Err(why)) => Some(why),
        None => None,
    };
    if !library.has_open() {
        open_one(workspace, own, stopped);
    }
    match bad {
        Some(why) => tell_of_bad_link(workspace, &why),
        None if is_link(&fragment) => library.set_address(),
        None => {}
    }
    if let Some(section) = Section::from_key(&fragment) {
        view.location.open(section);
    }
    if let Some(lines) = Lines::in_fragment(&fragment) {
        view.location.show_lines(lines);
    }

    storage::lower_flag(STARTING);
    library.save_on_leave();
    library.keep_unread();
    library.join_tabs();
    update::keep_offline(view);
    output.fetch_tables();
    address::on_change(move |fragment| open_link(workspace, &fragment));
    workspace
}

/// Opens the design that was open last. One that cannot be opened, or that `stopped` the page, stays as it is, beside
/// a new one.
fn open_one(workspace: Workspace, own: Option<String>, stopped: bool) {
    let Some(key) = own.or_else(|| workspace.library.last()) else { return begin(workspace) };
    let opened = if stopped { Err("the page stopped when it opened it".to_owned()) } else { try_open(workspace, &key) };
    if let Err(why) = opened {
        begin(workspace);
        tell_of_unreadable(workspace, &key, &why);
    }
}
