//! The INI form of an inventory: `[group]`, `[group:children]`, `[group:vars]`, hosts with variables.

use super::{Hosts, Inventory, Variable};
use crate::import::reading::{At, Reading};
use crate::import::report::Outcome;

enum Part {
    Hosts,
    Children,
    Variables,
}

pub(super) fn read(file: usize, text: &str, inventory: &mut Inventory, reading: &mut Reading) {
    let (mut name, mut part) = ("ungrouped".to_owned(), Part::Hosts);
    for (number, line) in text.lines().enumerate() {
        let at = At { file, line: number + 1 };
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(head) = line.strip_prefix('[') {
            let head = head.split(']').next().unwrap_or_default().trim();
            let (group, what) = head.split_once(':').unwrap_or((head, ""));
            part = match what {
                "" => Part::Hosts,
                "children" => Part::Children,
                "vars" => Part::Variables,
                _ => {
                    reading.note(
                        at,
                        line,
                        Outcome::Unknown("sections are [name], [name:children] and [name:vars]".to_owned()),
                    );
                    Part::Hosts
                }
            };
            name = group.to_owned();
            inventory.group(&name, at);
            continue;
        }
        match part {
            Part::Children => {
                let child = words(line).into_iter().next().unwrap_or_default();
                inventory.group(&child, at);
                inventory.group(&name, at).children.insert(child);
            }
            Part::Variables => match line.split_once('=') {
                Some((key, value)) => {
                    let value = value.trim().trim_matches(['"', '\'']).to_owned();
                    inventory.group(&name, at).variables.push(Variable { name: key.trim().to_owned(), value, at });
                }
                None => {
                    reading.note(at, line, Outcome::Wrong("a variable is name=value".to_owned()));
                }
            },
            Part::Hosts => {
                let mut words = words(line).into_iter();
                let pattern = words.next().unwrap_or_default();
                let variables = words.filter_map(|word| {
                    let (key, value) = word.split_once('=')?;
                    Some(Variable { name: key.to_owned(), value: value.to_owned(), at })
                });
                let hosts = Hosts { pattern, at, variables: variables.collect() };
                inventory.group(&name, at).hosts.push(hosts);
            }
        }
    }
}

/// The words of a line; quotes hold spaces, and a `#` before a word begins a comment.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in line.chars() {
        match (c, quote) {
            (c, Some(sign)) if c == sign => quote = None,
            ('"' | '\'', None) => quote = Some(c),
            ('#', None) if word.is_empty() => break,
            (c, None) if c.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            (c, _) => word.push(c),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// A pattern of hosts as a hostlist: `cn[001:128]` is `cn[001-128]`, `db[a:c]` is `dba,dbb,dbc`, and a port at the end
/// goes. Fails on what has more than one range of letters, or steps.
pub(super) fn expand(pattern: &str) -> Result<String, String> {
    let pattern = match pattern.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => pattern,
    };
    let Some((head, rest)) = pattern.split_once('[') else { return Ok(pattern.to_owned()) };
    let (inside, tail) = rest.split_once(']').ok_or_else(|| format!("“{pattern}” lacks a closing bracket"))?;
    let mut bounds = inside.split(':');
    let (Some(from), Some(to), step) = (bounds.next(), bounds.next(), bounds.next()) else {
        return Err(format!("“[{inside}]” is no range: Ansible writes [001:128]"));
    };
    if step.is_some_and(|step| step != "1") {
        return Err("a range that steps over hosts is not read: write the hosts one by one".to_owned());
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let letter = |text: &str| text.bytes().next().filter(|byte| text.len() == 1 && byte.is_ascii_alphabetic());
    if digits(from) && digits(to) {
        return counted(head, from, to, tail);
    }
    match (letter(from), letter(to)) {
        (Some(from), Some(to)) if from <= to && !tail.contains('[') => {
            let names = (from..=to).map(|letter| format!("{head}{}{tail}", char::from(letter)));
            Ok(names.collect::<Vec<_>>().join(","))
        }
        _ => Err(format!("“[{inside}]” is no range: Ansible writes [001:128] or [a:f]")),
    }
}

/// A range of numbers. Hostlists take nothing after the last bracket: names with a domain are written out.
fn counted(head: &str, from: &str, to: &str, tail: &str) -> Result<String, String> {
    if tail.is_empty() {
        return Ok(format!("{head}[{from}-{to}]"));
    }
    if tail.contains('[') {
        return expand(tail).map(|tail| format!("{head}[{from}-{to}]{tail}"));
    }
    let (Ok(low), Ok(high)) = (from.parse::<u32>(), to.parse::<u32>()) else {
        return Err(format!("“{from}:{to}” has too many digits"));
    };
    if high.checked_sub(low).is_none_or(|count| count > 65_535) {
        return Err(format!("“{from}:{to}” names too many hosts, or none"));
    }
    let width = from.len();
    Ok((low..=high).map(|number| format!("{head}{number:0width$}{tail}")).collect::<Vec<_>>().join(","))
}
