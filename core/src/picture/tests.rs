use super::text::width;
use super::*;
use crate::cluster::{Cluster, NodeGroup, Role, SharedFileSystem};
use crate::preset::{self, PRESETS};
use proptest::prelude::*;
use std::sync::Arc;

/// Where a text is.
fn rect(text: &Text) -> Rect {
    let wide = width(&text.text, text.style);
    let x = if text.at_end { text.x - wide } else { text.x };
    Rect { x, y: text.y - text.style.size() + 2, width: wide, height: text.style.size() }
}

/// What lies over something else, or out of its place.
fn faults(picture: &Picture) -> Vec<String> {
    let mut faults = Vec::new();
    let page = Rect { x: 0, y: 0, width: picture.width, height: picture.height };
    let mut apart: Vec<(String, Rect)> = Vec::new();
    apart.extend(picture.lanes.iter().map(|lane| (lane.name.clone(), lane.rect)));
    apart.extend(picture.headings.iter().map(|heading| (heading.text.clone(), rect(heading))));
    apart.extend(picture.bands.iter().map(|band| (band.name.clone(), band.rect)));
    let mut inside = |what: &str, outer: Rect, parts: Vec<(String, Rect)>| {
        for (i, (name, part)) in parts.iter().enumerate() {
            if !outer.holds(*part) {
                faults.push(format!("{name} {part:?} is not in {what} {outer:?}"));
            }
            for (other, place) in &parts[..i] {
                if part.meets(*place) {
                    faults.push(format!("{name} lies over {other} in {what}"));
                }
            }
        }
    };
    for lane in &picture.lanes {
        inside(&lane.name, lane.rect, lane.texts.iter().map(|text| (text.text.clone(), rect(text))).collect());
    }
    for band in &picture.bands {
        let mut parts: Vec<(String, Rect)> = band.texts.iter().map(|text| (text.text.clone(), rect(text))).collect();
        parts.extend(band.chips.iter().map(|chip| (chip.text.text.clone(), chip.rect)));
        // Cells stand in lines: their neighbours are told by their distance.
        let cells: Vec<Rect> = band.cells.rects().collect();
        let all = cells.iter().copied().reduce(|a, b| Rect {
            x: a.x.min(b.x),
            y: a.y.min(b.y),
            width: (a.x + a.width).max(b.x + b.width) - a.x.min(b.x),
            height: (a.y + a.height).max(b.y + b.height) - a.y.min(b.y),
        });
        parts.extend(all.map(|all| ("cells".to_owned(), all)));
        inside(&band.name, band.rect, parts);
        for chip in &band.chips {
            inside(&chip.text.text, chip.rect, vec![(chip.text.text.clone(), rect(&chip.text))]);
        }
    }
    inside("the picture", page, apart);
    for link in &picture.links {
        let lane = &picture.lanes[link.lane];
        let band = picture.bands.iter().find(|band| band.group == link.group).unwrap().rect;
        let on_band = link.to == band.x && (band.y..band.y + band.height).contains(&link.y);
        if link.from != lane.x || !(lane.top..=lane.bottom).contains(&link.y) || !on_band {
            faults.push(format!("{link:?} does not lead from its lane to its band"));
        }
    }
    let mut ends: Vec<(i32, i32)> = picture.links.iter().map(|link| (link.from, link.y)).collect();
    ends.sort_unstable();
    if ends.windows(2).any(|pair| pair[0] == pair[1]) {
        faults.push("two lines begin at one point".to_owned());
    }
    faults
}

const WIDTHS: [i32; 5] = [0, 358, 600, 960, 1600];

#[test]
fn nothing_lies_over_anything_in_the_presets() {
    for preset in PRESETS {
        for width in WIDTHS {
            assert_eq!(faults(&draw(&preset.cluster(), width)), [""; 0], "{} at {width}", preset.name);
        }
    }
}

#[test]
fn a_band_says_all_of_its_group() {
    let picture = draw(&preset::find("large").unwrap().cluster(), 960);
    let names: Vec<&str> = picture.bands.iter().map(|band| band.name.as_str()).collect();
    assert_eq!(
        names[..4],
        [
            "ctl1, controller, 10.20.0.10, 32 cores, 256 GiB, runs or serves slurmctld, Prometheus, Grafana, mounts /home from st1 and /work from st2",
            "login[1-2], 2 nodes, login, 10.20.0.11 to 10.20.0.12, 64 cores, 512 GiB, mounts /home from st1 and /work from st2",
            "st[1-3], 3 nodes, storage, 10.20.0.21 to 10.20.0.23, 32 cores, 384 GiB, runs or serves /home on st1; /work on st2, mounts /home from st1 and /work from st2",
            "cn[001-512], 512 nodes, worker, 10.20.4.1 to 10.20.6.0, 128 cores, 512 GiB, partition cpu, 41 differ from their group, mounts /home from st1 and /work from st2",
        ]
    );
    let lanes: Vec<&str> = picture.lanes.iter().map(|lane| lane.name.as_str()).collect();
    assert_eq!(
        lanes[1],
        "/home, NFS, from st1:/home, mounted by ctl1, login[1-2], st[1-3], cn[001-512], hm[01-60], gn[01-16], vis[1-6]"
    );
    let cells = &picture.bands[3].cells;
    assert_eq!((cells.nodes_each, cells.rects().count()), (1, 512));
    assert_eq!(cells.places.iter().filter(|(mark, ..)| *mark == Mark::Differs).count(), 8 + 1 + 32);
}

#[test]
fn a_server_that_mounts_nothing_of_its_own_only_serves() {
    let picture = draw(&preset::find("eight-node").unwrap().cluster(), 960);
    let storage = picture.bands.iter().find(|band| band.role == "storage").unwrap();
    let ties: Vec<_> = picture.links.iter().filter(|link| link.group == storage.group).collect();
    assert!(ties.iter().any(|link| link.tie == super::layout::Tie::Serves), "{ties:?}");
    assert!(storage.name.contains("runs or serves /home"), "{}", storage.name);
    assert!(!storage.name.contains("mounts"), "{}", storage.name);
}

#[test]
fn the_file_is_xml_whatever_the_names_are() {
    let mut cluster = preset::find("minimal").unwrap().cluster();
    Arc::make_mut(&mut cluster.general).name = "<script>alert(\"&\")</script>\u{1}".to_owned();
    Arc::make_mut(&mut cluster.nodes)[0].hosts = "a]]><b".to_owned();
    let text = svg(&draw(&cluster, 960));
    assert!(text.contains("&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt; "), "{text}");
    assert!(!text.contains("<script") && !text.contains("<b"), "{text}");
    assert!(
        text.starts_with("<svg ")
            && text.contains("<title id=\"title\">")
            && text.contains("prefers-color-scheme: dark")
    );
    // Every element is closed.
    let (mut open, mut rest) = (0, text.as_str());
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').unwrap();
        let tag = &rest[start..=end];
        open += if tag.starts_with("</") { -1 } else { i32::from(!tag.ends_with("/>")) };
        rest = &rest[end..];
    }
    assert_eq!(open, 0);
}

#[test]
fn an_empty_cluster_has_an_empty_picture() {
    let picture = draw(&Cluster::default(), 600);
    assert!(picture.bands.is_empty() && picture.lanes.is_empty());
    assert_eq!(faults(&picture), [""; 0]);
}

fn group() -> impl Strategy<Value = NodeGroup> {
    let hosts = prop_oneof![
        4 => ("[a-z]{1,12}", 1_u32..2000).prop_map(|(name, count)| format!("{name}[1-{count}]")),
        2 => "[a-z]{1,60}[0-9]",
        1 => ".{0,40}",
        1 => Just("rack[1-40]n[001-125]".to_owned()),
    ];
    let roles = prop::collection::vec(
        prop_oneof![Just(Role::Controller), Just(Role::Login), Just(Role::Storage), Just(Role::Worker)],
        0..4,
    );
    (hosts, roles, any::<bool>(), 0_u32..9).prop_map(|(hosts, roles, addressed, gpus)| {
        let mut group = NodeGroup { hosts, roles, ..NodeGroup::default() };
        if addressed {
            group.first_ip = "10.100.200.1".to_owned();
            group.fabric_first_ip = "10.101.200.1".to_owned();
        }
        group.gpus.count = gpus;
        group
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_lies_over_anything(
        groups in prop::collection::vec(group(), 0..12),
        mounts in prop::collection::vec(("[a-z/]{0,70}", "[a-z0-9\\[\\]-]{0,30}"), 0..10),
        width in 0_i32..2000,
        fabric in any::<bool>(),
    ) {
        let mut cluster = Cluster { nodes: Arc::new(groups), ..Cluster::default() };
        let files = |(mount, server): &(String, String)| SharedFileSystem {
            mount: mount.clone(), server: server.clone(), ..SharedFileSystem::default()
        };
        Arc::make_mut(&mut cluster.storage).shared = mounts.iter().map(files).collect();
        if fabric {
            Arc::make_mut(&mut cluster.network).fabric.kind = crate::cluster::FabricKind::InfiniBand;
        }
        let picture = draw(&cluster, width);
        prop_assert_eq!(faults(&picture), Vec::<String>::new());
        prop_assert_eq!(&picture, &draw(&cluster, width));
    }
}
