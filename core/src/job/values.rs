//! Numbers, times and memory as sbatch reads them, and as people do.

/// A whole number of at least 1, as `-n` takes it.
pub fn positive(text: &str) -> Option<u64> {
    whole(text).filter(|number| *number > 0)
}

/// A whole number that Slurm's 32 bits hold.
pub fn whole(text: &str) -> Option<u64> {
    let digits = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// A count of nodes, `4`, `2k`, or a range, `2-4`: the least and the most.
pub fn range(text: &str) -> Option<(u64, Option<u64>)> {
    let thousands = |text: &str| match text.strip_suffix(['k', 'K']) {
        Some(number) => whole(number)?.checked_mul(1024),
        None => whole(text),
    };
    match text.split_once('-') {
        Some((low, high)) => Some((thousands(low)?, Some(thousands(high)?))),
        None => Some((thousands(text)?, None)),
    }
}

/// Memory, `16384`, `16G`, `16GB`: in MiB, where KiB are rounded up.
pub fn mib(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number = whole(&text[..end])?;
    match text[end..].to_ascii_lowercase().as_str() {
        "" | "m" | "mb" => Some(number),
        "k" | "kb" => Some(number.div_ceil(1024)),
        "g" | "gb" => Some(number << 10),
        "t" | "tb" => Some(number << 20),
        _ => None,
    }
}

/// Memory for people: `94 GiB`, `58.5 GiB`, `1500 MiB`; never more than it is.
pub fn memory(mib: u64) -> String {
    const TIB: u64 = 1 << 20;
    match mib {
        0 => "0 MiB".to_owned(),
        _ if mib.is_multiple_of(TIB) => format!("{} TiB", mib / TIB),
        _ if mib.is_multiple_of(1024) => format!("{} GiB", mib / 1024),
        4096.. => format!("{}.{} GiB", mib / 1024, mib % 1024 * 10 / 1024),
        _ => format!("{mib} MiB"),
    }
}

/// A time for people, of minutes: `2 days 3 hours`, `90 minutes`.
pub fn time(minutes: u64) -> String {
    let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let parts: Vec<String> = [(days, "day"), (hours, "hour"), (rest, "minute")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| super::answer::counted(count, unit))
        .collect();
    parts.join(" ")
}

/// The members of an array, `0-15:4`, `1,3,5-7%2`: how many, and the highest.
pub fn array(text: &str) -> Option<(u64, u64)> {
    let (list, limit) = text.split_once('%').map_or((text, None), |(list, limit)| (list, Some(limit)));
    if let Some(limit) = limit {
        positive(limit)?;
    }
    let (mut count, mut highest) = (0_u64, 0);
    for part in list.split(',') {
        let (span, step) = part.split_once(':').map_or((part, Some(1)), |(span, step)| (span, positive(step)));
        let (low, high) = match span.split_once('-') {
            Some((low, high)) => (whole(low)?, whole(high)?),
            None => (whole(span)?, whole(span)?),
        };
        count = count.checked_add(high.checked_sub(low)? / step? + 1)?;
        highest = highest.max(high);
    }
    Some((count, highest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_sbatch_does() {
        assert_eq!(range("2-4"), Some((2, Some(4))));
        assert_eq!(range("2k"), Some((2048, None)));
        assert_eq!(range("-4"), None);
        assert_eq!(mib("16GB"), Some(16_384));
        assert_eq!(mib("100K"), Some(1));
        for text in ["", "1.5G", "G", "12x", "9999999999"] {
            assert_eq!(mib(text), None, "{text}");
        }
        assert_eq!(array("1,3,5-7%2"), Some((5, 7)));
        assert_eq!(array("0-15:4"), Some((4, 12 + 3)));
        for text in ["x", "3-1", "1-", "1%0", ""] {
            assert_eq!(array(text), None, "{text}");
        }
    }

    #[test]
    fn values_are_told_in_words() {
        assert_eq!(memory(60_000), "58.5 GiB");
        assert_eq!(memory(1500), "1500 MiB");
        assert_eq!(memory(96 << 10), "96 GiB");
        assert_eq!(time(90), "1 hour 30 minutes");
        assert_eq!(time(2880), "2 days");
    }
}
