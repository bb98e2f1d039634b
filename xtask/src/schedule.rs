//! Steps side by side. Each runs in a process of its own, which writes to a file that is shown whole when the step ends.

use crate::run::{Result, seconds, target};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// What is to be run, and when.
pub struct Task {
    pub name: &'static str,
    pub what: &'static str,
    /// The tasks whose products this one uses; those that are not to be run are taken to be done.
    pub after: &'static [&'static str],
    pub command: Command,
}

/// How a task went.
struct Done {
    name: &'static str,
    start: Duration,
    took: Duration,
    status: ExitStatus,
}

/// Runs all tasks, at most `at_once` side by side, in their order where they need not wait. A task that fails is shown
/// at once; what runs beside it ends by itself, and nothing more is begun.
///
/// Ends with a table of the times. Fails with a sentence that names what failed.
pub fn run_side_by_side(mut tasks: Vec<Task>, at_once: usize) -> Result {
    let logs = target().join("test");
    fs::create_dir_all(&logs).map_err(|problem| format!("{} cannot be made: {problem}", logs.display()))?;
    let count = tasks.len();
    let begin = Instant::now();
    let (ended, ends) = mpsc::channel::<(Result<Done>, PathBuf)>();
    let (mut running, mut done, mut failed) = (Vec::new(), Vec::<Done>::new(), Vec::new());
    while !running.is_empty() || (failed.is_empty() && !tasks.is_empty()) {
        while let Some(index) = next(&tasks, &running).filter(|_| failed.is_empty() && running.len() < at_once) {
            let mut task = tasks.remove(index);
            let log = logs.join(format!("{}.log", task.name));
            println!("==> {} starts: {}", task.name, task.what);
            running.push(task.name);
            let (ended, start) = (ended.clone(), begin.elapsed());
            thread::spawn(move || {
                let status = into_file(&mut task.command, &log);
                let took = begin.elapsed() - start;
                let done = status.map(|status| Done { name: task.name, start, took, status });
                // Where nobody listens any more, there is nobody to tell.
                let _ = ended.send((done, log));
            });
        }
        let (end, log) = ends.recv().map_err(|_| "the running steps were lost".to_string())?;
        let end = end?;
        running.retain(|name| *name != end.name);
        let state = if end.status.success() { "is good" } else { "FAILED" };
        println!("\n=== {} ({} of {count})", end.name, done.len() + 1);
        show(&log)?;
        println!("--- {} {state} ({})\n", end.name, seconds(end.took));
        if !end.status.success() {
            failed.push(end.name);
            if !running.is_empty() {
                println!("No other step is begun. Waiting for {}: Ctrl-C ends them.", running.join(", "));
            }
        }
        done.push(end);
    }
    println!("{:12} {:>12} {:>12}", "step", "started at", "took");
    for one in &done {
        let mark = if one.status.success() { "" } else { "  FAILED" };
        println!("{:12} {:>12} {:>12}{mark}", one.name, seconds(one.start), seconds(one.took));
    }
    match failed.as_slice() {
        [] => {
            println!("All good in {}", seconds(begin.elapsed()));
            Ok(())
        }
        names => {
            let again: String = names.iter().map(|name| format!(" --only {name}")).collect();
            Err(format!("failed: {}. To run it alone: cargo xtask test{again}", names.join(", ")))
        }
    }
}

/// The first task that need not wait for one that is still to be done.
fn next(tasks: &[Task], running: &[&str]) -> Option<usize> {
    let is_open = |name: &&str| running.contains(name) || tasks.iter().any(|task| task.name == *name);
    tasks.iter().position(|task| !task.after.iter().any(is_open))
}

fn into_file(command: &mut Command, log: &Path) -> Result<ExitStatus> {
    let problem = |problem: std::io::Error| format!("{} cannot be written: {problem}", log.display());
    let file = File::create(log).map_err(problem)?;
    let same = file.try_clone().map_err(problem)?;
    let status = command.stdout(file).stderr(same).status();
    status.map_err(|problem| format!("a step could not be started: {problem}"))
}

/// Prints what a task wrote.
fn show(log: &Path) -> Result {
    let text = fs::read(log).map_err(|problem| format!("{} cannot be read: {problem}", log.display()))?;
    print!("{}", String::from_utf8_lossy(&text));
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn task(name: &'static str, after: &'static [&'static str], script: &str) -> Task {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Task { name, what: "a script", after, command }
    }

    #[test]
    fn a_task_begins_when_what_it_uses_is_there() {
        let folder = std::env::temp_dir().join(format!("xtask-schedule-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let made = folder.join("made").display().to_string();
        let tasks = vec![
            task("use-made", &["make"], &format!("test -e {made}")),
            task("make", &["not-asked-for"], &format!("touch {made}")),
        ];
        let result = run_side_by_side(tasks, 2);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(result, Ok(()));
    }

    #[test]
    fn what_fails_is_named_and_nothing_is_begun_after_it() {
        let mark = std::env::temp_dir().join(format!("xtask-not-begun-{}", std::process::id()));
        let tasks = vec![task("breaks", &[], "exit 1"), task("comes-later", &[], &format!("touch {}", mark.display()))];
        let problem = run_side_by_side(tasks, 1).unwrap_err();
        assert!(problem.contains("breaks") && problem.contains("--only breaks"), "{problem}");
        assert!(!mark.exists());
    }
}
