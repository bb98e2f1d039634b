//! Folders and block devices on the nodes.

/// Why `path` cannot name a folder in fstab, exports and unit files, as the end of “it …”; `None` where it can. Such a
/// folder is absolute, without spaces, `.`, `..`, doubled slashes or a slash at its end.
pub fn folder_fault(path: &str) -> Option<&'static str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@".contains(c);
    if path.is_empty() {
        Some("is empty")
    } else if !path.starts_with('/') {
        Some("is not absolute")
    } else if path.contains(char::is_whitespace) {
        Some("has a space in it")
    } else if !path.chars().all(plain) {
        Some("has characters other than letters, digits and “/._-+@”")
    } else if path.split('/').any(|part| part == ".." || part == ".") {
        Some("has “.” or “..” in it")
    } else if path.len() > 1 && (path.ends_with('/') || path.contains("//")) {
        Some("has a slash too many")
    } else {
        None
    }
}

/// `path` with a slash at its start, none at its end and none doubled; `None` where that changes nothing or does not
/// make it valid by [`folder_fault`].
pub fn mended_folder(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.trim().split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let mended = format!("/{}", parts.join("/"));
    (parts != [""; 0] && mended != path && folder_fault(&mended).is_none()).then_some(mended)
}

/// Whether `text` can be the device of a file system: a path below `/dev`, such as `/dev/disk/by-id/nvme-…`.
pub fn is_device(text: &str) -> bool {
    text.strip_prefix("/dev/").is_some_and(|rest| !rest.is_empty())
        && folder_fault(&text.replace([':', '=', ','], "_")).is_none()
}

/// `sda1` or `dev/sda1` as `/dev/sda1`; `None` where that is not a device by [`is_device`], or `text` was one already.
pub fn mended_device(text: &str) -> Option<String> {
    let rest = text.trim().trim_start_matches('/').trim_start_matches("dev/");
    let device = format!("/dev/{rest}");
    (device != text && is_device(&device)).then_some(device)
}
