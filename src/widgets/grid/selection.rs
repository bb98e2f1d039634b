//! Which cell of a grid is active, and which rows are selected.

use super::RowKey;
use std::collections::BTreeSet;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// The rows that are selected, shown or not.
    pub chosen: BTreeSet<RowKey>,
    /// The row of the active cell; none while there are no rows.
    pub row: Option<RowKey>,
    pub column: usize,
    /// Whether the head of the column is active instead.
    pub on_head: bool,
    /// The row from which a range is stretched.
    anchor: Option<RowKey>,
}

impl Selection {
    /// One row, alone.
    pub fn only(&mut self, row: RowKey) {
        self.chosen = BTreeSet::from([row]);
        self.go(row);
        self.anchor = Some(row);
    }

    /// These rows, the first of them active.
    pub fn these(&mut self, rows: impl IntoIterator<Item = RowKey>) {
        self.chosen = rows.into_iter().collect();
        self.row = self.chosen.first().copied();
        self.anchor = self.row;
        self.on_head = false;
    }

    /// The active cell alone: what is selected stays.
    pub fn go(&mut self, row: RowKey) {
        self.row = Some(row);
        self.on_head = false;
    }

    /// Takes a row in or out.
    pub fn toggle(&mut self, row: RowKey) {
        if !self.chosen.remove(&row) {
            self.chosen.insert(row);
        }
        self.go(row);
        self.anchor = Some(row);
    }

    /// All rows from the one where the range began to `row`, in the order in which they are shown.
    pub fn stretch(&mut self, rows: &[RowKey], row: RowKey) {
        let place = |key: RowKey| rows.iter().position(|other| *other == key);
        let anchor = self.anchor.filter(|anchor| rows.contains(anchor)).or(self.row).unwrap_or(row);
        if let (Some(from), Some(to)) = (place(anchor), place(row)) {
            self.chosen = rows[from.min(to)..=from.max(to)].iter().copied().collect();
        }
        self.go(row);
        self.anchor = Some(anchor);
    }

    /// Every row that is shown; those that are selected and not shown stay so.
    pub fn all(&mut self, rows: &[RowKey]) {
        self.chosen.extend(rows);
    }

    /// Forgets rows that are gone. There is an active row as long as there is any: `shown` gives it.
    pub fn keep(&mut self, exists: impl Fn(RowKey) -> bool, shown: &[RowKey]) {
        self.chosen.retain(|row| exists(*row));
        if !self.row.is_some_and(&exists) {
            self.row = shown.first().copied();
        }
        if self.chosen.is_empty() {
            self.chosen.extend(self.row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: [RowKey; 5] = [(0, None), (2, None), (2, Some(1)), (2, Some(0)), (1, None)];

    #[test]
    fn a_range_goes_by_what_is_shown() {
        let mut selection = Selection::default();
        selection.only(ROWS[1]);
        selection.stretch(&ROWS, ROWS[3]);
        assert_eq!(selection.chosen, BTreeSet::from([ROWS[1], ROWS[2], ROWS[3]]));
        selection.stretch(&ROWS, ROWS[0]);
        assert_eq!(selection.chosen, BTreeSet::from([ROWS[0], ROWS[1]]));
        selection.toggle(ROWS[4]);
        assert_eq!((selection.chosen.len(), selection.row), (3, Some(ROWS[4])));
        selection.toggle(ROWS[0]);
        assert_eq!(selection.chosen, BTreeSet::from([ROWS[1], ROWS[4]]));
    }

    #[test]
    fn rows_that_are_not_shown_stay_selected_and_those_that_are_gone_do_not() {
        let mut selection = Selection::default();
        selection.only(ROWS[0]);
        selection.all(&ROWS[1..3]);
        assert_eq!(selection.chosen.len(), 3);
        selection.keep(|row| row.0 != 0, &ROWS[3..]);
        assert_eq!(selection.chosen, BTreeSet::from([ROWS[1], ROWS[2]]));
        assert_eq!(selection.row, Some(ROWS[3]));
        selection.keep(|_| false, &[]);
        assert_eq!((selection.row, selection.chosen.len()), (None, 0));
    }
}
