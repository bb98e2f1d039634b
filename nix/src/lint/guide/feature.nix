# Detect if a feature is available
let
  hasFeature = config.hardware.someFeature.available or false;
in {
  # Enable only if available
  services.myservice = lib.mkIf hasFeature {
    enable = true;
  };
}
