# Addresses, names, time and the firewall.
#
# networkConfig: domain, subnet (CIDR), gateway, nameservers, timeServers, mtu, firewall,
#                extraTCPPorts, extraUDPPorts, tuning
#
# Other modules open their ports with `cluster.firewall`, towards the cluster's subnet, and with
# `cluster.firewall.fabric`, towards the fabric's: nobody else gets in.
{
  node,
  nodes,
  clusterLib,
  networkConfig ? { },
  ...
}:
{ config, lib, ... }:
let
  network = {
    domain = "cluster.internal";
    subnet = "10.0.0.0/16";
    gateway = null;
    nameservers = [ ];
    timeServers = [ "0.nixos.pool.ntp.org" ];
    mtu = 1500;
    firewall = true;
    extraTCPPorts = [ ];
    extraUDPPorts = [ ];
    tuning = true;
  }
  // networkConfig;

  controllers = clusterLib.withRole "controller" nodes;
  opened = config.cluster.firewall;
  rule =
    subnet: protocol: ports:
    "ip saddr ${subnet} ${protocol} dport ${ports} accept\n";
  # Ranges stand alone: in a set they must not overlap each other or a port.
  rules =
    subnet: protocol: ports: ranges:
    lib.optionalString (ports != [ ]) (
      rule subnet protocol
        "{ ${lib.concatMapStringsSep ", " toString (lib.sort builtins.lessThan (lib.unique ports))} }"
    )
    + lib.concatMapStrings (
      range: rule subnet protocol "${toString range.from}-${toString range.to}"
    ) ranges;
  rulesOf =
    subnet: opened:
    rules subnet "tcp" opened.tcpPorts opened.tcpPortRanges + rules subnet "udp" opened.udpPorts [ ];

  portsTowards = subnet: {
    tcpPorts = lib.mkOption {
      type = lib.types.listOf lib.types.port;
      default = [ ];
      description = "TCP ports that this node opens to ${subnet}.";
    };
    tcpPortRanges = lib.mkOption {
      type = lib.types.listOf (lib.types.attrsOf lib.types.port);
      default = [ ];
      description = "Ranges (`from`, `to`) of TCP ports that this node opens to ${subnet}.";
    };
    udpPorts = lib.mkOption {
      type = lib.types.listOf lib.types.port;
      default = [ ];
      description = "UDP ports that this node opens to ${subnet}.";
    };
  };
in
{
  _file = ./default.nix;

  options.cluster.firewall = portsTowards "the cluster's subnet" // {
    fabric = portsTowards "the fabric's subnet";
  };

  config = {
    networking = {
      hostName = node.hostname;
      inherit (network) domain nameservers;
      useDHCP = false;
      interfaces.${node.interface} = {
        ipv4.addresses = [
          {
            address = node.ip;
            prefixLength = clusterLib.prefixLength network.subnet;
          }
        ];
        mtu = lib.mkIf (network.mtu != 1500) network.mtu;
      };
      defaultGateway = lib.mkIf (network.gateway != null) {
        address = network.gateway;
        inherit (node) interface;
      };

      # NixOS maps the own name to 127.0.0.2, and daemons that bind their name would listen there.
      hosts = {
        "127.0.0.2" = lib.mkForce [ ];
      }
      // lib.mapAttrs' (
        _: other:
        lib.nameValuePair other.ip [
          "${other.hostname}.${network.domain}"
          other.hostname
        ]
      ) nodes;

      nftables.enable = network.firewall;
      firewall = {
        enable = network.firewall;
        allowedTCPPorts = network.extraTCPPorts;
        allowedUDPPorts = network.extraUDPPorts;
        extraInputRules = lib.mkIf network.firewall (
          rulesOf network.subnet opened
          + lib.optionalString (node.fabricIP != null) (rulesOf network.fabric.subnet opened.fabric)
        );
      };
    };

    # Munge refuses credentials when clocks differ: the controllers follow the outside, all others the controllers.
    services.chrony = {
      enable = true;
      servers =
        if node.isController then
          network.timeServers
        else
          map (controller: controller.hostname) controllers;
      extraConfig = lib.mkIf node.isController ''
        allow ${network.subnet}
        local stratum 10
      '';
    };
    cluster.firewall.udpPorts = lib.mkIf node.isController [ 123 ];

    # Room for the windows of 10 to 100 Gbit/s links.
    boot.kernel.sysctl = lib.mkIf network.tuning {
      "net.core.rmem_max" = 268435456;
      "net.core.wmem_max" = 268435456;
      "net.ipv4.tcp_rmem" = "4096 131072 268435456";
      "net.ipv4.tcp_wmem" = "4096 65536 268435456";
    };
  };
}
