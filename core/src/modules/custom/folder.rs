//! A module that comes as files: a `default.nix` alone, its folder, or what an export of one module holds.

use crate::cluster::SourceFile;
use crate::private_key::looks_private;

/// The most files that a module's folder may have.
const MAX_FILES: usize = 100;
/// How large they may be in all, in bytes: a description is to fit in a browser's storage.
const MAX_BYTES: usize = 512 << 10;

/// A module's folder, as it was found among some files.
#[derive(Clone, Debug, PartialEq)]
pub struct Folder {
    /// The name of the folder, or of the only file; empty where that is no more than `default.nix`.
    pub name: String,
    /// The text of the module.
    pub source: String,
    /// What else is in its folder.
    pub files: Vec<SourceFile>,
    /// What was left out and why, a sentence each.
    pub left_out: Vec<String>,
}

/// Whether `path` can be a further file of a module's folder: relative, of plain names, and not the `default.nix` at
/// the top.
pub fn is_source_path(path: &str) -> bool {
    let plain = |step: &str| {
        step.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
            && step.chars().all(|c| c.is_ascii_alphanumeric() || "-_.+".contains(c))
    };
    path != "default.nix" && path.len() <= 200 && path.split('/').all(plain)
}

/// The module among `files`, each with its path: the folder of the one `default.nix` that is nearest to the top, or the one
/// file with Nix.
///
/// `Err` is a sentence: there is no module, or several, or the files are too many or too large.
pub fn gather(files: Vec<(String, Vec<u8>)>) -> Result<Folder, String> {
    // What systems and tools put beside people's files.
    let hidden = |path: &str| path.split('/').any(|step| step.starts_with('.') || step == "__MACOSX");
    let files: Vec<(String, Vec<u8>)> = files.into_iter().filter(|(path, _)| !hidden(path)).collect();
    let main = main_file(files.iter().map(|(path, _)| path.as_str()))?.to_owned();
    let (folder, file) = main.rsplit_once('/').unwrap_or(("", &main));
    let inside = if file != "default.nix" || folder.is_empty() { String::new() } else { format!("{folder}/") };
    let name = match file.strip_suffix(".nix") {
        Some("default") | None => folder.rsplit('/').next().unwrap_or_default(),
        Some(stem) => stem,
    };
    let mut found = Folder { name: name.to_owned(), source: String::new(), files: Vec::new(), left_out: Vec::new() };
    let (mut count, mut bytes, mut outside) = (0, 0, Vec::new());
    for (path, content) in files {
        let here = path.strip_prefix(&inside).filter(|_| file == "default.nix" || path == main);
        let Some(here) = here else {
            outside.push(path);
            continue;
        };
        (count, bytes) = (count + 1, bytes + content.len());
        if count > MAX_FILES || bytes > MAX_BYTES {
            return Err(format!(
                "the folder is too large for a module: at most {MAX_FILES} files, {} KiB",
                MAX_BYTES >> 10
            ));
        }
        match String::from_utf8(content) {
            Ok(text) if path == main => found.source = text,
            Err(_) if path == main => return Err(format!("{path} is no UTF-8 text")),
            Ok(text) if looks_private(&text) => {
                found
                    .left_out
                    .push(format!("{here} was left out: it holds a private key, which must never leave its owner."));
            }
            Ok(text) if is_source_path(here) => found.files.push(SourceFile { path: here.to_owned(), text }),
            Ok(_) => {
                found.left_out.push(format!("{here} was left out: its name has more than letters, digits and “-_.+”."))
            }
            Err(_) => found.left_out.push(format!("{here} was left out: it is no text.")),
        }
    }
    found.files.sort_by(|one, other| one.path.cmp(&other.path));
    if !outside.is_empty() {
        outside.sort();
        found.left_out.push(format!("Not of the module: {}.", outside.join(", ")));
    }
    Ok(found)
}

/// The file that is the module.
fn main_file<'p>(paths: impl Iterator<Item = &'p str> + Clone) -> Result<&'p str, String> {
    let mains = paths.clone().filter(|path| path.rsplit('/').next() == Some("default.nix"));
    let depth = |path: &str| path.matches('/').count();
    let top = mains.clone().map(depth).min();
    let nearest: Vec<&str> = mains.filter(|path| Some(depth(path)) == top).collect();
    let nix: Vec<&str> = paths.filter(|path| path.ends_with(".nix")).collect();
    match (nearest.as_slice(), nix.as_slice()) {
        ([one], _) | ([], [one]) => Ok(one),
        ([], []) => Err("there is no module among these files: bring a default.nix, or a folder with one".to_owned()),
        ([], _) => Err("there are several files with Nix and no default.nix: bring one of them, or name the module’s file default.nix".to_owned()),
        (several, _) => Err(format!("these are several modules: {}; bring one at a time", several.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(files: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
        files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn a_folder_is_taken_whole() {
        let mut given = files(&[
            ("license/server.nix", "{ }\r\n"),
            ("license/default.nix", "{ imports = [ ./server.nix ]; }"),
            ("license/conf/a.txt", "ünï"),
            ("license/conf/default.nix", "{ }"),
            ("license/.git/config", "x"),
            ("license/id", "-----BEGIN OPENSSH PRIVATE KEY-----"),
            ("license/a b", ""),
        ]);
        given.push(("license/logo.png".to_owned(), vec![0x89, 0xff]));
        let folder = gather(given).unwrap();
        assert_eq!((folder.name.as_str(), folder.source.as_str()), ("license", "{ imports = [ ./server.nix ]; }"));
        let kept: Vec<_> = folder.files.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
        assert_eq!(kept, [("conf/a.txt", "ünï"), ("conf/default.nix", "{ }"), ("server.nix", "{ }\r\n")]);
        let told: Vec<&str> = folder.left_out.iter().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(told, ["id", "a", "logo.png"]);
    }

    #[test]
    fn the_module_is_found_among_other_files() {
        let exported = files(&[
            ("README.md", "# lic"),
            ("examples/lic/flake.nix", "{ }"),
            ("modules/lic/default.nix", "{ a = 1; }"),
            ("modules/lic/x.nix", "1"),
        ]);
        let folder = gather(exported).unwrap();
        assert_eq!((folder.name.as_str(), folder.files.len()), ("lic", 1));
        assert_eq!(folder.left_out, ["Not of the module: README.md, examples/lic/flake.nix."]);
        let alone = |path: &str| gather(files(&[(path, "{ }")])).unwrap().name;
        assert_eq!((alone("default.nix"), alone("hpc.nix")), (String::new(), "hpc".to_owned()));
    }

    #[test]
    fn what_is_no_single_module_is_refused() {
        for (given, why) in [
            (files(&[("a.txt", "")]), "no module among"),
            (files(&[("a.nix", ""), ("b.nix", "")]), "no default.nix"),
            (files(&[("a/default.nix", ""), ("b/default.nix", "")]), "several modules: a/default.nix, b/default.nix"),
            (vec![("default.nix".to_owned(), vec![0xff])], "no UTF-8"),
            (vec![("default.nix".to_owned(), vec![b' '; MAX_BYTES + 1])], "too large"),
            (
                (0..=MAX_FILES)
                    .map(|n| (format!("a/{}", if n == 0 { "default.nix".to_owned() } else { n.to_string() }), vec![]))
                    .collect(),
                "too large",
            ),
        ] {
            let found = gather(given).unwrap_err();
            assert!(found.contains(why), "{found}");
        }
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        for path in ["a.nix", "a/b-c_d.e+f", "sub/default.nix"] {
            assert!(is_source_path(path), "{path}");
        }
        for path in ["", "default.nix", "../a", "a/../b", "/a", "a//b", ".a", "a/", "a b", "ü"] {
            assert!(!is_source_path(path), "{path}");
        }
    }
}
