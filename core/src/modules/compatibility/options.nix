# What cluster.nix may say, with types, defaults and what it means: flake.nix holds the values against it. It is made from the
# fields of the design, whose names in cluster.json differ here and there.
{ lib, ... }:
{
  options.compatibilityConfig = {
    binBash = lib.mkOption {
      type = lib.types.bool;
      default = true;
      description = "Whether workers and login nodes have `/bin/bash` and `/usr/bin/bash`, with which job scripts begin. NixOS itself has `/bin/sh` only.";
    };
    nixLd = lib.mkOption {
      type = lib.types.bool;
      default = true;
      description = "Whether programs built elsewhere, for other Linux systems, run on workers and login nodes (nix-ld): conda, vendors' compilers.";
    };
  };
}
