{ lib, pkgs, ... }:
{
  time.timeZone = lib.mkForce "Europe/Berlin";
  environment.systemPackages = [ pkgs.htop ];
}
