{ lib, pkgs, ... }:
{
  time.timeZone = "Europe/Berlin";
  services.chrony.servers = lib.mkForce [ "ntp.example.org" ];
  environment.systemPackages = [ pkgs.htop ];
}
