//! The nodes' addresses: inside the subnet, each once, none of them special.
//!
//! Groups are looked at as runs of addresses, so that their size does not matter.

use crate::cluster::{NodeGroup, NodeOverride};
use crate::diagnostic::{Check, Fix, Problem, checks};
use crate::facts::{Facts, Hosts, Spot};
use crate::path::Path;
use crate::quoting::{counted, quote};
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::net::Ipv4Addr;

checks! {
    NO_ADDRESS "no-address" Error "A group has no address.",
    ADDRESS_SYNTAX "address-syntax" Error "An address of a node is no IPv4 address.",
    ADDRESS_COUNT "address-count" Error "A group lists more or fewer addresses than it has hosts.",
    ADDRESS_UNUSABLE "address-unusable" Error "A node would get a loopback, multicast or otherwise special address.",
    ADDRESS_OUTSIDE_SUBNET "address-outside-subnet" Error "A node's address is outside the subnet.",
    ADDRESS_RESERVED "address-reserved" Error "A node would get the subnet's network or broadcast address.",
    ADDRESSES_PAST_SUBNET "addresses-past-subnet" Error "A group's addresses run past the end of the subnet.",
    ADDRESS_OF_GATEWAY "address-of-gateway" Error "A node would get the gateway's address.",
    ADDRESS_OVERLAP "address-overlap" Error "Two nodes would get the same address.",
}

/// The field that an address comes from. Of two that clash, the greater gives way: exceptions to groups, and later
/// ones to earlier ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Origin {
    First { group: usize },
    Listed { group: usize, index: usize },
    Override { group: usize, index: usize },
}

impl Origin {
    fn path(self) -> Path {
        let spot = |group, change| Spot { group, change }.path();
        match self {
            Origin::First { group } => spot(group, None).field(NodeGroup::first_ip),
            Origin::Listed { group, index } => spot(group, None).field(NodeGroup::addresses).index(index),
            Origin::Override { group, index } => spot(group, Some(index)).field(NodeOverride::first_ip),
        }
    }

    /// How many addresses count on from the field.
    fn length(self, facts: &Facts) -> u64 {
        let count = match self {
            Origin::First { group } => facts.groups[group].hosts.names().len(),
            Origin::Listed { .. } => 1,
            Origin::Override { group, index } => facts.groups[group].overrides[index].names().len(),
        };
        count as u64
    }

    /// What is said once for a whole list of addresses.
    fn place(self) -> Origin {
        match self {
            Origin::Listed { group, .. } => Origin::Listed { group, index: 0 },
            other => other,
        }
    }
}

/// Hosts with neighbouring addresses. Wider than an address: counting on may run past the last one.
struct Run<'c> {
    low: u64,
    hosts: &'c [String],
    origin: Origin,
}

impl Run<'_> {
    fn high(&self) -> u64 {
        self.low + self.hosts.len() as u64 - 1
    }

    /// The hosts whose addresses are in this range.
    fn within(&self, low: u64, high: u64) -> &[String] {
        let (start, end) = (low.max(self.low) - self.low, high.min(self.high()) - self.low);
        &self.hosts[start as usize..=end as usize]
    }
}

/// The ends of some hosts, `gn01–gn11`: neighbours need not form a short hostlist.
fn ends(hosts: &[String]) -> String {
    match hosts {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [first, .., last] => format!("{first}–{last}"),
    }
}

fn show(address: u64) -> String {
    u32::try_from(address).map_or_else(|_| "255.255.255.255".to_owned(), |address| Ipv4Addr::from(address).to_string())
}

fn show_range(low: u64, high: u64) -> String {
    if low == high { show(low) } else { format!("{} – {}", show(low), show(high)) }
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let mut runs = Vec::new();
    let mut unset = Vec::new();
    for (i, group) in facts.node_groups() {
        if !facts.groups[i].hosts.names().is_empty() {
            read_group(facts, i, group, &mut runs, &mut unset, problems);
        }
    }
    runs.sort_by_key(|run| (run.low, run.origin));
    let free = Free::new(facts, &runs);
    for origin in unset {
        let message = "The address is missing: write the IPv4 address of the first host, the others count on from it.";
        problems.push(NO_ADDRESS.at(origin.path(), message).with_fix(free.fix(facts, origin, 0)));
    }
    check_places(facts, &runs, &free, problems);
    check_gateway(facts, &runs, &free, problems);
    check_overlaps(facts, &runs, &free, problems);
}

/// Adds the runs of a group, and the problems of the texts they come from.
fn read_group<'c>(
    facts: &Facts<'c>,
    index: usize,
    group: &NodeGroup,
    runs: &mut Vec<Run<'c>>,
    unset: &mut Vec<Origin>,
    problems: &mut Vec<Problem>,
) {
    let names = facts.groups[index].hosts.names();
    let moved = read_overrides(facts, index, group, runs, problems);
    if !group.addresses.is_empty() {
        if group.addresses.len() != names.len() {
            let message = format!(
                "The group has {} and {}: list one address for each host, in the order of the hostlist.",
                counted(names.len(), "host"),
                if group.addresses.len() == 1 {
                    "1 address".to_owned()
                } else {
                    format!("{} addresses", group.addresses.len())
                },
            );
            problems.push(
                ADDRESS_COUNT.at(Spot { group: index, change: None }.path().field(NodeGroup::addresses), message),
            );
        }
        for (k, text) in group.addresses.iter().enumerate() {
            let origin = Origin::Listed { group: index, index: k };
            let Some(address) = read(text, origin, problems) else { continue };
            if k < names.len() && !moved.contains(&k) {
                runs.push(Run { low: address, hosts: &names[k..=k], origin });
            }
        }
        return;
    }
    let origin = Origin::First { group: index };
    if group.first_ip.trim().is_empty() {
        if moved.len() < names.len() {
            unset.push(origin);
        }
        return;
    }
    let Some(first) = read(&group.first_ip, origin, problems) else { return };
    let mut start = 0;
    let mut moved: Vec<usize> = moved.into_iter().collect();
    moved.sort_unstable();
    for end in moved.into_iter().chain([names.len()]) {
        if start < end {
            runs.push(Run { low: first + start as u64, hosts: &names[start..end], origin });
        }
        start = end + 1;
    }
}

/// Adds the runs of the overrides that set addresses; the places in the group of the hosts that they move.
fn read_overrides<'c>(
    facts: &Facts<'c>,
    index: usize,
    group: &NodeGroup,
    runs: &mut Vec<Run<'c>>,
    problems: &mut Vec<Problem>,
) -> HashSet<usize> {
    let moving = |change: &&NodeOverride| change.first_ip.is_some();
    if !group.overrides.iter().any(|change| moving(&change)) {
        return HashSet::new();
    }
    let names = facts.groups[index].hosts.names();
    let places: HashMap<&str, usize> = names.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
    // Of several overrides for a host, the last one counts.
    let mut owners: HashMap<usize, (usize, usize)> = HashMap::new();
    for (j, change) in group.overrides.iter().enumerate() {
        let Some(text) = &change.first_ip else { continue };
        let Hosts::Names(hosts) = &facts.groups[index].overrides[j] else { continue };
        for (step, name) in hosts.iter().enumerate() {
            if let Some(place) = places.get(name.as_str()) {
                owners.insert(*place, (j, step));
            }
        }
        read(text, Origin::Override { group: index, index: j }, problems);
    }
    let mut moves: Vec<(usize, usize)> = owners.values().copied().collect();
    moves.sort_unstable();
    for together in moves.chunk_by(|(j, step), next| next == &(*j, step + 1)) {
        let ((j, step), count) = (together[0], together.len());
        let first = group.overrides[j].first_ip.as_ref().and_then(|text| text.trim().parse().ok());
        if let Some(first) = first.map(|first: Ipv4Addr| u64::from(u32::from(first))) {
            let hosts = &facts.groups[index].overrides[j].names()[step..step + count];
            runs.push(Run { low: first + step as u64, hosts, origin: Origin::Override { group: index, index: j } });
        }
    }
    owners.into_keys().collect()
}

fn read(text: &str, origin: Origin, problems: &mut Vec<Problem>) -> Option<u64> {
    let trimmed = text.trim();
    let address = trimmed.parse::<Ipv4Addr>().ok();
    let message = match address {
        Some(_) if trimmed == text => None,
        Some(_) => Some(format!("{} has a space around it: leave it out.", quote(text))),
        None if trimmed.is_empty() => Some("The address is empty: write an IPv4 address, “10.0.0.11”.".to_owned()),
        None => Some(format!(
            "{} is no IPv4 address: write four numbers from 0 to 255 with dots, “10.0.0.11”.",
            quote(text)
        )),
    };
    if let Some(message) = message {
        let fix = address.map(|address| Fix::set(format!("Use {address}"), origin.path(), trimmed));
        problems.push(ADDRESS_SYNTAX.at(origin.path(), message).with_fix(fix));
    }
    address.map(|address| u32::from(address).into())
}

/// Where each run lies; of a field, only the first fault is told.
fn check_places(facts: &Facts, runs: &[Run], free: &Free, problems: &mut Vec<Problem>) {
    let mut told = HashSet::new();
    for run in runs {
        if let Some((check, message)) = place_fault(facts, run)
            && told.insert((run.origin.place(), check.id))
        {
            problems.push(check.at(run.origin.path(), message).with_fix(free.fix(facts, run.origin, 0)));
        }
    }
}

fn place_fault(facts: &Facts, run: &Run) -> Option<(Check, String)> {
    let first = show(run.low);
    let host = &run.hosts[0];
    let special = match run.low >> 24 {
        0 => Some("stands for no host"),
        127 => Some("is a loopback address"),
        224..=239 => Some("is a multicast address"),
        240.. => Some("is a reserved address"),
        _ => None,
    };
    if let Some(special) = special {
        return Some((
            ADDRESS_UNUSABLE,
            format!("{host} would get {first}, which {special}: use one of the subnet's."),
        ));
    }
    let subnet = facts.subnet?;
    let (network, broadcast) = (u64::from(u32::from(subnet.network())), u64::from(u32::from(subnet.broadcast())));
    // Subnets of two or one have neither; another check says that they are too small.
    if subnet.prefix_len() >= 31 {
        return None;
    }
    if !(network..=broadcast).contains(&run.low) {
        let message =
            format!("{host} would get {first}, which is outside the subnet {subnet}: use an address inside it.");
        return Some((ADDRESS_OUTSIDE_SUBNET, message));
    }
    if run.low == network || run.low == broadcast {
        let what = if run.low == network { "network" } else { "broadcast" };
        let message = format!("{host} would get {first}, the {what} address of {subnet}: use another one.");
        return Some((ADDRESS_RESERVED, message));
    }
    (run.high() >= broadcast).then(|| {
        let message = format!(
            "{} would get addresses past {}, the last one of {subnet}: begin lower or widen the subnet.",
            ends(run.within(broadcast, run.high())),
            show(broadcast - 1)
        );
        (ADDRESSES_PAST_SUBNET, message)
    })
}

fn check_gateway(facts: &Facts, runs: &[Run], free: &Free, problems: &mut Vec<Problem>) {
    let Some(gateway) = free.gateway else { return };
    let Some(run) = runs.iter().find(|run| (run.low..=run.high()).contains(&gateway)) else { return };
    let message = format!(
        "{} would get {}, the gateway's address: use another one.",
        ends(run.within(gateway, gateway)),
        show(gateway)
    );
    problems.push(ADDRESS_OF_GATEWAY.at(run.origin.path(), message).with_fix(free.fix(facts, run.origin, gateway)));
}

/// One sweep over the runs, which are sorted: each is held against the one before it that reaches farthest. Who is in
/// service stays; of two such, or of none, the later one gives way.
fn check_overlaps(facts: &Facts, runs: &[Run], free: &Free, problems: &mut Vec<Problem>) {
    let (mut told, mut told_staying) = (HashSet::new(), HashSet::new());
    let mut farthest: Option<&Run> = None;
    for run in runs {
        if let Some(other) = farthest.filter(|other| run.low <= other.high()) {
            let rank = |run: &Run| (!free.is_in_service(facts, run.origin), run.origin);
            let (stays, moves) = if rank(other) <= rank(run) { (other, run) } else { (run, other) };
            if told.insert((stays.origin.place(), moves.origin.place())) {
                let [at_moving, at_staying] = overlap(facts, stays, moves, free);
                problems.push(at_moving);
                // Of many that come upon one, the first is enough there.
                problems.extend(
                    (stays.origin != moves.origin && told_staying.insert(stays.origin.place())).then_some(at_staying),
                );
            }
        }
        if farthest.is_none_or(|other| run.high() > other.high()) {
            farthest = Some(run);
        }
    }
}

/// What is said at the two fields that the addresses of `stays` and `moves` come from.
fn overlap(facts: &Facts, stays: &Run, moves: &Run, free: &Free) -> [Problem; 2] {
    let (low, high) = (stays.low.max(moves.low), stays.high().min(moves.high()));
    let range = show_range(low, high);
    let (staying, moving) = (ends(stays.within(low, high)), ends(moves.within(low, high)));
    let addresses = if low == high { "address" } else { "addresses" };
    let at_moving = format!("{moving} would get the {addresses} of {staying} ({range}).");
    let at_staying = format!("{moving} would get the {addresses} of {staying} too ({range}).");
    [
        ADDRESS_OVERLAP.at(moves.origin.path(), at_moving).with_fix(free.fix(facts, moves.origin, low)),
        ADDRESS_OVERLAP.at(stays.origin.path(), at_staying),
    ]
}

/// The fields that give nodes the addresses which they have in the design that is in service.
fn in_service(facts: &Facts) -> HashSet<Origin> {
    fn fields(group: &NodeGroup) -> (&str, &str, &[String]) {
        (&group.hosts, group.first_ip.trim(), &group.addresses)
    }
    fn changed(change: &NodeOverride) -> Option<(&str, &str)> {
        Some((&change.hosts, change.first_ip.as_deref()?.trim()))
    }
    let before = &facts.in_service.nodes;
    let groups: HashSet<_> = before.iter().map(fields).collect();
    let changes: HashSet<_> = before.iter().flat_map(|group| &group.overrides).filter_map(changed).collect();
    let mut origins = HashSet::new();
    for (index, group) in facts.node_groups() {
        if groups.contains(&fields(group)) && !group.addresses.is_empty() {
            origins.insert(Origin::Listed { group: index, index: 0 });
        } else if groups.contains(&fields(group)) && !group.first_ip.trim().is_empty() {
            origins.insert(Origin::First { group: index });
        }
        let known = |change: &NodeOverride| changed(change).is_some_and(|change| changes.contains(&change));
        let overrides = group.overrides.iter().enumerate().filter(|(_, change)| known(change));
        origins.extend(overrides.map(|(change, _)| Origin::Override { group: index, index: change }));
    }
    origins
}

/// The addresses of the subnet that nobody has.
struct Free {
    gateway: Option<u64>,
    /// Ranges, both ends included, in order.
    gaps: Vec<(u64, u64)>,
    /// Whether the subnet has several blocks of 256 addresses: then groups begin at one.
    blocks: bool,
    /// The fields whose nodes have their addresses already: no fix gives them others. Made when the first fault is found.
    in_service: OnceCell<HashSet<Origin>>,
}

impl Free {
    /// How many gaps a search looks at: enough to be useful, and never quadratic.
    const SEARCHED: usize = 256;

    fn new(facts: &Facts, runs: &[Run]) -> Self {
        let gateway = facts.cluster.network.gateway.trim().parse::<Ipv4Addr>().ok().map(|ip| u64::from(u32::from(ip)));
        let in_service = OnceCell::new();
        let mut gaps = Vec::new();
        let Some(subnet) = facts.subnet.filter(|subnet| subnet.prefix_len() < 31) else {
            return Self { gateway, gaps, blocks: false, in_service };
        };
        let last = u64::from(u32::from(subnet.broadcast())) - 1;
        let mut taken: Vec<(u64, u64)> = runs.iter().map(|run| (run.low, run.high())).collect();
        taken.extend(gateway.map(|gateway| (gateway, gateway)));
        taken.sort_unstable();
        let mut next = u64::from(u32::from(subnet.network())) + 1;
        for (low, high) in taken {
            if low > next && next <= last {
                gaps.push((next, (low - 1).min(last)));
            }
            next = next.max(high + 1);
        }
        if next <= last {
            gaps.push((next, last));
        }
        Self { gateway, gaps, blocks: subnet.prefix_len() < 24, in_service }
    }

    /// The next free range of this length from `from` on, or else from the subnet's start.
    fn find(&self, length: u64, from: u64) -> Option<u64> {
        let start = self.gaps.partition_point(|(_, high)| *high < from);
        let (before, after) = self.gaps.split_at(start);
        let gaps = || after.iter().chain(before).take(Self::SEARCHED).chain(self.gaps.last());
        let block = |(low, _): &(u64, u64)| if low & 255 <= 1 { low | 1 } else { (low | 255) + 2 };
        let fits = |first: u64, high: u64| first + length - 1 <= high;
        let aligned = gaps().find(|gap| self.blocks && fits(block(gap), gap.1)).map(block);
        aligned.or_else(|| gaps().find(|(low, high)| fits(*low, *high)).map(|(low, _)| *low))
    }

    fn is_in_service(&self, facts: &Facts, origin: Origin) -> bool {
        self.in_service.get_or_init(|| in_service(facts)).contains(&origin.place())
    }

    fn fix(&self, facts: &Facts, origin: Origin, from: u64) -> Option<Fix> {
        if self.is_in_service(facts, origin) {
            return None;
        }
        let length = origin.length(facts).max(1);
        let first = show(self.find(length, from)?);
        Some(Fix::set(format!("Use {first}"), origin.path(), first))
    }
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    (r#"nodes[1].firstIP = """#, &["error no-address nodes[1].firstIP"]),
    (r#"nodes[1].firstIP = "10.0.0.300""#, &["error address-syntax nodes[1].firstIP"]),
    (r#"nodes[1].firstIP = "10.0.0.11 ""#, &["error address-syntax nodes[1].firstIP"]),
    (r#"nodes[1].firstIP = "fe80::1""#, &["error address-syntax nodes[1].firstIP"]),
    (r#"nodes[1].addresses = ["10.0.7.1"]"#, &["error address-count nodes[1].addresses"]),
    (r#"nodes[1].addresses = ["10.0.7.1", "x"]"#, &["error address-syntax nodes[1].addresses[1]"]),
    (
        r#"nodes[1].addresses = ["10.0.7.1", "10.0.0.21"]"#,
        &["error address-overlap nodes[1].addresses[1]", "error address-overlap nodes[2].firstIP"],
    ),
    (r#"nodes[1].addresses = ["10.0.7.1", "10.0.7.9"]"#, &[]),
    (r#"nodes[1].firstIP = "127.0.0.1""#, &["error address-unusable nodes[1].firstIP"]),
    (r#"nodes[1].firstIP = "239.0.0.1""#, &["error address-unusable nodes[1].firstIP"]),
    (r#"nodes[1].firstIP = "10.1.0.1""#, &["error address-outside-subnet nodes[1].firstIP"]),
    (
        r#"nodes[1].firstIP = "10.0.0.0""#,
        &[
            "error address-overlap nodes[0].firstIP",
            "error address-reserved nodes[1].firstIP",
            "error address-overlap nodes[1].firstIP",
        ],
    ),
    (r#"nodes[2].firstIP = "10.0.255.255""#, &["error address-reserved nodes[2].firstIP"]),
    (r#"nodes[2].firstIP = "255.255.255.255""#, &["error address-unusable nodes[2].firstIP"]),
    (
        "nodes[1].firstIP = \"10.0.0.254\"\nnetwork.subnet = \"10.0.0.0/24\"\nnetwork.gateway = \"10.0.0.253\"",
        &["error addresses-past-subnet nodes[1].firstIP"],
    ),
    (r#"nodes[1].firstIP = "10.0.255.253""#, &["error address-of-gateway nodes[1].firstIP"]),
    (
        r#"nodes[1].firstIP = "10.0.0.20""#,
        &["error address-overlap nodes[1].firstIP", "error address-overlap nodes[2].firstIP"],
    ),
    (
        r#"nodes[2].firstIP = "10.0.0.12""#,
        &["error address-overlap nodes[1].firstIP", "error address-overlap nodes[2].firstIP"],
    ),
    (
        r#"nodes[1].overrides = [{"hosts": "cn2", "firstIP": "10.0.0.21"}]"#,
        &["error address-overlap nodes[1].overrides[0].firstIP", "error address-overlap nodes[2].firstIP"],
    ),
    (
        r#"nodes[2].overrides = [{"hosts": "gn1", "firstIP": "10.0.0.12"}]"#,
        &["error address-overlap nodes[1].firstIP", "error address-overlap nodes[2].overrides[0].firstIP"],
    ),
    ("nodes[1].overrides = [{\"hosts\": \"cn2\", \"firstIP\": \"10.0.0.30\"}]\nnodes[2].firstIP = \"10.0.0.12\"", &[]),
    (
        r#"nodes[1].overrides = [{"hosts": "cn2", "firstIP": ""}]"#,
        &["error address-syntax nodes[1].overrides[0].firstIP"],
    ),
];

#[cfg(test)]
mod tests {
    use crate::check::{check, check_against, fixtures::edited};
    use crate::diagnostic::Problem;
    use crate::nix::tables;

    #[test]
    fn an_overlap_names_the_hosts_and_the_next_free_range() {
        let cluster = edited(
            "slurm.partitions[0].nodes = \"\"\n\
             nodes[1] = {\"hosts\": \"hm[01-60]\", \"firstIP\": \"10.0.8.1\"}\n\
             nodes[2] = {\"hosts\": \"gn[01-20]\", \"firstIP\": \"10.0.8.50\"}\n\
             slurm.partitions[1].nodes = \"gn[01-20]\"",
        );
        let overlaps = |problem: &Problem| problem.id == "address-overlap";
        let problems: Vec<Problem> = check(&cluster).into_iter().filter(overlaps).collect();
        let [at_staying, at_moving] = problems.as_slice() else { panic!("{problems:?}") };
        assert_eq!(at_moving.message, "gn01–gn11 would get the addresses of hm50–hm60 (10.0.8.50 – 10.0.8.60).");
        assert_eq!(at_moving.fix.as_ref().unwrap().label, "Use 10.0.9.1");
        assert_eq!(at_staying.path.to_string(), "nodes[1].firstIP");
        assert_eq!(at_staying.fix, None);
    }

    #[test]
    fn who_is_in_service_keeps_the_address_though_the_other_stands_first() {
        let running = edited("nodes[1] = {\"hosts\": \"cn[1-2]\", \"firstIP\": \"10.0.0.11\"}");
        // The group grows into the next one, which was there before.
        let cluster = edited("nodes[1] = {\"hosts\": \"cn[1-12]\", \"firstIP\": \"10.0.0.11\"}");
        let problems = check_against(&cluster, tables::known(), &running);
        let fixes: Vec<(String, Option<String>)> = problems
            .into_iter()
            .filter(|problem| problem.id == "address-overlap")
            .map(|problem| (problem.path.to_string(), problem.fix.map(|fix| fix.label)))
            .collect();
        let [(grown, Some(_)), (there, None)] = fixes.as_slice() else { panic!("{fixes:?}") };
        assert_eq!((grown.as_str(), there.as_str()), ("nodes[1].firstIP", "nodes[2].firstIP"));

        // Also where the subnet is wrong, no fix gives running nodes other addresses.
        let mut moved = running.clone();
        std::sync::Arc::make_mut(&mut moved.network).subnet = "10.9.0.0/16".to_owned();
        let problems = check_against(&moved, tables::known(), &running);
        let outside = problems.iter().filter(|problem| problem.id == "address-outside-subnet");
        assert!(outside.clone().count() > 0 && outside.clone().all(|problem| problem.fix.is_none()), "{problems:?}");
    }
}
