//! Subnets.

use std::net::Ipv4Addr;

/// An IPv4 subnet; its host bits are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subnet {
    network: u32,
    /// The length of its prefix, 0 to 32.
    pub bits: u8,
}

impl Subnet {
    /// Reads `10.0.0.0/16`, with whatever host bits: they are cleared.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.trim().split_once('/')?;
        let address: Ipv4Addr = address.parse().ok()?;
        if bits.is_empty() || !bits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let bits: u8 = bits.parse().ok().filter(|bits| *bits <= 32)?;
        let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
        Some(Self { network: u32::from(address) & mask, bits })
    }

    /// The network's own address, the first one.
    pub fn network(self) -> u32 {
        self.network
    }

    /// The broadcast address, the last one.
    pub fn broadcast(self) -> u32 {
        self.network | u32::MAX.checked_shr(u32::from(self.bits)).unwrap_or(0)
    }

    /// Whether the two have addresses in common.
    pub fn overlaps(self, other: Self) -> bool {
        self.contains(other.network()) || other.contains(self.network())
    }

    /// Whether `address` is in it.
    pub fn contains(self, address: u32) -> bool {
        (self.network()..=self.broadcast()).contains(&address)
    }
}

impl std::fmt::Display for Subnet {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}/{}", Ipv4Addr::from(self.network), self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subnets_are_read() {
        let subnet = Subnet::parse("10.20.3.4/16").unwrap();
        assert_eq!(subnet.to_string(), "10.20.0.0/16");
        assert_eq!(Ipv4Addr::from(subnet.broadcast()).to_string(), "10.20.255.255");
        assert_eq!(Subnet::parse("0.0.0.0/0").unwrap().broadcast(), u32::MAX);
        assert_eq!(Subnet::parse("1.2.3.4/32").unwrap().broadcast(), u32::from(Ipv4Addr::new(1, 2, 3, 4)));
        for text in ["", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/+8", "::/8"] {
            assert_eq!(Subnet::parse(text), None, "{text}");
        }
    }
}
