//! The flake's README: this cluster's nodes, and the steps from bare metal to the first job.

use crate::cluster::expand::count_on;
use crate::cluster::{Choice, Cluster, GpuVendor, NodeGroup, Orchestrator, Role};
use crate::hostlist;
use crate::modules;
use std::fmt::Write;

/// The text of `README.md`.
pub fn text(cluster: &Cluster) -> String {
    let mut out = String::new();
    let general = &cluster.general;
    let controller = controller(cluster);
    writeln!(out, "# {}\n", plain(&general.name)).ok();
    if !general.description.trim().is_empty() {
        writeln!(out, "{}\n", plain(general.description.trim())).ok();
    }
    out += "A NixOS HPC cluster as a flake. `cluster.nix` has its values, `modules/` what they do, `lib/` expands node\n\
            groups; `cluster.json` is the design, to go on with it in clusterflake.\n\n";
    nodes(&mut out, cluster);
    steps(&mut out, cluster, &controller);
    secrets(&mut out, cluster);
    files(&mut out, cluster);
    out
}

/// User text as one line of plain Markdown.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '&' => out.extend(['\\', character]),
            other => out.push(other),
        }
    }
    out
}

fn controller(cluster: &Cluster) -> String {
    let group = cluster.nodes.iter().find(|group| group.roles.contains(&Role::Controller));
    group
        .and_then(|group| hostlist::expand(&group.hosts).ok()?.into_iter().next())
        .unwrap_or_else(|| "CONTROLLER".to_owned())
}

fn nodes(out: &mut String, cluster: &Cluster) {
    out.push_str("## Nodes\n\n");
    out.push_str("| hosts | count | roles | addresses | CPUs (sockets × cores × threads) | memory | GPUs |\n");
    out.push_str("| --- | ---: | --- | --- | --- | ---: | --- |\n");
    for group in cluster.nodes.iter() {
        let count = hostlist::count(&group.hosts).unwrap_or(0);
        let roles: Vec<&str> = group.roles.iter().map(|role| role.key()).collect();
        writeln!(
            out,
            "| `{}` | {} | {} | {} | {} × {} × {} | {} | {} |",
            group.hosts.replace(['`', '|', '\n'], " "),
            count,
            roles.join(", "),
            addresses(group, count),
            group.sockets,
            group.cores_per_socket,
            group.threads_per_core,
            memory(group.memory_mib),
            gpus(group)
        )
        .ok();
    }
    out.push('\n');
}

/// The first and the last address of a group; overrides are left to `cluster.nix`.
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

fn steps(out: &mut String, cluster: &Cluster, controller: &str) {
    out.push_str("## From bare metal to the first job\n\n");
    let mut number = 0;
    let mut step = |title: &str, commands: &[&str]| {
        number += 1;
        writeln!(out, "{number}. {title}\n").ok();
        if !commands.is_empty() {
            writeln!(out, "   ```sh\n   {}\n   ```\n", commands.join("\n   ")).ok();
        }
    };
    step(
        "Make this folder a repository: a flake sees only the files that Git knows. Pin its inputs.",
        &[
            "git init && git add --all",
            "nix --extra-experimental-features 'nix-command flakes' flake lock",
            "git add flake.lock",
        ],
    );
    step(
        "Start the NixOS installer on a node and make its file systems, as `cluster.nix` names them under `boot`: by \
         default an ext4 labelled `nixos` and, with UEFI, a FAT labelled `ESP`.",
        &[
            "mkfs.ext4 -L nixos /dev/…",
            "mkfs.fat -F 32 -n ESP /dev/…",
            "mount /dev/disk/by-label/nixos /mnt",
            "mount --mkdir -o umask=0077 /dev/disk/by-label/ESP /mnt/boot",
        ],
    );
    let install = format!("nixos-install --no-root-password --flake .#{controller}");
    step(
        "Install it, with this folder on the node, under the node's own name; controllers and storage first, then all \
         others.",
        &[&install, "reboot"],
    );
    let slurm = &cluster.slurm;
    let services: Vec<&str> = [
        (slurm.enable, "munged"),
        (slurm.enable && slurm.accounting.enable, "slurmdbd"),
        (slurm.enable, "slurmctld slurmd"),
        (slurm.enable && slurm.rest.enable, "slurmrestd"),
        (cluster.containers.enable, "k3s"),
        (cluster.monitoring.enable && cluster.monitoring.grafana.enable, "grafana"),
    ]
    .into_iter()
    .filter_map(|(on, service)| on.then_some(service))
    .collect();
    if !services.is_empty() {
        let restart = format!("systemctl restart {}", services.join(" "));
        step(
            "Make the secrets and place them, as told below; then restart what reads them, where it runs:",
            &[&restart],
        );
    }
    if !cluster.users.ssh_host_ca.is_empty() {
        step(
            "Sign each node's host key with the authority's private key, wherever that is, and give the node its \
             certificate; then restart its sshd. `NAME` is its host name, `NAME.DOMAIN` its full one:",
            &[
                "scp root@NAME:/etc/ssh/ssh_host_ed25519_key.pub .",
                "ssh-keygen -s CA_KEY -h -I NAME -n NAME,NAME.DOMAIN ssh_host_ed25519_key.pub",
                "scp ssh_host_ed25519_key-cert.pub root@NAME:/etc/ssh/",
            ],
        );
    }
    if runs(cluster, Orchestrator::Kubernetes) {
        let server = kubernetes_server(cluster).unwrap_or_else(|| controller.to_owned());
        let token = format!("ssh root@{server} cat /var/lib/kubernetes/secrets/apitoken.secret \\");
        step("Let each other node join Kubernetes, once:", &[&token, "  | ssh root@NAME nixos-kubernetes-node-join"]);
    }
    if cluster.slurm.enable {
        step("Run the first job, on the controller:", &["sinfo", "srun --nodes=1 hostname"]);
    }
    let switch = format!("nixos-rebuild switch --flake .#{controller} --target-host root@{controller}");
    step("Bring a later change to a node:", &[&switch]);
}

/// A secret that the cluster needs: a file that no flake holds.
struct Secret {
    file: String,
    what: &'static str,
    on: &'static str,
    owner: &'static str,
    make: String,
}

fn secret_files(cluster: &Cluster) -> Vec<Secret> {
    let mut secrets = Vec::new();
    let random = |file: &str| format!("(umask 077 && head -c 32 /dev/urandom | base64 -w 0 > {file})");
    if cluster.slurm.enable {
        let file = cluster.slurm.munge_key_file.clone();
        let make = format!("(umask 077 && head -c 128 /dev/urandom > {file}); chown munge:munge {file}");
        secrets.push(Secret { make, file, what: "Munge's key", on: "every node, the same", owner: "munge, mode 0400" });
        let (accounting, rest) = (&cluster.slurm.accounting, &cluster.slurm.rest);
        if accounting.enable && !accounting.password_file.is_empty() {
            secrets.push(Secret {
                file: accounting.password_file.clone(),
                what: "the password of slurmdbd at its database",
                on: "the accounting's host",
                owner: "root, mode 0400",
                make: random(&accounting.password_file),
            });
        }
        if rest.enable {
            let file = rest.jwt_key_file.clone();
            let make = format!("(umask 077 && head -c 32 /dev/urandom > {file}); chown slurm:slurm {file}");
            let on = "the controllers and the accounting's host, the same";
            secrets.push(Secret { make, file, what: "the key of Slurm's tokens (JWT)", on, owner: "slurm, mode 0400" });
        }
    }
    let alertmanager = &cluster.monitoring.alertmanager;
    if cluster.monitoring.enable && alertmanager.enable {
        for (on, file, what) in [
            (alertmanager.mails_with_password(), &alertmanager.smtp_password_file, "the password of the mail user"),
            (
                !alertmanager.webhook_url_file.is_empty(),
                &alertmanager.webhook_url_file,
                "the URL of the webhook for alerts",
            ),
        ] {
            if on {
                let make = format!("(umask 077 && systemd-ask-password --echo=no '{what}:' > {file})");
                secrets.push(Secret { file: file.clone(), what, on: "the controller", owner: "root, mode 0400", make });
            }
        }
    }
    if cluster.monitoring.enable && cluster.monitoring.grafana.enable {
        let grafana = &cluster.monitoring.grafana;
        for (file, what) in [
            (&grafana.secret_key_file, "Grafana's secret key"),
            (&grafana.admin_password_file, "the first password of Grafana's administrator"),
        ] {
            let make = format!("{}; chown grafana:grafana {file}", random(file));
            secrets.push(Secret { file: file.clone(), what, on: "the controller", owner: "grafana, mode 0400", make });
        }
    }
    if asks_ldap_by_name(cluster) {
        let file = cluster.users.ldap.environment_file.clone();
        let make = format!("(umask 077 && cat > {file})  # LDAP_BIND_PASSWORD=…");
        let what = "the password of the directory's reader, as the line `LDAP_BIND_PASSWORD=…`";
        secrets.push(Secret { make, file, what, on: "every node, the same", owner: "root, mode 0400" });
    }
    if runs(cluster, Orchestrator::K3s) {
        let file = cluster.containers.token_file.clone();
        let make = random(&file);
        secrets.push(Secret {
            file,
            what: "the token that k3s nodes join with",
            on: "k3s's servers and every worker, the same",
            owner: "root, mode 0400",
            make,
        });
    }
    secrets
}

fn runs(cluster: &Cluster, orchestrator: Orchestrator) -> bool {
    cluster.containers.enable && cluster.containers.orchestrator == orchestrator
}

/// Whether the directory is asked with a name and a password.
fn asks_ldap_by_name(cluster: &Cluster) -> bool {
    cluster.users.ldap.enable && !cluster.users.ldap.bind_dn.is_empty()
}

/// The server of Kubernetes, where one is listed.
fn kubernetes_server(cluster: &Cluster) -> Option<String> {
    hostlist::expand(&cluster.containers.servers).ok()?.into_iter().next()
}

fn secrets(out: &mut String, cluster: &Cluster) {
    let secrets = secret_files(cluster);
    if secrets.is_empty() {
        return;
    }
    out.push_str(
        "## Secrets\n\nNo secret is in this flake, nor in the Nix store. Make each once, as root, and copy it ",
    );
    out.push_str("where the table says (with `rsync -p` or `scp -p` over SSH), owned as it says.\n\n");
    out.push_str("| file | what | on | owner |\n| --- | --- | --- | --- |\n");
    for secret in &secrets {
        writeln!(out, "| `{}` | {} | {} | {} |", secret.file, secret.what, secret.on, secret.owner).ok();
    }
    out.push('\n');
    let mut folders: Vec<&str> =
        secrets.iter().filter_map(|secret| secret.file.rsplit_once('/')).map(|(folder, _)| folder).collect();
    folders.dedup();
    let commands: Vec<&str> = secrets.iter().flat_map(|secret| secret.make.split("; ")).collect();
    writeln!(out, "```sh\nmkdir -p {}\n{}\n```\n", folders.join(" "), commands.join("\n")).ok();
}

fn files(out: &mut String, cluster: &Cluster) {
    let mut modules: Vec<&str> = modules::used(cluster).map(|module| module.name).collect();
    modules.sort_unstable();
    writeln!(
        out,
        "## Files\n\n- `flake.nix`: inputs, the modules, `mkClusterFlake` (also `lib.mkClusterFlake`, for use from another flake)\n\
         - `cluster.nix`: the values of this cluster\n- `lib/default.nix`: hostlists, addresses, groups to nodes\n\
         - `modules/`: {}\n- `cluster.json`: the design",
        modules.join(", ")
    )
    .ok();
    if modules::home_files(cluster).next().is_some() {
        out.push_str("- `users/`: Home Manager modules\n");
    }
}
