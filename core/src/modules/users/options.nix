# What cluster.nix may say, with types, defaults and what it means: flake.nix holds the values against it. It is made from the
# fields of the design, whose names in cluster.json differ here and there.
{ lib, clusterLib, ... }:
{
  options.users = lib.mkOption {
    type = lib.types.listOf (
      clusterLib.record {
        name = lib.mkOption {
          type = lib.types.str;
          description = "The user name, the same on every node.";
        };
        uid = lib.mkOption {
          type = lib.types.ints.unsigned;
          description = "The numeric id, the same on every node; from 1000 on.";
        };
        fullName = lib.mkOption {
          type = lib.types.str;
          default = "";
          description = "The full name.";
        };
        groups = lib.mkOption {
          type = lib.types.listOf lib.types.str;
          default = [ ];
          description = "Groups besides `users`.";
        };
        shell = lib.mkOption {
          type = lib.types.enum [
            "bash"
            "zsh"
            "fish"
          ];
          default = "bash";
          description = "The login shell.";
        };
        sshKeys = lib.mkOption {
          type = lib.types.listOf lib.types.str;
          default = [ ];
          description = "Public SSH keys.";
        };
        sudo = lib.mkOption {
          type = lib.types.bool;
          default = false;
          description = "Whether the user may become root.";
        };
        where = lib.mkOption {
          type = lib.types.enum [
            "all"
            "controllers"
            "workers"
            "logins"
            "listed"
          ];
          default = "all";
          description = "Where the user exists: on which nodes.";
        };
        hosts = lib.mkOption {
          type = lib.types.str;
          default = "";
          description = "The hosts on which the user exists, in hostlist syntax; used with `listed`.";
        };
        homeManager = lib.mkOption {
          type = lib.types.raw;
          default = null;
          description = "A Home Manager module: its path, or the module itself.";
        };
      }
    );
    default = [ ];
    description = "Users of the cluster itself.";
  };
  options.groups = lib.mkOption {
    type = lib.types.listOf (
      clusterLib.record {
        name = lib.mkOption {
          type = lib.types.str;
          description = "The group name, the same on every node.";
        };
        gid = lib.mkOption {
          type = lib.types.ints.unsigned;
          description = "The numeric id, the same on every node; from 1000 on.";
        };
      }
    );
    default = [ ];
    description = "Groups that users can be in.";
  };
}
