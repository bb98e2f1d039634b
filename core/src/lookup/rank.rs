//! How well a text answers to what somebody typed, and keeping the best answers.

use std::ops::Range;

/// What the user typed, to be compared with many texts. ASCII letters match in either case.
pub struct Query {
    text: String,
    words: Vec<String>,
    letters: Vec<u8>,
}

/// How well a text answers a query; the least is the best. Of two that answer alike, the shorter comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    fit: Fit,
    length: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// The name is what was typed.
    Same,
    /// The name starts with it.
    Start,
    /// A word of the name does.
    WordStart,
    /// The name has it inside.
    Inside,
    /// Each word that was typed is in the name, or starts a word of what is said about it.
    Words,
    /// Its letters are in the name, in order: each follows the one before or starts a word, or a number without its zeros.
    Letters,
}

/// In longer names, letters are in order by chance.
const MAX_SCATTERED: usize = 48;

/// Words that say nothing beside others.
const LITTLE: &[&str] = &["a", "an", "and", "as", "for", "in", "it", "its", "of", "on", "the", "to", "what", "with"];

impl Query {
    /// The query for `typed`: without capitals and, where it has other words, without words such as `the`.
    pub fn new(typed: &str) -> Self {
        let text = typed.trim().to_ascii_lowercase();
        let mut words: Vec<String> = text
            .split(|c: char| c.is_whitespace() || "-'’".contains(c))
            .map(|word| word.trim_matches(|c: char| c.is_ascii_punctuation()).to_owned())
            .filter(|word| !word.is_empty())
            .collect();
        if words.iter().any(|word| !LITTLE.contains(&word.as_str())) {
            words.retain(|word| !LITTLE.contains(&word.as_str()));
        }
        let letters = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        Self { text, words, letters }
    }

    /// Whether nothing but blanks was typed.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// What was typed, in lower case and without blanks around.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How well something called `name`, with the texts `about` it, answers; `None` where it does not.
    pub fn rank(&self, name: &str, about: &[&str]) -> Option<Rank> {
        let fit = match place(name, &self.text) {
            Some((fit, _)) => fit,
            None if self.has_words(name, about) => Fit::Words,
            None if self.has_letters(name) => Fit::Letters,
            None => return None,
        };
        Some(Rank { fit, length: name.len() })
    }

    /// Where what was typed occurs in `name`, in bytes, to be marked; `None` where it does not, or nothing was typed.
    pub fn mark(&self, name: &str) -> Option<Range<usize>> {
        place(name, &self.text).filter(|_| !self.is_empty()).map(|(_, at)| at..at + self.text.len())
    }

    fn has_words(&self, name: &str, about: &[&str]) -> bool {
        let has = |word: &String| {
            let starts = |text: &&str| matches!(place(text, word), Some((fit, _)) if fit <= Fit::WordStart);
            place(name, word).is_some() || about.iter().any(starts)
        };
        !self.words.is_empty() && self.words.iter().all(has)
    }

    fn has_letters(&self, name: &str) -> bool {
        let name = name.as_bytes();
        let Some((first, rest)) = self.letters.split_first() else { return true };
        if rest.is_empty() || name.len() > MAX_SCATTERED {
            return false;
        }
        let starts = |at: &usize| name[*at].eq_ignore_ascii_case(first) && starts_word(name, *at);
        (0..name.len()).filter(starts).any(|start| {
            let mut next = start + 1;
            rest.iter().all(|letter| {
                let zeros = name[next..].iter().take_while(|byte| **byte == b'0').count();
                let follows = |at: usize| at <= next + zeros || starts_word(name, at);
                let at = (next..name.len()).find(|at| name[*at].eq_ignore_ascii_case(letter) && follows(*at));
                next = at.map_or(name.len(), |at| at + 1);
                at.is_some()
            })
        })
    }
}

/// The best place of `wanted` in `text`.
fn place(text: &str, wanted: &str) -> Option<(Fit, usize)> {
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    let last = text.len().checked_sub(wanted.len())?;
    let mut inside = None;
    for at in 0..=last {
        if !text[at..at + wanted.len()].eq_ignore_ascii_case(wanted) {
            continue;
        }
        if at == 0 {
            return Some((if last == 0 { Fit::Same } else { Fit::Start }, 0));
        }
        if starts_word(text, at) {
            return Some((Fit::WordStart, at));
        }
        inside = inside.or(Some((Fit::Inside, at)));
    }
    inside
}

/// Whether a word starts at `at`: after what is no letter or digit, at a number, at a capital after a small letter.
fn starts_word(text: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| text[before]) else { return true };
    let here = text[at];
    !before.is_ascii_alphanumeric() && before.is_ascii()
        || before.is_ascii_alphabetic() && here.is_ascii_digit()
        || before.is_ascii_lowercase() && here.is_ascii_uppercase()
}

/// Keeps the best of many answers, up to a limit. Those that are equally good stay in the order in which they came.
pub struct Best<T> {
    limit: usize,
    found: Vec<(Rank, T)>,
    all: usize,
}

impl<T> Best<T> {
    /// No answers yet; at most `limit` are kept.
    pub fn new(limit: usize) -> Self {
        Self { limit, found: Vec::new(), all: 0 }
    }

    /// Keeps what `make` makes if its `rank` is among the best so far; `make` is called only then.
    pub fn offer(&mut self, rank: Rank, make: impl FnOnce() -> T) {
        self.all += 1;
        let at = self.found.partition_point(|(other, _)| *other <= rank);
        if at < self.limit {
            self.found.truncate(self.limit - 1);
            self.found.insert(at, (rank, make()));
        }
    }

    /// How many answers were offered, kept or not.
    pub fn all(&self) -> usize {
        self.all
    }

    /// The best answers, best first, each with its rank.
    pub fn into_ranked(self) -> Vec<(Rank, T)> {
        self.found
    }

    /// The best answers, best first.
    pub fn into_vec(self) -> Vec<T> {
        self.found.into_iter().map(|(_, item)| item).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names that answer to `typed`, best first.
    fn ranked<'n>(typed: &str, names: &[&'n str]) -> Vec<&'n str> {
        let query = Query::new(typed);
        let mut best = Best::new(100);
        for name in names {
            if let Some(rank) = query.rank(name, &[]) {
                best.offer(rank, || *name);
            }
        }
        best.into_vec()
    }

    #[test]
    fn starts_come_before_words_before_insides_before_letters() {
        let names = ["Sum of memories", "Cores per socket", "a-memory", "cpumemory", "Memory", "Memory per CPU", "MEM"];
        assert_eq!(
            ranked("mem", &names),
            ["MEM", "Memory", "Memory per CPU", "a-memory", "Sum of memories", "cpumemory"]
        );
        assert_eq!(ranked("cps", &names), ["Cores per socket"]);
        // Letters from anywhere are no answer.
        assert!(ranked("mem", &["modules/hpc/mpi.nix", "modules/slurm/default.nix"]).is_empty());
        assert_eq!(ranked("cn17", &["cn170", "cn017", "xcn17"]), ["cn170", "xcn17", "cn017"]);
        assert_eq!(ranked("17", &["cn017", "cn17"]), ["cn17", "cn017"]);
    }

    #[test]
    fn words_are_found_in_any_order_and_in_what_is_said() {
        let query = Query::new("time longest");
        let about = "The longest time a job may run";
        assert!(query.rank("Max time", &[about]).is_some());
        assert!(query.rank("Max time", &["no along"]).is_none());
        assert!(Query::new("flake download").rank("Download flake", &[]).is_some());
        assert!(Query::new("Retention (days)").rank("Retention days", &[]).is_some());
        assert!(Query::new("Hold jobs to what").rank("Enforce limits", &["Whether Slurm holds jobs"]).is_some());
        assert!(Query::new("CUDA-aware MPI").rank("CUDA aware MPI", &[]).is_some());
        assert!(Query::new("administrator’s password").rank("Password", &["The administrator's"]).is_some());
        assert!(Query::new("the ?").rank("Memory", &["of a node"]).is_none());
    }

    #[test]
    fn what_was_typed_is_marked_and_no_character_is_cut() {
        let query = Query::new("KÜ");
        assert_eq!(query.mark("Die Kü"), None);
        assert_eq!(Query::new("kü").mark("Die Kü"), Some(4..7));
        assert_eq!(Query::new("").mark("x"), None);
    }

    #[test]
    fn only_the_best_are_kept_and_equals_stay_in_order() {
        let query = Query::new("n");
        let mut best = Best::new(2);
        for name in ["xn1", "n-a", "n-b", "n-c"] {
            best.offer(query.rank(name, &[]).unwrap(), || name);
        }
        assert_eq!(best.all(), 4);
        assert_eq!(best.into_vec(), ["n-a", "n-b"]);
    }

    #[test]
    fn nothing_typed_panics() {
        for typed in ["", " ", "ü", "\u{0}", "🦀🦀", "a b c d e f g", ".*[(\\"] {
            for name in ["", "ü", "cn[001-512]", "🦀", "Ünïcode"] {
                Query::new(typed).rank(name, &[name]);
                if let Some(range) = Query::new(typed).mark(name) {
                    assert!(name.get(range).is_some());
                }
            }
        }
    }
}
