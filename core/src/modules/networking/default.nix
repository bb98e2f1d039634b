# Addresses, names, time and the firewall.
#
# networkConfig: options.nix says what it has. Of the bonds and VLANs, a node has those that its interface is, or stands on;
# the nodes with a fabricIP are on the fabric.
#
# Other modules open their ports with `cluster.firewall`, towards the cluster's subnet, and with
# `cluster.firewall.fabric`, towards the fabric's: nobody else gets in.
{
  node,
  nodes,
  clusterLib,
  networkConfig,
  ...
}:
{ config, lib, ... }:
let
  network = networkConfig;

  # What a device stands on: a VLAN on its parent, a bond on its members.
  below =
    device:
    lib.concatMap (vlan: [ vlan.interface ]) (named device network.vlans)
    ++ lib.concatMap (bond: bond.interfaces) (named device network.bonds);
  named = name: builtins.filter (device: device.name == name);
  # A device and all below it.
  devicesOf =
    above: device:
    if builtins.elem device above then
      throw "networkConfig.vlans: ${device} stands on itself"
    else
      [ device ] ++ lib.concatMap (devicesOf (above ++ [ device ])) (below device);

  clusterDevices = devicesOf [ ] node.interface;
  # The network cards at the bottom, a bond's in its order: MAC addresses are theirs.
  cards = builtins.filter (device: below device == [ ]) clusterDevices;
  macs = lib.optionals (node.mac != null) (lib.toList node.mac);
  fabricDevices = lib.optionals onFabric (devicesOf [ ] fabric.interface);
  devices = lib.unique (clusterDevices ++ fabricDevices);
  hasAddress = device: device == node.interface || (onFabric && device == fabric.interface);
  # As the kernel counts the ports of InfiniBand.
  namesByKernel = lib.any (device: builtins.match "ib[0-9]+" device != null) fabricDevices;
  # A device carries the largest packets of all above it.
  mtus = lib.zipAttrsWith (_: lib.foldl' lib.max 0) [
    (lib.genAttrs clusterDevices (_: network.mtu))
    (lib.genAttrs (lib.optionals (onFabric && fabric.mtu != null) fabricDevices) (_: fabric.mtu))
  ];
  setsMTU = lib.any (mtu: mtu != 1500) (lib.attrValues mtus);

  bondOptions = {
    active-backup = { };
    "802.3ad" = {
      lacp_rate = "fast";
      xmit_hash_policy = "layer3+4";
    };
    balance-xor.xmit_hash_policy = "layer3+4";
    balance-alb = { };
  };

  inherit (network) fabric;
  hasFabric = fabric != null && fabric.kind != "none";
  onFabric = hasFabric && node.fabricIP != null;
  fabricSuffix =
    {
      infiniband = "ib";
      roce = "roce";
    }
    .${fabric.kind};
  # hardware.infiniband loads those of mlx5.
  driverModules = {
    mlx5 = [ ];
    mlx4 = [
      "mlx4_ib"
      "mlx4_en"
    ];
    irdma = [ "irdma" ];
    bnxt_re = [ "bnxt_re" ];
    hfi1 = [ "hfi1" ];
  };

  hostsEntry =
    address: name:
    lib.nameValuePair address [
      "${name}.${network.domain}"
      name
    ];

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
      # Its network-online.target waits for every address, whether a gateway is behind it or not: mounts and daemons do.
      useNetworkd = true;
      interfaces = lib.mkMerge [
        {
          ${node.interface}.ipv4.addresses = [
            {
              address = node.ip;
              prefixLength = clusterLib.prefixLength network.subnet;
            }
          ];
        }
        (lib.mkIf onFabric {
          ${fabric.interface}.ipv4.addresses = [
            {
              address = node.fabricIP;
              prefixLength = clusterLib.prefixLength fabric.subnet;
            }
          ];
        })
        (lib.mkIf setsMTU (lib.mapAttrs (_: mtu: { inherit mtu; }) mtus))
      ];
      bonds = lib.listToAttrs (
        map (
          bond:
          lib.nameValuePair bond.name {
            inherit (bond) interfaces;
            # Without miimon a bond does not see that a cable is out.
            driverOptions = {
              inherit (bond) mode;
              miimon = "100";
            }
            // bondOptions.${bond.mode};
          }
        ) (builtins.filter (bond: builtins.elem bond.name devices) network.bonds)
      );
      vlans = lib.listToAttrs (
        map (vlan: lib.nameValuePair vlan.name { inherit (vlan) id interface; }) (
          builtins.filter (vlan: builtins.elem vlan.name devices) network.vlans
        )
      );
      defaultGateway = lib.mkIf (network.gateway != null) {
        address = network.gateway;
        inherit (node) interface;
      };

      # NixOS maps the own name to 127.0.0.2, and daemons that bind their name would listen there.
      hosts = {
        "127.0.0.2" = lib.mkForce [ ];
      }
      // lib.mapAttrs' (_: other: hostsEntry other.ip other.hostname) nodes
      // lib.optionalAttrs hasFabric (
        lib.mapAttrs' (_: other: hostsEntry other.fabricIP "${other.hostname}-${fabricSuffix}") (
          lib.filterAttrs (_: other: other.fabricIP != null) nodes
        )
      );

      nftables.enable = network.firewall;
      firewall = {
        enable = network.firewall;
        allowedTCPPorts = network.extraTCPPorts;
        allowedUDPPorts = network.extraUDPPorts;
        extraInputRules = lib.mkIf network.firewall (
          rulesOf network.subnet opened + lib.optionalString onFabric (rulesOf fabric.subnet opened.fabric)
        );
      };
    };

    systemd.network = {
      networks = lib.listToAttrs (
        map (
          device:
          lib.nameValuePair "40-${device}" {
            # What only carries an address is not waited for: a bond with one cable out is online.
            linkConfig.RequiredForOnline = if hasAddress device then "routable" else "no";
            networkConfig = {
              # A switch that restarts takes no address away from jobs and mounts.
              IgnoreCarrierLoss = true;
              # Addresses are those of the design; to ask for IPv6 routers first holds up each boot for twelve seconds.
              IPv6AcceptRA = lib.mkDefault false;
            };
          }
        ) devices
      );
      links =
        lib.listToAttrs (
          lib.zipListsWith (
            card: mac:
            lib.nameValuePair "10-${card}" {
              matchConfig.PermanentMACAddress = mac;
              linkConfig.Name = card;
            }
          ) cards macs
        )
        # systemd would make ibp65s0 of ib0; that stays a second name.
        // lib.optionalAttrs namesByKernel {
          "10-infiniband" = {
            matchConfig.Type = "infiniband";
            linkConfig.AlternativeNamesPolicy = "path";
          };
        };
    };
    # networkd brings resolved, which is not needed for name servers that do not change.
    services.resolved.enable = lib.mkOverride 900 false;

    hardware.infiniband = lib.mkIf onFabric {
      enable = true;
      guids = map (manager: manager.guid) (
        builtins.filter (manager: manager.host == node.hostname) fabric.subnetManagers
      );
    };
    boot.kernelModules = lib.mkIf onFabric driverModules.${fabric.driver};

    # Munge refuses credentials when clocks differ: the controllers follow the outside, all others the controllers.
    # Where the outside is silent, the first controller leads the other ones.
    services.chrony = {
      enable = true;
      servers =
        lib.optionals node.isController network.timeServers
        ++ map (controller: controller.hostname) (
          if node.isController then
            builtins.filter (controller: controller.index < node.index) controllers
          else
            controllers
        );
      extraConfig = lib.mkIf node.isController ''
        allow ${network.subnet}
        local stratum 10
      '';
    };
    cluster.firewall.udpPorts = lib.mkIf node.isController [ 123 ];
    # qperf, which hardware.infiniband installs to measure links with.
    cluster.firewall.fabric.tcpPorts = lib.mkIf onFabric [ 19765 ];

    # Room for the windows of 10 to 100 Gbit/s links.
    boot.kernel.sysctl = lib.mkIf network.tuning (
      lib.mapAttrs (_: lib.mkDefault) {
        "net.core.rmem_max" = 268435456;
        "net.core.wmem_max" = 268435456;
        "net.ipv4.tcp_rmem" = "4096 131072 268435456";
        "net.ipv4.tcp_wmem" = "4096 65536 268435456";
      }
    );
  };
}
