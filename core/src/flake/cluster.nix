# The values of this cluster. Change them here or on the page (cluster.json goes back to it); flake.nix passes them to
# mkClusterFlake. Each module's options.nix says what its values may be and what they are where nothing stands here: a name
# or a type that it does not have is refused. lib/default.nix expands the groups to nodes. A node's memoryMB is what is
# installed, in MiB: lib/default.nix takes off what kernel and firmware keep.
__cluster__
