//! Text that several topics look at or show: quotes in messages, names, folders, devices.

use super::keys::looks_private;
use crate::hostlist;

/// A value as a message shows it: in quotes, on one line, not too long, and never a private key.
pub(super) fn quote(text: &str) -> String {
    const LONGEST: usize = 60;
    if looks_private(text) {
        return "this text".to_owned();
    }
    let short: String = text.chars().take(LONGEST).map(|c| if c.is_control() { '�' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() { format!("“{short}…”") } else { format!("“{short}”") }
}

/// A value as a button can show it.
pub(super) fn short(list: &str) -> String {
    if list.chars().nth(40).is_some() { list.chars().take(39).chain(['…']).collect() } else { list.to_owned() }
}

/// Some names as a hostlist, as a message can show them.
pub(super) fn list(names: &[String]) -> String {
    short(&hostlist::compress(names))
}

/// A count with its noun: `1 host`, `3 hosts`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A host name as in RFC 1123, a single label: letters, digits and inner hyphens, at most 63.
pub fn is_label(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// A domain name: labels with dots between them.
pub(super) fn is_domain(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_label)
}

/// Whether a text is a UUID in small letters: `433a2193-4f8a-47a0-95d2-209d7ca2cca5`.
pub(super) fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Why a text is no folder that can stand in fstab, exports and unit files; `None` where it is one.
pub(super) fn folder_fault(path: &str) -> Option<&'static str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@".contains(c);
    if path.is_empty() {
        Some("is empty")
    } else if !path.starts_with('/') {
        Some("is not absolute")
    } else if path.contains(char::is_whitespace) {
        Some("has a space in it")
    } else if !path.chars().all(plain) {
        Some("has characters other than letters, digits and “/._-+@”")
    } else if path.split('/').any(|part| part == ".." || part == ".") {
        Some("has “.” or “..” in it")
    } else if path.len() > 1 && (path.ends_with('/') || path.contains("//")) {
        Some("has a slash too many")
    } else {
        None
    }
}

/// `path` without doubled slashes, a slash at the end, and with one at the start; `None` where that does not mend it.
pub(super) fn mended_folder(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.trim().split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let mended = format!("/{}", parts.join("/"));
    (parts != [""; 0] && mended != path && folder_fault(&mended).is_none()).then_some(mended)
}

/// Whether a text can be the device of a file system: a path below `/dev`.
pub(super) fn is_device(text: &str) -> bool {
    text.strip_prefix("/dev/").is_some_and(|rest| !rest.is_empty())
        && folder_fault(&text.replace([':', '=', ','], "_")).is_none()
}

/// `sda1` or `dev/sda1` as `/dev/sda1`; `None` where that makes no device.
pub(super) fn mended_device(text: &str) -> Option<String> {
    let rest = text.trim().trim_start_matches('/').trim_start_matches("dev/");
    let device = format!("/dev/{rest}");
    (device != text && is_device(&device)).then_some(device)
}

/// Why a text is no flake reference that can stand as an input's `url`; `None` where it is one. Reads as
/// `“x” is no flake reference: it …`.
///
/// A reference names where a flake is: `github:owner/repository`, `git+https://host/repository`. It is public: it lands
/// in flake.nix, so that a password in it would be told to all.
pub(super) fn flake_reference_fault(reference: &str) -> Option<&'static str> {
    const FORGES: &[&str] = &["github:", "gitlab:", "sourcehut:"];
    const OTHERS: &[&str] = &[
        "git+https://",
        "git+ssh://",
        "git+file:///",
        "https://",
        "tarball+https://",
        "path:/",
        "path:./",
        "file:///",
    ];
    let plain = |c: char| c.is_ascii_alphanumeric() || "/:._-+~?=&%@".contains(c);
    if reference.contains(char::is_whitespace) {
        return Some("has a space in it");
    }
    if !reference.chars().all(plain) {
        return Some("has characters that no reference has");
    }
    if let Some(rest) = FORGES.iter().find_map(|forge| reference.strip_prefix(forge)) {
        let path = rest.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').collect();
        return (parts.len() < 2 || parts.iter().any(|part| part.is_empty()))
            .then_some("lacks an owner or a repository");
    }
    let Some(rest) = OTHERS.iter().find_map(|scheme| reference.strip_prefix(scheme)) else {
        return Some("does not begin with “github:”, “gitlab:”, “git+https://”, “https://” or “path:/”");
    };
    let host = rest.split('/').next().unwrap_or_default();
    let is_ssh = reference.starts_with("git+ssh://");
    if host.split_once('@').is_some_and(|(user, _)| !is_ssh || user.contains(':')) {
        return Some("has a user name or a password in it, which everybody could read");
    }
    rest.is_empty().then_some("names no place")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flake_references_are_told_from_other_text() {
        for good in [
            "github:lab/lmod-nix",
            "github:lab/lmod-nix/v1.2",
            "github:lab/nix?dir=lmod",
            "gitlab:group%2Fsubgroup/project",
            "git+https://git.example.org/lmod.git?ref=main",
            "git+ssh://git@git.example.org/lmod.git",
            "https://example.org/lmod.tar.gz",
            "path:/srv/flakes/lmod",
            "path:./lmod",
        ] {
            assert_eq!(flake_reference_fault(good), None, "{good}");
        }
        for bad in [
            "",
            "lmod",
            "github:",
            "github:lab",
            "github:lab/",
            "github:/x",
            "github:lab/lmod nix",
            "github:lab/${x}",
            "github:lab/\"x",
            "https://",
            "https://user:word@example.org/x",
            "git+ssh://git:word@example.org/x",
            "http://example.org/x",
            "nixpkgs",
        ] {
            assert!(flake_reference_fault(bad).is_some(), "{bad}");
        }
    }
}
