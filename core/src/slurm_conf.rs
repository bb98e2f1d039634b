//! The syntax of slurm.conf and the files beside it: lines that go on, comments, escapes, `Key=Value`; and what the further
//! lines of a description have in force.

use crate::cluster::{Partition, Slurm};
use std::collections::BTreeMap;

/// A setting: `Key=Value`, the value without its quotes.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    pub key: String,
    pub value: String,
}

/// The logical lines of a file without comments, each with the number of the line it begins on, counted from 1. A
/// backslash at the end of a line joins the next one to it, `#` begins a comment, and a backslash escapes the character
/// behind it.
pub fn lines(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    let (mut begun, mut line) = (1, String::new());
    for (number, physical) in text.lines().enumerate() {
        if line.is_empty() {
            begun = number + 1;
        }
        let physical = without_comment(physical);
        match continued(physical) {
            Some(part) => line += part,
            None => {
                line += physical;
                lines.push((begun, without_escapes(&std::mem::take(&mut line))));
            }
        }
    }
    if !line.is_empty() {
        lines.push((begun, without_escapes(&line)));
    }
    lines.retain(|(_, line)| !line.trim().is_empty());
    lines
}

fn without_comment(line: &str) -> &str {
    let mut escaped = false;
    for (place, byte) in line.bytes().enumerate() {
        match byte {
            b'#' if !escaped => return &line[..place],
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    line
}

/// The line without the backslash at its end; `None` where there is none, or it is itself escaped.
fn continued(line: &str) -> Option<&str> {
    let trimmed = line.trim_end();
    let bare = trimmed.trim_end_matches('\\');
    ((trimmed.len() - bare.len()) % 2 == 1).then(|| &trimmed[..trimmed.len() - 1])
}

fn without_escapes(line: &str) -> String {
    let mut chars = line.chars();
    std::iter::from_fn(|| match chars.next() {
        Some('\\') => chars.next(),
        other => other,
    })
    .collect()
}

/// The settings of a line, and what is left where the next one cannot be read.
pub fn settings(line: &str) -> (Vec<Setting>, &str) {
    let (mut settings, mut rest) = (Vec::new(), line.trim());
    while let Some((setting, after)) = setting(rest) {
        settings.push(setting);
        rest = after.trim_start();
    }
    (settings, rest)
}

fn setting(text: &str) -> Option<(Setting, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.')?;
    let (key, rest) = text.split_at(end);
    let rest = rest.trim_start();
    // Slurm knows operators here and takes them for a plain sign.
    let rest = rest.strip_prefix(['-', '*', '+', '/']).unwrap_or(rest).strip_prefix('=')?.trim_start();
    let (value, rest) =
        quoted(rest).unwrap_or_else(|| rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())));
    let is_empty = key.is_empty() || (value.is_empty() && !rest.is_empty() && !rest.starts_with(char::is_whitespace));
    (!is_empty).then(|| (Setting { key: key.to_owned(), value: value.to_owned() }, rest))
}

/// A value in quotes, which ends its word.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let (value, rest) = text.strip_prefix('"')?.split_once('"')?;
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then_some((value, rest))
}

/// The memory of jobs that ask for none, in MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultMemory {
    Cpu(u64),
    Node(u64),
}

/// What slurm.conf has in force besides what forms say: the further lines, by their keys in small letters.
pub struct InForce(BTreeMap<String, String>);

/// Keys that change what a job gets, and that nothing here reckons with.
const UNREAD: &[&str] = &[
    "DefCPUPerGPU",
    "DefMemPerGPU",
    "DisableRootJobs",
    "EnforcePartLimits",
    "JobSubmitPlugins",
    "Licenses",
    "MaxMemPerCPU",
    "MaxMemPerNode",
    "MaxNodeCount",
    "MaxTasksPerNode",
    "NodeName",
    "PartitionName",
    "SelectType",
    "SelectTypeParameters",
    "TaskPluginParam",
];

impl InForce {
    /// Of several lines with one key the last counts, as in Slurm.
    pub fn new(slurm: &Slurm) -> Self {
        let settings =
            lines(&slurm.extra_config).into_iter().filter_map(|(_, line)| settings(&line).0.into_iter().next());
        Self(settings.map(|setting| (setting.key.to_ascii_lowercase(), setting.value)).collect())
    }

    fn number(&self, key: &str) -> Option<u64> {
        self.0.get(&key.to_ascii_lowercase())?.trim().parse().ok()
    }

    /// The memory of jobs that ask for none, where no partition says: `DefMemPerNode` before `DefMemPerCPU`, as Slurm's
    /// `read_config.c` takes them.
    pub fn default_memory(&self) -> Option<DefaultMemory> {
        let of = |key: &str, make: fn(u64) -> DefaultMemory| self.number(key).filter(|mib| *mib > 0).map(make);
        of("DefMemPerNode", DefaultMemory::Node).or_else(|| of("DefMemPerCPU", DefaultMemory::Cpu))
    }

    /// The memory of jobs of `partition` that ask for none; `None` where they get all of a node's.
    pub fn default_memory_in(&self, partition: &Partition) -> Option<DefaultMemory> {
        match partition.default_memory_per_cpu_mib {
            0 => self.default_memory(),
            mib => Some(DefaultMemory::Cpu(mib)),
        }
    }

    /// How many numbers the jobs of an array can have, from 0: slurm.conf's `MaxArraySize`, 1001 where it is not set.
    pub fn array_size(&self) -> u64 {
        self.number("MaxArraySize").unwrap_or(1001)
    }

    /// Settings that change what a job gets, and that nothing here reckons with.
    pub fn unread(&self) -> Vec<&'static str> {
        UNREAD.iter().copied().filter(|key| self.0.contains_key(&key.to_ascii_lowercase())).collect()
    }

    /// The keys, in small letters, that are set otherwise in `other`, or in one of the two only.
    pub fn differing<'s>(&'s self, other: &'s InForce) -> Vec<&'s str> {
        let mut keys: Vec<&str> = self.0.keys().chain(other.0.keys()).map(String::as_str).collect();
        keys.retain(|key| self.0.get(*key) != other.0.get(*key));
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// A time as slurm.conf has it, in seconds; `u64::MAX` for no limit.
pub fn read_time(text: &str) -> Option<u64> {
    if text.eq_ignore_ascii_case("UNLIMITED") || text.eq_ignore_ascii_case("INFINITE") {
        return Some(u64::MAX);
    }
    let number = |digits: &str| {
        let plain = (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if plain { digits.parse::<u64>().ok() } else { None }
    };
    let (days, rest) = text.split_once('-').map_or((None, text), |(days, rest)| (Some(days), rest));
    let parts: Vec<u64> = rest.split(':').map(number).collect::<Option<_>>()?;
    let seconds = |hours: u64, minutes: u64, seconds: u64| hours * 3600 + minutes * 60 + seconds;
    let time = match (days.is_some(), parts.as_slice()) {
        (false, [m]) => seconds(0, *m, 0),
        (false, [m, s]) => seconds(0, *m, *s),
        (true, [h]) => seconds(*h, 0, 0),
        (true, [h, m]) => seconds(*h, *m, 0),
        (_, [h, m, s]) => seconds(*h, *m, *s),
        _ => return None,
    };
    let days = days.map_or(Some(0), number)?;
    Some(days * 86_400 + time).filter(|time| *time > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(line: &str) -> Vec<(String, String)> {
        settings(line).0.into_iter().map(|setting| (setting.key, setting.value)).collect()
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn lines_go_on_after_a_backslash_and_end_at_a_comment() {
        let text = "# all of it\nNodeName=a \\\n  CPUs=4 # four\n\nA=1\\#2 \\\\\nB=2 # more \\\nC=3\\";
        let found = lines(text);
        assert_eq!(
            found,
            [
                (2, "NodeName=a   CPUs=4 ".to_owned()),
                (5, "A=1#2 \\".to_owned()),
                (6, "B=2 ".to_owned()),
                (7, "C=3".to_owned()),
            ]
        );
    }

    #[test]
    fn values_are_words_or_quoted() {
        assert_eq!(
            pairs("NodeName=a[1-3]  Reason=\"bad disk\" State = UNKNOWN Feature=\"\""),
            owned(&[("NodeName", "a[1-3]"), ("Reason", "bad disk"), ("State", "UNKNOWN"), ("Feature", "")])
        );
        assert_eq!(pairs("A=\"b c\"d"), owned(&[("A", "\"b")]));
        assert_eq!(settings("A=1 what").1, "what");
        assert_eq!(settings("what").1, "what");
        assert_eq!(pairs("A+=x=y"), owned(&[("A", "x=y")]));
    }

    #[test]
    fn times_are_read_as_slurm_does() {
        for (text, seconds) in [
            ("30", 1800),
            ("30:15", 1815),
            ("1:30:15", 5415),
            ("2-12", 216_000),
            ("2-12:30", 217_800),
            ("2-12:30:15", 217_815),
            ("infinite", u64::MAX),
        ] {
            assert_eq!(read_time(text), Some(seconds), "{text}");
        }
        for text in ["", "0", "1d", "-5", "1-", "2-1:2:3:4", "1::2", "99999999999999999999"] {
            assert_eq!(read_time(text), None, "{text}");
        }
    }
}
