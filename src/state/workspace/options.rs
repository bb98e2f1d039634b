//! The options of a release, which Nix is held against.

use crate::state::{Output, View};

/// Takes an `options.json` that was read, and tells where it cannot be used, or not be kept.
pub fn load_options(output: Output, view: View, read: Result<(String, Vec<u8>), String>) {
    match output.load_options(read) {
        Ok((_, true)) => {}
        Ok((file, false)) => {
            let text =
                format!("{file} is used until this page is closed or reloaded: the browser has no room to keep it.");
            view.notices.show(false, text, None);
        }
        Err(why) => view.notices.show(true, format!("{why}. Nix is checked as before."), None),
    }
}
