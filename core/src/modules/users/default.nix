# People and groups, with the same ids on every node.
#
# users:  [ { name, uid, fullName, groups, shell, sshKeys, sudo, where } ], where one of
#         "all", "controllers", "workers", "logins"
# groups: [ { name, gid } ]
{
  node,
  users ? [ ],
  groups ? [ ],
  storageConfig ? { },
  ...
}:
{ lib, pkgs, ... }:
let
  placed =
    user:
    {
      all = true;
      controllers = node.isController;
      workers = node.isWorker;
      logins = node.isLogin;
    }
    .${user.where or "all"};

  sharedHomes = builtins.filter (fs: fs.mount == "/home") (storageConfig.shared or [ ]);
  homesAreShared = sharedHomes != [ ];
  homeServer = homesAreShared && (lib.head sharedHomes).server == node.hostname;
  homeExport = (lib.head sharedHomes).export;

  # The server of /home knows everybody, so that files have owners; it lets in only those placed there.
  present = builtins.filter (user: placed user || homeServer) users;
  here = builtins.filter placed users;
  uses = shell: lib.any (user: user.shell or "bash" == shell) here;
in
{
  _file = ./default.nix;

  config = {
    users.mutableUsers = false;
    # Users have keys and no passwords, so sudo cannot ask for one.
    security.sudo.wheelNeedsPassword = lib.mkIf (lib.any (user: user.sudo or false) here) false;

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
          description = user.fullName or "";
          group = "users";
          extraGroups = user.groups or [ ] ++ lib.optional (user.sudo or false && placed user) "wheel";
          shell = if placed user then pkgs.${user.shell or "bash"} else "/run/current-system/sw/bin/nologin";
          # On a shared /home only its server makes home directories, below.
          createHome = !homesAreShared;
          openssh.authorizedKeys.keys = lib.optionals (placed user) (user.sshKeys or [ ]);
        }
      ) present
    );

    # After the file systems are mounted, unlike createHome.
    systemd.tmpfiles.rules = lib.mkIf homeServer (
      map (user: "d ${homeExport}/${user.name} 0700 ${toString user.uid} users -") present
    );
  };
}
