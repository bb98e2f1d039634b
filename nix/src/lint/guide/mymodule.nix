# modules/mymodule/default.nix

{ node, nodes, myModuleConfig ? {} }:  # Add your config parameters

{ config, pkgs, lib, ... }:

let
  isController = node.isController or false;
  cfg = myModuleConfig;
in {
  # Your module configuration here
  environment.systemPackages = with pkgs; [
    # Packages to install
  ];
  
  # Services to enable
  services.myservice = {
    enable = true;
    # Other options
  };
  
  # Conditional configurations
  services.controllerOnlyService = lib.mkIf isController {
    enable = true;
  };
}
