//! What is pasted into the table of nodes: cells of a spreadsheet, what `slurmd -C` prints, what `nvidia-smi -L` prints.

mod cells;
mod machine;
mod sheet;
#[cfg(test)]
mod tests;

use crate::cluster::{Cluster, MAX_BYTES};
use crate::table::{Column, Row};

/// Where something is pasted.
pub struct Target<'t> {
    /// The rows of the table as they are shown.
    pub rows: &'t [Row],
    /// Those that are selected.
    pub selected: &'t [Row],
    /// The row of the active cell, as an index into `rows`.
    pub at: usize,
    /// The column of the active cell.
    pub column: Column,
}

/// What became of a text that was pasted.
#[derive(Clone, Debug, PartialEq)]
pub struct Pasted {
    /// The description with what was taken.
    pub cluster: Cluster,
    /// What was done, for undo: `paste slurmd -C`.
    pub name: String,
    /// What was taken, in a sentence.
    pub taken: String,
    /// What was not taken, a sentence each with the reason.
    pub left: Vec<String>,
}

/// The most reasons that are told one by one.
const MAX_REASONS: usize = 4;

impl Pasted {
    /// What was taken and what was not, as text for the user.
    pub fn report(&self) -> String {
        let mut report = self.taken.clone();
        if !self.left.is_empty() {
            let shown: Vec<&str> = self.left.iter().take(MAX_REASONS).map(String::as_str).collect();
            report += &format!(" Not taken: {}", shown.join("; "));
            let more = self.left.len().saturating_sub(MAX_REASONS);
            report += &if more > 0 { format!("; and {more} more.") } else { ".".to_owned() };
        }
        report
    }
}

/// What `cluster` becomes when `text` is pasted at `target`.
///
/// `Err` is a sentence: nothing of the text can be taken.
pub fn paste(cluster: &Cluster, text: &str, target: &Target) -> Result<Pasted, String> {
    if text.len() > MAX_BYTES {
        return Err(format!("This is larger than {} MiB.", MAX_BYTES >> 20));
    }
    if text.trim().is_empty() {
        return Err("There is nothing to paste.".to_owned());
    }
    if let Some(records) = machine::slurmd(text) {
        return machine::take(cluster, "slurmd -C", records, target);
    }
    if let Some(records) = machine::nvidia(text) {
        return machine::take(cluster, "nvidia-smi -L", records?, target);
    }
    cells::take(cluster, sheet::Sheet::read(text), target)
}

/// `1 row`, `3 rows`.
fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
