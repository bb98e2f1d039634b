//! The zip, read by programs that people have: Info-ZIP's unzip and Python's zipfile.

use clusterflake_core::archive::zip;
use clusterflake_core::tree::{File, FileTree};
use std::path::{Path, PathBuf};
use std::process::Command;

fn tree() -> FileTree {
    let file = |text: &str, executable| File { text: text.to_owned(), executable, ..File::default() }.into();
    let mut tree = FileTree::new();
    tree.insert("modules/base/default.nix".to_owned(), file("{ }\n", false));
    tree.insert("cluster.json".to_owned(), file("{\"version\":1}\n", false));
    tree.insert("bin/cluster-tools".to_owned(), file("#!/bin/sh\necho hello\n", true));
    tree.insert("README.md".to_owned(), file(&"a line that compresses well\n".repeat(1000), false));
    tree
}

/// Writes the zip into a folder of its own below the build directory.
fn written(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("lab.zip"), zip("lab", &tree())).unwrap();
    folder
}

fn run(program: &str, args: &[&str], folder: &Path) -> String {
    let output = Command::new(program)
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| panic!("this test needs {program}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{program} {args:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn unzip_unpacks_it_with_its_modes() {
    let folder = written("unzip");
    assert!(run("unzip", &["-t", "lab.zip"], &folder).contains("No errors detected"));
    run("unzip", &["-q", "lab.zip"], &folder);
    for (path, file) in tree() {
        let unpacked = folder.join("lab").join(&path);
        assert_eq!(std::fs::read_to_string(&unpacked).unwrap(), file.text, "{path}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&unpacked).unwrap().permissions().mode();
            assert_eq!(mode & 0o111 != 0, file.executable, "{path} has mode {mode:o}");
        }
    }
}

#[test]
fn python_reads_it() {
    let program = "
import zipfile
archive = zipfile.ZipFile('lab.zip')
assert archive.testzip() is None
for entry in archive.infolist():
    assert entry.create_system == 3, entry.create_system
    assert entry.date_time == (1980, 1, 1, 0, 0, 0), entry.date_time
    print(entry.filename, oct(entry.external_attr >> 16), entry.file_size)
";
    let listed = run("python3", &["-c", program], &written("python"));
    assert_eq!(
        listed.lines().collect::<Vec<_>>(),
        [
            "lab/README.md 0o100644 28000",
            "lab/bin/cluster-tools 0o100755 21",
            "lab/cluster.json 0o100644 14",
            "lab/modules/base/default.nix 0o100644 4",
        ]
    );
}
