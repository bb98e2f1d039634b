//! Flake references: what the `url` of a flake input may be (`nix flake --help`, “Flake references”).

/// Why `reference` cannot stand as an input's `url`, as the end of “it …”; `None` where it can.
///
/// A reference says where a flake is: `github:owner/repository`, `git+https://host/repository`. It ends up in
/// flake.nix, where everybody can read it, so one with a password in it is refused.
pub fn flake_reference_fault(reference: &str) -> Option<&'static str> {
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
