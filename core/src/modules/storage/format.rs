//! The command that makes a file system which is found where the configuration looks for it.

use crate::shell::word;

/// A label or an identifier, in the names of /dev/disk.
enum Mark<'d> {
    Label(&'d str),
    Uuid(&'d str),
}

fn mark(device: &str) -> Option<Mark<'_>> {
    let label = device.strip_prefix("/dev/disk/by-label/").map(Mark::Label);
    label.or_else(|| device.strip_prefix("/dev/disk/by-uuid/").map(Mark::Uuid))
}

/// Whether `device` is named by what a file system has in it, and so is there only once that is made.
pub fn comes_with_file_system(device: &str) -> bool {
    mark(device).is_some()
}

/// The command that makes a file system of `kind` on `device`; where that [comes with it](comes_with_file_system), on `on`
/// instead, which stands in the command as it is.
pub fn make_file_system(kind: &str, device: &str, on: &str) -> String {
    // mkfs.xfs(8), mkfs.btrfs(8), mke2fs(8), mkfs.f2fs(8), mkfs.fat(8).
    let (program, label, uuid) = match kind {
        "vfat" | "fat" => ("fat -F 32", "-n ", "-i "),
        "xfs" => (kind, "-L ", "-m uuid="),
        "f2fs" => (kind, "-l ", "-U "),
        _ => (kind, "-L ", "-U "),
    };
    match mark(device) {
        Some(Mark::Label(name)) => format!("mkfs.{program} {label}{} {on}", word(name)),
        Some(Mark::Uuid(id)) if label == "-n " => format!("mkfs.{program} {uuid}{} {on}", word(&id.replace('-', ""))),
        Some(Mark::Uuid(id)) => format!("mkfs.{program} {uuid}{} {on}", word(id)),
        None => format!("mkfs.{program} {}", word(device)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_by_its_content_is_made_with_it() {
        let made = |kind, device| make_file_system(kind, device, "\"$disk\"");
        assert_eq!(made("xfs", "/dev/disk/by-label/scratch"), "mkfs.xfs -L scratch \"$disk\"");
        assert_eq!(made("ext4", "/dev/disk/by-uuid/0a1b-2c"), "mkfs.ext4 -U 0a1b-2c \"$disk\"");
        assert_eq!(made("xfs", "/dev/disk/by-uuid/0a1b-2c"), "mkfs.xfs -m uuid=0a1b-2c \"$disk\"");
        assert_eq!(made("vfat", "/dev/disk/by-label/ESP"), "mkfs.fat -F 32 -n ESP \"$disk\"");
        assert_eq!(made("vfat", "/dev/disk/by-uuid/12AB-34CD"), "mkfs.fat -F 32 -i 12AB34CD \"$disk\"");
        assert_eq!(made("xfs", "/dev/md/scratch"), "mkfs.xfs /dev/md/scratch");
        assert_eq!(made("xfs", "/dev/sdb; reboot"), "mkfs.xfs '/dev/sdb; reboot'");
    }
}
