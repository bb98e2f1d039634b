//! The files of the flake as an indented list.

/// One row of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub name: String,
    /// How deep it stands.
    pub depth: usize,
    /// The file's path; none for a folder.
    pub file: Option<String>,
}

/// The rows for `paths`: files before folders, what people edit first; a folder with a single file is one row with it.
pub fn entries<'p>(paths: impl Iterator<Item = &'p str>) -> Vec<Entry> {
    let mut rows = Vec::new();
    add("", paths.collect(), 0, &mut rows);
    rows
}

fn add(folder: &str, paths: Vec<&str>, depth: usize, rows: &mut Vec<Entry>) {
    let (mut files, inner): (Vec<&str>, Vec<&str>) = paths.iter().partition(|path| !path[folder.len()..].contains('/'));
    files.sort_by_key(|path| rank(path));
    rows.extend(files.iter().map(|path| entry(&path[folder.len()..], depth, Some(path))));
    let mut rest = &inner[..];
    while let Some(first) = rest.first() {
        let name = first[folder.len()..].split('/').next().unwrap_or_default();
        let inside = format!("{folder}{name}/");
        let count = rest.iter().take_while(|path| path.starts_with(&inside)).count();
        let (here, after) = rest.split_at(count.max(1));
        match here {
            // `base` stands for `base/default.nix`.
            [only] if depth > 0 => {
                let name = &only[folder.len()..];
                rows.push(entry(name.strip_suffix("/default.nix").unwrap_or(name), depth, Some(only)));
            }
            _ => {
                rows.push(entry(&format!("{name}/"), depth, None));
                add(&inside, here.to_vec(), depth + 1, rows);
            }
        }
        rest = after;
    }
}

fn entry(name: &str, depth: usize, file: Option<&str>) -> Entry {
    Entry { name: name.to_owned(), depth, file: file.map(str::to_owned) }
}

/// The order of the files that people look at first.
pub fn rank(path: &str) -> usize {
    ["cluster.nix", "flake.nix", "flake.lock", "cluster.json", "README.md"]
        .iter()
        .position(|first| *first == path)
        .unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stand_before_folders() {
        let paths = [
            "README.md",
            "cluster.nix",
            "lib/default.nix",
            "modules/base/default.nix",
            "modules/slurm/a.nix",
            "modules/slurm/b.nix",
        ];
        let rows: Vec<String> =
            entries(paths.into_iter()).iter().map(|row| format!("{}{}", " ".repeat(row.depth), row.name)).collect();
        assert_eq!(
            rows,
            ["cluster.nix", "README.md", "lib/", " default.nix", "modules/", " base", " slurm/", "  a.nix", "  b.nix"]
        );
    }
}
