//! What a module says about itself, for those parts of the flake and the page that show all modules: plain data, and
//! words that several modules share.

use crate::cluster::{Cluster, NodeGroup, expand};
use crate::markdown::code;
use crate::path::Path;

/// A port that a module opens towards the cluster's subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// The port number.
    pub number: u16,
    /// The program that listens there: `slurmctld`.
    pub service: &'static str,
}

impl Port {
    pub(super) const fn new(number: u16, service: &'static str) -> Self {
        Self { number, service }
    }
}

/// The ports that a module opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    /// Its TCP ports.
    pub tcp: &'static [Port],
    /// Its UDP ports.
    pub udp: &'static [Port],
}

/// A step of the README: what to do, in Markdown, and the commands that do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What to do, a sentence or more of Markdown.
    pub title: String,
    /// The commands that do it, each a line of a shell; may be none.
    pub commands: Vec<String>,
}

impl Step {
    /// A step of fixed words.
    pub fn new(title: &str, commands: &[&str]) -> Self {
        Self { title: title.to_owned(), commands: commands.iter().map(|command| (*command).to_owned()).collect() }
    }
}

/// What a node does for the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// The node's name.
    pub host: String,
    /// In a word or two: `slurmctld`, or the folder that it serves.
    pub what: String,
    /// What of it lies on the node's own disks, and does not come along when another node takes over: `the accounting
    /// database`; `None` for nothing.
    pub keeps: Option<&'static str>,
}

/// Something that connects several groups of nodes.
#[derive(Clone, Debug)]
pub struct Connection {
    /// What kind of connection it is, which decides how it is drawn.
    pub kind: ConnectionKind,
    /// Its place in the description.
    pub path: Path,
    /// What it is called: `Cluster network`, `/home`.
    pub label: String,
    /// More about it, in pieces.
    pub details: Vec<String>,
    /// The names of the nodes that it comes from; none where that is outside the cluster.
    pub from: Vec<String>,
    /// Whether the nodes that it comes from use it as the others do.
    pub from_uses: bool,
    /// Whether nodes of a group, other than those that it comes from, are on it.
    pub on: fn(&NodeGroup) -> bool,
}

/// What connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionKind {
    /// The cluster's network.
    Network,
    /// The fabric: InfiniBand, RoCE and their like.
    Fabric,
    /// The controllers, of which one takes over from the other.
    Controllers,
    /// A shared file system.
    FileSystem,
}

/// The name of the first controller, for commands.
pub fn controller(cluster: &Cluster) -> String {
    expand::first_controller(cluster).map_or("CONTROLLER".to_owned(), |name| code(&name))
}

/// Its address, for commands and links.
pub fn controller_address(cluster: &Cluster) -> String {
    let address = expand::first_controller_node(cluster).and_then(|node| node.ip);
    address.map_or("ADDRESS".to_owned(), |ip| ip.to_string())
}

/// From where services can be reached, for people.
pub fn from_where(cluster: &Cluster) -> String {
    let network = &cluster.network;
    if network.firewall { format!("from `{}`", code(&network.subnet)) } else { "from wherever it is routed".to_owned() }
}
