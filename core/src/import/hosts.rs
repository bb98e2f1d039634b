//! Hosts files: an address and its names a line, as hosts(5) describes them.

use super::attributes::{role_in_name, split_domain};
use super::reading::{At, Reading, Target, can_be_kept, taken_name};
use super::report::Outcome;
use super::{Source, SourceFile};
use crate::cluster::Role;
use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};

/// What names of a node's other interfaces have before or behind the node's name: `cn001-ib`, `ipmi-cn001`, `cn001.opa`.
const INTERFACES: &[(&str, Interface)] = &[
    ("ib", Interface::Fabric),
    ("ipoib", Interface::Fabric),
    ("infiniband", Interface::Fabric),
    ("opa", Interface::Fabric),
    ("hsn", Interface::Fabric),
    ("hsi", Interface::Fabric),
    ("roce", Interface::Fabric),
    ("rdma", Interface::Fabric),
    ("fabric", Interface::Fabric),
    ("bmc", Interface::Management),
    ("ipmi", Interface::Management),
    ("ilo", Interface::Management),
    ("idrac", Interface::Management),
    ("drac", Interface::Management),
    ("imm", Interface::Management),
    ("xcc", Interface::Management),
    ("oob", Interface::Management),
    ("rsa", Interface::Management),
    ("sp", Interface::Management),
    ("mgmt", Interface::Management),
    ("mgt", Interface::Management),
    ("console", Interface::Management),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Interface {
    /// The second network, for MPI and storage.
    Fabric,
    /// A management controller.
    Management,
    /// An interface that the description has no place for.
    Other,
}

/// Words in the names of machines that are no nodes of a cluster.
const DEVICES: &[(&str, &str)] = &[
    ("switch", "switch"),
    ("sw", "switch"),
    ("pdu", "power distribution unit"),
    ("ups", "power supply"),
    ("printer", "printer"),
    ("router", "router"),
    ("gw", "gateway"),
    ("gateway", "gateway"),
    ("firewall", "firewall"),
    ("kvm", "console switch"),
];

/// What a name says of a machine that is no node: `sw-rack1` is a switch.
fn device_in(name: &str) -> Option<&'static str> {
    let words = name.split(|c: char| !c.is_ascii_alphabetic());
    words.into_iter().find_map(|word| DEVICES.iter().find(|(known, _)| *known == word)).map(|(_, what)| *what)
}

/// Names that stand in every hosts file, and are nobody's in particular.
const EVERYWHERE: &[&str] = &["localhost", "localhost4", "localhost6", "broadcasthost", "loghost"];

/// A line with an address and names.
struct Line {
    at: At,
    ip: Ipv4Addr,
    names: Vec<String>,
    text: String,
}

pub(super) fn fits(_: &SourceFile, start: &str) -> bool {
    let first = start.lines().map(content).find(|line| !line.is_empty()).unwrap_or_default();
    let mut words = first.split_whitespace();
    words.next().is_some_and(|word| word.parse::<IpAddr>().is_ok())
        && words.next().is_some_and(|name| !name.contains('='))
}

/// A line without its comment.
fn content(line: &str) -> &str {
    line.split('#').next().unwrap_or_default().trim()
}

pub(super) fn read(sources: &[Source], reading: &mut Reading) {
    let mut lines = Vec::new();
    for source in sources {
        for (number, line) in source.text.lines().enumerate() {
            let (at, text) = (At { file: source.index, line: number + 1 }, content(line));
            if text.is_empty() {
                continue;
            }
            match read_line(text) {
                Ok((ip, names)) => lines.push(Line { at, ip, names, text: text.to_owned() }),
                Err(outcome) => {
                    reading.note(at, text, outcome);
                }
            }
        }
    }
    let others = other_interfaces(&lines, reading);
    // Slurm's own list of nodes is the whole one.
    let is_closed = reading.has_slurm_nodes();
    // The nodes come first, whatever the order of the lines.
    let (owners, interfaces): (Vec<&Line>, Vec<&Line>) =
        lines.iter().partition(|line| !others.contains_key(line.names[0].as_str()));
    // The name that slurm.conf reaches a node under has the address that counts.
    let (first, then): (Vec<&Line>, Vec<&Line>) = owners
        .into_iter()
        .partition(|line| line.names.iter().any(|name| reading.is_address_name(split_domain(name).0)));
    for line in first.into_iter().chain(then) {
        place(line, is_closed, reading);
    }
    for line in interfaces {
        let (node, interface) = &others[line.names[0].as_str()];
        let node = reading.known_as(node).unwrap_or(node).to_owned();
        let outcome = match interface {
            Interface::Fabric => on_fabric(line, &node, is_closed, reading),
            Interface::Management => Outcome::NoPlace(format!(
                "an address of the management controller of “{node}”, which the design has no place for"
            )),
            Interface::Other => Outcome::NoPlace(format!(
                "an address of “{node}” on another network: the design has the cluster’s network and one fabric"
            )),
        };
        reading.note(line.at, &line.text, outcome);
    }
}

/// Puts the address of a line into the node whose interface on the fabric it names.
fn on_fabric(line: &Line, node: &str, is_closed: bool, reading: &mut Reading) -> Outcome<Target> {
    if !can_be_kept(node) || is_closed && reading.find(node).is_none() {
        return Outcome::NoPlace(format!("no file tells of a node “{node}”"));
    }
    let Some(imported) = reading.node(node) else {
        return Outcome::Wrong("the design would have more nodes than it takes".to_owned());
    };
    if imported.fabric_ip.is_some_and(|known| known != line.ip) {
        return Outcome::NoPlace(format!("“{node}” has an address on the fabric already, and a node has one there"));
    }
    imported.fabric_ip = Some(line.ip);
    line.names.iter().for_each(|name| reading.also_called(node, split_domain(name).0));
    Outcome::Taken(Target::Node(node.to_owned(), "fabricFirstIP"))
}

/// The node whose management controller or second interface is called `name`; `None` where it is a node's own name.
pub(super) fn owner_of(name: &str) -> Option<&str> {
    parts(name).into_iter().find(|(_, word)| known(word).is_some()).map(|(node, _)| node)
}

/// The address and the names of a line; what becomes of the line where it is nobody's.
fn read_line(line: &str) -> Result<(Ipv4Addr, Vec<String>), Outcome<Target>> {
    let mut words = line.split_whitespace();
    let address = words.next().unwrap_or_default();
    let names: Vec<String> = words.map(str::to_owned).collect();
    let Some(full) = names.first() else {
        return Err(Outcome::Wrong("no name stands after the address".to_owned()));
    };
    let everywhere = || names.iter().any(|name| EVERYWHERE.contains(&split_domain(name).0));
    match address.parse::<IpAddr>() {
        Ok(ip)
            if ip.is_loopback()
                || ip.is_multicast()
                || ip.is_unspecified()
                || full.starts_with("ip6-")
                || everywhere() =>
        {
            Err(Outcome::Implied("every node has a line like this".to_owned()))
        }
        Ok(IpAddr::V4(ip)) => Ok((ip, names)),
        Ok(IpAddr::V6(_)) => Err(Outcome::NoPlace("nodes are described by their IPv4 address".to_owned())),
        Err(_) => Err(Outcome::Wrong(format!("“{address}” is not an IP address"))),
    }
}

/// The lines, by their first names, that are of another interface of a machine that has a line or is known otherwise.
fn other_interfaces(lines: &[Line], reading: &Reading) -> HashMap<String, (String, Interface)> {
    let machines: HashSet<&str> = lines.iter().flat_map(|line| &line.names).map(|name| split_domain(name).0).collect();
    let is_machine = |name: &str| machines.contains(name) || reading.known_as(name).is_some();
    let mut found = HashMap::new();
    // What stands beside names of machines, and of how many of them: `10g` in cn1-10g, cn2-10g.
    let mut beside: HashMap<String, Vec<(&str, &str)>> = HashMap::new();
    for line in lines {
        let full = line.names[0].as_str();
        let (short, domain) = split_domain(full);
        let first_of_domain = split_domain(domain).0;
        // A node’s own line has its short name too, whatever its domain is called.
        if let Some(interface) = known(first_of_domain).filter(|_| line.names.iter().all(|name| name != short)) {
            found.insert(full.to_owned(), (short.to_owned(), interface));
            continue;
        }
        if let Some((node, word)) = parts(short).into_iter().find(|(_, word)| known(word).is_some()) {
            let interface = known(word).unwrap_or(Interface::Other);
            found.insert(full.to_owned(), (node.to_owned(), interface));
        } else if let Some((node, word)) = parts(short).into_iter().find(|(node, word)| {
            is_machine(node) && !word.bytes().all(|byte| byte.is_ascii_digit()) && role_in_name(word).is_none()
        }) {
            beside.entry(word.to_owned()).or_default().push((full, node));
        }
    }
    for (_, names) in beside.into_iter().filter(|(_, names)| names.len() > 1) {
        for (full, node) in names {
            found.insert(full.to_owned(), (node.to_owned(), Interface::Other));
        }
    }
    found
}

/// What a word says of an interface: `ib`, `ib0`, `hsn1`.
fn known(word: &str) -> Option<Interface> {
    let plain = word.trim_end_matches(|c: char| c.is_ascii_digit()).to_ascii_lowercase();
    INTERFACES.iter().find(|(known, _)| *known == plain).map(|(_, interface)| *interface)
}

/// A name in two, the node's and what stands beside it: `cn1-ib`, `ib-cn1`, `cn1_ib`, `cn1ib0`.
fn parts(name: &str) -> Vec<(&str, &str)> {
    let signs = ['-', '_'];
    let mut parts: Vec<(&str, &str)> = Vec::new();
    parts.extend(name.rsplit_once(signs));
    parts.extend(name.split_once(signs).map(|(word, node)| (node, word)));
    // `cn001ib`, `cn001ib0`: letters directly behind the node's number.
    let without_number = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let node = without_number.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if node.ends_with(|c: char| c.is_ascii_digit()) && without_number.len() > node.len() {
        parts.push((node, &name[node.len()..]));
    }
    parts.retain(|(node, word)| !node.is_empty() && !word.is_empty());
    parts
}

/// Puts the address of a line into its node.
fn place(line: &Line, is_closed: bool, reading: &mut Reading) {
    let Line { at, ip, names, text } = line;
    let (full, domain) =
        names.iter().map(|name| split_domain(name)).find(|(_, domain)| !domain.is_empty()).unwrap_or((&names[0], ""));
    // The name that other files have for it, else that of the full name.
    let known = names.iter().find_map(|name| reading.known_as(split_domain(name).0)).map(str::to_owned);
    let name = known.clone().unwrap_or_else(|| full.to_owned());
    let outcome = if let Some(what) = device_in(&name).filter(|_| known.is_none()) {
        Outcome::NoPlace(format!("a {what}, going by its name: add it in the form if it is a node"))
    } else if !can_be_kept(&name) {
        Outcome::Wrong(format!("“{name}” cannot be a host name: use letters, digits and inner hyphens"))
    } else if is_closed && known.is_none() && role_in_name(&name).is_none_or(|role| role == Role::Worker) {
        let why = "slurm.conf has no such node: import the hosts file by itself to add it";
        Outcome::NoPlace(why.to_owned())
    } else {
        match reading.node(&name) {
            None => Outcome::Wrong("the design would have more nodes than it takes".to_owned()),
            Some(imported) if imported.ip.is_some_and(|known| known != *ip) => Outcome::NoPlace(format!(
                "“{name}” has an address already, and a node has one on the cluster’s network"
            )),
            Some(imported) => {
                imported.ip = Some(*ip);
                reading.note_domain(*at, domain);
                taken_name(&name, "firstIP")
            }
        }
    };
    let is_taken = outcome.target().is_some();
    reading.note(*at, text, outcome);
    let aliases: Vec<&str> = names.iter().map(|name| split_domain(name).0).filter(|alias| *alias != name).collect();
    for alias in &aliases {
        reading.also_called(&name, alias);
    }
    if is_taken && !aliases.is_empty() {
        let why =
            format!("“{name}” has one name here: add the others with networking.hosts in a module if they are in use");
        reading.note(*at, &format!("aliases {}", aliases.join(" ")), Outcome::NoPlace(why));
    }
}
