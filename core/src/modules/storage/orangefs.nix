# OrangeFS: some nodes keep the data and the metadata of one file system; every node mounts it, the servers too.
#
# fileSystems: [ { server (hostlist), export (the folder of each server's data), mount, mountOptions } ], one at most
#
# The servers' folders are formatted once, by hand; until then servers and mounts fail.
{
  lib,
  node,
  clusterLib,
  fileSystems,
  ...
}:
let
  fs =
    if lib.length fileSystems == 1 then
      lib.head fileSystems
    else
      throw "storageConfig.shared has ${toString (lib.length fileSystems)} OrangeFS; a node can serve one";
  servers = clusterLib.expandHostlist fs.server;
  serves = builtins.elem node.hostname servers;
  port = 3334;
  urlOf = host: "tcp://${host}:${toString port}";
in
lib.mkMerge [
  {
    services.orangefs.client = {
      enable = true;
      fileSystems = [
        {
          mountPoint = fs.mount;
          # A server asks itself for the configuration, all others the first one.
          target = "${urlOf (if serves then node.hostname else lib.head servers)}/orangefs";
          options = fs.mountOptions;
        }
      ];
    };
    # The mount goes with it, and is tried again.
    systemd.services.orangefs-client.serviceConfig = {
      Restart = "on-failure";
      RestartSec = 10;
    };
    cluster.services.orangefs-client.available = true;
  }
  (lib.mkIf serves {
    services.orangefs.server = {
      enable = true;
      dataStorageSpace = "${fs.export}/data";
      metadataStorageSpace = "${fs.export}/meta";
      servers = lib.genAttrs servers urlOf;
      fileSystems.orangefs.id = 1;
    };
    # The client of this node comes after its server.
    systemd.services.orangefs-client.after = [ "orangefs-server.service" ];
    systemd.tmpfiles.rules = [
      "d ${fs.export} 0755 root root -"
      "d ${fs.export}/data 0770 orangefs orangefs -"
      "d ${fs.export}/meta 0770 orangefs orangefs -"
    ];
    cluster.services.orangefs-server.available = true;
    cluster.firewall.tcpPorts = [ port ];
  })
]
