//! The filter of the table: `role:worker gpu:>0 cn0*`.
//!
//! Words with spaces between them; a row is shown where all of them hold. A word alone is part of a name, a pattern with
//! `*` and `?`, or a hostlist; `key:value` asks for a property; a hyphen before either says “not”.

use super::column::{one, read_roles};
use crate::cluster::{Architecture, Choice, Node, Role};
use crate::subnet::{self, Ipv4Net};
use crate::{hostlist, memory};
use std::collections::HashSet;
use std::net::Ipv4Addr;

/// A key of the filter, for help.
pub struct Key {
    /// Its names: the first is the one that is shown.
    pub names: &'static [&'static str],
    /// An example.
    pub example: &'static str,
    read: fn(&str) -> Result<Test, String>,
}

/// Every key of the filter.
pub const KEYS: &[Key] = &[
    Key { names: &["role"], example: "role:worker,login", read: |text| read_roles(text).map(Test::Roles) },
    Key { names: &["gpu", "gpus"], example: "gpu:>0 or gpu:h100", read: read_gpu },
    Key {
        names: &["mem", "memory", "ram"],
        example: "mem:>=256G",
        read: |text| number(text, memory::read_of_node, Quantity::Memory),
    },
    Key { names: &["cpus", "cpu"], example: "cpus:>64", read: |text| number(text, plain, Quantity::Cpus) },
    Key { names: &["cores"], example: "cores:128", read: |text| number(text, plain, Quantity::Cores) },
    Key {
        names: &["ip", "address"],
        example: "ip:10.0.1.* or ip:10.0.1.0/24",
        read: |text| Ok(subnet::parse(text).map_or_else(|| Test::Address(Pattern::new(text)), Test::Subnet)),
    },
    Key { names: &["feature", "features"], example: "feature:ib", read: |text| Ok(Test::Feature(Pattern::new(text))) },
    Key {
        names: &["arch"],
        example: "arch:aarch64",
        read: |text| one::<Architecture>(text, "architecture").map(Test::Architecture),
    },
    Key { names: &["weight"], example: "weight:<10", read: |text| number(text, plain, Quantity::Weight) },
    Key { names: &["is"], example: "is:different", read: read_is },
];

/// Which hosts the table shows: those that every word fits. The default has no words and shows all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter(Vec<Term>);

#[derive(Clone, Debug, PartialEq)]
struct Term {
    not: bool,
    test: Test,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    Name(Pattern),
    Hosts(HashSet<String>),
    Roles(Vec<Role>),
    Number { of: Quantity, order: Order, value: u64 },
    Model(Pattern),
    Address(Pattern),
    Subnet(Ipv4Net),
    Feature(Pattern),
    Architecture(Architecture),
    Different,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Quantity {
    Gpus,
    /// In MiB.
    Memory,
    Cpus,
    Cores,
    Weight,
}

impl Quantity {
    fn read(self, node: &Node) -> u64 {
        match self {
            Quantity::Gpus => node.gpus.count.into(),
            Quantity::Memory => node.memory_mib,
            Quantity::Cpus => node.cpus().into(),
            Quantity::Cores => u64::from(node.sockets) * u64::from(node.cores_per_socket),
            Quantity::Weight => node.weight.into(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

/// A host as the filter sees it: what is alike in its group stands in `node`.
pub(super) struct Candidate<'n> {
    pub name: &'n str,
    pub ip: Option<Ipv4Addr>,
    pub node: &'n Node,
    pub differs: bool,
}

impl Filter {
    /// Reads a filter of words that must all fit a host. `Err` is a sentence that says which word is wrong, and what
    /// can stand there.
    pub fn read(text: &str) -> Result<Filter, String> {
        text.split_whitespace().map(read_term).collect::<Result<Vec<_>, _>>().map(Filter)
    }

    /// Whether it has no words, and so fits every host.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn fits(&self, host: &Candidate) -> bool {
        self.0.iter().all(|term| term.test.fits(host) != term.not)
    }

    /// Whether two hosts that are alike but for name and address can fare differently.
    pub(super) fn tells_hosts_apart(&self) -> bool {
        let of_host = |test: &Test| matches!(test, Test::Name(_) | Test::Hosts(_) | Test::Address(_) | Test::Subnet(_));
        self.0.iter().any(|term| of_host(&term.test))
    }
}

impl Test {
    fn fits(&self, host: &Candidate) -> bool {
        match self {
            Test::Name(pattern) => pattern.fits(host.name),
            Test::Hosts(names) => names.contains(host.name),
            Test::Roles(roles) => roles.iter().any(|role| host.node.is(*role)),
            // Memory that is not known is neither more nor less than another.
            Test::Number { of: Quantity::Memory, order, value } if host.node.memory_mib == 0 || *value == 0 => {
                *order == Order::Equal && host.node.memory_mib == *value
            }
            Test::Number { of, order, value } => order.holds(of.read(host.node), *value),
            Test::Model(pattern) => {
                let gpus = &host.node.gpus;
                gpus.count > 0 && (pattern.fits(&gpus.model) || pattern.fits(gpus.vendor.label()))
            }
            Test::Address(pattern) => host.ip.is_some_and(|ip| pattern.fits(&ip.to_string())),
            Test::Subnet(subnet) => host.ip.is_some_and(|ip| subnet.contains(&ip)),
            Test::Feature(pattern) => host.node.features.iter().any(|feature| pattern.fits(feature)),
            Test::Architecture(architecture) => host.node.architecture == *architecture,
            Test::Different => host.differs,
        }
    }
}

impl Order {
    fn holds(self, left: u64, right: u64) -> bool {
        match self {
            Order::Less => left < right,
            Order::AtMost => left <= right,
            Order::Equal => left == right,
            Order::AtLeast => left >= right,
            Order::More => left > right,
        }
    }
}

fn read_term(word: &str) -> Result<Term, String> {
    let (not, bare) = word.strip_prefix('-').map_or((false, word), |bare| (true, bare));
    let test = match bare.split_once(':') {
        _ if bare.is_empty() => {
            return Err("“-” stands alone: write what is not to be shown right behind it.".to_owned());
        }
        Some((key, value)) => read_key(key, value)?,
        None if bare.contains('[') => {
            let names = hostlist::expand(bare).map_err(|error| error.to_string())?;
            Test::Hosts(names.into_iter().collect())
        }
        None => Test::Name(Pattern::new(bare)),
    };
    Ok(Term { not, test })
}

fn read_key(key: &str, value: &str) -> Result<Test, String> {
    let lower = key.to_lowercase();
    let Some(found) = KEYS.iter().find(|known| known.names.contains(&lower.as_str())) else {
        let known: Vec<&str> = KEYS.iter().map(|key| key.names[0]).collect();
        return Err(format!("“{key}:” is not known: {}.", known.join(", ")));
    };
    if value.is_empty() {
        return Err(format!("“{key}:” lacks its value: {}.", found.example));
    }
    (found.read)(value).map_err(|why| format!("{why} For example: {}.", found.example))
}

fn plain(text: &str) -> Result<u64, String> {
    if text.is_empty() {
        return Err("A number is missing.".to_owned());
    }
    text.parse().map_err(|_| format!("“{text}” is no whole number."))
}

fn number(text: &str, read: fn(&str) -> Result<u64, String>, of: Quantity) -> Result<Test, String> {
    let orders =
        [(">=", Order::AtLeast), ("<=", Order::AtMost), (">", Order::More), ("<", Order::Less), ("=", Order::Equal)];
    let found = orders.iter().find_map(|(sign, order)| Some((*order, text.strip_prefix(sign)?)));
    let (order, rest) = found.unwrap_or((Order::Equal, text));
    Ok(Test::Number { of, order, value: read(rest)? })
}

fn read_gpu(text: &str) -> Result<Test, String> {
    if text.starts_with(['<', '>', '=']) || text.bytes().all(|byte| byte.is_ascii_digit()) {
        return number(text, plain, Quantity::Gpus);
    }
    Ok(Test::Model(Pattern::new(text)))
}

fn read_is(text: &str) -> Result<Test, String> {
    match text.to_lowercase().as_str() {
        "different" | "own" => Ok(Test::Different),
        _ => Err(format!("“is:{text}” is not known.")),
    }
}

/// A text with `*` and `?`, or a part of one; capital letters do not matter.
#[derive(Clone, Debug, PartialEq)]
struct Pattern {
    text: Vec<char>,
    whole: bool,
}

impl Pattern {
    fn new(text: &str) -> Self {
        let whole = text.contains(['*', '?']);
        Self { text: text.to_lowercase().chars().collect(), whole }
    }

    fn fits(&self, text: &str) -> bool {
        if !self.whole {
            let mut lower = text.chars().flat_map(char::to_lowercase);
            let part: Vec<char> = lower.by_ref().collect();
            return self.text.is_empty() || part.windows(self.text.len()).any(|window| window == self.text);
        }
        // Where the last `*` stood, and how far it has reached: all that must be tried again.
        let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
        let (mut at, mut read, mut star) = (0, 0, None);
        while read < text.len() {
            match self.text.get(at) {
                Some('*') => {
                    star = Some((at, read));
                    at += 1;
                }
                Some(c) if *c == '?' || *c == text[read] => (at, read) = (at + 1, read + 1),
                _ => match star {
                    Some((back, reached)) => {
                        star = Some((back, reached + 1));
                        (at, read) = (back + 1, reached + 1);
                    }
                    None => return false,
                },
            }
        }
        self.text[at..].iter().all(|c| *c == '*')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_names() {
        for (pattern, text, fits) in [
            ("cn0*", "cn012", true),
            ("cn0*", "gcn012", false),
            ("cn0", "gcn012", true),
            ("*1?", "cn012", true),
            ("*1?", "cn01", false),
            ("c*0*2", "cn0120", false),
            ("CN*", "cn1", true),
            ("*", "", true),
        ] {
            assert_eq!(Pattern::new(pattern).fits(text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_filter_is_said() {
        for (text, part) in [
            ("rol:worker", "“rol:” is not known: role, gpu"),
            ("role:workr", "“workr” is no role: controller, worker, login, storage."),
            ("gpu:", "lacks its value: gpu:>0"),
            ("mem:>lots", "TiB. For example: mem:>=256G"),
            ("cpus:>x", "“x” is no whole number"),
            ("cn[1-", "closing bracket"),
            ("is:odd", "is:different"),
            ("a -", "stands alone"),
        ] {
            let message = Filter::read(text).unwrap_err();
            assert!(message.contains(part), "{message}");
        }
        assert!(Filter::read("  ").unwrap().is_empty());
    }

    #[test]
    fn every_key_reads_its_own_example() {
        for key in KEYS {
            for example in key.example.split(" or ") {
                assert!(Filter::read(example).is_ok(), "{example}");
            }
        }
    }
}
