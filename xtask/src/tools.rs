//! Installing what serving, building and testing need. What is there in the right version is left alone.

use crate::run::{Result, announce, ask, call, find, root, run};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

const TRUNK: &str = "0.21.14";
/// The oldest Node.js whose test runner has the options used here.
const NODE: (u32, u32) = (20, 10);

/// What `trunk serve` calls.
pub fn for_serve() -> Result {
    wasm_target()?;
    trunk()?;
    wasm_bindgen()
}

/// What `trunk build --release` calls.
pub fn for_dist() -> Result {
    for_serve()?;
    npm("xtask/npm", "wasm-opt, which makes the page smaller", "about 10 s")?;
    match find("wasm-opt") {
        Some(_) => Ok(()),
        None => Err("wasm-opt is missing although it was installed: delete xtask/npm/node_modules and run this again"
            .to_string()),
    }
}

pub fn wasm_target() -> Result {
    let target = "wasm32-unknown-unknown";
    // The folder is there with and without rustup.
    let folder = ask("rustc", &["--print", "sysroot"]).map(|sysroot| {
        let libraries = PathBuf::from(sysroot).join("lib/rustlib");
        libraries.join(target).join("lib")
    });
    if folder.is_some_and(|folder| folder.is_dir()) {
        return Ok(());
    }
    if find("rustup").is_none() {
        return Err(format!(
            "the Rust standard library for {target} is missing, and there is no rustup to add it: install rustup \
             (https://rustup.rs), or that target by whatever installed Rust here"
        ));
    }
    announce(&format!("Adding the Rust target {target}"), "about 20 s");
    run(call("rustup", &["target", "add", target]))
}

pub fn trunk() -> Result {
    cargo_tool("trunk", "trunk", TRUNK, &["--locked"], "3 to 6 minutes, once")
}

/// wasm-bindgen's program and library must be of the very same version, so the lock file says which.
pub fn wasm_bindgen() -> Result {
    let version = locked_version("wasm-bindgen")?;
    cargo_tool("wasm-bindgen-cli", "wasm-bindgen", &version, &[], "1 to 3 minutes, once")
}

pub fn cargo_deny() -> Result {
    if ask("cargo-deny", &["--version"]).is_some() {
        return Ok(());
    }
    announce("Installing cargo-deny, which checks licences and advisories", "3 to 6 minutes, once");
    run(call("cargo", &["install", "cargo-deny", "--locked", "--debug"]))
}

/// What runs the Rust tests: those of all programs side by side, each in a process of its own.
pub fn nextest() -> Result {
    if ask("cargo-nextest", &["--version"]).is_some() {
        return Ok(());
    }
    announce("Installing cargo-nextest, which runs the Rust tests", "3 to 6 minutes, once");
    run(call("cargo", &["install", "cargo-nextest", "--locked", "--debug"]))
}

/// Built with --debug: these run for seconds, and an optimised build takes minutes longer.
fn cargo_tool(package: &str, program: &str, version: &str, more: &[&str], how_long: &str) -> Result {
    let found = ask(program, &["--version"]).and_then(|text| text.split_whitespace().nth(1).map(str::to_string));
    match found {
        Some(found) if found == version => return Ok(()),
        Some(found) => announce(&format!("Installing {package} {version} in place of {found}"), how_long),
        None => announce(&format!("Installing {package} {version}"), how_long),
    }
    let mut words = vec!["install", package, "--version", version, "--debug"];
    words.extend(more);
    run(call("cargo", &words))
}

fn locked_version(package: &str) -> Result<String> {
    let file = root().join("Cargo.lock");
    let text = fs::read_to_string(&file).map_err(|problem| format!("Cargo.lock cannot be read: {problem}"))?;
    let lock: toml::Table = text.parse().map_err(|problem| format!("Cargo.lock cannot be understood: {problem}"))?;
    let packages = lock.get("package").and_then(|packages| packages.as_array()).into_iter().flatten();
    packages
        .filter(|entry| entry.get("name").and_then(|name| name.as_str()) == Some(package))
        .find_map(|entry| entry.get("version")?.as_str().map(str::to_string))
        .ok_or_else(|| format!("Cargo.lock names no {package}: the page needs it"))
}

pub fn node() -> Result {
    let (major, minor) = NODE;
    let how = format!(
        "Install Node.js {major}.{minor} or newer together with npm: from https://nodejs.org, by nvm, or by the \
         system's packages (Debian and Ubuntu: apt-get install nodejs npm)"
    );
    let version = ask("node", &["--version"]).ok_or_else(|| format!("Node.js is missing. {how}"))?;
    let mut numbers = version.trim_start_matches('v').split('.').map(|part| part.parse().unwrap_or(0));
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found < NODE {
        return Err(format!("Node.js {version} is too old. {how}"));
    }
    match ask("npm", &["--version"]) {
        Some(_) => Ok(()),
        None => Err(format!("npm is missing. {how}")),
    }
}

/// Installs the packages which `folder`'s package-lock.json names, where that was not done before.
pub fn npm(folder: &str, what: &str, how_long: &str) -> Result {
    node()?;
    let folder_name = folder;
    let folder = root().join(folder);
    let lock = fs::read(folder.join("package-lock.json"))
        .map_err(|problem| format!("{folder_name}/package-lock.json cannot be read: {problem}"))?;
    // A copy of the lock file tells which one node_modules was made from; `npm ci` empties that folder first.
    let mark = folder.join("node_modules/.made-from.json");
    if fs::read(&mark).is_ok_and(|made_from| made_from == lock) {
        return Ok(());
    }
    announce(&format!("Installing {what} (npm ci in {folder_name})"), how_long);
    let mut command = call("npm", &["ci", "--no-audit", "--no-fund"]);
    command.current_dir(&folder);
    run(command)?;
    fs::write(&mark, lock).map_err(|problem| format!("{} cannot be written: {problem}", mark.display()))
}

/// A program which the tests call, and the Debian package that has it.
struct System {
    programs: &'static [&'static str],
    package: &'static str,
    /// The package of nixpkgs that has it.
    nix: &'static str,
    what_for: &'static str,
}

impl System {
    const fn new(
        programs: &'static [&'static str],
        package: &'static str,
        nix: &'static str,
        what_for: &'static str,
    ) -> Self {
        Self { programs, package, nix, what_for }
    }
}

const SYSTEM: &[System] = &[
    System::new(CHROMIUM, "chromium", "chromium", "a browser in which the page is tested"),
    System::new(CHROMIUM_SHELL, "chromium-headless-shell", "chromium", "the same without windows, in half the time"),
    System::new(FIREFOX, "firefox-esr", "firefox-esr", "a browser in which the page is tested"),
    System::new(
        &["/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"],
        "fonts-dejavu-core",
        "dejavu_fonts",
        "the fonts of the pictures that the page is held against",
    ),
    System::new(&["nix-instantiate"], "nix-bin", "nix", "Nix, which evaluates generated flakes"),
    System::new(&["scontrol"], "slurm-client", "slurm", "Slurm's own reading of host lists"),
    System::new(&["slurmctld", "/usr/sbin/slurmctld"], "slurmctld", "slurm", "its reading of slurm.conf"),
    System::new(&["slurmd", "/usr/sbin/slurmd"], "slurmd", "slurm", "nodes of Slurm, on which jobs run"),
    System::new(&["slurmdbd", "/usr/sbin/slurmdbd"], "slurmdbd", "slurm", "Slurm's accounting"),
    System::new(&["mariadbd", "/usr/sbin/mariadbd"], "mariadb-server", "mariadb", "the database of the accounting"),
    System::new(&["munged", "/usr/sbin/munged"], "munge", "munge", "what Slurm's daemons know each other by"),
    System::new(&["promtool"], "prometheus", "prometheus.cli", "Prometheus' own reading of alerts"),
    System::new(&["amtool"], "prometheus-alertmanager", "prometheus-alertmanager", "Alertmanager's own reading"),
    // A user's PATH need not have the folder of administrators' programs.
    System::new(&["exportfs", "/usr/sbin/exportfs"], "nfs-kernel-server", "nfs-utils", "its reading of /etc/exports"),
    System::new(&["nft", "/usr/sbin/nft"], "nftables", "nftables", "nftables' own reading of firewall rules"),
    System::new(&["sshd", "/usr/sbin/sshd"], "openssh-server", "openssh", "sshd's own reading of its settings"),
    System::new(&["/usr/lib/systemd/systemd-networkd"], "systemd", "systemd", "when a node is online"),
    System::new(&["ip", "/usr/sbin/ip"], "iproute2", "iproute2", "the firewall in network namespaces"),
    System::new(&["openssl"], "openssl", "openssl", "the hash of a password"),
    System::new(&["ssh-keygen"], "openssh-client", "openssh", "the keys of users between nodes"),
    System::new(&["mpicc"], "libopenmpi-dev", "openmpi.dev", "Open MPI, which builds the MPI self-test"),
    System::new(&["mpirun"], "openmpi-bin", "openmpi", "Open MPI, which runs the MPI self-test"),
    System::new(&["systemd-analyze"], "systemd", "systemd", "units as systemd reads and runs them"),
    System::new(&["shellcheck"], "shellcheck", "shellcheck", "faults in the flake's shell scripts"),
    System::new(&["jq"], "jq", "jq", "cluster-tools of generated flakes"),
    System::new(&["git"], "git", "git", "cluster-tools of generated flakes"),
    System::new(&["unzip"], "unzip", "unzip", "an independent reader of the downloaded zip"),
    System::new(&["python3"], "python3", "python3", "independent checks of generated files"),
];

const CHROMIUM: &[&str] = &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const CHROMIUM_SHELL: &[&str] = &["chromium-headless-shell", "chrome-headless-shell"];
const FIREFOX: &[&str] = &["firefox-esr", "firefox"];

fn is_there(wanted: &System) -> bool {
    match wanted.package {
        "chromium" => chromium().is_some(),
        // Not every system has it, and what Chromium itself does takes longer only.
        "chromium-headless-shell" => chromium_shell().is_some() || (chromium().is_some() && find("apt-get").is_none()),
        "firefox-esr" => firefox().is_some(),
        // Fonts are no programs.
        "fonts-dejavu-core" => wanted.programs.iter().any(|file| Path::new(file).is_file()),
        _ => wanted.programs.iter().any(|name| find(name).is_some()),
    }
}

/// The Chromium for the tests: what CHROMIUM names, or one that is installed.
pub fn chromium() -> Option<PathBuf> {
    browser("CHROMIUM", CHROMIUM)
}

/// Chromium's engine without windows and menus, for the tests that need none.
pub fn chromium_shell() -> Option<PathBuf> {
    browser("CHROMIUM_SHELL", CHROMIUM_SHELL)
}

/// The Firefox for the tests: what FIREFOX names, or one that is installed.
pub fn firefox() -> Option<PathBuf> {
    browser("FIREFOX", FIREFOX)
}

fn browser(variable: &str, programs: &[&str]) -> Option<PathBuf> {
    match env::var_os(variable) {
        Some(named) => Some(PathBuf::from(named)).filter(|file| file.is_file()),
        None => programs.iter().find_map(|name| find(name)),
    }
}

/// The programs that come by the system's packages. Nothing missing is passed over: tests that need it would not run.
pub fn system_packages() -> Result {
    let missing: Vec<&System> = SYSTEM.iter().filter(|wanted| !is_there(wanted)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if find("apt-get").is_none() {
        return Err(format!("these are missing, and there is no apt-get to install them:\n{}", named(&missing)));
    }
    let packages: Vec<&str> = missing.iter().map(|wanted| wanted.package).collect();
    announce(&format!("Installing the system packages {}", packages.join(", ")), "1 to 3 minutes, once");
    // An update may fail for a source that is not needed here; the install then tells what matters.
    if let Err(problem) = run(as_root(&["apt-get", "update"])?) {
        println!("    {problem}");
    }
    let mut words = vec!["apt-get", "install", "--yes", "--no-install-recommends"];
    words.extend(&packages);
    run(as_root(&words)?)?;
    let missing: Vec<&System> = SYSTEM.iter().filter(|wanted| !is_there(wanted)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("these are missing also after the install:\n{}", named(&missing)))
}

fn named(missing: &[&System]) -> String {
    let mut text = String::new();
    for wanted in missing {
        let programs = wanted.programs.join(" or ");
        text.push_str(&format!("  {programs}: {} (Debian's package {})\n", wanted.what_for, wanted.package));
    }
    let nix: Vec<String> = missing.iter().map(|wanted| format!("nixpkgs#{}", wanted.nix)).collect();
    text.push_str(&format!(
        "Install them by your system's packages so that they are on PATH (for a browser elsewhere, set CHROMIUM or FIREFOX \
         to its file), or with Nix: nix shell {}",
        nix.join(" ")
    ));
    text
}

fn as_root(words: &[&str]) -> Result<std::process::Command> {
    let quiet = ["env", "DEBIAN_FRONTEND=noninteractive"];
    let is_root = ask("id", &["-u"]).as_deref() == Some("0");
    if !is_root && find("sudo").is_none() {
        return Err(format!("run this as root, then start again (there is no sudo here): {}", words.join(" ")));
    }
    let front: &[&str] = if is_root { &[] } else { &["sudo"] };
    let all: Vec<&str> = front.iter().chain(&quiet).chain(words).copied().collect();
    Ok(call(all[0], &all[1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_pins_wasm_bindgen() {
        let version = locked_version("wasm-bindgen").expect("the page depends on it");
        assert_eq!(version.split('.').count(), 3, "{version}");
        assert!(locked_version("no-such-package").is_err());
    }
}
