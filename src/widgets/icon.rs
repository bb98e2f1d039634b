//! The few icons of the page, drawn with lines in the text's colour.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy)]
pub enum Shape {
    Brand,
    Undo,
    Redo,
    Close,
    Menu,
    Light,
    Dark,
    System,
    /// The steps that were done.
    History,
    /// Something opens below.
    Down,
    /// More actions.
    More,
    /// The pane at the left or the right edge.
    LeftPane,
    RightPane,
    /// Done.
    Check,
    /// Not done.
    Open,
    /// Nothing to be done.
    Without,
}

impl Shape {
    fn path(self) -> &'static str {
        match self {
            Shape::Brand => "M10 2v16M3 6l14 8M17 6 3 14M10 7.6a2.4 2.4 0 1 0 0 4.8a2.4 2.4 0 1 0 0-4.8",
            Shape::Undo => "M7.5 3.5 4 7l3.5 3.5M4 7h7.5a4.5 4.5 0 0 1 0 9H8",
            Shape::Redo => "M12.5 3.5 16 7l-3.5 3.5M16 7H8.500a4.5 4.5 0 0 0 0 9H12",
            Shape::Close => "M5 5l10 10M15 5 5 15",
            Shape::Menu => "M3 5.500h14M3 10h14M3 14.500h14",
            Shape::Light => {
                "M10 6.500a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7M10 1.500v2M10 16.500v2M1.5 10h2M16.5 10h2M4 4l1.4 1.400M14.6 14.6 16 16M16 4l-1.4 1.400M5.4 14.6 4 16"
            }
            Shape::Dark => "M16.5 11.500A7 7 0 0 1 8.5 3.500a7 7 0 1 0 8 8Z",
            Shape::Check => "M4 10.500 8 14.500 16 5.500",
            Shape::Without => "M6 10h8",
            Shape::Open => "M10 4a6 6 0 1 0 0 12a6 6 0 1 0 0-12",
            Shape::History => "M10 3a7 7 0 1 0 0 14a7 7 0 1 0 0-14M10 6v4l2.6 1.800",
            Shape::Down => "M6 8.200 10 12.200 14 8.200",
            Shape::More => {
                "M4.5 9.500a.5.5 0 1 0 0 1a.5.5 0 1 0 0-1M10 9.500a.5.5 0 1 0 0 1a.5.5 0 1 0 0-1M15.5 9.500a.5.5 0 1 0 0 1a.5.5 0 1 0 0-1"
            }
            Shape::LeftPane => "M3 4.500h14v11H3ZM8 4.500v11",
            Shape::RightPane => "M3 4.500h14v11H3ZM12 4.500v11",
            Shape::System => "M2.5 4h15v10h-15ZM7 17h6M10 14v3",
        }
    }
}

/// An icon; whoever uses it gives it a name.
#[component]
pub fn Icon(shape: Shape) -> impl IntoView {
    view! {
        <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round"
            stroke-linejoin="round" aria-hidden="true" focusable="false">
            <path d=shape.path()/>
        </svg>
    }
}
