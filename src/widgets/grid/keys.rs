//! What keys mean in a grid whose cells are not being edited.

use leptos::ev;

/// What a key does in the grid.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Rows down and columns right; with `stretch` what is selected grows, with `keep` it stays.
    Move {
        rows: isize,
        columns: isize,
        stretch: bool,
        keep: bool,
    },
    /// To the first or last column.
    RowEnd {
        last: bool,
    },
    /// To the first or last row.
    GridEnd {
        last: bool,
        stretch: bool,
    },
    /// Opens or closes what is inside a row.
    Unfold,
    Toggle,
    All,
    /// Only the active row stays selected.
    Single,
    /// Edits the active cell; where text is typed, that is its new one.
    Edit(Option<String>),
    FillDown,
    Clear,
}

/// What `event` asks for; `page` is how many rows are in sight.
pub fn action(event: &ev::KeyboardEvent, page: usize) -> Option<Action> {
    let (control, shift) = (event.ctrl_key() || event.meta_key(), event.shift_key());
    if event.alt_key() || event.is_composing() {
        return None;
    }
    meaning(&event.key(), control, shift, page)
}

fn meaning(key: &str, control: bool, shift: bool, page: usize) -> Option<Action> {
    let down = |rows: isize| Action::Move { rows, columns: 0, stretch: shift, keep: control };
    let right = |columns: isize| Action::Move { rows: 0, columns, stretch: false, keep: true };
    Some(match (key, control) {
        ("ArrowDown", _) => down(1),
        ("ArrowUp", _) => down(-1),
        ("PageDown", false) => down(page as isize),
        ("PageUp", false) => down(-(page as isize)),
        ("ArrowRight", false) => right(1),
        ("ArrowLeft", false) => right(-1),
        ("Home", true) => Action::GridEnd { last: false, stretch: shift },
        ("End", true) => Action::GridEnd { last: true, stretch: shift },
        ("Home", false) => Action::RowEnd { last: false },
        ("End", false) => Action::RowEnd { last: true },
        (" ", false) => Action::Unfold,
        (" ", true) => Action::Toggle,
        ("a" | "A", true) if !shift => Action::All,
        ("d" | "D", true) if !shift => Action::FillDown,
        ("Escape", _) => Action::Single,
        ("Enter" | "F2", false) => Action::Edit(None),
        ("Delete" | "Backspace", false) => Action::Clear,
        (typed, false) if typed.chars().count() == 1 => Action::Edit(Some(typed.to_owned())),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_a_spreadsheet() {
        let down = |rows, stretch, keep| Some(Action::Move { rows, columns: 0, stretch, keep });
        assert_eq!(meaning("ArrowDown", false, true, 9), down(1, true, false));
        assert_eq!(meaning("PageUp", false, false, 9), down(-9, false, false));
        assert_eq!(meaning("ArrowUp", true, false, 9), down(-1, false, true));
        assert_eq!(meaning("5", false, false, 9), Some(Action::Edit(Some("5".to_owned()))));
        assert_eq!(meaning("ü", false, false, 9), Some(Action::Edit(Some("ü".to_owned()))));
        // The browser's and the page's own shortcuts, and the way out of the grid.
        for (key, control) in [("z", true), ("k", true), ("c", true), ("v", true), ("Tab", false), ("F5", false)] {
            assert_eq!(meaning(key, control, false, 9), None, "{key}");
        }
    }
}
