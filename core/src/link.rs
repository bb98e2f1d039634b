//! The design in a link: the description as compressed JSON in the URL's fragment, which browsers send to nobody.
//!
//! `c=1.` and base64url without padding of: the CRC-32 of the rest (4 bytes, big-endian), the length of the rest
//! in bytes (2, big-endian), the rest: the compact JSON, deflated. The six bytes before it are eight characters.

use crate::cluster::{Cluster, MAX_BYTES};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use std::fmt;
use std::io::{Read, Write};

/// The longest fragment that is written, in bytes.
///
/// Every current browser opens far longer ones, but what carries links does not: 16 KiB still passes through chats
/// and issue trackers whole. A design over it is better sent as `cluster.json`.
pub const MAX_LENGTH: usize = 16 << 10;

/// The version of the link's form, before the dot.
const VERSION: &str = "1";

/// Checksum and length, in characters.
const HEAD: usize = 8;

/// A description is too large for a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// The length that the fragment would have, in bytes.
    pub length: usize,
    /// [`MAX_LENGTH`].
    pub limit: usize,
}

impl fmt::Display for TooLong {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { length, limit } = self;
        write!(
            out,
            "the link would have {length} characters, and many programs cut links longer than {limit}: share cluster.json instead"
        )
    }
}

impl std::error::Error for TooLong {}

/// The fragment of `cluster`'s link, `c=1.…`, without the `#`. `Err` where it is longer than [`MAX_LENGTH`].
pub fn write(cluster: &Cluster) -> Result<String, TooLong> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    // Into memory: writing cannot fail.
    encoder.write_all(cluster.to_compact_json().as_bytes()).expect("deflating into memory");
    let body = encoder.finish().expect("deflating into memory");
    let length = "c=".len() + VERSION.len() + ".".len() + HEAD + characters(body.len());
    let too_long = TooLong { length, limit: MAX_LENGTH };
    if length > MAX_LENGTH {
        return Err(too_long);
    }
    let size = u16::try_from(body.len()).map_err(|_| too_long)?;
    let mut bytes = checksum(&body).to_be_bytes().to_vec();
    bytes.extend(size.to_be_bytes());
    bytes.extend(body);
    Ok(format!("c={VERSION}.{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// The address of `cluster`'s design on the page at `base`; a fragment that `base` has is replaced.
pub fn url(base: &str, cluster: &Cluster) -> Result<String, TooLong> {
    let page = base.split('#').next().unwrap_or_default();
    Ok(format!("{page}#{}", write(cluster)?))
}

/// The description in a link: a whole address, `#c=…` or `c=…`.
///
/// `Err` is a sentence for the user: the link has no design, is of a newer form, was cut or changed, or its description
/// cannot be read. At most [`MAX_BYTES`] are inflated.
pub fn read(link: &str) -> Result<Cluster, String> {
    let link = link.trim();
    let fragment = link.split_once('#').map_or(link, |(_, fragment)| fragment);
    let design = fragment
        .split('&')
        .find_map(|part| part.strip_prefix("c="))
        .ok_or("this link holds no design: such a link has “#c=” and many letters and digits after its address")?;
    let (version, text) = design.split_once('.').unwrap_or((design, ""));
    if version != VERSION {
        return Err(match version.parse::<u32>() {
            Ok(number) if number > 1 => "this link was made by a newer clusterflake: open it with that one".to_owned(),
            _ => format!("this link is damaged: its design must begin with “c={VERSION}.”"),
        });
    }
    let body = unpack(text)?;
    let mut json = Vec::new();
    DeflateDecoder::new(&body[..])
        .take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut json)
        .map_err(|_| "this link is damaged: its design cannot be unpacked".to_owned())?;
    if json.len() > MAX_BYTES {
        return Err(format!("the design in this link unpacks to more than {MAX_BYTES} bytes, the most that are read"));
    }
    let json = String::from_utf8(json).map_err(|_| "this link is damaged: its design is no text".to_owned())?;
    Cluster::from_json(&json).map_err(|error| format!("the design in this link cannot be read: {error}"))
}

/// The deflated description of what stands after `c=1.`, held against its length and checksum.
fn unpack(text: &str) -> Result<Vec<u8>, String> {
    let digit = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    // Mail and chat programs take the full stop or bracket after a link into it.
    let text = text.trim_end_matches(|c| !digit(c));
    if let Some(odd) = text.chars().find(|c| !digit(*c)) {
        return Err(format!("this link is damaged: “{}” cannot stand in its design", odd.escape_default()));
    }
    let damaged = || "this link is damaged: characters in it were changed".to_owned();
    let (head, body) =
        text.split_at_checked(HEAD).ok_or("this link is incomplete: nearly all of its design is missing")?;
    let head = URL_SAFE_NO_PAD.decode(head).map_err(|_| damaged())?;
    let [a, b, c, d, high, low] = head[..] else { return Err(damaged()) };
    let expected = characters(usize::from(u16::from_be_bytes([high, low])));
    if body.len() < expected {
        let missing = expected - body.len();
        return Err(format!("this link is incomplete: {missing} of its {} characters are missing", HEAD + expected));
    }
    if body.len() > expected {
        return Err(format!("this link is damaged: it has {} characters too many", body.len() - expected));
    }
    let body = URL_SAFE_NO_PAD.decode(body).map_err(|_| damaged())?;
    if checksum(&body).to_be_bytes() == [a, b, c, d] { Ok(body) } else { Err(damaged()) }
}

/// How many base64 characters `bytes` bytes have without padding.
fn characters(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::*;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn preset(name: &str) -> Cluster {
        crate::preset::find(name).unwrap().cluster()
    }

    /// A fragment around any JSON, as `write` would make it.
    fn around(json: &str) -> String {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(json.as_bytes()).unwrap();
        let body = encoder.finish().unwrap();
        let mut bytes = checksum(&body).to_be_bytes().to_vec();
        bytes.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
        bytes.extend(body);
        format!("c=1.{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// 64 nodes, each described on its own, of hardware bought over the years.
    fn by_hand() -> Cluster {
        let mut cluster = preset("minimal");
        let hardware = [(1, 8, 32), (2, 12, 96), (2, 16, 192), (2, 20, 256), (2, 32, 512), (1, 64, 384), (2, 64, 1024)];
        let nodes = (0..64_u32).map(|i| {
            let (sockets, cores_per_socket, gib) = hardware[(i * i * 7 + i * 3) as usize % 7];
            NodeGroup {
                hosts: format!("node{:02}", i + 1),
                first_ip: format!("10.1.{}.{}", i / 32, 11 + (i * 5) % 200),
                sockets,
                cores_per_socket,
                memory_mib: gib * 1024 - u64::from(i * 37 % 11) * 64,
                ..NodeGroup::default()
            }
        });
        cluster.nodes = Arc::new(nodes.collect());
        cluster
    }

    #[test]
    fn links_stay_short() {
        for (name, cluster, limit) in [
            ("64 nodes by hand", by_hand(), 2048),
            ("large", preset("large"), 4096),
            ("minimal", preset("minimal"), 1024),
        ] {
            let fragment = write(&cluster).unwrap();
            println!("{name}: {} bytes, of {} bytes of JSON", fragment.len(), cluster.to_compact_json().len());
            assert!(fragment.len() <= limit, "{name}: {}", fragment.len());
            assert_eq!(read(&fragment).unwrap(), cluster);
        }
    }

    #[test]
    fn every_way_to_paste_a_link_is_read() {
        let cluster = preset("minimal");
        let link = url("https://example.org/clusterflake/?x=1#old", &cluster).unwrap();
        assert!(link.starts_with("https://example.org/clusterflake/?x=1#c=1."), "{link}");
        let fragment = write(&cluster).unwrap();
        for text in [
            link.clone(),
            format!(" {link}\n"),
            format!("{link})."),
            format!("#{fragment}"),
            fragment.clone(),
            format!("#nodes&{fragment}&x"),
        ] {
            assert_eq!(read(&text).unwrap(), cluster, "{text}");
        }
    }

    #[test]
    fn what_is_no_whole_link_says_so() {
        let fails = |link: &str| read(link).unwrap_err();
        let fragment = write(&preset("minimal")).unwrap();
        assert!(fails("").contains("no design"));
        assert!(fails("https://example.org/").contains("no design"));
        assert!(fails("https://example.org/#nodes").contains("no design"));
        assert!(fails("#c=").contains("damaged"));
        assert!(fails("#c=1.").contains("incomplete"));
        assert!(fails("#c=2.abc").contains("newer clusterflake"));
        assert!(fails(&fragment[..fragment.len() - 7]).contains("incomplete: 7 of its"));
        assert!(fails(&format!("{fragment}abc")).contains("3 characters too many"));
        assert!(fails(&fragment.replacen('.', ". ", 1)).contains("damaged"));
        assert!(fails(&around("[]")).contains("cannot be read"));
        assert!(fails(&around(r#"{"nodes":[{"cuont":1}]}"#)).contains("nodes[0].cuont"));
        assert!(fails(&around(r#"{"version":7}"#)).contains("newer clusterflake"));
    }

    #[test]
    fn a_link_does_not_inflate_without_end() {
        assert!(read(&around(&" ".repeat(MAX_BYTES + 1))).unwrap_err().contains("more than"));
    }

    #[test]
    fn a_design_too_large_for_a_link_is_refused_with_its_length() {
        let mut cluster = Cluster::default();
        let mut state = 1_u32;
        let names = (0..5000).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            NodeGroup { hosts: format!("n{state}"), ..NodeGroup::default() }
        });
        cluster.nodes = Arc::new(names.collect());
        let error = write(&cluster).unwrap_err();
        assert!(error.length > error.limit, "{error:?}");
        assert!(error.to_string().contains(&error.length.to_string()));
        assert!(url("https://example.org/", &cluster).is_err());
    }

    fn group() -> impl Strategy<Value = NodeGroup> {
        let memory = proptest::option::of(any::<u64>());
        let features = proptest::option::of(proptest::collection::vec(any::<String>(), 0..3));
        (any::<String>(), any::<String>(), any::<u32>(), any::<u64>(), any::<String>(), memory, features).prop_map(
            |(hosts, first_ip, sockets, memory_mib, model, memory, features)| NodeGroup {
                overrides: vec![NodeOverride {
                    hosts: hosts.clone(),
                    memory_mib: memory,
                    features,
                    ..NodeOverride::default()
                }],
                gpus: Gpus { model, count: sockets % 5, ..Gpus::default() },
                roles: if sockets % 2 == 0 { vec![Role::Login, Role::Storage] } else { Vec::new() },
                hosts,
                first_ip,
                sockets,
                memory_mib,
                ..NodeGroup::default()
            },
        )
    }

    fn cluster() -> impl Strategy<Value = Cluster> {
        let nodes = proptest::collection::vec(group(), 0..4);
        (nodes, any::<String>(), any::<bool>(), any::<u16>(), proptest::collection::vec(any::<u16>(), 0..4)).prop_map(
            |(nodes, text, flag, number, ports)| Cluster {
                nodes: Arc::new(nodes),
                general: Arc::new(General { description: text.clone(), allow_unfree: flag, ..General::default() }),
                network: Arc::new(Network { extra_tcp_ports: ports, firewall: flag, ..Network::default() }),
                slurm: Arc::new(Slurm { extra_config: text, srun_first_port: number, ..Slurm::default() }),
                ..Cluster::default()
            },
        )
    }

    proptest! {
        #[test]
        fn a_link_reads_back_what_it_was_written_from(cluster in cluster()) {
            prop_assert_eq!(read(&write(&cluster).unwrap()).unwrap(), cluster);
        }

        #[test]
        fn a_changed_link_is_refused_or_means_the_same(at in 4_usize..300, to in "[A-Za-z0-9_-]") {
            let cluster = preset("minimal");
            let mut link = write(&cluster).unwrap();
            let at = 4 + at % (link.len() - 4);
            link.replace_range(at..=at, &to);
            if let Ok(found) = read(&link) {
                prop_assert_eq!(found, cluster);
            }
        }

        #[test]
        fn no_text_makes_reading_panic(text in "(.{0,8}#)?(c=)?(1\\.)?.{0,60}") {
            let _ = read(&text);
        }
    }
}
