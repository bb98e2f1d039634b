# What cluster.nix may say, with types, defaults and what it means: flake.nix holds the values against it. It is made from the
# fields of the design, whose names in cluster.json differ here and there.
{ __takes__, ... }:
__options__
