# The values of this cluster. Change them here or on the page (cluster.json goes back to it);
# flake.nix passes them to mkClusterFlake, and lib/default.nix expands the groups to nodes.
__cluster__
