//! From text to words, as the shell and sbatch split it.

/// The commands that take a job's options.
const PROGRAMS: &[&str] = &["sbatch", "srun", "salloc"];

/// The options in `text`, where each kind of source stands by itself: those of a script's `#SBATCH` lines before those of the
/// command line above it, which are the stronger ones.
///
/// Fails with a sentence where a quote does not end.
///
/// A list for each component: a job has several where its script says `#SBATCH hetjob`, or its command `:`.
pub fn split(text: &str) -> Result<Vec<Vec<Vec<String>>>, String> {
    let text = text.replace("\r\n", "\n");
    let is_script = |line: &str| line.starts_with("#!") || line.starts_with("#SBATCH");
    let start = text.lines().position(|line| is_script(line.trim_start()));
    let lines: Vec<&str> = text.lines().collect();
    let (command, script) = lines.split_at(start.unwrap_or(lines.len()));
    let mut job = Vec::new();
    if !script.is_empty() {
        job.extend(script_words(script)?.into_iter().map(|words| vec![words]));
    }
    let command = shell_words(&command.join("\n")).map_err(|quote| unended(quote, "the command"))?;
    if !command.is_empty() {
        add_command(&mut job, without_program(command));
    }
    Ok(job)
}

/// Adds the words of a command line to a job's components, those before the first `:` to the first.
pub fn add_command(job: &mut Vec<Vec<Vec<String>>>, words: Vec<String>) {
    for (index, part) in words.split(|word| word == ":").enumerate() {
        if index == job.len() {
            job.push(Vec::new());
        }
        job[index].push(part.to_vec());
    }
}

/// The words without a leading `sbatch` and what may stand before it, such as a prompt.
pub fn without_program(mut words: Vec<String>) -> Vec<String> {
    let program = |word: &String| PROGRAMS.contains(&word.rsplit('/').next().unwrap_or_default());
    let before = |word: &String| matches!(word.as_str(), "$" | "#" | "%" | ">") || is_assignment(word);
    let first = words.iter().position(|word| !before(word)).unwrap_or(0);
    if words.get(first).is_some_and(program) {
        words.drain(..=first);
    }
    words
}

/// `NAME=value` before a command.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
    })
}

/// The words of a script's `#SBATCH` lines, those before its first command: a list for each component.
fn script_words(lines: &[&str]) -> Result<Vec<Vec<String>>, String> {
    let mut parts = vec![Vec::new()];
    for line in lines {
        let line = line.trim();
        if let Some(options) = line.strip_prefix("#SBATCH") {
            let more = shell_words(options).map_err(|quote| unended(quote, &format!("“{line}”")))?;
            // slurm: `src/sbatch/opt.c` takes both words.
            if more.first().is_some_and(|word| ["hetjob", "packjob"].contains(&word.to_ascii_lowercase().as_str())) {
                parts.push(Vec::new());
            } else if let Some(part) = parts.last_mut() {
                part.extend(more);
            }
        } else if !line.is_empty() && !line.starts_with('#') {
            break;
        }
    }
    Ok(parts)
}

fn unended(quote: char, place: &str) -> String {
    format!("A quote ({quote}) in {place} does not end: write another one where it does.")
}

/// Splits as a POSIX shell does, without expanding anything: quotes, backslashes, comments, and the end of the first command.
/// Fails with the quote that does not end.
fn shell_words(text: &str) -> Result<Vec<String>, char> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                // The line goes on.
                Some('\n') => {}
                Some(next) => word.get_or_insert_default().push(next),
                None => {}
            },
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match rest.next() {
                        None => return Err(c),
                        Some(end) if end == c => break,
                        Some('\\') if c == '"' && rest.peek().is_some_and(|next| "\"\\$`".contains(*next)) => {
                            word.extend(rest.next());
                        }
                        Some(other) => word.push(other),
                    }
                }
            }
            '#' if word.is_none() => {
                rest.by_ref().find(|c| *c == '\n');
                if !words.is_empty() {
                    break;
                }
            }
            // The end of a command; before the first one, nothing.
            '\n' | ';' | '|' | '<' | '>' | '&' if c != '&' || word.is_none() => {
                words.extend(word.take());
                if !words.is_empty() {
                    break;
                }
            }
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_the_shell_does() {
        let words = |text: &str| shell_words(text).unwrap().join("·");
        assert_eq!(words(r#"-J "my job" -C 'a&b' --x=a\ b"#), "-J·my job·-C·a&b·--x=a b");
        assert_eq!(words("-N 2 \\\n  -n 4 # four\nrm -r x"), "-N·2·-n·4");
        assert_eq!(words("-N 2 > out"), "-N·2");
        assert_eq!(words("-J ''"), "-J·");
        assert_eq!(words("\"a\\\"b\\c\""), "a\"b\\c");
        assert_eq!(shell_words("-J 'x"), Err('\''));
    }

    #[test]
    fn a_scripts_options_end_at_its_first_command_and_come_first() {
        let text = "$ sbatch -N 3 job.sh\n#!/bin/bash\n#SBATCH -N 2 # two\n\n# a note\n#SBATCH --mem=4G\nset -e\n#SBATCH -n 9\n";
        let parts = |text: &str| -> Vec<Vec<String>> {
            let job = split(text).unwrap();
            job.iter().map(|parts| parts.iter().map(|words| words.join(" ")).collect()).collect()
        };
        assert_eq!(parts(text), [["-N 2 --mem=4G", "-N 3 job.sh"]]);
        assert_eq!(parts("OMP_NUM_THREADS=4 /usr/bin/sbatch -n1"), [["-n1"]]);
        assert_eq!(parts("-n 1"), [["-n 1"]]);
        assert_eq!(parts("sbatch -n 1 : -n 2 --gpus=1 x.sh"), [["-n 1"], ["-n 2 --gpus=1 x.sh"]]);
        assert_eq!(parts("#!/bin/sh\n#SBATCH -n 1\n#SBATCH hetjob\n#SBATCH -n 2\ntrue"), [["-n 1"], ["-n 2"]]);
        assert!(split("#SBATCH -J 'x\n").unwrap_err().contains("does not end"));
    }
}
