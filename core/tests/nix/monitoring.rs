//! Who scrapes whom.

use crate::harness::{World, runs, strings};
use crate::{Invariant, Switch};

pub const INVARIANTS: &[Invariant] =
    &[("what runs is scraped, and nothing else", scraped_is_what_runs), ("ports are open where servers run", ports)];

pub const SWITCHES: &[Switch] = &[Switch { name: "monitoring", levels: &["", "monitoring.enable = false"] }];

const EXPORTERS: &[(&str, u64)] = &[("node", 9100), ("nvidia-gpu", 9835)];

fn scraped_is_what_runs(world: &World) {
    let prometheus = &world.configs[&world.controller().name]["services"]["prometheus"];
    let jobs = prometheus["scrapeConfigs"].as_array().cloned().unwrap_or_default();
    let targets: Vec<&str> = jobs.iter().flat_map(|job| strings(&job["static_configs"][0]["targets"])).collect();
    for (node, config) in world.each() {
        for (exporter, port) in EXPORTERS {
            let scraped = targets.contains(&format!("{}:{port}", node.name).as_str());
            let runs = runs(config, &["prometheus", "exporters", exporter]);
            assert_eq!(scraped, runs, "{exporter} exporter of {}", node.name);
        }
    }
}

fn ports(world: &World) {
    for (node, config) in world.each() {
        let at = &node.name;
        for (exporter, port) in EXPORTERS {
            assert_eq!(world.opens_tcp(node, *port), runs(config, &["prometheus", "exporters", exporter]), "{at}");
        }
        assert_eq!(world.opens_tcp(node, 9090), runs(config, &["prometheus"]), "{at}");
        assert_eq!(world.opens_tcp(node, 3000), runs(config, &["grafana"]), "{at}");
    }
}
