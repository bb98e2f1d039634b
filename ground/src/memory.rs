//! Amounts of memory, as people write and read them. As numbers they are MiB throughout, as `RealMemory` in slurm.conf.

/// How a node's memory is written where it is not known; as a number that is 0.
pub const UNKNOWN: &str = "unknown";

/// `text` with a decimal point where it has a decimal comma, and without a comma between thousands: `1,5 TB` becomes
/// `1.5 TB`, `1,024 GB` becomes `1024 GB`. Anything else is returned trimmed, otherwise as it was.
pub fn with_point(text: &str) -> String {
    let text = text.trim();
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    match text.split_once(',') {
        Some((whole, rest)) if digits(whole) == whole.len() && !whole.is_empty() && !rest.contains([',', '.']) => {
            match digits(rest) {
                0 => text.to_owned(),
                3 => format!("{whole}{rest}"),
                _ => format!("{whole}.{rest}"),
            }
        }
        _ => text.to_owned(),
    }
}

/// As [`read`], for a node's memory, in MiB: [`UNKNOWN`] and `?` give 0.
pub fn read_of_node(text: &str) -> Result<u64, String> {
    if [UNKNOWN, "?"].contains(&text.trim()) { Ok(0) } else { read(text) }
}

/// Reads `512 GiB`, `1.5T` or `515072` (MiB) and gives MiB. GB and GiB are the same here, as they are on the labels of
/// memory modules. `Err` is a sentence for the user: not a number, an unknown unit, no whole number of MiB, or too
/// much.
pub fn read(text: &str) -> Result<u64, String> {
    let text = &with_point(text);
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

/// `mib` as `512 GiB` where that is exact, otherwise as `515072 MiB`; [`read`] gives the same number back.
pub fn show(mib: u64) -> String {
    if mib > 0 && mib.is_multiple_of(1024) { format!("{} GiB", mib / 1024) } else { format!("{mib} MiB") }
}

/// A node's memory in MiB as text, [`UNKNOWN`] for 0; [`read_of_node`] gives the same number back.
pub fn show_of_node(mib: u64) -> String {
    if mib == 0 { UNKNOWN.to_owned() } else { show(mib) }
}

/// A node's memory in MiB as [`brief`] shows it, [`UNKNOWN`] for 0.
pub fn brief_of_node(mib: u64) -> String {
    if mib == 0 { UNKNOWN.to_owned() } else { brief(mib) }
}

/// `mib` rounded to one decimal of the largest unit that fits: `256 GiB`, `2 TiB`, `393.8 TiB`.
pub fn brief(mib: u64) -> String {
    let (amount, unit) = match mib {
        0..1024 => return format!("{mib} MiB"),
        1024..0x10_0000 => (mib as f64 / 1024.0, "GiB"),
        _ => (mib as f64 / f64::from(1 << 20), "TiB"),
    };
    let amount = format!("{amount:.1}");
    format!("{} {unit}", amount.strip_suffix(".0").unwrap_or(&amount))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_reads_what_it_shows() {
        for mib in [0, 1, 1023, 1024, 515_072, 1 << 20, 1_031_168] {
            assert_eq!(read(&show(mib)), Ok(mib));
        }
        assert_eq!(read("1.5t"), Ok(1_572_864));
        assert_eq!(read(" 512GB "), Ok(524_288));
        assert_eq!(read("515072"), Ok(515_072));
        for text in ["", "much", "1 parsec", "1.2.3 GiB", "0.0001 GiB", "99999999999999999999 TiB"] {
            assert!(read(text).is_err(), "{text}");
        }
        assert_eq!(read("1,5 TB"), Ok(1_572_864));
        assert_eq!(read("1,024 GB"), Ok(1 << 20));
        assert_eq!((read_of_node("unknown"), show_of_node(0)), (Ok(0), "unknown".to_owned()));
        // Where 0 is none, it is not unknown.
        assert_eq!(show(0), "0 MiB");
        assert!(read("unknown").is_err());
        assert!(read(",5 TB").is_err() && read("1,5,2 TB").is_err());
        assert_eq!(brief(1 << 20), "1 TiB");
        assert_eq!(brief(403_251), "393.8 GiB");
    }
}
