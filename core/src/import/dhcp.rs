//! What DHCP servers know of machines: their MAC addresses, addresses and names.
//!
//! Read are dnsmasq's `dhcp-host` lines and hosts files (dnsmasq(8)), ethers(5), `host` statements of ISC's dhcpd.conf(5) and
//! reservations of Kea's configuration. The flake runs no DHCP server: what is about leases has no place.

use super::attributes::{address, mac, role_in_name, split_domain};
use super::hosts;
use super::reading::{At, Reading, Target, can_be_kept, taken_name};
use super::report::Outcome;
use super::{Source, SourceFile};
use crate::cluster::{Cluster, Network, Role};
use crate::path::{Field, Path};
use serde_json::Value;
use std::collections::HashMap;
use std::net::Ipv4Addr;

/// How deep blocks of dhcpd.conf may stand in each other.
const MAX_DEPTH: usize = 64;

const NO_SERVER: &str = "the flake runs no DHCP server: nodes have fixed addresses";
const NO_NAME: &str = "no name stands with it, and no other file names this address";

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Dnsmasq,
    Ethers,
    Isc,
    Kea,
}

fn form(text: &str) -> Option<Form> {
    if text.trim_start().starts_with(['{', '/', '#']) && text.contains("\"Dhcp4\"") || text.contains("\"hw-address\"") {
        return Some(Form::Kea);
    }
    let mut lines = text.lines().map(content).filter(|line| !line.is_empty());
    let is_isc =
        |line: &str| line.contains("hardware ethernet") || line.starts_with("subnet ") && line.contains(" netmask ");
    if lines.clone().any(is_isc) {
        return Some(Form::Isc);
    }
    if lines.clone().any(|line| dnsmasq_key(line, "dhcp-host").is_some() || dnsmasq_key(line, "dhcp-range").is_some()) {
        return Some(Form::Dnsmasq);
    }
    let first = lines.next()?;
    let word = first.split([',', ' ', '\t']).next().unwrap_or_default();
    if mac(word).is_err() || !word.contains([':', '-']) {
        return None;
    }
    Some(if first.contains(',') { Form::Dnsmasq } else { Form::Ethers })
}

pub(super) fn fits(_: &SourceFile, start: &str) -> bool {
    form(start).is_some()
}

/// A line without its comment.
fn content(line: &str) -> &str {
    line.split('#').next().unwrap_or_default().trim()
}

/// The nodes by their addresses, as far as other files gave them.
type Addresses = HashMap<Ipv4Addr, String>;

pub(super) fn read(sources: &[Source], reading: &mut Reading) {
    let addresses: Addresses =
        reading.nodes.iter().filter_map(|imported| Some((imported.ip?, imported.name.clone()))).collect();
    for source in sources {
        match form(&source.text).unwrap_or(Form::Dnsmasq) {
            Form::Isc => isc(source, &addresses, reading),
            Form::Kea => kea(source, &addresses, reading),
            form => {
                for (number, line) in source.text.lines().enumerate() {
                    let (at, line) = (At { file: source.index, line: number + 1 }, content(line));
                    if !line.is_empty() {
                        let outcome = if form == Form::Ethers {
                            ethers(at, line, &addresses, reading)
                        } else {
                            dnsmasq(at, line, &addresses, reading)
                        };
                        reading.note(at, line, outcome);
                    }
                }
            }
        }
    }
}

/// A machine as a DHCP server knows it.
#[derive(Default)]
struct Known {
    name: String,
    mac: Option<String>,
    ip: Option<Ipv4Addr>,
}

/// Puts a machine into its node.
fn take(at: At, known: Known, addresses: &Addresses, reading: &mut Reading) -> Outcome<Target> {
    let by_address = || addresses.get(&known.ip?).cloned();
    let (short, domain) = split_domain(&known.name);
    let name = match reading.known_as(short) {
        Some(name) => name.to_owned(),
        None if short.is_empty() => match by_address() {
            Some(name) => name,
            None => return Outcome::NoPlace(NO_NAME.to_owned()),
        },
        None => short.to_owned(),
    };
    if !can_be_kept(&name) {
        return Outcome::Wrong(format!("“{name}” cannot be a host name: use letters, digits and inner hyphens"));
    }
    if reading.find(&name).is_none() {
        if let Some(node) = hosts::owner_of(&name) {
            let why = format!("it is another interface of “{node}”: only the one on the cluster’s network is taken");
            return Outcome::NoPlace(why);
        }
        if reading.has_slurm_nodes() && role_in_name(&name).is_none_or(|role| role == Role::Worker) {
            let why = "slurm.conf has no such node: import this file by itself to add it";
            return Outcome::NoPlace(why.to_owned());
        }
    }
    let domain = domain.to_owned();
    let Some(imported) = reading.node(&name) else {
        return Outcome::Wrong("the design would have more nodes than it takes".to_owned());
    };
    if let (Some(given), Some(before)) = (known.ip, imported.ip)
        && given != before
    {
        return Outcome::NoPlace(format!(
            "“{name}” has an address already, and a node has one on the cluster’s network"
        ));
    }
    if let (Some(given), Some(before)) = (&known.mac, &imported.mac)
        && given != before
    {
        return Outcome::NoPlace(format!("“{name}” has a MAC address already: a node has one interface here"));
    }
    let key = if known.mac.is_some() { "macAddresses" } else { "firstIP" };
    imported.ip = known.ip.or(imported.ip);
    imported.mac = known.mac.or(imported.mac.take());
    reading.note_domain(at, &domain);
    taken_name(&name, key)
}

/// The value of a line `key=value` of dnsmasq.conf, also as an option of the command line.
fn dnsmasq_key<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    let rest = line.trim_start_matches('-').strip_prefix(key)?.trim_start();
    rest.strip_prefix('=').map(str::trim)
}

fn dnsmasq(at: At, line: &str, addresses: &Addresses, reading: &mut Reading) -> Outcome<Target> {
    let is_bare = !line.contains('=') && line.contains(',');
    if let Some(value) = dnsmasq_key(line, "dhcp-host").or(is_bare.then_some(line)) {
        let mut known = Known::default();
        for word in value.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let is_tag = ["set:", "net:", "tag:", "id:", "[", "*"].iter().any(|start| word.starts_with(start));
            let is_time = word == "infinite"
                || word.trim_end_matches(['s', 'm', 'h', 'd', 'w']).bytes().all(|byte| byte.is_ascii_digit());
            if word == "ignore" {
                return Outcome::NoPlace("dnsmasq gives it no address".to_owned());
            } else if let Ok(mac) = mac(word) {
                known.mac.get_or_insert(mac);
            } else if let Ok(ip) = word.parse() {
                known.ip.get_or_insert(ip);
            } else if !is_tag && !is_time && known.name.is_empty() {
                known.name = word.to_owned();
            }
        }
        return take(at, known, addresses, reading);
    }
    if let Some(value) = dnsmasq_key(line, "host-record") {
        let words: Vec<&str> = value.split(',').map(str::trim).collect();
        let ip = words.iter().find_map(|word| word.parse().ok());
        return take(at, Known { name: words[0].to_owned(), mac: None, ip }, addresses, reading);
    }
    if let Some(value) = dnsmasq_key(line, "domain") {
        return set(Network::domain, value.split(',').next().unwrap_or_default(), reading);
    }
    if let Some(value) = dnsmasq_key(line, "dhcp-option") {
        let words: Vec<&str> = value.split(',').map(str::trim).collect();
        let is_router = words.iter().any(|word| ["3", "option:router", "option:3"].contains(word));
        if let Some(router) = words.last().filter(|word| is_router && word.parse::<Ipv4Addr>().is_ok()) {
            return set(Network::gateway, router, reading);
        }
    }
    Outcome::NoPlace("the flake runs no dnsmasq".to_owned())
}

fn set(field: Field<Network, String>, value: &str, reading: &mut Reading) -> Outcome<Target> {
    reading.set(Path::root().field(Cluster::network).field(field), value)
}

fn ethers(at: At, line: &str, addresses: &Addresses, reading: &mut Reading) -> Outcome<Target> {
    let mut words = line.split_whitespace();
    let (Some(first), Some(second)) = (words.next(), words.next()) else {
        return Outcome::Wrong("a line is a MAC address and a name".to_owned());
    };
    match (mac(first), second.parse()) {
        (Err(why), _) => Outcome::Wrong(why),
        (Ok(mac), Ok(ip)) => take(at, Known { mac: Some(mac), ip: Some(ip), name: String::new() }, addresses, reading),
        (Ok(mac), Err(_)) => take(at, Known { mac: Some(mac), ip: None, name: second.to_owned() }, addresses, reading),
    }
}

/// Statements of dhcpd.conf, each with the line it begins on and the sign that ends it.
fn statements(text: &str) -> Vec<(usize, Vec<String>, char)> {
    let (mut all, mut words, mut word) = (Vec::new(), Vec::new(), String::new());
    let mut begun = 0;
    for (number, line) in text.lines().enumerate() {
        let mut quoted = false;
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            if words.is_empty() && word.is_empty() {
                begun = number + 1;
            }
            match c {
                '"' => quoted = !quoted,
                c if quoted => word.push(c),
                '#' => break,
                '/' if chars.peek() == Some(&'/') => break,
                '{' | '}' | ';' => {
                    if !word.is_empty() {
                        words.push(std::mem::take(&mut word));
                    }
                    if !words.is_empty() || c == '}' {
                        all.push((begun, std::mem::take(&mut words), c));
                    }
                }
                c if c.is_whitespace() => {
                    if !word.is_empty() {
                        words.push(std::mem::take(&mut word));
                    }
                }
                c => word.push(c),
            }
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    all
}

fn isc(source: &Source, addresses: &Addresses, reading: &mut Reading) {
    // What blocks stand open; a `host` with what it says so far.
    let mut open: Vec<Option<(At, String, Known)>> = Vec::new();
    for (line, words, end) in statements(&source.text) {
        let at = At { file: source.index, line };
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let text = words.join(" ");
        if end == '{' {
            if open.len() == MAX_DEPTH {
                let why = format!("blocks stand in each other more than {MAX_DEPTH} deep: the rest is not read");
                reading.note(at, &text, Outcome::Wrong(why));
                return;
            }
            open.push(match words.as_slice() {
                ["host", name] => Some((at, text, Known { name: (*name).to_owned(), ..Known::default() })),
                _ => None,
            });
            continue;
        }
        let host = open.iter_mut().rev().flatten().next();
        let outcome = match (words.as_slice(), host) {
            ([], _) => None,
            (["hardware", _, text], Some((_, _, known))) => {
                mac(text).map(|mac| known.mac = Some(mac)).err().map(Outcome::Wrong)
            }
            (["fixed-address", first, ..], Some((_, _, known))) => {
                // A name there is looked up elsewhere.
                known.ip = address(first.trim_end_matches(',')).ok();
                None
            }
            (["option", "host-name", name] | ["ddns-hostname", name], Some((_, _, known))) => {
                known.name = (*name).to_owned();
                None
            }
            (["option", "routers", router, ..], _) if router.parse::<Ipv4Addr>().is_ok() => {
                Some(set(Network::gateway, router, reading))
            }
            (["option", "domain-name", domain], _) => Some(set(Network::domain, domain, reading)),
            _ => Some(Outcome::NoPlace(NO_SERVER.to_owned())),
        };
        if let Some(outcome) = outcome {
            // The key of a server's API is a secret.
            let shown = if words.contains(&"secret") { "secret …" } else { &text };
            reading.note(at, shown, outcome);
        }
        if end == '}'
            && let Some(Some((at, text, known))) = open.pop()
        {
            let outcome = take(at, known, addresses, reading);
            reading.note(at, &text, outcome);
        }
    }
}

/// JSON as Kea reads it: without comments.
fn without_comments(text: &str) -> String {
    let (mut plain, mut quoted) = (String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted => {
                plain.push(c);
                plain.extend(chars.next());
            }
            '"' => {
                quoted = !quoted;
                plain.push(c);
            }
            '#' if !quoted => while chars.next_if(|c| *c != '\n').is_some() {},
            '/' if !quoted && chars.peek() == Some(&'/') => while chars.next_if(|c| *c != '\n').is_some() {},
            '/' if !quoted && chars.peek() == Some(&'*') => {
                let mut before = ' ';
                for c in chars.by_ref() {
                    if before == '*' && c == '/' {
                        break;
                    }
                    before = c;
                }
            }
            c => plain.push(c),
        }
    }
    plain
}

fn kea(source: &Source, addresses: &Addresses, reading: &mut Reading) {
    let whole = At { file: source.index, line: 0 };
    let config: Value = match serde_json::from_str(&without_comments(&source.text)) {
        Ok(config) => config,
        Err(error) => {
            let at = At { line: error.line(), ..whole };
            reading.note(at, "the file", Outcome::Wrong(format!("this is not JSON: {error}")));
            return;
        }
    };
    let mut found = Vec::new();
    reservations(&config, &mut found);
    let mut lines: HashMap<&str, usize> = HashMap::new();
    for (number, line) in source.text.lines().enumerate() {
        for quoted in line.split('"').skip(1).step_by(2) {
            lines.entry(quoted).or_insert(number + 1);
        }
    }
    for reservation in found {
        let text = |key: &str| reservation.get(key).and_then(Value::as_str).unwrap_or_default();
        let (hardware, name, ip) = (text("hw-address"), text("hostname"), text("ip-address"));
        let shown = [hardware, ip, name].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
        let line = shown.first().and_then(|first| lines.get(first).copied());
        let at = At { line: line.unwrap_or(0), ..whole };
        let known = Known { name: name.to_owned(), mac: mac(hardware).ok(), ip: address(ip).ok() };
        let outcome = match mac(hardware) {
            Err(why) if !hardware.is_empty() => Outcome::Wrong(why),
            _ => take(at, known, addresses, reading),
        };
        reading.note(at, &shown.join(" "), outcome);
    }
    reading.note(whole, "everything but reservations", Outcome::NoPlace(NO_SERVER.to_owned()));
}

/// The reservations in a configuration: of the server, its networks and their subnets.
fn reservations<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::Array(list) if key == "reservations" => found.extend(list),
                    other => reservations(other, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| reservations(value, found)),
        _ => {}
    }
}
