{
  # Enable CUDA integration if the node has GPUs
  services.myService.cudaSupport = lib.mkIf (node.hasGPU or false) true;
  
  # Depend on SLURM if enabled
  services.myService.slurmIntegration = lib.mkIf config.services.slurm.enable true;
}
