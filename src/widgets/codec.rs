//! Values as people write them in a field: numbers, memory with its unit, lists.

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
pub const MEMORY: Codec<u64> = Codec { show: show_memory, read: read_memory };
pub const LIST: Codec<Vec<String>> = Codec { show: |list| list.join(", "), read: |text| Ok(parts(text, ',')) };
pub const LINES: Codec<Vec<String>> = Codec { show: |list| list.join("\n"), read: |text| Ok(parts(text, '\n')) };
pub const PORTS: Codec<Vec<u16>> = Codec { show: |ports| show_ports(ports), read: read_ports };

/// Optional values: an empty field is none.
pub const OPTIONAL_TEXT: Codec<Option<String>> = Codec { show: |o| show(o, TEXT), read: |text| read(text, TEXT) };
pub const OPTIONAL_NUMBER: Codec<Option<u32>> = Codec { show: |o| show(o, NUMBER), read: |text| read(text, NUMBER) };
pub const OPTIONAL_MEMORY: Codec<Option<u64>> = Codec { show: |o| show(o, MEMORY), read: |text| read(text, MEMORY) };
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

/// `512 GiB` where that is exact, else `515072 MiB`.
fn show_memory(mib: &u64) -> String {
    if *mib > 0 && mib.is_multiple_of(1024) { format!("{} GiB", mib / 1024) } else { format!("{mib} MiB") }
}

/// Reads `512 GiB`, `1.5T`, `515072` (MiB).
fn read_memory(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = (&text[..end], text[end..].trim());
    let factor: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "m" | "mb" | "mib" => 1,
        "g" | "gb" | "gib" => 1 << 10,
        "t" | "tb" | "tib" => 1 << 20,
        _ => return Err(format!("“{unit}” is no unit of memory: write MiB, GiB or TiB.")),
    };
    let unreadable = || "Write memory as a number with a unit, such as 512 GiB.".to_owned();
    let too_much = || format!("{text} is more than can be counted.");
    if let Ok(number) = number.parse::<u64>() {
        return number.checked_mul(factor).ok_or_else(too_much);
    }
    let mib = number.parse::<f64>().map_err(|_| unreadable())? * factor as f64;
    if mib.fract() != 0.0 {
        return Err(format!("{text} is no whole number of MiB."));
    }
    if mib < 9e15 { Ok(mib as u64) } else { Err(too_much()) }
}

/// Memory in a few digits: `256 GiB`, `2 TiB`, `393.8 TiB`.
pub fn brief_memory(mib: u64) -> String {
    let (amount, unit) = match mib {
        0..1024 => return format!("{mib} MiB"),
        1024..0x10_0000 => (mib as f64 / 1024.0, "GiB"),
        _ => (mib as f64 / f64::from(1 << 20), "TiB"),
    };
    let amount = format!("{amount:.1}");
    format!("{} {unit}", amount.strip_suffix(".0").unwrap_or(&amount))
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

/// `1 file`, `2 files`.
pub fn counted(count: usize, one: &str) -> String {
    format!("{} {one}{}", grouped(count as u64), if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_reads_what_it_shows() {
        for mib in [0, 1, 1023, 1024, 515_072, 1 << 20, 1_031_168] {
            assert_eq!(read_memory(&show_memory(&mib)), Ok(mib));
        }
        assert_eq!(read_memory("1.5t"), Ok(1_572_864));
        assert_eq!(read_memory(" 512GB "), Ok(524_288));
        assert_eq!(read_memory("515072"), Ok(515_072));
        for text in ["", "much", "1 parsec", "1.2.3 GiB", "0.0001 GiB", "99999999999999999999 TiB"] {
            assert!(read_memory(text).is_err(), "{text}");
        }
        assert_eq!(brief_memory(1 << 20), "1 TiB");
        assert_eq!(brief_memory(403_251), "393.8 GiB");
    }

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
