__head__
{
  __takes__,
  ...
}:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = __defaults__
  // __parameter__;
  inherit __bindings__;
  implementations = __implementations__;
  inherit __implementation__;
in
{
  _file = ./default.nix;

  config = __config__;
}
