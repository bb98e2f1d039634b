//! `cargo xtask dist`: the page for release in `dist/`, which works from any folder of any static web server.

use crate::offline;
use crate::page;
use crate::run::{Result, announce, call, root, run};
use crate::tools;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The most that the first load may weigh, gzipped.
/// What it weighs today and a little: it must not grow. The aim is 250,000.
const BUDGET: usize = 1_500_000;

pub fn folder() -> PathBuf {
    root().join("dist")
}

pub fn dist() -> Result {
    build().map(|_| ())
}

/// As `dist`, and the page must not have grown too heavy.
pub fn dist_within_budget() -> Result {
    let first_load = build()?;
    if first_load > BUDGET {
        return Err(format!("the first load weighs {first_load} bytes gzipped; the budget is {BUDGET}"));
    }
    Ok(())
}

/// Builds, and hands back the gzipped size of the first load.
fn build() -> Result<usize> {
    if !root().join("index.html").is_file() {
        return Err("index.html is missing at the top of the repository: there is no page to build".to_string());
    }
    tools::for_dist()?;
    announce("Building the page for release into dist/", "2 to 4 minutes, less when little has changed");
    run(call("trunk", &["build", "--release", "--public-url", "./", "--dist", "dist"]))?;

    let policy = page::policy(&read("Trunk.toml")?)?;
    let file = folder().join("index.html");
    let page = page::tidy(&read("dist/index.html")?, &policy)?;
    for (name, script) in &page.scripts {
        write(&folder().join(name), script)?;
    }
    write(&file, &page.html)?;
    let html = keep_offline(&page.html)?;
    write(&file, &html)?;

    println!("Content-Security-Policy: {policy}\n");
    weigh(&html)
}

/// Writes the service worker for the files that are in dist/, and gives the page with its version.
fn keep_offline(html: &str) -> Result<String> {
    let mut all = Vec::new();
    for name in files(&folder(), "")? {
        let bytes = bytes(&name)?;
        all.push((name, bytes));
    }
    all.sort();
    let version = offline::version(&all);
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    let worker = offline::service_worker(&read("public/service-worker.js")?, &version, &names)?;
    write(&folder().join("service-worker.js"), &worker)?;
    page::with_version(html, &version)
}

fn bytes(name: &str) -> Result<Vec<u8>> {
    fs::read(folder().join(name)).map_err(|problem| format!("dist/{name} cannot be read: {problem}"))
}

fn read(name: &str) -> Result<String> {
    fs::read_to_string(root().join(name)).map_err(|problem| format!("{name} cannot be read: {problem}"))
}

fn write(file: &Path, text: &str) -> Result {
    fs::write(file, text).map_err(|problem| format!("{} cannot be written: {problem}", file.display()))
}

struct Weight {
    name: String,
    raw: usize,
    gzipped: usize,
    first_load: bool,
}

/// Prints what each file weighs. The first load is what index.html names, and the scripts those may import.
fn weigh(html: &str) -> Result<usize> {
    let named = page::local_references(html);
    let mut weights = Vec::new();
    for name in files(&folder(), "")? {
        let bytes = bytes(&name)?;
        let first_load = name == "index.html" || named.contains(&name) || name.starts_with("snippets/");
        weights.push(Weight { gzipped: gzipped(&bytes)?, raw: bytes.len(), first_load, name });
    }
    weights.sort_by(|a, b| (b.first_load, b.gzipped, &a.name).cmp(&(a.first_load, a.gzipped, &b.name)));

    println!("{:>10} {:>10}", "raw", "gzip -9");
    let line = |raw: usize, gzipped: usize, what: &str| println!("{raw:>10} {gzipped:>10}  {what}");
    for weight in &weights {
        let note = if weight.first_load { "" } else { "  (later)" };
        line(weight.raw, weight.gzipped, &format!("{}{note}", weight.name));
    }
    let sum = |wanted: fn(&&Weight) -> bool| {
        let wanted = weights.iter().filter(wanted);
        wanted.fold((0, 0), |(raw, gzipped), weight| (raw + weight.raw, gzipped + weight.gzipped))
    };
    let (raw, gzipped) = sum(|weight| weight.first_load);
    line(raw, gzipped, &format!("first load (budget: {BUDGET} gzipped)"));
    let (raw_all, gzipped_all) = sum(|_| true);
    line(raw_all, gzipped_all, "all");
    Ok(gzipped)
}

/// All files below `folder`, by names from there on with forward slashes.
fn files(folder: &Path, front: &str) -> Result<Vec<String>> {
    let problem = |problem: std::io::Error| format!("{} cannot be read: {problem}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(problem)? {
        let entry = entry.map_err(problem)?;
        let name = format!("{front}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            found.extend(files(&entry.path(), &format!("{name}/"))?);
        } else {
            found.push(name);
        }
    }
    Ok(found)
}

fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .map(|bytes| bytes.len())
        .map_err(|problem| format!("compressing failed: {problem}"))
}
