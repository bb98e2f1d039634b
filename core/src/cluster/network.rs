use super::description;

description! {
    /// Names, addresses and firewall of the cluster's network.
    pub struct Network {
        /// The DNS domain of the nodes.
        domain "domain": String = "cluster.internal".to_owned(),
        /// The IPv4 subnet of the nodes, as CIDR.
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
        /// Whether the firewall is on. The ports of the cluster's services are opened towards the subnet only.
        firewall "firewall": bool = true,
        /// Further TCP ports that every node opens to anybody.
        extra_tcp_ports "extraTCPPorts": Vec<u16> = Vec::new(),
        /// Further UDP ports that every node opens to anybody.
        extra_udp_ports "extraUDPPorts": Vec<u16> = Vec::new(),
        /// Whether the kernel gets socket buffers for fast networks.
        tuning "tuning": bool = true,
    }
}
