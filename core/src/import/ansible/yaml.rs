//! The YAML form of an inventory: groups with `hosts`, `children` and `vars`.

use super::{Hosts, Inventory, Variable};
use crate::import::reading::{At, Reading};
use crate::import::report::Outcome;
use saphyr_parser::{Event, Parser, ScanError, Span};

/// How deep groups may stand in each other.
const MAX_DEPTH: usize = 32;

/// What stands open around an event.
enum Frame {
    /// Groups by name: the whole file, or the `children` of a group.
    Groups {
        of: Option<String>,
    },
    Group(String),
    /// The hosts of a group by name.
    Hosts(String),
    /// The variables of the host that was named last in this group.
    Host(String),
    Variables(String),
    /// Something that is not read, and how deep in it the event is.
    Other(usize),
}

pub(super) fn read(file: usize, text: &str, inventory: &mut Inventory, reading: &mut Reading) {
    let mut reader = Reader { file, inventory, reading, frames: Vec::new(), key: None };
    for event in Parser::new_from_str(text) {
        if let Err(at) = reader.step(event) {
            reader.reading.note(at.0, &at.1, Outcome::Wrong(at.2));
            return;
        }
    }
}

struct Reader<'r> {
    file: usize,
    inventory: &'r mut Inventory,
    reading: &'r mut Reading,
    frames: Vec<Frame>,
    /// The key whose value comes next, and where it stands.
    key: Option<(String, At)>,
}

/// Where reading ends, at what, and why.
type Stop = (At, String, String);

impl Reader<'_> {
    fn step(&mut self, event: Result<(Event, Span), ScanError>) -> Result<(), Stop> {
        let (event, span) = event.map_err(|error| {
            let at = At { file: self.file, line: error.marker().line() };
            (at, "the rest of the file".to_owned(), format!("this is no YAML: {}", error.info()))
        })?;
        let at = At { file: self.file, line: span.start.line() };
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                let frame = self.opened(matches!(event, Event::MappingStart(..)), at);
                if self.frames.len() == MAX_DEPTH * 2 {
                    let why = format!("groups stand in each other more than {MAX_DEPTH} deep");
                    return Err((at, "the rest of the file".to_owned(), why));
                }
                self.frames.extend(frame);
            }
            Event::MappingEnd | Event::SequenceEnd => {
                if let Some(Frame::Other(depth @ 1..)) = self.frames.last_mut() {
                    *depth -= 1;
                } else {
                    self.frames.pop();
                }
                self.key = None;
            }
            Event::Scalar(text, ..) => self.scalar(&text, at),
            Event::Alias(_) => self.scalar("", at),
            _ => {}
        }
        Ok(())
    }

    /// What a mapping or list is that begins here; nothing where it is inside of something that is not read.
    fn opened(&mut self, is_mapping: bool, at: At) -> Option<Frame> {
        let key = self.key.take();
        let frame = match (self.frames.last_mut(), key) {
            (Some(Frame::Other(depth)), _) => {
                *depth += 1;
                return None;
            }
            (None, _) if is_mapping => Frame::Groups { of: None },
            (Some(Frame::Groups { of }), Some((name, _))) if is_mapping => {
                let of = of.clone();
                self.name_group(of.as_deref(), &name, at);
                Frame::Group(name)
            }
            (Some(Frame::Group(group)), Some((key, key_at))) if is_mapping => {
                let group = group.clone();
                match key.as_str() {
                    "hosts" => Frame::Hosts(group),
                    "children" => Frame::Groups { of: Some(group) },
                    "vars" => Frame::Variables(group),
                    _ => {
                        self.unknown(key_at, &key);
                        Frame::Other(0)
                    }
                }
            }
            (Some(Frame::Hosts(group)), Some((name, host_at))) if is_mapping => {
                let group = group.clone();
                self.host(&group, name, host_at);
                Frame::Host(group)
            }
            (Some(Frame::Host(_) | Frame::Variables(_)), Some((key, key_at))) => {
                let why = "only plain values of variables are read".to_owned();
                self.reading.note(key_at, &key, Outcome::NoPlace(why));
                Frame::Other(0)
            }
            (_, key) => {
                let (key, at) = key.unwrap_or_else(|| ("a list".to_owned(), at));
                self.unknown(at, &key);
                Frame::Other(0)
            }
        };
        Some(frame)
    }

    fn unknown(&mut self, at: At, key: &str) {
        let why = "an inventory has groups, and in them hosts, children and vars".to_owned();
        self.reading.note(at, key, Outcome::Unknown(why));
    }

    /// A key, or the plain value of one.
    fn scalar(&mut self, text: &str, at: At) {
        if matches!(self.frames.last(), None | Some(Frame::Other(_))) {
            if self.frames.is_empty() && !text.is_empty() {
                self.unknown(at, text);
            }
            return;
        }
        let Some((key, key_at)) = self.key.take() else {
            self.key = Some((text.to_owned(), at));
            return;
        };
        match self.frames.last() {
            // `cn[001:128]:` without anything behind it.
            Some(Frame::Hosts(group)) => {
                let group = group.clone();
                self.host(&group, key, key_at);
            }
            Some(Frame::Groups { of }) => {
                let of = of.clone();
                self.name_group(of.as_deref(), &key, key_at);
            }
            Some(Frame::Variables(group)) => {
                let variable = Variable { name: key, value: text.to_owned(), at: key_at };
                self.inventory.group(&group.clone(), key_at).variables.push(variable);
            }
            Some(Frame::Host(group)) => {
                let variable = Variable { name: key, value: text.to_owned(), at: key_at };
                if let Some(hosts) = self.inventory.group(&group.clone(), key_at).hosts.last_mut() {
                    hosts.variables.push(variable);
                }
            }
            Some(Frame::Group(_)) if text.is_empty() || text == "~" => {}
            _ => self.unknown(key_at, &key),
        }
    }

    fn name_group(&mut self, of: Option<&str>, name: &str, at: At) {
        self.inventory.group(name, at);
        if let Some(of) = of {
            self.inventory.group(of, at).children.insert(name.to_owned());
        }
    }

    fn host(&mut self, group: &str, pattern: String, at: At) {
        self.inventory.group(group, at).hosts.push(Hosts { pattern, at, variables: Vec::new() });
    }
}
