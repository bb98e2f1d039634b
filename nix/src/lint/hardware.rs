//! Mounts and drivers that a module sets up by halves.

use super::{Found, inside, known, literal, value};
use rnix::TextRange;
use rnix::ast::{self, Expr};
use std::collections::BTreeMap;

/// What a module sets of its mounts and its NVIDIA driver.
#[derive(Default)]
pub(super) struct Seen {
    mounts: BTreeMap<String, Mount>,
    /// Where the NVIDIA driver is asked for.
    nvidia: Option<TextRange>,
    /// Whether it is said which kernel module the driver has, or that may be said elsewhere.
    says_module: bool,
}

#[derive(Default)]
struct Mount {
    at: TextRange,
    is_nfs: bool,
    options: Vec<String>,
    /// Whether there may be further options.
    has_unknown: bool,
}

/// Mount options with which a boot does not wait for the server.
const DOES_NOT_WAIT: &[&str] = &["nofail", "noauto", "x-systemd.automount"];

impl Seen {
    /// Notes that the option at `path`, whose last name is at `at`, is set to `value`.
    pub fn note(&mut self, path: &[String], at: TextRange, value: &Expr, found: &Found) {
        // Few options are these, and only those are worth a list of their names.
        if !path.first().is_some_and(|first| ["fileSystems", "services", "hardware"].contains(&first.as_str()))
            || path[0] != "fileSystems" && !path.get(1).is_some_and(|name| name == "xserver" || name == "nvidia")
        {
            return;
        }
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        match names.as_slice() {
            ["fileSystems", mount, rest @ ..] if *mount != "<name>" => self.note_mount(mount, rest, at, value, found),
            ["services", "xserver", "videoDrivers"] => {
                let (drivers, _) = texts(value, found);
                if drivers.iter().any(|driver| driver == "nvidia") {
                    self.nvidia.get_or_insert(at);
                }
            }
            ["hardware", "nvidia", "open"] | ["hardware", "nvidia", "datacenter", "enable"] => self.says_module = true,
            // Drivers older than 560 have only the one.
            ["hardware", "nvidia", "package"] if value.to_string().contains("legacy") => self.says_module = true,
            ["hardware", "nvidia"] if !matches!(inside(value.clone()), Expr::AttrSet(_)) => self.says_module = true,
            _ => {}
        }
    }

    fn note_mount(&mut self, name: &str, rest: &[&str], at: TextRange, value: &Expr, found: &Found) {
        let mount = self.mounts.entry(name.to_owned()).or_default();
        match rest {
            ["fsType"] => {
                let (kinds, _) = texts(value, found);
                if kinds.iter().any(|kind| kind == "nfs" || kind == "nfs4") {
                    (mount.is_nfs, mount.at) = (true, at);
                }
            }
            ["options"] => {
                let (options, is_all) = texts(value, found);
                mount.options.extend(options);
                mount.has_unknown |= !is_all;
            }
            [] => mount.has_unknown |= !matches!(inside(value.clone()), Expr::AttrSet(set) if is_plain(&set)),
            _ => {}
        }
    }

    /// Says what is lacking; `imports` may say it elsewhere.
    pub fn judge(self, has_imports: bool, found: &mut Found) {
        for (name, mount) in self.mounts.into_iter().filter(|(_, mount)| mount.is_nfs && !mount.has_unknown) {
            if !mount.options.iter().any(|option| DOES_NOT_WAIT.contains(&option.as_str())) {
                let message = format!(
                    "While the server of {name} is down, a boot waits for it, and remote-fs.target fails: add \"nofail\" or \
                     \"x-systemd.automount\" to the options."
                );
                found.add(mount.at, known::MOUNT_WAITS, message);
            }
        }
        if let Some(at) = self.nvidia.filter(|_| !self.says_module && !has_imports) {
            let message = "From 560 on, NVIDIA's driver has two kernel modules, and NixOS asks which: set \
                           `hardware.nvidia.open`, to true for Turing (2018) and newer.";
            found.add(at, known::NVIDIA_OPEN, message);
        }
    }
}

/// Whether a set takes nothing from elsewhere.
fn is_plain(set: &ast::AttrSet) -> bool {
    use rnix::ast::HasEntry as _;
    set.inherits().next().is_none()
}

/// The texts that `value` is or has in it, and whether these are all.
fn texts(value: &Expr, found: &Found) -> (Vec<String>, bool) {
    let (mut found_texts, mut is_all) = (Vec::new(), true);
    let possible = value::possible(value, found);
    is_all &= !possible.is_empty();
    for one in possible {
        match &one {
            Expr::List(list) => {
                for item in list.items() {
                    match &item {
                        Expr::Str(string) => match literal(string) {
                            Some(text) => found_texts.push(text),
                            None => is_all = false,
                        },
                        _ => is_all = false,
                    }
                }
            }
            Expr::Str(string) => match literal(string) {
                Some(text) => found_texts.push(text),
                None => is_all = false,
            },
            _ => is_all = false,
        }
    }
    (found_texts, is_all)
}
