//! How long the lint takes, and all checks of a cluster with that module, by the module's length; and the table of options:
//! `cargo run --release -p clusterflake-core --example lint_speed`.

use clusterflake_core::Cluster;
use clusterflake_core::check::check;
use clusterflake_core::cluster::CustomModule;
use clusterflake_core::nix::lint::{Surroundings, lint};
use clusterflake_core::nix::options::{Known, TABLE};
use clusterflake_core::nix::syntax::source_fault;
use clusterflake_core::nix::tables;
use std::hint::black_box;
use std::time::Instant;

/// A module of about as many lines, as people write them.
fn module(lines: usize) -> String {
    let part = |i: usize| {
        format!(
            "    (lib.mkIf (cfg.part{i} or true) {{
      environment.systemPackages = with pkgs; [ htop git ];
      services.k3s = {{
        enable = true;
        role = lib.mkDefault \"agent\";
        extraFlags = [ \"--node-ip=${{node.ip}}\" ];
      }};
      networking.firewall.allowedTCPPorts = lib.optionals cfg.enable [ {port} ];
      systemd.services.unit-{i} = {{
        wantedBy = [ \"multi-user.target\" ];
        serviceConfig.ExecStart = \"${{pkgs.hello}}/bin/hello --port ${{toString cfg.port}}\";
      }};
      users.users.\"u{i}\" = {{
        isSystemUser = true;
        group = \"u{i}\";
      }};
    }})\n",
            port = 6000 + i
        )
    };
    let parts: String = (0..lines / 17).map(part).collect();
    format!(
        "{{ node, bigConfig ? {{ }}, ... }}:\n{{ config, lib, pkgs, ... }}:\nlet\n  cfg = {{ enable = false; port = 1; }} // bigConfig;\nin\n\
         {{\n  _file = ./default.nix;\n  config = lib.mkIf cfg.enable (lib.mkMerge [\n{parts}  ]);\n}}\n"
    )
}

/// The least of some runs, in milliseconds: what else runs on the machine only adds.
fn least(mut run: impl FnMut()) -> f64 {
    let times = (0..30).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64() * 1000.0
    });
    times.fold(f64::INFINITY, f64::min)
}

fn main() {
    let around = Surroundings { known: tables::known(), declared: &[], arguments: &[] };
    println!("{:>6} {:>9} {:>9} {:>7} {:>9} {:>7}", "lines", "parse ms", "lint ms", "growth", "check ms", "growth");
    let mut before = None;
    for lines in [250, 500, 1000, 2000, 3500] {
        let text = module(lines);
        let parse = least(|| drop(black_box(source_fault(black_box(&text)))));
        let lint = least(|| drop(black_box(lint(black_box(&text), around))));
        let own = CustomModule { name: "big".to_owned(), enable: true, source: text.clone(), ..Default::default() };
        let cluster = Cluster { modules: vec![own].into(), ..Default::default() };
        let check = least(|| drop(black_box(check(black_box(&cluster)))));
        let now = [lint, check];
        let growth = |i: usize| before.map(|before: [f64; 2]| format!("{:.2}", now[i] / before[i])).unwrap_or_default();
        let [of_lint, of_check] = [0, 1].map(growth);
        println!("{:>6} {parse:>9.2} {lint:>9.2} {of_lint:>7} {check:>9.2} {of_check:>7}", text.lines().count());
        before = Some(now);
    }
    let read = least(|| drop(black_box(Known::new(black_box(TABLE), false))));
    println!("{read:.2} ms to read the table of {} options, once", tables::known().count);
}
