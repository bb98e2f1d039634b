//! Text in colours.

use crate::widgets::nix_field::token_class;
use clusterflake_core::nix::highlight::{self, Kind};
use leptos::prelude::*;

/// The pieces of a line, each with what it is.
pub type Tokens = Vec<(Kind, String)>;

/// The lines of a text, in the colours of what the file at `path` is.
pub fn coloured(path: &str, text: &str) -> Vec<Tokens> {
    let own = |line: Vec<highlight::Token>| line.into_iter().map(|token| (token.kind, token.text.to_owned())).collect();
    highlight::lines(path, text).into_iter().map(own).collect()
}

/// The pieces of a line as they are drawn.
pub fn spans(tokens: &Tokens) -> Vec<impl IntoView + use<>> {
    tokens.iter().map(|(kind, text)| view! { <span class=token_class(*kind)>{text.clone()}</span> }).collect_view()
}
