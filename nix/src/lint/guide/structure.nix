# modules/example/default.nix
{ node, nodes, ... }:  # Input parameters from the main flake

{ config, pkgs, lib, ... }:  # NixOS module parameters

let
  # Local variables and helper functions
  isController = node.isController or false;
  
in {
  # Module configuration
  # ...
}
