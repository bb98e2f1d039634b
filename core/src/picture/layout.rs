//! The layout of the picture: where everything stands. Lengths are pixels; `x` grows to the right, `y` downwards.

use super::cells::{Cells, EDGE, Mark, lay_out};
use super::facts::{self, Duties, Group, Kind, Shared};
use super::text::{Style, Text, fit, width, wrap};
use super::words::{self, counted};
use crate::cluster::{Choice, Cluster, Role, expand};
use crate::path;
use crate::path::Path;
use crate::totals::totals;

/// A rectangle, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    /// Its left edge.
    pub x: i32,
    /// Its upper edge.
    pub y: i32,
    /// From its left to its right edge.
    pub width: i32,
    /// From its upper to its lower edge.
    pub height: i32,
}

impl Rect {
    /// Whether the two overlap; to touch is not to overlap.
    pub fn meets(self, other: Rect) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }

    /// Whether `other` lies within this one, its edges included.
    pub fn holds(self, other: Rect) -> bool {
        self.x <= other.x
            && self.y <= other.y
            && other.x + other.width <= self.x + self.width
            && other.y + other.height <= self.y + self.height
    }
}

/// A node of a small group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    /// Where it is drawn.
    pub rect: Rect,
    /// What sort of node it is, which decides its colour.
    pub mark: Mark,
    /// The node's name, shortened to fit.
    pub text: Text,
}

/// A group of nodes: a band from the left to the right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// Where it is drawn.
    pub rect: Rect,
    /// The place of the group in the description: `nodes[2]`.
    pub path: Path,
    /// The index of the group in `Cluster::nodes`.
    pub group: usize,
    /// The CSS class of its role; empty for none.
    pub role: &'static str,
    /// All that it shows, in a sentence.
    pub name: String,
    /// What is written in it.
    pub texts: Vec<Text>,
    /// Its nodes, one chip each; none where the group is drawn as cells.
    pub chips: Vec<Chip>,
    /// The nodes of a large group as cells; empty where the group is drawn as chips.
    pub cells: Cells,
}

/// Something that several groups share: an upright line beside them, which begins at its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// What it is, which decides its colour.
    pub kind: Kind,
    /// Its place in the description.
    pub path: Path,
    /// All that it shows, in a sentence.
    pub name: String,
    /// Where its line stands.
    pub x: i32,
    /// The upper end of the line.
    pub top: i32,
    /// The lower end of the line.
    pub bottom: i32,
    /// The box in which its name stands.
    pub rect: Rect,
    /// What is written in the box.
    pub texts: Vec<Text>,
}

/// How a group is tied to what a lane stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// Its nodes use it.
    Uses,
    /// Some of its nodes serve it.
    Serves,
    /// Some of its nodes serve it, others use it.
    Both,
}

/// A horizontal line between a lane and a band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The index of the lane in [`Picture::lanes`].
    pub lane: usize,
    /// The index of the band's group in `Cluster::nodes`.
    pub group: usize,
    /// How the group is tied to the lane.
    pub tie: Tie,
    /// Where the line lies.
    pub y: i32,
    /// Its end at the lane.
    pub from: i32,
    /// Its end at the band.
    pub to: i32,
}

/// The picture of a cluster, `width` × `height` pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its width.
    pub width: i32,
    /// Its height.
    pub height: i32,
    /// The cluster's name.
    pub title: String,
    /// What it is, in a sentence.
    pub summary: String,
    /// What groups share, from left to right.
    pub lanes: Vec<Lane>,
    /// The groups, from top to bottom.
    pub bands: Vec<Band>,
    /// The lines between lanes and bands.
    pub links: Vec<Link>,
    /// Headings over the bands.
    pub headings: Vec<Text>,
}

/// The roles from above to below, with their headings.
const TIERS: &[(Option<Role>, &str)] = &[
    (Some(Role::Controller), "CONTROLLERS"),
    (Some(Role::Login), "LOGIN"),
    (Some(Role::Storage), "STORAGE"),
    (Some(Role::Worker), "WORKERS"),
    (None, "NO ROLE"),
];

/// The least width of a picture.
pub const NARROWEST: i32 = 300;
const EDGE_SPACE: i32 = 16;
const PADDING: i32 = 12;
const CHIP: i32 = 24;
const CHIP_GAP: i32 = 6;
/// The most lines of chips; larger groups are cells.
const CHIP_LINES: usize = 3;
/// Between the lines from a band to its lanes.
const LINK_STEP: i32 = 9;

/// Draws the cluster `width` pixels wide, or as wide as it has to be.
pub fn draw(cluster: &Cluster, width: i32) -> Picture {
    let width = width.max(NARROWEST);
    let nodes = expand::expand(cluster);
    let groups = facts::groups(cluster, &nodes);
    let shared = if groups.is_empty() { Vec::new() } else { facts::shared(cluster) };
    let duties = facts::duties(cluster);
    let title = if cluster.general.name.is_empty() { "Cluster" } else { &cluster.general.name }.to_owned();

    let step = if width < 520 { 11 } else { 14 };
    let left = EDGE_SPACE + step * shared.len() as i32 + 4;
    let lane_x = |lane: usize| EDGE_SPACE + step * lane as i32 + 4;
    let room = width - EDGE_SPACE - left;
    let mut y = EDGE_SPACE;
    let mut lanes: Vec<Lane> = Vec::new();
    for (i, shared) in shared.iter().enumerate() {
        let lane = lane_label(shared, lane_x(i), left, y, room);
        y = lane.rect.y + lane.rect.height + 2;
        lanes.push(lane);
    }

    let (mut bands, mut links, mut headings) = (Vec::new(), Vec::new(), Vec::new());
    for (role, heading) in TIERS {
        for (i, group) in groups.iter().filter(|group| group.role() == *role).enumerate() {
            if i == 0 {
                y += 22;
                let text = (*heading).to_owned();
                headings.push(Text { x: left, y, style: Style::Heading, at_end: false, text });
                y += 8;
            }
            let own = ties(group, &shared);
            let mut band = band(group, &duties, Rect { x: left, y, width: room, height: 0 });
            band.rect.height = band.rect.height.max(2 * PADDING + LINK_STEP * (own.len() as i32 - 1));
            let first = y + PADDING + 2;
            links.extend(own.into_iter().enumerate().map(|(i, (lane, tie))| Link {
                lane,
                group: group.index,
                tie,
                y: first + LINK_STEP * i as i32,
                from: lane_x(lane),
                to: left,
            }));
            y += band.rect.height + 8;
            bands.push(band);
        }
    }
    for (i, lane) in lanes.iter_mut().enumerate() {
        let last = links.iter().filter(|link| link.lane == i).map(|link| link.y).max();
        lane.bottom = last.unwrap_or(lane.top);
        lane.name = words::name_of_lane(i, &shared, &links, &groups);
    }
    for band in &mut bands {
        let group = &groups[band.group];
        band.name = words::name_of_group(group, &words::duties(group, &duties), &links, &shared);
    }
    Picture {
        width,
        height: y + EDGE_SPACE - 8,
        title,
        summary: summary(cluster, &shared),
        lanes,
        bands,
        links,
        headings,
    }
}

fn summary(cluster: &Cluster, shared: &[Shared]) -> String {
    let all = totals(cluster);
    let groups = counted(cluster.nodes.len() as u64, "group");
    let mut text = format!("{} in {groups}, {}", counted(all.nodes, "node"), counted(all.cores, "core"));
    if all.gpus > 0 {
        text += &format!(", {}", counted(all.gpus, "GPU"));
    }
    let files: Vec<&str> =
        shared.iter().filter(|shared| shared.kind.is_files()).map(|shared| shared.connection.label.as_str()).collect();
    if !files.is_empty() {
        text += &format!("; shared file systems {}", files.join(", "));
    }
    text + "."
}

/// A lane's name and what is said of it, behind it where there is room, else below.
fn lane_label(shared: &Shared, x: i32, left: i32, y: i32, room: i32) -> Lane {
    let label = fit(&shared.connection.label, Style::Label, room);
    let beside = room - width(&label, Style::Label) - 10;
    let whole = shared.connection.details.join(" · ");
    let base = y + 16;
    let mut texts = vec![Text { x: left, y: base, style: Style::Label, at_end: false, text: label }];
    let detail = |x: i32, y: i32, text: String| Text { x, y, style: Style::Detail, at_end: false, text };
    let mut height = 24;
    if width(&whole, Style::Detail) <= beside {
        texts.push(detail(left + room - beside, base, whole));
    } else {
        for line in wrap(&shared.connection.details, Style::Detail, room, 2) {
            texts.push(detail(left, base + height - 8, line));
            height += 16;
        }
    }
    Lane {
        kind: shared.kind,
        path: shared.connection.path.clone(),
        name: String::new(),
        x,
        top: y + 12,
        bottom: y + 12,
        rect: Rect { x: left - 4, y, width: room + 4, height },
        texts,
    }
}

/// The lanes that a group has to do with.
fn ties(group: &Group, shared: &[Shared]) -> Vec<(usize, Tie)> {
    let tie = |shared: &Shared| {
        let from = group.nodes.iter().filter(|node| shared.connection.from.contains(&node.name)).count();
        let uses = (shared.connection.on)(group.group)
            && (from < group.nodes.len() || shared.connection.from_uses || group.nodes.is_empty());
        match (from > 0, uses) {
            (true, true) => Some(Tie::Both),
            (true, false) => Some(Tie::Serves),
            (false, true) => Some(Tie::Uses),
            (false, false) => None,
        }
    };
    shared.iter().enumerate().filter_map(|(i, shared)| Some((i, tie(shared)?))).collect()
}

/// The band of a group at `at`, as high as it has to be.
fn band(group: &Group, duties: &Duties, at: Rect) -> Band {
    let (left, right) = (at.x + PADDING + 4, at.x + at.width - PADDING);
    let room = right - left;
    let count = words::count(group);
    let hosts = if group.group.hosts.is_empty() { "unnamed" } else { &group.group.hosts };
    let name_room = (room - width(&count, Style::Label) - 12).max(40);
    let mut y = at.y + PADDING + 10;
    let mut texts = vec![
        Text { x: left, y, style: Style::Name, at_end: false, text: fit(hosts, Style::Name, name_room) },
        Text { x: right, y, style: Style::Label, at_end: true, text: count },
    ];
    let own = words::duties(group, duties);
    for line in
        wrap(&words::details(group), Style::Detail, room, 3).into_iter().chain(wrap(&own, Style::Detail, room, 2))
    {
        y += 17;
        texts.push(Text { x: left, y, style: Style::Detail, at_end: false, text: line });
    }
    y += 12;
    let marks = marks(group, duties);
    let mut band = Band {
        rect: at,
        path: path![Cluster::nodes[group.index]],
        group: group.index,
        role: group.role().map_or("", |role| role.key()),
        name: String::new(),
        texts,
        chips: Vec::new(),
        cells: Cells::default(),
    };
    // One node has its name above already.
    if group.nodes.len() > 1 {
        match chips(group, &marks, left, y, room) {
            Some((chips, height)) => {
                band.chips = chips;
                y += height + PADDING;
            }
            None => {
                let (cells, height) = lay_out(&marks, left, y, room.max(EDGE));
                y += height + PADDING;
                if cells.nodes_each > 1 {
                    let text = fit(&format!("a square is {} nodes", cells.nodes_each), Style::Detail, room);
                    band.texts.push(Text { x: left, y: y + 4, style: Style::Detail, at_end: false, text });
                    y += 14;
                }
                band.cells = cells;
            }
        }
    }
    band.rect.height = y - at.y;
    band
}

fn marks(group: &Group, duties: &Duties) -> Vec<Mark> {
    let mark = |node: &crate::cluster::Node| {
        if duties.contains_key(&node.name) {
            Mark::Serves
        } else if group.differing.contains(&node.name) {
            Mark::Differs
        } else if node.gpus.count > 0 {
            Mark::Gpu
        } else {
            Mark::Plain
        }
    };
    group.nodes.iter().map(mark).collect()
}

/// The nodes as chips with their names, and how high these are; `None` where they are too many.
fn chips(group: &Group, marks: &[Mark], left: i32, top: i32, room: i32) -> Option<(Vec<Chip>, i32)> {
    if group.nodes.len() > 64 {
        return None;
    }
    let (mut x, mut y, mut lines) = (left, top, 1);
    let mut chips = Vec::with_capacity(marks.len());
    for (node, mark) in group.nodes.iter().zip(marks) {
        let name = fit(&node.name, Style::Chip, room - 16);
        let wide = width(&name, Style::Chip) + 16;
        if x > left && x + wide > left + room {
            (x, y, lines) = (left, y + CHIP + CHIP_GAP, lines + 1);
            if lines > CHIP_LINES {
                return None;
            }
        }
        let rect = Rect { x, y, width: wide, height: CHIP };
        let text = Text { x: x + 8, y: y + 16, style: Style::Chip, at_end: false, text: name };
        chips.push(Chip { rect, mark: *mark, text });
        x += wide + CHIP_GAP;
    }
    Some((chips, y + CHIP - top))
}
