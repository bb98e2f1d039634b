//! Import: what a site already has, read into a description.
//!
//! A file a kind of input. [`read`] gathers what files tell and what became of each line of them; [`propose`] makes a
//! design of it, alone or merged into the one that is open. Nothing fails without a sentence, whatever the files hold.

mod ansible;
mod attributes;
mod csv;
mod dhcp;
mod fold;
mod hosts;
mod own;
mod propose;
mod reading;
mod report;
#[cfg(test)]
mod site_tests;
mod slurm;
mod template;
#[cfg(test)]
mod tests;

pub use propose::{Mode, Proposal, propose};
use reading::At;
pub use reading::Reading;
pub use report::{Entry, Folded, Outcome, Report};

use crate::cluster::MAX_BYTES;
use crate::private_key::looks_private;

/// The most files that are read together.
pub const MAX_FILES: usize = 256;

/// A file that a user brings to be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its name, with folders where several files were brought.
    pub name: String,
    /// Its content, as it was read; need not be UTF-8.
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
    /// Which of the files it is, counted from 0.
    index: usize,
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

/// Every kind of input, those that can be told most surely first. Files of several kinds are read in this order.
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
        kind: "dhcp",
        title: "DHCP reservations",
        endings: &["ethers", "dhcpd.conf", "dnsmasq.conf"],
        fits: dhcp::fits,
        read: dhcp::read,
    },
    Importer {
        kind: "ansible",
        title: "Ansible inventory",
        endings: &[".ini", ".yml", ".yaml"],
        fits: ansible::fits,
        read: ansible::read,
    },
];

/// The importer whose [`kind`](Importer::kind) is `kind`; `None` where there is none.
pub fn find(kind: &str) -> Option<&'static Importer> {
    IMPORTERS.iter().find(|importer| importer.kind == kind)
}

/// The importer of `files`, by what is in them: the first of [`IMPORTERS`] that any of them is for. `None` where none
/// is recognised.
pub fn recognise(files: &[SourceFile]) -> Option<&'static Importer> {
    let kinds = kinds(files);
    IMPORTERS.iter().find(|importer| kinds.contains(&Some(importer)))
}

/// The kind of each file, by what is in it; the order of the files says nothing.
fn kinds(files: &[SourceFile]) -> Vec<Option<&'static Importer>> {
    let one = |file: &SourceFile| {
        let start = text(&file.bytes[..file.bytes.len().min(64 << 10)]);
        IMPORTERS.iter().find(|importer| (importer.fits)(file, &start))
    };
    let mut kinds: Vec<_> = files.iter().map(one).collect();
    // What is beside a design of ours is made from it; what is beside a slurm.conf may be included or run by it.
    let all = find("own").filter(|own| kinds.contains(&Some(own)));
    let rest = find("slurm").filter(|slurm| kinds.contains(&Some(slurm)));
    for kind in &mut kinds {
        *kind = all.or(*kind).or(rest);
    }
    kinds
}

/// Reads `files` as `importer`'s kind, or where that is `None` each as the kind that it is recognised as.
///
/// `Err` is a sentence: the files are too many or too large, of no known kind, or have a private key in them. Whatever
/// else is wrong stands in the report.
pub fn read(importer: Option<&'static Importer>, files: &[SourceFile]) -> Result<Reading, String> {
    let nothing = || "there is nothing to import: bring a file or paste its text".to_owned();
    if files.iter().all(|file| file.bytes.is_empty()) {
        return Err(nothing());
    }
    if files.len() > MAX_FILES {
        return Err(format!("there are {} files; at most {MAX_FILES} are read together", files.len()));
    }
    let sources: Vec<Source> =
        files.iter().enumerate().map(|(index, file)| Source { file, text: own::unpacked(file), index }).collect();
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
    let mut kinds = match importer {
        Some(importer) => vec![Some(importer); files.len()],
        None => kinds(files),
    };
    let templates: Vec<Option<&str>> =
        sources.iter().zip(&kinds).map(|(source, kind)| template::language(source, *kind)).collect();
    if kinds.iter().all(Option::is_none) && templates.iter().all(Option::is_none) {
        let titles: Vec<&str> = IMPORTERS.iter().map(|importer| importer.title).collect();
        return Err(format!(
            "this is none of what can be imported ({}): choose the kind if it is one after all",
            titles.join(", ")
        ));
    }
    let mut reading = Reading::new(files.iter().map(|file| file.name.clone()).collect());
    for (source, language) in sources.iter().zip(templates) {
        if let Some(language) = language {
            kinds[source.index] = None;
            reading.note(At { file: source.index, line: 0 }, "the file", Outcome::Wrong(template::reason(language)));
        } else if kinds[source.index].is_none() && !source.text.trim().is_empty() {
            let why = "it is none of what can be imported: bring it alone and choose its kind if it is one after all";
            reading.note(At { file: source.index, line: 0 }, "the file", Outcome::Unknown(why.to_owned()));
        }
    }
    let mut sources: Vec<Option<Source>> = sources.into_iter().map(Some).collect();
    for importer in IMPORTERS {
        let mine = kinds.iter().zip(&mut sources).filter(|(kind, _)| **kind == Some(importer));
        let mine: Vec<Source> = mine.filter_map(|(_, source)| source.take()).collect();
        if !mine.is_empty() {
            reading.kinds.push(importer);
            (importer.read)(&mine, &mut reading);
        }
    }
    reading.finish();
    Ok(reading)
}

/// Bytes as text: without a byte order mark, and with a sign in the place of what is no UTF-8 (comments in Latin-1).
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_start_matches('\u{feff}').to_owned()
}
