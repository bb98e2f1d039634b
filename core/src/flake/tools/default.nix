# `cluster-tools`, for who administers the cluster from outside: from the cluster's values to a function of pkgs to the
# program. It evaluates no node's configuration, so it starts at once however many nodes there are.
#
# secrets: [ { file, what, roles, hosts (a hostlist), owner, mode, make, bytes, variable, units } ]: the files that nodes need
#          and no flake may hold; on the nodes with one of the roles and those of `hosts`, or on all where neither is
#          given. `make` is "bytes" (so many random `bytes`), "text" (random letters), "ask" (at the terminal; with
#          `variable` as VARIABLE="…"), "password-hash" (of a password that is asked for), "bring" (only the site has it) or "host-certificate" (signed by `ssh-ca`).
#          `units` are the services that read it.
#
# They stand in cluster.nix beside the values that name the same files, and not in the modules, of which 600 nodes would have
# to be evaluated. A path that was changed in one of the two places only is told when the tools are built.
#
# given: the parameters of mkClusterFlake as they stand in cluster.nix, without defaults
#
# The other arguments are those of mkClusterFlake; null where the module is not in the flake.
{
  lib,
  clusterLib,
  nodes,
  given,
  clusterConfig,
  networkConfig,
  storageConfig ? null,
  slurmConfig ? null,
  hpcConfig ? null,
  monitoringConfig ? null,
  secrets ? [ ],
  ...
}:
let
  all = clusterLib.inOrder nodes;

  # What is the same for nodes that should measure alike; these, as hostlists.
  likeness =
    node:
    builtins.toJSON [
      node.roles
      node.features
      node.system
      node.sockets
      node.coresPerSocket
      node.threadsPerCore
      node.memoryMB
      node.gpus
      node.gpuVendor
      node.gpuModel
      (node.fabricIP != null)
    ];
  groups = lib.mapAttrs (_: alike: clusterLib.compressHostlist (map (node: node.hostname) alike)) (
    lib.groupBy likeness all
  );

  # What `verify` and `accept` expect of a node.
  ofNode =
    node:
    let
      shared = map (fs: fs.mount) (storageConfig.shared or [ ]);
      mounted = clusterLib.sharedMounts storageConfig node;
      scratch = lib.optional (
        node.isWorker && storageConfig.scratch or null != null
      ) storageConfig.scratch;
      hasDriver = node.gpuVendor == "amd" || hpcConfig.cuda or null != null;
    in
    {
      name = node.hostname;
      inherit (node)
        ip
        roles
        gpus
        gpuVendor
        gpuModel
        features
        system
        sockets
        coresPerSocket
        threadsPerCore
        memoryMB
        realMemoryMB
        fabricIP
        ;
      group = groups.${likeness node};
      # Where its disk is measured.
      scratch = if scratch == [ ] then "/var/tmp" else (lib.head scratch).mount;
      drivenGPUs = if hasDriver then node.gpus else 0;
      mounts = mounted ++ map (fs: fs.mount) (builtins.filter (fs: fs.device != null) scratch);
      folders =
        lib.subtractLists mounted shared
        ++ map (fs: fs.mount) (builtins.filter (fs: fs.device == null) scratch);
    };

  ofSecret =
    secret:
    let
      hosts = clusterLib.expandHostlist (secret.hosts or "");
      roles = secret.roles or [ ];
      needs =
        node:
        (hosts == [ ] && roles == [ ])
        || builtins.elem node.hostname hosts
        || lib.any (role: builtins.elem role roles) node.roles;
      names = map (node: node.hostname) (builtins.filter needs all);
    in
    {
      what = secret.file;
      owner = "root";
      mode = "0400";
      bytes = 32;
      variable = "";
      units = [ ];
    }
    // removeAttrs secret [
      "roles"
      "hosts"
    ]
    // {
      nodes = names;
      where = clusterLib.compressHostlist names;
    };

  data = {
    name = clusterConfig.name;
    domain = networkConfig.domain;
    has =
      lib.optional (slurmConfig != null) "slurm"
      ++ lib.optional (slurmConfig.accounting or null != null) "accounting"
      ++ lib.optional (monitoringConfig != null) "monitoring";
    # The node that runs slurmdbd; empty for the first controller.
    slurmdbd = slurmConfig.accounting.host or "";
    nodes = map ofNode all;
    secrets = map ofSecret secrets;
  };

  # The files outside the flake that the values name, as `mungeKeyFile = "/etc/munge/munge.key"`.
  filesIn =
    value:
    if builtins.isList value then
      lib.concatMap filesIn value
    else if builtins.isAttrs value then
      lib.concatMap (
        name:
        if
          lib.hasSuffix "File" name && builtins.isString value.${name} && lib.hasPrefix "/" value.${name}
        then
          [ value.${name} ]
        else
          filesIn value.${name}
      ) (builtins.attrNames value)
    else
      [ ];
  parameters = lib.filterAttrs (name: _: lib.hasSuffix "Config" name) given;
  unlisted = lib.subtractLists (map (secret: secret.file) secrets) (lib.unique (filesIn parameters));
in
{
  inherit data unlisted;

  package =
    pkgs:
    lib.warnIf (unlisted != [ ])
      "cluster-tools does not place ${lib.concatStringsSep ", " unlisted}: the values name it, and `secrets` does not"
      (
        pkgs.writeShellApplication {
          name = "cluster-tools";
          runtimeInputs = [
            pkgs.bash
            pkgs.coreutils
            pkgs.gawk
            pkgs.git
            pkgs.gnused
            pkgs.jq
            pkgs.nixos-rebuild-ng
            pkgs.openssh
            pkgs.openssl
          ];
          text = ''
            CLUSTER_DATA=${pkgs.writeText "cluster.json" (builtins.toJSON data)} exec bash ${./.}/cluster-tools.sh "$@"
          '';
        }
      );
}
