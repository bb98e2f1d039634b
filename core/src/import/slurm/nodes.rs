//! Lines of nodes: `NodeName=cn[1-4] Sockets=2 …`. Counts follow Slurm's own rules for what a line leaves out.

use super::{Conf, Given, Keyed, inherit};
use crate::cluster::{Gpus, Role};
use crate::gpu;
use crate::hostlist;
use crate::import::attributes::{INTEL, MAX_VALUE, is_intel, split_domain, vendor};
use crate::import::reading::{ImportedNode, Memory, Target, can_be_kept, taken_name};
use crate::import::report::Outcome;
use crate::names::is_host_name;
use std::net::Ipv4Addr;

/// Keys of a node that the description has no place for, and why.
const NO_PLACE: &[(&str, &str)] = &[
    ("bcastaddr", "nodes have one address on the cluster’s network"),
    ("corespeccount", "all cores are given to jobs"),
    ("cpubind", "Slurm’s own choice is left"),
    ("cpuspeclist", "all cores are given to jobs"),
    ("gresconf", "the flake writes gres.conf itself"),
    ("memspeclimit", "what firmware and kernel keep is left out already"),
    ("nodehostname", "a node is called by its name in Slurm"),
    ("parameters", "nodes have no parameters of their own"),
    ("reason", "it tells of a moment, not of the cluster"),
    ("restrictedcorespergpu", "all cores are given to jobs"),
    ("suspendtime", "nodes are not switched off when idle"),
    ("tmpdisk", "Slurm is not told of local disks"),
    ("topology", "the flake has no topology"),
    ("tresweights", "nodes have no weights of their own for billing"),
];

impl Conf<'_> {
    pub(super) fn node_line(&mut self, first: Given, more: Keyed) {
        if first.value.eq_ignore_ascii_case("default") {
            self.default_line(&first);
            return inherit(&mut self.node_defaults, more);
        }
        let names = match self.reading.expand(&hostlist::tidy(&first.value)) {
            Ok(names) if !first.value.eq_ignore_ascii_case("all") => names,
            Ok(_) => return self.refuse(&first, more, "is no name of a node: Slurm reserves it"),
            Err(why) => return self.refuse(&first, more, &format!("cannot be read: {why}")),
        };
        if let Some(known) = names.iter().find(|name| self.reading.find(name).is_some()) {
            return self.refuse(&first, more, &format!("names {known} again, which Slurm refuses"));
        }
        let Some(host) = names.first().cloned() else { return self.refuse(&first, more, "names nobody") };
        let mut all = self.node_defaults.clone();
        inherit(&mut all, more);
        let mut imported = ImportedNode { roles: vec![Role::Worker], ..ImportedNode::default() };
        let mut also: Vec<(String, Vec<String>)> = names.iter().map(|name| (name.clone(), Vec::new())).collect();
        let list = all.get("nodehostname").and_then(|given| self.reading.expand(&hostlist::tidy(&given.value)).ok());
        for ((name, others), other) in also.iter_mut().zip(list.into_iter().flatten()) {
            let other = split_domain(&other).0.to_owned();
            if other != *name {
                others.push(other);
            }
        }
        let addresses = self.addresses(all.remove("nodeaddr"), &names, &host);
        if let Some(given) = all.get("nodehostname")
            && self.reading.expand(&hostlist::tidy(&given.value)).is_ok_and(|list| list == names)
        {
            let given = given.clone();
            all.remove("nodehostname");
            self.settle(&given, Outcome::Implied("a node is called by its name in Slurm".to_owned()));
        }
        self.processors(&mut all, &host, &mut imported);
        self.others(all, &host, &mut imported);
        if let Some(bad) = names.iter().find(|name| !can_be_kept(name)) {
            let why = format!("names “{bad}”, which cannot be a host name: use letters, digits and inner hyphens");
            return self.settle(&first, first.wrong(&why));
        }
        let odd = names.iter().find(|name| !is_host_name(name)).unwrap_or(&host);
        let outcome = match taken_name(odd, "hosts") {
            Outcome::Guessed(_, why) => Outcome::Guessed(Target::Node(host, "hosts"), why),
            taken => taken,
        };
        self.settle(&first, outcome);
        for (name, others) in also {
            others.iter().for_each(|other| self.reading.also_called(&name, other));
        }
        for (place, name) in names.into_iter().enumerate() {
            let Some(node) = self.reading.node(&name) else {
                let why = "the design would have more nodes than it takes".to_owned();
                return self.settle(&first, Outcome::Wrong(why));
            };
            *node = ImportedNode { name, ip: addresses.get(place).copied(), ..imported.clone() };
        }
    }

    fn refuse(&mut self, first: &Given, more: Keyed, why: &str) {
        self.settle(first, first.wrong(why));
        for given in more.values() {
            self.settle(given, Outcome::Wrong("its node was not taken".to_owned()));
        }
    }

    fn addresses(&mut self, given: Option<Given>, names: &[String], host: &str) -> Vec<Ipv4Addr> {
        let Some(given) = given else { return Vec::new() };
        let list = self.reading.expand(&hostlist::tidy(&given.value)).unwrap_or_default();
        let addresses: Option<Vec<Ipv4Addr>> = list.iter().map(|address| address.parse().ok()).collect();
        let (addresses, outcome) = match addresses {
            _ if !list.is_empty() && list == names => {
                (Vec::new(), Outcome::Implied("a node is found by its name".to_owned()))
            }
            Some(addresses) if addresses.len() == names.len() => {
                (addresses, Outcome::Taken(Target::Node(host.to_owned(), "firstIP")))
            }
            Some(_) => (Vec::new(), given.wrong("are not as many addresses as there are nodes")),
            None => {
                self.reading.addressed_as(given.entry, names, &list);
                (Vec::new(), Outcome::NoPlace(super::settings::NO_ADDRESS.to_owned()))
            }
        };
        self.settle(&given, outcome);
        addresses
    }

    /// Sockets, cores and threads, as Slurm works them out (`_parse_nodename`).
    fn processors(&mut self, all: &mut Keyed, host: &str, imported: &mut ImportedNode) {
        let mut take = |key: &str| {
            let given = all.remove(key)?;
            match given.value.parse::<u16>() {
                Ok(number) => Some((given, u32::from(number.max(1)))),
                Err(_) => {
                    self.settle(&given, given.wrong("is no number up to 65535"));
                    None
                }
            }
        };
        let [boards, per_board, sockets, cores, threads, cpus] =
            ["boards", "socketsperboard", "sockets", "corespersocket", "threadspercore", "cpus"].map(&mut take);
        let number = |given: &Option<(Given, u32)>| given.as_ref().map_or(1, |(_, number)| *number);
        let each = number(&cores) * number(&threads);
        imported.cores = Some(number(&cores));
        imported.threads = Some(number(&threads));
        let count = match (&per_board, &sockets, &cpus) {
            (Some((_, per_board)), _, _) => number(&boards).saturating_mul(*per_board),
            (None, Some((_, sockets)), _) => *sockets,
            (None, None, Some((_, cpus))) if cpus % each == 0 && *cpus >= each => cpus / each,
            (None, None, _) => number(&boards),
        };
        imported.sockets = Some(count);
        let taken = |key: &'static str| Outcome::Taken(Target::Node(host.to_owned(), key));
        if let Some((given, _)) = &sockets {
            let outcome = match per_board {
                Some(_) => Outcome::Wrong("SocketsPerBoard counts where both are given".to_owned()),
                None => taken("sockets"),
            };
            self.settle(given, outcome);
        }
        if let Some((given, number)) = &boards {
            let outcome = match number {
                1 => Outcome::Implied("a node is one board".to_owned()),
                _ => Outcome::NoPlace("sockets are counted over all boards".to_owned()),
            };
            self.settle(given, outcome);
        }
        for (given, key) in [(&per_board, "sockets"), (&cores, "coresPerSocket"), (&threads, "threadsPerCore")] {
            if let Some((given, _)) = given {
                self.settle(given, taken(key));
            }
        }
        if let Some((given, number)) = &cpus {
            let all = count.saturating_mul(each);
            let outcome = if *number == all {
                taken("sockets")
            } else if *number == count
                || u64::from(*number) * u64::from(imported.threads.unwrap_or(1)) == u64::from(all)
            {
                Outcome::NoPlace(format!(
                    "Slurm would give out {number} CPUs; the flake gives out all {all} hardware threads"
                ))
            } else {
                Outcome::Wrong(format!("sockets, cores and threads come to {all} CPUs, which Slurm takes"))
            };
            self.settle(given, outcome);
        }
    }

    fn others(&mut self, all: Keyed, host: &str, imported: &mut ImportedNode) {
        let taken = |key: &'static str| Outcome::Taken(Target::Node(host.to_owned(), key));
        for (key, given) in all {
            let outcome = match key.as_str() {
                // Slurm's own value where none is given says nothing of the machine.
                "realmemory" if ["0", "1"].contains(&given.value.as_str()) => Outcome::NoPlace(
                    "it is Slurm’s default and says nothing of the machine: the memory is left open".to_owned(),
                ),
                "realmemory" => match given.value.parse::<u64>() {
                    Ok(mib) if mib < 1 << 40 => {
                        imported.memory = Some(Memory::Schedulable(mib));
                        taken("memoryMiB")
                    }
                    _ => given.wrong("is no number of MiB"),
                },
                "weight" => match given.value.parse::<u32>() {
                    Ok(weight) => {
                        imported.weight = Some(weight);
                        taken("weight")
                    }
                    Err(_) => given.wrong("is no number"),
                },
                "features" | "gres" if given.value.len() > MAX_VALUE => given.wrong("is too long"),
                "features" => {
                    let features = given.value.split(',').map(str::trim).filter(|feature| !feature.is_empty());
                    imported.features = Some(features.map(str::to_owned).collect());
                    taken("features")
                }
                "gres" => self.gres(&given, host, imported),
                "state" => match given.value.to_ascii_uppercase().as_str() {
                    "UNKNOWN" | "IDLE" => Outcome::Implied("a node’s state is found when it starts".to_owned()),
                    _ => Outcome::NoPlace("the node is taken as one that is there and runs jobs".to_owned()),
                },
                "port" => match given.value.as_str() {
                    "6818" => Outcome::Implied("slurmd listens at 6818".to_owned()),
                    _ => Outcome::NoPlace("slurmd listens at 6818 on every node".to_owned()),
                },
                _ => match NO_PLACE.iter().find(|(known, _)| *known == key) {
                    Some((_, why)) => Outcome::NoPlace((*why).to_owned()),
                    None => Outcome::Unknown("Slurm has no such key for nodes".to_owned()),
                },
            };
            self.settle(&given, outcome);
        }
    }

    /// `gpu:h100:4`, `gpu:2(S:0-1)`, `gpu:a100:2,mps:200`: the first of GPUs is taken, the others are told.
    fn gres(&mut self, given: &Given, host: &str, imported: &mut ImportedNode) -> Outcome<Target> {
        let (mut left, mut intel) = (Vec::new(), Vec::new());
        for part in split_gres(&given.value) {
            let plain = part.split('(').next().unwrap_or_default();
            let mut words = plain.split(':').filter(|word| !word.eq_ignore_ascii_case("no_consume"));
            let is_gpu = words.next() == Some("gpu");
            let words: Vec<&str> = words.collect();
            let gpus = match words.as_slice() {
                [] => Some((String::new(), 1)),
                [one] => Some(count(one).map_or(((*one).to_owned(), 1), |count| (String::new(), count))),
                [model, number] => count(number).map(|count| ((*model).to_owned(), count)),
                _ => None,
            };
            match gpus.filter(|_| is_gpu && imported.gpus.is_none()) {
                Some((model, _)) if is_intel(&model) => intel.push(part),
                Some((model, count)) => {
                    imported.gpus = Some(Gpus { vendor: vendor(&model), model, count, ..Gpus::default() })
                }
                None => left.push(part),
            }
        }
        if !intel.is_empty() {
            return Outcome::NoPlace(format!("{} was left out: {INTEL}", intel.join(",")));
        }
        match (imported.gpus.is_some(), left.is_empty()) {
            (true, true) if imported.gpus.as_ref().is_some_and(|gpus| gpu::is_mig(&gpus.model)) => {
                let why = "a slice of a GPU (MIG), which the flake does not make: the checks say what is left to do";
                Outcome::Guessed(Target::Node(host.to_owned(), "gpus"), why.to_owned())
            }
            (true, true) => Outcome::Taken(Target::Node(host.to_owned(), "gpus")),
            (false, true) => Outcome::Implied("there are none".to_owned()),
            (true, false) => Outcome::NoPlace(format!("{} was left out: nodes have GPUs of one model", left.join(","))),
            (false, false) => Outcome::NoPlace("GPUs are the only generic resource here".to_owned()),
        }
    }
}

/// Parts between commas outside of round brackets, as in `gpu:2(S:0,1)`.
fn split_gres(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(&text[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// A count, with `k` for 1,024 of them.
pub(super) fn count(text: &str) -> Option<u32> {
    match text.strip_suffix(['k', 'K']) {
        Some(thousands) => thousands.parse::<u32>().ok()?.checked_mul(1024),
        None => text.parse().ok(),
    }
}
