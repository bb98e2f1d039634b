//! What is to be said of the lines of a file: where they come from, and what the last step did to them.

use crate::preview::files::ShownFile;
use clusterflake_core::Path;
use clusterflake_core::diff::{Edit, edits};
use clusterflake_core::tree::FileTree;
use std::collections::HashSet;
use std::sync::Arc;

/// What differs from the same file among those `before`.
pub fn changes(before: &FileTree, shown: &ShownFile) -> Vec<Edit> {
    let Some((path, file)) = shown else { return Vec::new() };
    match before.get(path) {
        Some(old) if Arc::ptr_eq(old, file) || old.text == file.text => Vec::new(),
        old => edits(old.map_or("", |old| &old.text), &file.text),
    }
}

/// How a line is shown that the last edit made, or after which it took lines away.
pub fn change_class(edits: &[Edit], line: usize) -> &'static str {
    let at = edits.partition_point(|edit| edit.new.end < line || edit.new.end == line && !edit.new.is_empty());
    match edits.get(at) {
        Some(edit) if edit.new.contains(&line) => "line changed",
        Some(edit) if edit.new.is_empty() && edit.new.start == line => "line cut",
        _ => "line",
    }
}

/// The lines that fields made.
pub fn made_lines(shown: &ShownFile) -> HashSet<usize> {
    shown.iter().flat_map(|(_, file)| &file.origins).map(|origin| origin.line).collect()
}

/// The lines that `field` made.
pub fn lines_of(shown: &ShownFile, field: &Path) -> HashSet<usize> {
    let Some((_, file)) = shown else { return HashSet::new() };
    file.origins.iter().filter(|origin| field.contains(&origin.path)).map(|origin| origin.line).collect()
}

/// The field that made a line: of several, the innermost.
pub fn origin(shown: &ShownFile, line: usize) -> Option<Path> {
    let (_, file) = shown.as_ref()?;
    file.origins
        .iter()
        .filter(|origin| origin.line == line)
        .max_by_key(|origin| origin.path.steps().len())
        .map(|origin| origin.path.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_what_the_last_edit_did_to_it() {
        let edits = edits("a\nb\nc\nd\n", "a\nB\nd\n");
        let classes: Vec<&str> = (0..3).map(|line| change_class(&edits, line)).collect();
        assert_eq!(classes, ["line", "line changed", "line"]);
        let edits = super::edits("a\nb\nc\n", "a\nc\n");
        assert_eq!((change_class(&edits, 0), change_class(&edits, 1)), ("line", "line cut"));
    }
}
