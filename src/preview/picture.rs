//! The tab with the picture: groups as bands, and beside them what connects them. Activating something leads to its fields.

use crate::browser::{files, page};
use crate::state::{Document, View, go_to};
use clusterflake_core::picture::{self, Band, Chip, Lane, Link, Rect, Text, Tie};
use clusterflake_core::{Path, archive};
use leptos::{ev, html, prelude::*};
use std::sync::Arc;

/// How wide the picture in a file is, in pixels.
const FILE_WIDTH: i32 = 960;

/// A part of the picture that can be pointed at: its place among the lanes, or its group.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Lane(usize),
    Group(usize),
}

/// What the parts of a picture share.
#[derive(Clone, Copy)]
struct Drawing {
    document: Document,
    view: View,
    /// What is pointed at or has the focus.
    lit: RwSignal<Option<Part>>,
    /// The part that the Tab key reaches.
    at: RwSignal<usize>,
    picture: Memo<Arc<picture::Picture>>,
}

/// The picture of the design, and a way to save it.
#[component]
pub fn Picture() -> impl IntoView {
    let (document, view) = (Document::here(), View::here());
    let frame = NodeRef::<html::Div>::new();
    let width = RwSignal::new(0);
    page::on_size(frame, move |frame| width.set(frame.client_width()));
    let picture = Memo::new(move |_| Arc::new(document.read(|cluster| picture::draw(cluster, width.get()))));
    let drawing = Drawing { document, view, lit: RwSignal::new(None), at: RwSignal::new(0), picture };
    let is_empty = Memo::new(move |_| picture.with(|picture| picture.bands.is_empty()));
    let save = move |_| {
        let (name, svg) = document.read_once(|cluster| {
            (archive::folder(cluster).to_owned(), picture::svg(&picture::draw(cluster, FILE_WIDTH)))
        });
        files::save(&format!("{name}.svg"), svg.as_bytes(), "image/svg+xml");
    };
    let draw = move || {
        if is_empty.get() {
            view! { <p class="empty">"Nothing to draw yet. Add a group of nodes, and it appears here."</p> }.into_any()
        } else {
            drawing.draw()
        }
    };
    view! {
        <div class="picture">
            <div class="filebar">
                <span class="name">{move || picture.with(|picture| picture.summary.clone())}</span>
                <button type="button" class="ghost" disabled=is_empty on:click=save>"Save SVG"</button>
            </div>
            <div class="canvas" node_ref=frame>{draw}</div>
        </div>
    }
}

impl Drawing {
    fn draw(self) -> AnyView {
        let drawn = move || {
            let picture = self.picture.get();
            let lanes = picture.lanes.iter().enumerate().map(|(i, lane)| self.lane(i, lane)).collect_view();
            let links = picture.links.iter().map(|link| self.link(*link, &picture)).collect_view();
            let first = picture.lanes.len();
            let bands = picture.bands.iter().enumerate().map(|(i, band)| self.band(first + i, band)).collect_view();
            let headings = picture.headings.iter().map(text).collect_view();
            view! { <g>{links}{lanes}{headings}{bands}</g> }
        };
        let size = move |of: fn(&picture::Picture) -> i32| self.picture.with(|picture| of(picture).to_string());
        let title = move || self.picture.with(|picture| format!("Picture of {}", picture.title));
        view! {
            <svg role="group" aria-label=title width=move || size(|picture| picture.width) height=move || size(|picture| picture.height)
                class:pointing=move || self.lit.with(Option::is_some)>{drawn}</svg>
        }
        .into_any()
    }

    /// A part that can be walked to and activated, the `index`th of all. What has the focus is a clear rectangle over it:
    /// its name says in a sentence what is drawn in pieces.
    fn part(self, index: usize, part: Part, rect: Rect, name: String, path: Path, inside: AnyView) -> AnyView {
        let go = move || {
            self.at.set(index);
            go_to(self.document, self.view, &path);
        };
        let act = go.clone();
        // Whatever changes this draws all parts again.
        let last = self.picture.with_untracked(|picture| picture.lanes.len() + picture.bands.len()).saturating_sub(1);
        let pressed = move |event: ev::KeyboardEvent| {
            let to = match event.key().as_str() {
                "Enter" | " " => {
                    event.prevent_default();
                    return act();
                }
                "ArrowDown" | "ArrowRight" => (index + 1).min(last),
                "ArrowUp" | "ArrowLeft" => index.saturating_sub(1),
                "Home" => 0,
                "End" => last,
                _ => return,
            };
            event.prevent_default();
            self.at.set(to);
            page::focus_drawn(&part_id(to));
        };
        let leave = move || {
            if self.lit.try_get_untracked() == Some(Some(part)) {
                self.lit.set(None);
            }
        };
        let focused = move |_| {
            self.at.set(index);
            self.lit.set(Some(part));
        };
        let reached = move || if self.at.get().min(last) == index { "0" } else { "-1" };
        view! {
            <g class="pic-part" class:near=move || self.is_near(part) on:click=move |_| go()
                on:pointerenter=move |_| self.lit.set(Some(part)) on:pointerleave=move |_| leave()>
                {inside}
                <rect id=part_id(index) class="pic-over" role="button" tabindex=reached aria-label=name
                    x=rect.x y=rect.y width=rect.width height=rect.height rx="6"
                    on:keydown=pressed on:focus=focused on:blur=move |_| leave()/>
            </g>
        }
        .into_any()
    }

    /// Whether a part is what is pointed at, or connected with it.
    fn is_near(self, part: Part) -> bool {
        let Some(lit) = self.lit.get() else { return false };
        let joins = |link: &Link| {
            let ends = [Part::Lane(link.lane), Part::Group(link.group)];
            ends.contains(&lit) && ends.contains(&part)
        };
        lit == part || self.picture.with(|picture| picture.links.iter().any(joins))
    }

    fn lane(self, index: usize, lane: &Lane) -> AnyView {
        let kind = lane.kind.class();
        let line = format!("M{} {}H{}V{}", lane.rect.x - 2, lane.top, lane.x, lane.bottom);
        let texts = lane.texts.iter().map(text).collect_view();
        let inside = view! {
            <path class=format!("pic-lane {kind}") d=line/>
            {texts}
        };
        self.part(index, Part::Lane(index), lane.rect, lane.name.clone(), lane.path.clone(), inside.into_any())
    }

    fn link(self, link: Link, picture: &picture::Picture) -> AnyView {
        let kind = picture.lanes[link.lane].kind.class();
        let mark = match link.tie {
            Tie::Uses => view! { <circle class=format!("pic-dot {kind}") cx=link.from cy=link.y r="3.5"/> }.into_any(),
            Tie::Serves | Tie::Both => {
                view! { <rect class=format!("pic-dot {kind}") x=link.from - 4 y=link.y - 4 width="9" height="9"/> }
                    .into_any()
            }
        };
        let line = format!("M{} {}H{}", link.from, link.y, link.to);
        let near = move || {
            matches!(self.lit.get(), Some(Part::Lane(lane)) if lane == link.lane)
                || matches!(self.lit.get(), Some(Part::Group(group)) if group == link.group)
        };
        view! { <g class="pic-tie" class:near=near><path class=format!("pic-link {kind}") d=line/>{mark}</g> }
            .into_any()
    }

    fn band(self, index: usize, band: &Band) -> AnyView {
        let rect = band.rect;
        let (own, path) = (band.path.clone(), band.path.clone());
        // The group whose field has the focus in the form.
        let here = move || self.view.location.focused.with(|lit| lit.as_ref().is_some_and(|lit| own.contains(lit)));
        let texts = band.texts.iter().map(text).collect_view();
        let cells = band.cells.paths();
        let cells = cells.into_iter().map(|(mark, path)| view! { <path class=mark.class() d=path/> }).collect_view();
        let chips = band.chips.iter().map(chip).collect_view();
        let inside = view! {
            <rect class=format!("pic-band {}", band.role) class:here=here x=rect.x y=rect.y width=rect.width height=rect.height rx="6"/>
            {texts}{cells}{chips}
        };
        self.part(index, Part::Group(band.group), rect, band.name.clone(), path, inside.into_any())
    }
}

fn part_id(index: usize) -> String {
    format!("picture-{index}")
}

/// A text, which the name of its part says in words.
fn text(text: &Text) -> AnyView {
    let anchor = text.at_end.then_some("end");
    view! { <text class=text.style.class() x=text.x y=text.y text-anchor=anchor aria-hidden="true">{text.text.clone()}</text> }.into_any()
}

fn chip(chip: &Chip) -> AnyView {
    let rect = chip.rect;
    let class = format!("pic-node {}", chip.mark.class());
    view! { <rect class=class x=rect.x y=rect.y width=rect.width height=rect.height rx="4"/> {text(&chip.text)} }
        .into_any()
}
