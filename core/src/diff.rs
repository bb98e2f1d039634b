//! What differs between two trees of files, line by line.

use crate::tree::{File, FileTree};
use similar::algorithms::{Capture, myers};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use std::ops::Range;
use std::sync::Arc;

/// Lines of the old text that lines of the new one replace; either may be none. Lines are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The lines of the old text that are replaced.
    pub old: Range<usize>,
    /// The lines of the new text that replace them.
    pub new: Range<usize>,
}

/// A part of a file with its edits and the unchanged lines around them. Lines are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk<'d> {
    /// The part in the old text.
    pub old: Range<usize>,
    /// The same part in the new text.
    pub new: Range<usize>,
    /// The edits in it, in the order of lines; at least one.
    pub edits: &'d [Edit],
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is in the new tree only.
    Added,
    /// It is in the old tree only.
    Removed,
    /// It is in both, with another text or mode.
    Changed,
}

impl Fate {
    fn of(before: Option<&Arc<File>>, after: Option<&Arc<File>>) -> Self {
        match (before, after) {
            (Some(_), Some(_)) => Fate::Changed,
            (None, _) => Fate::Added,
            (_, None) => Fate::Removed,
        }
    }
}

/// A file that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct FileDiff {
    /// Its path from the root of the flake.
    pub path: String,
    /// What became of it.
    pub fate: Fate,
    /// As it was; empty where it was not there.
    pub before: Arc<File>,
    /// As it is; empty where it is gone.
    pub after: Arc<File>,
    /// What differs, in the order of lines; nothing where only the mode changed.
    pub edits: Vec<Edit>,
}

/// How many lines came and how many went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Lines of the new text that the old one lacks.
    pub added: usize,
    /// Lines of the old text that the new one lacks.
    pub removed: usize,
}

/// The files that differ, by path. Files that both trees share are not looked at.
pub fn files(before: &FileTree, after: &FileTree) -> Vec<FileDiff> {
    files_again(&[], before, after)
}

/// As [`files`], where `known` is its result for earlier trees: files that have not changed since are not compared
/// again.
pub fn files_again(known: &[FileDiff], before: &FileTree, after: &FileTree) -> Vec<FileDiff> {
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let found = paths.into_iter().filter_map(|path| {
        let (before, after) = (before.get(path), after.get(path));
        let known = known.binary_search_by(|file| file.path.cmp(path)).ok().map(|index| &known[index]);
        match known.filter(|known| known.is_of(before, after)) {
            Some(known) => Some(known.clone()),
            None => file(path, before, after),
        }
    });
    found.collect()
}

fn file(path: &str, before: Option<&Arc<File>>, after: Option<&Arc<File>>) -> Option<FileDiff> {
    if let (Some(before), Some(after)) = (before, after)
        && (Arc::ptr_eq(before, after) || (before.text == after.text && before.executable == after.executable))
    {
        return None;
    }
    let fate = Fate::of(before, after);
    let (before, after) = (before.cloned().unwrap_or_default(), after.cloned().unwrap_or_default());
    let edits = edits(&before.text, &after.text);
    Some(FileDiff { path: path.to_owned(), fate, before, after, edits })
}

/// What differs between two texts, line by line, in the order of lines.
pub fn edits(before: &str, after: &str) -> Vec<Edit> {
    // As numbers, equal for equal lines: comparing is then cheap, and the algorithm is compiled once.
    let mut numbers = HashMap::new();
    let mut number = |line| {
        let next = numbers.len();
        *numbers.entry(line).or_insert(next)
    };
    let old: Vec<usize> = before.split_inclusive('\n').map(&mut number).collect();
    let new: Vec<usize> = after.split_inclusive('\n').map(&mut number).collect();
    let mut found = Capture::new();
    let Ok(()) = myers::diff(&mut found, &old, 0..old.len(), &new, 0..new.len());
    let mut edits: Vec<Edit> = Vec::new();
    for op in found.ops().iter().filter(|op| op.tag() != similar::DiffTag::Equal) {
        let (old, new) = (op.old_range(), op.new_range());
        match edits.last_mut() {
            Some(last) if last.old.end == old.start && last.new.end == new.start => {
                (last.old.end, last.new.end) = (old.end, new.end);
            }
            _ => edits.push(Edit { old, new }),
        }
    }
    edits
}

/// How many lines the edits add and remove in all.
pub fn count<'d>(edits: impl IntoIterator<Item = &'d Edit>) -> Count {
    edits.into_iter().fold(Count::default(), |sum, edit| Count {
        added: sum.added + edit.new.len(),
        removed: sum.removed + edit.old.len(),
    })
}

impl FileDiff {
    /// Whether it is what differs between these very files.
    fn is_of(&self, before: Option<&Arc<File>>, after: Option<&Arc<File>>) -> bool {
        self.fate == Fate::of(before, after)
            && before.is_none_or(|before| Arc::ptr_eq(before, &self.before))
            && after.is_none_or(|after| Arc::ptr_eq(after, &self.after))
    }

    /// The edits with up to `context` unchanged lines around each; edits that are near share a hunk.
    pub fn hunks(&self, context: usize) -> Vec<Hunk<'_>> {
        let (old_lines, new_lines) = (self.before.text.lines().count(), self.after.text.lines().count());
        let mut hunks: Vec<Hunk<'_>> = Vec::new();
        let mut first = 0;
        for (index, edit) in self.edits.iter().enumerate() {
            let old = edit.old.start.saturating_sub(context)..(edit.old.end + context).min(old_lines);
            let new = edit.new.start.saturating_sub(context)..(edit.new.end + context).min(new_lines);
            match hunks.last_mut() {
                Some(last) if old.start <= last.old.end && new.start <= last.new.end => {
                    (last.old.end, last.new.end) = (old.end, new.end);
                    last.edits = &self.edits[first..=index];
                }
                _ => {
                    first = index;
                    hunks.push(Hunk { old, new, edits: &self.edits[first..=index] });
                }
            }
        }
        hunks
    }
}

/// The differences as a patch that `git apply` and patch(1) read.
pub fn patch(files: &[FileDiff]) -> String {
    let mut out = String::new();
    for file in files {
        write_file(&mut out, file).expect("writing into memory");
    }
    out
}

fn write_file(out: &mut String, file: &FileDiff) -> std::fmt::Result {
    let path = &file.path;
    let mode = |file: &File| if file.executable { "100755" } else { "100644" };
    let (old_mode, new_mode) = (mode(&file.before), mode(&file.after));
    writeln!(out, "diff --git a/{path} b/{path}")?;
    match file.fate {
        Fate::Added => writeln!(out, "new file mode {new_mode}")?,
        Fate::Removed => writeln!(out, "deleted file mode {old_mode}")?,
        Fate::Changed if old_mode != new_mode => writeln!(out, "old mode {old_mode}\nnew mode {new_mode}")?,
        Fate::Changed => {}
    }
    if file.edits.is_empty() {
        return Ok(());
    }
    let (old, new) = (file.fate != Fate::Added, file.fate != Fate::Removed);
    let side = |there: bool, name: String| if there { name } else { "/dev/null".to_owned() };
    writeln!(out, "--- {}\n+++ {}", side(old, format!("a/{path}")), side(new, format!("b/{path}")))?;
    let before: Vec<&str> = file.before.text.split_inclusive('\n').collect();
    let after: Vec<&str> = file.after.text.split_inclusive('\n').collect();
    for hunk in file.hunks(3) {
        writeln!(out, "@@ -{} +{} @@", range(&hunk.old), range(&hunk.new))?;
        let mut at = hunk.old.start;
        for edit in hunk.edits {
            before[at..edit.old.start].iter().for_each(|line| push_line(out, ' ', line));
            before[edit.old.clone()].iter().for_each(|line| push_line(out, '-', line));
            after[edit.new.clone()].iter().for_each(|line| push_line(out, '+', line));
            at = edit.old.end;
        }
        before[at..hunk.old.end].iter().for_each(|line| push_line(out, ' ', line));
    }
    Ok(())
}

/// `first,count` of a hunk's head, counted from 1; an empty range names the line before it.
fn range(lines: &Range<usize>) -> String {
    let first = if lines.is_empty() { lines.start } else { lines.start + 1 };
    format!("{first},{}", lines.len())
}

fn push_line(out: &mut String, mark: char, line: &str) {
    out.push(mark);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tree(files: &[(&str, &str)]) -> FileTree {
        files.iter().map(|(path, text)| ((*path).to_owned(), Arc::new(File::from((*text).to_owned())))).collect()
    }

    /// The lines `0` to `count` - 1, without those in `without`.
    fn lines(count: usize, without: &[usize]) -> String {
        (0..count).filter(|line| !without.contains(line)).map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn edits_are_what_a_reader_would_call_changed() {
        let edit = |old, new| Edit { old, new };
        assert_eq!(edits("a\nb\nc\n", "a\nb\nc\n"), []);
        assert_eq!(edits("a\nb\nc\n", "a\nx\nc\n"), [edit(1..2, 1..2)]);
        assert_eq!(edits("a\nb\nc\nd\n", "a\nx\nb\ny\nd\n"), [edit(1..1, 1..2), edit(2..3, 3..4)]);
        assert_eq!(edits("", "a\n"), [edit(0..0, 0..1)]);
        assert_eq!(edits("a\na\n", "a\n").len(), 1);
        // The last line's end is a part of it, as git has it.
        assert_eq!(edits("a\n", "a"), [edit(0..1, 0..1)]);
    }

    #[test]
    fn files_come_go_and_change() {
        let (before, after) =
            (tree(&[("a", "1\n"), ("b", "1\n"), ("c", "1\n")]), tree(&[("b", "2\n"), ("c", "1\n"), ("d", "1\n")]));
        let found = files(&before, &after);
        let fates: Vec<_> = found.iter().map(|file| (file.path.as_str(), file.fate)).collect();
        assert_eq!(fates, [("a", Fate::Removed), ("b", Fate::Changed), ("d", Fate::Added)]);
        let all = count(found.iter().flat_map(|file| &file.edits));
        assert_eq!((all.added, all.removed), (2, 2));
        assert_eq!(files(&before, &before), []);
    }

    #[test]
    fn what_is_known_of_earlier_trees_changes_nothing() {
        let one = tree(&[("a", "1\n"), ("b", "1\n"), ("c", "1\n"), ("d", "1\n")]);
        let mut two = one.clone();
        two.remove("a");
        two.extend(tree(&[("b", "2\n"), ("c", "2\n"), ("e", "2\n")]));
        let mut three = two.clone();
        three.remove("e");
        three.extend(tree(&[("a", "3\n"), ("b", "3\n")]));
        let trees = [&one, &two, &three, &FileTree::new()];
        for known in trees.iter().flat_map(|before| trees.map(|after| files(before, after))) {
            for (before, after) in trees.iter().flat_map(|before| trees.map(|after| (before, after))) {
                assert_eq!(files_again(&known, before, after), files(before, after));
            }
        }
    }

    #[test]
    fn near_edits_share_a_hunk_and_far_ones_do_not() {
        let diff =
            |without: &[usize]| files(&tree(&[("a", &lines(60, &[]))]), &tree(&[("a", &lines(60, without))])).remove(0);
        let near = diff(&[20, 27]);
        assert_eq!(near.hunks(3).len(), 1);
        assert_eq!((near.hunks(3)[0].old.clone(), near.hunks(3)[0].new.clone()), (17..31, 17..29));
        let far = diff(&[20, 28]);
        assert_eq!(far.hunks(3).iter().map(|hunk| hunk.edits.len()).collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn a_patch_reads_as_git_writes_it() {
        let before = tree(&[("gone", "x\n"), ("here", &lines(9, &[])), ("end", "a")]);
        let mut after = tree(&[("here", &lines(9, &[4])), ("new", "y\n"), ("end", "a\n")]);
        Arc::make_mut(after.get_mut("new").unwrap()).executable = true;
        let expected = "\
diff --git a/end b/end
--- a/end
+++ b/end
@@ -1,1 +1,1 @@
-a
\\ No newline at end of file
+a
diff --git a/gone b/gone
deleted file mode 100644
--- a/gone
+++ /dev/null
@@ -1,1 +0,0 @@
-x
diff --git a/here b/here
--- a/here
+++ b/here
@@ -2,7 +2,6 @@
 1
 2
 3
-4
 5
 6
 7
diff --git a/new b/new
new file mode 100755
--- /dev/null
+++ b/new
@@ -0,0 +1,1 @@
+y
";
        assert_eq!(patch(&files(&before, &after)), expected);
    }

    proptest! {
        #[test]
        fn edits_turn_the_old_text_into_the_new(before in "([ab]\n){0,12}[ab]?", after in "([ab]\n){0,12}[ab]?") {
            let (old, new): (Vec<&str>, Vec<&str>) =
                (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
            let (mut made, mut at) = (Vec::<&str>::new(), 0);
            for edit in edits(&before, &after) {
                made.extend(&old[at..edit.old.start]);
                made.extend(&new[edit.new.clone()]);
                at = edit.old.end;
            }
            made.extend(&old[at..]);
            prop_assert_eq!(made.concat(), after);
        }
    }
}
