//! Cells as spreadsheets put them on the clipboard, or as CSV.

use crate::table::Column;

pub(super) struct Sheet {
    /// The columns that the first line names, where it does; none for a name that is not known.
    pub head: Option<Vec<Result<Column, String>>>,
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    /// Reads cells with tabs or semicolons between them, or, below a line of names, commas.
    pub fn read(text: &str) -> Sheet {
        let first = text.lines().next().unwrap_or_default();
        let is_head = |row: &[String]| {
            let known: Vec<Column> = row.iter().filter_map(|cell| Column::from_head(cell)).collect();
            known.len() > 1 && known.contains(&Column::Hosts)
        };
        let by_comma = || cells(first, ',').pop().is_some_and(|row| is_head(&row));
        let separator = match first {
            _ if text.contains('\t') => '\t',
            _ if first.contains(';') => ';',
            _ if by_comma() => ',',
            // Commas stand in hostlists too.
            _ => '\t',
        };
        let mut rows = cells(text, separator);
        let named = rows.first().is_some_and(|row| is_head(row));
        let head = named
            .then(|| rows.remove(0))
            .map(|head| head.into_iter().map(|name| Column::from_head(&name).ok_or(name)).collect());
        Sheet { head, rows }
    }
}

/// The cells of `text`; those in quotes can hold separators, line breaks and doubled quotes. Empty lines are left out.
fn cells(text: &str, separator: char) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    let mut end_row = |row: &mut Vec<String>| {
        let row = std::mem::take(row);
        if row.iter().any(|cell: &String| !cell.is_empty()) {
            rows.push(row);
        }
    };
    while let Some(c) = characters.next() {
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.trim().is_empty() => {
                cell.clear();
                quoted = true;
            }
            _ if quoted => cell.push(c),
            _ if c == separator => row.push(std::mem::take(&mut cell).trim().to_owned()),
            '\n' => {
                row.push(std::mem::take(&mut cell).trim().to_owned());
                end_row(&mut row);
            }
            _ => cell.push(c),
        }
    }
    row.push(cell.trim().to_owned());
    end_row(&mut row);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_apart() {
        assert_eq!(cells("a\tb\r\n\r\nc\t\n", '\t'), [["a", "b"], ["c", ""]]);
        assert_eq!(cells("\"a\tb\"\t\"say \"\"hi\"\"\"", '\t'), [["a\tb", "say \"hi\""]]);
        assert_eq!(cells("\"open", '\t'), [["open"]]);
    }

    #[test]
    fn commas_separate_below_a_line_of_names_only() {
        let sheet = Sheet::read("Name,IP,Rack\ncn1,10.0.0.1,r1\n");
        assert_eq!(sheet.head, Some(vec![Ok(Column::Hosts), Ok(Column::Address), Err("Rack".to_owned())]));
        assert_eq!(sheet.rows, [["cn1", "10.0.0.1", "r1"]]);
        assert_eq!(Sheet::read("cn[1-3,5]").rows, [["cn[1-3,5]"]]);
        assert_eq!(Sheet::read("node").head, None);
    }
}
