//! Import: what a site already has, read into a description.
//!
//! A file a kind of input. [`read`] gathers what files tell and what became of each line of them; [`propose`] makes a
//! design of it, alone or merged into the one that is open. Nothing fails without a sentence, whatever the files hold.

mod ansible;
mod attributes;
mod csv;
mod fold;
mod hosts;
mod own;
mod propose;
mod reading;
mod report;
mod slurm;
#[cfg(test)]
mod tests;

pub use propose::{Mode, Proposal, propose};
pub use reading::Reading;
pub use report::{Entry, Outcome, Report};

use crate::check::looks_private;
use crate::cluster::MAX_BYTES;

/// The most files that are read together.
pub const MAX_FILES: usize = 256;

/// A file that is brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its name, with folders where several files were brought.
    pub name: String,
    pub bytes: Vec<u8>,
}

impl SourceFile {
    /// The name without folders.
    fn base(&self) -> &str {
        base_name(&self.name)
    }
}

fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// A text file that is brought.
struct Source<'f> {
    file: &'f SourceFile,
    text: String,
}

/// A kind of input.
pub struct Importer {
    /// Its name on the command line.
    pub kind: &'static str,
    /// What the page calls it.
    pub title: &'static str,
    /// How the names of such files end.
    pub endings: &'static [&'static str],
    /// Whether this is such a file, by its name and what is in it.
    fits: fn(&SourceFile, &str) -> bool,
    read: fn(&[Source], &mut Reading),
}

impl PartialEq for Importer {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// Every kind of input, those that can be told most surely first.
pub const IMPORTERS: &[Importer] = &[
    Importer {
        kind: "own",
        title: "clusterflake design",
        endings: &[".json", ".zip"],
        fits: own::fits,
        read: own::read,
    },
    Importer { kind: "slurm", title: "slurm.conf", endings: &[".conf"], fits: slurm::fits, read: slurm::read },
    Importer { kind: "csv", title: "table (CSV)", endings: &[".csv", ".tsv"], fits: csv::fits, read: csv::read },
    Importer { kind: "hosts", title: "hosts file", endings: &["hosts"], fits: hosts::fits, read: hosts::read },
    Importer {
        kind: "ansible",
        title: "Ansible inventory",
        endings: &[".ini", ".yml", ".yaml"],
        fits: ansible::fits,
        read: ansible::read,
    },
];

/// The importer of this kind.
pub fn find(kind: &str) -> Option<&'static Importer> {
    IMPORTERS.iter().find(|importer| importer.kind == kind)
}

/// What kind of input `files` are: the first kind that any of them is of.
pub fn recognise(files: &[SourceFile]) -> Option<&'static Importer> {
    let starts: Vec<String> = files.iter().map(|file| text(&file.bytes[..file.bytes.len().min(64 << 10)])).collect();
    IMPORTERS.iter().find(|importer| files.iter().zip(&starts).any(|(file, start)| (importer.fits)(file, start)))
}

/// Reads `files` as `importer`'s kind, or as the kind that they are recognised as.
///
/// Fails where they cannot be read at all: too many or too large, of no known kind, or with a private key in them.
/// Whatever else is wrong stands in the report.
pub fn read(importer: Option<&'static Importer>, files: &[SourceFile]) -> Result<Reading, String> {
    let nothing = || "there is nothing to import: bring a file or paste its text".to_owned();
    if files.iter().all(|file| file.bytes.is_empty()) {
        return Err(nothing());
    }
    if files.len() > MAX_FILES {
        return Err(format!("there are {} files; at most {MAX_FILES} are read together", files.len()));
    }
    let sources: Vec<Source> = files.iter().map(|file| Source { file, text: own::unpacked(file) }).collect();
    let size: usize = sources.iter().map(|source| source.text.len()).sum();
    if size > MAX_BYTES {
        return Err(format!("the files have {size} bytes in all; at most {MAX_BYTES} are read"));
    }
    if let Some(source) = sources.iter().find(|source| looks_private(&source.text)) {
        return Err(format!(
            "{} holds a private key, which must never leave its owner: nothing of it was taken",
            source.file.name
        ));
    }
    let importer = importer.or_else(|| recognise(files)).ok_or_else(|| {
        let kinds: Vec<&str> = IMPORTERS.iter().map(|importer| importer.title).collect();
        format!("this is none of what can be imported ({}): choose the kind if it is one after all", kinds.join(", "))
    })?;
    let mut reading = Reading::new(importer, files.iter().map(|file| file.name.clone()).collect());
    (importer.read)(&sources, &mut reading);
    reading.set_domain();
    Ok(reading)
}

/// Bytes as text: without a byte order mark, and with a sign in the place of what is no UTF-8 (comments in Latin-1).
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_start_matches('\u{feff}').to_owned()
}
