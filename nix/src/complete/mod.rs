//! Completion: which paths of options and names of packages a user who types may mean.

mod cursor;

pub use cursor::{Completion, Stands, at};

use super::lint::type_name;
use super::options::{OptionNode, split_path};
use super::tables;
use std::collections::HashSet;

/// Something that may be meant by what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What to put in: an option's path or a package's name. A path that ends in a dot stands for the options below it.
    pub text: String,
    /// What it is, in a few words: the type of the option, how many options are below, or `package`.
    pub about: String,
}

/// A place in the tree that what was typed may lead to: its path, with the names that were typed for `<name>`.
struct Reached<'t> {
    path: String,
    node: &'t OptionNode,
}

/// The options of `tree` that `typed` may mean, at most `most`: first those whose path begins with it, or the sets that
/// hold them where they are too many; then those that have it elsewhere in their path.
pub fn options(tree: &OptionNode, typed: &str, most: usize) -> Vec<Candidate> {
    let typed = typed.trim();
    let mut found = going_on(tree, typed, most);
    if typed.len() > 1 && found.len() < most {
        found.extend(having(tree, typed, most));
        let mut seen = HashSet::new();
        found.retain(|candidate| seen.insert(candidate.text.clone()));
    }
    found.truncate(most);
    found
}

/// The packages of nixpkgs that `typed` may mean, whatever its case, at most `most`: first those whose name begins with
/// it, then those that have it elsewhere.
pub fn packages(typed: &str, most: usize) -> Vec<&'static str> {
    let typed = typed.to_lowercase();
    let at = |name: &str| name.to_lowercase().find(&typed);
    let begin = tables::packages().filter(|name| at(name) == Some(0));
    let have = tables::packages().filter(|name| at(name).is_some_and(|at| at > 0));
    begin.chain(have).take(most).collect()
}

/// The options that go on from what was typed.
fn going_on(tree: &OptionNode, typed: &str, most: usize) -> Vec<Candidate> {
    let parts = split_path(typed);
    let Some((last, whole)) = parts.split_last() else { return Vec::new() };
    let mut reached = vec![Reached { path: String::new(), node: tree }];
    for part in whole {
        reached = reached.iter().flat_map(|from| below(from, part, |name| name == part)).collect();
    }
    let begins = last.to_lowercase();
    let ends: Vec<Reached> =
        reached.iter().flat_map(|from| below(from, last, |name| name.to_lowercase().starts_with(&begins))).collect();
    let count: usize = ends.iter().map(|end| count(end.node)).sum();
    let mut found = Vec::new();
    for Reached { mut path, node } in ends {
        if count <= most || self::count(node) == 1 {
            each(node, &mut path, &mut |path, node| found.push(candidate(path, node)));
        } else {
            found.push(Candidate { text: path + ".", about: format!("{} options", self::count(node)) });
        }
        if found.len() > most {
            break;
        }
    }
    found
}

/// The places below `from` whose name `fits`; any name stands for `<name>`, which stays where nothing was typed.
fn below<'t>(from: &Reached<'t>, typed: &str, fits: impl Fn(&str) -> bool) -> Vec<Reached<'t>> {
    let children = from.node.children.iter();
    let fitting = children.filter_map(|(name, node)| match name.as_str() {
        "*" => None,
        "<name>" if !typed.is_empty() => Some((typed, node)),
        name => fits(name).then_some((name, node)),
    });
    fitting
        .map(|(name, node)| {
            let mut path = from.path.clone();
            push(&mut path, name);
            Reached { path, node }
        })
        .collect()
}

/// The options that have `typed` somewhere in their path; those first where a part of it begins so.
fn having(tree: &OptionNode, typed: &str, most: usize) -> Vec<Candidate> {
    let typed = typed.to_lowercase();
    let (mut begin, mut inside) = (Vec::new(), Vec::new());
    each(tree, &mut String::new(), &mut |path, node| {
        let path_lower = path.to_lowercase();
        let Some(at) = path_lower.find(&typed) else { return };
        let list = if path_lower[..at].ends_with('.') { &mut begin } else { &mut inside };
        if list.len() < most {
            list.push(candidate(path, node));
        }
    });
    begin.extend(inside);
    begin
}

fn candidate(path: &str, node: &OptionNode) -> Candidate {
    Candidate { text: path.to_owned(), about: node.kind.as_ref().map(type_name).unwrap_or_default() }
}

/// Tells `visit` each option at `node` and below, with its path.
fn each<'t>(node: &'t OptionNode, path: &mut String, visit: &mut impl FnMut(&str, &'t OptionNode)) {
    if node.kind.is_some() {
        visit(path, node);
    }
    // An element of a list has no path that can be set.
    for (name, child) in node.children.iter().filter(|(name, _)| *name != "*") {
        let length = path.len();
        push(path, name);
        each(child, path, visit);
        path.truncate(length);
    }
}

fn count(node: &OptionNode) -> usize {
    let below: usize = node.children.iter().filter(|(name, _)| *name != "*").map(|(_, child)| count(child)).sum();
    below + usize::from(node.kind.is_some())
}

/// Adds a part to a path, in quotes where it is no name.
fn push(path: &mut String, part: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\'');
    let name = part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && part.chars().all(plain);
    if name || part == "<name>" {
        path.push_str(part);
    } else {
        path.push('"');
        path.push_str(part);
        path.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(typed: &str) -> Vec<String> {
        options(&tables::known().tree, typed, 20).into_iter().map(|candidate| candidate.text).collect()
    }

    #[test]
    fn a_path_goes_on() {
        assert_eq!(texts("services.k3s.ro"), ["services.k3s.role"]);
        let role = &options(&tables::known().tree, "services.k3s.role", 20)[0];
        assert_eq!(role.about, "one of \"server\", \"agent\"");
        // Too many to be listed: the sets that they are in.
        assert_eq!(texts("serv")[0], "services.");
        let below = options(&tables::known().tree, "services.", 20);
        assert_eq!(below.len(), 20);
        assert!(below.iter().any(|candidate| candidate.text.ends_with('.') && candidate.about.ends_with(" options")));
    }

    #[test]
    fn what_is_typed_stands_for_a_name() {
        let found = texts("systemd.services.licence.serviceConfig");
        assert_eq!(found[0], "systemd.services.licence.serviceConfig");
        assert!(texts("networking.interfaces.eth0.mt").contains(&"networking.interfaces.eth0.mtu".to_owned()));
        assert!(texts("networking.interfaces.").iter().any(|text| text.starts_with("networking.interfaces.<name>.")));
        let quoted = texts("services.nginx.virtualHosts.\"a.b\".");
        assert!(quoted.iter().all(|text| text.starts_with("services.nginx.virtualHosts.\"a.b\".")), "{quoted:?}");
    }

    #[test]
    fn a_part_finds_its_options() {
        let found = texts("allowedTCPPorts");
        assert_eq!(found[0], "networking.firewall.allowedTCPPorts");
        assert!(texts("sysctl").iter().any(|text| text.starts_with("boot.kernel.sysctl")));
        assert_eq!(texts("no.such.option"), [""; 0]);
        assert_eq!(texts("\"").len(), 20);
    }

    #[test]
    fn every_option_completes_to_itself() {
        let mut paths = Vec::new();
        each(&tables::known().tree, &mut String::new(), &mut |path, _| paths.push(path.to_owned()));
        for path in paths.iter().step_by(20) {
            assert!(
                options(&tables::known().tree, path, 100).iter().any(|candidate| candidate.text == *path),
                "{path}"
            );
        }
    }

    #[test]
    fn packages_are_found_by_their_beginning_first() {
        let found = packages("open", 20);
        assert!(found[0].starts_with("open"), "{found:?}");
        assert!(found.windows(2).all(|pair| pair[0].starts_with("open") || !pair[1].starts_with("open")));
        assert_eq!(packages("", 5).len(), 5);
        assert!(packages("no-such-package", 5).is_empty());
    }
}
