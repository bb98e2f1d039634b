# What a node has that does the accounting: slurmdbd, and MariaDB for it alone.
{
  config,
  lib,
  pkgs,
  node,
  accounting,
  rest,
}:
let
  hasPassword = accounting.passwordFile != null;
  # A tenth of the memory, within 128 MiB and 4 GiB.
  bufferMiB = lib.max 128 (lib.min 4096 (node.memoryMB / 10));
in
{
  services.slurm.dbdserver = {
    enable = true;
    dbdHost = node.hostname;
    storagePassFile = accounting.passwordFile;
    extraConfig = lib.mkIf (rest != null) ''
      AuthAltTypes=auth/jwt
      AuthAltParameters=jwt_key=${rest.jwtKeyFile}
    '';
  };

  # As Slurm's accounting guide has it. slurmdbd comes by the socket.
  services.mysql = {
    enable = true;
    package = pkgs.mariadb;
    ensureDatabases = [ "slurm_acct_db" ];
    ensureUsers = [
      {
        name = "slurm";
        ensurePermissions."slurm_acct_db.*" = "ALL PRIVILEGES";
      }
    ];
    settings.mysqld = lib.mapAttrs (_: lib.mkDefault) {
      bind-address = "127.0.0.1";
      innodb_buffer_pool_size = "${toString bufferMiB}M";
      innodb_log_file_size = "${toString (bufferMiB / 4)}M";
      innodb_lock_wait_timeout = 900;
      innodb_snapshot_isolation = "OFF";
      max_allowed_packet = "16M";
    };
  };

  # NixOS makes database users whom MariaDB knows by their Unix user. A password comes from its file each time that
  # slurmdbd starts: it is in no store, and a new one needs a restart only.
  systemd.services.slurmdbd-login = {
    description = "How MariaDB knows slurmdbd";
    requires = [ "mysql.service" ];
    after = [ "mysql.service" ];
    before = [ "slurmdbd.service" ];
    requiredBy = [ "slurmdbd.service" ];
    path = [ config.services.mysql.package ];
    serviceConfig = {
      Type = "oneshot";
      User = config.services.mysql.user;
      LoadCredential = lib.mkIf hasPassword "password:${accounting.passwordFile}";
    };
    script =
      if hasPassword then
        ''
          password=$(cat "$CREDENTIALS_DIRECTORY/password")
          case $password in
            "" | *[!A-Za-z0-9._+/=-]*)
              echo "slurmdbd's password must have letters, digits and ._+/=- only, and not be empty." >&2
              exit 1
              ;;
          esac
          echo "ALTER USER slurm@localhost IDENTIFIED BY '$password';" | mariadb
        ''
      else
        ''
          echo "ALTER USER slurm@localhost IDENTIFIED VIA unix_socket;" | mariadb
        '';
  };

  systemd.services.slurmdbd = {
    # slurmctld comes after it, and at its first start gives up where nobody answers yet.
    postStart = ''
      until (: </dev/tcp/127.0.0.1/6819) 2>/dev/null; do
        kill -0 "$MAINPID" || exit 1
        sleep 0.2
      done
    '';
    startLimitIntervalSec = 0;
    serviceConfig = {
      Restart = "on-failure";
      RestartSec = 5;
    };
  };

  cluster.firewall.tcpPorts = [ 6819 ];
  cluster.services.slurmdbd.available = true;
}
