//! What differs between two descriptions, apart from the nodes: fields, and elements of lists.

use crate::cluster::{Cluster, Containers, Described, Fabric, List, Network, PathPattern, Section};
use crate::consequence::{Difference, DifferenceKind};
use crate::path::Path;
use crate::pattern;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, VecDeque};

/// What holds whether or not the object around it is on.
const ALWAYS_ON: &[PathPattern<Cluster>] =
    &[pattern![Cluster::containers, Containers::engine], pattern![Cluster::containers, Containers::gpu]];

fn is_always_on(place: &str) -> bool {
    ALWAYS_ON.iter().any(|pattern| pattern.is(place))
}

/// A description in whole, but for the nodes: those are compared one by one.
pub(super) fn values(cluster: &Cluster) -> Value {
    let mut without_nodes = cluster.clone();
    without_nodes.reset(Section::Nodes);
    without_nodes.write_fields(true)
}

pub(super) fn differences<'v>(before: &'v Value, after: &'v Value) -> Vec<Difference<'v>> {
    let mut found = Vec::new();
    let place = At { path: Path::root(), pattern: String::new(), subject: String::new(), off: false };
    compare(&place, (before, after), before, after, &mut found);
    found
}

/// Where the comparison is.
#[derive(Clone)]
struct At {
    path: Path,
    pattern: String,
    subject: String,
    off: bool,
}

impl At {
    fn found<'v>(
        &self,
        kind: DifferenceKind,
        parent: (&'v Value, &'v Value),
        before: &'v Value,
        after: &'v Value,
    ) -> Difference<'v> {
        let off = self.off && !is_always_on(&self.pattern);
        let At { path, pattern, subject, .. } = self.clone();
        Difference { path, pattern, kind, before, after, parent, subject, off }
    }
}

fn compare<'v>(
    at: &At,
    parent: (&'v Value, &'v Value),
    before: &'v Value,
    after: &'v Value,
    found: &mut Vec<Difference<'v>>,
) {
    if before == after {
        return;
    }
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => compare_fields(at, (before, after), old, new, found),
        (Value::Array(old), Value::Array(new)) if old.iter().chain(new).any(Value::is_object) => {
            compare_elements(at, old, new, found);
        }
        _ => found.push(at.found(DifferenceKind::Changed, parent, before, after)),
    }
}

fn compare_fields<'v>(
    at: &At,
    parent: (&'v Value, &'v Value),
    old: &'v Map<String, Value>,
    new: &'v Map<String, Value>,
    found: &mut Vec<Difference<'v>>,
) {
    let (was_on, is_on) = (is_on(at, old), is_on(at, new));
    for (key, after) in new {
        // All fields are written, so both have the same.
        let before = old.get(key).unwrap_or(&Value::Null);
        let dot = if at.pattern.is_empty() { "" } else { "." };
        let pattern = format!("{}{dot}{key}", at.pattern);
        // What is turned on or off is so with all that is in it.
        let told = was_on != is_on && key != switch(at) && !is_always_on(&pattern);
        if !told {
            let off = at.off || !was_on && !is_on;
            let inner = At { path: at.path.key(key), pattern, subject: at.subject.clone(), off };
            compare(&inner, parent, before, after, found);
        }
    }
}

/// The field that turns an object on and off.
fn switch(at: &At) -> &'static str {
    if pattern![Cluster::network, Network::fabric].is(&at.pattern) { Fabric::kind.key } else { "enable" }
}

fn is_on(at: &At, fields: &Map<String, Value>) -> bool {
    match fields.get(switch(at)) {
        Some(Value::Bool(on)) => *on,
        Some(Value::String(kind)) => kind != "none",
        _ => true,
    }
}

fn compare_elements<'v>(at: &At, old: &'v [Value], new: &'v [Value], found: &mut Vec<Difference<'v>>) {
    let list = List::at(&at.path);
    let (noun, name, identity) = list.map_or(("entry", "name", &[][..]), |list| (list.noun, list.name, list.identity));
    let pairs = pair(old, new, name, identity);
    let inner = |path: Path, element: &Value| {
        let subject = format!("{noun} {}", element.get(name).and_then(Value::as_str).unwrap_or_default());
        let dot = if at.subject.is_empty() { "" } else { ", " };
        At { path, pattern: format!("{}[]", at.pattern), subject: format!("{}{dot}{subject}", at.subject), off: at.off }
    };
    for (place, element) in new.iter().enumerate() {
        let at = inner(at.path.index(place), element);
        match pairs[place] {
            Some(from) => compare(&at, (&old[from], element), &old[from], element, found),
            None => found.push(at.found(DifferenceKind::Added, (&Value::Null, element), &Value::Null, element)),
        }
    }
    let mut gone = vec![true; old.len()];
    pairs.iter().flatten().for_each(|from| gone[*from] = false);
    for (element, _) in old.iter().zip(&gone).filter(|(_, gone)| **gone) {
        let at = inner(at.path.clone(), element);
        found.push(at.found(DifferenceKind::Removed, (element, &Value::Null), element, &Value::Null));
    }
    if pairs.iter().flatten().zip(pairs.iter().flatten().skip(1)).any(|(one, next)| one > next) {
        let parent = (&Value::Null, &Value::Null);
        let list = At { pattern: format!("{}[]", at.pattern), ..at.clone() };
        found.push(list.found(DifferenceKind::Moved, parent, &Value::Null, &Value::Null));
    }
}

/// For each new element the old one that it is: that of its name, else one without a partner that is the same in `same`.
fn pair(old: &[Value], new: &[Value], name: &str, same: &[&str]) -> Vec<Option<usize>> {
    let mut pairs = vec![None; new.len()];
    let mut taken = vec![false; old.len()];
    let keys = [vec![name], same.to_vec()];
    for keys in keys.iter().filter(|keys| !keys.is_empty()) {
        let identity = |element: &Value| keys.iter().map(|key| element[*key].to_string()).collect::<Vec<_>>();
        let mut free: BTreeMap<Vec<String>, VecDeque<usize>> = BTreeMap::new();
        for (place, element) in old.iter().enumerate().filter(|(place, _)| !taken[*place]) {
            free.entry(identity(element)).or_default().push_back(place);
        }
        for (partner, element) in pairs.iter_mut().zip(new).filter(|(partner, _)| partner.is_none()) {
            *partner = free.get_mut(&identity(element)).and_then(VecDeque::pop_front);
            if let Some(place) = *partner {
                taken[place] = true;
            }
        }
    }
    pairs
}

/// What became of it, for people.
pub(super) fn what(difference: &Difference) -> String {
    let field = difference.pattern.rsplit('.').next().unwrap_or_default();
    let subject = if difference.subject.is_empty() {
        let outer = difference.pattern.strip_suffix(field).unwrap_or_default().trim_end_matches('.');
        outer.to_owned()
    } else {
        difference.subject.clone()
    };
    let colon = if subject.is_empty() { "" } else { ": " };
    match difference.kind {
        DifferenceKind::Added => format!("{subject} added"),
        DifferenceKind::Removed => format!("{subject} removed"),
        DifferenceKind::Moved => format!("{} in another order", field.trim_end_matches("[]")),
        DifferenceKind::Changed => format!("{subject}{colon}{field} {}", turn(difference.before, difference.after)),
    }
}

/// `1500 → 9000`; of texts that are long, only that they changed.
pub(super) fn turn(before: &Value, after: &Value) -> String {
    if let (Value::Array(old), Value::Array(new)) = (before, after) {
        let only = |these: &[Value], those: &[Value], sign: &str| {
            let only: Vec<String> = these.iter().filter(|one| !those.contains(one)).map(shown).collect();
            (!only.is_empty() && only.len() <= 4)
                .then(|| only.iter().map(|one| format!("{sign}{one}")).collect::<Vec<_>>())
        };
        let parts = [only(old, new, "−"), only(new, old, "+")].into_iter().flatten().flatten().collect::<Vec<_>>();
        if !parts.is_empty() && parts.iter().all(|part| part.chars().count() <= LONGEST) {
            return parts.join(", ");
        }
        return format!("changed: {} → {} entries", old.len(), new.len());
    }
    let (before, after) = (shown(before), shown(after));
    if before.contains('\n') || after.contains('\n') || before.len().max(after.len()) > LONGEST {
        return "changed".to_owned();
    }
    format!("{before} → {after}")
}

/// The longest value that is shown.
const LONGEST: usize = 48;

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() => "empty".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(on) => if *on { "on" } else { "off" }.to_owned(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}
