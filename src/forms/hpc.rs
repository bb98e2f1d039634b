use super::bind::{choice, switch, text};
use super::part;
use crate::state::Document;
use crate::widgets::codec::{LIST, NUMBER, TEXT};
use crate::widgets::field::{SelectField, TextField, Width};
use crate::widgets::toggle::SwitchField;
use clusterflake_core::cluster::{Cuda, Hpc, Lmod, Mpi};
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

/// MPI, GPUs, tools and limits for jobs.
#[component]
pub fn Form() -> impl IntoView {
    let here = Place::section(Cluster::hpc);
    view! {
        {part("MPI", view! { <MpiFields/> })}
        {part("NVIDIA GPUs", view! { <CudaFields/> })}
        {part("AMD GPUs", view! {
            <SwitchField field=switch("ROCm", here.field(Hpc::rocm))
                help="Driver, tools and everybody’s right to the GPUs on their nodes; hipcc also on login nodes."/>
        })}
        {part("Tools", view! {
            <SwitchField field=switch("Compilers and build tools", here.field(Hpc::compilers))
                help="gcc, gfortran, make, CMake, gdb, Python: on workers and login nodes."/>
            <SwitchField field=switch("Numerical libraries", here.field(Hpc::libraries))
                help="OpenBLAS, ScaLAPACK, FFTW, HDF5, NetCDF, where compilers find them."/>
            <SwitchField field=switch("Apptainer", here.field(Hpc::apptainer)) help="Runs containers without root."/>
            <SwitchField field=switch("/bin/bash", here.field(Hpc::bin_bash))
                help="On workers and login nodes: job scripts that begin with #!/bin/bash do not start without it."/>
            <SwitchField field=switch("Programs built elsewhere", here.field(Hpc::nix_ld))
                help="nix-ld on workers and login nodes: conda, vendors’ compilers and other downloads run."/>
            <TextField field=text("Further packages", here.field(Hpc::packages), LIST) width=Width::Full code=true
                placeholder="julia, gromacs, python3Packages.numpy" help="Of nixpkgs, by attribute; commas between."/>
        })}
        {part("Environment modules", view! { <LmodFields/> })}
        {part("Limits", view! {
            <SwitchField field=switch("Unlimited locked memory", here.field(Hpc::unlimited_memlock)) help="RDMA needs it."/>
            <TextField field=text("Huge pages", here.field(Hpc::huge_pages), NUMBER)
                help="Of 2 MiB, kept on each worker; 0 for none."/>
            <TextField field=text("CPU frequency governor", here.field(Hpc::governor), TEXT) width=Width::Two code=true placeholder="kernel’s default"
                help="On the workers; performance is usual."/>
        })}
        {part("Self-test", view! {
            <SwitchField field=switch("Install mpi-selftest", here.field(Hpc::self_test))
                help="A command that runs a small MPI job and checks what arrives, with --gpu from GPU to GPU; and /etc/mpi/hostfile."/>
        })}
    }
}

#[component]
fn MpiFields() -> impl IntoView {
    let document = Document::here();
    let here = Place::section(Cluster::hpc);
    let offers_ucx = Memo::new(move |_| {
        document.read(|cluster| cluster.hpc.mpi == Mpi::OpenMpi || cluster.hpc.ucx || cluster.hpc.cuda_aware_mpi)
    });
    view! {
        <SelectField field=choice("MPI", here.field(Hpc::mpi)) width=Width::Two
            help="On workers and login nodes; ranks reach each other through the firewall."/>
        <Show when=move || offers_ucx.get()>
            <SwitchField field=switch("Send through UCX", Place::section(Cluster::hpc).field(Hpc::ucx))
                help="By RDMA where there is a fabric, else by TCP; with ucx_info."/>
            <SwitchField field=switch("CUDA-aware MPI", Place::section(Cluster::hpc).field(Hpc::cuda_aware_mpi))
                help="Open MPI can then send GPU memory; it is built on your machine, since no cache has it."/>
        </Show>
    }
}

#[component]
fn CudaFields() -> impl IntoView {
    let document = Document::here();
    let cuda = || Place::section(Cluster::hpc).field(Hpc::cuda);
    let on = Memo::new(move |_| document.read(|cluster| cluster.hpc.cuda.enable));
    view! {
        <SwitchField field=switch("CUDA and the NVIDIA driver", cuda().field(Cuda::enable))
            help="The driver on nodes with NVIDIA GPUs, CUDA also on login nodes."/>
        <Show when=move || on.get()>
            <SelectField field=choice("Driver branch", cuda().field(Cuda::branch))
                help="Volta and older always get legacy 580, the last for them."/>
            <SwitchField field=switch("Open kernel module", cuda().field(Cuda::open_kernel_module))
                help="For Turing (2018) and newer; older GPUs get the closed one."/>
            <SwitchField field=switch("Persistence daemon", cuda().field(Cuda::persistence)) help="Keeps the driver loaded between jobs."/>
            <SwitchField field=switch("Fabric manager", cuda().field(Cuda::fabric_manager))
                help="On HGX and DGX boards of eight GPUs: without it CUDA does not start there."/>
            <SwitchField field=switch("CUDA binary cache", cuda().field(Cuda::binary_cache))
                help="Takes CUDA packages from cache.nixos-cuda.org rather than building them."/>
        </Show>
    }
}

#[component]
fn LmodFields() -> impl IntoView {
    let document = Document::here();
    let lmod = || Place::section(Cluster::hpc).field(Hpc::lmod);
    let on = Memo::new(move |_| document.read(|cluster| cluster.hpc.lmod.enable));
    view! {
        <SwitchField field=switch("Lmod", lmod().field(Lmod::enable)) help="Not in nixpkgs: you name a flake that has it."/>
        <Show when=move || on.get()>
            <TextField field=text("Flake with Lmod", lmod().field(Lmod::package_source), TEXT) width=Width::Two code=true
                placeholder="github:lab/lmod-nix" help="Its packages.SYSTEM.lmod, with lmod/lmod/init/bash inside."/>
            <TextField field=text("Folders of modulefiles", lmod().field(Lmod::module_path), LIST) width=Width::Two code=true
                help="On a shared file system; commas between."/>
        </Show>
    }
}
