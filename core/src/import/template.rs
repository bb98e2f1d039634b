//! Templates of configuration management: files from which others are rendered, and which say nothing by themselves.

use super::{Importer, Source};

/// Each language with what its files' names end in.
const ENDINGS: &[(&str, &[&str])] = &[
    ("Jinja", &[".j2", ".jinja", ".jinja2"]),
    ("ERB", &[".erb"]),
    ("EPP", &[".epp"]),
    ("Terraform", &[".tftpl", ".tpl"]),
    ("Go", &[".tmpl", ".gotmpl"]),
];

/// The language that the file is a template of, by its name or by what is in it; `None` where it is a file as it stands.
/// Inventories may hold expressions in their values, and are read as they are.
pub(super) fn language(source: &Source, kind: Option<&Importer>) -> Option<&'static str> {
    let name = source.file.name.to_ascii_lowercase();
    let by_name = ENDINGS.iter().find(|(_, endings)| endings.iter().any(|ending| name.ends_with(ending)));
    if let Some((language, _)) = by_name {
        return Some(language);
    }
    // Scripts have brackets of their own, as in curl -w '%{http_code}'.
    if source.text.starts_with("#!") {
        return None;
    }
    let begins = |sign: &str| source.text.lines().any(|line| line.trim_start().starts_with(sign));
    match kind.map(|kind| kind.kind) {
        Some("own") => return None,
        Some("ansible") if begins("{%") => return Some("Jinja"),
        Some("ansible") if begins("%{") => return Some("Terraform"),
        Some("ansible") => return None,
        _ => {}
    }
    // A comment may still say what the file was made from.
    let lines = || source.text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let has = |open: &str, close: &str| {
        lines().any(|line| line.split_once(open).is_some_and(|(_, rest)| rest.contains(close)))
    };
    if has("{%", "%}") {
        Some("Jinja")
    } else if has("<%", "%>") {
        Some("ERB")
    } else if has("%{", "}") {
        Some("Terraform")
    } else if has("{{", "}}") {
        let is_go = lines().any(|line| ["{{ .", "{{.", "{{ range", "{{- "].iter().any(|mark| line.contains(mark)));
        Some(if is_go { "Go" } else { "Jinja" })
    } else {
        None
    }
}

/// What is to be done with such a file.
pub(super) fn reason(language: &str) -> String {
    format!(
        "it is a template ({language}), which has no values yet: bring the file that is rendered from it, as it is on the machines"
    )
}
