use super::bind::{RowsOf, choice, notes_exactly, rows, switch, text};
use super::part;
use crate::state::Document;
use crate::widgets::codec::{LIST, TEXT};
use crate::widgets::field::{Notes, SelectField, TextField, Width};
use crate::widgets::rows::{Column, RowsTable, Style};
use crate::widgets::toggle::SwitchField;
use clusterflake_core::cluster::{Choice, FileSystemKind, NodeGroup, Role, Scratch, SharedFileSystem, Storage};
use clusterflake_core::{Cluster, Place, hostlist};
use leptos::prelude::*;

const COLUMNS: &[Column] = &[
    ("Mount point", Style::Code),
    ("Protocol", Style::Text),
    ("Server", Style::Code),
    ("Exported folder", Style::Code),
];

/// The id of the list of servers that are suggested.
const SERVERS: &str = "storage-servers";

/// The most servers that are suggested.
const MOST_SERVERS: usize = 100;

/// Shared file systems and local scratch space.
#[component]
pub fn Form() -> impl IntoView {
    let document = Document::here();
    let here = Place::section(Cluster::storage);
    let shared = here.field(Storage::shared);
    let rows = rows(RowsOf {
        place: shared.clone(),
        columns: COLUMNS,
        cells: |share| {
            vec![
                (share.mount.clone(), "mount"),
                (share.kind.label().to_owned(), "kind"),
                (share.server.clone(), "server"),
                (share.export.clone(), "export"),
            ]
        },
        fresh: |cluster| SharedFileSystem {
            server: servers(cluster).into_iter().next().unwrap_or_default(),
            export_options: ["rw", "sync", "no_subtree_check"].map(str::to_owned).to_vec(),
            ..Default::default()
        },
    });
    let open = rows.open;
    let at = Memo::new(move |_| (rows.count.get() > 0).then(|| open.get().min(rows.count.get() - 1)));
    let scratch = here.field(Storage::scratch);
    let suggested = Memo::new(move |_| document.read(servers));
    view! {
        <Notes place=shared.path.to_string() notes=notes_exactly(shared.path.clone())/>
        <RowsTable rows=rows empty="No shared file system. Most clusters share at least /home."/>
        {move || at.get().map(|index| view! { <Share index=index/> })}
        <datalist id=SERVERS>{move || suggested.get().into_iter().map(|name| view! { <option value=name/> }).collect_view()}</datalist>
        {part("Local scratch", view! {
            <SwitchField field=switch("Scratch space on the workers", scratch.field(Scratch::enable))
                help="For temporary data, writable by everybody."/>
            <TextField field=text("Scratch mount point", scratch.field(Scratch::mount), TEXT) code=true/>
            <TextField field=text("Device", scratch.field(Scratch::device), TEXT) width=Width::Two code=true placeholder="/dev/nvme1n1"
                help="Empty for a folder on the root file system. An array of disks is named /dev/md…"/>
            <TextField field=text("File system", scratch.field(Scratch::fs_type), TEXT) code=true/>
        })}
    }
}

#[component]
fn Share(index: usize) -> impl IntoView {
    let document = Document::here();
    let here = Place::section(Cluster::storage).field(Storage::shared).index(index);
    let name = Memo::new(move |_| {
        document.read(|cluster| cluster.storage.shared.get(index).map(|share| share.mount.clone()).unwrap_or_default())
    });
    let kind = Memo::new(move |_| {
        document
            .read(|cluster| cluster.storage.shared.get(index).map(|share| share.kind).unwrap_or(FileSystemKind::Nfs))
    });
    let title = move || if name.get().is_empty() { "New shared file system".to_owned() } else { name.get() };
    view! {
        <fieldset class="part open">
            <legend class="code">{title}</legend>
            <div class="grid">
                <Notes place=here.path.to_string() notes=notes_exactly(here.path.clone())/>
                <TextField field=text("Mount point", here.field(SharedFileSystem::mount), TEXT) code=true placeholder="/home"
                    help="On every node."/>
                <SelectField field=choice("Protocol", here.field(SharedFileSystem::kind))/>
                {move || own_fields(index, kind.get())}
                <TextField field=text("Mount options", here.field(SharedFileSystem::mount_options), LIST) width=Width::Two code=true
                    help="As in fstab, besides those that are always set."/>
            </div>
        </fieldset>
    }
}

/// The fields of one kind of file system.
fn own_fields(index: usize, kind: FileSystemKind) -> AnyView {
    let here = Place::section(Cluster::storage).field(Storage::shared).index(index);
    match kind {
        FileSystemKind::Nfs => view! {
            <TextField field=text("Server", here.field(SharedFileSystem::server), TEXT) code=true suggestions=SERVERS
                help="The node’s name."/>
            <TextField field=text("Exported folder", here.field(SharedFileSystem::export), TEXT) code=true placeholder="/export/home"
                help="On the server."/>
            <SelectField field=choice("NFS version", here.field(SharedFileSystem::nfs_version))/>
            <SelectField field=choice("Transport", here.field(SharedFileSystem::transport))
                help="Over RDMA, nodes that are not on the fabric use TCP."/>
            <TextField field=text("Export options", here.field(SharedFileSystem::export_options), LIST) width=Width::Two code=true
                help="As in exports(5). With sync nothing is lost when the server crashes; async is faster."/>
            <TextField field=text("Folder mode", here.field(SharedFileSystem::mode), TEXT) code=true
                help="As for chmod; 1777 lets everybody write."/>
        }
        .into_any(),
        FileSystemKind::CephFs => view! {
            <TextField field=text("Monitors", here.field(SharedFileSystem::monitors), LIST) width=Width::Two code=true
                placeholder="10.9.0.1, 10.9.0.2" help="Addresses of the Ceph cluster, with their ports where they are not the usual ones."/>
            <TextField field=text("Cluster id", here.field(SharedFileSystem::fsid), TEXT) width=Width::Two code=true
                help="What “ceph fsid” prints."/>
            <TextField field=text("File system name", here.field(SharedFileSystem::fs_name), TEXT) code=true
                help="As “ceph fs ls” prints it."/>
            <TextField field=text("Folder in it", here.field(SharedFileSystem::export), TEXT) code=true placeholder="/"/>
            <TextField field=text("Ceph user", here.field(SharedFileSystem::ceph_user), TEXT) code=true
                help="Without “client.”."/>
            <TextField field=text("Key file", here.field(SharedFileSystem::secret_file), TEXT) width=Width::Two code=true
                placeholder="/var/lib/secrets/ceph" help="On every node: the user’s key and nothing else. It is never part of the flake."/>
        }
        .into_any(),
        FileSystemKind::GlusterFs => view! {
            <TextField field=text("Servers", here.field(SharedFileSystem::server), TEXT) code=true placeholder="st[1-3]"
                help="Nodes with a brick each, as a hostlist."/>
            <TextField field=text("Brick folder", here.field(SharedFileSystem::export), TEXT) code=true placeholder="/data/brick"
                help="On each server."/>
            <TextField field=text("Volume", here.field(SharedFileSystem::volume), TEXT) code=true placeholder="gv0"
                help="It is made once, by hand: the README says how."/>
        }
        .into_any(),
        FileSystemKind::OrangeFs => view! {
            <TextField field=text("Servers", here.field(SharedFileSystem::server), TEXT) code=true placeholder="st[1-3]"
                help="Nodes that keep the data, as a hostlist."/>
            <TextField field=text("Data folder", here.field(SharedFileSystem::export), TEXT) code=true placeholder="/data/orangefs"
                help="On each server. It is formatted once, by hand: the README says how."/>
        }
        .into_any(),
        FileSystemKind::BeeGfs => view! {
            <TextField field=text("Management service", here.field(SharedFileSystem::server), TEXT) code=true
                help="The address of the host that runs it."/>
            <TextField field=text("Secret file", here.field(SharedFileSystem::secret_file), TEXT) width=Width::Two code=true
                placeholder="/var/lib/secrets/beegfs" help="On every node: the servers’ connAuthFile. It is never part of the flake."/>
            <TextField field=text("Packages", here.field(SharedFileSystem::package_source), TEXT) width=Width::Two code=true
                placeholder="github:lab/beegfs-nix"
                help="nixpkgs has none. A flake whose overlays.default adds pkgs.beegfs, the programs, and linuxPackages.beegfs, the kernel module."/>
        }
        .into_any(),
        FileSystemKind::Lustre => view! {
            <TextField field=text("MGS", here.field(SharedFileSystem::server), TEXT) width=Width::Two code=true
                placeholder="10.0.9.1@o2ib:10.0.9.2@o2ib" help="The NIDs of the management server, and of the one that stands in for it."/>
            <TextField field=text("File system name", here.field(SharedFileSystem::export), TEXT) code=true/>
            <TextField field=text("Packages", here.field(SharedFileSystem::package_source), TEXT) width=Width::Two code=true
                placeholder="github:lab/lustre-nix"
                help="nixpkgs has none. A flake whose overlays.default adds pkgs.lustre-client, the programs, and linuxPackages.lustre-client, the kernel modules."/>
        }
        .into_any(),
    }
}

/// Hosts that may serve file systems: those with the role storage, else the controllers.
fn servers(cluster: &Cluster) -> Vec<String> {
    let with = |role: Role| {
        let small = move |group: &&NodeGroup| {
            group.roles.contains(&role) && hostlist::count(&group.hosts).is_ok_and(|count| count <= MOST_SERVERS)
        };
        cluster.nodes.iter().filter(small).filter_map(|group| hostlist::expand(&group.hosts).ok()).flatten()
    };
    with(Role::Storage).chain(with(Role::Controller)).take(MOST_SERVERS).collect()
}
