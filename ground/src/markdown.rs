//! User text in Markdown.

/// User text as one line of plain Markdown.
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

/// User text for a code span, a table or a line of a code block: nothing in it ends one of them.
pub fn code(text: &str) -> String {
    text.trim().replace(['`', '|', '\n', '\r'], " ")
}
