# Prometheus, its alerts and Grafana on the first controller, exporters where their hardware is.
#
# monitoringConfig: options.nix says what it has
# hpcConfig.cuda and slurmConfig.metrics tell whether there are GPUs and slurmctld to ask.
{
  node,
  nodes,
  clusterLib,
  hpcConfig ? { },
  slurmConfig ? { },
  monitoringConfig,
  ...
}:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  monitoring = monitoringConfig;
  inherit (monitoring) alertmanager grafana;

  all = clusterLib.inOrder nodes;
  controller = lib.head (clusterLib.withRole "controller" nodes);
  isController = node.hostname == controller.hostname;

  # Each exporter, and the nodes that run it.
  exporters = {
    node = {
      port = 9100;
      runsOn = _: true;
      slow = false;
    };
    # Asks nvidia-smi, which comes with the driver.
    nvidia-gpu = {
      port = 9835;
      runsOn =
        other:
        monitoring.gpuExporter
        && hpcConfig.cuda or null != null
        && other.hasGPU
        && other.gpuVendor == "nvidia";
      slow = false;
    };
    ipmi = {
      port = 9290;
      runsOn = _: monitoring.ipmiExporter;
      slow = true;
    };
    smartctl = {
      port = 9633;
      runsOn = _: monitoring.smartExporter;
      slow = true;
    };
  };
  here = lib.filterAttrs (_: exporter: exporter.runsOn node) exporters;
  somewhere = lib.filterAttrs (_: exporter: lib.any exporter.runsOn all) exporters;

  # slurmctld answers on its own port since 25.11.
  slurmMetrics = slurmConfig.metrics or false && lib.versionAtLeast pkgs.slurm.version "25.11";
  # SchedMD advises against storing jobs-users-accts: a time series for each user.
  slurmPaths = [
    "jobs"
    "nodes"
    "partitions"
    "scheduler"
  ];

  # `instance` is the node's name, whichever port is asked.
  instance = {
    source_labels = [ "__address__" ];
    regex = "([^:]+):[0-9]+";
    target_label = "instance";
  };
  targets = port: map (other: "${other.hostname}:${toString port}");
  labelsOf =
    other:
    {
      roles = lib.concatStringsSep "," other.roles;
    }
    // lib.optionalAttrs (other.fabricIP != null) { fabric = "yes"; };
  exporterJob =
    name: exporter:
    {
      job_name = name;
      relabel_configs = [ instance ];
      static_configs = lib.mapAttrsToList (_: alike: {
        targets = targets exporter.port alike;
        labels = labelsOf (lib.head alike);
      }) (lib.groupBy (other: builtins.toJSON (labelsOf other)) (builtins.filter exporter.runsOn all));
    }
    // lib.optionalAttrs (!exporter.slow) {
      scrape_interval = "${toString monitoring.intervalSeconds}s";
    };
  # With a backup controller too: a standby only points at the primary.
  slurmJob = path: {
    job_name = "slurm-${path}";
    metrics_path = "/metrics/${path}";
    relabel_configs = [ instance ];
    static_configs = [ { targets = targets 6817 [ controller ]; } ];
  };

  # Units that must run where they are set up. NFS's clients have the server's unit too, and never start it.
  units = [
    "chronyd"
    "glusterd"
    "k3s"
    "munged"
    "mysql"
    "nvidia-persistenced"
    "orangefs-server"
    "slurmctld"
    "slurmd"
    "slurmdbd"
    "slurmrestd"
    "sssd"
  ]
  ++ lib.optional config.services.nfs.server.enable "nfs-server";

  mails = alertmanager.emailTo != null;
  mailsWithPassword = mails && alertmanager.smtpUser != null;
  calls = alertmanager.webhookURLFile != null;
  # Alertmanager runs as a user that exists while it runs: systemd hands it the secrets.
  credential = name: "/run/credentials/alertmanager.service/${name}";
  # envsubst reads the configuration first.
  escape = lib.replaceStrings [ "$" ] [ "$$" ];
in
{
  _file = ./default.nix;

  config = lib.mkMerge [
    {
      services.prometheus.exporters = lib.mapAttrs (_: exporter: {
        enable = true;
        inherit (exporter) port;
      }) here;
      cluster.firewall.tcpPorts = lib.mapAttrsToList (_: exporter: exporter.port) here;
      cluster.services = lib.mapAttrs' (
        name: _: lib.nameValuePair "${name}-exporter" { available = true; }
      ) here;
    }

    {
      services.prometheus.exporters.node = {
        enabledCollectors = [ "systemd" ];
        # Five series for each unit: only those that the cluster stands on.
        extraFlags = [
          "--collector.systemd.unit-include=(${lib.concatStringsSep "|" units})[.]service"
        ];
      };
      # NixOS hides /home, and the exporter would measure the empty folder in its place.
      systemd.services.prometheus-node-exporter.serviceConfig.ProtectHome = lib.mkForce "read-only";
    }

    # It sees the GPUs' devices, and ends where nvidia-smi finds none: while the driver comes up, it is started anew.
    (lib.mkIf (here ? nvidia-gpu) {
      systemd.services.prometheus-nvidia-gpu-exporter = {
        after = [
          "nvidia-persistenced.service"
          "nvidia-fabricmanager.service"
        ];
        startLimitIntervalSec = 0;
        serviceConfig.RestartSec = 10;
      };
    })

    (lib.mkIf (here ? ipmi) {
      boot.kernelModules = [
        "ipmi_si"
        "ipmi_devintf"
      ];
      # FreeIPMI wants to be root to open the BMC's device; it gets that device and no capability.
      services.prometheus.exporters.ipmi = {
        user = "root";
        group = "root";
      };
      systemd.services.prometheus-ipmi-exporter.serviceConfig = {
        DynamicUser = false;
        PrivateDevices = false;
        DevicePolicy = "closed";
        DeviceAllow = lib.mkForce [ "char-ipmidev rw" ];
      };
    })

    (lib.mkIf isController {
      services.prometheus = {
        enable = true;
        port = 9090;
        retentionTime = lib.mkDefault "${toString monitoring.retentionDays}d";
        # For what answers slowly; the others are asked as often as intervalSeconds says.
        globalConfig = {
          scrape_interval = lib.mkDefault "${toString (lib.max 60 monitoring.intervalSeconds)}s";
          scrape_timeout = lib.mkDefault "30s";
        };
        scrapeConfigs =
          lib.mapAttrsToList exporterJob somewhere ++ lib.optionals slurmMetrics (map slurmJob slurmPaths);
        ruleFiles = lib.optionals monitoring.alerts (
          [ ./rules/node.yml ]
          ++ lib.optional (lib.any (other: other.fabricIP != null) all) ./rules/fabric.yml
          ++ lib.optional (somewhere ? nvidia-gpu) ./rules/gpu.yml
          ++ lib.optional (somewhere ? ipmi) ./rules/ipmi.yml
          ++ lib.optional (somewhere ? smartctl) ./rules/smart.yml
          ++ lib.optional slurmMetrics ./rules/slurm.yml
        );
      };
      cluster.firewall.tcpPorts = [ 9090 ];
      cluster.services.prometheus.available = true;
    })

    (lib.mkIf (isController && alertmanager != null) {
      # Nobody has to log in to it, so it listens to this node alone; Grafana and amtool reach it.
      services.prometheus.alertmanager = {
        enable = true;
        listenAddress = "127.0.0.1";
        port = 9093;
        # One Alertmanager has no peers to listen to.
        extraFlags = [ "--cluster.listen-address=" ];
        configuration = lib.mkDefault {
          global =
            lib.optionalAttrs mails {
              smtp_smarthost = alertmanager.smarthost;
              smtp_from = escape alertmanager.emailFrom;
            }
            // lib.optionalAttrs mailsWithPassword {
              smtp_auth_username = escape alertmanager.smtpUser;
              smtp_auth_password_file = credential "smtp-password";
            };
          # One message for all nodes that have the same trouble.
          route = {
            receiver = "administrators";
            group_by = [ "alertname" ];
            group_wait = "30s";
            group_interval = "5m";
            repeat_interval = "1d";
            routes = [
              {
                matchers = [ ''severity="critical"'' ];
                repeat_interval = "4h";
              }
            ];
          };
          # A node that is down says nothing more; what is critical needs no warning besides.
          inhibit_rules = [
            {
              source_matchers = [ ''alertname="NodeDown"'' ];
              target_matchers = [ ''alertname!="NodeDown"'' ];
              equal = [ "instance" ];
            }
            {
              source_matchers = [ ''severity="critical"'' ];
              target_matchers = [ ''severity="warning"'' ];
              equal = [
                "alertname"
                "instance"
                "mountpoint"
              ];
            }
          ];
          receivers = [
            (
              {
                name = "administrators";
              }
              // lib.optionalAttrs mails {
                email_configs = [
                  {
                    to = escape alertmanager.emailTo;
                    send_resolved = true;
                  }
                ];
              }
              // lib.optionalAttrs calls {
                webhook_configs = [ { url_file = credential "webhook-url"; } ];
              }
            )
          ];
        };
      };
      systemd.services.alertmanager.serviceConfig.LoadCredential =
        lib.optional mailsWithPassword "smtp-password:${alertmanager.smtpPasswordFile}"
        ++ lib.optional calls "webhook-url:${alertmanager.webhookURLFile}";
      services.prometheus.alertmanagers = [
        { static_configs = [ { targets = [ "127.0.0.1:9093" ]; } ]; }
      ];
      environment.systemPackages = [ pkgs.prometheus-alertmanager ];
      cluster.services.alertmanager = {
        available = true;
        binPath = "${pkgs.prometheus-alertmanager}/bin";
      };
    })

    (lib.mkIf (isController && grafana != null) {
      services.grafana = {
        enable = true;
        settings = {
          server = {
            http_addr = lib.mkDefault "0.0.0.0";
            http_port = 3000;
            domain = lib.mkDefault node.hostname;
          };
          # Read from files when Grafana starts: no secret enters the Nix store.
          security = {
            secret_key = "$__file{${grafana.secretKeyFile}}";
            admin_password = "$__file{${grafana.adminPasswordFile}}";
          };
        };
        provision = {
          enable = true;
          datasources.settings.datasources = [
            {
              name = "Prometheus";
              type = "prometheus";
              # The dashboards ask for it by this id.
              uid = "prometheus";
              url = "http://127.0.0.1:9090";
              isDefault = true;
            }
          ]
          ++ lib.optional (alertmanager != null) {
            name = "Alertmanager";
            type = "alertmanager";
            uid = "alertmanager";
            url = "http://127.0.0.1:9093";
            jsonData.implementation = "prometheus";
          };
          dashboards.settings.providers = lib.optionals grafana.dashboards (
            [
              {
                name = "nodes";
                options.path = ./dashboards/nodes.json;
              }
            ]
            ++ lib.optional (somewhere ? nvidia-gpu) {
              name = "gpus";
              options.path = ./dashboards/gpus.json;
            }
            ++ lib.optional slurmMetrics {
              name = "slurm";
              options.path = ./dashboards/slurm.json;
            }
          );
        };
      };
      cluster.firewall.tcpPorts = [ 3000 ];
      cluster.services.grafana.available = true;
    })
  ];
}
