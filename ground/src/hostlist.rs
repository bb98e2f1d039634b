//! Hostlists: `cn[001-128,130]` stands for `cn001` … `cn128`, `cn130`, as in Slurm (`scontrol show hostnames`).
//!
//! What `scontrol` refuses is refused here. Where it takes nonsense (`a1-3]`, `a[1-]`, `a,,b`), this says what is wrong.
//! A text that is taken holds only letters, digits and `-_.,[]`, no spaces: it can stand in slurm.conf as it is.

use std::fmt;

/// The most hosts that one hostlist may name.
pub const MAX_HOSTS: usize = 131_072;

/// The most hosts that one range may name, as in Slurm (`MAX_RANGE`).
const MAX_RANGE: u64 = 65_536;

/// The longest name; it bounds what a short text can expand to. DNS allows no longer one.
const MAX_NAME: usize = 253;

/// More digits than these might not fit Slurm's 64-bit counter.
const MAX_DIGITS: usize = 18;

/// Why a text is not a valid hostlist: a whole sentence, which quotes the text and says what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostlistError(pub String);

impl fmt::Display for HostlistError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for HostlistError {}

/// The names that `text` stands for, in the order of the hostlist, repeated ones as often as they occur. Empty text
/// gives no names.
///
/// The last bracket varies fastest. With more than two brackets the order is Slurm's odd one: of `r[1-2]n[1-2]k[1-2]`,
/// `k` varies fastest, then `r`, then `n`.
///
/// Fails on syntax that Slurm refuses, and, before expanding, on more than [`MAX_HOSTS`] names.
pub fn expand(text: &str) -> Result<Vec<String>, HostlistError> {
    let (entries, count) = parse(text)?;
    let mut names = Vec::with_capacity(count);
    for entry in &entries {
        entry.push_names(&mut names);
    }
    Ok(names)
}

/// How many names `text` stands for, without making them. Fails as [`expand`] does.
pub fn count(text: &str) -> Result<usize, HostlistError> {
    parse(text).map(|(_, count)| count)
}

/// `text` with the spaces and empty parts mended that a person leaves in: `a1, a2 a[3 - 4],` becomes `a1,a2,a[3-4]`.
/// The result need not be a hostlist.
pub fn tidy(text: &str) -> String {
    let (mut tidy, mut inside) = (String::with_capacity(text.len()), false);
    for c in text.chars() {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            _ => {}
        }
        if c.is_whitespace() {
            if !inside {
                tidy.push(',');
            }
        } else {
            tidy.push(c);
        }
    }
    let comma = |text: &str, pair: &str, one: &str| text.replace(pair, one);
    while tidy.contains(",,") {
        tidy = comma(&tidy, ",,", ",");
    }
    tidy = comma(&comma(&tidy, "[,", "["), ",]", "]");
    tidy.trim_matches(',').to_owned()
}

/// The shortest hostlist that stands for `names` in their order: neighbours that count on share a bracket, and so do
/// neighbouring brackets that differ in one number.
///
/// `expand` gives `names` back where each is a name that a hostlist can hold, and there are at most [`MAX_HOSTS`].
pub fn compress(names: &[String]) -> String {
    let mut folds: Vec<Fold> = Vec::new();
    let mut rest = names;
    while let Some(first) = rest.first() {
        let (head, _) = split_number(first);
        let same = match split_number(first) {
            (_, "") => 1,
            _ => rest
                .iter()
                .take_while(|name| matches!(split_number(name), (h, n) if h == head && !n.is_empty()))
                .count(),
        };
        let (these, others) = rest.split_at(same);
        folds.push(Fold { head, numbers: ranges(these.iter().map(|name| split_number(name).1)) });
        rest = others;
    }
    let mut text = String::new();
    let mut rest = folds.as_slice();
    while let Some(first) = rest.first() {
        let (outer, _, inner) = first.outer();
        let alike = |fold: &&Fold| {
            let (o, n, i) = fold.outer();
            !n.is_empty() && !fold.numbers.is_empty() && (o, i) == (outer, inner) && fold.numbers == first.numbers
        };
        let same = rest.iter().take(MAX_RANGE as usize).take_while(alike).count();
        if !text.is_empty() {
            text.push(',');
        }
        if same > 1 {
            let outers = ranges(rest[..same].iter().map(|fold| fold.outer().1));
            text += &format!("{outer}[{outers}]{inner}[{}]", first.numbers);
        } else {
            first.write(&mut text);
        }
        rest = &rest[same.max(1)..];
    }
    text
}

/// Neighbouring names with the same text before their last number; `numbers` as inside a bracket, empty for a name
/// without one.
struct Fold<'n> {
    head: &'n str,
    numbers: String,
}

impl<'n> Fold<'n> {
    /// The head, cut at its last number: `r1n` is `r`, `1`, `n`.
    fn outer(&self) -> (&'n str, &'n str, &'n str) {
        let end = self.head.rfind(|c: char| c.is_ascii_digit()).map_or(0, |last| last + 1);
        let (before, inner) = self.head.split_at(end);
        let (outer, number) = split_number(before);
        (outer, number, inner)
    }

    fn write(&self, text: &mut String) {
        *text += self.head;
        if self.numbers.contains([',', '-']) {
            *text += &format!("[{}]", self.numbers);
        } else {
            *text += &self.numbers;
        }
    }
}

/// A name, cut before the digits at its end; no digits where there are too many to count with.
fn split_number(name: &str) -> (&str, &str) {
    let (head, number) = name.split_at(name.trim_end_matches(|c: char| c.is_ascii_digit()).len());
    if number.len() > MAX_DIGITS { (name, "") } else { (head, number) }
}

/// `01 02 03 7` as `01-03,7`. Numbers are digits, at most [`MAX_DIGITS`].
fn ranges<'n>(numbers: impl Iterator<Item = &'n str>) -> String {
    // Each run: its first number as text, its first and its last as values.
    let mut runs: Vec<(&str, u64, u64)> = Vec::new();
    for text in numbers {
        let Ok(value) = text.parse::<u64>() else { continue };
        match runs.last_mut() {
            Some((low, first, last))
                if value == *last + 1 && value - *first < MAX_RANGE && text.len() == digits(value).max(low.len()) =>
            {
                *last = value;
            }
            _ => runs.push((text, value, value)),
        }
    }
    let run = |(low, first, last): (&str, u64, u64)| {
        if first == last { low.to_owned() } else { format!("{low}-{last:0width$}", width = low.len()) }
    };
    runs.into_iter().map(run).collect::<Vec<_>>().join(",")
}

fn digits(value: u64) -> usize {
    value.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// `low-high` in a bracket, or one number.
struct Range {
    low: u64,
    high: u64,
    /// Digits of the low bound: shorter numbers get zeros before them.
    width: usize,
}

impl Range {
    fn count(&self) -> u64 {
        self.high - self.low + 1
    }
}

/// Text and the bracket behind it.
struct Part<'t> {
    text: &'t str,
    ranges: Vec<Range>,
}

impl Part<'_> {
    fn count(&self) -> u64 {
        self.ranges.iter().fold(0, |sum, range| sum.saturating_add(range.count()))
    }

    fn numbers(&self) -> impl Iterator<Item = String> + '_ {
        self.ranges
            .iter()
            .flat_map(|range| (range.low..=range.high).map(|n| format!("{n:0width$}", width = range.width)))
    }

    fn longest(&self) -> usize {
        let number = self.ranges.iter().map(|range| range.width.max(digits(range.high))).max();
        self.text.len() + number.unwrap_or_default()
    }
}

/// What stands between two commas: a name, or parts of which the last ends in a bracket.
enum Entry<'t> {
    Name(&'t str),
    Parts(Vec<Part<'t>>),
}

impl Entry<'_> {
    fn count(&self) -> u64 {
        match self {
            Entry::Name(_) => 1,
            Entry::Parts(parts) => parts.iter().fold(1, |product, part| product.saturating_mul(part.count())),
        }
    }

    fn longest(&self) -> usize {
        match self {
            Entry::Name(name) => name.len(),
            Entry::Parts(parts) => parts.iter().map(Part::longest).sum(),
        }
    }

    fn push_names(&self, names: &mut Vec<String>) {
        match self {
            Entry::Name(name) => names.push((*name).to_owned()),
            Entry::Parts(parts) => {
                if let Some((last, heads)) = parts.split_last() {
                    push_parts(heads, last.text, last, names);
                }
            }
        }
    }
}

/// Slurm's order: the head nearest the end varies slowest, the first head fastest, and `last` faster still.
fn push_parts(heads: &[Part], tail: &str, last: &Part, names: &mut Vec<String>) {
    match heads.split_last() {
        None => names.extend(last.numbers().map(|number| format!("{tail}{number}"))),
        Some((head, heads)) => {
            for number in head.numbers() {
                push_parts(heads, &format!("{}{number}{tail}", head.text), last, names);
            }
        }
    }
}

fn error<T>(message: String) -> Result<T, HostlistError> {
    Err(HostlistError(message))
}

/// As much of a text as a message can show.
fn show(text: &str) -> String {
    let short: String = text.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if short.chars().count() < text.chars().count() { format!("“{short}…”") } else { format!("“{short}”") }
}

/// The entries of `text` and how many names they stand for together.
fn parse(text: &str) -> Result<(Vec<Entry<'_>>, usize), HostlistError> {
    if text.contains(char::is_whitespace) {
        return error(format!("{} has a space in it: write {}.", show(text), show(&tidy(text))));
    }
    let mut entries = Vec::new();
    let mut total: u64 = 0;
    for entry in split(text)? {
        let entry = parse_entry(entry, text)?;
        total = total.saturating_add(entry.count());
        if total > MAX_HOSTS as u64 {
            return error(format!("{} names more than {MAX_HOSTS} hosts, the most that are taken.", show(text)));
        }
        entries.push(entry);
    }
    Ok((entries, total as usize))
}

/// The parts between the commas that stand outside brackets.
fn split(text: &str) -> Result<Vec<&str>, HostlistError> {
    let mut parts = Vec::new();
    let (mut start, mut open) = (0, false);
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            b'[' if open => {
                return error(format!(
                    "{} has a bracket inside a bracket: close the first one before.",
                    show(&text[start..])
                ));
            }
            b'[' => open = true,
            b']' if !open => {
                return error(format!(
                    "{} closes a bracket that was never opened: write “[” before the numbers.",
                    show(&text[start..=i])
                ));
            }
            b']' => open = false,
            b',' if !open => {
                parts.push(&text[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    if open {
        return error(format!("{} lacks the closing bracket: write “]” after the numbers.", show(&text[start..])));
    }
    if !text.is_empty() {
        parts.push(&text[start..]);
    }
    Ok(parts)
}

fn parse_entry<'t>(entry: &'t str, whole: &str) -> Result<Entry<'t>, HostlistError> {
    if entry.is_empty() {
        return error(format!("{} has a comma with no name beside it: leave the comma out.", show(whole)));
    }
    if entry.starts_with('-') {
        return error(format!("{} begins with a hyphen: begin with a letter or a digit.", show(entry)));
    }
    let mut parts = Vec::new();
    let mut rest = entry;
    while let Some((text, after)) = rest.split_once('[') {
        let (inside, after) = after.split_once(']').unwrap_or((after, ""));
        check_text(text, entry)?;
        parts.push(Part { text, ranges: parse_ranges(inside, entry)? });
        rest = after;
    }
    check_text(rest, entry)?;
    let parsed = if parts.is_empty() { Entry::Name(entry) } else { Entry::Parts(parts) };
    if let (Entry::Parts(parts), false) = (&parsed, rest.is_empty()) {
        return error(after_bracket(entry, rest, parts));
    }
    if let Entry::Parts(parts) = &parsed
        && parts[..parts.len() - 1].iter().any(|part| part.count() > MAX_RANGE)
    {
        return error(format!(
            "A bracket of {} names more than {MAX_RANGE} numbers, the most that Slurm takes.",
            show(entry)
        ));
    }
    if parsed.longest() > MAX_NAME {
        return error(format!(
            "{} stands for names of more than {MAX_NAME} characters: write shorter ones.",
            show(entry)
        ));
    }
    Ok(parsed)
}

/// Slurm takes no text after the last bracket: `NodeName=cn[1-3]-ib` stops slurmctld.
fn after_bracket(entry: &str, rest: &str, parts: &[Part]) -> String {
    let advice = match parts {
        [part] if part.count() <= 4 => {
            let names: Vec<String> = part.numbers().map(|number| format!("{}{number}{rest}", part.text)).collect();
            format!("write {}", show(&names.join(",")))
        }
        _ => "write the names one by one, with commas".to_owned(),
    };
    format!("{} has {} after its last bracket, which Slurm does not take: {advice}.", show(entry), show(rest))
}

fn check_text(text: &str, entry: &str) -> Result<(), HostlistError> {
    let Some(wrong) = text.chars().find(|c| !c.is_ascii_alphanumeric() && !"-_.".contains(*c)) else { return Ok(()) };
    let advice = match wrong {
        '{' | '}' | '(' | ')' | '*' | '?' => "write numbers in square brackets, “cn[1-3]”",
        ';' | '|' | '/' | ':' => "write a comma between names",
        _ => "use letters, digits and hyphens",
    };
    error(format!("{} has “{}” in it: {advice}.", show(entry), wrong.escape_debug()))
}

fn parse_ranges(inside: &str, entry: &str) -> Result<Vec<Range>, HostlistError> {
    inside.split(',').map(|range| parse_range(range, entry)).collect()
}

fn parse_range(range: &str, entry: &str) -> Result<Range, HostlistError> {
    let wrong = |what: &str| error(format!("In {}, {} {what}.", show(entry), show(range)));
    if range.is_empty() {
        return error(format!("{} has an empty place in its bracket: write numbers, “[1-3,5]”.", show(entry)));
    }
    let (low, high) = range.split_once('-').unwrap_or((range, range));
    if low.is_empty() || high.is_empty() {
        return wrong("lacks a bound: write both, “1-3”");
    }
    if !(low.bytes().chain(high.bytes())).all(|byte| byte.is_ascii_digit()) {
        return wrong("is no range: write whole numbers, “1-3” or “7”");
    }
    if low.len() > MAX_NAME || high.len() > MAX_NAME {
        return wrong("has too many digits: write shorter numbers");
    }
    let value = |digits: &str| match digits.trim_start_matches('0') {
        "" => Some(0),
        digits if digits.len() > MAX_DIGITS => None,
        digits => digits.parse::<u64>().ok(),
    };
    let (Some(first), Some(last)) = (value(low), value(high)) else {
        return wrong("has too many digits: write shorter numbers");
    };
    if first > last {
        return wrong(&format!("counts down: write “{high}-{low}”"));
    }
    let parsed = Range { low: first, high: last, width: low.len() };
    if parsed.count() > MAX_RANGE {
        return wrong(&format!("names {} hosts: one range names at most {MAX_RANGE}", parsed.count()));
    }
    Ok(parsed)
}

/// The names in a list of servers; none where it cannot be read, or names more than any list of servers does.
pub fn few(list: &str) -> Vec<String> {
    match count(list) {
        Ok(0..=4096) => expand(list).unwrap_or_default(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(text: &str) -> String {
        expand(text).unwrap().join(" ")
    }

    #[test]
    fn a_hostlist_names_its_hosts_in_order() {
        for (text, expected) in [
            ("", ""),
            ("head", "head"),
            ("cn[001-003,5]", "cn001 cn002 cn003 cn5"),
            ("a[08-11]", "a08 a09 a10 a11"),
            ("a[1-03]", "a1 a2 a3"),
            ("a[9-010]", "a9 a10"),
            ("a[1,3-4,2,1]", "a1 a3 a4 a2 a1"),
            ("b,a[1-2],a1", "b a1 a2 a1"),
            ("r[1-2]n[01-02]", "r1n01 r1n02 r2n01 r2n02"),
            ("r[1-2]n[1-2]k[1-2]", "r1n1k1 r1n1k2 r2n1k1 r2n1k2 r1n2k1 r1n2k2 r2n2k1 r2n2k2"),
            ("a[1-2][3-4]", "a13 a14 a23 a24"),
        ] {
            assert_eq!(names(text), expected, "{text}");
            assert_eq!(count(text).unwrap(), expand(text).unwrap().len());
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, message) in [
            ("a, b", "“a, b” has a space in it: write “a,b”."),
            ("a,,b", "“a,,b” has a comma with no name beside it: leave the comma out."),
            ("a,", "comma with no name"),
            ("cn[1-2", "“cn[1-2” lacks the closing bracket: write “]” after the numbers."),
            ("x,a1-3]", "“a1-3]” closes a bracket that was never opened"),
            ("a[[1-2]]", "bracket inside a bracket"),
            ("a[]", "“a[]” has an empty place in its bracket"),
            ("a[1,]", "empty place"),
            ("a[1-]", "In “a[1-]”, “1-” lacks a bound"),
            ("a[-3]", "lacks a bound"),
            ("a[3-1]", "In “a[3-1]”, “3-1” counts down: write “1-3”."),
            ("a[a-c]", "is no range: write whole numbers"),
            ("a[1-2-3]", "is no range"),
            ("a[+1-2]", "is no range"),
            ("a[1-2]b", "“a[1-2]b” has “b” after its last bracket, which Slurm does not take: write “a1b,a2b”."),
            ("a[1-99]b[1-2]c", "one by one"),
            ("a[99999999999999999999]", "too many digits"),
            ("cn[1-999999999]", "names 999999999 hosts: one range names at most 65536."),
            ("a[1-60000]b[1-60000]c[1-60000]d[1-60000]e[1-60000]", "more than 131072 hosts"),
            ("a[1-65536],b[1-65536],c", "more than 131072 hosts"),
            ("cn{1-3}", "“cn{1-3}” has “{” in it: write numbers in square brackets"),
            ("cn1;cn2", "write a comma"),
            ("knöt", "use letters, digits and hyphens"),
            ("-a", "begins with a hyphen"),
        ] {
            let found = expand(text).unwrap_err();
            assert!(found.0.contains(message), "{text}: {found}");
            assert_eq!(count(text), Err(found));
        }
        assert!(expand(&format!("a[{}1-2]", "0".repeat(300))).is_err());
        assert!(expand(&format!("{}[1-65536]", "a".repeat(300))).is_err());
    }

    #[test]
    fn tidying_mends_spaces_and_commas() {
        for (text, expected) in
            [("a1, a2 a[3 - 4],", "a1,a2,a[3-4]"), (" a ", "a"), ("a[1, 3,]", "a[1,3]"), (", ,", "")]
        {
            assert_eq!(tidy(text), expected);
        }
    }

    #[test]
    fn compressing_keeps_the_order() {
        for (names, expected) in [
            ("", ""),
            ("head", "head"),
            ("cn001 cn002 cn003 cn005", "cn[001-003,005]"),
            ("a08 a09 a10 a11", "a[08-11]"),
            ("a8 a9 a10", "a[8-10]"),
            ("a09 a10 a100", "a[09-10,100]"),
            ("a2 a1 b a3", "a[2,1],b,a3"),
            ("a1 a01", "a[1,01]"),
            ("r1n01 r1n02 r2n01 r2n02", "r[1-2]n[01-02]"),
            ("r1n01 r2n01 r3n01", "r[1-3]n[01]"),
            ("r1n1 r1n2 r2n1", "r1n[1-2],r2n1"),
            ("r1x r2x", "r1x,r2x"),
            ("1 2", "[1-2]"),
            ("a99999999999999999999 a99999999999999999999", "a99999999999999999999,a99999999999999999999"),
        ] {
            let names: Vec<String> = names.split_whitespace().map(str::to_owned).collect();
            assert_eq!(compress(&names), expected);
            assert_eq!(expand(expected).unwrap(), names);
        }
        let many = expand("a[1-65536],a[65537-131072]").unwrap();
        assert_eq!(compress(&many), "a[1-65536,65537-131072]");
    }

    proptest! {
        #[test]
        fn expanding_undoes_compressing(names in prop::collection::vec("[a-c]{0,2}[0-2]{0,2}[a-b.-]?[0-9]{1,3}", 0..40)) {
            let names: Vec<String> = names.into_iter().filter(|name| !name.starts_with('-')).collect();
            prop_assert_eq!(expand(&compress(&names)).unwrap(), names);
        }

        #[test]
        fn counting_agrees_with_expanding(text in r"[ab]?(\[[0-9]{1,2}(-[0-9]{1,3})?(,[0-9])?\][ab]?){0,3}(,c)?") {
            prop_assert_eq!(count(&text), expand(&text).map(|names| names.len()));
        }

        #[test]
        fn no_text_panics(text in r"[a0-9,\[\]\- é]{0,24}|\PC*") {
            let _ = (expand(&text), count(&text), compress(std::slice::from_ref(&text)));
            prop_assert!(!tidy(&text).contains(char::is_whitespace));
        }
    }
}
