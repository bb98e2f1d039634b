# What cluster.nix may say, with types, defaults and what it means: flake.nix holds the values against it. It is made from the
# fields of the design, whose names in cluster.json differ here and there.
{ lib, ... }:
{
  options.containerConfig = {
    enable = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether containers run over the cluster.";
    };
    type = lib.mkOption {
      type = lib.types.enum [
        "k3s"
        "kubernetes"
      ];
      default = "k3s";
      description = "The orchestrator.";
    };
    servers = lib.mkOption {
      type = lib.types.str;
      default = "";
      description = "The nodes that run the control plane, in hostlist syntax; empty for the first controller. k3s wants an odd number.";
    };
    tokenFile = lib.mkOption {
      type = lib.types.strMatching "/.*";
      default = "/var/lib/secrets/k3s-token";
      description = "The file of the token that nodes join with, on every node.";
    };
    token = lib.mkOption {
      type = lib.types.nullOr lib.types.raw;
      default = null;
      description = "Not taken: it would be in the Nix store. Write `tokenFile`.";
    };
    disable = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      default = [ ];
      description = "Components of k3s that are left out: `traefik`, `servicelb`, `metrics-server`, `local-storage`, `coredns`.";
    };
    serverExtraFlags = lib.mkOption {
      type = lib.types.either (lib.types.listOf lib.types.str) lib.types.str;
      default = [ ];
      description = "Further flags of the server.";
    };
    agentExtraFlags = lib.mkOption {
      type = lib.types.either (lib.types.listOf lib.types.str) lib.types.str;
      default = [ ];
      description = "Further flags of the agents.";
    };
    gpuTaint = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether to keep GPU nodes for pods that ask for GPUs (a taint).";
    };
    engine = lib.mkOption {
      type = lib.types.enum [
        "none"
        "docker"
        "podman"
      ];
      default = "none";
      description = "The engine for single containers on each node.";
    };
    gpu = lib.mkOption {
      type = lib.types.bool;
      default = true;
      description = "Whether containers can use the NVIDIA GPUs.";
    };
  };
}
