//! The picture as a file: SVG that stands by itself, in the reader's theme.

use super::layout::{Picture, Tie};
use super::text::{Style, Text, fit};
use std::fmt::Write;

/// The file's style sheet: colours in both themes, and fonts that every system has.
const STYLE: &str = include_str!("style.css");

/// How high the name of the cluster stands over its picture.
const HEAD: i32 = 56;

/// The picture as an SVG file.
pub fn svg(picture: &Picture) -> String {
    let mut out = String::new();
    let (width, height) = (picture.width, picture.height + HEAD);
    write_head(&mut out, picture, width, height);
    // Writing to a string cannot fail.
    let _ = writeln!(out, "<g transform=\"translate(0 {HEAD})\">");
    for lane in &picture.lanes {
        let (class, x, top, end) = (lane.kind.class(), lane.x, lane.top, lane.rect.x - 2);
        let _ = writeln!(out, "<path class=\"pic-lane {class}\" d=\"M{end} {top}H{x}V{}\"/>", lane.bottom);
        lane.texts.iter().for_each(|text| write_text(&mut out, text));
    }
    for link in &picture.links {
        let class = picture.lanes[link.lane].kind.class();
        let _ = writeln!(out, "<path class=\"pic-link {class}\" d=\"M{} {}H{}\"/>", link.from, link.y, link.to);
        let _ = writeln!(out, "{}", mark(link.tie, class, link.from, link.y));
    }
    picture.headings.iter().for_each(|text| write_text(&mut out, text));
    for band in &picture.bands {
        let rect = band.rect;
        let _ = writeln!(out, "<g><title>{}</title>", escaped(&band.name));
        let _ = writeln!(
            out,
            "<rect class=\"pic-band {}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\"/>",
            band.role, rect.x, rect.y, rect.width, rect.height
        );
        band.texts.iter().for_each(|text| write_text(&mut out, text));
        for (mark, path) in band.cells.paths() {
            let _ = writeln!(out, "<path class=\"{}\" d=\"{path}\"/>", mark.class());
        }
        for chip in &band.chips {
            let rect = chip.rect;
            let _ = writeln!(
                out,
                "<rect class=\"pic-node {}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\"/>",
                chip.mark.class(),
                rect.x,
                rect.y,
                rect.width,
                rect.height
            );
            write_text(&mut out, &chip.text);
        }
        out += "</g>\n";
    }
    out + "</g>\n</svg>\n"
}

fn write_head(out: &mut String, picture: &Picture, width: i32, height: i32) {
    let (title, summary) = (escaped(&picture.title), escaped(&picture.summary));
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-labelledby=\"title desc\">\n<title id=\"title\">{title}</title>\n<desc id=\"desc\">{summary}</desc>\n\
         <style>\n{STYLE}</style>\n<rect class=\"pic-page\" width=\"{width}\" height=\"{height}\"/>"
    );
    let at =
        |y: i32, style: Style, text: &str| Text { x: 16, y, style, at_end: false, text: fit(text, style, width - 32) };
    write_text(out, &at(30, Style::Title, &picture.title));
    write_text(out, &at(50, Style::Detail, &picture.summary));
}

/// The mark where a line leaves a lane: a square where the lane begins at the band, else a dot.
fn mark(tie: Tie, class: &str, x: i32, y: i32) -> String {
    match tie {
        Tie::Uses => format!("<circle class=\"pic-dot {class}\" cx=\"{x}\" cy=\"{y}\" r=\"3.5\"/>"),
        Tie::Serves | Tie::Both => {
            format!("<rect class=\"pic-dot {class}\" x=\"{}\" y=\"{}\" width=\"9\" height=\"9\"/>", x - 4, y - 4)
        }
    }
}

fn write_text(out: &mut String, text: &Text) {
    let end = if text.at_end { " text-anchor=\"end\"" } else { "" };
    let (class, x, y) = (text.style.class(), text.x, text.y);
    let _ = writeln!(out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\"{end}>{}</text>", escaped(&text.text));
}

/// A text as XML holds it; characters that XML cannot hold become spaces.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '&' => out += "&amp;",
            '"' => out += "&quot;",
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
