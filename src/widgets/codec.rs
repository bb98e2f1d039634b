//! Values as people write them in a field: numbers, memory with its unit, lists.

use clusterflake_core::memory;

/// How a value is shown in a field and read from it. Reading what was shown gives the value back.
pub struct Codec<T: 'static> {
    pub show: fn(&T) -> String,
    /// Fails with a sentence for people.
    pub read: fn(&str) -> Result<T, String>,
}

impl<T> Clone for Codec<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Codec<T> {}

pub const TEXT: Codec<String> = Codec { show: String::clone, read: |text| Ok(text.to_owned()) };
pub const NUMBER: Codec<u32> = Codec { show: u32::to_string, read: |text| whole(text, u32::MAX) };
pub const PORT: Codec<u16> = Codec { show: u16::to_string, read: |text| whole(text, u16::MAX) };
pub const MEMORY: Codec<u64> = Codec { show: |mib| memory::show(*mib), read: memory::read };
/// A node's memory, which may be unknown.
pub const NODE_MEMORY: Codec<u64> = Codec { show: |mib| memory::show_of_node(*mib), read: memory::read_of_node };
pub const LIST: Codec<Vec<String>> = Codec { show: |list| list.join(", "), read: |text| Ok(parts(text, ',')) };
pub const LINES: Codec<Vec<String>> = Codec { show: |list| list.join("\n"), read: |text| Ok(parts(text, '\n')) };
pub const PORTS: Codec<Vec<u16>> = Codec { show: |ports| show_ports(ports), read: read_ports };

/// Optional values: an empty field is none.
pub const OPTIONAL_TEXT: Codec<Option<String>> = Codec { show: |o| show(o, TEXT), read: |text| read(text, TEXT) };
pub const OPTIONAL_NUMBER: Codec<Option<u32>> = Codec { show: |o| show(o, NUMBER), read: |text| read(text, NUMBER) };
pub const OPTIONAL_NODE_MEMORY: Codec<Option<u64>> =
    Codec { show: |o| show(o, NODE_MEMORY), read: |text| read(text, NODE_MEMORY) };
pub const OPTIONAL_LINES: Codec<Option<Vec<String>>> =
    Codec { show: |o| show(o, LINES), read: |text| read(text, LINES) };
pub const OPTIONAL_LIST: Codec<Option<Vec<String>>> = Codec { show: |o| show(o, LIST), read: |text| read(text, LIST) };

fn show<T>(value: &Option<T>, codec: Codec<T>) -> String {
    value.as_ref().map(codec.show).unwrap_or_default()
}

fn read<T>(text: &str, codec: Codec<T>) -> Result<Option<T>, String> {
    if text.trim().is_empty() { Ok(None) } else { (codec.read)(text).map(Some) }
}

fn whole<N: std::str::FromStr + std::fmt::Display>(text: &str, largest: N) -> Result<N, String> {
    let text = text.trim();
    text.parse().map_err(|_| match text {
        "" => "A number is needed here.".to_owned(),
        _ if text.bytes().all(|byte| byte.is_ascii_digit()) => format!("{text} is too large: at most {largest}."),
        _ => format!("“{text}” is no whole number."),
    })
}

fn parts(text: &str, separator: char) -> Vec<String> {
    text.split(separator).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn show_ports(ports: &[u16]) -> String {
    ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
}

fn read_ports(text: &str) -> Result<Vec<u16>, String> {
    text.split([',', ' ']).filter(|part| !part.trim().is_empty()).map(|part| whole(part, u16::MAX)).collect()
}

/// A number with its thousands apart: `74,944`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The text with a capital at its beginning.
pub fn first_upper(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// `1 file`, `2 files`.
pub fn counted(count: usize, one: &str) -> String {
    format!("{} {one}{}", grouped(count as u64), if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_say_what_is_wrong() {
        assert_eq!(whole(" 16 ", u16::MAX), Ok(16));
        assert_eq!(whole("70000", u16::MAX), Err("70000 is too large: at most 65535.".to_owned()));
        assert_eq!(whole("x", u16::MAX), Err("“x” is no whole number.".to_owned()));
        assert_eq!(read_ports("22, 80 443"), Ok(vec![22, 80, 443]));
        assert_eq!(grouped(74_944), "74,944");
        assert_eq!(grouped(512), "512");
    }

    #[test]
    fn lists_leave_out_what_is_empty() {
        assert_eq!((LIST.read)("h100, ,ib,"), Ok(vec!["h100".to_owned(), "ib".to_owned()]));
        assert_eq!((OPTIONAL_LIST.read)(" "), Ok(None));
        assert_eq!((OPTIONAL_NUMBER.show)(&Some(4)), "4");
    }
}
