//! What the flake and the page tell of the cluster as a whole.

use crate::cluster::{Cluster, General};
use crate::modules::about::{Port, Ports};
use crate::modules::{Make, Secret};
use crate::path;

pub const PORTS: Ports = Ports { tcp: &[Port::new(22, "SSH")], udp: &[] };

pub fn secrets(cluster: &Cluster) -> Vec<Secret> {
    let file = cluster.general.root_password_file.trim();
    let path = path![Cluster::general, General::root_password_file];
    // NixOS reads it at each boot and switch; no service does.
    vec![Secret::new(file, "the hash of root's password for the console", Make::PasswordHash, path)]
}
