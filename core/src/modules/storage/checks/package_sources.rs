//! The flakes with the packages of BeeGFS and Lustre, which nixpkgs has not.

use super::shared::{field, of_kind};
use crate::cluster::{Choice, FileSystemKind, SharedFileSystem};
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::Facts;
use crate::quoting::{quote, short};
use std::collections::HashMap;

checks! {
    NO_PACKAGES "no-packages" Error "nixpkgs has no package for a file system, and no flake is named that has.",
    SOURCE "package-source" Error "A flake with packages is no flake reference.",
    SOURCE_SECRET "package-source-secret" Error "A flake reference holds a password or a token.",
    SOURCE_DIFFERS "package-source-differs" Error "Two file systems of a kind take their packages from two flakes.",
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let mut sources: HashMap<FileSystemKind, &str> = HashMap::new();
    for (i, shared) in of_kind(facts, |kind| matches!(kind, FileSystemKind::BeeGfs | FileSystemKind::Lustre)) {
        let path = field(i, SharedFileSystem::package_source);
        let (source, label) = (shared.package_source.as_str(), shared.kind.label());
        if source.trim().is_empty() {
            let message = format!(
                "nixpkgs has no package of {label}. Name a flake that has, “github:lab/{}-nix”, or use NFS, CephFS, GlusterFS or OrangeFS.",
                shared.kind.key()
            );
            problems.push(NO_PACKAGES.at(path, message));
            continue;
        }
        if has_secret(source) {
            let message = "This reference holds a password or a token, which would be in the flake for everybody to read: put it into nix.conf, as access-tokens, or use SSH.";
            problems.push(SOURCE_SECRET.at(path, message));
            continue;
        }
        if !is_flake_reference(source) {
            let mended = mended_reference(source);
            let fix = mended.map(|mended| Fix::set(format!("Use {}", short(&mended)), path.clone(), mended));
            let message = format!(
                "{} is no flake: write “github:OWNER/REPOSITORY”, “git+https://…” or “path:./…”.",
                quote(source)
            );
            problems.push(SOURCE.at(path.clone(), message).with_fix(fix));
        }
        let first = *sources.entry(shared.kind).or_insert(source);
        if first != source {
            let message = format!(
                "Another {label} takes its packages from {}: a node has them once, use the same flake.",
                quote(first)
            );
            let fix = Fix::set(format!("Use {}", short(first)), path.clone(), first);
            problems.push(SOURCE_DIFFERS.at(path, message).with_fix(fix));
        }
    }
}

/// Whether a text is a flake reference that says where the flake is, as in nix3-flake(1): what is looked up in a
/// registry differs between machines.
fn is_flake_reference(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?[]@!&+,;=%".contains(c);
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let place = rest.split('?').next().unwrap_or_default();
    text.chars().all(plain)
        && match scheme {
            "github" | "gitlab" | "sourcehut" => {
                let parts: Vec<&str> = place.split('/').collect();
                parts.len() >= 2 && parts.iter().all(|part| !part.is_empty())
            }
            "path" => !place.is_empty(),
            "git+file" => place.starts_with("///"),
            "git+https" | "git+ssh" | "git+http" | "https" | "tarball+https" | "hg+https" => {
                // A page of a forge is no archive.
                let is_page = scheme == "https" && mended_reference(text).is_some();
                !is_page && place.strip_prefix("//").is_some_and(|host| !host.is_empty() && !host.starts_with('/'))
            }
            _ => false,
        }
}

/// `https://github.com/lab/beegfs-nix` as `github:lab/beegfs-nix`; `None` for other texts.
fn mended_reference(text: &str) -> Option<String> {
    let text = text.trim();
    let place = text.strip_prefix("https://github.com/").map_or(text, |place| place.trim_end_matches('/'));
    let place = place.strip_suffix(".git").unwrap_or(place);
    let is_name = |part: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        part.starts_with(|c: char| c.is_ascii_alphanumeric()) && part.chars().all(plain)
    };
    let (owner, repository) = place.split_once('/')?;
    (is_name(owner) && is_name(repository)).then(|| format!("github:{place}"))
}

fn has_secret(text: &str) -> bool {
    let (place, query) = text.split_once('?').unwrap_or((text, ""));
    let authority = place.split_once("//").map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default());
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    // Over HTTP, a user is a token; over SSH it is “git”.
    let in_user = user.is_some_and(|user| user.contains(':') || place.contains("http"));
    let names = ["token", "secret", "password", "passwd"];
    in_user
        || query
            .to_lowercase()
            .split('&')
            .filter_map(|part| part.split('=').next())
            .any(|key| names.iter().any(|name| key.contains(name)))
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    (
        r#"storage.shared[1] = {"kind": "beegfs", "server": "mgmt", "secretFile": "/var/lib/secrets/beegfs", "mount": "/work"}"#,
        &["error no-packages storage.shared[1].packageSource"],
    ),
    (
        r#"storage.shared[1] = {"kind": "beegfs", "server": "mgmt", "secretFile": "/var/lib/secrets/beegfs", "packageSource": "https://github.com/lab/beegfs-nix.git", "mount": "/work"}"#,
        &["error package-source storage.shared[1].packageSource"],
    ),
    (
        "storage.shared[1] = {\"kind\": \"lustre\", \"server\": \"10.0.9.1@tcp\", \"export\": \"a\", \"packageSource\": \"github:a/b\", \"mount\": \"/a\"}\nstorage.shared[2] = {\"kind\": \"lustre\", \"server\": \"10.0.9.1@tcp\", \"export\": \"b\", \"packageSource\": \"github:a/c\", \"mount\": \"/b\"}",
        &["error package-source-differs storage.shared[2].packageSource"],
    ),
    (
        r#"storage.shared[1] = {"kind": "lustre", "server": "10.0.9.1@tcp", "export": "a", "packageSource": "git+https://x:ghp_123@github.com/a/b", "mount": "/a"}"#,
        &["error package-source-secret storage.shared[1].packageSource"],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flake_references_say_where_the_flake_is() {
        for good in [
            "github:lab/beegfs-nix",
            "github:lab/beegfs-nix/v8.1",
            "gitlab:lab%2Fhpc/lustre?ref=main",
            "git+https://git.lab.org/lustre.git?ref=main&rev=0123456789abcdef0123456789abcdef01234567",
            "git+ssh://git@git.lab.org/lustre.git",
            "git+file:///srv/git/lustre",
            "https://git.lab.org/lustre.tar.gz",
            "path:./lustre",
            "path:/srv/lustre",
        ] {
            assert!(is_flake_reference(good) && !has_secret(good), "{good}");
        }
        for wrong in [
            "",
            "beegfs",
            "github:lab",
            "github:lab/",
            "github:lab/a b",
            "github:lab/beegfs#overlay",
            "https://github.com/lab/beegfs",
            "git+https://",
            "path:",
            "ftp://lab.org/beegfs",
            "git+file://lustre",
            "path:./a\"; evil = \"",
        ] {
            assert!(!is_flake_reference(wrong), "{wrong}");
        }
        for secret in [
            "https://token@github.com/a/b/archive/main.tar.gz",
            "git+https://user:password@git.lab.org/a",
            "git+ssh://git:password@git.lab.org/a",
            "gitlab:a/b?PRIVATE_TOKEN=x",
        ] {
            assert!(has_secret(secret), "{secret}");
        }
        assert_eq!(mended_reference(" lab/beegfs-nix "), Some("github:lab/beegfs-nix".to_owned()));
    }
}
