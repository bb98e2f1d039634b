# Prometheus and Grafana on the first controller, exporters where their hardware is.
#
# monitoringConfig: retentionDays, intervalSeconds, gpuExporter,
#                   grafana (null or { secretKeyFile, adminPasswordFile })
{
  node,
  nodes,
  clusterLib,
  hpcConfig ? { },
  monitoringConfig ? { },
  ...
}:
{ config, lib, ... }:
let
  monitoring = {
    retentionDays = 30;
    intervalSeconds = 15;
    gpuExporter = true;
    grafana = null;
  }
  // monitoringConfig;

  all = clusterLib.inOrder nodes;
  controller = lib.head (clusterLib.withRole "controller" nodes);
  isController = node.hostname == controller.hostname;
  # The exporter asks nvidia-smi, which comes with the driver.
  runsGpuExporter =
    other:
    monitoring.gpuExporter
    && hpcConfig.cuda or null != null
    && other.hasGPU
    && other.gpuVendor == "nvidia";
  exporters = config.services.prometheus.exporters;
  job = name: port: targets: {
    job_name = name;
    static_configs = [ { targets = map (other: "${other.hostname}:${toString port}") targets; } ];
  };
in
{
  _file = ./default.nix;

  config = lib.mkMerge [
    {
      services.prometheus.exporters.node = {
        enable = true;
        port = 9100;
        enabledCollectors = [ "systemd" ];
      };
      cluster.firewall.tcpPorts = [ exporters.node.port ];
    }

    (lib.mkIf (runsGpuExporter node) {
      services.prometheus.exporters.nvidia-gpu = {
        enable = true;
        port = 9835;
      };
      cluster.firewall.tcpPorts = [ exporters.nvidia-gpu.port ];
    })

    (lib.mkIf isController {
      services.prometheus = {
        enable = true;
        port = 9090;
        retentionTime = "${toString monitoring.retentionDays}d";
        globalConfig.scrape_interval = "${toString monitoring.intervalSeconds}s";
        scrapeConfigs = [
          (job "node" 9100 all)
        ]
        ++ lib.optional (lib.any runsGpuExporter all) (
          job "gpu" 9835 (builtins.filter runsGpuExporter all)
        );
      };
      cluster.firewall.tcpPorts = [ 9090 ];
      cluster.services.prometheus.available = true;
    })

    (lib.mkIf (isController && monitoring.grafana != null) {
      services.grafana = {
        enable = true;
        settings = {
          server = {
            http_addr = "0.0.0.0";
            http_port = 3000;
            domain = node.hostname;
          };
          # Read from files when Grafana starts: no secret enters the Nix store.
          security = {
            secret_key = "$__file{${monitoring.grafana.secretKeyFile}}";
            admin_password = "$__file{${monitoring.grafana.adminPasswordFile}}";
          };
        };
        provision = {
          enable = true;
          datasources.settings.datasources = [
            {
              name = "Prometheus";
              type = "prometheus";
              url = "http://127.0.0.1:9090";
              isDefault = true;
            }
          ];
        };
      };
      cluster.firewall.tcpPorts = [ 3000 ];
      cluster.services.grafana.available = true;
    })
  ];
}
