# What scripts and programs made for other Linux systems look for, on workers and login nodes.
#
# compatibilityConfig: options.nix says what it has. Of the libraries that come with the loader of programs built elsewhere
# (nixLd), programs.nix-ld.libraries has more.
{
  node,
  compatibilityConfig,
  ...
}:
{ lib, ... }:
{
  _file = ./default.nix;

  config = lib.mkIf (node.isWorker || node.isLogin) {
    systemd.tmpfiles.rules = lib.mkIf compatibilityConfig.binBash [
      "L+ /bin/bash - - - - /run/current-system/sw/bin/bash"
      "L+ /usr/bin/bash - - - - /run/current-system/sw/bin/bash"
    ];

    programs.nix-ld.enable = lib.mkDefault compatibilityConfig.nixLd;
    # NixOS's value and the driver's libcuda. The same on nodes that have none: a job takes the variables of where it was
    # submitted.
    environment.sessionVariables.NIX_LD_LIBRARY_PATH = lib.mkIf compatibilityConfig.nixLd (
      lib.mkOverride 90 "/run/current-system/sw/share/nix-ld/lib:/run/opengl-driver/lib"
    );
  };
}
