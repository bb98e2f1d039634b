//! What the checks of several modules look for in a field: hostlists, interfaces, devices, subnets, files of secrets.

use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::Hosts;
use crate::folders::{folder_fault, is_device, mended_device, mended_folder};
use crate::hostlist::{self, HostlistError, MAX_HOSTS};
use crate::path::Path;
use crate::quoting::{quote, short};
use crate::subnet::Ipv4Net;

checks! {
    TOO_MANY_HOSTS "too-many-hosts" Error "The hostlists name more hosts than a cluster can have.",
    HOSTLIST_SYNTAX "hostlist-syntax" Error "A hostlist cannot be read.",
    SUBNET "subnet" Error "The subnet is not of the form 10.0.0.0/16.",
    SUBNET_HOST_BITS "subnet-host-bits" Error "The subnet's address has bits of a host in it.",
    SUBNET_SIZE "subnet-size" Error "The subnet is larger than /8 or smaller than /30.",
    INTERFACE_NAME "interface-name" Error "A network interface has no valid Linux name.",
    DEVICE "device" Error "A device is no path below /dev.",
    FILE_SYSTEM_TYPE "file-system-type" Error "A file system type is not one that a node can be installed on.",
    SECRET_PATH "secret-path" Error "The file of a secret is no absolute path on the node.",
    SECRET_IN_STORE "secret-in-store" Error "The file of a secret is in the Nix store, which everybody can read.",
}

/// The types that NixOS has all it needs for.
const FILE_SYSTEMS: &[&str] = &["ext4", "xfs", "btrfs", "f2fs"];

/// Whether a list could not be expanded: then its problem is added.
pub(crate) fn check_syntax(path: impl Fn() -> Path, text: &str, hosts: &Hosts, problems: &mut Vec<Problem>) -> bool {
    match hosts {
        Hosts::Names(_) => return false,
        Hosts::Wrong(error) => problems.push(syntax_problem(path(), text, error)),
        Hosts::TooMany => {
            let message =
                format!("The cluster would have more than {MAX_HOSTS} hosts with {}: name fewer.", quote(text));
            problems.push(TOO_MANY_HOSTS.at(path(), message));
        }
    }
    true
}

fn syntax_problem(path: Path, text: &str, error: &HostlistError) -> Problem {
    let tidy = hostlist::tidy(text);
    let fix = (tidy != text && hostlist::count(&tidy).is_ok()).then(|| {
        Fix::set(
            if tidy.is_empty() { "Leave it empty".to_owned() } else { format!("Write {}", short(&tidy)) },
            path.clone(),
            tidy,
        )
    });
    HOSTLIST_SYNTAX.at(path, error.0.clone()).with_fix(fix)
}

/// Adds the problem of a name that no interface can have.
pub(crate) fn check_interface(name: &str, path: impl Fn() -> Path, problems: &mut Vec<Problem>) {
    let valid = |name: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        (1..=15).contains(&name.len()) && name.bytes().all(plain) && !["lo", ".", ".."].contains(&name)
    };
    if valid(name) {
        return;
    }
    let message = format!(
        "{} is no network interface: write its name as “ip link” shows it, “eno1”, at most 15 letters and digits.",
        quote(name)
    );
    let trimmed = name.trim();
    let fix = valid(trimmed).then(|| Fix::set(format!("Use {trimmed}"), path(), trimmed));
    problems.push(INTERFACE_NAME.at(path(), message).with_fix(fix));
}

/// Adds the problem of a device that is none.
pub(crate) fn check_device(text: &str, path: impl Fn() -> Path, problems: &mut Vec<Problem>) {
    if is_device(text) {
        return;
    }
    let fix = mended_device(text).map(|device| Fix::set(format!("Use {}", short(&device)), path(), device));
    let message = format!("{} is no device: write a path below /dev, “/dev/disk/by-label/nixos”.", quote(text));
    problems.push(DEVICE.at(path(), message).with_fix(fix));
}

/// Adds the problem of a file system type that a node cannot have.
pub(crate) fn check_fs_type(text: &str, path: impl Fn() -> Path, problems: &mut Vec<Problem>) {
    if FILE_SYSTEMS.contains(&text) {
        return;
    }
    let mended = text.trim().to_lowercase();
    let fix = FILE_SYSTEMS.contains(&mended.as_str()).then(|| Fix::set(format!("Use {mended}"), path(), mended));
    let message = format!("{} is no file system for a node's disk: use {}.", quote(text), FILE_SYSTEMS.join(", "));
    problems.push(FILE_SYSTEM_TYPE.at(path(), message).with_fix(fix));
}

/// Adds the problems of a subnet, at its place.
pub(crate) fn check_subnet(text: &str, subnet: Option<Ipv4Net>, path: Path, problems: &mut Vec<Problem>) {
    let Some(subnet) = subnet else {
        let message = format!(
            "{} is no IPv4 subnet: write its first address and the bits of its mask, “10.0.0.0/16”.",
            quote(text)
        );
        problems.push(SUBNET.at(path, message));
        return;
    };
    let whole = subnet.to_string();
    if text != whole {
        let message = format!("{} does not name a subnet by its first address: write “{whole}”.", quote(text));
        let fix = Fix::set(format!("Use {whole}"), path.clone(), whole);
        problems.push(SUBNET_HOST_BITS.at(path.clone(), message).with_fix(fix));
    }
    if !(8..=30).contains(&subnet.prefix_len()) {
        let message = format!(
            "A subnet of /{} does not work: use /8 to /30, /16 has room for 65,534 hosts.",
            subnet.prefix_len()
        );
        problems.push(SUBNET_SIZE.at(path, message));
    }
}

/// Adds the problem of a secret's file that is no path on the node, or would be in the Nix store.
pub(crate) fn check_secret_file(file: &str, path: impl Fn() -> Path, problems: &mut Vec<Problem>) {
    // A relative path is one in the flake, and all of a flake is copied to the store.
    if file == "/nix/store" || file.starts_with("/nix/store/") || file.starts_with("./") || file.starts_with("../") {
        let message = format!(
            "{} would be in the Nix store, which everybody can read: write a path on the node, “/var/lib/secrets/…”.",
            quote(file)
        );
        problems.push(SECRET_IN_STORE.at(path(), message));
    } else if folder_fault(file).is_some() || file == "/" {
        // The mended text could be a path that nobody means: only what begins with a slash is mended.
        let fix = mended_folder(file)
            .filter(|mended| file.trim().starts_with('/') && !mended.starts_with("/nix/store"))
            .map(|mended| Fix::set(format!("Use {}", short(&mended)), path(), mended));
        let message = if file.is_empty() {
            "The file of the secret is missing: write its path on the node, “/var/lib/secrets/…”.".to_owned()
        } else {
            format!(
                "{} is no file on the node: write an absolute path of plain characters, “/var/lib/secrets/…”.",
                quote(file)
            )
        };
        problems.push(SECRET_PATH.at(path(), message).with_fix(fix));
    }
}

/// A list with spaces around an entry removed, or the entry itself where nothing is left of it.
pub(crate) fn mended_list(list: &[String], index: usize, path: &Path, good: impl Fn(&str) -> bool) -> Option<Fix> {
    let entry = list[index].trim();
    if entry.is_empty() {
        return Some(without(list, index, path, "Remove the empty entry"));
    }
    (entry != list[index] && good(entry)).then(|| Fix::set(format!("Use {entry}"), path.index(index), entry))
}

/// A fix that takes an entry out of a list.
pub(crate) fn without<T: Clone + Into<serde_json::Value>>(list: &[T], index: usize, path: &Path, label: &str) -> Fix {
    let kept: Vec<serde_json::Value> =
        list.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, entry)| entry.clone().into()).collect();
    Fix::set(label, path.clone(), kept)
}
