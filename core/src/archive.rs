//! The zip of a flake, its content id, and the way back from a zip to the description in it.

use crate::cluster::{Cluster, MAX_BYTES};
use crate::tree::{File, FileTree};
use sha2::{Digest, Sha256};
use std::io::{Cursor, Read, Write};
use zip::read::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime, System};

/// The largest zip that is read, in bytes.
pub const MAX_ZIP_BYTES: usize = 64 << 20;

/// The most bytes that the files of a zip may have in all, unpacked, to be read.
pub const MAX_UNPACKED_BYTES: u64 = 256 << 20;

/// The most entries of a zip that is read.
const MAX_ENTRIES: usize = 65_536;

/// The folder that holds every file in `cluster`'s zip: the cluster's name where that is a plain file name, else `cluster`.
pub fn folder(cluster: &Cluster) -> &str {
    let name = cluster.general.name.as_str();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let usable = name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.len() <= 64 && name.chars().all(plain);
    if usable { name } else { "cluster" }
}

/// The zip of `tree`, its files inside the folder `folder`. The same tree gives the same bytes, always.
///
/// Entries stand in the order of their paths, deflated, dated 1980-01-01, with Unix modes 0644 or 0755.
pub fn zip(folder: &str, tree: &FileTree) -> Vec<u8> {
    // Into memory, with names shorter than 64 KiB: writing cannot fail.
    write_zip(folder, tree).expect("writing a zip into memory")
}

fn write_zip(folder: &str, tree: &FileTree) -> zip::result::ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .last_modified_time(DateTime::default())
        // Without this, “made by” would be the system the program runs on.
        .system(System::Unix);
    for (path, file) in tree {
        let mode = if file.executable { 0o755 } else { 0o644 };
        zip.start_file(format!("{folder}/{path}"), options.unix_permissions(mode))?;
        zip.write_all(file.text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

/// The content id of `tree`: a SHA-256 as 64 hex digits. It names what is in the files, not how they were packed.
///
/// What is hashed, for each file in the byte order of the paths (without the zip's folder):
///
/// ```text
/// path NUL mode NUL length NUL bytes
/// ```
///
/// `mode` is git's, `100644` or `100755` (executable); `length` is the number of bytes in decimal; NUL is one zero byte.
pub fn content_id(tree: &FileTree) -> String {
    let mut hash = Sha256::new();
    for (path, file) in tree {
        let mode = if file.executable { "100755" } else { "100644" };
        hash.update(format!("{path}\0{mode}\0{}\0", file.text.len()));
        hash.update(&file.text);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A content id as people compare it: its first 16 hex digits in groups of four, `9f3c 1b7e a402 55d0`.
pub fn short_id(content_id: &str) -> String {
    let digits: Vec<char> = content_id.chars().take(16).collect();
    digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// The `cluster.json` inside a zip, as text; at the zip's top, or in a folder there.
///
/// `Err` is a sentence: the bytes are not a zip, or a damaged one, there is no `cluster.json` or more than one, or the
/// zip is larger than [`MAX_ZIP_BYTES`] or the description than [`MAX_BYTES`].
pub fn read_description(zip: &[u8]) -> Result<String, String> {
    let mut archive = open(zip)?;
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let name = name(&mut archive, index)?;
        // macOS adds a shadow of each file when it packs a folder again.
        if (name == "cluster.json" || name.ends_with("/cluster.json"))
            && name.matches('/').count() <= 1
            && !name.starts_with("__MACOSX/")
        {
            found.push(index);
        }
    }
    match found[..] {
        [index] => unpack(&mut archive, index, MAX_BYTES as u64),
        [] => Err("this zip holds no cluster.json, so it is no flake that clusterflake wrote".to_owned()),
        _ => Err("this zip holds several cluster.json: unpack it, and open the one that is meant".to_owned()),
    }
}

/// The files of a zip by their paths without the folder that holds them all. They have no origins.
///
/// Fails as [`read_description`] does, and where a file lies outside that folder or is not UTF-8 text, or all together
/// are more than [`MAX_UNPACKED_BYTES`].
pub fn read_files(zip: &[u8]) -> Result<FileTree, String> {
    let mut archive = open(zip)?;
    let mut tree = FileTree::new();
    let mut left = MAX_UNPACKED_BYTES;
    let mut folder: Option<String> = None;
    for index in 0..archive.len() {
        let name = name(&mut archive, index)?;
        if name.ends_with('/') {
            continue;
        }
        let (top, path) = name.split_once('/').ok_or_else(|| format!("{name} stands in no folder of the zip"))?;
        if folder.get_or_insert_with(|| top.to_owned()) != top {
            return Err(format!("the zip has several folders: {} and {top}", folder.unwrap_or_default()));
        }
        let text = unpack(&mut archive, index, left)?;
        left -= text.len() as u64;
        let mode = archive.by_index(index).ok().and_then(|file| file.unix_mode()).unwrap_or(0);
        let file = File { text, executable: mode & 0o100 != 0, ..File::default() };
        tree.insert(path.to_owned(), file.into());
    }
    Ok(tree)
}

type Archive<'z> = ZipArchive<Cursor<&'z [u8]>>;

fn open(zip: &[u8]) -> Result<Archive<'_>, String> {
    if zip.len() > MAX_ZIP_BYTES {
        return Err(format!("the zip has {} bytes; at most {MAX_ZIP_BYTES} are read", zip.len()));
    }
    let archive = ZipArchive::new(Cursor::new(zip))
        .map_err(|error| format!("this is no zip, or it is damaged or incomplete ({error})"))?;
    if archive.len() > MAX_ENTRIES {
        return Err(format!("the zip has {} entries; at most {MAX_ENTRIES} are read", archive.len()));
    }
    Ok(archive)
}

fn name(archive: &mut Archive<'_>, index: usize) -> Result<String, String> {
    let file = archive.by_index_raw(index).map_err(|error| format!("the zip is damaged: {error}"))?;
    let name = file.name().map_err(|error| format!("the zip holds a file name that cannot be read: {error}"))?;
    Ok(name.into_owned())
}

/// One entry's text, of at most `limit` bytes, whatever length the zip claims.
fn unpack(archive: &mut Archive<'_>, index: usize, limit: u64) -> Result<String, String> {
    let name = name(archive, index)?;
    let file = archive.by_index(index).map_err(|error| format!("{name} in the zip cannot be read: {error}"))?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| format!("{name} in the zip is damaged: {error}"))?;
    if bytes.len() as u64 > limit {
        return Err(format!("{name} in the zip unpacks to more than {limit} bytes, the most that are read"));
    }
    String::from_utf8(bytes).map_err(|_| format!("{name} in the zip is no UTF-8 text"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tree(files: &[(&str, &str, bool)]) -> FileTree {
        files
            .iter()
            .map(|(path, text, executable)| {
                let file = File { text: (*text).to_owned(), executable: *executable, ..File::default() };
                ((*path).to_owned(), file.into())
            })
            .collect()
    }

    fn small() -> FileTree {
        tree(&[("flake.nix", "{ }\n", false), ("bin/tool", "#!/bin/sh\n", true), ("cluster.json", "{}\n", false)])
    }

    #[test]
    fn the_same_tree_gives_the_same_bytes() {
        let backwards: FileTree = small().into_iter().rev().collect();
        assert_eq!(zip("lab", &small()), zip("lab", &small()));
        assert_eq!(zip("lab", &small()), zip("lab", &backwards));
        assert_eq!(content_id(&small()), content_id(&backwards));
    }

    #[test]
    fn the_content_id_is_the_documented_hash() {
        // From a Python program of four lines that follows the doc comment, not from this code.
        assert_eq!(content_id(&small()), "76046512d8b7a945eee0262e7adf10ee69ff4abc04d27168e38348f6b5a12aa6");
        assert_eq!(content_id(&FileTree::new()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(short_id(&content_id(&FileTree::new())), "e3b0 c442 98fc 1c14");
    }

    #[test]
    fn the_content_id_tells_trees_apart() {
        let ids = [
            content_id(&small()),
            content_id(&tree(&[
                ("flake.nix", "{ }\n", true),
                ("bin/tool", "#!/bin/sh\n", true),
                ("cluster.json", "{}\n", false),
            ])),
            content_id(&tree(&[("a", "b", false)])),
            content_id(&tree(&[("ab", "", false)])),
            content_id(&tree(&[("a", "", false), ("b", "", false)])),
        ];
        for (i, id) in ids.iter().enumerate() {
            assert!(!ids[..i].contains(id), "{i}");
        }
    }

    #[test]
    fn a_zip_gives_back_what_went_in() {
        let zip = zip("lab", &small());
        assert_eq!(read_description(&zip).unwrap(), "{}\n");
        assert_eq!(read_files(&zip).unwrap(), small());
    }

    #[test]
    fn a_zip_that_cannot_be_used_says_why() {
        assert!(read_description(b"{}").unwrap_err().contains("no zip"));
        let without = zip("lab", &tree(&[("flake.nix", "{ }", false)]));
        assert!(read_description(&without).unwrap_err().contains("no cluster.json"));
        let deep = zip("lab", &tree(&[("a/cluster.json", "{}", false)]));
        assert!(read_description(&deep).unwrap_err().contains("no cluster.json"));
        let mut cut = zip("lab", &small());
        cut.truncate(cut.len() - 30);
        assert!(read_description(&cut).unwrap_err().contains("damaged"));
    }

    #[test]
    fn a_zip_bomb_is_not_unpacked() {
        let bomb = zip("lab", &tree(&[("cluster.json", &" ".repeat(MAX_BYTES + 1), false)]));
        assert!(bomb.len() < 64 << 10);
        assert!(read_description(&bomb).unwrap_err().contains("more than"));
    }

    #[test]
    fn the_folder_is_a_plain_file_name() {
        let named = |name: &str| {
            let mut cluster = Cluster::default();
            (Cluster::general.get_mut)(&mut cluster).name = name.to_owned();
            folder(&cluster).to_owned()
        };
        assert_eq!(named("aurora-2"), "aurora-2");
        for odd in ["", ".", "..", "../x", "a/b", "a b", "ü", "-rf", "a\n"] {
            assert_eq!(named(odd), "cluster", "{odd}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = (read_description(&bytes), read_files(&bytes));
        }

        #[test]
        fn a_damaged_zip_does_not_make_reading_panic(at in 0_usize..600, byte: u8, cut in 0_usize..600) {
            let mut bytes = zip("lab", &small());
            let length = bytes.len();
            bytes[at % length] = byte;
            let _ = (read_description(&bytes), read_files(&bytes));
            bytes.truncate(cut % length);
            prop_assert!(read_description(&bytes).is_err());
        }
    }
}
