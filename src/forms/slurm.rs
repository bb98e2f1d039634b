use super::bind::{switch, text};
use super::job::Job;
use super::part;
use super::partitions::Partitions;
use super::slurm_daemons::Daemons;
use crate::widgets::codec::{LIST, MEMORY, PORT, TEXT};
use crate::widgets::field::{TextField, Width};
use crate::widgets::toggle::SwitchField;
use clusterflake_core::cluster::Slurm;
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

/// The scheduler.
#[component]
pub fn Form() -> impl IntoView {
    let here = Place::section(Cluster::slurm);
    view! {
        {part("Scheduler", view! {
            <SwitchField field=switch("Run Slurm", here.field(Slurm::enable))
                help="slurmctld on the first controller, slurmd on the workers."/>
            <SwitchField field=switch("Hold jobs to what they asked for", here.field(Slurm::enforce_limits))
                help="Cores, memory and GPUs, with cgroups."/>
            <TextField field=text("Memory kept for the system", here.field(Slurm::system_memory_mib), MEMORY)
                help="Of each worker; jobs never get it (MemSpecLimit)."/>
            <SwitchField field=switch("GPUs with their socket’s cores", here.field(Slurm::gpu_affinity))
                help="For NVIDIA. Not where the BIOS splits sockets into NUMA domains (NPS, SNC): Slurm would drain those nodes."/>
            <TextField field=text("Scheduler parameters", here.field(Slurm::scheduler_parameters), LIST) width=Width::Full code=true
                placeholder="bf_window=2880, bf_continue"/>
        })}
        <Partitions/>
        <Job/>
        {part("Jobs and logins", view! {
            <SwitchField field=switch("X11 in jobs", here.field(Slurm::x11)) help="srun --x11; login nodes forward X11."/>
            <SwitchField field=switch("Logins on workers need a job there", here.field(Slurm::pam_adopt))
                help="And go into it (pam_slurm_adopt). Root and people with sudo always get in. Uses PAM rules that NixOS calls experimental: see the README."/>
            <SwitchField field=switch("A /tmp for each job", here.field(Slurm::private_tmp))
                help="And /dev/shm; gone when the job ends."/>
            <TextField field=text("Prolog", here.field(Slurm::prolog), TEXT) width=Width::Full lines=5 code=true
                help="A shell script that root runs on each node before a job. Where it fails, the node is drained."/>
            <TextField field=text("Epilog", here.field(Slurm::epilog), TEXT) width=Width::Full lines=5 code=true
                help="A shell script that root runs on each node after a job."/>
        })}
        <Daemons/>
        {part("Keys, ports and further settings", view! {
            <TextField field=text("Munge key file", here.field(Slurm::munge_key_file), TEXT) width=Width::Two code=true
                help="On every node. The key itself never enters the flake."/>
            <TextField field=text("First srun port", here.field(Slurm::srun_first_port), PORT)/>
            <TextField field=text("Last srun port", here.field(Slurm::srun_last_port), PORT)/>
            <TextField field=text("Further lines of slurm.conf", here.field(Slurm::extra_config), TEXT) width=Width::Full lines=5 code=true
                help="The same on every node."/>
        })}
    }
}
