//! Calling other programs, and finding them.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// What went wrong, in words for the person at the terminal: what failed, and what to do.
pub type Result<T = ()> = std::result::Result<T, String>;

/// The top of the repository.
pub fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let here = PathBuf::from(here);
    here.parent().map(Path::to_path_buf).unwrap_or(here)
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// Says what comes next, and how long it takes where that is worth saying.
pub fn announce(what: &str, how_long: &str) {
    if how_long.is_empty() {
        println!("==> {what}");
    } else {
        println!("==> {what} ({how_long})");
    }
}

pub fn seconds(time: Duration) -> String {
    let all = time.as_secs();
    if all < 60 { format!("{:.1} s", time.as_secs_f64()) } else { format!("{} min {} s", all / 60, all % 60) }
}

/// A call of `program` at the top of the repository, with the project's tools on its PATH.
pub fn call(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(find(program).unwrap_or_else(|| program.into()));
    command.args(arguments).current_dir(root()).env("PATH", search_path());
    // Trunk 0.21 takes only the words true and false here, and stops at the customary 1.
    if env::var_os("NO_COLOR").is_some() {
        command.env("NO_COLOR", "true");
    }
    command
}

/// Runs to the end, with all output shown; anything but success is an error.
pub fn run(mut command: Command) -> Result {
    let shown = shown(&command);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("this failed ({status}): {shown}")),
        Err(problem) => Err(format!("this could not be started ({problem}): {shown}")),
    }
}

/// Runs to the end and hands back what it printed; `None` when it failed or is not there.
pub fn ask(program: &str, arguments: &[&str]) -> Option<String> {
    let output = call(program, arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// The program's file, looked for where its callers will find it.
pub fn find(program: &str) -> Option<PathBuf> {
    let names = if cfg!(windows) {
        vec![format!("{program}.exe"), format!("{program}.cmd")]
    } else {
        vec![program.to_string()]
    };
    env::split_paths(&search_path())
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|file| is_program(file))
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}

/// PATH with the project's own npm tools and cargo's installed programs in front: the versions this project pins
/// win over others of the same name, and a shell that never added cargo's folder does no harm.
fn search_path() -> OsString {
    let own = [Some(root().join("xtask/npm/node_modules/.bin")), cargo_programs()];
    let rest = env::var_os("PATH").unwrap_or_default();
    let folders = own.into_iter().flatten().chain(env::split_paths(&rest));
    env::join_paths(folders).unwrap_or(rest)
}

fn cargo_programs() -> Option<PathBuf> {
    if let Some(folder) = env::var_os("CARGO_INSTALL_ROOT").or_else(|| env::var_os("CARGO_HOME")) {
        return Some(PathBuf::from(folder).join("bin"));
    }
    let home = env::var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" })?;
    Some(PathBuf::from(home).join(".cargo/bin"))
}
