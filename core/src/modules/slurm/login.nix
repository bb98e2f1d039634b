# What a worker has where logins go into the user's job there, and are refused without one (pam_slurm_adopt).
#
# Warning, as NixOS asks of everybody who shares this (nixos/modules/security/pam.nix): `security.pam.services.<name>.rules`
# and all below it are experimental, and may change without notice. Watch that module for changes at every update: rules
# that no longer fit can lock you out of your machines, or leave them open to attackers.
{ config, lib, ... }:
{
  security.pam.services.sshd = {
    slurm.adopt = {
      enable = true;
      # Also while slurmd is down.
      settings.action_generic_failure = "deny";
    };
    # pam_systemd would take the login out of the job's cgroup again.
    startSession = lib.mkForce false;
    # A plain yes of SSSD would end the stack before Slurm is asked.
    sssdStrictAccess = config.services.sssd.enable;
    # pam_slurm_adopt lets root pass; this does the same for those who may become root.
    rules.account.administrators = {
      order = (config.security.pam.services.sshd.rules.account.slurm_adopt.order or 11100) - 50;
      control = "sufficient";
      modulePath = "pam_succeed_if.so";
      args = [
        "quiet"
        "user"
        "ingroup"
        "wheel"
      ];
    };
  };
}
