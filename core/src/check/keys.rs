//! SSH keys, and secrets that must not be in a description.

use crate::cluster::{Cluster, Described, General, User, Users};
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::Facts;
use crate::path;
use crate::path::Path;
use crate::preset::EXAMPLE_KEY_END;
use crate::private_key::looks_private;
use crate::quoting::quote;
use crate::ssh_key::{is_public_key, public_key_fault};
use serde_json::Value;
use std::collections::HashSet;

checks! {
    PRIVATE_KEY "private-key" Error "A private key stands in the description.",
    SSH_KEY "ssh-key" Error "A public SSH key cannot be read.",
    EXAMPLE_KEY "example-key" Warning "A public SSH key is the example of a preset.",
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    find_private(facts.cluster, problems);
    let general = path![Cluster::general, General::ssh_keys];
    check_keys(&general, &facts.cluster.general.ssh_keys, problems);
    let accounts = path![Cluster::users, Users::accounts];
    for (i, user) in facts.cluster.users.accounts.iter().enumerate() {
        if !user.ssh_keys.is_empty() {
            check_keys(&accounts.index(i).field(User::ssh_keys), &user.ssh_keys, problems);
        }
    }
}

fn check_keys(list: &Path, keys: &[String], problems: &mut Vec<Problem>) {
    for (i, key) in keys.iter().enumerate() {
        if looks_private(key) {
            continue;
        }
        if let Some(fault) = public_key_fault(key) {
            let message = format!("{} is no public SSH key: {fault}.", quote(key.trim()));
            problems.push(SSH_KEY.at(list.index(i), message).with_fix(key_fix(list, keys, i)));
        } else if key.trim().ends_with(EXAMPLE_KEY_END) {
            let message = "This key is an example that nobody can log in with: put your own public key in its place.";
            problems.push(EXAMPLE_KEY.at(list.index(i), message));
        }
    }
}

/// Lines of their own for a text of several keys; nothing in the place of an empty one.
fn key_fix(list: &Path, keys: &[String], index: usize) -> Option<Fix> {
    let lines: Vec<&str> = keys[index].lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let label = match lines.as_slice() {
        [] => "Remove the empty key".to_owned(),
        [_, _, ..] if lines.iter().all(|line| is_public_key(line)) => format!("Make {} keys of it", lines.len()),
        _ => return None,
    };
    let before = keys[..index].iter().map(String::as_str);
    let after = keys[index + 1..].iter().map(String::as_str);
    Some(Fix::set(label, list.clone(), before.chain(lines).chain(after).collect::<Vec<_>>()))
}

/// Looks into every text of the description.
fn find_private(cluster: &Cluster, problems: &mut Vec<Problem>) {
    // One search over all text: nearly always it finds nothing, and no tree is built.
    if !looks_private(&cluster.to_compact_json()) {
        return;
    }
    walk(&cluster.write(), &Path::root(), problems);
}

fn walk(value: &Value, path: &Path, problems: &mut Vec<Problem>) {
    match value {
        Value::String(text) if looks_private(text) => {
            problems.push(private(path.clone(), Fix::set("Remove it", path.clone(), "")));
        }
        Value::Array(list) => {
            let public: Vec<&Value> = list.iter().filter(|value| !value.as_str().is_some_and(looks_private)).collect();
            let fix = Fix::set("Remove it", path.clone(), serde_json::json!(public));
            for (i, value) in list.iter().enumerate() {
                if value.as_str().is_some_and(looks_private) {
                    problems.push(private(path.index(i), fix.clone()));
                } else {
                    walk(value, &path.index(i), problems);
                }
            }
        }
        Value::Object(fields) => fields.iter().for_each(|(key, value)| walk(value, &path.key(key), problems)),
        _ => {}
    }
}

fn private(path: Path, fix: Fix) -> Problem {
    let message = "This looks like a private key. Remove it and never paste one: the flake, its link and the Nix store \
                   can be read by others. Paste the public key, the line of the file that ends in .pub.";
    PRIVATE_KEY.at(path, message).with_fix(fix)
}

/// Drops what else is said of a text that holds a private key, so that no message repeats it.
pub(super) fn hide_private(problems: &mut Vec<Problem>) {
    let hidden: HashSet<Path> =
        problems.iter().filter(|problem| problem.id == PRIVATE_KEY.id).map(|problem| problem.path.clone()).collect();
    if !hidden.is_empty() {
        problems.retain(|problem| problem.id == PRIVATE_KEY.id || !hidden.contains(&problem.path));
    }
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[];
