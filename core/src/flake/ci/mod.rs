//! The file for the CI that is chosen: checks and builds on each push, an update of the inputs each week.

use crate::cluster::{Architecture, Ci, Cluster};
use crate::hostlist;
use crate::tree::File;
use serde_json::{Value, json};

/// `nix flake check` evaluates every node at once, about a GiB for four of them: more do not fit into the 16 GB of a hosted
/// runner.
const MOST_CHECKED: usize = 24;

/// The files, by their paths in the flake; none where no CI is chosen.
pub fn files(cluster: &Cluster) -> Vec<(String, File)> {
    let (path, template) = match cluster.deployment.ci {
        Ci::None => return Vec::new(),
        Ci::GitHub => (".github/workflows/flake.yml", include_str!("github.yml")),
        Ci::GitLab => (".gitlab-ci.yml", include_str!("gitlab.yml")),
    };
    let groups = groups(cluster);
    let nodes: usize = groups.iter().map(|group| group.nodes).sum();
    // The program is made of all nodes' values, and of no node's configuration.
    let check = if nodes > MOST_CHECKED { "nix build .#cluster-tools" } else { "nix flake check --no-build" };
    let text = template.replace("__check__", check);
    let text = match cluster.deployment.ci {
        Ci::GitHub => text.replace("__nodes__", &github_matrix(&groups)),
        _ => text.replace("__builds__", &gitlab_jobs(&groups)),
    };
    vec![(path.to_owned(), text.into())]
}

/// A group as CI sees it.
struct Group {
    /// The first of its nodes.
    first: String,
    nodes: usize,
    architecture: Architecture,
}

/// The groups whose hostlists can be read and name somebody.
fn groups(cluster: &Cluster) -> Vec<Group> {
    let group = |group: &crate::cluster::NodeGroup| {
        let names = hostlist::expand(&group.hosts).ok()?;
        Some(Group { first: names.first()?.clone(), nodes: names.len(), architecture: group.architecture })
    };
    cluster.nodes.iter().filter_map(group).collect()
}

/// The nodes and their runners. JSON is YAML too, and quotes whatever stands in a name.
fn github_matrix(groups: &[Group]) -> String {
    let runner = |architecture| match architecture {
        Architecture::X86_64 => "ubuntu-24.04",
        Architecture::Aarch64 => "ubuntu-24.04-arm",
    };
    let nodes = groups.iter().map(|group| json!({ "node": group.first, "runner": runner(group.architecture) }));
    let lines: Vec<String> = nodes.map(|node| format!("\n          - {node}")).collect();
    if lines.is_empty() { " []".to_owned() } else { lines.concat() }
}

/// A job for each architecture that the nodes have: hosted runners of another one are asked for by tags.
fn gitlab_jobs(groups: &[Group]) -> String {
    let mut jobs = String::new();
    for (architecture, name, tags) in [
        (Architecture::X86_64, "build", ""),
        (
            Architecture::Aarch64,
            "build-aarch64",
            "  # GitLab's own runner for it; a runner of yours has other tags.\n  tags: [saas-linux-small-arm64]\n",
        ),
    ] {
        let own = groups.iter().filter(|group| group.architecture == architecture);
        let nodes: Vec<Value> = own.map(|group| group.first.as_str().into()).collect();
        if nodes.is_empty() {
            continue;
        }
        let nodes = Value::from(nodes);
        jobs += &format!(
            "{name}:\n  stage: build\n{tags}  parallel:\n    matrix:\n      - NODE: {nodes}\n  script:\n    - nix build \
             --print-build-logs \".#nixosConfigurations.\\\"$NODE\\\".config.system.build.toplevel\"\n\n"
        );
    }
    jobs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset;
    use saphyr_parser::{Event, Parser};

    fn text(name: &str, ci: Ci, change: impl Fn(&mut Cluster)) -> String {
        let mut cluster = preset::find(name).unwrap().cluster();
        (Cluster::deployment.get_mut)(&mut cluster).ci = ci;
        change(&mut cluster);
        let files = files(&cluster);
        assert_eq!(files.len(), usize::from(ci != Ci::None));
        files.into_iter().map(|(_, file)| file.text).collect()
    }

    /// The scalars of a YAML file, in their order.
    fn scalars(text: &str) -> Vec<String> {
        let event = |event: Result<(Event, _), _>| match event.unwrap_or_else(|fault| panic!("{fault}\n{text}")).0 {
            Event::Scalar(value, ..) => Some(value.to_string()),
            _ => None,
        };
        Parser::new_from_str(text).filter_map(event).collect()
    }

    #[test]
    fn each_group_has_a_build_on_a_runner_of_its_architecture() {
        let arm = |cluster: &mut Cluster| {
            (Cluster::nodes.get_mut)(cluster)[1].architecture = Architecture::Aarch64;
        };
        assert_eq!(text("minimal", Ci::None, |_| {}), "");
        let github = scalars(&text("minimal", Ci::GitHub, arm));
        let pairs = ["node", "controller", "runner", "ubuntu-24.04", "node", "worker1", "runner", "ubuntu-24.04-arm"];
        assert!(github.windows(pairs.len()).any(|window| window == pairs), "{github:?}");
        let gitlab = scalars(&text("minimal", Ci::GitLab, arm));
        for job in [["NODE", "controller", "script"], ["NODE", "worker1", "script"]] {
            assert!(gitlab.windows(3).any(|window| window == job), "{gitlab:?}");
        }
    }

    #[test]
    fn what_a_runner_cannot_evaluate_at_once_is_not_checked_at_once() {
        for ci in [Ci::GitHub, Ci::GitLab] {
            assert!(text("minimal", ci, |_| {}).contains("nix flake check --no-build"));
            assert!(!text("large", ci, |_| {}).contains("nix flake check"));
        }
    }

    #[test]
    fn a_name_cannot_leave_its_place() {
        for ci in [Ci::GitHub, Ci::GitLab] {
            let name = "x\", run: \"touch a";
            let found = scalars(&text("minimal", ci, |cluster| {
                (Cluster::nodes.get_mut)(cluster)[0].hosts = name.to_owned();
            }));
            // What is no hostlist has no node; what is one stands whole.
            assert!(found.iter().all(|scalar| !scalar.starts_with("touch")), "{found:?}");
        }
    }
}
