# Locked memory, huge pages and the frequency governor.
{
  node,
  hpc,
  runsJobs,
  lib,
  ...
}:
lib.mkMerge [
  (lib.mkIf (hpc.unlimitedMemlock && runsJobs) {
    security.pam.loginLimits = [
      {
        domain = "*";
        item = "memlock";
        type = "-";
        value = "unlimited";
      }
    ];
  })

  (lib.mkIf (hpc.hugePages > 0 && node.isWorker) {
    boot.kernel.sysctl."vm.nr_hugepages" = hpc.hugePages;
  })

  (lib.mkIf (hpc.governor != null && node.isWorker) {
    powerManagement.cpuFreqGovernor = hpc.governor;
  })
]
