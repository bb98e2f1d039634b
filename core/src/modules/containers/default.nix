# Container orchestration: k3s, its server on the first controller, agents on the workers.
#
# containerConfig: enable, type ("k3s"), tokenFile, disable, serverExtraFlags, agentExtraFlags, gpu
{
  node,
  nodes,
  clusterLib,
  containerConfig ? {
    enable = false;
    type = "k3s";
  },
  ...
}:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  containers = {
    enable = false;
    type = "k3s";
    tokenFile = "/var/lib/secrets/k3s-token";
    disable = [ ];
    serverExtraFlags = [ ];
    agentExtraFlags = [ ];
    gpu = true;
  }
  // containerConfig;

  controller = lib.head (clusterLib.withRole "controller" nodes);
  isServer = node.hostname == controller.hostname;
  isAgent = node.isWorker && !isServer;

  implementations.k3s = {
    common = {
      services.k3s = {
        enable = true;
        inherit (containers) tokenFile;
        nodeIP = node.ip;
      };
      networking.firewall.trustedInterfaces = [
        "cni0"
        "flannel.1"
      ];
      cluster.firewall = {
        tcpPorts = [ 10250 ];
        udpPorts = [ 8472 ];
      };
      cluster.services.k3s.available = true;
    };

    server = {
      services.k3s = {
        role = "server";
        inherit (containers) disable;
        extraFlags = [
          "--flannel-iface=${node.interface}"
          "--tls-san=${node.hostname}"
        ]
        ++ containers.serverExtraFlags;
      };
      cluster.firewall.tcpPorts = [ 6443 ];
      environment.systemPackages = [
        pkgs.kubectl
        pkgs.kubernetes-helm
        pkgs.k9s
      ];
      environment.variables.KUBECONFIG = "/etc/rancher/k3s/k3s.yaml";
    };

    agent = {
      services.k3s = {
        role = "agent";
        serverAddr = "https://${controller.ip}:6443";
        extraFlags = [ "--flannel-iface=${node.interface}" ] ++ containers.agentExtraFlags;
      };
    };
  };

  implementation =
    implementations.${containers.type}
      or (throw "containerConfig.type is “${containers.type}”; it must be one of: ${lib.concatStringsSep ", " (builtins.attrNames implementations)}");
in
{
  _file = ./default.nix;

  config = lib.mkIf containers.enable (
    lib.mkMerge [
      (lib.mkIf (isServer || isAgent) implementation.common)
      (lib.mkIf isServer implementation.server)
      (lib.mkIf isAgent implementation.agent)
      # GPUs by CDI, as nvidia.com/gpu.
      (lib.mkIf (containers.gpu && isAgent && (config.cluster.services.cuda.available or false)) {
        hardware.nvidia-container-toolkit.enable = true;
      })
    ]
  );
}
