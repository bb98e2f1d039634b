{
  # Expose a config option that other modules can check
  cluster.services.mymodule.available = true;
  
  # Provide paths that other modules might need
  cluster.services.mymodule.binPath = "${pkgs.mypackage}/bin";
}
