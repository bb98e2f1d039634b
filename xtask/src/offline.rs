//! The service worker of the built page, which keeps its files in the browser: plain functions from text to text.

use crate::page::fingerprint;
use crate::run::Result;

/// What the page is told by: it differs wherever one of its files does.
pub fn version(files: &[(String, Vec<u8>)]) -> String {
    let mut all = Vec::new();
    for (name, bytes) in files {
        all.extend_from_slice(format!("{name}\0{}\0", bytes.len()).as_bytes());
        all.extend_from_slice(bytes);
    }
    format!("{:016x}", fingerprint(&all))
}

/// `public/service-worker.js` for this version, whose files are `names`; the page itself is the folder's.
pub fn service_worker(template: &str, version: &str, names: &[&str]) -> Result<String> {
    let names: Vec<String> =
        names.iter().map(|name| format!("{:?}", if *name == "index.html" { "./" } else { *name })).collect();
    let script = fill(template, "const VERSION = \"\";", &format!("const VERSION = \"{version}\";"))?;
    fill(&script, "const FILES = [];", &format!("const FILES = [{}];", names.join(", ")))
}

fn fill(template: &str, gap: &str, with: &str) -> Result<String> {
    if template.matches(gap).count() != 1 {
        return Err(format!("public/service-worker.js must hold the line `{gap}` once: the build fills it in"));
    }
    Ok(template.replacen(gap, with, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_is_another_version() {
        let files = |name: &str, text: &str| [(name.to_owned(), text.as_bytes().to_vec())];
        let versions = [version(&files("a", "b")), version(&files("a", "c")), version(&files("ab", "")), version(&[])];
        for (index, one) in versions.iter().enumerate() {
            assert!(!versions[..index].contains(one), "{one}");
        }
        assert_eq!(version(&files("a", "b")), versions[0]);
    }

    #[test]
    fn the_worker_names_every_file_and_the_page_by_its_folder() {
        let template = "const VERSION = \"\";\nconst FILES = [];\n";
        let filled = service_worker(template, "0a", &["index.html", "a-1.js"]).expect("a good template");
        assert_eq!(filled, "const VERSION = \"0a\";\nconst FILES = [\"./\", \"a-1.js\"];\n");
        assert!(service_worker("const VERSION = \"\";", "0a", &[]).is_err());
    }
}
