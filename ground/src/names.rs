//! What hosts, domains, users, groups and disks can be called.

/// Whether `name` is a valid host name by RFC 1123, without a domain: 1 to 63 letters, digits and hyphens, with no
/// hyphen at either end.
pub fn is_host_name(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// Whether `name` is a valid domain name: labels that are host names, separated by dots, at most 253 characters.
pub fn is_domain(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_host_name)
}

/// Whether `text` is a UUID in lower case, as `/dev/disk/by-uuid` names it: `433a2193-4f8a-47a0-95d2-209d7ca2cca5`.
pub fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether `name` can be a user or a group: 1 to 32 lower-case letters, digits, `_` and `-`, beginning with a letter or
/// `_`, as useradd(8) wants it.
pub fn is_user_name(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    (1..=32).contains(&name.len())
        && name.bytes().all(inner)
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
}
