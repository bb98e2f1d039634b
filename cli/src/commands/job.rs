//! `job`: what a job would get.

use crate::{Outcome, input, output};
use clusterflake_core::job::{Answer, Refusal, Scheduler, Verdict};
use std::process::ExitCode;

/// Prints what a job would get that is submitted with `words`, and with the batch script in `script`; exits with 1 where it
/// would be refused.
pub fn run(file: &str, script: Option<&str>, words: &[String]) -> Outcome {
    let scheduler = Scheduler::new(&input::description(file)?);
    let script = script.map(input::bytes).transpose()?;
    let script = script.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let Answer { verdict, notes } = scheduler.ask_words(words, script.as_deref());
    let (lines, status) = match verdict {
        Verdict::Granted(grant) => {
            let lines = grant.lines();
            let wide = lines.iter().map(|(what, _)| what.len()).max().unwrap_or_default();
            let line = |(what, value): &(&str, String)| format!("{what:wide$}  {value}");
            (lines.iter().map(line).collect::<Vec<_>>(), ExitCode::SUCCESS)
        }
        Verdict::Refused(Refusal { slurm, why }) => {
            let slurm = if slurm.is_empty() { String::new() } else { format!("{slurm}: ") };
            (vec![format!("Refused: {slurm}{why}")], ExitCode::from(1))
        }
    };
    let notes = notes.iter().map(|note| format!("Note: {note}"));
    let text: String = lines.into_iter().chain(notes).map(|line| output::printable(&line) + "\n").collect();
    output::write(text.as_bytes())?;
    Ok(status)
}
