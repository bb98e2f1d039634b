//! The table of nodes.

use crate::cluster::expand::count_on;
use crate::cluster::{Choice, Cluster, GpuVendor, NodeGroup};
use crate::hostlist;
use crate::markdown::{code, plain};
use crate::memory::UNKNOWN;
use std::fmt::Write;

pub fn nodes(out: &mut String, cluster: &Cluster) {
    out.push_str("## Nodes\n\n");
    out.push_str("| hosts | count | roles | addresses | CPUs (sockets × cores × threads) | memory | GPUs |\n");
    out.push_str("| --- | ---: | --- | --- | --- | ---: | --- |\n");
    for group in cluster.nodes.iter() {
        let count = hostlist::count(&group.hosts).unwrap_or(0);
        let roles: Vec<&str> = group.roles.iter().map(|role| role.key()).collect();
        writeln!(
            out,
            "| `{}` | {} | {} | {} | {} × {} × {} | {} | {} |",
            code(&group.hosts),
            count,
            roles.join(", "),
            addresses(group, count),
            group.sockets,
            group.cores_per_socket,
            group.threads_per_core,
            match group.memory_mib {
                0 => UNKNOWN.to_owned(),
                mib => memory(mib),
            },
            gpus(group)
        )
        .ok();
    }
    out.push('\n');
    if cluster.nodes.iter().any(|group| !group.overrides.is_empty()) {
        out.push_str("Single hosts that differ from their group stand under its `overrides` in `cluster.nix`.\n\n");
    }
}

/// The first and the last address of a group.
fn addresses(group: &NodeGroup, count: usize) -> String {
    let first = group.addresses.first().unwrap_or(&group.first_ip).trim();
    if count < 2 {
        return plain(first);
    }
    let last = match group.addresses.last() {
        Some(last) => last.trim().to_owned(),
        None => {
            first.parse().ok().and_then(|first| count_on(first, count - 1)).map_or("?".to_owned(), |ip| ip.to_string())
        }
    };
    format!("{} – {}", plain(first), plain(&last))
}

/// MiB in the largest unit that gives a whole number.
fn memory(mib: u64) -> String {
    match mib {
        0 => "0".to_owned(),
        mib if mib % (1 << 20) == 0 => format!("{} TiB", mib >> 20),
        mib if mib % (1 << 10) == 0 => format!("{} GiB", mib >> 10),
        mib => format!("{mib} MiB"),
    }
}

fn gpus(group: &NodeGroup) -> String {
    match group.gpus.count {
        0 => "–".to_owned(),
        count => {
            let vendor = if group.gpus.vendor == GpuVendor::Amd { "AMD " } else { "" };
            format!("{count} × {vendor}{}", plain(&group.gpus.model))
        }
    }
}
