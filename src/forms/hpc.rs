use super::bind::{choice, switch, text};
use super::part;
use crate::widgets::codec::TEXT;
use crate::widgets::field::{SelectField, TextField, Width};
use crate::widgets::toggle::SwitchField;
use clusterflake_core::cluster::{Cuda, Hpc};
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

/// MPI, GPUs, tools and limits for jobs.
#[component]
pub fn Form() -> impl IntoView {
    let here = Place::section(Cluster::hpc);
    let cuda = here.field(Hpc::cuda);
    view! {
        {part("MPI", view! {
            <SelectField field=choice("MPI", here.field(Hpc::mpi)) width=Width::Two help="Installed on all nodes."/>
            <SwitchField field=switch("CUDA-aware MPI", here.field(Hpc::cuda_aware_mpi))
                help="Open MPI can then send GPU memory; it is built on your machine, since no cache has it."/>
        })}
        {part("NVIDIA GPUs", view! {
            <SwitchField field=switch("CUDA and the NVIDIA driver", cuda.field(Cuda::enable)) help="On the nodes with NVIDIA GPUs."/>
            <SwitchField field=switch("Open kernel module", cuda.field(Cuda::open_kernel_module))
                help="Right for Turing (2018) and newer, wrong for Volta and older."/>
            <SwitchField field=switch("Persistence daemon", cuda.field(Cuda::persistence)) help="Keeps the driver loaded between jobs."/>
        })}
        {part("Tools and limits", view! {
            <SwitchField field=switch("Compilers and build tools", here.field(Hpc::compilers)) help="For users, on all nodes."/>
            <SwitchField field=switch("Apptainer", here.field(Hpc::apptainer)) help="Runs containers without root."/>
            <SwitchField field=switch("Unlimited locked memory", here.field(Hpc::unlimited_memlock)) help="RDMA needs it."/>
            <TextField field=text("CPU frequency governor", here.field(Hpc::governor), TEXT) width=Width::Two code=true placeholder="kernel’s default"
                help="On the workers; performance is usual."/>
        })}
    }
}
