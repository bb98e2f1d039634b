//! Every command but `generate` into a folder, run as a user would.

use crate::common::{command, run, run_with};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::{TempDir, tempdir};

const HERE: &str = ".";

fn here() -> &'static Path {
    Path::new(HERE)
}

/// A folder with `site.json`, the preset `name`.
fn site(name: &str) -> TempDir {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("site.json"), preset(name)).unwrap();
    folder
}

fn preset(name: &str) -> Vec<u8> {
    run(here(), &["preset", name]).exits(0).out
}

#[test]
fn help_shows_examples_and_exit_statuses() {
    let help = run(here(), &["--help"]).exits(0);
    for part in ["Examples:", "clusterflake preset four-node > site.json", "Exit status: 0 good", "verify"] {
        assert!(help.text().contains(part), "{part} is not in\n{}", help.text());
    }
    let help = run(here(), &["generate", "--help"]).exits(0);
    assert!(help.text().contains("--force") && help.text().contains("flake.lock"), "{}", help.text());
    assert!(run(here(), &[]).exits(2).err.contains("Usage"));
    assert!(run(here(), &["generate", "x.json"]).exits(2).err.contains("--output"));
    assert!(run(here(), &["chekc", "x"]).exits(2).err.contains("check"));
}

/// Whether every problem is but a preset's example key, or a hint.
fn only_example_keys(problems: &str) -> bool {
    problems.lines().all(|line| line.starts_with("warning example-key ") || line.starts_with("hint "))
}

#[test]
fn presets_are_listed_and_each_can_be_used() {
    let list = run(here(), &["presets"]).exits(0);
    let names: Vec<_> = list.text().lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["minimal", "two-node", "four-node", "teaching", "eight-node", "gpu", "large"]);
    for name in names {
        let description = preset(name);
        assert_eq!(run_with(here(), &["id", "-"], &description).exits(0).text().trim().len(), 64, "{name}");
        let check = run_with(here(), &["check", "-"], &description).exits(0);
        assert!(only_example_keys(check.text()), "{name}: {}", check.text());
        // A preset is not to be deployed before its keys are replaced.
        run_with(here(), &["check", "--strict", "-"], &description).exits(1);
    }
    let unknown = run(here(), &["preset", "huge"]).exits(2);
    assert!(unknown.err.contains("no preset “huge”") && unknown.err.contains("four-node"), "{}", unknown.err);
    assert!(unknown.out.is_empty());
}

#[test]
fn the_schema_in_docs_is_the_one_that_is_printed() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cluster.schema.json");
    let printed = String::from_utf8(run(here(), &["schema"]).exits(0).out).unwrap();
    assert!(fs::read_to_string(file).unwrap() == printed, "it is out of date: run `cargo xtask schema` and commit it");
}

#[test]
fn the_schema_is_json_and_knows_the_sections() {
    let schema: serde_json::Value = serde_json::from_slice(&run(here(), &["schema"]).exits(0).out).unwrap();
    assert!(schema["properties"]["nodes"].is_object());
}

#[test]
fn check_reads_files_zips_folders_and_standard_input() {
    let folder = site("minimal");
    let at = folder.path();
    run(at, &["generate", "site.json", "-o", "site.zip"]).exits(0);
    run(at, &["generate", "site.json", "-o", "flake"]).exits(0);
    for file in ["site.json", "site.zip", "flake"] {
        let check = run(at, &["check", file]).exits(0);
        assert!(only_example_keys(check.text()), "{file}: {}", check.text());
        assert_eq!(run(at, &["id", file]).exits(0).out, run(at, &["id", "site.json"]).out, "{file}");
    }
    for file in ["site.json", "site.zip"] {
        run_with(at, &["check", "-"], &fs::read(at.join(file)).unwrap()).exits(0);
    }
}

#[test]
fn an_absurd_hostlist_is_an_error_at_once() {
    let absurd = br#"{"nodes":[{"hosts":"ctl1","roles":["controller"],"firstIP":"10.0.0.1"},{"hosts":"cn[1-999999999]","firstIP":"10.0.1.1"}]}"#;
    let start = Instant::now();
    let check = run_with(here(), &["check", "-"], absurd).exits(1);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    let line =
        check.text().lines().find(|line| line.starts_with("error hostlist-")).expect("an error about the hostlist");
    assert_eq!(line.split(' ').nth(2), Some("nodes[1].hosts"), "{line}");
    run_with(here(), &["id", "-"], absurd).exits(0);
}

#[test]
fn check_prints_json_for_programs() {
    // With a key and interfaces of one's own.
    let own = String::from_utf8(preset("minimal")).unwrap().replace("example.org — replace", "lab");
    let own = own.replace("\"firstIP\"", "\"interface\": \"net0\", \"firstIP\"");
    assert_eq!(run_with(here(), &["check", "--json", "-"], own.as_bytes()).exits(0).text(), "[]\n");
    let wrong = br#"{"nodes":[{"hosts":"cn[1-"}]}"#;
    let problems = run_with(here(), &["check", "--json", "-"], wrong).exits(1);
    let problems: serde_json::Value = serde_json::from_slice(&problems.out).unwrap();
    let list = problems.as_array().unwrap();
    let found = list.iter().find(|problem| problem["path"] == "nodes[0].hosts").unwrap();
    assert_eq!(found["severity"], "error");
    assert!(found["id"].as_str().unwrap().starts_with("hostlist-"));
    assert!(!found["message"].as_str().unwrap().is_empty());
    assert!(found.as_object().unwrap().contains_key("fix"));
}

#[test]
fn what_cannot_be_read_is_named_with_its_place() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    let fails = |text: &[u8]| {
        fs::write(at.join("bad.json"), text).unwrap();
        let run = run(at, &["check", "bad.json"]).exits(2);
        assert!(run.out.is_empty());
        assert!(run.err.starts_with("clusterflake: bad.json: "), "{}", run.err);
        run.err
    };
    assert!(fails(b"{\n  \"nodes\": [,]\n}").contains("line 2 column"));
    assert!(fails(br#"{"nodes":[{},{"gpus":{"cuont":4}}]}"#).contains("nodes[1].gpus.cuont: unknown field `cuont`"));
    assert!(fails(br#"{"nodes":[{"sockets":"two"}]}"#).contains("nodes[0].sockets"));
    assert!(fails(br#"{"version":2}"#).contains("newer clusterflake"));
    assert!(fails(b"").contains("no JSON"));
    assert!(fails(b"\xff\xfe\0").contains("neither a zip nor UTF-8"));
    assert!(fails(b"PK\x03\x04 and no more").contains("damaged"));
    assert!(fails("[".repeat(100_000).as_bytes()).contains("recursion"));

    assert!(run(at, &["check", "absent.json"]).exits(2).err.contains("absent.json: cannot be read"));
    assert!(run(at, &["check", "."]).exits(2).err.contains("cluster.json: cannot be read"));
    assert!(run_with(at, &["check", "-"], b"{").exits(2).err.contains("standard input: "));
}

#[test]
fn a_description_larger_than_the_limit_is_refused() {
    let large = vec![b' '; 9 << 20];
    assert!(run_with(here(), &["check", "-"], &large).exits(2).err.contains("at most"));
}

#[test]
fn a_link_gives_back_its_description() {
    let description = preset("large");
    let fragment = run_with(here(), &["link", "-"], &description).exits(0);
    let fragment = fragment.text().trim();
    assert!(fragment.starts_with("#c=1."), "{fragment}");
    let base = ["link", "-", "--base", "https://example.org/page/"];
    let link = run_with(here(), &base, &description).exits(0);
    assert_eq!(link.text().trim(), format!("https://example.org/page/{fragment}"));
    for text in [fragment, &fragment[1..], link.text()] {
        assert_eq!(run(here(), &["open", text]).exits(0).out, description);
    }
    assert_eq!(run_with(here(), &["open", "-"], &link.out).exits(0).out, description);
}

#[test]
fn a_link_that_is_not_whole_says_so() {
    let link = run_with(here(), &["link", "-"], &preset("minimal")).exits(0);
    let cut = &link.text().trim()[..link.text().trim().len() - 9];
    let fails = |link: &str| {
        let run = run(here(), &["open", link]).exits(2);
        assert!(run.out.is_empty());
        run.err
    };
    assert!(fails(cut).contains("incomplete: 9 of its"), "{}", fails(cut));
    assert!(fails("https://example.org/").contains("holds no design"));
    assert!(fails("#c=9.abc").contains("newer clusterflake"));
}

#[test]
fn generate_writes_the_same_zip_everywhere() {
    let folder = site("eight-node");
    let at = folder.path();
    let first = run(at, &["generate", "site.json", "-o", "a.zip"]).exits(0);
    let id = run(at, &["id", "site.json"]).exits(0);
    assert!(first.text().starts_with(&format!("content id: {}\nfiles: ", id.text().trim())), "{}", first.text());
    run(at, &["generate", "a.zip", "-o", "b.zip"]).exits(0);
    let third = run_with(at, &["generate", "-", "-o", "-"], &preset("eight-node")).exits(0);
    assert!(third.err.contains(id.text().trim()));
    let zip = fs::read(at.join("a.zip")).unwrap();
    assert!(zip == fs::read(at.join("b.zip")).unwrap() && zip == third.out);
    assert_eq!(run(at, &["verify", "a.zip"]).exits(0).out, id.out);
}

#[test]
fn verify_names_what_differs() {
    use clusterflake_core::Cluster;
    use clusterflake_core::archive::zip;
    use clusterflake_core::flake::generate;
    use clusterflake_core::tree::File;
    let cluster = Cluster::from_json(std::str::from_utf8(&preset("minimal")).unwrap()).unwrap();
    let mut tree = generate(&cluster);
    let file = |text: &str| File { text: text.to_owned(), ..File::default() };
    tree.insert("extra.nix".to_owned(), file("{ }").into());
    tree.insert("flake.nix".to_owned(), file("{ }").into());
    tree.remove("README.md");
    let found = run_with(here(), &["verify", "-"], &zip("lab", &tree)).exits(1);
    assert_eq!(found.text(), "missing README.md\nadded extra.nix\nchanged flake.nix\n");
    assert!(run_with(here(), &["verify", "-"], b"no").exits(2).err.contains("standard input: this is no zip"));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = command(here(), &["schema"]).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && err.is_empty(), "{:?} {err}", output.status);
}

#[test]
fn what_stands_in_a_file_does_not_steer_the_terminal() {
    let check = run_with(here(), &["check", "-"], b"{\"\\u001b[2J\":1}").exits(2);
    assert!(check.err.contains("unknown field") && !check.err.contains('\u{1b}'), "{:?}", check.err);
}

#[test]
fn modules_are_linted() {
    let folder = site("two-node");
    let at = folder.path();
    fs::create_dir_all(at.join("local/more")).unwrap();
    fs::write(at.join("local/good.nix"), "{ ... }: { services.chrony.enable = true; }\n").unwrap();
    fs::write(at.join("local/more/bad.nix"), "{ ... }:\n{\n  services.slurm.enable = true;\n}\n").unwrap();
    run(at, &["lint", "local/good.nix"]).exits(0);
    let found = run(at, &["lint", "local"]).exits(1);
    assert!(
        found.text().starts_with("local/more/bad.nix:3:18 error unknown-option NixOS has no option"),
        "{}",
        found.text()
    );
    assert_eq!(found.text().lines().count(), 1);

    // With all options of a release, what is missing there does not exist.
    fs::write(at.join("options.json"), r#"{"services.slurm.enable": {"type": "boolean"}}"#).unwrap();
    let found = run(at, &["lint", "local", "--options", "options.json"]).exits(1);
    assert!(found.text().starts_with("local/good.nix:1:21 error unknown-option"), "{}", found.text());
    assert!(!found.text().contains("bad.nix"), "{}", found.text());
    fs::write(at.join("other.nix"), "{ services.other.enable = true; sops.secrets.a = { }; }").unwrap();
    assert!(
        run(at, &["lint", "other.nix"])
            .exits(0)
            .err
            .contains("not checked, since no table has them: services.other, sops (--")
    );
    let whole = run(at, &["lint", "other.nix", "--options", "options.json"]).exits(1);
    assert!(whole.err.ends_with("no table has them: sops\n"), "{}", whole.err);
    fs::write(at.join("packed.json"), [0x1f, 0x8b]).unwrap();
    let packed = run(at, &["lint", "other.nix", "--options", "packed.json"]).exits(2);
    assert!(
        packed.err.contains("packed.json is no options.json") && packed.err.contains("unpacked first"),
        "{}",
        packed.err
    );

    // A generated flake has nothing to find.
    run(at, &["generate", "site.json", "-o", "flake"]).exits(0);
    let found = run(at, &["lint", "flake"]).exits(0);
    assert_eq!(found.text(), "");
    assert!(run(at, &["lint", "missing.nix"]).exits(2).err.contains("missing.nix"));
}
