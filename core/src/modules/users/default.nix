# People and groups, with the same ids on every node.
#
# users and groups: options.nix says what they have
{
  node,
  nodes,
  clusterLib,
  users,
  groups,
  storageConfig ? { },
  inputs ? { },
  ...
}:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  places = {
    all = _: true;
    controllers = _: node.isController;
    workers = _: node.isWorker;
    logins = _: node.isLogin;
    listed = user: builtins.elem node.hostname (clusterLib.expandHostlist user.hosts);
  };
  placed = user: places.${user.where} user;

  home = clusterLib.sharedHome storageConfig nodes;
  # Whether this node keeps everybody's home.
  keepsHomes = home != null && home.host == node.hostname;

  # Who keeps /home knows everybody, so that files have owners; it lets in only those placed there.
  present = builtins.filter (user: placed user || keepsHomes) users;
  here = builtins.filter placed users;
  uses = shell: lib.any (user: user.shell == shell) here;

  # Home Manager's links lead into the Nix store, and each node has a store of its own. So every node where the user is
  # has the same generation in its system, with its packages in /etc/profiles; only where /home lives it is activated.
  managed = builtins.filter (user: user.homeManager != null) present;
  homeManager =
    inputs.home-manager
      or (throw "users with homeManager need home-manager among the inputs of flake.nix");
  # As Home Manager names its units, with `utils.escapeSystemdPath`.
  unitOf = user: "home-manager-${builtins.replaceStrings [ "-" ] [ "\\x2d" ] user.name}";

  # Rootless containers: by the uid, so that files which leave a node have the same owners everywhere. 65536 each from
  # 100000 on fill the 32 bits of an id up to the uid 59999.
  subordinateIds = user: 100000 + (user.uid - 1000) * 65536;
in
{
  _file = ./default.nix;

  imports = lib.optional (managed != [ ]) homeManager.nixosModules.home-manager;

  config = lib.mkMerge [
    {
      users.mutableUsers = lib.mkDefault false;
      # Users have keys and no passwords, so sudo cannot ask for one.
      security.sudo.wheelNeedsPassword = lib.mkIf (lib.any (user: user.sudo) here) (lib.mkDefault false);

      # A login shell needs its NixOS module too.
      programs =
        lib.genAttrs
          (builtins.filter uses [
            "fish"
            "zsh"
          ])
          (_: {
            enable = true;
          });

      users.groups = lib.listToAttrs (
        map (group: lib.nameValuePair group.name { inherit (group) gid; }) groups
      );
      users.users = lib.listToAttrs (
        map (
          user:
          lib.nameValuePair user.name {
            isNormalUser = true;
            inherit (user) uid;
            description = user.fullName;
            group = "users";
            extraGroups = user.groups ++ lib.optional (user.sudo && placed user) "wheel";
            shell = if placed user then pkgs.${user.shell} else "/run/current-system/sw/bin/nologin";
            # On a shared /home only who keeps it makes home directories, below.
            createHome = home == null;
            openssh.authorizedKeys.keys = lib.optionals (placed user) user.sshKeys;
            subUidRanges = [
              {
                startUid = subordinateIds user;
                count = 65536;
              }
            ];
            subGidRanges = [
              {
                startGid = subordinateIds user;
                count = 65536;
              }
            ];
          }
        ) present
      );
    }

    # Once the file system is mounted, unlike createHome. A home that is there is left as it is.
    (lib.mkIf (keepsHomes && present != [ ]) {
      systemd.services.user-homes = {
        description = "Home directories of the cluster's users";
        wantedBy = [ "multi-user.target" ];
        before = map (user: "${unitOf user}.service") managed;
        unitConfig.RequiresMountsFor = home.folder;
        serviceConfig = {
          Type = "oneshot";
          RemainAfterExit = true;
        };
        script = lib.concatMapStrings (user: ''
          test -e ${home.folder}/${user.name} || install -d -m 0700 -o ${toString user.uid} -g users ${home.folder}/${user.name}
        '') present;
      };
    })

    (lib.optionalAttrs (managed != [ ]) {
      home-manager = {
        useGlobalPkgs = true;
        useUserPackages = true;
        users = lib.listToAttrs (
          map (
            user:
            lib.nameValuePair user.name {
              imports = [ user.homeManager ];
              home.stateVersion = lib.mkDefault config.system.stateVersion;
            }
          ) managed
        );
      };
      systemd.services = lib.mkIf (home != null && !keepsHomes) (
        lib.listToAttrs (
          map (user: lib.nameValuePair (unitOf user) { wantedBy = lib.mkForce [ ]; }) managed
        )
      );
    })
  ];
}
