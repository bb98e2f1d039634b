//! What became of each thing that stood in an imported file.

use crate::path::Path;
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

/// What became of something that stood in a file; `P` says where it went.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome<P = Path> {
    /// The flake has it so by itself, for this reason.
    Implied(String),
    /// It stands in the description now, at this place.
    Taken(P),
    /// So does this, but as what it most likely means, which the owner should look at.
    Guessed(P, String),
    /// It is known, but the description has no place for it, for this reason.
    NoPlace(String),
    /// It is not known.
    Unknown(String),
    /// It cannot be read, or contradicts what stands elsewhere.
    Wrong(String),
}

impl<P> Outcome<P> {
    /// The words for each kind of outcome, as a filter lists them: what was understood first.
    pub const WORDS: &'static [&'static str] = &["taken", "implied", "guessed", "no place", "unknown", "wrong"];

    /// The word for it, one of [`Outcome::WORDS`].
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Taken(_) => "taken",
            Outcome::Implied(_) => "implied",
            Outcome::Guessed(..) => "guessed",
            Outcome::NoPlace(_) => "no place",
            Outcome::Unknown(_) => "unknown",
            Outcome::Wrong(_) => "wrong",
        }
    }

    /// Whether it means in the design what it means in the file.
    pub fn is_understood(&self) -> bool {
        matches!(self, Outcome::Taken(_) | Outcome::Implied(_) | Outcome::Guessed(..))
    }

    /// Whether the user should look at it: everything that may not mean in the design what it means in the file.
    pub fn wants_a_look(&self) -> bool {
        !matches!(self, Outcome::Taken(_) | Outcome::Implied(_))
    }

    /// Where it went, if anywhere.
    pub fn target(&self) -> Option<&P> {
        match self {
            Outcome::Taken(place) | Outcome::Guessed(place, _) => Some(place),
            _ => None,
        }
    }

    /// Why it was not simply taken, as a sentence; `None` where it was.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Outcome::Taken(_) => None,
            Outcome::Implied(why)
            | Outcome::Guessed(_, why)
            | Outcome::NoPlace(why)
            | Outcome::Unknown(why)
            | Outcome::Wrong(why) => Some(why),
        }
    }

    /// Of two outcomes of one thing (a default that several lines use), the graver is told.
    pub(super) fn gravity(&self) -> u8 {
        match self {
            Outcome::Implied(_) => 0,
            Outcome::Taken(_) => 1,
            Outcome::Guessed(..) => 2,
            Outcome::NoPlace(_) => 3,
            Outcome::Unknown(_) => 4,
            Outcome::Wrong(_) => 5,
        }
    }

    pub(super) fn place<Q>(&self, at: impl FnOnce(&P) -> Q) -> Outcome<Q> {
        match self {
            Outcome::Taken(place) => Outcome::Taken(at(place)),
            Outcome::Guessed(place, why) => Outcome::Guessed(at(place), why.clone()),
            Outcome::Implied(why) => Outcome::Implied(why.clone()),
            Outcome::NoPlace(why) => Outcome::NoPlace(why.clone()),
            Outcome::Unknown(why) => Outcome::Unknown(why.clone()),
            Outcome::Wrong(why) => Outcome::Wrong(why.clone()),
        }
    }
}

/// The [`file`](Entry::file) of entries about all files together.
pub const ALL_FILES: usize = usize::MAX;

/// Something that stood in a file, and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<P = Path> {
    /// Which of the report's files, counted from 0; [`ALL_FILES`] for what they tell together.
    pub file: usize,
    /// The line, counted from 1; 0 for the file as a whole.
    pub line: usize,
    /// What stood there, in short.
    pub text: String,
    /// What became of it.
    pub outcome: Outcome<P>,
}

/// Entries that say the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded<'r> {
    /// The first of them.
    pub first: &'r Entry,
    /// The further ones, in their order; none where it stands alone.
    pub others: Vec<&'r Entry>,
}

/// A reason without what it quotes and counts, by which two of a kind are alike.
fn without_names(reason: &str) -> String {
    let mut plain = String::new();
    let mut quoted = false;
    for c in reason.chars() {
        match c {
            '“' => quoted = true,
            '”' => quoted = false,
            c if quoted || c.is_ascii_digit() => {}
            c => plain.push(c),
        }
    }
    plain
}

/// Everything that stood in the imported files, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The names of the files, in the order in which they were read.
    pub files: Vec<String>,
    /// What stood in them, in the order of files and lines.
    pub entries: Vec<Entry>,
    /// How many more there were than are listed.
    pub left_out: usize,
}

impl Report {
    /// How many entries have the outcome whose [`word`](Outcome::word) is `word`.
    pub fn count(&self, word: &str) -> usize {
        self.entries.iter().filter(|entry| entry.outcome.word() == word).count()
    }

    /// Whether nothing at all was taken, as far as entries are listed.
    pub fn is_empty(&self) -> bool {
        self.left_out == 0 && self.entries.iter().all(|entry| entry.outcome.target().is_none())
    }

    /// Where an entry stood: `slurm.conf:12`, or `slurm.conf` as a whole.
    pub fn place(&self, entry: &Entry) -> String {
        let file = self.files.get(entry.file).map_or("all files", String::as_str);
        if entry.line == 0 { file.to_owned() } else { format!("{file}:{}", entry.line) }
    }

    /// The entries that `shows` lets through, those that say the same as one line each: in the order of their first ones.
    pub fn folded(&self, shows: impl Fn(&Entry) -> bool) -> Vec<Folded<'_>> {
        let mut folded: Vec<Folded> = Vec::new();
        let mut places: HashMap<(&str, String, &str), usize> = HashMap::new();
        for entry in self.entries.iter().filter(|entry| shows(entry)) {
            // What was taken went to places of its own.
            let Some(reason) = entry.outcome.reason() else {
                folded.push(Folded { first: entry, others: Vec::new() });
                continue;
            };
            let key = entry.text.split_once('=').map_or("", |(key, _)| key);
            let key = if key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') { key } else { "" };
            match places.entry((entry.outcome.word(), without_names(reason), key)) {
                Slot::Vacant(slot) => {
                    slot.insert(folded.len());
                    folded.push(Folded { first: entry, others: Vec::new() });
                }
                Slot::Occupied(slot) => folded[*slot.get()].others.push(entry),
            }
        }
        folded
    }

    /// A folded entry as a line of text, with the count and the first places of the others.
    pub fn folded_line(&self, folded: &Folded) -> String {
        let line = self.line(folded.first);
        match self.more(folded) {
            Some(more) => format!("{line} ({more})"),
            None => line,
        }
    }

    /// How many more say the same, and where: `and 97 more: slurm.conf:13, slurm.conf:14, …`.
    pub fn more(&self, folded: &Folded) -> Option<String> {
        const SHOWN: usize = 3;
        let mut places: Vec<String> = folded.others.iter().map(|entry| self.place(entry)).collect();
        places.dedup();
        let count = folded.others.len();
        let dots = if places.len() > SHOWN { ", …" } else { "" };
        places.truncate(SHOWN);
        (count > 0).then(|| format!("and {count} more: {}{dots}", places.join(", ")))
    }

    /// An entry as a line of text: `slurm.conf:12 taken: Weight=10 → nodes[0].weight`.
    pub fn line(&self, entry: &Entry) -> String {
        let became = match &entry.outcome {
            Outcome::Taken(path) => path.to_string(),
            Outcome::Guessed(path, why) => format!("{path}: {why}"),
            other => other.reason().unwrap_or_default().to_owned(),
        };
        format!("{} {}: {} → {became}", self.place(entry), entry.outcome.word(), entry.text)
    }

    /// How many entries were understood and how many not, in a sentence.
    pub fn summary(&self) -> String {
        let understood = self.entries.iter().filter(|entry| entry.outcome.is_understood()).count();
        let counts: Vec<String> = Outcome::<Path>::WORDS[2..]
            .iter()
            .map(|word| (word, self.count(word)))
            .filter(|(_, count)| *count > 0)
            .map(|(word, count)| format!("{count} {word}"))
            .collect();
        let rest = if counts.is_empty() { String::new() } else { format!("; {}", counts.join(", ")) };
        format!("{understood} of {} understood{rest}", self.entries.len() + self.left_out)
    }
}
