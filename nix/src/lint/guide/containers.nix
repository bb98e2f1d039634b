# modules/containers/default.nix

{ node, nodes, containerConfig ? { enable = false; type = "k3s"; } }:

{ config, pkgs, lib, ... }:

let
  isController = node.isController or false;
  enable = containerConfig.enable or false;
  type = containerConfig.type or "k3s";
  
  # Implementation for different container types
  containerImplementations = {
    # K3s lightweight Kubernetes
    k3s = {
      server = lib.mkIf isController {
        services.k3s = {
          enable = true;
          role = "server";
          extraFlags = containerConfig.serverExtraFlags or "";
        };
        
        # Open firewall ports
        networking.firewall.allowedTCPPorts = [ 6443 ];
      };
      
      agent = lib.mkIf (!isController) {
        services.k3s = {
          enable = true;
          role = "agent";
          serverAddr = "https://${(lib.findSingle (n: n.isController) (builtins.elemAt (lib.attrValues nodes) 0) (builtins.elemAt (lib.attrValues nodes) 0) (lib.attrValues nodes)).ip}:6443";
          token = containerConfig.token or "/var/lib/rancher/k3s/server/node-token";
          extraFlags = containerConfig.agentExtraFlags or "";
        };
      };
    };
    
    # Full Kubernetes
    kubernetes = {
      server = lib.mkIf isController {
        services.kubernetes = {
          roles = ["master"];
          kubelet.extraOpts = "--node-ip=${node.ip}";
          addons.dns.enable = true;
        };
      };
      
      agent = lib.mkIf (!isController) {
        services.kubernetes = {
          roles = ["node"];
          kubelet.extraOpts = "--node-ip=${node.ip}";
          masterAddress = (lib.findSingle (n: n.isController) (builtins.elemAt (lib.attrValues nodes) 0) (builtins.elemAt (lib.attrValues nodes) 0) (lib.attrValues nodes)).hostname;
        };
      };
    };
  };
  
  # Get the implementation based on container type
  implementation = containerImplementations.${type} or containerImplementations.k3s;

in lib.mkIf enable (lib.mkMerge [
  (implementation.server or {})
  (implementation.agent or {})
  
  # Common container configuration for all nodes
  {
    # Container runtime - containerd
    virtualisation.containerd = {
      enable = true;
      settings = {
        plugins."io.containerd.grpc.v1.cri" = {
          # Add GPU support if needed
          enable_gpu = lib.mkIf (node.hasGPU or false) true;
        };
      };
    };
    
    # Add container tools to the system
    environment.systemPackages = with pkgs; [
      kubectl
      helm
      k9s
    ];
    
    # NVIDIA container runtime for GPU nodes
    virtualisation.docker = lib.mkIf (node.hasGPU or false) {
      enable = true;
      enableNvidia = true;
    };
  }
])
