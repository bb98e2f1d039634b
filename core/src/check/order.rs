//! The order of problems: by section, then by field as declared, then by place in a list.

use crate::cluster::*;
use crate::path::{Path, Step};

/// The fields of all structs. Where two structs share a name, its place suits both.
const FIELDS: &[&str] = &[
    // Lists' elements begin with what names them.
    General::name.key,
    General::description.key,
    General::release.key,
    General::time_zone.key,
    General::locale.key,
    Network::domain.key,
    Network::subnet.key,
    Network::gateway.key,
    Network::nameservers.key,
    Network::time_servers.key,
    Network::mtu.key,
    Network::firewall.key,
    Network::extra_tcp_ports.key,
    Network::extra_udp_ports.key,
    Network::tuning.key,
    Storage::shared.key,
    Storage::scratch.key,
    SharedFileSystem::kind.key,
    SharedFileSystem::server.key,
    SharedFileSystem::export.key,
    Scratch::enable.key,
    SharedFileSystem::mount.key,
    SharedFileSystem::mode.key,
    SharedFileSystem::mount_options.key,
    SharedFileSystem::export_options.key,
    Scratch::device.key,
    Scratch::fs_type.key,
    Slurm::partitions.key,
    Slurm::enforce_limits.key,
    Slurm::munge_key_file.key,
    Slurm::srun_first_port.key,
    Slurm::srun_last_port.key,
    Slurm::extra_config.key,
    Partition::nodes.key,
    Partition::is_default.key,
    Partition::max_time.key,
    Partition::default_time.key,
    Partition::priority_tier.key,
    Hpc::mpi.key,
    Hpc::cuda_aware_mpi.key,
    Hpc::cuda.key,
    Cuda::open_kernel_module.key,
    Cuda::persistence.key,
    Hpc::compilers.key,
    Hpc::apptainer.key,
    Hpc::unlimited_memlock.key,
    Hpc::governor.key,
    Monitoring::retention_days.key,
    Monitoring::interval_seconds.key,
    Monitoring::gpu_exporter.key,
    Monitoring::grafana.key,
    Grafana::secret_key_file.key,
    Grafana::admin_password_file.key,
    Users::accounts.key,
    Group::gid.key,
    User::uid.key,
    User::full_name.key,
    User::groups.key,
    User::shell.key,
    General::ssh_keys.key,
    General::allow_unfree.key,
    User::sudo.key,
    User::on.key,
    Containers::orchestrator.key,
    Containers::token_file.key,
    Containers::disable.key,
    Containers::server_flags.key,
    Containers::agent_flags.key,
    Containers::gpu.key,
    NodeGroup::hosts.key,
    NodeGroup::roles.key,
    NodeGroup::first_ip.key,
    NodeGroup::addresses.key,
    NodeGroup::interface.key,
    NodeGroup::architecture.key,
    NodeGroup::sockets.key,
    NodeGroup::cores_per_socket.key,
    NodeGroup::threads_per_core.key,
    NodeGroup::memory_mib.key,
    NodeGroup::gpus.key,
    Gpus::vendor.key,
    Gpus::model.key,
    Gpus::count.key,
    NodeGroup::boot.key,
    Boot::loader.key,
    Boot::grub_device.key,
    Boot::root_device.key,
    Boot::root_fs_type.key,
    Boot::esp_device.key,
    NodeGroup::features.key,
    NodeGroup::weight.key,
    NodeGroup::overrides.key,
];

/// What `path` is sorted by: a list itself comes before its elements.
pub(super) fn rank(path: &Path) -> Vec<usize> {
    let rank = |(depth, step): (usize, &Step)| match step {
        Step::Index(index) => *index,
        Step::Key(key) if depth == 0 => {
            Section::ALL.iter().position(|section| section.key() == key).unwrap_or(Section::ALL.len())
        }
        Step::Key(key) => FIELDS.iter().position(|field| field == key).unwrap_or(FIELDS.len()),
    };
    path.steps().iter().enumerate().map(rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn structs(schema: &Value) -> Vec<Vec<String>> {
        let properties = |schema: &Value| -> Option<Vec<String>> {
            Some(schema.get("properties")?.as_object()?.keys().cloned().collect())
        };
        schema["$defs"].as_object().unwrap().values().filter_map(properties).collect()
    }

    #[test]
    fn every_struct_is_sorted_as_declared() {
        let structs = structs(&Cluster::json_schema());
        assert!(structs.len() > 12);
        for fields in structs {
            let ranks: Vec<usize> = fields
                .iter()
                .map(|field| {
                    FIELDS.iter().position(|known| known == field).unwrap_or_else(|| panic!("{field} has no place"))
                })
                .collect();
            assert!(ranks.is_sorted(), "{fields:?} {ranks:?}");
        }
    }
}
