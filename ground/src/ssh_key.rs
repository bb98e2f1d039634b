//! Public SSH keys, one line of `authorized_keys` each.

use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, Engine as _};

/// The key types that sshd takes.
const TYPES: &[&str] = &[
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

/// Whether `text` is a valid public SSH key, as a line of `authorized_keys`.
pub fn is_public_key(text: &str) -> bool {
    public_key_fault(text).is_none()
}

/// Why `text` is not a valid public key, beginning with “it …” or the part that is at fault, and what to do; `None`
/// where it is one. Options may stand before the type, as sshd(8) takes them.
pub fn public_key_fault(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return Some("it is empty".to_owned());
    }
    if text.contains(char::is_control) {
        return Some("it has several lines; enter each key by itself".to_owned());
    }
    let mut words = text.split_whitespace().skip_while(|word| !TYPES.contains(word));
    let Some(kind) = words.next() else {
        return Some(if text.contains("ssh-dss") {
            "OpenSSH no longer takes DSA; make a key with “ssh-keygen -t ed25519”".to_owned()
        } else {
            "it has no type such as “ssh-ed25519”; paste the line of the file that ends in .pub".to_owned()
        });
    };
    let blob = words.next().unwrap_or_default();
    if blob_begins_with(blob, kind) {
        None
    } else {
        Some(format!("what follows “{kind}” is cut off or changed; paste the whole line of the file that ends in .pub"))
    }
}

/// Whether the base64 text holds a key of this type: it begins with the type's length and name, and goes on.
fn blob_begins_with(blob: &str, kind: &str) -> bool {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let Ok(bytes) = GeneralPurpose::new(&STANDARD, config).decode(blob) else { return false };
    let mut start = u32::try_from(kind.len()).unwrap_or_default().to_be_bytes().to_vec();
    start.extend(kind.as_bytes());
    // Ed25519, the shortest, has 32 bytes of key.
    bytes.starts_with(&start) && bytes.len() >= start.len() + 4 + 32 && whole_fields(&bytes)
}

/// Whether the fields fill the bytes exactly, each with its length before it: a key that was cut off does not.
fn whole_fields(mut bytes: &[u8]) -> bool {
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let Some(rest) = usize::try_from(u32::from_be_bytes(*length)).ok().and_then(|length| rest.get(length..)) else {
            return false;
        };
        bytes = rest;
    }
    bytes.is_empty()
}
