//! Tables of nodes: a line of column names, then a line for each node or hostlist.

use super::attributes::{Attribute, attribute, spread};
use super::reading::{At, ImportedNode, Reading};
use super::report::Outcome;
use super::{Source, SourceFile};
use crate::hostlist;
use csv_core::{ReadFieldResult, ReaderBuilder};

/// The most columns that are read.
const MAX_COLUMNS: usize = 256;

pub(super) fn fits(file: &SourceFile, start: &str) -> bool {
    let ending = file.name.to_ascii_lowercase();
    let head = records(start, 1);
    let is_table = head
        .first()
        .is_some_and(|(_, cells)| cells.len() > 1 && cells.iter().any(|cell| attribute(cell) == Some(Attribute::Host)));
    ending.ends_with(".csv") || ending.ends_with(".tsv") || is_table
}

/// The sign between cells: whichever the first line has most of.
fn separator(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |sign: u8| first.bytes().filter(|byte| *byte == sign).count();
    [b',', b';', b'\t'].into_iter().max_by_key(|sign| (count(*sign), *sign == b',')).unwrap_or(b',')
}

/// The first `most` records of a table, each with the line that it begins on.
fn records(text: &str, most: usize) -> Vec<(usize, Vec<String>)> {
    let mut reader = ReaderBuilder::new().delimiter(separator(text)).comment(Some(b'#')).build();
    let text = format!("{text}\n");
    let (mut input, mut output) = (text.as_bytes(), vec![0; text.len()]);
    let (mut records, mut cells, mut filled) = (Vec::new(), Vec::new(), 0);
    while records.len() < most {
        let (result, read, written) = reader.read_field(input, &mut output[filled..]);
        input = &input[read..];
        filled += written;
        let record_end = match result {
            ReadFieldResult::InputEmpty => continue,
            ReadFieldResult::Field { record_end } => record_end,
            // A cell is never longer than the text.
            ReadFieldResult::OutputFull | ReadFieldResult::End => break,
        };
        if cells.len() < MAX_COLUMNS {
            cells.push(String::from_utf8_lossy(&output[..filled]).trim().to_owned());
        }
        filled = 0;
        if record_end {
            let inner: usize = cells.iter().map(|cell: &String| cell.matches('\n').count()).sum();
            let line = (reader.line() as usize).saturating_sub(1 + inner).max(1);
            records.push((line, std::mem::take(&mut cells)));
        }
    }
    records
}

pub(super) fn read(sources: &[Source], reading: &mut Reading) {
    for source in sources {
        let file = source.index;
        let mut records = records(&source.text, usize::MAX).into_iter();
        let Some((line, head)) = records.next() else { continue };
        let columns: Vec<(String, Option<Attribute>)> =
            head.into_iter().map(|name| (name.clone(), attribute(&name))).collect();
        let is_table = columns.iter().any(|(_, known)| *known == Some(Attribute::Host));
        for (name, known) in &columns {
            let outcome = match known {
                _ if !is_table => {
                    Outcome::Wrong("the first line must name the columns, with one for the host names".to_owned())
                }
                Some(attribute) => match attribute.no_place(name) {
                    Some(why) => Outcome::NoPlace(why.to_owned()),
                    None => Outcome::Implied(format!("a column of nodes’ {}", attribute.field())),
                },
                None => Outcome::Unknown("this column is not known".to_owned()),
            };
            reading.note(At { file, line }, &format!("column {name}"), outcome);
        }
        if is_table {
            for (line, cells) in records {
                read_row(At { file, line }, &columns, &cells, reading);
            }
        }
    }
}

fn read_row(at: At, columns: &[(String, Option<Attribute>)], cells: &[String], reading: &mut Reading) {
    let row = cells.join(" ");
    let values: Vec<(&str, Attribute, &str)> = columns
        .iter()
        .zip(cells)
        .filter_map(|((name, known), cell)| Some((name.as_str(), (*known)?, cell.as_str())))
        .filter(|(_, _, cell)| !cell.is_empty())
        .collect();
    let hosts = values.iter().find(|(_, known, _)| *known == Attribute::Host).map_or("", |(_, _, cell)| cell);
    if hosts.is_empty() {
        if !values.is_empty() {
            reading.note(at, &row, Outcome::Wrong("the row has no host name".to_owned()));
        }
        return;
    }
    let names = match reading.expand(&hostlist::tidy(hosts)) {
        Ok(names) => names,
        Err(why) => {
            reading.note(at, &row, Outcome::Wrong(why));
            return;
        }
    };
    let mut imported = ImportedNode::default();
    let mut cpus = None;
    for (name, known, value) in &values {
        if let Err(why) = known.put(&mut imported, name, value) {
            reading.note(at, &format!("{name}: {value}"), Outcome::Wrong(why));
        } else if *known == Attribute::Cpus {
            cpus = imported.cores;
        }
    }
    if let Some(cpus) = cpus
        && !values.iter().any(|(_, known, _)| *known == Attribute::CoresPerSocket)
        && let Err(why) = spread(&mut imported, cpus)
    {
        reading.note(at, &row, Outcome::Wrong(why));
    }
    let outcome = reading.put(at, &names, &imported);
    reading.note(at, &row, outcome);
}
