//! "What would this job get?": an `sbatch` line or a batch script goes in; what Slurm would give it on an empty cluster
//! comes out, or why Slurm would refuse it.
//!
//! The rules are those of `select/cons_tres` with the configuration of `modules/slurm/conf.nix`: whole cores and memory
//! are given out, and `EnforcePartLimits=ALL`. `tests/slurm_real/jobs.rs` holds the answers against a real Slurm.

mod answer;
mod capacity;
mod constraint;
mod fit;
mod judge;
mod options;
mod partitions;
mod reasons;
mod request;
mod setters;
mod settle;
mod values;
mod words;

pub use answer::{Answer, Grant, Refusal, Share, Verdict};
pub use partitions::Scheduler;

use crate::check;
use request::Request;

/// The longest text that is read, in bytes.
pub const MAX_TEXT: usize = 1 << 20;

impl Scheduler {
    /// What the job in `text` would get: an `sbatch` line, lines with `#SBATCH`, or a whole script; a line before a script
    /// is the command that submits it. `None` where the text asks for nothing yet.
    pub fn ask(&self, text: &str) -> Option<Answer> {
        if text.trim().is_empty() {
            return None;
        }
        if text.len() > MAX_TEXT {
            return Some(Answer::unread(format!(
                "The text is longer than {} KiB: paste the script alone.",
                MAX_TEXT >> 10
            )));
        }
        // Nothing of it may come back in a message.
        if check::looks_private(text) {
            return Some(Answer::unread("This text holds a private key, which must never leave its owner.".to_owned()));
        }
        Some(match words::split(text) {
            Ok(parts) => self.ask_parts(&parts),
            Err(why) => Answer::unread(why),
        })
    }

    /// What a job would get that is submitted with `words`, as the shell hands them over; `script` is the batch script,
    /// whose `#SBATCH` lines give way to the words.
    pub fn ask_words(&self, words: &[String], script: Option<&str>) -> Answer {
        let mut parts = match script.map(words::split).transpose() {
            Ok(parts) => parts.unwrap_or_default(),
            Err(why) => return Answer::unread(why),
        };
        parts.push(words::without_program(words.to_vec()));
        self.ask_parts(&parts)
    }

    fn ask_parts(&self, parts: &[Vec<String>]) -> Answer {
        let mut request = Request::default();
        for words in parts {
            if let Err(refusal) = options::read(words, &mut request) {
                return Answer { verdict: Verdict::Refused(refusal), notes: request.notes };
            }
        }
        self.judge(request)
    }
}

#[cfg(test)]
mod tests;
