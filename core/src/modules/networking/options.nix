# What cluster.nix may say, with types, defaults and what it means: flake.nix holds the values against it. It is made from the
# fields of the design, whose names in cluster.json differ here and there.
{ lib, ... }:
{
  options.networkConfig = {
    domain = lib.mkOption {
      type = lib.types.str;
      default = "cluster.internal";
      description = "The domain of the nodes' full names.";
    };
    subnet = lib.mkOption {
      type = lib.types.str;
      default = "10.0.0.0/16";
      description = "The cluster's IPv4 network.";
    };
    gateway = lib.mkOption {
      type = lib.types.nullOr lib.types.str;
      default = null;
      description = "The default gateway; `null` for none.";
    };
    nameservers = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      default = [ ];
      description = "DNS servers.";
    };
    timeServers = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      default = [
        "0.nixos.pool.ntp.org"
        "1.nixos.pool.ntp.org"
      ];
      description = "Time servers that the controllers follow; all other nodes follow the controllers.";
    };
    mtu = lib.mkOption {
      type = lib.types.ints.unsigned;
      default = 1500;
      description = "The MTU of the nodes' interfaces, in bytes.";
    };
    bonds = lib.mkOption {
      type = lib.types.listOf (
        lib.types.submodule {
          options = {
            name = lib.mkOption {
              type = lib.types.str;
              description = "The bond's name, which its device gets: `bond0`.";
            };
            interfaces = lib.mkOption {
              type = lib.types.listOf lib.types.str;
              description = "The devices that it is made of.";
            };
            mode = lib.mkOption {
              type = lib.types.enum [
                "active-backup"
                "802.3ad"
                "balance-xor"
                "balance-alb"
              ];
              default = "active-backup";
              description = "The mode: how it spreads its traffic over the devices.";
            };
          };
        }
      );
      default = [ ];
      description = "Bonds: several network devices as one.";
    };
    vlans = lib.mkOption {
      type = lib.types.listOf (
        lib.types.submodule {
          options = {
            name = lib.mkOption {
              type = lib.types.str;
              description = "The VLAN's name, which its device gets: `vlan20`.";
            };
            id = lib.mkOption {
              type = lib.types.ints.unsigned;
              description = "The tag, 1 to 4094.";
            };
            interface = lib.mkOption {
              type = lib.types.str;
              description = "The device or bond that carries it.";
            };
          };
        }
      );
      default = [ ];
      description = "VLANs over devices or bonds.";
    };
    fabric = lib.mkOption {
      type = lib.types.nullOr (
        lib.types.submodule {
          options = {
            kind = lib.mkOption {
              type = lib.types.enum [
                "none"
                "infiniband"
                "roce"
              ];
              default = "none";
              description = "The kind of network; none where the cluster has one network only.";
            };
            subnet = lib.mkOption {
              type = lib.types.str;
              default = "10.1.0.0/16";
              description = "Its IPv4 network: over IPoIB, or on the RoCE interface.";
            };
            interface = lib.mkOption {
              type = lib.types.str;
              default = "ib0";
              description = "The interface of every node on it: `ib0`, the first port of InfiniBand as the kernel counts, or a name that `ip link` shows, such as `ibp65s0`; of RoCE the adapter's Ethernet device.";
            };
            driver = lib.mkOption {
              type = lib.types.enum [
                "mlx5"
                "mlx4"
                "irdma"
                "bnxt_re"
                "hfi1"
              ];
              default = "mlx5";
              description = "The kernel driver of its adapters.";
            };
            mtu = lib.mkOption {
              type = lib.types.nullOr lib.types.ints.unsigned;
              default = null;
              description = "The MTU of the interface, in bytes; `null` leaves what the driver sets.";
            };
            subnetManagers = lib.mkOption {
              type = lib.types.listOf (
                lib.types.submodule {
                  options = {
                    host = lib.mkOption {
                      type = lib.types.str;
                      description = "The host name of the node that runs the subnet manager.";
                    };
                    guid = lib.mkOption {
                      type = lib.types.str;
                      description = "The port's GUID, as `ibstat` prints it: `0x0002c9030012ab34`.";
                    };
                  };
                }
              );
              default = [ ];
              description = "The subnet managers of InfiniBand; none where a switch runs one.";
            };
          };
        }
      );
      default = null;
      description = "The second network, for MPI and storage.";
    };
    firewall = lib.mkOption {
      type = lib.types.bool;
      default = true;
      description = "Whether the firewall is on. The ports of the cluster's services are opened towards the subnet only.";
    };
    extraTCPPorts = lib.mkOption {
      type = lib.types.listOf lib.types.port;
      default = [ ];
      description = "Further TCP ports that every node opens to anybody.";
    };
    extraUDPPorts = lib.mkOption {
      type = lib.types.listOf lib.types.port;
      default = [ ];
      description = "Further UDP ports that every node opens to anybody.";
    };
    tuning = lib.mkOption {
      type = lib.types.bool;
      default = true;
      description = "Whether the kernel is tuned for fast networks, by larger socket buffers.";
    };
  };
}
