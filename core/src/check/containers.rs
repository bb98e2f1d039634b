//! Container orchestration.

use super::facts::Facts;
use super::monitoring::check_secret_file;
use super::network::without;
use super::text::quote;
use super::{Fix, Problem, checks};
use crate::cluster::{Cluster, Containers};
use crate::path::{Field, Path};

checks! {
    K3S_COMPONENT "k3s-component" Error "k3s has no component of this name.",
    K3S_FLAG "k3s-flag" Error "A flag of k3s does not begin with two hyphens, or has a line break.",
    K3S_NO_DEPLOY "k3s-no-deploy" Error "k3s no longer has the flag --no-deploy.",
    K3S_FLAG_SECRET "k3s-flag-secret" Error "A flag of k3s has a secret in it.",
    CONTAINERS_WITHOUT_CUDA "containers-without-cuda" Hint "Containers are to use NVIDIA GPUs, but CUDA is off.",
}

/// The components that `--disable` takes.
const COMPONENTS: &[&str] = &["coredns", "local-storage", "metrics-server", "servicelb", "traefik"];

/// Flags whose value is a secret, or a place with a password in it.
const SECRET_FLAGS: &[&str] = &[
    "--token",
    "--agent-token",
    "--cluster-secret",
    "--datastore-endpoint",
    "--etcd-s3-access-key",
    "--etcd-s3-secret-key",
    "--etcd-s3-session-token",
    "--vpn-auth",
];

fn place<T>(field: Field<Containers, T>) -> Path {
    Path::root().field(Cluster::containers).field(field)
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let containers = &*facts.cluster.containers;
    if !containers.enable {
        return;
    }
    check_secret_file(&containers.token_file, || place(Containers::token_file), problems);
    check_components(&containers.disable, problems);
    check_flags(containers, &containers.server_flags, &place(Containers::server_flags), problems);
    check_flags(containers, &containers.agent_flags, &place(Containers::agent_flags), problems);
    if containers.gpu && facts.has_nvidia() && !facts.cluster.hpc.cuda.enable {
        let message = "Containers are to use the NVIDIA GPUs, but CUDA and so the driver are off: turn CUDA on.";
        problems.push(CONTAINERS_WITHOUT_CUDA.at(place(Containers::gpu), message).with_fix(facts.cuda_fix()));
    }
}

fn check_components(disabled: &[String], problems: &mut Vec<Problem>) {
    for (i, name) in disabled.iter().enumerate().filter(|(_, name)| !COMPONENTS.contains(&name.as_str())) {
        let path = place(Containers::disable);
        let mended = name.trim().to_lowercase();
        let fix = if COMPONENTS.contains(&mended.as_str()) {
            Fix::set(format!("Use {mended}"), path.index(i), mended)
        } else {
            without(disabled, i, &path, "Remove it")
        };
        let message = format!("{} is no component of k3s: choose among {}.", quote(name), COMPONENTS.join(", "));
        problems.push(K3S_COMPONENT.at(path.index(i), message).with_fix(fix));
    }
}

fn check_flags(containers: &Containers, flags: &[String], list: &Path, problems: &mut Vec<Problem>) {
    for (i, flag) in flags.iter().enumerate() {
        let (name, value) = flag.split_once(['=', ' ']).unwrap_or((flag, ""));
        let removed = || without(flags, i, list, "Remove it");
        let path = list.index(i);
        problems.push(if SECRET_FLAGS.contains(&name) {
            let message = format!(
                "{name} would put a secret into the Nix store, which everybody can read: leave it out. The token is read \
                 from its file."
            );
            K3S_FLAG_SECRET.at(path, message).with_fix(removed())
        } else if name == "--no-deploy" {
            let message = format!("{} is gone from k3s: list the component among those that are left out.", quote(flag));
            K3S_NO_DEPLOY.at(path, message).with_fix(deploy_fix(containers, value, removed()))
        } else if !is_flag(flag) {
            let message = format!("{} is no flag of k3s: write it as “--name=value”.", quote(flag));
            let fix = flag.trim().is_empty().then(removed);
            K3S_FLAG.at(path, message).with_fix(fix)
        } else {
            continue;
        });
    }
}

fn is_flag(flag: &str) -> bool {
    flag.strip_prefix("--").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
        && !flag.contains(char::is_control)
}

/// Moves the components of `--no-deploy` to those that are left out.
fn deploy_fix(containers: &Containers, value: &str, mut fix: Fix) -> Fix {
    let mut disabled = containers.disable.clone();
    for name in value.split(',').map(str::trim).filter(|name| COMPONENTS.contains(name)) {
        if !disabled.iter().any(|known| known == name) {
            disabled.push(name.to_owned());
        }
    }
    if disabled.len() > containers.disable.len() {
        fix.set.push((place(Containers::disable), disabled.into()));
        fix.label = "Leave the component out".to_owned();
    }
    fix
}

#[cfg(test)]
pub(super) const CASES: super::fixtures::Cases = &[
    (r#"containers.disable = ["ingress"]"#, &["error k3s-component containers.disable[0]"]),
    (r#"containers.disable = ["Traefik"]"#, &["error k3s-component containers.disable[0]"]),
    (r#"containers.serverFlags = ["write-kubeconfig-mode=644"]"#, &["error k3s-flag containers.serverFlags[0]"]),
    (r#"containers.agentFlags = [""]"#, &["error k3s-flag containers.agentFlags[0]"]),
    (r#"containers.serverFlags = ["--no-deploy=servicelb"]"#, &["error k3s-no-deploy containers.serverFlags[0]"]),
    (r#"containers.serverFlags = ["--token=secret"]"#, &["error k3s-flag-secret containers.serverFlags[0]"]),
    (r#"containers.agentFlags = ["--token secret"]"#, &["error k3s-flag-secret containers.agentFlags[0]"]),
    (r#"containers.serverFlags = ["--write-kubeconfig-mode=644"]"#, &[]),
    (
        "hpc.cuda.enable = false\nhpc.cudaAwareMPI = false",
        &["hint nvidia-without-cuda hpc.cuda.enable", "hint containers-without-cuda containers.gpu"],
    ),
    ("containers.enable = false\ncontainers.disable = [\"x\"]", &[]),
];
