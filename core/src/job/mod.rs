//! "What would this job get?": an `sbatch` line or a batch script goes in; what Slurm would give it on an empty cluster
//! comes out, or why Slurm would refuse it.
//!
//! The rules are those of `select/cons_tres` with the configuration of `modules/slurm/conf.nix`: whole cores and memory
//! are given out, and `EnforcePartLimits=ALL`. `tests/slurm_real/jobs.rs` holds the answers against a real Slurm.

mod answer;
mod capacity;
mod constraint;
mod fit;
mod interpreter;
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

use crate::private_key::looks_private;
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
        if looks_private(text) {
            return Some(Answer::unread("This text holds a private key, which must never leave its owner.".to_owned()));
        }
        Some(match words::split(text) {
            Ok(job) => self.with_interpreter(self.ask_job(job), text),
            Err(why) => Answer::unread(why),
        })
    }

    /// What a job would get that is submitted with `words`, as the shell hands them to sbatch; `script` is the text of
    /// the batch script, whose `#SBATCH` lines the words override.
    pub fn ask_words(&self, words: &[String], script: Option<&str>) -> Answer {
        let mut job = match script.map(words::split).transpose() {
            Ok(job) => job.unwrap_or_default(),
            Err(why) => return Answer::unread(why),
        };
        words::add_command(&mut job, words::without_program(words.to_vec()));
        self.with_interpreter(self.ask_job(job), script.unwrap_or_default())
    }

    /// The answer, with a note where no node has the interpreter of `script`.
    fn with_interpreter(&self, mut answer: Answer, script: &str) -> Answer {
        answer.notes.extend(interpreter::missing(script, self.interpreters));
        answer
    }

    /// What the components of a job would get, each with its sources of options; refused when one of them is.
    fn ask_job(&self, job: Vec<Vec<Vec<String>>>) -> Answer {
        let count = job.len();
        let mut answers = job.iter().map(|parts| self.ask_parts(parts)).enumerate();
        let Some((_, mut first)) = answers.next() else { return self.ask_parts(&[]) };
        for (index, answer) in answers {
            for note in answer.notes {
                if !first.notes.contains(&note) {
                    first.notes.push(note);
                }
            }
            match (&mut first.verdict, answer.verdict) {
                (Verdict::Granted(whole), Verdict::Granted(part)) => whole.parts.push(part),
                (Verdict::Granted(_), Verdict::Refused(refusal)) => {
                    first.verdict = Verdict::Refused(refusal.of_part(index + 1, count));
                }
                _ => {}
            }
        }
        if let Verdict::Granted(grant) = &first.verdict
            && !grant.parts.is_empty()
        {
            first
                .notes
                .push("The parts start together; each was looked at as if the others had no node yet.".to_owned());
        }
        first
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
