//! Writing a flake into a folder that may hold an earlier one, and files of the user's own.
//!
//! What was generated before is told from the folder's own `cluster.json`, by generating it again. A file that is
//! neither as it was generated nor as it will be is the user's: it is never changed unasked, and never removed.

use clusterflake_core::Cluster;
use clusterflake_core::flake::generate;
use clusterflake_core::tree::{File, FileTree};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What became of writing a folder.
pub enum Written {
    /// Every file is in place. `kept` are files that are no longer generated but were changed by hand.
    All { kept: Vec<String> },
    /// Nothing was written: these files would have been overwritten, and they are not as they were generated.
    Refused { changed: Vec<String> },
}

/// What is to be done in the folder.
#[derive(Debug, Default, PartialEq)]
struct Plan {
    /// Files to write, in this order.
    write: Vec<String>,
    remove: Vec<String>,
    /// Files that `--force` is needed for; they are also in `write`.
    changed: Vec<String>,
    kept: Vec<String>,
}

/// Writes `tree` into the folder `out`, which must be absent, empty but for `.git`, or hold an earlier output.
///
/// Everything is looked at before anything is written; fails with a sentence that names the file.
pub fn write(out: &Path, tree: &FileTree, force: bool) -> Result<Written, String> {
    let earlier = earlier(out)?;
    let mut present = BTreeMap::new();
    for path in tree.keys().chain(earlier.keys()) {
        if let Some(bytes) = read(out, path)? {
            present.insert(path.as_str(), bytes);
        }
    }
    let plan = plan(&present, &earlier, tree);
    if !plan.changed.is_empty() && !force {
        return Ok(Written::Refused { changed: plan.changed });
    }
    for path in &plan.write {
        put(&out.join(path), &tree[path]).map_err(|error| cannot(&out.join(path), "written", &error))?;
    }
    for path in &plan.remove {
        remove(out, path).map_err(|error| cannot(&out.join(path), "removed", &error))?;
    }
    Ok(Written::All { kept: plan.kept })
}

/// The files that the folder's own description generates; none for a folder that is absent or empty.
fn earlier(out: &Path) -> Result<FileTree, String> {
    let entries = match fs::read_dir(out) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(FileTree::new()),
        Err(error) => return Err(cannot(out, "used as a folder", &error)),
        Ok(entries) => entries,
    };
    let names: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.file_name())).collect();
    if names.iter().all(|name| name == ".git") {
        return Ok(FileTree::new());
    }
    let foreign = |why: String| {
        format!(
            "{}: is not empty and holds no earlier output of clusterflake ({why}); name an empty or a new folder",
            out.display()
        )
    };
    if !out.join("flake.nix").is_file() {
        return Err(foreign("there is no flake.nix".to_owned()));
    }
    let text =
        fs::read_to_string(out.join("cluster.json")).map_err(|error| foreign(format!("cluster.json: {error}")))?;
    let cluster = Cluster::from_json(&text).map_err(|error| foreign(format!("cluster.json: {error}")))?;
    Ok(generate(&cluster))
}

/// Whether the user owns `path` as soon as it is there.
fn is_users(path: &str) -> bool {
    path == "flake.lock" || path.starts_with(".git/") || path.starts_with("local/")
}

/// What to do, from the files that are there, those that were generated and those that are.
fn plan(present: &BTreeMap<&str, Vec<u8>>, earlier: &FileTree, tree: &FileTree) -> Plan {
    let mut plan = Plan::default();
    let is = |file: Option<&Arc<File>>, bytes: &[u8]| file.is_some_and(|file| file.text.as_bytes() == bytes);
    for (path, file) in tree {
        match present.get(path.as_str()) {
            Some(_) if is_users(path) => continue,
            Some(bytes) if !is(Some(file), bytes) && !is(earlier.get(path), bytes) => plan.changed.push(path.clone()),
            _ => {}
        }
        plan.write.push(path.clone());
    }
    for path in earlier.keys().filter(|path| !tree.contains_key(*path) && !is_users(path)) {
        match present.get(path.as_str()) {
            Some(bytes) if is(earlier.get(path), bytes) => plan.remove.push(path.clone()),
            Some(_) => plan.kept.push(path.clone()),
            None => {}
        }
    }
    // The description last: after a run that was cut off, it still tells what was there before.
    plan.write.sort_by_key(|path| path == "cluster.json");
    plan
}

/// The file at `path` in the folder `out`, if there is one. Fails where anything but a plain file stands there, or
/// where the way to it leads through a link, and so perhaps out of the folder.
fn read(out: &Path, path: &str) -> Result<Option<Vec<u8>>, String> {
    let mut place = out.to_path_buf();
    let mut steps = path.split('/').peekable();
    while let Some(step) = steps.next() {
        place.push(step);
        let kind = match fs::symlink_metadata(&place) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cannot(&place, "read", &error)),
            Ok(found) => found.file_type(),
        };
        let last = steps.peek().is_none();
        if (last && !kind.is_file()) || (!last && !kind.is_dir()) {
            let wanted = if last { "file" } else { "folder" };
            return Err(format!("{}: is in the way: a plain {wanted} is to stand there", place.display()));
        }
    }
    fs::read(&place).map(Some).map_err(|error| cannot(&place, "read", &error))
}

/// Writes a file whole or not at all, by way of a file beside it.
pub(super) fn put(place: &Path, file: &File) -> io::Result<()> {
    let folder = place.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    let beside: PathBuf = folder.join(format!(".{name}.clusterflake-new"));
    fs::write(&beside, &file.text)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = if file.executable { 0o755 } else { 0o644 };
        fs::set_permissions(&beside, fs::Permissions::from_mode(mode))?;
    }
    fs::rename(&beside, place)
}

/// Removes a file, and the folders that are empty without it.
fn remove(out: &Path, path: &str) -> io::Result<()> {
    fs::remove_file(out.join(path))?;
    let mut folder = Path::new(path).parent();
    while let Some(inside) = folder.filter(|inside| !inside.as_os_str().is_empty()) {
        if fs::remove_dir(out.join(inside)).is_err() {
            break;
        }
        folder = inside.parent();
    }
    Ok(())
}

fn cannot(place: &Path, what: &str, error: &io::Error) -> String {
    format!("{}: cannot be {what}: {error}", place.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> FileTree {
        let file = |text: &str| File { text: text.to_owned(), ..File::default() }.into();
        files.iter().map(|(path, text)| ((*path).to_owned(), file(text))).collect()
    }

    fn planned(present: &[(&'static str, &str)], earlier: &[(&str, &str)], new: &[(&str, &str)]) -> Plan {
        let present = present.iter().map(|(path, text)| (*path, text.as_bytes().to_vec())).collect();
        plan(&present, &tree(earlier), &tree(new))
    }

    #[test]
    fn files_as_generated_are_replaced_and_those_no_longer_generated_removed() {
        let plan =
            planned(&[("a", "1"), ("b", "1"), ("mine", "x")], &[("a", "1"), ("b", "1")], &[("a", "2"), ("c", "2")]);
        assert_eq!(plan.write, ["a", "c"]);
        assert_eq!(plan.remove, ["b"]);
        assert!(plan.changed.is_empty() && plan.kept.is_empty());
    }

    #[test]
    fn changed_files_are_named_and_never_removed() {
        let plan = planned(&[("a", "mine"), ("b", "mine")], &[("a", "1"), ("b", "1")], &[("a", "2")]);
        assert_eq!((plan.changed, plan.kept), (vec!["a".to_owned()], vec!["b".to_owned()]));
        assert!(plan.remove.is_empty());
        let own = planned(&[("new", "mine")], &[], &[("new", "2")]);
        assert_eq!(own.changed, ["new"]);
    }

    #[test]
    fn a_run_that_was_cut_off_can_be_repeated() {
        let plan = planned(
            &[("a", "2"), ("b", "1")],
            &[("a", "1"), ("b", "1")],
            &[("a", "2"), ("b", "2"), ("cluster.json", "{}")],
        );
        assert!(plan.changed.is_empty());
        assert_eq!(plan.write, ["a", "b", "cluster.json"]);
        let plan = planned(&[], &[], &[("cluster.json", ""), ("flake.nix", "")]);
        assert_eq!(plan.write, ["flake.nix", "cluster.json"]);
    }

    #[test]
    fn what_is_the_users_is_written_once() {
        let new = [("flake.lock", "2"), ("local/default.nix", "2")];
        assert_eq!(planned(&[], &[], &new).write, ["flake.lock", "local/default.nix"]);
        let later = planned(&[("flake.lock", "x"), ("local/default.nix", "y")], &[("flake.lock", "1")], &new);
        assert_eq!(later, Plan::default());
        assert_eq!(planned(&[("flake.lock", "1")], &[("flake.lock", "1")], &[]), Plan::default());
    }
}
