use super::bind::{chips, choice, choice_within, notes_exactly, text, text_within};
use super::node_table::NodeTable;
use super::overrides::Overrides;
use crate::state::{Document, View};
use crate::widgets::codec::{LINES, LIST, NODE_MEMORY, NUMBER, TEXT};
use crate::widgets::field::{Notes, SelectField, TextField, Width};
use crate::widgets::nix_field::NixField;
use crate::widgets::toggle::ChipsField;
use clusterflake_core::cluster::{Boot, BootLoader, GpuFormFactor, GpuVendor, Gpus, NodeGroup};
use clusterflake_core::nix::syntax;
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

/// The groups of nodes.
#[component]
pub fn Form() -> impl IntoView {
    let (document, view) = (Document::here(), View::here());
    let open = view.location.row(&Place::section(Cluster::nodes).path);
    let count = Memo::new(move |_| document.read(|cluster| cluster.nodes.len()));
    let at = Memo::new(move |_| (count.get() > 0).then(|| open.get().min(count.get() - 1)));
    view! {
        <NodeTable/>
        {move || at.get().map(|index| view! { <Group index=index/> })}
    }
}

/// The fields of one group.
#[component]
fn Group(index: usize) -> impl IntoView {
    let document = Document::here();
    let here = Place::section(Cluster::nodes).index(index);
    let name = Memo::new(move |_| {
        document.read(|cluster| cluster.nodes.get(index).map(|group| group.hosts.clone()).unwrap_or_default())
    });
    let title = move || if name.get().is_empty() { "New group".to_owned() } else { name.get() };
    view! {
        <fieldset class="part open">
            <legend class="code">{title}</legend>
            <div class="grid">
                <Notes place=here.path.to_string() notes=notes_exactly(here.path.clone())/>
                <TextField field=text("Hosts", here.field(NodeGroup::hosts), TEXT) width=Width::Two code=true
                    placeholder="cn[001-128]" help="Slurm’s hostlist syntax."/>
                <ChipsField field=chips("Role", here.field(NodeGroup::roles)) width=Width::Two/>
                <TextField field=text("First address", here.field(NodeGroup::first_ip), TEXT) code=true placeholder="10.0.1.1"/>
                <TextField field=text("Interface", here.field(NodeGroup::interface), TEXT) code=true
                    help="A device, or a bond or VLAN of the network."/>
                <TextField field=text("First fabric address", here.field(NodeGroup::fabric_first_ip), TEXT) code=true
                    placeholder="10.1.1.1" help="Empty: not on the fabric."/>
                <SelectField field=choice("Architecture", here.field(NodeGroup::architecture))/>
                <TextField field=text("Slurm weight", here.field(NodeGroup::weight), NUMBER)/>
                <TextField field=text("Sockets", here.field(NodeGroup::sockets), NUMBER)/>
                <TextField field=text("Cores per socket", here.field(NodeGroup::cores_per_socket), NUMBER)/>
                <TextField field=text("Threads per core", here.field(NodeGroup::threads_per_core), NUMBER)/>
                <TextField field=text("Memory", here.field(NodeGroup::memory_mib), NODE_MEMORY)/>
                <GpuFields gpus=here.field(NodeGroup::gpus)/>
                <TextField field=text("Slurm features", here.field(NodeGroup::features), LIST) code=true placeholder="ib, h100"/>
            </div>
            <h2>"Boot and disk"</h2>
            <div class="grid"><BootFields boot=here.field(NodeGroup::boot)/></div>
            <h2>"Listed addresses"</h2>
            <div class="grid">
                <TextField field=text("Addresses", here.field(NodeGroup::addresses), LINES) width=Width::Two lines=2 code=true
                    help="One a line, in the order of the hosts, where they do not count on from the first. Empty: they count on."/>
                <TextField field=text("MAC addresses", here.field(NodeGroup::mac_addresses), LINES) width=Width::Two lines=2 code=true
                    placeholder="0c:42:a1:00:1b:07"
                    help="One a line, in the order of the hosts: the device with it gets the interface’s name, best one of your own such as net0. Of a bond those of all its interfaces, with spaces between. Empty: names as they come."/>
            </div>
            <h2>"Nix of your own"</h2>
            <div class="grid">
                <NixField field=text("NixOS module", here.field(NodeGroup::extra_config), TEXT) fault=syntax::module_fault
                    complete=super::modules::in_module() lines=4
                    placeholder="{ services.smartd.enable = true; }"
                    help="For all hosts of the group: an attribute set of options, or a function to one."/>
            </div>
            <Overrides group=index/>
        </fieldset>
    }
}

#[component]
fn GpuFields(gpus: Place<Gpus>) -> impl IntoView {
    view! {
        <SelectField field=choice("GPU vendor", gpus.field(Gpus::vendor))/>
        <TextField field=text("GPU model", gpus.field(Gpus::model), TEXT) code=true placeholder="h100"/>
        <TextField field=text("GPUs per node", gpus.field(Gpus::count), NUMBER)/>
        <SelectField field=choice("GPU form factor", gpus.field(Gpus::form_factor)) help=FORM_FACTOR_HELP/>
    }
}

const FORM_FACTOR_HELP: &str = "Of NVIDIA’s: eight on an HGX or DGX board need the fabric manager, PCIe cards do not.";

#[component]
fn BootFields(boot: Place<Boot>) -> impl IntoView {
    let document = Document::here();
    let place = StoredValue::new_local(boot.clone());
    // The boot loader, and whether a file of the user's declares the file systems.
    let kind = Memo::new(move |_| {
        let kind = |boot: &Boot| (boot.loader, !boot.hardware_config.is_empty());
        document.read(|cluster| place.with_value(|place| place.read(cluster).map(kind)))
    });
    // The devices that these need.
    let devices = move || {
        let boot = place.get_value();
        let (loader, brought) = kind.get()?;
        let start = match loader {
            BootLoader::SystemdBoot if brought => None,
            BootLoader::SystemdBoot => Some(text("EFI partition", boot.field(Boot::esp_device), TEXT)),
            BootLoader::Grub => Some(text("GRUB disk", boot.field(Boot::grub_device), TEXT)),
        };
        let root = (!brought).then(|| {
            view! {
                <TextField field=text("Root device", boot.field(Boot::root_device), TEXT) width=Width::Two code=true/>
                <TextField field=text("Root file system", boot.field(Boot::root_fs_type), TEXT) code=true/>
            }
        });
        Some(view! { {start.map(|field| view! { <TextField field=field width=Width::Two code=true/> })} {root} })
    };
    view! {
        <SelectField field=choice("Boot loader", boot.field(Boot::loader)) width=Width::Two/>
        <TextField field=text("Hardware file", boot.field(Boot::hardware_config), TEXT) width=Width::Two code=true
            placeholder="local/hardware" help=HARDWARE_HELP/>
        {devices}
    }
}

const HARDWARE_HELP: &str =
    "A file that you bring and that declares the file systems, or a folder with one for each host. Empty: the devices.";

/// The same fields where a part of a group stands on its own, or not.
#[component]
pub fn OwnGpuFields(gpus: Place<Option<Gpus>>) -> impl IntoView {
    let at = gpus.path.clone();
    let vendor = choice_within(
        "GPU vendor",
        gpus.clone(),
        at.field(Gpus::vendor),
        |gpus| gpus.as_ref().map_or(GpuVendor::Nvidia, |gpus| gpus.vendor),
        |gpus, vendor| gpus.get_or_insert_default().vendor = vendor,
    );
    let model = text_within(
        "GPU model",
        gpus.clone(),
        at.field(Gpus::model),
        TEXT,
        |gpus| gpus.as_ref().map_or_else(String::new, |gpus| gpus.model.clone()),
        |gpus, model| gpus.get_or_insert_default().model = model,
    );
    let form_factor = choice_within(
        "GPU form factor",
        gpus.clone(),
        at.field(Gpus::form_factor),
        |gpus| gpus.as_ref().map_or(GpuFormFactor::Unspecified, |gpus| gpus.form_factor),
        |gpus, form_factor| gpus.get_or_insert_default().form_factor = form_factor,
    );
    let count = text_within(
        "GPUs per node",
        gpus,
        at.field(Gpus::count),
        NUMBER,
        |gpus| gpus.as_ref().map_or(0, |gpus| gpus.count),
        |gpus, count| gpus.get_or_insert_default().count = count,
    );
    view! {
        <SelectField field=vendor/> <TextField field=model code=true/> <TextField field=count/>
        <SelectField field=form_factor/>
    }
}

#[component]
pub fn OwnBootFields(boot: Place<Option<Boot>>) -> impl IntoView {
    let at = boot.path.clone();
    let loader = choice_within(
        "Boot loader",
        boot.clone(),
        at.field(Boot::loader),
        |boot| boot.as_ref().map_or(BootLoader::SystemdBoot, |boot| boot.loader),
        |boot, loader| boot.get_or_insert_default().loader = loader,
    );
    macro_rules! part {
        ($label:literal $field:ident) => {
            text_within(
                $label,
                boot.clone(),
                at.field(Boot::$field),
                TEXT,
                |boot| boot.as_ref().map_or_else(String::new, |boot| boot.$field.clone()),
                |boot, text| boot.get_or_insert_default().$field = text,
            )
        };
    }
    view! {
        <SelectField field=loader width=Width::Two/>
        <TextField field=part!("Hardware file" hardware_config) width=Width::Two code=true help=HARDWARE_HELP/>
        <TextField field=part!("Root device" root_device) width=Width::Two code=true/>
        <TextField field=part!("Root file system" root_fs_type) code=true/>
        <TextField field=part!("EFI partition" esp_device) width=Width::Two code=true help="With systemd-boot."/>
        <TextField field=part!("GRUB disk" grub_device) code=true help="With GRUB."/>
    }
}
