# What scripts and programs made for other Linux systems look for, on workers and login nodes.
#
# compatibilityConfig.binBash: /bin/bash and /usr/bin/bash, with one of which nearly every job script begins
# compatibilityConfig.nixLd:   the loader of programs that were built elsewhere (conda, vendors' compilers), with common
#                              libraries: programs.nix-ld.libraries has more
{
  node,
  compatibilityConfig ? { },
  ...
}:
{ lib, ... }:
let
  compatibility = {
    binBash = true;
    nixLd = true;
  }
  // compatibilityConfig;
in
{
  _file = ./default.nix;

  config = lib.mkIf (node.isWorker || node.isLogin) {
    systemd.tmpfiles.rules = lib.mkIf compatibility.binBash [
      "L+ /bin/bash - - - - /run/current-system/sw/bin/bash"
      "L+ /usr/bin/bash - - - - /run/current-system/sw/bin/bash"
    ];

    programs.nix-ld.enable = lib.mkDefault compatibility.nixLd;
    # NixOS's value and the driver's libcuda. The same on nodes that have none: a job takes the variables of where it was
    # submitted.
    environment.sessionVariables.NIX_LD_LIBRARY_PATH = lib.mkIf compatibility.nixLd (
      lib.mkOverride 90 "/run/current-system/sw/share/nix-ld/lib:/run/opengl-driver/lib"
    );
  };
}
