use super::*;
use crate::cluster::expand::expand;
use crate::cluster::{Cluster, Gpus, Node, NodeGroup, NodeOverride, Role};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

fn cluster(groups: Vec<NodeGroup>) -> Cluster {
    Cluster { nodes: Arc::new(groups), ..Cluster::default() }
}

fn group(hosts: &str) -> NodeGroup {
    NodeGroup { hosts: hosts.to_owned(), first_ip: "10.0.0.1".to_owned(), ..NodeGroup::default() }
}

fn over(hosts: &str) -> NodeOverride {
    NodeOverride { hosts: hosts.to_owned(), ..NodeOverride::default() }
}

fn nodes(positions: &[usize]) -> Vec<Row> {
    positions.iter().map(|position| Row::node(0, *position)).collect()
}

fn node(cluster: &Cluster, name: &str) -> Node {
    expand(cluster).into_iter().find(|node| node.name == name).unwrap()
}

fn shown(cluster: &Cluster, filter: &str, wish: Wish) -> String {
    let wish = Wish { filter: Filter::read(filter).unwrap(), ..wish };
    let view = view(&cluster.nodes, &wish, &mut Names::default());
    let name = |row: &Row| match row.position {
        None => cluster.nodes[row.group].hosts.clone(),
        Some(place) => view.members[&row.group].names[place].clone(),
    };
    view.rows.iter().map(name).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_some_nodes_are_given_becomes_an_override() {
    let mut design = cluster(vec![group("cn[01-10]")]);
    set(&mut design, &nodes(&[1]), Column::Memory, "8 GiB").unwrap();
    set(&mut design, &nodes(&[4, 5]), Column::Memory, "8 GiB").unwrap();
    let own = NodeOverride { memory_mib: Some(8192), ..over("cn[02,05-06]") };
    assert_eq!(design.nodes[0].overrides, [own]);
    // The group's own value is no difference.
    set(&mut design, &nodes(&[4]), Column::Memory, "4 GiB").unwrap();
    assert_eq!(design.nodes[0].overrides[0].hosts, "cn[02,06]");
    take_back(&mut design, &nodes(&[1]), Column::Memory).unwrap();
    assert_eq!(design.nodes[0].overrides[0].hosts, "cn06");
    // What all are given is the group's.
    set(&mut design, &nodes(&(0..10).collect::<Vec<_>>()), Column::Memory, "16 GiB").unwrap();
    assert_eq!((design.nodes[0].memory_mib, design.nodes[0].overrides.len()), (16_384, 0));
}

#[test]
fn addresses_count_on_over_the_rows() {
    let mut design = cluster(vec![group("a[1-3]"), group("b[1-2]"), group("c")]);
    set(&mut design, &[Row::group(0), Row::group(1), Row::group(2)], Column::Address, "10.9.0.1").unwrap();
    let first: Vec<&str> = design.nodes.iter().map(|group| group.first_ip.as_str()).collect();
    assert_eq!(first, ["10.9.0.1", "10.9.0.4", "10.9.0.6"]);
    fill_down(&mut design, &[Row::node(0, 1), Row::node(0, 2), Row::group(2)], Column::Address).unwrap();
    assert_eq!(node(&design, "a3").ip, node(&design, "a2").ip.map(|ip| u32::from(ip) + 1).map(Into::into));
    assert_eq!(design.nodes[2].first_ip, "10.9.0.4");
    assert!(fill_down(&mut design, &[Row::group(0)], Column::Memory).is_err());
}

#[test]
fn filling_down_copies_what_is_no_address() {
    let mut design = cluster(vec![group("a"), group("b"), group("c")]);
    set(&mut design, &[Row::group(0)], Column::Gpus, "4 × h100").unwrap();
    fill_down(&mut design, &[Row::group(0), Row::group(1), Row::group(2)], Column::Gpus).unwrap();
    assert_eq!(design.nodes[2].gpus, Gpus { count: 4, model: "h100".to_owned(), ..Gpus::default() });
}

#[test]
fn taking_a_host_out_of_an_override_keeps_what_the_others_have() {
    let moved = NodeOverride {
        first_ip: Some("10.5.0.1".to_owned()),
        mac_addresses: Some(["m1", "m2", "m3", "m4"].map(str::to_owned).to_vec()),
        extra_config: "{ }".to_owned(),
        ..over("cn[2-5]")
    };
    let untouched = NodeOverride { weight: Some(9), ..over("cn9") };
    let before = cluster(vec![NodeGroup { overrides: vec![untouched.clone(), moved], ..group("cn[1-9]") }]);
    let mut after = before.clone();
    take_back_all(&mut after, &nodes(&[2])).unwrap();
    assert_eq!(after.nodes[0].overrides[0], untouched);
    for name in ["cn1", "cn2", "cn4", "cn5", "cn9"] {
        assert_eq!(node(&after, name), node(&before, name));
    }
    assert_eq!(node(&after, "cn3").mac_address, "");
    assert_eq!(after.nodes[0].overrides.len(), 3);
    assert!(after.nodes[0].overrides[1..].iter().all(|own| own.extra_config == "{ }"));
    assert_eq!(differing(&before, &[Row::group(0)], None, &View::default()), 5);
    assert_eq!(differing(&after, &nodes(&[0, 1, 2]), Some(Column::Address), &View::default()), 1);
}

#[test]
fn what_nodes_cannot_have_alone_is_refused() {
    let mut design =
        cluster(vec![NodeGroup { addresses: vec!["10.0.0.9".to_owned(); 3], ..group("cn[1-3]") }, group("one")]);
    for (row, column, part) in [
        (Row::node(0, 1), Column::Roles, "group of their own"),
        (Row::node(0, 1), Column::Hosts, "hosts of their group"),
        (Row::group(0), Column::Count, "follows from the hosts"),
        (Row::group(0), Column::Address, "listed one by one"),
        (Row::group(7), Column::Memory, "gone"),
    ] {
        let before = design.clone();
        let why = set(&mut design, &[row], column, "worker").unwrap_err();
        assert!(why.contains(part) || column == Column::Count || column == Column::Memory, "{why}");
        assert_eq!(design, before);
    }
    set(&mut design, &nodes(&[1]), Column::Address, "10.0.0.77").unwrap();
    assert_eq!(design.nodes[0].addresses[1], "10.0.0.77");
    assert!(design.nodes[0].overrides.is_empty());
    // A group of one host is that host.
    set(&mut design, &[Row::node(1, 0)], Column::Roles, "login").unwrap();
    assert_eq!(design.nodes[1].roles, [Role::Login]);
}

#[test]
fn two_modules_for_one_host_are_not_lost() {
    let module = |text: &str| NodeOverride { extra_config: text.to_owned(), ..over("cn1") };
    let mut design = cluster(vec![NodeGroup { overrides: vec![module("{ a }"), module("{ b }")], ..group("cn[1-2]") }]);
    let why = set(&mut design, &nodes(&[0]), Column::Weight, "2").unwrap_err();
    assert!(why.contains("cn1"), "{why}");
}

#[test]
fn hosts_that_are_added_are_like_their_neighbour() {
    let like = NodeGroup {
        memory_mib: 5,
        overrides: vec![over("cn1")],
        fabric_first_ip: "10.1.0.1".to_owned(),
        ..group("cn[001-100]")
    };
    let mut design = cluster(vec![like, NodeGroup { first_ip: "10.0.0.101".to_owned(), ..group("login[1-2]") }]);
    Arc::make_mut(&mut design.network).subnet = "10.0.0.0/24".to_owned();
    let at = add(&mut design, " cn[101-110] ", Some(0)).unwrap();
    let new = &design.nodes[at];
    assert_eq!((at, new.memory_mib, new.overrides.len(), new.hosts.as_str()), (1, 5, 0, "cn[101-110]"));
    assert_eq!((new.first_ip.as_str(), new.fabric_first_ip.as_str()), ("10.0.0.111", "10.1.0.101"));
    for (hosts, part) in [("", "Write the hosts"), ("cn[1-", "closing bracket"), ("x,cn050", "cn050 already")] {
        let why = add(&mut design, hosts, Some(0)).unwrap_err();
        assert!(why.contains(part), "{why}");
    }
}

#[test]
fn copies_go_on_where_names_count() {
    let mut design = cluster(vec![group("cn[001-004]"), group("head")]);
    assert_eq!(duplicate(&mut design, &BTreeSet::from([0, 1])), [Row::group(1), Row::group(3)]);
    let hosts: Vec<&str> = design.nodes.iter().map(|group| group.hosts.as_str()).collect();
    assert_eq!(hosts, ["cn[001-004]", "cn[005-008]", "head", "head"]);
    assert_ne!(design.nodes[1].first_ip, design.nodes[0].first_ip);
}

#[test]
fn groups_move_together() {
    let mut design = cluster(vec![group("a"), group("b"), group("c"), group("d")]);
    let moved = shift(&mut design, &BTreeSet::from([1, 3]), false);
    assert_eq!(moved, BTreeSet::from([0, 2]));
    let hosts = |design: &Cluster| design.nodes.iter().map(|group| group.hosts.clone()).collect::<String>();
    assert_eq!(hosts(&design), "badc");
    assert_eq!(shift(&mut design, &moved, false), moved);
    shift(&mut design, &moved, true);
    assert_eq!(hosts(&design), "abcd");
}

#[test]
fn nodes_that_go_leave_the_others_as_they_are() {
    let own = NodeOverride { memory_mib: Some(9), ..over("cn[2-4]") };
    let before = cluster(vec![
        NodeGroup { fabric_first_ip: "10.1.0.1".to_owned(), overrides: vec![own], ..group("cn[1-6]") },
        group("gone"),
    ]);
    let mut after = before.clone();
    let mut rows = nodes(&[0, 2]);
    rows.push(Row::group(1));
    remove(&mut after, &rows).unwrap();
    assert_eq!(after.nodes.len(), 1);
    assert_eq!(after.nodes[0].hosts, "cn[2,4-6]");
    for name in ["cn2", "cn4", "cn5", "cn6"] {
        let (was, is) = (node(&before, name), node(&after, name));
        assert_eq!((was.ip, was.memory_mib), (is.ip, is.memory_mib), "{name}");
        let fabric = |cluster: &Cluster| {
            let mut cluster = cluster.clone();
            Arc::make_mut(&mut cluster.network).fabric.kind = crate::cluster::FabricKind::InfiniBand;
            node(&cluster, name).fabric_ip
        };
        assert_eq!(fabric(&before), fabric(&after), "{name}");
    }
    // All of them is the group itself.
    remove(&mut after, &nodes(&[0, 1, 2, 3])).unwrap();
    assert!(after.nodes.is_empty());
}

fn sample() -> Cluster {
    let with = |hosts: &str, change: &dyn Fn(&mut NodeGroup)| {
        let mut group = group(hosts);
        change(&mut group);
        group
    };
    cluster(vec![
        with("ctl", &|group| group.roles = vec![Role::Controller]),
        with("cn[01-03]", &|group| {
            group.memory_mib = 8192;
            group.first_ip = "10.0.1.1".to_owned();
            group.overrides = vec![NodeOverride { memory_mib: Some(512), ..over("cn02") }];
        }),
        with("gn[1-12]", &|group| {
            group.gpus = Gpus { count: 4, model: "h100".to_owned(), ..Gpus::default() };
            group.features = vec!["ib".to_owned()];
        }),
    ])
}

#[test]
fn a_filter_shows_what_fits() {
    for (filter, rows) in [
        ("", "ctl cn[01-03] gn[1-12]"),
        ("role:worker gpu:>0", "gn[1-12]"),
        ("role:worker -gpu:h100", "cn[01-03]"),
        ("gpu:NVIDIA", "gn[1-12]"),
        ("cn0*", "cn[01-03]"),
        ("n0", "cn[01-03]"),
        ("mem:<1G", "cn[01-03] cn02"),
        ("is:different", "cn[01-03] cn02"),
        ("-is:different", "ctl cn[01-03] cn01 cn03 gn[1-12]"),
        ("gn[2,11]", "gn[1-12] gn2 gn11"),
        ("ip:10.0.1.0/24", "cn[01-03]"),
        ("ip:10.0.1.2", "cn[01-03] cn02"),
        ("feature:ib gn1?", "gn[1-12] gn10 gn11 gn12"),
        ("arch:aarch64", ""),
        ("cpus:>=1 cores:1 weight:1", "ctl cn[01-03] gn[1-12]"),
    ] {
        assert_eq!(shown(&sample(), filter, Wish::default()), rows, "{filter}");
    }
    let shut = Wish { shut: BTreeSet::from([2]), ..Wish::default() };
    assert_eq!(shown(&sample(), "gn1?", shut), "gn[1-12]");
}

#[test]
fn rows_are_sorted_groups_first_nodes_inside() {
    let by = |column, descending| Wish {
        open: BTreeSet::from([1]),
        sort: Some(Sort { column, descending }),
        ..Wish::default()
    };
    assert_eq!(shown(&sample(), "", by(Column::Memory, true)), "cn[01-03] cn01 cn03 cn02 ctl gn[1-12]");
    assert_eq!(shown(&sample(), "", by(Column::Hosts, false)), "cn[01-03] cn01 cn02 cn03 ctl gn[1-12]");
    assert_eq!(shown(&sample(), "", by(Column::Count, true)), "gn[1-12] cn[01-03] cn01 cn02 cn03 ctl");
    let design = cluster(vec![group("n10"), group("n9"), group("n[2-3]")]);
    assert_eq!(shown(&design, "", by(Column::Hosts, true)).split(' ').next(), Some("n10"));
}

#[test]
fn too_many_hosts_stay_closed() {
    let design = cluster(vec![group("a[1-65536]"), group("b[1-65536]"), group("c[1-65536]")]);
    let wish = Wish { open: (0..3).collect(), ..Wish::default() };
    let view = view(&design.nodes, &wish, &mut Names::default());
    assert_eq!(view.rows.len(), 3 + 131_072);
    assert!(!view.is_open(2));
}

fn any_override() -> impl Strategy<Value = NodeOverride> {
    let hosts = prop::collection::btree_set(1u32..8, 1..4);
    (hosts, prop::option::of(1u8..9), prop::option::of(1u64..3), prop::bool::ANY).prop_map(
        |(hosts, ip, memory_mib, mac)| {
            let names: Vec<String> = hosts.iter().map(|n| format!("cn{n}")).collect();
            NodeOverride {
                hosts: crate::hostlist::compress(&names),
                first_ip: ip.map(|ip| format!("10.7.0.{ip}")),
                memory_mib,
                mac_addresses: mac.then(|| names.iter().map(|name| format!("mac-{name}")).collect()),
                ..NodeOverride::default()
            }
        },
    )
}

proptest! {
    /// Whatever overrides there are: a cell that is set changes that cell of that host, and nothing else.
    #[test]
    fn setting_one_host_changes_nobody_else(overrides in prop::collection::vec(any_override(), 0..4), at in 0usize..6) {
        let before = cluster(vec![NodeGroup { overrides, ..group("cn[1-6]") }]);
        let mut after = before.clone();
        set(&mut after, &nodes(&[at]), Column::Weight, "42").unwrap();
        let (was, mut is) = (expand(&before), expand(&after));
        prop_assert_eq!(is[at].weight, 42);
        is[at].weight = was[at].weight;
        prop_assert_eq!(was, is);
        take_back(&mut after, &nodes(&[at]), Column::Weight).unwrap();
        prop_assert_eq!(expand(&before), expand(&after));
    }

    #[test]
    fn the_table_shows_what_the_flake_gets(overrides in prop::collection::vec(any_override(), 0..4)) {
        let design = cluster(vec![NodeGroup { overrides, ..group("cn[1-6]") }]);
        let group = &design.nodes[0];
        let members = Members::new(group, Arc::new(crate::hostlist::expand(&group.hosts).unwrap()));
        for node in expand(&design) {
            prop_assert_eq!(members.node(0, group, node.position), Some(node));
        }
    }

    #[test]
    fn no_filter_panics(text in r"((-?(role|gpu|mem|ip|is|cpus):)?[<>=]*[a-z0-9*?\[\]./-]{0,8} ?){0,4}|\PC*") {
        if let Ok(filter) = Filter::read(&text) {
            view(&sample().nodes, &Wish { filter, ..Wish::default() }, &mut Names::default());
        }
    }
}
