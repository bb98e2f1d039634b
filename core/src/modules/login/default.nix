# How people come in: a directory of users (LDAP, read through SSSD), and SSH from node to node.
#
# loginConfig: options.nix says what it has. Each node's certificate, signed by sshHostCA, is
# /etc/ssh/ssh_host_ed25519_key-cert.pub; until it is there sshd goes on without.
{
  node,
  nodes,
  clusterLib,
  networkConfig,
  storageConfig ? { },
  loginConfig,
  ...
}:
{ lib, pkgs, ... }:
let
  login = loginConfig;
  inherit (login) ldap;

  home = clusterLib.sharedHome storageConfig nodes;
  # Root of an NFS client may not make a home directory; whoever keeps /home may, and everybody on other file systems.
  mayMakeHomes = home == null || home.host == node.hostname || home.rootWrites;

  # As people name the nodes.
  hostNames = [
    "*.${networkConfig.domain}"
  ]
  ++ map (other: other.hostname) (clusterLib.inOrder nodes);

  newKey = pkgs.writeShellScript "cluster-ssh-key" (builtins.readFile ./cluster-ssh-key.sh);
in
{
  _file = ./default.nix;

  config = lib.mkMerge [
    (lib.mkIf (ldap != null) {
      services.sssd = {
        enable = true;
        sshAuthorizedKeysIntegration = true;
        # SSSD's start puts the file's variables in the place of $LDAP_BIND_PASSWORD, outside the Nix store.
        environmentFile = lib.mkIf (ldap.bindDN != null) ldap.environmentFile;
        config = ''
          [sssd]
          services = nss, pam, ssh
          domains = ldap

          # A shell that NixOS does not have, such as /bin/bash, is its own bash.
          [nss]
          allowed_shells = *
          shell_fallback = /run/current-system/sw/bin/bash
          default_shell = /run/current-system/sw/bin/bash

          [pam]

          [ssh]

          [domain/ldap]
          id_provider = ldap
          ldap_uri = ${lib.concatStringsSep ", " ldap.uris}
          ldap_search_base = ${ldap.searchBase}
          # Nothing goes unencrypted: ldap:// begins with StartTLS, or is refused.
          ldap_id_use_start_tls = true
          ldap_tls_reqcert = demand
          ldap_tls_cacert = ${ldap.caFile}
          fallback_homedir = /home/%u
        ''
        + lib.optionalString (ldap.bindDN != null) ''
          ldap_default_bind_dn = ${ldap.bindDN}
          ldap_default_authtok = $LDAP_BIND_PASSWORD
        '';
      };
      security.pam.services.sshd.makeHomeDir = mayMakeHomes;
      cluster.services.sssd.available = true;
    })

    (lib.mkIf login.sshBetweenNodes {
      services.openssh.authorizedKeysFiles = [ "%h/.ssh/authorized_keys_cluster" ];
      # At the start of a session, in every shell.
      environment.extraInit = lib.mkIf (node.isLogin || node.isController) ''
        ${newKey} ${networkConfig.subnet}
      '';
      # After the cluster's key come those that ssh would try if none were named.
      programs.ssh.extraConfig = ''
        Host ${lib.concatStringsSep " " hostNames}
          IdentityFile ~/.ssh/id_cluster
          IdentityFile ~/.ssh/id_ed25519
          IdentityFile ~/.ssh/id_rsa
          ${lib.optionalString (login.sshHostCA == null) "StrictHostKeyChecking accept-new"}
      '';
    })

    (lib.mkIf (login.sshHostCA != null) {
      programs.ssh.knownHosts.cluster = {
        certAuthority = true;
        inherit hostNames;
        publicKey = login.sshHostCA;
      };
      services.openssh.settings.HostCertificate = "/etc/ssh/ssh_host_ed25519_key-cert.pub";
    })
  ];
}
