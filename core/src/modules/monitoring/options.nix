# What cluster.nix may say, with types, defaults and what it means: flake.nix holds the values against it. It is made from the
# fields of the design, whose names in cluster.json differ here and there.
{ lib, ... }:
{
  options.monitoringConfig = {
    retentionDays = lib.mkOption {
      type = lib.types.ints.unsigned;
      default = 30;
      description = "How long samples are kept, in days.";
    };
    intervalSeconds = lib.mkOption {
      type = lib.types.ints.unsigned;
      default = 15;
      description = "How often exporters are asked, in seconds.";
    };
    gpuExporter = lib.mkOption {
      type = lib.types.bool;
      default = true;
      description = "Whether every NVIDIA node runs the GPU exporter.";
    };
    ipmiExporter = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether every node with a BMC is asked for temperatures and power (IPMI).";
    };
    smartExporter = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether the disks' health is read (SMART).";
    };
    alerts = lib.mkOption {
      type = lib.types.bool;
      default = true;
      description = "Whether Prometheus has rules for nodes that are down, full disks, hot or failing GPUs, and Slurm.";
    };
    alertmanager = lib.mkOption {
      type = lib.types.nullOr (
        lib.types.submodule {
          options = {
            emailTo = lib.mkOption {
              type = lib.types.nullOr lib.types.str;
              default = null;
              description = "The address that gets mail; `null` for no mail.";
            };
            emailFrom = lib.mkOption {
              type = lib.types.nullOr lib.types.str;
              default = null;
              description = "The address that mail comes from: `alerts@lab.example`.";
            };
            smarthost = lib.mkOption {
              type = lib.types.nullOr lib.types.str;
              default = null;
              description = "The mail server, `mail.lab.example:587`.";
            };
            smtpUser = lib.mkOption {
              type = lib.types.nullOr lib.types.str;
              default = null;
              description = "The user at the mail server; `null` where it asks for none.";
            };
            smtpPasswordFile = lib.mkOption {
              type = lib.types.strMatching "/.*";
              default = "/var/lib/secrets/alertmanager-smtp-password";
              description = "The file with that user's password at the mail server.";
            };
            webhookURLFile = lib.mkOption {
              type = lib.types.nullOr (lib.types.strMatching "/.*");
              default = null;
              description = "A file with the URL of a webhook (chat, paging), since such URLs are secrets; `null` for none.";
            };
          };
        }
      );
      default = null;
      description = "Where alerts are sent.";
    };
    grafana = lib.mkOption {
      type = lib.types.nullOr (
        lib.types.submodule {
          options = {
            secretKeyFile = lib.mkOption {
              type = lib.types.strMatching "/.*";
              default = "/var/lib/secrets/grafana-secret-key";
              description = "The file on the controller that holds Grafana's secret key.";
            };
            adminPasswordFile = lib.mkOption {
              type = lib.types.strMatching "/.*";
              default = "/var/lib/secrets/grafana-admin-password";
              description = "The file on the controller that holds the administrator's first password.";
            };
            dashboards = lib.mkOption {
              type = lib.types.bool;
              default = true;
              description = "Whether it shows dashboards of nodes, GPUs and Slurm.";
            };
          };
        }
      );
      default = null;
      description = "Dashboards with Grafana.";
    };
  };
}
