# NFS: a node exports a folder, and all others mount it.
#
# fileSystems: [ { server, export, mount, mode, nfsVersion, transport ("rdma": over the fabric where a node is on it, else over
#                TCP), mountOptions, exportOptions } ]
{
  lib,
  node,
  nodes,
  networkConfig,
  fileSystems,
  ...
}:
let
  inherit (networkConfig) subnet fabric;
  # Those that are registered, and for statd, lockd and mountd the examples of NixOS's manual.
  port = {
    nfs = 2049;
    rdma = 20049;
    rpcbind = 111;
    statd = 4000;
    lockd = 4001;
    mountd = 4002;
  };

  isVersion3 = fs: fs.nfsVersion == "3";
  overFabric = client: fs: fs.transport == "rdma" && client.fabricIP != null;

  exported = builtins.filter (fs: fs.server == node.hostname) fileSystems;
  mounted = builtins.filter (fs: fs.server != node.hostname) fileSystems;
  clients = builtins.attrValues (removeAttrs nodes [ node.hostname ]);

  # What goes over one of the networks: of the exports whatever any client mounts that way.
  overEach = chosen: {
    exported = builtins.filter (fs: lib.any (client: chosen (overFabric client fs)) clients) exported;
    mounted = builtins.filter (fs: chosen (overFabric node fs)) mounted;
  };
  onCluster = overEach (isOver: !isOver);
  onFabric = overEach (isOver: isOver);

  # NFS 4 needs one port. Version 3 has further protocols for mounting, locks and restarts, and the last two call the
  # client back.
  version3Ports =
    over:
    lib.optionals (lib.any isVersion3 (over.exported ++ over.mounted)) [
      port.rpcbind
      port.statd
      port.lockd
    ]
    ++ lib.optional (lib.any isVersion3 over.exported) port.mountd;
  opened = main: over: {
    tcpPorts = lib.optional (over.exported != [ ]) main ++ version3Ports over;
    udpPorts = version3Ports over;
  };

  # A line for each folder, though several file systems may show it.
  exportLine =
    folder: sharing:
    let
      options = lib.concatStringsSep "," (lib.head sharing).exportOptions;
      toFabric = lib.any (fs: lib.any (client: overFabric client fs) clients) sharing;
      networks = [ subnet ] ++ lib.optional (fabric != null && toFabric) fabric.subnet;
    in
    "${folder} ${lib.concatMapStringsSep " " (network: "${network}(${options})") networks}\n";

  server = lib.mkIf (exported != [ ]) {
    services.nfs.server = {
      enable = true;
      # NixOS's 8 threads are for a few clients.
      nproc = lib.mkDefault 64;
      mountdPort = lib.mkIf (lib.any isVersion3 exported) port.mountd;
      exports = lib.concatStrings (lib.mapAttrsToList exportLine (lib.groupBy (fs: fs.export) exported));
    };
    services.nfs.settings.nfsd = lib.mkIf (lib.any (fs: fs.transport == "rdma") exported) {
      rdma = true;
      rdma-port = port.rdma;
    };
    systemd.tmpfiles.rules = lib.unique (map (fs: "d ${fs.export} ${fs.mode} root root -") exported);
    cluster.services.nfs-server.available = true;

    # Nobody mounts their own export: on the server, the path that the others see is a bind mount.
    fileSystems = lib.listToAttrs (
      map (
        fs:
        lib.nameValuePair fs.mount {
          device = fs.export;
          fsType = "none";
          options = [ "bind" ];
        }
      ) (builtins.filter (fs: fs.mount != fs.export) exported)
    );
  };

  # Over RDMA by the server's address on the fabric, else by its name.
  addressOf =
    fs:
    if !overFabric node fs then
      fs.server
    else if nodes.${fs.server}.fabricIP or null != null then
      nodes.${fs.server}.fabricIP
    else
      throw "storageConfig.shared: ${fs.mount} goes over RDMA, but its server ${fs.server} has no fabricIP";

  client = lib.mkIf (mounted != [ ]) {
    fileSystems = lib.listToAttrs (
      map (
        fs:
        lib.nameValuePair fs.mount {
          device = "${addressOf fs}:${fs.export}";
          fsType = "nfs";
          options = [
            "nfsvers=${fs.nfsVersion}"
            "hard"
            "noatime"
            "_netdev"
          ]
          ++ lib.optionals (overFabric node fs) [
            "proto=rdma"
            "port=${toString port.rdma}"
          ]
          # The protocol for mounting knows no RDMA.
          ++ lib.optional (overFabric node fs && isVersion3 fs) "mountproto=tcp"
          ++ fs.mountOptions;
        }
      ) mounted
    );
    cluster.services.nfs-client.available = true;
  };

  common = {
    cluster.firewall = opened port.nfs onCluster // {
      fabric = opened port.rdma onFabric;
    };
    # These reach clients too: NixOS writes them to /etc/nfs.conf, and statd sets the ports of locks.
    services.nfs.server = lib.mkIf (lib.any isVersion3 fileSystems) {
      statdPort = port.statd;
      lockdPort = port.lockd;
    };
    boot.kernelModules =
      lib.mkIf (lib.any (fs: fs.transport == "rdma") exported || onFabric.mounted != [ ])
        [
          "rpcrdma"
        ];
  };
in
lib.mkMerge [
  server
  client
  common
]
