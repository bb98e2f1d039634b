//! Which lines of a text are new or changed, against an older text.

/// The most pairs of lines that are compared; above it, all between the first and the last difference counts as changed.
const MAX_PAIRS: usize = 250_000;

/// For each line of `after`, whether it differs from `before`.
pub fn changed_lines(before: &str, after: &str) -> Vec<bool> {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let start = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let rest = before.len().min(after.len()) - start;
    let end = before.iter().rev().zip(after.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let (old, new) = (&before[start..before.len() - end], &after[start..after.len() - end]);
    let mut changed = vec![false; after.len()];
    changed[start..after.len() - end].fill(true);
    if old.len() * new.len() <= MAX_PAIRS {
        for kept in common(old, new) {
            changed[start + kept] = false;
        }
    }
    changed
}

/// The lines of `new` in a longest common subsequence of both.
fn common(old: &[&str], new: &[&str]) -> Vec<usize> {
    let width = new.len() + 1;
    let mut lengths = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            lengths[i * width + j] = if old[i] == new[j] {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut kept) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            kept.push(j);
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(before: &str, after: &str) -> String {
        changed_lines(before, after).iter().map(|changed| if *changed { '+' } else { '=' }).collect()
    }

    #[test]
    fn only_what_changed_is_marked() {
        assert_eq!(marks("a\nb\nc\n", "a\nb\nc\n"), "===");
        assert_eq!(marks("a\nb\nc\n", "a\nx\nc\n"), "=+=");
        assert_eq!(marks("a\nb\nc\nd\n", "a\nx\nb\ny\nd\n"), "=+=+=");
        assert_eq!(marks("", "a\n"), "+");
        assert_eq!(marks("a\na\n", "a\n"), "=");
        assert_eq!(marks("a\n", ""), "");
    }
}
