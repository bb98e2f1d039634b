# Containers: an orchestration over the cluster (k3s or Kubernetes), and an engine for single containers.
#
# containerConfig: options.nix says what it has. The engine is on workers and login nodes; NVIDIA's GPUs come by CDI.
#
# k3s: the first server begins the cluster; with several, etcd on each of them holds its state, and the others join the
# first. All other workers are agents.
#
# Kubernetes has one server. Each other node joins by hand, once, with the server's token:
#   ssh root@SERVER cat /var/lib/kubernetes/secrets/apitoken.secret | ssh root@NODE nixos-kubernetes-node-join
#
# Pods get GPUs by NVIDIA's device plugin, which is installed in the cluster (its Helm chart looks for the label
# nvidia.com/gpu.present).
{
  node,
  nodes,
  clusterLib,
  containerConfig,
  ...
}:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  containers =
    if containerConfig.token != null then
      throw "containerConfig.token would be in the Nix store, where everybody can read it: write tokenFile, the path of a file that has it on every node (default /var/lib/secrets/k3s-token; `cluster-tools secrets` makes and places it)"
    else
      containerConfig;

  # Flags as a list, or as the text of several.
  flags =
    name:
    let
      given = containers.${name};
      list =
        if builtins.isString given then
          builtins.filter (flag: flag != "") (lib.splitString " " given)
        else
          given;
    in
    if lib.any (lib.hasPrefix "--no-deploy") list then
      throw "containerConfig.${name} has --no-deploy, which k3s no longer takes: write disable = [ \"traefik\" ]"
    else
      list;

  choose = name: choices: choices.${containers.${name}};

  servers =
    if containers.servers == "" then
      [ (lib.head (clusterLib.withRole "controller" nodes)) ]
    else
      map (name: nodes.${name} or (throw "containerConfig.servers names ${name}, which is no node")) (
        lib.unique (clusterLib.expandHostlist containers.servers)
      );
  first = lib.head servers;
  several = lib.length servers > 1;
  isFirst = node.hostname == first.hostname;
  isServer = lib.any (server: server.hostname == node.hostname) servers;
  isAgent = node.isWorker && !isServer;
  takesPart = containers.enable && (isServer || isAgent);
  hasEngine = containers.engine != "none" && (node.isWorker || node.isLogin);

  # A kubelet may not give itself labels of kubernetes.io; without a prefix they are the cluster's own.
  labels =
    map (role: "role-${role}=true") node.roles
    ++ lib.optionals node.hasGPU [
      "gpu-vendor=${node.gpuVendor}"
      "gpu-model=${node.gpuModel}"
      "gpu-count=${toString node.gpus}"
    ]
    ++ lib.optional (node.hasGPU && node.gpuVendor == "nvidia") "nvidia.com/gpu.present=true";
  taint = "${node.gpuVendor}.com/gpu";
  isTainted = containers.gpuTaint && node.hasGPU;

  # The networks of pods and services: k3s's own defaults, for both.
  podSubnet = "10.42.0.0/16";
  serviceSubnet = "10.43.0.0/16";

  implementations = {
    k3s = {
      common = {
        services.k3s = {
          enable = true;
          inherit (containers) tokenFile;
          nodeIP = node.ip;
          nodeLabel = labels;
          nodeTaint = lib.optional isTainted "${taint}=present:NoSchedule";
        };
        networking.firewall.trustedInterfaces = [
          "cni0"
          "flannel.1"
        ];
        cluster.services.k3s = {
          available = true;
          binPath = "${pkgs.k3s}/bin";
        };
      };

      server = {
        services.k3s = {
          role = "server";
          # One server keeps its state in SQLite.
          clusterInit = several && isFirst;
          serverAddr = lib.mkIf (!isFirst) "https://${first.ip}:6443";
          inherit (containers) disable;
          extraFlags = [
            "--flannel-iface=${node.interface}"
          ]
          ++ map (server: "--tls-san=${server.hostname}") servers
          ++ flags "serverExtraFlags";
        };
        # 2379 and 2380: etcd, among the servers.
        cluster.firewall.tcpPorts = [
          6443
        ]
        ++ lib.optionals several [
          2379
          2380
        ];
        environment.variables.KUBECONFIG = "/etc/rancher/k3s/k3s.yaml";
      };

      agent = {
        services.k3s = {
          role = "agent";
          serverAddr = "https://${first.ip}:6443";
          extraFlags = [ "--flannel-iface=${node.interface}" ] ++ flags "agentExtraFlags";
        };
      };
    };

    kubernetes = {
      common = {
        services.kubernetes = {
          easyCerts = true;
          masterAddress = first.hostname;
          apiserverAddress = "https://${first.hostname}:6443";
          clusterCidr = podSubnet;
          # The DNS server's address follows from it, on every node.
          apiserver.serviceClusterIpRange = serviceSubnet;
          # In `cluster.firewall` instead, towards the cluster only.
          flannel.openFirewallPorts = false;
          kubelet = {
            hostname = node.hostname;
            nodeIp = node.ip;
            extraOpts = lib.concatStringsSep " " (
              [ "--node-labels=${lib.concatStringsSep "," labels}" ] ++ flags "agentExtraFlags"
            );
            taints = lib.optionalAttrs isTainted {
              gpu = {
                key = taint;
                value = "present";
                effect = "NoSchedule";
              };
            };
          };
        };
        # NixOS would leave it to the default route, which a cluster need not have.
        systemd.services.flannel.environment.FLANNELD_IFACE = lib.mkForce node.interface;
        networking.firewall.trustedInterfaces = [
          "mynet"
          "flannel.1"
        ];
        cluster.services.kubernetes = {
          available = true;
          binPath = "${pkgs.kubernetes}/bin";
        };
      };

      server = {
        services.kubernetes = {
          roles = [ "master" ] ++ lib.optional node.isWorker "node";
          apiserver = {
            advertiseAddress = node.ip;
            extraOpts = lib.concatStringsSep " " (flags "serverExtraFlags");
          };
        };
        # 8888: cfssl, which gives the other nodes their certificates. etcd listens on the loopback.
        cluster.firewall.tcpPorts = [
          6443
          8888
        ];
        environment.variables.KUBECONFIG = "/etc/kubernetes/cluster-admin.kubeconfig";
      };

      agent = {
        services.kubernetes.roles = [ "node" ];
      };
    };
  };

  engines = {
    none = { };

    # The daemon runs as root, and so does whoever is in the group docker.
    docker = {
      virtualisation.docker.enable = true;
      cluster.services.docker = {
        available = true;
        binPath = "/run/current-system/sw/bin";
      };
    };

    # Without a daemon and without root.
    podman = {
      virtualisation.podman = {
        enable = true;
        dockerCompat = lib.mkDefault true;
        defaultNetwork.settings.dns_enabled = lib.mkDefault true;
      };
      # Images of users are on the node's own disk: they cannot be on NFS, where a shared home would put them.
      virtualisation.containers.storage.settings.storage = {
        driver = "overlay";
        graphroot = "/var/lib/containers/storage";
        runroot = "/run/containers/storage";
        rootless_storage_path = "/var/lib/user-containers/$UID";
      };
      systemd.tmpfiles.rules = [ "d /var/lib/user-containers 1777 root root -" ];
      cluster.services.podman = {
        available = true;
        binPath = "/run/current-system/sw/bin";
      };
    };
  };
  implementation = choose "type" implementations;
in
{
  _file = ./default.nix;

  config = lib.mkMerge [
    (lib.mkIf takesPart (
      lib.mkMerge [
        implementation.common
        {
          # The kubelet, and flannel's VXLAN.
          cluster.firewall = {
            tcpPorts = [ 10250 ];
            udpPorts = [ 8472 ];
          };
        }
      ]
    ))
    (lib.mkIf (takesPart && isServer) (
      lib.mkMerge [
        implementation.server
        {
          environment.systemPackages = [
            pkgs.kubectl
            pkgs.kubernetes-helm
            pkgs.k9s
          ];
        }
      ]
    ))
    (lib.mkIf (takesPart && isAgent) implementation.agent)
    (lib.mkIf hasEngine (choose "engine" engines))
    # The GPUs are nvidia.com/gpu for orchestration and engine alike (CDI).
    (lib.mkIf
      (containers.gpu && (takesPart || hasEngine) && (config.cluster.services.cuda.available or false))
      {
        hardware.nvidia-container-toolkit.enable = true;
      }
    )
  ];
}
