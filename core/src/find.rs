//! Finding a text in all files of the flake.

use crate::tree::FileTree;
use std::ops::Range;

/// A line that contains the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The path of the file, from the root of the flake.
    pub path: String,
    /// The line, counted from 0.
    pub line: usize,
    /// The line itself, or the part around the text where the line is long.
    pub text: String,
    /// Where the text first occurs in [`text`](Hit::text), in bytes.
    pub at: Range<usize>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The first lines that contain the text, in the order of files and lines, up to the limit.
    pub hits: Vec<Hit>,
    /// How many lines contain the text in all.
    pub lines: usize,
    /// How many files have such a line.
    pub files: usize,
}

/// How much of a long line is kept before and after the text, in characters.
const AROUND: usize = 120;

/// The lines of `tree` that contain `text`, the first `limit` of them. Case matters only where `text` has capitals.
/// Empty text is found nowhere.
pub fn find(tree: &FileTree, text: &str, limit: usize) -> Found {
    let mut found = Found::default();
    if text.is_empty() {
        return found;
    }
    let exact = text.chars().any(char::is_uppercase);
    for (path, file) in tree {
        let before = found.lines;
        for (line, whole) in file.text.lines().enumerate() {
            let Some(at) = place(whole, text, exact) else { continue };
            found.lines += 1;
            if found.hits.len() < limit {
                let (text, at) = around(whole, at);
                found.hits.push(Hit { path: path.clone(), line, text, at });
            }
        }
        found.files += usize::from(found.lines > before);
    }
    found
}

/// Where `text` first stands in `line`. Case is folded in ASCII, so that every place is one of `line` itself.
fn place(line: &str, text: &str, exact: bool) -> Option<Range<usize>> {
    let start = if exact {
        line.find(text)?
    } else {
        let (line, text) = (line.as_bytes(), text.as_bytes());
        line.windows(text.len()).position(|part| part.eq_ignore_ascii_case(text))?
    };
    Some(start..start + text.len())
}

fn around(line: &str, at: Range<usize>) -> (String, Range<usize>) {
    let start = line[..at.start].char_indices().rev().nth(AROUND - 1).map_or(0, |(index, _)| index);
    let end = line[at.end..].char_indices().nth(AROUND).map_or(line.len(), |(index, _)| at.end + index);
    // What stands further left is only the line's indent.
    let start = start + (line[start..at.start].len() - line[start..at.start].trim_start().len());
    (line[start..end].to_owned(), at.start - start..at.end - start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> FileTree {
        files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned().into()))
            .map(|(path, text): (String, crate::tree::File)| (path, text.into()))
            .collect()
    }

    #[test]
    fn every_line_is_found_with_its_file() {
        let tree = tree(&[("a.nix", "x\n  mtu = 9000;\n"), ("b.nix", "MTU\n"), ("c.nix", "")]);
        let found = find(&tree, "mtu", 10);
        let hits: Vec<_> =
            found.hits.iter().map(|hit| (hit.path.as_str(), hit.line, &hit.text[hit.at.clone()])).collect();
        assert_eq!(hits, [("a.nix", 1, "mtu"), ("b.nix", 0, "MTU")]);
        assert_eq!(found.hits[0].text, "mtu = 9000;");
        assert_eq!((found.lines, found.files), (2, 2));
        assert_eq!(find(&tree, "MTU", 10).lines, 1);
        assert_eq!(find(&tree, "", 10), Found::default());
    }

    #[test]
    fn what_is_above_the_limit_is_counted() {
        let tree = tree(&[("a", "x\nx\nx\n")]);
        let found = find(&tree, "x", 2);
        assert_eq!((found.hits.len(), found.lines), (2, 3));
    }

    #[test]
    fn long_lines_are_cut_between_characters() {
        let line = format!("{}needle{}", "ü".repeat(500), "ü".repeat(500));
        let found = find(&tree(&[("a", &line)]), "needle", 10);
        let hit = &found.hits[0];
        assert_eq!(&hit.text[hit.at.clone()], "needle");
        assert_eq!(hit.text.chars().count(), 2 * AROUND + 6);
        // Half of one character and half of the next would be no place in the text.
        assert_eq!(find(&tree(&[("a", "ÄÖ")]), "äö", 10).lines, 0);
    }
}
