//! Settings of the cluster as a whole: those that forms have fields for, and those that are kept as they stand.

use super::keys::{RuleOutcome, rule_outcome};
use super::{Conf, Given, Source, find};
use crate::cluster::{Accounting, Backup, Choice, Enforce, General, Rest, Role, Slurm};
use crate::import::attributes::{address, split_domain};
use crate::import::propose::{general, slurm};
use crate::import::reading::{Target, can_be_kept, taken_name};
use crate::import::report::Outcome;
use crate::path::Path;
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::slice::from_ref;

/// Where NixOS keeps slurmctld's state: nixpkgs `nixos/modules/services/computing/slurm/slurm.nix`.
const STATE_FOLDER: &str = "/var/spool/slurmctld";

pub(super) const NO_ADDRESS: &str = "nodes are described by IPv4 addresses: bring the hosts file too";

/// What the flake writes where fair share is on.
const FAIR_SHARE: &[(&str, &str)] = &[
    ("prioritytype", "priority/multifactor"),
    ("prioritydecayhalflife", "7-0"),
    ("prioritymaxage", "7-0"),
    ("priorityweightfairshare", "100000"),
    ("priorityweightage", "10000"),
];

fn accounting<T>(field: crate::Field<Accounting, T>) -> Path {
    slurm(Slurm::accounting).field(field)
}

impl Conf<'_> {
    pub(super) fn read_settings(&mut self, sources: &[Source], used: &mut [bool]) {
        self.controllers();
        self.fair_share();
        let value = |key: &str| self.globals.get(key).map(|given| given.value.to_ascii_lowercase()).unwrap_or_default();
        self.has_accounting = value("accountingstoragetype").ends_with("slurmdbd");
        self.enforces = !self.globals.contains_key("taskplugin") || value("taskplugin").contains("task/cgroup");
        self.has_private_tmp = ["jobcontainertype", "namespacetype"].iter().any(|key| value(key).ends_with("/tmpfs"));
        self.has_prolog = self.globals.get("prolog").is_some_and(|given| find(sources, &given.value).is_some());
        self.limits();
        for (key, given) in std::mem::take(&mut self.globals) {
            let outcome = match rule_outcome(&given.key) {
                None => Outcome::Unknown("Slurm has no such setting".to_owned()),
                Some(RuleOutcome::Read) => self.setting(&key, &given, sources, used),
                Some(RuleOutcome::Keep) => self.keep(&given),
                Some(RuleOutcome::Needs(_)) if given.value.ends_with("/none") => {
                    Outcome::Implied("it is off".to_owned())
                }
                Some(RuleOutcome::Set { values, why }) => {
                    let is_same = |known: &&str| known.eq_ignore_ascii_case(given.value.trim());
                    if values.iter().any(is_same) {
                        Outcome::Implied("the flake sets it alike".to_owned())
                    } else {
                        Outcome::NoPlace(why.to_owned())
                    }
                }
                Some(other) => Outcome::NoPlace(other.reason()),
            };
            self.settle(&given, outcome);
        }
    }

    /// Keeps a setting among the further lines for slurm.conf.
    fn keep(&mut self, given: &Given) -> Outcome<Target> {
        let Given { key, value, .. } = given;
        let quote = if value.contains(char::is_whitespace) { "\"" } else { "" };
        // Slurm reads both signs anew.
        let value = value.replace('\\', "\\\\").replace('#', "\\#");
        self.reading.extra.push(format!("{key}={quote}{value}{quote}"));
        Outcome::Taken(Target::At(slurm(Slurm::extra_config)))
    }

    fn set(&mut self, path: Path, value: impl Into<Value>) -> Outcome<Target> {
        self.reading.set(path, value)
    }

    /// Controllers by either of Slurm's ways to name them.
    fn controllers(&mut self) {
        let hosts = std::mem::take(&mut self.hosts);
        let mut controllers: Vec<(Given, String, String)> = Vec::new();
        for given in hosts {
            let (name, rest) = given.value.split_once('(').unwrap_or((&given.value, ""));
            controllers.push((
                given.clone(),
                split_domain(name.trim()).0.to_owned(),
                rest.trim_end_matches(')').to_owned(),
            ));
        }
        for (machine, at) in [("controlmachine", "controladdr"), ("backupcontroller", "backupaddr")] {
            let (machine, at) = (self.globals.remove(machine), self.globals.remove(at));
            if let Some(given) = &at {
                let name = machine.as_ref().map(|machine| machine.value.clone()).unwrap_or_default();
                let outcome = if name.is_empty() {
                    Outcome::NoPlace("it goes with a controller’s name, which is not given".to_owned())
                } else if given.value == name {
                    Outcome::Implied("a controller is found by its name".to_owned())
                } else if address(&given.value).is_ok() {
                    Outcome::Taken(Target::Node(name, "firstIP"))
                } else {
                    self.reading.addressed_as(given.entry, from_ref(&name), from_ref(&given.value));
                    Outcome::NoPlace(NO_ADDRESS.to_owned())
                };
                self.settle(given, outcome);
            }
            if let Some(given) = machine.filter(|given| !given.value.is_empty()) {
                // ControlMachine may name several addresses behind one name.
                let name = given.value.split(',').next().unwrap_or_default();
                let (name, at) =
                    (split_domain(name.trim()).0.to_owned(), at.map(|given| given.value).unwrap_or_default());
                controllers.push((given, name, at));
            }
        }
        let mut taken: Vec<String> = Vec::new();
        for (given, name, at) in controllers {
            let outcome = if taken.len() == 2 {
                Outcome::NoPlace("there are two controllers at most".to_owned())
            } else if !can_be_kept(split_domain(&name).0) {
                given.wrong("cannot be a host name: use letters, digits and inner hyphens")
            } else if let Some(imported) = self.reading.node(&name) {
                if !imported.roles.contains(&Role::Controller) {
                    imported.roles.push(Role::Controller);
                }
                // A name in the brackets is looked up elsewhere; the loopback is nobody's address.
                imported.ip = imported.ip.or(address(&at).ok().filter(|ip| !ip.is_loopback()));
                taken.push(name.clone());
                let is_elsewhere = given.key.eq_ignore_ascii_case("slurmctldhost")
                    && ![String::new(), name.clone()].contains(&at)
                    && address(&at).is_err();
                if is_elsewhere {
                    self.reading.addressed_as(given.entry, from_ref(&name), from_ref(&at));
                    Outcome::Guessed(Target::Node(name, "roles"), NO_ADDRESS.to_owned())
                } else {
                    taken_name(&name, "roles")
                }
            } else {
                Outcome::Wrong("the design would have more nodes than it takes".to_owned())
            };
            self.settle(&given, outcome);
        }
        taken.iter().rev().for_each(|name| self.reading.lead(name));
        let state = self.globals.remove("statesavelocation");
        if let Some(name) = taken.get(1) {
            let backup = slurm(Slurm::backup);
            self.set(backup.field(Backup::host), name.as_str());
            if let Some(given) = state {
                let outcome = self.set(backup.field(Backup::state_folder), given.value.as_str());
                self.settle(&given, outcome);
            }
        } else if let Some(given) = state {
            let outcome = if given.value.trim_end_matches('/') == STATE_FOLDER {
                Outcome::Implied("the flake sets it alike".to_owned())
            } else {
                Outcome::NoPlace(format!("with one controller the state is in {STATE_FOLDER}: move what is there"))
            };
            self.settle(&given, outcome);
        }
    }

    /// Fair share just as the flake has it is its switch; any other is kept as it stands.
    fn fair_share(&mut self) {
        let is_same = FAIR_SHARE
            .iter()
            .all(|(key, value)| self.globals.get(*key).is_some_and(|given| given.value.eq_ignore_ascii_case(value)));
        for (key, _) in FAIR_SHARE {
            let Some(given) = self.globals.remove(*key) else { continue };
            let outcome = if is_same { self.set(accounting(Accounting::fair_share), true) } else { self.keep(&given) };
            self.settle(&given, outcome);
        }
    }

    /// Whether jobs are held to what they asked for, which two settings tell together.
    fn limits(&mut self) {
        let (tracking, tasks) = (self.globals.remove("proctracktype"), self.globals.remove("taskplugin"));
        let mut is_on = Slurm::default().enforce_limits;
        if let Some(tasks) = tasks {
            let plugins: Vec<String> =
                tasks.value.to_ascii_lowercase().split(',').map(|plugin| plugin.trim().to_owned()).collect();
            is_on = plugins.iter().any(|plugin| plugin == "task/cgroup");
            let outcome = self.set(slurm(Slurm::enforce_limits), is_on);
            let known: &[&str] = if is_on { &["task/cgroup", "task/affinity"] } else { &["task/none", "none", ""] };
            let rest: Vec<&str> = plugins.iter().map(String::as_str).filter(|plugin| !known.contains(plugin)).collect();
            let outcome = match rest.as_slice() {
                [] => outcome,
                rest if is_on => Outcome::NoPlace(format!("{} was left out", rest.join(","))),
                rest => Outcome::NoPlace(format!(
                    "{} was left out: tasks are bound to cores where jobs are held to what they asked for (task/cgroup)",
                    rest.join(",")
                )),
            };
            self.settle(&tasks, outcome);
        }
        if let Some(given) = tracking {
            let own = if is_on { "proctrack/cgroup" } else { "proctrack/linuxproc" };
            let outcome = if given.value.eq_ignore_ascii_case(own) {
                Outcome::Implied("it follows from whether jobs are held to what they asked for".to_owned())
            } else {
                Outcome::NoPlace(format!("the flake has {own}, by whether jobs are held to what they asked for"))
            };
            self.settle(&given, outcome);
        }
    }

    fn setting(&mut self, key: &str, given: &Given, sources: &[Source], used: &mut [bool]) -> Outcome<Target> {
        let value = given.value.trim();
        let parts = || value.split(',').map(str::trim).filter(|part| !part.is_empty());
        let same = |known: &str, what: &str| {
            if value.eq_ignore_ascii_case(known) {
                Outcome::Implied(format!("the flake sets {known} too"))
            } else {
                Outcome::NoPlace(format!("the flake {what}"))
            }
        };
        match key {
            // Slurm takes the name in small letters.
            "clustername" => self.set(general(General::name), value.to_ascii_lowercase()),
            "slurmctldport" => same("6817", "has slurmctld listen at 6817"),
            "slurmdport" => same("6818", "has slurmd listen at 6818"),
            "selecttype" => same("select/cons_tres", "gives out cores, memory and GPUs, select/cons_tres"),
            "selecttypeparameters" => same("CR_Core_Memory", "gives out cores and memory, CR_Core_Memory"),
            "grestypes" => same("gpu", "knows GPUs only"),
            "srunportrange" => {
                let ports = value.split_once('-').and_then(|(from, to)| {
                    Some((from.parse::<u16>().ok()?, to.parse::<u16>().ok()?)).filter(|(from, to)| from < to)
                });
                let Some((from, to)) = ports else { return given.wrong("is no range of ports") };
                self.set(slurm(Slurm::srun_last_port), to);
                self.set(slurm(Slurm::srun_first_port), from)
            }
            "schedulerparameters" => self.set(slurm(Slurm::scheduler_parameters), parts().collect::<Vec<_>>()),
            "accountingstoragetype" => match value.rsplit('/').next().unwrap_or_default() {
                "slurmdbd" => self.set(accounting(Accounting::enable), true),
                "none" | "" => self.set(accounting(Accounting::enable), false),
                _ => given.wrong("is none of slurmdbd and none"),
            },
            "slurmctldaddr" => {
                let mut controllers =
                    self.reading.nodes.iter().filter(|imported| imported.roles.contains(&Role::Controller));
                let (one, other) =
                    (controllers.next().map(|imported| (imported.name.clone(), imported.ip)), controllers.next());
                match (one, address(value)) {
                    (Some((name, before)), Ok(ip)) if other.is_none() && before.is_none_or(|before| before == ip) => {
                        if let Some(imported) = self.reading.node(&name) {
                            imported.ip = Some(ip);
                        }
                        Outcome::Taken(Target::Node(name, "firstIP"))
                    }
                    _ => Outcome::NoPlace("controllers are reached at their own addresses".to_owned()),
                }
            }
            "accountingstoragehost" => {
                // Its own controller is what an empty host means.
                let host = if value == "localhost" || value.starts_with("127.") { "" } else { value };
                let host = if host.parse::<Ipv4Addr>().is_ok() { host } else { split_domain(host).0 };
                let is_first = self.reading.nodes.first().is_some_and(|imported| imported.name == host);
                self.set(accounting(Accounting::host), if is_first { "" } else { host })
            }
            "accountingstorageenforce" => {
                let all = value.eq_ignore_ascii_case("all");
                let (known, rest): (Vec<&str>, Vec<&str>) =
                    parts().partition(|part| Enforce::ALL.iter().any(|known| known.key().eq_ignore_ascii_case(part)));
                let known: Vec<Value> = Enforce::ALL
                    .iter()
                    .filter(|each| all || known.iter().any(|part| part.eq_ignore_ascii_case(each.key())))
                    .map(|each| json!(each.key()))
                    .collect();
                let is_none = parts().all(|part| part == "0" || part.eq_ignore_ascii_case("none"));
                let outcome = self.set(accounting(Accounting::enforce), known);
                match rest.as_slice() {
                    _ if all || is_none => outcome,
                    [] => outcome,
                    rest => Outcome::NoPlace(format!("{} was left out, which has no switch", rest.join(","))),
                }
            }
            "authalttypes" if value == "auth/jwt" => self.set(slurm(Slurm::rest).field(Rest::enable), true),
            "authalttypes" => Outcome::NoPlace("tokens (auth/jwt) are the only other way in".to_owned()),
            "authaltparameters" => match parts().find_map(|part| part.strip_prefix("jwt_key=")) {
                Some(file) => self.set(slurm(Slurm::rest).field(Rest::jwt_key_file), file),
                None => Outcome::NoPlace("the file of the tokens’ key is what can be described".to_owned()),
            },
            "prologflags" => {
                let (x11, rest): (Vec<&str>, Vec<&str>) = parts().partition(|flag| flag.eq_ignore_ascii_case("x11"));
                let outcome = match x11.is_empty() {
                    true => Outcome::Implied("it follows from what runs before jobs".to_owned()),
                    false => self.set(slurm(Slurm::x11), true),
                };
                // X11 brings Contain with it, and that Alloc; /tmp of its own brings Contain.
                let contains = !x11.is_empty() || self.has_private_tmp;
                let runs_prolog = contains || self.has_prolog;
                let left = rest.into_iter().find(|flag| match flag.to_ascii_lowercase().as_str() {
                    "contain" => !contains,
                    "alloc" => !runs_prolog,
                    _ => true,
                });
                match left {
                    None => outcome,
                    Some(flag) if flag.eq_ignore_ascii_case("contain") => Outcome::NoPlace(
                        "Contain comes with logins into jobs (pam_slurm_adopt), X11 and a /tmp for each job: turn on what it was for"
                            .to_owned(),
                    ),
                    Some(flag) => Outcome::NoPlace(format!("{flag} has no switch")),
                }
            }
            "jobacctgathertype" => {
                let own = match (self.has_accounting, self.enforces) {
                    (false, _) => "jobacct_gather/none",
                    (true, true) => "jobacct_gather/cgroup",
                    (true, false) => "jobacct_gather/linux",
                };
                same(
                    own,
                    &format!("has {own}, by whether there is accounting and jobs are held to what they asked for"),
                )
            }
            "accountingstoragetres" => match parts().find(|part| *part != "gres/gpu" && !part.starts_with("gres/gpu:"))
            {
                None if self.has_accounting => {
                    Outcome::Implied("it follows from the nodes’ GPUs where accounting is on".to_owned())
                }
                None => Outcome::NoPlace("it follows from the nodes’ GPUs where accounting is on".to_owned()),
                Some(other) => Outcome::NoPlace(format!("{other} is not counted: only the nodes’ GPUs are")),
            },
            "jobcontainertype" | "namespacetype" if value.ends_with("/tmpfs") => {
                self.set(slurm(Slurm::private_tmp), true)
            }
            "jobcontainertype" | "namespacetype" if value.ends_with("/none") || value.is_empty() => {
                Outcome::Implied("jobs have no /tmp of their own".to_owned())
            }
            "metricstype" if value == "metrics/openmetrics" => self.set(slurm(Slurm::metrics), true),
            "prolog" => self.script(given, slurm(Slurm::prolog), sources, used),
            "epilog" => self.script(given, slurm(Slurm::epilog), sources, used),
            _ => Outcome::NoPlace("no form has a switch for this".to_owned()),
        }
    }

    /// Takes the text of a script, where that was brought too.
    fn script(&mut self, given: &Given, path: Path, sources: &[Source], used: &mut [bool]) -> Outcome<Target> {
        let Some(file) = find(sources, &given.value) else {
            return Outcome::NoPlace(
                "the script is not among the files: bring it too, or enter it in the form".to_owned(),
            );
        };
        used[file] = true;
        self.set(path, sources[file].text.as_str())
    }
}
