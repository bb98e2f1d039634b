//! The eight guidelines of the Module Development Guide, each held against a module.
//!
//! A guideline that is about something the module does not have does not apply, and none is met before the module does
//! anything.

use super::parts::is_empty;
use super::{
    GUIDELINE_CONDITIONAL, GUIDELINE_DOCUMENTED, GUIDELINE_GPU, GUIDELINE_HELPER_SCRIPTS, GUIDELINE_HPC,
    GUIDELINE_PARAMETERS, GUIDELINE_SERVER_CLIENT, GUIDELINE_SIZES,
};
use crate::cluster::{Choice, CustomModule, Integration, ModulePart, PartNodes};
use crate::diagnostic::Check;
use crate::modules::custom::parameters;
use crate::path::Field;
use std::collections::HashSet;

/// How a module stands to a guideline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The module meets it.
    Met,
    /// The module does not meet it yet.
    ToDo,
    /// The module has nothing yet that it is about.
    DoesNotApply,
}

/// A guideline, and how far a module meets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guideline {
    /// The check that reports a module which does not meet it.
    pub check: Check,
    /// Its name, as the guide has it.
    pub title: &'static str,
    /// How the module stands to it.
    pub standing: Standing,
    /// What was found, in a sentence.
    pub found: String,
    /// What to do; empty where there is nothing to do.
    pub advice: String,
    /// The field of the module that it is about.
    pub field: &'static str,
}

/// What was found of a guideline.
struct Finding {
    standing: Standing,
    found: String,
    advice: String,
}

/// The eight guidelines, in the guide's order.
pub fn guidelines(module: &CustomModule) -> Vec<Guideline> {
    let text = Texts::new(module);
    let parts = if module.source.is_empty() { CustomModule::parts.key } else { CustomModule::source.key };
    let all: [(Check, &str, &str, Finding); 8] = [
        (GUIDELINE_CONDITIONAL, "Conditional activation", parts, conditional(module, &text)),
        (
            GUIDELINE_PARAMETERS,
            "Parameters instead of constants",
            key(CustomModule::parameters),
            parameters_used(module, &text),
        ),
        (GUIDELINE_SERVER_CLIENT, "Server and client parts", parts, server_and_client(module, &text)),
        (GUIDELINE_DOCUMENTED, "Documentation", key(CustomModule::description), documented(module)),
        (GUIDELINE_GPU, "GPU support", parts, gpu(module, &text)),
        (GUIDELINE_HPC, "Tuned for HPC", parts, hpc(module, &text)),
        (GUIDELINE_HELPER_SCRIPTS, "Helper scripts and utilities", parts, helper_scripts(module, &text)),
        (GUIDELINE_SIZES, "Small and large clusters", parts, sizes(&text)),
    ];
    let does_something =
        !module.source.is_empty() || !module.exposes.is_empty() || module.parts.iter().any(|part| !is_empty(part));
    let guideline = |(check, title, field, finding): (Check, &'static str, &'static str, Finding)| {
        let finding = match finding.standing {
            Standing::Met if !does_something => does_not_apply("The module does nothing yet."),
            _ => finding,
        };
        let Finding { standing, found, advice } = finding;
        Guideline { check, title, standing, found, advice, field }
    };
    all.map(guideline).into()
}

fn key<T>(field: Field<CustomModule, T>) -> &'static str {
    field.key
}

fn missing(found: impl Into<String>, advice: impl Into<String>) -> Finding {
    Finding { standing: Standing::ToDo, found: found.into(), advice: advice.into() }
}

fn met(found: impl Into<String>) -> Finding {
    Finding { standing: Standing::Met, found: found.into(), advice: String::new() }
}

fn does_not_apply(found: impl Into<String>) -> Finding {
    Finding { standing: Standing::DoesNotApply, found: found.into(), advice: String::new() }
}

/// What a part has of Nix and text; a source is a text without a part.
struct Text<'c> {
    part: Option<&'c ModulePart>,
    text: String,
    /// Each of its words once, in their order: many questions are asked of a text that may have thousands of lines.
    words: Vec<String>,
}

impl<'c> Text<'c> {
    fn new(part: Option<&'c ModulePart>, text: String) -> Self {
        let mut seen = HashSet::new();
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.'));
        let words = words.filter(|word| seen.insert(*word)).map(str::to_owned).collect();
        Self { part, text, words }
    }

    /// Whether a word of the text has this in it: letters, digits and dots.
    fn has(&self, piece: &str) -> bool {
        self.words.iter().any(|word| word.contains(piece))
    }

    /// Whether it runs a service: a unit, an option that turns one on, or a port that is open.
    fn runs_service(&self) -> bool {
        let in_part =
            |part: &ModulePart| !part.units.is_empty() || !part.tcp_ports.is_empty() || !part.udp_ports.is_empty();
        self.part.is_some_and(in_part) || self.has("services.")
    }
}

/// What the module has of Nix and text, by part.
struct Texts<'c> {
    parts: Vec<Text<'c>>,
}

impl<'c> Texts<'c> {
    fn new(module: &'c CustomModule) -> Self {
        let of_part = |part: &'c ModulePart| {
            let options = part.options.iter().map(|option| format!("{} = {};", option.path, option.value));
            let units = part.units.iter().map(|unit| unit.command.clone());
            let texts =
                part.files.iter().map(|file| file.text.clone()).chain([part.nix.clone(), part.packages.join(" ")]);
            Text::new(Some(part), options.chain(units).chain(texts).collect::<Vec<_>>().join("\n"))
        };
        if module.source.is_empty() {
            Self { parts: module.parts.iter().map(of_part).collect() }
        } else {
            // Comments say much of what the code does not do.
            let code: Vec<&str> = module.source.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
            Self { parts: vec![Text::new(None, code.join("\n"))] }
        }
    }

    fn has(&self, piece: &str) -> bool {
        self.parts.iter().any(|text| text.has(piece))
    }

    fn run_service(&self) -> bool {
        self.parts.iter().any(Text::runs_service)
    }
}

fn conditional(module: &CustomModule, text: &Texts) -> Finding {
    if module.source.is_empty() {
        return met("All of the module is under lib.mkIf of `enable`, and each part under that of its nodes.");
    }
    if text.has("mkIf") || text.has("optionalAttrs") {
        return met("The module has conditions.");
    }
    missing("Nothing in the module is conditional.", "Put what it sets under lib.mkIf of its `enable`.")
}

fn parameters_used(module: &CustomModule, text: &Texts) -> Finding {
    let ports: Vec<&str> = module
        .parts
        .iter()
        .flat_map(|part| part.tcp_ports.iter().chain(&part.udp_ports))
        .map(|port| port.trim())
        .collect();
    // Beside ports that are parameters, others are fixed by the program.
    let all_fixed = !ports.is_empty() && ports.iter().all(|port| !port.starts_with("cfg."));
    if module.source.is_empty() && all_fixed {
        let found = format!("Written out in the parts: port {}.", ports.join(", "));
        return missing(found, "Make a parameter of each port that a site may want to change, and open “cfg.NAME”.");
    }
    let has_values = || {
        if module.source.is_empty() {
            module.parts.iter().flat_map(|part| &part.options).any(|option| is_constant(&option.value))
        } else {
            text.parts.iter().any(|text| text.runs_service() && text.text.contains("= \""))
        }
    };
    match parameters(module).count() {
        0 if text.has("mkOption") => met("The module declares options."),
        0 if has_values() => missing(
            "The module has values, and no parameters.",
            "Make parameters of what a site may want to change, and use them as cfg.NAME.",
        ),
        0 => does_not_apply("There is nothing to choose."),
        1 => met("The module has a parameter."),
        count => met(format!("The module has {count} parameters.")),
    }
}

/// Whether an option's value is a text or a number as it stands.
fn is_constant(value: &str) -> bool {
    let value = value.trim();
    value.starts_with(|c: char| c == '"' || c.is_ascii_digit()) && !value.contains("${")
}

fn server_and_client(module: &CustomModule, text: &Texts) -> Finding {
    if !text.run_service() {
        return does_not_apply("The module runs no service.");
    }
    if module.source.is_empty() {
        let nodes: Vec<PartNodes> = text
            .parts
            .iter()
            .filter_map(|text| text.part)
            .filter(|part| !is_empty(part))
            .map(|part| part.nodes)
            .collect();
        match nodes.as_slice() {
            [first, rest @ ..] if rest.iter().any(|other| other != first) => {
                return met("Its parts are for different nodes.");
            }
            [first, ..] if *first != PartNodes::All => {
                return does_not_apply(format!(
                    "The service has a part for one kind of node ({}); there is none for its clients.",
                    first.label()
                ));
            }
            _ => {}
        }
    } else if ["isController", "isWorker", "isLogin", "isStorage", "roles", "hostname"]
        .iter()
        .any(|word| text.has(word))
    {
        return met("The module tells nodes apart.");
    }
    missing(
        "The service is the same on all nodes.",
        "Put the server in a part for the first controller, and what its clients need in one for the others.",
    )
}

fn documented(module: &CustomModule) -> Finding {
    let mut lacking: Vec<String> = Vec::new();
    if module.description.trim().is_empty() {
        lacking.push("the module".to_owned());
    }
    let bare = module.parameters.iter().filter(|parameter| parameter.documentation.trim().is_empty());
    lacking.extend(bare.map(|parameter| match parameter.name.as_str() {
        "" => "a parameter without a name".to_owned(),
        name => format!("the parameter {name}"),
    }));
    let scripts =
        module.parts.iter().flat_map(|part| &part.scripts).filter(|script| script.description.trim().is_empty());
    lacking.extend(scripts.map(|script| format!("the command {}", script.name)));
    if lacking.is_empty() {
        let with_parameters = !module.parameters.is_empty();
        return met(if with_parameters {
            "The module and all of its parameters are described."
        } else {
            "The module is described."
        });
    }
    missing(format!("Without a description: {}.", lacking.join(", ")), "Say of each in a sentence what it is for.")
}

/// Words by which a text uses GPUs.
const GPU_WORDS: &[&str] = &["nvidia", "cuda", "rocm", "amdgpu"];

fn gpu(module: &CustomModule, text: &Texts) -> Finding {
    let uses = |word: &String| {
        let lower = word.to_ascii_lowercase();
        GPU_WORDS.iter().any(|gpu| lower.contains(gpu))
    };
    let using: Vec<&Text> = text.parts.iter().filter(|text| text.words.iter().any(uses)).collect();
    if using.is_empty() {
        return does_not_apply("The module does not use GPUs.");
    }
    let guarded = |text: &&Text| {
        let on_gpus = |part: &ModulePart| {
            matches!(part.nodes, PartNodes::Gpu | PartNodes::Nvidia) || part.needs.contains(&Integration::Cuda)
        };
        text.part.is_some_and(on_gpus)
            || ["hasGPU", "gpuVendor", "services.cuda", "services.rocm"].iter().any(|guard| text.has(guard))
    };
    if using.iter().all(guarded) {
        return met("What uses GPUs is only where they are.");
    }
    let advice = if module.source.is_empty() {
        "Put it in a part for nodes with GPUs, or in one that needs CUDA."
    } else {
        "Put it under lib.mkIf of node.hasGPU, or of config.cluster.services.cuda.available."
    };
    missing("GPUs are used on nodes that may have none.", advice)
}

/// What keeps a service from taking a job's time and memory, or tunes it.
const TUNING: &[&str] = &[
    "Nice",
    "CPUWeight",
    "CPUQuota",
    "CPUAffinity",
    "AllowedCPUs",
    "MemoryMax",
    "MemoryHigh",
    "LimitMEMLOCK",
    "Slice",
    "IOWeight",
    "boot.kernel",
    "hugepages",
];

fn hpc(module: &CustomModule, text: &Texts) -> Finding {
    let on_workers = |part: &ModulePart| {
        matches!(
            part.nodes,
            PartNodes::All | PartNodes::Workers | PartNodes::Others | PartNodes::Gpu | PartNodes::Nvidia
        )
    };
    let beside_jobs = if module.source.is_empty() {
        module.parts.iter().any(|part| on_workers(part) && !part.units.is_empty())
    } else {
        text.has("systemd.services") && !text.has("isController")
    };
    if !beside_jobs {
        return does_not_apply("No service of its own runs beside jobs.");
    }
    if TUNING.iter().any(|word| text.has(word)) {
        return met("Its services on workers are tuned.");
    }
    missing(
        "A service runs on workers, beside jobs, without limits.",
        "Set systemd.services.NAME.serviceConfig.CPUWeight, MemoryMax or Nice, so that it takes little from jobs.",
    )
}

fn helper_scripts(module: &CustomModule, text: &Texts) -> Finding {
    if !text.run_service() {
        return does_not_apply("The module runs no service that wants tools.");
    }
    let tools = module.parts.iter().any(|part| !part.scripts.is_empty() || !part.packages.is_empty())
        || module.exposes.iter().any(|service| !service.package.trim().is_empty())
        || text.has("systemPackages")
        || text.has("writeShell");
    if tools {
        return met("It comes with programs.");
    }
    missing(
        "The module has a service, and no program to use or look at it with.",
        "Add a command, such as one that shows whether the service answers, or the package of its client.",
    )
}

fn sizes(text: &Texts) -> Finding {
    for text in &text.parts {
        if let Some(address) = text.words.iter().find(|word| is_node_address(word)) {
            return missing(
                format!("The address {address} is written out."),
                "Take it from `node.ip`, `nodes` or `firstController.ip`, or make a parameter of it.",
            );
        }
        if text.has("elemAt") || text.has("head") && text.text.contains("attrValues nodes)") {
            return missing(
                "A node is chosen by its place among all.",
                "Choose it by its role: `firstController` is the first controller.",
            );
        }
    }
    met("No node is named: the module works for any number of them.")
}

/// Whether a word is the address of a machine, and no wildcard, loopback or mask.
fn is_node_address(word: &str) -> bool {
    word.parse::<std::net::Ipv4Addr>().is_ok_and(|address| {
        !address.is_loopback() && !address.is_unspecified() && !address.is_broadcast() && address.octets()[0] < 224
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Described;
    use crate::template;

    fn module(json: &str) -> CustomModule {
        CustomModule::read(serde_json::from_str(json).unwrap()).unwrap()
    }

    /// How many are met, to do, and not applying.
    fn counts(module: &CustomModule) -> [usize; 3] {
        let all = guidelines(module);
        [Standing::Met, Standing::ToDo, Standing::DoesNotApply]
            .map(|standing| all.iter().filter(|one| one.standing == standing).count())
    }

    fn standing(module: &CustomModule, title: &str) -> Standing {
        guidelines(module).into_iter().find(|one| one.title == title).expect("a guideline").standing
    }

    #[test]
    fn nothing_is_met_before_a_module_does_anything() {
        assert_eq!(counts(&CustomModule::default()), [0, 1, 7]);
        let described = module(r#"{"name": "a", "description": "A thing", "parts": [{"nodes": "workers"}]}"#);
        assert_eq!(counts(&described), [0, 0, 8]);
        let bare = module(r#"{"name": "a", "description": "A thing", "parameters": [{"name": ""}], "parts": [{}]}"#);
        assert_eq!(counts(&bare), [0, 1, 7]);
        assert_eq!(standing(&bare, "Documentation"), Standing::ToDo);
    }

    #[test]
    fn a_server_alone_has_no_clients() {
        let server = r#"{"nodes": "first-controller", "units": [{"name": "lic", "command": "/bin/lic"}]}"#;
        let of = |parts: &str| module(&format!(r#"{{"name": "a", "description": "A thing", "parts": [{parts}]}}"#));
        let title = "Server and client parts";
        assert_eq!(standing(&of(server), title), Standing::DoesNotApply);
        let empty = r#"{"nodes": "workers"}"#;
        assert_eq!(standing(&of(&format!("{server}, {empty}")), title), Standing::DoesNotApply);
        let client = r#"{"nodes": "workers", "packages": ["hello"]}"#;
        assert_eq!(standing(&of(&format!("{server}, {client}")), title), Standing::Met);
        let everywhere = server.replace("first-controller", "all");
        assert_eq!(standing(&of(&everywhere), title), Standing::ToDo);
    }

    /// The page shows these two numbers (tests/e2e/modules.test.mjs).
    #[test]
    fn the_guides_containers_module_meets_all_that_apply() {
        let template = template::find("container-orchestration").unwrap().module();
        assert_eq!(counts(&template), [7, 0, 1]);
    }
}
