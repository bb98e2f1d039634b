//! IPv4 subnets: their text, and how two of them lie to each other.

pub use ipnet::Ipv4Net;

/// Reads `10.0.0.0/16`; host bits that are set are cleared. `None` where `text` is not a subnet with its prefix length.
pub fn parse(text: &str) -> Option<Ipv4Net> {
    text.trim().parse::<Ipv4Net>().ok().map(|subnet| subnet.trunc())
}

/// Whether the two subnets have addresses in common.
pub fn overlap(one: Ipv4Net, other: Ipv4Net) -> bool {
    one.contains(&other) || other.contains(&one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subnets_are_read() {
        let subnet = parse(" 10.20.3.4/16").unwrap();
        assert_eq!(subnet.to_string(), "10.20.0.0/16");
        assert_eq!(subnet.broadcast().to_string(), "10.20.255.255");
        assert_eq!(parse("0.0.0.0/0").unwrap().broadcast().to_string(), "255.255.255.255");
        assert_eq!(parse("1.2.3.4/32").unwrap().broadcast().to_string(), "1.2.3.4");
        for text in ["", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/+8", "::/8"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn one_in_the_other_overlaps() {
        let net = |text| parse(text).unwrap();
        assert!(overlap(net("10.0.0.0/8"), net("10.42.0.0/16")) && overlap(net("10.42.0.0/16"), net("10.0.0.0/8")));
        assert!(!overlap(net("10.42.0.0/16"), net("10.43.0.0/16")));
    }
}
