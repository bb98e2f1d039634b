//! How to change the cluster, and to use it from another flake.

use super::steps::controller;
use crate::cluster::Cluster;
use crate::nix;
use std::fmt::Write;

pub fn changes(out: &mut String, cluster: &Cluster) {
    let node = controller(cluster);
    let override_example = nix::fill(include_str!("override.nix"), &[], &[]).text;
    let flake_example =
        nix::fill(include_str!("other-flake.nix"), &[("__node__", nix::Nix::from(node.as_str()))], &[]).text;
    writeln!(
        out,
        "## Changing it\n\n\
         Edit `cluster.nix`, or go on with `cluster.json` in clusterflake and unpack what comes out over this folder; \
         then bring it\nto each node:\n\n\
         ```sh\nnixos-rebuild switch --flake .#{node} --target-host root@{node}\n```\n\n\
         Newer packages of the same release: `nix flake update`, then the same. A newer release: change it in the \
         design, or\nthe input in `flake.nix`; `stateVersion` stays that of the release which the nodes were first installed with.\n\n\
         What the design does not know goes into modules of your own: `extraCommonModules` for every node, \
         `extraNodeModules` for\nsingle ones. They stand in `cluster.nix`, as in the flake below. A value that the \
         cluster sets gives way to\n`lib.mkForce`, as in this `site.nix`:\n\n\
         ```nix\n{override_example}```\n\n\
         ## From another flake\n\n\
         `lib.mkClusterFlake` takes the values of `cluster.nix`, or others, and gives the outputs of a flake: \
         `nixosConfigurations`,\n`packages`, `apps`, `devShells`.\n\n\
         ```nix\n{flake_example}```\n"
    )
    .ok();
}
