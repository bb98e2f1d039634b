//! Hosts files: an address and its names a line, as hosts(5) describes them.

use super::attributes::split_domain;
use super::reading::{At, Reading, Target};
use super::report::Outcome;
use super::{Source, SourceFile};
use crate::check::is_host_name;
use std::net::IpAddr;

/// Names of other interfaces of a node: `cn001-ipmi`.
const OTHER_INTERFACES: &[(&str, &str)] = &[
    ("ib", "a fabric"),
    ("ib0", "a fabric"),
    ("opa", "a fabric"),
    ("hsn", "a fabric"),
    ("hsn0", "a fabric"),
    ("bmc", "a management controller"),
    ("ipmi", "a management controller"),
    ("ilo", "a management controller"),
    ("idrac", "a management controller"),
    ("oob", "a management controller"),
];

pub(super) fn fits(_: &SourceFile, start: &str) -> bool {
    let first = start.lines().map(content).find(|line| !line.is_empty()).unwrap_or_default();
    let mut words = first.split_whitespace();
    words.next().is_some_and(|word| word.parse::<IpAddr>().is_ok()) && words.next().is_some()
}

/// A line without its comment.
fn content(line: &str) -> &str {
    line.split('#').next().unwrap_or_default().trim()
}

pub(super) fn read(sources: &[Source], reading: &mut Reading) {
    for (file, source) in sources.iter().enumerate() {
        for (number, line) in source.text.lines().enumerate() {
            let (at, line) = (At { file, line: number + 1 }, content(line));
            if line.is_empty() {
                continue;
            }
            let outcome = read_line(at, line, reading);
            reading.note(at, line, outcome);
        }
    }
}

fn read_line(at: At, line: &str, reading: &mut Reading) -> Outcome<Target> {
    let mut words = line.split_whitespace();
    let address = words.next().unwrap_or_default();
    let Some(full) = words.clone().next() else { return Outcome::Wrong("no name stands after the address".to_owned()) };
    let ip = match address.parse::<IpAddr>() {
        Ok(ip) if ip.is_loopback() || ip.is_multicast() || ip.is_unspecified() || full.starts_with("ip6-") => {
            return Outcome::Implied("every node has a line like this".to_owned());
        }
        Ok(IpAddr::V4(ip)) => ip,
        Ok(IpAddr::V6(_)) => return Outcome::NoPlace("nodes are described by their IPv4 address".to_owned()),
        Err(_) => return Outcome::Wrong(format!("“{address}” is no IP address")),
    };
    let (name, domain) = words.clone().map(split_domain).find(|(_, domain)| !domain.is_empty()).unwrap_or((full, ""));
    if !is_host_name(name) {
        return Outcome::Wrong(format!("“{name}” is no host name: letters, digits and inner hyphens"));
    }
    if let Some((node, end)) = name.rsplit_once('-')
        && let Some((_, what)) = OTHER_INTERFACES.iter().find(|(known, _)| *known == end)
    {
        return Outcome::NoPlace(format!(
            "an address of {node} on {what}: only the one on the cluster's network is taken"
        ));
    }
    match reading.node(name) {
        None => Outcome::Wrong("the design would have more nodes than it takes".to_owned()),
        Some(told) if told.ip.is_some_and(|known| known != ip) => {
            Outcome::NoPlace(format!("{name} has an address already, and a node has one on the cluster's network"))
        }
        Some(told) => {
            told.ip = Some(ip);
            reading.note_domain(at, domain);
            Outcome::Taken(Target::Node(name.to_owned(), "firstIP"))
        }
    }
}
