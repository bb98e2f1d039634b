use super::{choice, description};

choice! {
    /// How a bond spreads its traffic: the bonding driver's `mode`.
    pub enum BondMode {
        /// One device carries all traffic, another takes over when it fails; the switch need not know.
        ActiveBackup "active-backup" "active-backup",
        /// LACP; the switch must take part.
        Lacp "802.3ad" "802.3ad (LACP)",
        /// A hash of addresses and ports picks the device for each frame; the switch must have its ports aggregated.
        BalanceXor "balance-xor" "balance-xor",
        /// Outgoing and incoming traffic is spread over the devices; the switch need not know.
        BalanceAlb "balance-alb" "balance-alb",
    }
}

choice! {
    /// The second network, for MPI and storage.
    pub enum FabricKind {
        /// No second network.
        None "none" "none",
        /// InfiniBand, with IP over it; Omni-Path, too.
        InfiniBand "infiniband" "InfiniBand",
        /// RDMA over Converged Ethernet.
        Roce "roce" "RoCE",
    }
}

choice! {
    /// The kernel driver of the fabric's adapters.
    pub enum FabricDriver {
        /// NVIDIA (Mellanox) ConnectX-4 and newer.
        Mlx5 "mlx5" "mlx5 (ConnectX-4 and newer)",
        /// Mellanox ConnectX-3.
        Mlx4 "mlx4" "mlx4 (ConnectX-3)",
        /// Intel E810 and X722.
        Irdma "irdma" "irdma (Intel E810, X722)",
        /// Broadcom NetXtreme-E.
        BnxtRe "bnxt_re" "bnxt_re (Broadcom)",
        /// Omni-Path (Intel, Cornelis).
        Hfi1 "hfi1" "hfi1 (Omni-Path)",
    }
}

description! {
    /// Several network devices as one. A group uses it by naming it as its interface.
    pub struct Bond {
        /// The bond's name, which its device gets: `bond0`.
        name "name": String = "bond0".to_owned(),
        /// The devices that it is made of.
        interfaces "interfaces": Vec<String> = Vec::new(),
        /// The mode: how it spreads its traffic over the devices.
        mode "mode": BondMode = BondMode::ActiveBackup,
    }
}

description! {
    /// A VLAN (802.1Q). A group uses it by naming it as its interface.
    pub struct Vlan {
        /// The VLAN's name, which its device gets: `vlan20`.
        name "name": String = String::new(),
        /// The tag, 1 to 4094.
        id "id": u32 = 1,
        /// The device or bond that carries it.
        interface "interface": String = String::new(),
    }
}

description! {
    /// A subnet manager of an InfiniBand fabric: OpenSM on a node, at one port.
    pub struct SubnetManager {
        /// The host name of the node that runs the subnet manager.
        host "host": String = String::new(),
        /// The port's GUID, as `ibstat` prints it: `0x0002c9030012ab34`.
        guid "guid": String = String::new(),
    }
}

description! {
    /// The second network. The groups that have a `fabricFirstIP` are on it.
    pub struct Fabric {
        /// The kind of network; none where the cluster has one network only.
        kind "kind": FabricKind = FabricKind::None,
        /// Its IPv4 network: over IPoIB, or on the RoCE interface.
        subnet "subnet": String = "10.1.0.0/16".to_owned(),
        /// The interface of every node on it: `ib0`, the first port of InfiniBand as the kernel counts, or a name that
        /// `ip link` shows, such as `ibp65s0`; of RoCE the adapter's Ethernet device.
        interface "interface": String = "ib0".to_owned(),
        /// The kernel driver of its adapters.
        driver "driver": FabricDriver = FabricDriver::Mlx5,
        /// The MTU of the interface, in bytes; 0 leaves what the driver sets.
        mtu "mtu": u32 = 0,
        /// The subnet managers of InfiniBand; none where a switch runs one.
        subnet_managers "subnetManagers": Vec<SubnetManager> = Vec::new(),
    }
}

impl Fabric {
    /// Whether OpenSM can manage it: Ethernet has no subnet manager, and Omni-Path one of its own.
    pub fn wants_subnet_manager(&self) -> bool {
        self.kind == FabricKind::InfiniBand && self.driver != FabricDriver::Hfi1
    }
}

description! {
    /// Names, addresses, the firewall.
    pub struct Network {
        /// The domain of the nodes' full names.
        domain "domain": String = "cluster.internal".to_owned(),
        /// The cluster's IPv4 network.
        subnet "subnet": String = "10.0.0.0/16".to_owned(),
        /// The default gateway; empty for none.
        gateway "gateway": String = String::new(),
        /// DNS servers.
        nameservers "nameservers": Vec<String> = Vec::new(),
        /// Time servers that the controllers follow; all other nodes follow the controllers.
        time_servers "timeServers": Vec<String> = vec![
            "0.nixos.pool.ntp.org".to_owned(),
            "1.nixos.pool.ntp.org".to_owned(),
        ],
        /// The MTU of the nodes' interfaces, in bytes.
        mtu "mtu": u32 = 1500,
        /// Bonds: several network devices as one.
        bonds "bonds": Vec<Bond> = Vec::new(),
        /// VLANs over devices or bonds.
        vlans "vlans": Vec<Vlan> = Vec::new(),
        /// The second network, for MPI and storage.
        fabric "fabric": Fabric = Fabric::default(),
        /// Whether the firewall is on. The ports of the cluster's services are opened towards the subnet only.
        firewall "firewall": bool = true,
        /// Further TCP ports that every node opens to anybody.
        extra_tcp_ports "extraTCPPorts": Vec<u16> = Vec::new(),
        /// Further UDP ports that every node opens to anybody.
        extra_udp_ports "extraUDPPorts": Vec<u16> = Vec::new(),
        /// Whether the kernel is tuned for fast networks, by larger socket buffers.
        tuning "tuning": bool = true,
    }
}
