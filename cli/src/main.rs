//! `clusterflake`: from a cluster description to a NixOS flake, with the bytes that the page makes.
//!
//! `commands/` holds a function for each command; `input.rs` reads what they are given, `output.rs` writes.

mod commands;
mod input;
mod output;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  clusterflake presets                               what there is to start from
  clusterflake preset four-node > site.json          begin a description
  clusterflake check site.json                       what is wrong with it
  clusterflake generate site.json -o flake/          write its flake into a folder
  clusterflake generate site.json -o flake.zip       the zip that the page downloads, byte for byte
  clusterflake diff flake/ site.json                 what a new design takes: restarts, drains, reboots
  clusterflake lint flake/modules local/x.nix        what is wrong in modules of your own
  clusterflake module x.nix --into site.json         add a module of your own to a description
  clusterflake import auto slurm.conf gres.conf      begin with what a site already has
  clusterflake open 'https://…/#c=1.…' > site.json   from a link to a description
  clusterflake picture site.json -o site.svg         a picture of the cluster
  clusterflake job site.json -- sbatch -N 4 run.sh   what this job would get
  clusterflake preset gpu | clusterflake link - --base https://example.org/clusterflake/

FILE is a description (cluster.json), a zip that clusterflake made, a folder with a cluster.json in it,
or - for standard input.

Exit status: 0 good; 1 problems found; 2 arguments or input that cannot be used.";

/// Turns the description of an HPC cluster into a NixOS flake.
#[derive(Parser)]
#[command(name = "clusterflake", version, after_help = EXAMPLES, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the presets: descriptions to start from
    Presets,
    /// Print the description of a preset
    Preset {
        /// A name that `clusterflake presets` lists
        name: String,
    },
    /// Print the JSON Schema of a description, for editors
    Schema,
    /// List the problems of a description, a line each: severity, id, place, message
    #[command(after_help = "\
Exit status: 0 where no problem is an error; 1 where one is (with --strict: or a warning); 2 where FILE cannot be read.
The place is a path in the description, such as nodes[2].gpus.count; the whole description is a dot.")]
    Check {
        /// The description: cluster.json, a zip, a folder, or - for standard input
        file: String,
        /// Print an array of objects with id, severity, path, message and fix (null, or what to set where)
        #[arg(long)]
        json: bool,
        /// Exit with 1 for warnings too
        #[arg(long)]
        strict: bool,
    },
    /// Hold NixOS modules against Nix's syntax, the options of NixOS and habits that fail, a line each finding
    #[command(after_help = "\
A line is PATH:LINE:COLUMN SEVERITY ID MESSAGE. Of a folder, all .nix files are read. Options that one of the files
declares are known in all of them.

Exit status: 0 where no finding is an error; 1 where one is; 2 where a file cannot be read.")]
    Lint {
        /// Modules, or folders with modules
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// All options of a NixOS release (its options.json): whatever is not in it does not exist
        #[arg(long, value_name = "options.json")]
        options: Option<String>,
    },
    /// Add a NixOS module of your own to a description
    #[command(after_help = "\
FILE is the guide's function to a NixOS module, or a NixOS module; or a folder with such a default.nix, whose other files
come along. Their text is kept as it is; parameters are read where they can be told, and what was recognised goes to standard
error. A module of that name whose text was added before gets the
new text, and keeps the values of this cluster. The description is written again, whole or not at all; of a description from
standard input (-), the new one goes to standard output.")]
    Module {
        /// The module, the folder of its default.nix, or - for standard input
        file: String,
        /// The description to add it to: cluster.json, or - for standard input
        #[arg(long, value_name = "DESCRIPTION")]
        into: String,
        /// The module's name; otherwise that of its file, or of its folder for a default.nix
        #[arg(long)]
        name: Option<String>,
    },
    /// Read what a site already has: slurm.conf, a table of nodes, a hosts file, DHCP reservations, an Ansible inventory
    #[command(after_help = "\
KIND is auto, slurm, csv, hosts, dhcp (dnsmasq, ISC dhcpd, Kea, ethers), ansible or own (a description, a zip of ours, a folder
of a flake). With auto each file is recognised by what is in it, in any order. Name slurm.conf together with gres.conf and the
files that it includes. With --into, nodes are matched by host name and partitions by name; without it, a new description begins.

What was guessed or not understood, and why, goes to standard error: FILE:LINE OUTCOME: TEXT → REASON; what holds for several
lines stands there once, with their count and the first places.

Exit status: 0 where something was taken; 1 where nothing has a place in a description; 2 where FILE cannot be read.")]
    Import {
        /// What the files are; auto to recognise it
        kind: String,
        /// Files, or folders with files, or - for standard input
        #[arg(required = true, value_name = "FILE")]
        files: Vec<String>,
        /// The description to merge into: cluster.json, or - for standard input
        #[arg(long, value_name = "DESCRIPTION")]
        into: Option<String>,
        /// The description to write; otherwise that of --into, or standard output
        #[arg(short, long, value_name = "OUT")]
        output: Option<String>,
        /// Print what was understood too, with the place that it went to
        #[arg(long)]
        report: bool,
    },
    /// Write one module of a description as a zip, as for a pull request
    #[command(
        after_help = "The zip has the module's folder, an example and a README that tells how a flake takes it in."
    )]
    ExportModule {
        /// The description: cluster.json, a zip, a folder, or - for standard input
        file: String,
        /// The module's name
        name: String,
        /// The zip; - for standard output
        #[arg(short, long, value_name = "ZIP")]
        output: PathBuf,
    },
    /// Write the flake of a description as a folder or a zip
    #[command(after_help = "\
A folder must be absent, empty, or hold an earlier output: a flake.nix and a cluster.json that can be read.
Of an earlier output, files that are no longer generated are removed. Files of your own stay; flake.lock,
.git and local/ are never touched once they are there. Where you changed a generated file, nothing is written
and the file is named; --force overwrites it.

Nothing is written either where the description has errors. See `clusterflake check`.")]
    Generate {
        /// The description: cluster.json, a zip, a folder, or - for standard input
        file: String,
        /// A folder; a zip where the name ends in .zip; - for a zip to standard output
        #[arg(short, long, value_name = "OUT")]
        output: PathBuf,
        /// Overwrite generated files that were changed by hand
        #[arg(long)]
        force: bool,
    },
    /// What it takes to bring a cluster from one description to another, and which files change
    #[command(after_help = "\
OLD and NEW are each a description (cluster.json), a zip, a folder, a link with “#c=”, or - for standard input. Of a zip its
files are compared as they are in it; of all others those that they generate.

First what happens on which nodes, the gravest first: data at risk, install, reboot, drain, service restarts, no
interruption; below each the changes that have it. Then the files, each with the lines that came and went.

Exit status: 0 where nothing differs; 1 where something does; 2 where OLD or NEW cannot be read.")]
    Diff {
        /// What the cluster is now
        old: String,
        /// What it is to be
        new: String,
        /// Print the difference of the files as a patch, and nothing else
        #[arg(long, conflicts_with = "json")]
        patch: bool,
        /// Print an object with `impact` (effect, text, hosts, count, changes) and `files` (path, fate, added, removed)
        #[arg(long)]
        json: bool,
    },
    /// Print the content id of a description's flake
    #[command(after_help = "The content id is the one that the page shows and `generate` prints: 64 hex digits.")]
    Id {
        /// The description: cluster.json, a zip, a folder, or - for standard input
        file: String,
    },
    /// Print the link that carries a description
    Link {
        /// The description: cluster.json, a zip, a folder, or - for standard input
        file: String,
        /// The page's address, to print a whole link; without it, only the fragment is printed
        #[arg(long, value_name = "URL")]
        base: Option<String>,
    },
    /// Print the description that a link carries
    Open {
        /// A whole link, its fragment (#c=…), or - for standard input
        link: String,
    },
    /// Draw the cluster as an SVG file: groups, networks, who mounts what from whom
    Picture {
        /// The description: cluster.json, a zip, a folder, or - for standard input
        file: String,
        /// The SVG file; - for standard output
        #[arg(short, long, value_name = "SVG")]
        output: PathBuf,
        /// How wide it is, in pixels
        #[arg(long, value_name = "PIXELS", default_value_t = 960)]
        width: u16,
    },
    /// Tell what a job would get from Slurm: partition, nodes, limits, or why it is refused
    #[command(after_help = "\
The job is an sbatch command after --, a batch script with #SBATCH lines, or both: then the command's options go before the
script's. It is told what the job gets on a cluster without other jobs.

Exit status: 0 where the job is taken; 1 where it is refused; 2 where FILE cannot be read.")]
    Job {
        /// The description: cluster.json, a zip, a folder, or - for standard input
        file: String,
        /// The batch script, or - for standard input
        #[arg(long)]
        script: Option<String>,
        /// The command and its options
        #[arg(last = true, value_name = "SBATCH", required_unless_present = "script")]
        words: Vec<String>,
    },
    /// Hold a zip against the flake that its own description generates
    #[command(after_help = "\
Prints the content id where they are equal; else each file that differs, is missing or was added, and exits with 1.")]
    Verify {
        /// The zip, or - for standard input
        zip: String,
    },
}

/// What a command comes to: its exit status, or why its input cannot be used.
type Outcome = Result<ExitCode, String>;

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Presets => commands::preset::list(),
        Command::Preset { name } => commands::preset::print(&name),
        Command::Schema => commands::preset::schema(),
        Command::Check { file, json, strict } => commands::check::run(&file, json, strict),
        Command::Lint { files, options } => commands::lint::run(&files, options.as_deref()),
        Command::Module { file, into, name } => commands::module::add(&file, &into, name.as_deref()),
        Command::Import { kind, files, into, output, report } => {
            commands::import::run(&kind, &files, into.as_deref(), output.as_deref(), report)
        }
        Command::ExportModule { file, name, output } => commands::module::export(&file, &name, &output),
        Command::Generate { file, output, force } => commands::generate::run(&file, &output, force),
        Command::Diff { old, new, patch, json } => commands::diff::run(&old, &new, patch, json),
        Command::Id { file } => commands::archive::id(&file),
        Command::Verify { zip } => commands::archive::verify(&zip),
        Command::Picture { file, output, width } => commands::picture::run(&file, &output, width),
        Command::Job { file, script, words } => commands::job::run(&file, script.as_deref(), &words),
        Command::Link { file, base } => commands::link::write(&file, base.as_deref()),
        Command::Open { link } => commands::link::open(&link),
    };
    outcome.unwrap_or_else(|message| {
        output::complain(&format!("clusterflake: {message}"));
        ExitCode::from(2)
    })
}
