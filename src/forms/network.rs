use super::bind::{switch, text};
use super::fabric::FabricFields;
use super::links::{Bonds, Vlans};
use super::part;
use crate::widgets::codec::{LIST, NUMBER, PORTS, TEXT};
use crate::widgets::field::{TextField, Width};
use crate::widgets::toggle::SwitchField;
use clusterflake_core::cluster::Network;
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

/// Names, addresses, firewall.
#[component]
pub fn Form() -> impl IntoView {
    let here = Place::section(Cluster::network);
    view! {
        {part("Addresses", view! {
            <TextField field=text("Domain", here.field(Network::domain), TEXT) code=true help="Of the nodes’ names."/>
            <TextField field=text("Subnet", here.field(Network::subnet), TEXT) code=true help="IPv4, as CIDR."/>
            <TextField field=text("Gateway", here.field(Network::gateway), TEXT) code=true help="Empty for none."/>
            <TextField field=text("MTU", here.field(Network::mtu), NUMBER) help="Often 1500 or 9000."/>
        })}
        <fieldset class="part"><legend>"Bonds and VLANs"</legend><Bonds/> <Vlans/></fieldset>
        <fieldset class="part"><legend>"Fabric"</legend><FabricFields/></fieldset>
        {part("Servers", view! {
            <TextField field=text("Name servers", here.field(Network::nameservers), LIST) width=Width::Two code=true
                placeholder="10.0.0.53, 1.1.1.1" help="DNS servers, separated by commas."/>
            <TextField field=text("Time servers", here.field(Network::time_servers), LIST) width=Width::Two code=true
                help="The controllers follow these, all other nodes the controllers."/>
        })}
        {part("Firewall and kernel", view! {
            <SwitchField field=switch("Firewall", here.field(Network::firewall))
                help="What the cluster’s services need is opened towards the subnet only."/>
            <TextField field=text("Extra TCP ports", here.field(Network::extra_tcp_ports), PORTS) width=Width::Two code=true
                help="Opened to anybody on every node; commas between."/>
            <TextField field=text("Extra UDP ports", here.field(Network::extra_udp_ports), PORTS) width=Width::Two code=true
                help="As the TCP ports."/>
            <SwitchField field=switch("Tune for fast networks", here.field(Network::tuning))
                help="Larger socket buffers in the kernel."/>
        })}
    }
}
