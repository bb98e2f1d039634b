//! User text escaped for Markdown (CommonMark with GitHub's tables).

/// `text` for running Markdown: on one line, with each character that Markdown or HTML would read escaped by a
/// backslash.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '&' => out.extend(['\\', character]),
            other => out.push(other),
        }
    }
    out
}

/// `text` for the inside of a code span, a table cell or a line of a code block: backticks, bars and line ends become
/// spaces, so that nothing in it ends one of them.
pub fn code(text: &str) -> String {
    text.trim().replace(['`', '|', '\n', '\r'], " ")
}
