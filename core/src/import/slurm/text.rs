//! The syntax of slurm.conf and the files beside it: lines that go on, comments, escapes, `Key=Value`.

/// A setting: `Key=Value`, the value without its quotes.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    pub key: String,
    pub value: String,
}

/// The lines of a file with the number that each begins on. A backslash at the end takes the next line in; what stands
/// behind a `#` is a comment; a backslash takes the meaning of the sign behind it away.
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
}
