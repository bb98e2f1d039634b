//! The page in real browsers: which tests run in which browser, against which build.

use crate::dist;
use crate::run::{Result, announce, call, root, run, target};
use crate::tools;
use std::fs;
use std::path::{Path, PathBuf};

/// A run of the tests in `tests/e2e/`.
struct Run {
    browser: &'static str,
    /// The folder that holds the page.
    page: PathBuf,
    /// How the names of the files to run begin, and how they end.
    files: (&'static str, &'static str),
    /// What the names of the tests to run match, as a regular expression.
    tests: &'static str,
    /// Take the pictures anew in place of comparing them.
    renew_pictures: bool,
}

impl Run {
    /// Every test, of the released page.
    fn all(browser: &'static str) -> Self {
        Run { browser, page: dist::folder(), files: ("", ".test.mjs"), tests: "", renew_pictures: false }
    }

    fn run(self) -> Result {
        let found = if self.browser == "firefox" { tools::firefox() } else { tools::chromium() };
        let variable = self.browser.to_uppercase();
        let program = found.ok_or_else(|| format!("no {} was found: set {variable} to its file", self.browser))?;
        if !self.page.join("index.html").is_file() {
            return Err(format!("{} holds no page: run `cargo xtask dist` first", self.page.display()));
        }
        let command_line = target().join("debug").join(format!("clusterflake{}", std::env::consts::EXE_SUFFIX));
        if !command_line.is_file() {
            run(call("cargo", &["build", "--package", "clusterflake-cli"]))?;
        }
        let folder = root().join("tests/e2e");
        let files = files(&folder, self.files)?;
        if files.is_empty() {
            return Err(format!("{} holds no file named {}*{}", folder.display(), self.files.0, self.files.1));
        }
        let runner = if self.browser == "firefox" { "tests/e2e/run.mjs" } else { "--test" };
        let mut command = call("node", &[runner, "--test-reporter=spec", "--test-concurrency=1"]);
        if !self.tests.is_empty() {
            command.arg(format!("--test-name-pattern={}", self.tests));
        }
        command.args(files).env("BROWSER", self.browser).env(variable, program);
        if let Some(shell) = tools::chromium_shell() {
            command.env("CHROMIUM_SHELL", shell);
        }
        command.env("DIST", self.page).env("CLUSTERFLAKE", command_line);
        command.env("VISUAL", if self.renew_pictures { "renew" } else { "" });
        run(command)
    }
}

/// What all of these need, beside the browsers.
pub fn packages() -> Result {
    tools::npm("tests/e2e", "what the browser tests need", "about 20 s")
}

/// The released page in Chromium.
pub fn chromium() -> Result {
    Run::all("chromium").run()
}

/// The released page in Firefox.
pub fn firefox() -> Result {
    Run::all("firefox").run()
}

/// The page as `cargo xtask serve` builds it, in Chromium: an edit, a link, a download.
pub fn smoke() -> Result {
    let page = target().join("smoke");
    let folder = page.display().to_string();
    run(call("trunk", &["build", "--public-url", "./", "--dist", &folder]))?;
    let tests = "downloads as the bytes|follows every edit|bring the design back";
    Run { page, files: ("page.", ".test.mjs"), tests, ..Run::all("chromium") }.run()
}

/// `cargo xtask visual`: takes the pictures of the page anew.
pub fn visual() -> Result {
    tools::system_packages()?;
    packages()?;
    Run { files: ("visual.", ".test.mjs"), renew_pictures: true, ..Run::all("chromium") }.run()
}

/// `cargo xtask bench`: how the time grows that a key takes, natively and in Chromium. No limits: the machine is told.
pub fn bench() -> Result {
    tools::system_packages()?;
    packages()?;
    announce("Natively: checks and lint of a long module", "about 1 minute when the core has to be built");
    let example = ["run", "--release", "--package", "clusterflake-core", "--example", "lint_speed"];
    run(call("cargo", &example))?;
    announce("In Chromium, with the page in dist/", "about 1 minute");
    Run { files: ("", ".bench.mjs"), ..Run::all("chromium") }.run()
}

/// The files of `folder` whose names begin and end so, by name: what Node makes of a folder differs from version to
/// version.
fn files(folder: &Path, (start, end): (&str, &str)) -> Result<Vec<PathBuf>> {
    let problem = |problem: std::io::Error| format!("{} cannot be read: {problem}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(problem)? {
        let file = entry.map_err(problem)?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(start) && name.ends_with(end) {
            found.push(file);
        }
    }
    found.sort();
    Ok(found)
}
