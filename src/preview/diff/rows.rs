//! The rows in which a file's difference is shown: lines that came, went or stayed, and folds over more that stayed.

use clusterflake_core::diff::FileDiff;
use std::collections::BTreeSet;
use std::ops::Range;

/// How many unchanged lines are shown around an edit.
const CONTEXT: usize = 3;

/// Folds over fewer lines are not worth a click.
const SMALLEST_FOLD: usize = 2;

/// What one row shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// A line of the old text, counted from 0.
    Removed(usize),
    /// A line of the new text.
    Added(usize),
    /// A line of both.
    Same { old: usize, new: usize },
    /// Lines of the old text that are folded away.
    Fold(Range<usize>),
}

/// The rows of a file; folds that begin at a line in `open` are unfolded.
pub fn rows(file: &FileDiff, open: &BTreeSet<usize>) -> Vec<Row> {
    let mut rows = Vec::new();
    let (mut old, mut new) = (0, 0);
    let same = |rows: &mut Vec<Row>, old: &mut usize, new: &mut usize, end: usize| {
        while *old < end {
            rows.push(Row::Same { old: *old, new: *new });
            (*old, *new) = (*old + 1, *new + 1);
        }
    };
    let fold = |rows: &mut Vec<Row>, old: &mut usize, new: &mut usize, end: usize| {
        if end - *old < SMALLEST_FOLD || open.contains(old) {
            return same(rows, old, new, end);
        }
        rows.push(Row::Fold(*old..end));
        (*old, *new) = (end, *new + (end - *old));
    };
    for hunk in file.hunks(CONTEXT) {
        fold(&mut rows, &mut old, &mut new, hunk.old.start);
        for edit in hunk.edits {
            same(&mut rows, &mut old, &mut new, edit.old.start);
            rows.extend(edit.old.clone().map(Row::Removed));
            rows.extend(edit.new.clone().map(Row::Added));
            (old, new) = (edit.old.end, edit.new.end);
        }
        same(&mut rows, &mut old, &mut new, hunk.old.end);
    }
    fold(&mut rows, &mut old, &mut new, file.before.text.lines().count());
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use clusterflake_core::diff::files;
    use clusterflake_core::tree::{File, FileTree};

    fn tree(text: String) -> FileTree {
        FileTree::from([("a".to_owned(), File::from(text).into())])
    }

    #[test]
    fn what_stayed_is_folded_and_unfolds() {
        let lines =
            |skip: usize| (0..40).filter(|line| *line != skip).map(|line| format!("{line}\n")).collect::<String>();
        let diff = files(&tree(lines(99)), &tree(lines(20))).remove(0);
        let folded = rows(&diff, &BTreeSet::new());
        assert_eq!((folded.first(), folded.last()), (Some(&Row::Fold(0..17)), Some(&Row::Fold(24..40))));
        assert!(folded.contains(&Row::Removed(20)) && folded.contains(&Row::Same { old: 21, new: 20 }));
        assert_eq!(folded.len(), 2 + 7);
        let all = rows(&diff, &BTreeSet::from([0, 24]));
        assert_eq!(all.len(), 40);
        assert_eq!(all.last(), Some(&Row::Same { old: 39, new: 38 }));
    }
}
