//! Secrets that would stand in the Nix store, where every user of the machine can read them.

use super::value::{self, Kind};
use super::{Found, Surroundings, call, lib_function};
use crate::options::OptionType;
use crate::strings::attribute_path;
use rnix::ast::{self, Expr};
use rowan::ast::AstNode as _;

/// Says that a secret would be readable by everybody; `None` where the value is none, or a file is read instead.
pub(super) fn in_text(path: &[String], value: &Expr, around: Surroundings, found: &Found) -> Option<String> {
    let (last, parents) = path.split_last()?;
    let ends_in = |ending: &&str| {
        let end = last.len().checked_sub(ending.len()).and_then(|start| last.get(start..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(ending))
    };
    let is_secret = ["token", "password", "secret", "secretkey", "secret_key", "storagepass"].iter().any(ends_in);
    if !is_secret || last.to_lowercase().contains("hashed") {
        return None;
    }
    let siblings = around.known.tree.at(parents);
    let file = [format!("{last}File"), format!("{last}Path")]
        .into_iter()
        .find(|file| siblings.is_some_and(|node| node.children.contains_key(file)));
    let known = file.is_some() || parents.first().is_some_and(|first| first == "users") || last.contains("secret_key");
    let harmless = |one: &Expr| match value::kind(one, found) {
        Some(Kind::Text(Some(text))) => text.is_empty() || text.starts_with("$__"),
        Some(Kind::Text(None)) => one.to_string().contains("$__file{"),
        Some(_) => true,
        None => false,
    };
    let is_read = reads_file(value, found);
    if !known || !is_read && value::possible(value, found).iter().all(harmless) {
        return None;
    }
    let shown = attribute_path(path);
    let instead = file.map(|file| format!(" Write `{file}` with the path of a file instead.")).unwrap_or_default();
    Some(format!("`{shown}` would stand in the Nix store, where everybody can read it.{instead}"))
}

/// Whether `value` is the text of a file that is read as the flake is evaluated.
fn reads_file(value: &Expr, found: &Found) -> bool {
    let Expr::Apply(apply) = super::inside(value.clone()) else { return false };
    let (head, arguments) = call(&apply);
    let name = match &head {
        Some(Expr::Select(select)) => select.attrpath().map(|path| path.to_string()),
        _ => None,
    };
    let is_builtin = name.is_some_and(|name| name == "readFile");
    let is_lib = head
        .and_then(|head| lib_function(&head, found.names))
        .is_some_and(|name| ["readFile", "fileContents"].contains(&name.text()));
    (is_builtin || is_lib) && arguments.first().is_some_and(|file| path_literal(file).is_some())
}

/// Endings of the names of options that take the file of a secret, in lower case.
const FILES: &[&str] = &[
    "credentialfile",
    "credentialsfile",
    "environmentfile",
    "environmentfiles",
    "keytab",
    "keytabfile",
    "passfile",
    "passphrasefile",
    "password",
    "passwordfile",
    "passwordfiles",
    "passwordpath",
    "pskfile",
    "presharedkeyfile",
    "privatekey",
    "privatekeyfile",
    "privatekeypath",
    "secret",
    "secretfile",
    "secretsfile",
    "secretkeyfile",
    "sslcertificatekey",
    "sslkey",
    "token",
    "tokenfile",
    "tokenpath",
    "tokensfile",
];

/// Names of options that take a key, private or public, each with a section in which it is a private one.
const KEY_FILES: &[(&str, &str)] = &[("keyFile", "services"), ("keyFile", "fileSystems"), ("hostKeys", "boot")];

/// Names of files that are private keys wherever they stand.
const PRIVATE_FILES: &[&str] =
    &["id_rsa", "id_ecdsa", "id_ed25519", "munge.key", "ssh_host_rsa_key", "ssh_host_ed25519_key", "krb5.keytab"];

/// The file that `value` names by a path of Nix, and what is wrong with that: where an option takes the path of a secret,
/// Nix copies the file into the store. `None` where the option takes no secret.
pub(super) fn in_file(path: &[String], kind: &OptionType, value: &Expr) -> Option<(String, String)> {
    if !may_be_path(kind) {
        return None;
    }
    let file = path_literal(value)?;
    let last = path.iter().rev().find(|name| *name != "<name>" && *name != "*")?;
    let lower = last.to_lowercase();
    let is_public = lower.contains("public") || path.iter().any(|name| name.to_lowercase().contains("authorized"));
    let of_option = FILES.iter().any(|ending| lower.ends_with(ending))
        || KEY_FILES.iter().any(|(name, section)| last.ends_with(name) && path[0] == *section);
    let name = file.rsplit('/').next().unwrap_or_default();
    // A file of secrets that is encrypted may lie in the store.
    let is_encrypted = [".age", ".asc", ".enc", ".gpg", ".sops", ".tpm2"].iter().any(|end| name.ends_with(end));
    if is_public || is_encrypted || !(of_option || PRIVATE_FILES.contains(&name)) {
        return None;
    }
    let message = format!(
        "`{}` would be copied into the Nix store with the flake, where everybody can read it: write where the file lies on \
         the nodes as text, such as \"/var/lib/secrets/{name}\", and put it there yourself.",
        attribute_path(path)
    );
    Some((file, message))
}

fn may_be_path(kind: &OptionType) -> bool {
    match kind {
        OptionType::Path | OptionType::Str | OptionType::Any => true,
        OptionType::ListOf { of } | OptionType::AttrsOf { of } => may_be_path(of),
        OptionType::Either { of } => of.iter().any(may_be_path),
        _ => false,
    }
}

/// The path that `value` is: `./munge.key`, or in a string of its own, `"${./munge.key}"`.
fn path_literal(value: &Expr) -> Option<String> {
    if matches!(value, Expr::Ident(_) | Expr::List(_) | Expr::AttrSet(_) | Expr::Select(_) | Expr::Literal(_)) {
        return None;
    }
    match super::inside(value.clone()) {
        path @ (Expr::PathAbs(_) | Expr::PathRel(_) | Expr::PathHome(_)) => {
            let text = path.syntax().text().to_string();
            // What is put into a path is not known.
            (!text.contains("${")).then_some(text)
        }
        // Most strings have nothing put into them.
        Expr::Str(string) if string.syntax().first_child().is_none() => None,
        Expr::Str(string) => match string.normalized_parts().as_slice() {
            [ast::InterpolPart::Interpolation(inner)] => path_literal(&inner.expr()?),
            _ => None,
        },
        _ => None,
    }
}
