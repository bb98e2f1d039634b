//! Texts in the picture, and how wide they are, in pixels.

/// How a text looks. Each has a class in the page's style sheet and in the file's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// The cluster's name.
    Title,
    /// The name of some groups' role.
    Heading,
    /// The names of nodes.
    Name,
    /// A lane's name, a count.
    Label,
    /// More about a group or a lane.
    Detail,
    /// The name of a node on its chip.
    Chip,
}

impl Style {
    /// The CSS class of its elements.
    pub fn class(self) -> &'static str {
        match self {
            Style::Title => "pic-title",
            Style::Heading => "pic-heading",
            Style::Name => "pic-name",
            Style::Label => "pic-label",
            Style::Detail => "pic-detail",
            Style::Chip => "pic-chip",
        }
    }

    /// The size of its type, in pixels.
    pub fn size(self) -> i32 {
        match self {
            Style::Title => 18,
            Style::Name => 13,
            Style::Label => 13,
            Style::Detail | Style::Chip => 12,
            Style::Heading => 11,
        }
    }

    /// Whether all of its characters are equally wide.
    pub fn is_mono(self) -> bool {
        matches!(self, Style::Name | Style::Chip)
    }

    /// Thousandths of its size that a character is wide, at most in common fonts.
    fn advance(self, c: char) -> i32 {
        if self.is_mono() {
            return if c.is_ascii() { 620 } else { 1050 };
        }
        let bold = if matches!(self, Style::Title | Style::Heading | Style::Label) { 40 } else { 0 };
        bold + match c {
            'i' | 'j' | 'l' | '\'' | '.' | ',' | ':' | ';' | '|' | '!' => 330,
            ' ' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' | 'I' => 400,
            'm' | 'w' | 'M' | 'W' | '@' | '%' => 980,
            'A'..='Z' => 740,
            '·' => 400,
            _ if c.is_ascii() => 640,
            '–' | '×' | '…' => 840,
            _ => 1050,
        }
    }
}

/// How wide `text` is at most, in pixels.
pub fn width(text: &str, style: Style) -> i32 {
    let thousandths: i64 = text.chars().map(|c| i64::from(style.advance(c))).sum();
    i32::try_from(thousandths * i64::from(style.size()) / 1000 + 1).unwrap_or(i32::MAX)
}

/// `text`, shortened with an ellipsis to what fits into `room` pixels.
pub fn fit(text: &str, style: Style, room: i32) -> String {
    if width(text, style) <= room {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        out.push(c);
        if width(&out, style) + width("…", style) > room {
            out.pop();
            break;
        }
    }
    out.push('…');
    out
}

/// The pieces that `parts` make with ` · ` between them, in lines of at most `room` pixels; the last of `most` lines is
/// shortened.
pub fn wrap(parts: &[String], style: Style, room: i32, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if lines_fit(line, part, style, room) => {
                line.push_str(" · ");
                line.push_str(part);
            }
            _ => lines.push(part.clone()),
        }
    }
    // What does not fit into the lines goes on in the last one, which is shortened.
    let rest = lines.split_off(lines.len().min(most.max(1)));
    if let Some(last) = lines.last_mut() {
        rest.iter().for_each(|line| *last = format!("{last} · {line}"));
    }
    lines.iter().map(|line| fit(line, style, room)).collect()
}

fn lines_fit(line: &str, part: &str, style: Style, room: i32) -> bool {
    width(line, style) + width(" · ", style) + width(part, style) <= room
}

/// A text at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Where it begins, or where it ends if `at_end`.
    pub x: i32,
    /// Its baseline.
    pub y: i32,
    /// How it looks.
    pub style: Style,
    /// Whether it ends at `x`, as texts at the right edge do.
    pub at_end: bool,
    /// What it says, shortened to fit.
    pub text: String,
}
