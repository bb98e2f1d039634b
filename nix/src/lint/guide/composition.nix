# Combine multiple sub-configurations
lib.mkMerge [
  # Base configuration
  {
    services.base.enable = true;
  }
  
  # Optional component
  (lib.mkIf cfg.enableComponent {
    services.component.enable = true;
  })
]
