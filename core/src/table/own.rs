//! What hosts of a group have of their own, host by host, and folded into overrides again.
//!
//! Overrides are lists of hosts with addresses that count on, so changing one host can take an override apart. Only
//! those that name a changed host are rewritten, and every host keeps what it had.

use crate::cluster::expand::count_on;
use crate::cluster::{Described, NodeGroup, NodeOverride};
use crate::hostlist;
use std::collections::{BTreeSet, HashMap};
use std::net::Ipv4Addr;

/// The override of `change`'s `step`th host, alone.
pub(super) fn of_host(change: &NodeOverride, step: usize, name: String) -> NodeOverride {
    let counted = |first: &Option<String>| first.as_ref().map(|first| counted_on(first, step));
    NodeOverride {
        hosts: name,
        first_ip: counted(&change.first_ip),
        fabric_first_ip: counted(&change.fabric_first_ip),
        mac_addresses: change.mac_addresses.as_ref().map(|list| list.get(step).cloned().into_iter().collect()),
        ..change.clone()
    }
}

/// The address `step` after the one that `first` is; what is no address stays as it is.
pub(super) fn counted_on(first: &str, step: usize) -> String {
    let address = first.trim().parse::<Ipv4Addr>().ok().filter(|_| step > 0);
    address.and_then(|first| count_on(first, step)).map_or_else(|| first.to_owned(), |address| address.to_string())
}

/// Puts what `over` sets in the place of what `under` says of the same host. A NixOS module is kept where `over` has none.
pub(super) fn lay_over(under: &mut NodeOverride, over: NodeOverride) {
    macro_rules! take {
        ($($field:ident)*) => {
            $(if over.$field.is_some() { under.$field = over.$field; })*
        };
    }
    take!(first_ip interface mac_addresses fabric_first_ip sockets cores_per_socket threads_per_core memory_mib gpus);
    take!(boot features weight);
    under.hosts = over.hosts;
    if !over.extra_config.is_empty() {
        under.extra_config = over.extra_config;
    }
}

/// Changes what the hosts at `positions` of `group` have of their own. `change` gets each place and what its host has.
/// What equals the group's own value afterwards is no difference any more.
///
/// Fails with a sentence where the group's hostlist cannot be read, where `change` does, or where a host has two NixOS
/// modules in overrides that would become one; the group is then of no use.
pub(super) fn change_own(
    group: &mut NodeGroup,
    positions: &BTreeSet<usize>,
    change: &dyn Fn(usize, &mut NodeOverride),
) -> Result<(), String> {
    let names = hostlist::expand(&group.hosts).map_err(|error| error.to_string())?;
    let places: HashMap<&str, usize> = names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
    let mut mine: HashMap<usize, NodeOverride> = HashMap::new();
    let mut kept = Vec::new();
    for over in std::mem::take(&mut group.overrides) {
        let hosts = hostlist::expand(&over.hosts).unwrap_or_default();
        let place = |host: &String| places.get(host.as_str()).filter(|place| positions.contains(place));
        if !hosts.iter().any(|host| place(host).is_some()) {
            kept.push(over);
            continue;
        }
        let mut others = Vec::new();
        for (step, host) in hosts.into_iter().enumerate() {
            let own = of_host(&over, step, host.clone());
            match place(&host) {
                None => others.push(own),
                Some(place) => {
                    let whole = mine.entry(*place).or_default();
                    let two = !whole.extra_config.is_empty() && !own.extra_config.is_empty();
                    if two && whole.extra_config != own.extra_config {
                        return Err(format!("Two differences bring a NixOS module for {host}: make them one first."));
                    }
                    lay_over(whole, own);
                }
            }
        }
        kept.extend(fold(others));
    }
    let mut changed = Vec::new();
    for position in positions {
        let Some(name) = names.get(*position) else { continue };
        let mut own = mine.remove(position).unwrap_or_default();
        own.hosts.clone_from(name);
        change(*position, &mut own);
        drop_same(group, *position, &mut own);
        if !is_empty(&own) {
            changed.push(own);
        }
    }
    group.overrides = join(kept, fold(changed));
    Ok(())
}

/// Takes out what is as in the group.
fn drop_same(group: &NodeGroup, position: usize, own: &mut NodeOverride) {
    macro_rules! drop {
        ($($field:ident)*) => {
            $(if own.$field.as_ref() == Some(&group.$field) { own.$field = None; })*
        };
    }
    drop!(interface sockets cores_per_socket threads_per_core memory_mib gpus boot features weight);
    let address = match group.addresses.get(position) {
        Some(listed) => listed.clone(),
        None => counted_on(&group.first_ip, position),
    };
    if own.first_ip.as_ref() == Some(&address) {
        own.first_ip = None;
    }
    if own.fabric_first_ip.as_ref() == Some(&counted_on(&group.fabric_first_ip, position)) {
        own.fabric_first_ip = None;
    }
    if own.mac_addresses.as_deref().is_some_and(|own| own.first() == group.mac_addresses.get(position)) {
        own.mac_addresses = None;
    }
}

fn is_empty(own: &NodeOverride) -> bool {
    *own == NodeOverride { hosts: own.hosts.clone(), ..NodeOverride::default() }
}

/// Whether nothing in it depends on which of its hosts is meant.
fn is_plain(own: &NodeOverride) -> bool {
    own.first_ip.is_none() && own.fabric_first_ip.is_none() && own.mac_addresses.is_none()
}

/// What two overrides have in common where only their hosts differ.
fn kind(own: &NodeOverride) -> String {
    NodeOverride { hosts: String::new(), ..own.clone() }.write().to_string()
}

/// An override that is being put together.
struct Fold {
    whole: NodeOverride,
    hosts: Vec<String>,
}

impl Fold {
    /// Whether `next` goes on where this ends.
    fn goes_on(&self, next: &NodeOverride) -> bool {
        let step = self.hosts.len();
        let follows = |first: &Option<String>, next: &Option<String>| match (first, next) {
            (None, None) => true,
            (Some(first), Some(next)) => {
                let at = first.parse::<Ipv4Addr>().ok().and_then(|first| count_on(first, step));
                at.is_some_and(|at| next.parse() == Ok(at))
            }
            _ => false,
        };
        let listed = |own: &NodeOverride| own.mac_addresses.as_ref().map(Vec::len);
        let bare = |own: &NodeOverride| NodeOverride {
            hosts: String::new(),
            first_ip: None,
            fabric_first_ip: None,
            mac_addresses: None,
            ..own.clone()
        };
        follows(&self.whole.first_ip, &next.first_ip)
            && follows(&self.whole.fabric_first_ip, &next.fabric_first_ip)
            && (listed(&self.whole) == listed(next).map(|_| step) && listed(next).is_none_or(|count| count == 1))
            && bare(&self.whole) == bare(next)
    }

    fn close(self) -> NodeOverride {
        NodeOverride { hosts: hostlist::compress(&self.hosts), ..self.whole }
    }
}

/// Overrides of single hosts as few ones of many: neighbours whose addresses count on, and all that are alike.
fn fold(owns: Vec<NodeOverride>) -> Vec<NodeOverride> {
    let mut folds: Vec<Fold> = Vec::new();
    let mut plain: HashMap<String, usize> = HashMap::new();
    for mut own in owns {
        let hosts = std::mem::take(&mut own.hosts);
        let at = if is_plain(&own) {
            Some(*plain.entry(kind(&own)).or_insert(folds.len())).filter(|at| *at < folds.len())
        } else {
            folds.len().checked_sub(1).filter(|last| folds[*last].goes_on(&own))
        };
        match at {
            Some(at) => {
                folds[at].hosts.push(hosts);
                if let (Some(all), Some(one)) = (&mut folds[at].whole.mac_addresses, own.mac_addresses) {
                    all.extend(one);
                }
            }
            None => folds.push(Fold { whole: own, hosts: vec![hosts] }),
        }
    }
    folds.into_iter().map(Fold::close).collect()
}

/// `kept` and `more`, where those of `more` that are like a kept one join it.
fn join(mut kept: Vec<NodeOverride>, more: Vec<NodeOverride>) -> Vec<NodeOverride> {
    if more.is_empty() {
        return kept;
    }
    let alike = |own: &NodeOverride| is_plain(own) && hostlist::count(&own.hosts).is_ok_and(|count| count > 0);
    let kinds = kept.iter().enumerate().filter(|(_, own)| alike(own)).map(|(at, own)| (kind(own), at));
    let kinds: HashMap<String, usize> = kinds.collect();
    for own in more {
        match kinds.get(&kind(&own)).filter(|_| is_plain(&own)) {
            Some(at) => {
                let names = |own: &NodeOverride| hostlist::expand(&own.hosts).unwrap_or_default();
                kept[*at].hosts = hostlist::compress(&[names(&kept[*at]), names(&own)].concat());
            }
            None => kept.push(own),
        }
    }
    kept
}
