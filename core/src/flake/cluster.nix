# The values of this cluster. Change them here or on the page (cluster.json goes back to it);
# flake.nix passes them to mkClusterFlake, and lib/default.nix expands the groups to nodes. A node's memoryMB is what is
# installed, in MiB: lib/default.nix takes off what kernel and firmware keep.
__cluster__
