//! What the palette finds: actions, sections, all that the description names, files, problems.

use crate::actions::{ACTIONS, Action, FIND};
use crate::state::{Document, Output, Workspace};
use clusterflake_core::Path;
use clusterflake_core::cluster::Section;
use clusterflake_core::lookup::{self, Best, Entry, Host, Query};
use leptos::prelude::*;

/// The most items that are shown.
const MOST: usize = 40;

/// The most nodes among them.
const MOST_HOSTS: usize = 12;

/// Something that can be found.
#[derive(Clone, PartialEq)]
pub struct Item {
    /// What it is, in a word or two.
    pub kind: &'static str,
    pub name: String,
    /// What it belongs to, and what it is about.
    pub within: String,
    pub about: String,
    pub target: Target,
}

/// Where an item leads.
#[derive(Clone, PartialEq)]
pub enum Target {
    Act(&'static Action),
    /// A command line to copy.
    Copy(String),
    Section(Section),
    Place(Path),
    /// A node of the group at a place.
    Host(Path, String),
    /// A file, and a line of it, counted from 0.
    File(String, Option<usize>),
}

/// What answers, best first, and how much does in all.
#[derive(Clone, PartialEq)]
pub struct Found {
    pub items: Vec<Item>,
    pub all: usize,
}

/// Everything but the nodes, as it is now.
pub fn items(workspace: Workspace) -> Vec<Item> {
    let Workspace { document, output, view, .. } = workspace;
    untrack(|| {
        let mut items: Vec<Item> =
            ACTIONS.iter().filter(|action| **action != &FIND).flat_map(|action| actions(workspace, action)).collect();
        items.extend(Section::ALL.iter().map(|section| Item {
            kind: "section",
            name: section.title().to_owned(),
            within: String::new(),
            about: String::new(),
            target: Target::Section(*section),
        }));
        document.read_once(|cluster| {
            items.extend(lookup::elements(cluster).into_iter().map(place));
            items.extend(
                lookup::fields(cluster, &|list| view.location.row(list).get_untracked()).into_iter().map(place),
            );
            items.extend(lookup::options(cluster).into_iter().map(place));
        });
        items.extend(output.files().keys().map(|path| file(path, None)));
        // Nothing is wrong with a design that has not begun.
        if !view.welcome.get() {
            items.extend(problems(document, output));
        }
        items
    })
}

/// An action, and the command line that does the same.
fn actions(workspace: Workspace, action: &'static Action) -> impl Iterator<Item = Item> {
    let does = (action.run.is_some() && (action.applies)(workspace)).then(|| Item {
        kind: "action",
        name: action.label(workspace),
        within: String::new(),
        about: action.about.to_owned(),
        target: Target::Act(action),
    });
    let copies = action.command.map(|line| line(workspace)).map(|line| Item {
        kind: "command line",
        name: format!("Copy: {line}"),
        within: String::new(),
        about: action.title.to_owned(),
        target: Target::Copy(line),
    });
    does.into_iter().chain(copies)
}

fn place(entry: Entry) -> Item {
    let Entry { kind, name, within, about, path } = entry;
    Item { kind, name, within, about, target: Target::Place(path) }
}

fn host(entry: Entry) -> Item {
    let Entry { kind, name, within, about, path } = entry;
    Item { kind, target: Target::Host(path, name.clone()), name, within, about }
}

fn file(path: &str, line: Option<usize>) -> Item {
    let about = line.map(|line| format!("line {}", line + 1)).unwrap_or_default();
    let target = Target::File(path.to_owned(), line);
    Item { kind: "file", name: path.to_owned(), within: String::new(), about, target }
}

fn problems(document: Document, output: Output) -> impl Iterator<Item = Item> {
    let unread = document.unread.all().into_iter().map(|(path, unread)| (path, "error", unread.message));
    let found = output.problems();
    let found: Vec<_> =
        found.iter().map(|found| (found.path.clone(), found.severity.word(), found.message.clone())).collect();
    unread.chain(found).map(|(path, kind, name)| Item {
        kind,
        name,
        within: path.to_string(),
        about: String::new(),
        target: Target::Place(path),
    })
}

/// What answers to `typed` among `items` and `hosts`. A number behind a colon is a line of a file.
pub fn find(document: Document, items: &[Item], hosts: &[Host], typed: &str) -> Found {
    let line = typed.rsplit_once(':').and_then(|(path, line)| Some((path, line.trim().parse::<usize>().ok()?)));
    if let Some((path, line)) = line.filter(|(path, line)| !path.is_empty() && *line > 0) {
        let files = items.iter().filter(|item| item.kind == "file");
        let found = best(files, &Query::new(path), |item| file(&item.name, Some(line - 1)));
        if found.all() > 0 {
            return Found { all: found.all(), items: found.into_vec() };
        }
    }
    let query = Query::new(typed);
    let found = best(items.iter(), &query, Item::clone);
    let nodes = document.read_once(|cluster| lookup::find_hosts(cluster, hosts, &query, MOST_HOSTS));
    let all = found.all() + nodes.all();
    let mut ranked = found.into_ranked();
    ranked.extend(nodes.into_ranked().into_iter().map(|(rank, entry)| (rank, host(entry))));
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.truncate(MOST);
    Found { items: ranked.into_iter().map(|(_, item)| item).collect(), all }
}

fn best<'i>(items: impl Iterator<Item = &'i Item>, query: &Query, make: impl Fn(&Item) -> Item) -> Best<Item> {
    let mut best = Best::new(MOST);
    for item in items {
        if let Some(rank) = query.rank(&item.name, &[&item.within, &item.about]) {
            best.offer(rank, || make(item));
        }
    }
    best
}

/// What is offered before anything is typed: what was used last, then what can be done, then the sections.
pub fn offered(items: &[Item], recent: &[Item]) -> Found {
    let is_recent = |item: &&Item| recent.iter().any(|other| other.target == item.target);
    let goes_on =
        |item: &&Item| matches!(item.target, Target::Host(..)) || items.iter().any(|i| i.target == item.target);
    let first = recent.iter().filter(goes_on).map(|item| Item { kind: "used lately", ..item.clone() });
    let rest =
        items.iter().filter(|item| matches!(item.target, Target::Act(_) | Target::Section(_)) && !is_recent(item));
    let items: Vec<Item> = first.chain(rest.cloned()).collect();
    Found { all: items.len(), items }
}
