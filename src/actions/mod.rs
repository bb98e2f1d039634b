//! What can be done on the page: the one list behind keys, buttons and their tooltips, help and palette.

mod keys;

pub use keys::{Keys, listen};

use crate::browser::{address, clipboard, files};
use crate::state::{
    Pane, Theme, View, Workspace, action, download, download_description, go_to_problem, show_import, start_empty,
};
use clusterflake_core::command_line;
use leptos::prelude::*;

/// The id of the page's file input, which the header has.
pub const OPEN_FILE: &str = "open-file";

/// Something that can be done.
pub struct Action {
    /// What it is called: on its button, in the help and in the palette.
    pub title: &'static str,
    /// What it does, for tooltips; without a period.
    pub about: &'static str,
    pub group: Group,
    /// The keys that do it: the first is the one to tell of.
    pub keys: &'static [Keys],
    /// What it would be done to now, such as the step that undo would take back.
    pub object: fn(Workspace) -> Option<String>,
    /// Whether it can be done now.
    pub applies: fn(Workspace) -> bool,
    /// Does it; none for what only the command line does.
    pub run: Option<fn(Workspace)>,
    /// The command line that does the same.
    pub command: Option<fn(Workspace) -> String>,
}

/// How the help groups actions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Group {
    Design,
    Steps,
    View,
}

impl Group {
    /// Every group, as the help lists them.
    pub const ALL: &'static [Group] = &[Group::Design, Group::Steps, Group::View];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Group::Design => "The design",
            Group::Steps => "Steps",
            Group::View => "On the page",
        }
    }
}

/// What actions are unless they say otherwise.
const PLAIN: Action = Action {
    title: "",
    about: "",
    group: Group::Design,
    keys: &[],
    object: |_| None,
    applies: |_| true,
    run: None,
    command: None,
};

macro_rules! actions {
    ($($name:ident { $($field:ident: $value:expr,)* })*) => {
        $(pub static $name: Action = Action { $($field: $value,)* ..PLAIN };)*

        /// Every action, in the order in which help and palette list them.
        pub static ACTIONS: &[&Action] = &[$(&$name),*];
    };
}

actions! {
    FIND {
        title: "Find anything",
        about: "Go to any node, field, file or section, and do anything",
        group: Group::View,
        keys: &[Keys::control("k")],
        run: Some(|at| at.view.dialogs.palette.set(true)),
    }
    DOWNLOAD {
        title: "Download flake",
        about: "Download the flake as a zip",
        keys: &[Keys::control("Enter")],
        run: Some(download_flake),
        command: Some(|at| at.document.read_once(command_line::generate)),
    }
    SAVE {
        title: "Save description",
        about: "Save cluster.json, to come back to",
        keys: &[Keys::control("s")],
        run: Some(|at| download_description(at.document)),
    }
    OPEN {
        title: "Open",
        about: "Open cluster.json, a zip of this page, or a module’s default.nix",
        keys: &[Keys::control("o")],
        run: Some(|_| files::choose(OPEN_FILE)),
    }
    IMPORT {
        title: "Import",
        about: "Import slurm.conf, a table of nodes, a hosts file, DHCP reservations or an inventory",
        run: Some(|at| show_import(at.document, at.view)),
    }
    LINK {
        title: "Link",
        about: "The link that holds this design",
        run: Some(|at| at.view.dialogs.link.set(true)),
        command: Some(|_| command_line::link(&address::page())),
    }
    PRESETS {
        title: "Presets",
        about: "Start from another design",
        run: Some(|at| at.view.dialogs.presets.set(true)),
    }
    START_EMPTY {
        title: "Start empty",
        about: "Begin a design without nodes; undo brings this one back",
        run: Some(start_empty),
    }
    UNDO {
        title: "Undo",
        about: "Take the last step back",
        group: Group::Steps,
        keys: &[Keys::control("z")],
        object: |at| at.document.undo_name(),
        applies: |at| at.document.undo_name().is_some(),
        run: Some(|at| at.document.undo()),
    }
    REDO {
        title: "Redo",
        about: "Do the step again that was taken back",
        group: Group::Steps,
        keys: &[Keys::control_shift("z"), Keys::control("y")],
        object: |at| at.document.redo_name(),
        applies: |at| at.document.redo_name().is_some(),
        run: Some(|at| at.document.redo()),
    }
    NEXT_PROBLEM {
        title: "Next problem",
        about: "Go to the field of the next problem",
        group: Group::View,
        keys: &[Keys::plain("F8")],
        applies: has_problems,
        run: Some(|at| go_to_problem(at, true)),
    }
    PREVIOUS_PROBLEM {
        title: "Previous problem",
        about: "Go to the field of the problem before",
        group: Group::View,
        keys: &[Keys::shift("F8")],
        applies: has_problems,
        run: Some(|at| go_to_problem(at, false)),
    }
    PROBLEMS {
        title: "Problems",
        about: "List all problems",
        group: Group::View,
        run: Some(|at| at.view.location.show_problems()),
        command: Some(|_| command_line::check()),
    }
    FILES {
        title: "Files",
        about: "Show the files of the flake",
        group: Group::View,
        run: Some(|at| at.view.location.pane.set(Pane::Files)),
    }
    DIFF {
        title: "Show differences",
        about: "Show what has changed, and what that means for the machines",
        group: Group::View,
        run: Some(|at| at.view.location.pane.set(Pane::Diff)),
    }
    FIND_IN_FILES {
        title: "Find in files",
        about: "Find text in all files of the flake",
        group: Group::View,
        keys: &[Keys::control_shift("f")],
        run: Some(|at| at.view.location.find_in_files()),
    }
    PICTURE {
        title: "Show picture",
        about: "Show the cluster as a picture",
        group: Group::View,
        run: Some(|at| at.view.location.pane.set(Pane::Picture)),
    }
    SYSTEM_THEME {
        title: "Theme: as the system",
        group: Group::View,
        applies: |at| at.view.preferences.theme.get() != Theme::System,
        run: Some(|at| at.view.preferences.choose_theme(Theme::System)),
    }
    LIGHT_THEME {
        title: "Theme: light",
        group: Group::View,
        applies: |at| at.view.preferences.theme.get() != Theme::Light,
        run: Some(|at| at.view.preferences.choose_theme(Theme::Light)),
    }
    DARK_THEME {
        title: "Theme: dark",
        group: Group::View,
        applies: |at| at.view.preferences.theme.get() != Theme::Dark,
        run: Some(|at| at.view.preferences.choose_theme(Theme::Dark)),
    }
    HELP {
        title: "Keys and command lines",
        about: "What keys do, and what the command line does",
        group: Group::View,
        keys: &[Keys::plain("?")],
        run: Some(|at| at.view.dialogs.help.set(true)),
    }
    CONTENT_ID {
        title: "Print the content id",
        command: Some(|_| command_line::id()),
    }
    VERIFY {
        title: "Verify a downloaded zip",
        command: Some(|at| at.document.read_once(command_line::verify)),
    }
    LINT {
        title: "Check the modules of the unpacked flake",
        command: Some(|at| at.document.read_once(command_line::lint)),
    }
}

impl Action {
    /// Its title, with what it would be done to now: `Undo: add group`.
    pub fn label(&self, workspace: Workspace) -> String {
        match (self.object)(workspace) {
            Some(object) => format!("{}: {object}", self.title),
            None => self.title.to_owned(),
        }
    }

    /// What its button's tooltip says: what it does, and the keys.
    pub fn tooltip(&self, workspace: Workspace) -> String {
        let what = if (self.object)(workspace).is_some() { self.label(workspace) } else { self.about.to_owned() };
        match self.keys.first() {
            Some(keys) => format!("{what} ({})", keys.label()),
            None => what,
        }
    }

    /// Does it, where it can be done now.
    pub fn act(&self, workspace: Workspace) {
        if let Some(run) = self.run
            && untrack(|| (self.applies)(workspace))
        {
            run(workspace);
        }
    }
}

impl PartialEq for Action {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

fn has_problems(Workspace { output, view, .. }: Workspace) -> bool {
    !view.welcome.get() && output.problem_count() > 0
}

fn download_flake(workspace: Workspace) {
    let Workspace { document, view, .. } = workspace;
    let Ok(zip) = download(workspace) else { return view.location.show_problems() };
    let line = move || document.read_once(command_line::generate);
    let copy = action("Copy the command line", move || copy_command(view, line()));
    let text = format!("{zip} was downloaded. The command line makes the same bytes.");
    view.notices.show(false, text, Some(copy));
}

/// Copies a command line, and says so.
pub fn copy_command(view: View, line: String) {
    let shown = line.clone();
    clipboard::copy(line, move |copied| {
        let text = if copied { "Copied: " } else { "The browser did not allow copying: mark it and copy it by hand. " };
        view.notices.show(!copied, format!("{text}{shown}"), None);
    });
}
