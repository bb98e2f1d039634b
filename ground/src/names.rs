//! Names that hosts, domains, users and disks can have.

/// Whether `name` is a host name as in RFC 1123, a single label: letters, digits and inner hyphens, at most 63.
pub fn is_host_name(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// Whether `name` is a domain name: host names with dots between them.
pub fn is_domain(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_host_name)
}

/// Whether a text is a UUID in small letters: `433a2193-4f8a-47a0-95d2-209d7ca2cca5`.
pub fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether Linux, and NixOS, take `name` for a user or a group.
pub fn is_user_name(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    (1..=32).contains(&name.len())
        && name.bytes().all(inner)
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
}
