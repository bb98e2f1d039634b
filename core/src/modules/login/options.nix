# What cluster.nix may say, with types, defaults and what it means: flake.nix holds the values against it. It is made from the
# fields of the design, whose names in cluster.json differ here and there.
{ lib, ... }:
{
  options.loginConfig = {
    ldap = lib.mkOption {
      type = lib.types.nullOr (
        lib.types.submodule {
          options = {
            uris = lib.mkOption {
              type = lib.types.listOf lib.types.str;
              default = [ ];
              description = "The servers: `ldaps://ldap.lab.example`.";
            };
            searchBase = lib.mkOption {
              type = lib.types.str;
              default = "";
              description = "Where people and groups are looked for: `dc=lab,dc=example`.";
            };
            bindDN = lib.mkOption {
              type = lib.types.nullOr lib.types.str;
              default = null;
              description = "Who asks; `null` for anybody.";
            };
            environmentFile = lib.mkOption {
              type = lib.types.strMatching "/.*";
              default = "/var/lib/secrets/sssd-environment";
              description = "A file on every node with the line `LDAP_BIND_PASSWORD=…`; used with `bindDN`.";
            };
            caFile = lib.mkOption {
              type = lib.types.strMatching "/.*";
              default = "/etc/ssl/certs/ca-certificates.crt";
              description = "The certificate of the servers' authority.";
            };
          };
        }
      );
      default = null;
      description = "Users from an LDAP directory.";
    };
    sshBetweenNodes = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether users come from node to node without a password: each gets a key in a shared home.";
    };
    sshHostCA = lib.mkOption {
      type = lib.types.nullOr lib.types.str;
      default = null;
      description = "The public key of the authority that signed the nodes' host keys; with it no node asks whether a host is known.";
    };
  };
}
