//! The `default.nix` of a module from its description, in the form of the Module Development Guide.

use super::{Own, default, parameters};
use crate::cluster::{
    Choice, CustomModule, ExposedService, HelperScript, Integration, ModuleFile, ModuleParameter, ModulePart,
    ModuleUnit, OptionAssignment, ParameterType, PartNodes,
};
use crate::nix::{self, AttrPath, Attrs, Nix, Piece, Text, lint};
use crate::path::Path;

/// What the function around a module takes, as far as the module uses it.
pub(crate) const NODE_ARGUMENTS: &[&str] = &["node", "nodes", "clusterLib", "networkConfig"];

/// What Nix in a module can use: what NixOS gives, the function's arguments, and what the module binds.
pub(crate) const ARGUMENTS: &[&str] =
    &["config", "lib", "pkgs", "node", "nodes", "clusterLib", "networkConfig", "cfg", "firstController"];

/// Nodes of which the module binds whether this is one.
const IS_FIRST: &str = "isFirstController";
const HAS_NVIDIA: &str = "hasNvidia";

/// The text of `modules/NAME/default.nix`.
pub(super) fn default_nix(own: &Own) -> Text {
    let module = own.module;
    let parts = elements(module, &own.at);
    let mut common: Vec<Nix> =
        parts.iter().filter(|part| part.implementation.is_empty()).flat_map(|part| part.sets.clone()).collect();
    let has_choice = !module.implementations.is_empty();
    if has_choice {
        common.insert(0, Nix::code("implementation"));
    }
    common.extend(exposed(module, &own.at));
    let config = if common.is_empty() {
        Attrs::new().into()
    } else {
        Nix::call("lib.mkIf", vec![Nix::code("cfg.enable"), merged(common)])
    };
    let choices = module.implementations.iter().enumerate().fold(Attrs::new(), |set, (index, name)| {
        let path = AttrPath::names(&[name]);
        if set.clashes(&path) {
            return set;
        }
        let own_parts: Vec<Nix> =
            parts.iter().filter(|part| part.implementation == name).flat_map(|part| part.sets.clone()).collect();
        let place = own.at.field(CustomModule::implementations).index(index);
        set.field(name, if own_parts.is_empty() { Attrs::new().into() } else { merged(own_parts) }, place)
    });
    let mut lines = vec![
        ("__head__", head(own)),
        ("__takes__", takes(module).into_iter().map(taken).chain([format!("{} ? {{ }},", own.parameter)]).collect()),
        ("inherit __bindings__", bindings(module)),
        ("inherit __implementation__", if has_choice { choice(&own.parameter) } else { Vec::new() }),
    ];
    if !has_choice {
        lines.push(("implementations = __implementations__", Vec::new()));
    }
    let values = [
        ("__defaults__", defaults(own).into()),
        ("__parameter__", Nix::code(own.parameter.clone())),
        ("__implementations__", choices.into()),
        ("__config__", config),
    ];
    nix::fill(include_str!("default.nix"), &values, &lines)
}

/// An argument of the function around a module: parameters of the flake may be absent.
fn taken(name: &str) -> String {
    if name.ends_with("Config") { format!("{name} ? {{ }},") } else { format!("{name},") }
}

/// One set, or all that a merge of several gives.
fn merged(mut sets: Vec<Nix>) -> Nix {
    if sets.len() == 1 { sets.remove(0) } else { Nix::call("lib.mkMerge", vec![Nix::list(sets)]) }
}

/// The value of `type` decides which implementation is used; none is taken for another.
fn choice(parameter: &str) -> Vec<String> {
    let message = format!(
        "{parameter}.type is “${{cfg.type}}”; it must be one of: ${{lib.concatStringsSep \", \" (builtins.attrNames implementations)}}"
    );
    ["implementation =", "  implementations.${cfg.type}", &format!("    or (throw \"{message}\");")]
        .map(str::to_owned)
        .into()
}

fn defaults(own: &Own) -> Attrs {
    let mut attrs = Attrs::new().set("enable", false);
    if let Some(first) = own.module.implementations.first() {
        attrs = attrs.field("type", first, own.at.field(CustomModule::implementations));
    }
    for (index, parameter) in parameters(own.module) {
        let place = own.at.field(CustomModule::parameters).index(index).field(ModuleParameter::default_value);
        attrs = attrs.field(&parameter.name, default(parameter), place);
    }
    attrs
}

/// What a part is: the sets that it adds, for the nodes it is for.
struct Element<'c> {
    implementation: &'c str,
    sets: Vec<Nix>,
}

fn elements<'c>(module: &'c CustomModule, at: &Path) -> Vec<Element<'c>> {
    let at = at.field(CustomModule::parts);
    let element = |(index, part): (usize, &'c ModulePart)| {
        let at = at.index(index);
        let mut sets: Vec<Nix> = part_sets(part, &at).into_iter().map(Nix::from).collect();
        if !part.nix.trim().is_empty()
            && let Ok(nix) = Nix::written(&part.nix)
        {
            sets.push(nix.from_field(at.field(ModulePart::nix)));
        }
        let condition = condition(part);
        if let Some(condition) = condition.filter(|_| !sets.is_empty()) {
            let place = at.field(ModulePart::nodes);
            sets = vec![Nix::call("lib.mkIf", vec![Nix::code(condition).from_field(place), merged(sets)])];
        }
        Element { implementation: &part.implementation, sets }
    };
    module.parts.iter().enumerate().map(element).collect()
}

/// On which nodes a part is, and with what else there; `None` where it always is.
fn condition(part: &ModulePart) -> Option<String> {
    let mut terms: Vec<&str> = on_nodes(part.nodes).into_iter().collect();
    for need in &part.needs {
        let (name, _) = availability(*need);
        if !terms.contains(&name) {
            terms.push(name);
        }
    }
    (!terms.is_empty()).then(|| terms.join(" && "))
}

fn on_nodes(nodes: PartNodes) -> Option<&'static str> {
    Some(match nodes {
        PartNodes::All => return None,
        PartNodes::FirstController => IS_FIRST,
        PartNodes::Others => "!isFirstController",
        PartNodes::Controllers => "node.isController",
        PartNodes::Workers => "node.isWorker",
        PartNodes::Logins => "node.isLogin",
        PartNodes::Storage => "node.isStorage",
        PartNodes::Gpu => "node.hasGPU",
        PartNodes::Nvidia => HAS_NVIDIA,
    })
}

/// The name for whether `need` is on this node, and what it means.
fn availability(need: Integration) -> (&'static str, &'static str) {
    match need {
        Integration::Cuda => ("hasCuda", "hasCuda = config.cluster.services.cuda.available or false;"),
        Integration::Slurm => ("hasSlurm", "hasSlurm = config.cluster.services.slurm.available or false;"),
        Integration::Mpi => ("hasMpi", "hasMpi = config.cluster.services.mpi.available or false;"),
        Integration::Monitoring => {
            ("hasPrometheus", "hasPrometheus = config.cluster.services.prometheus.available or false;")
        }
    }
}

/// What the module binds of nodes and services, as far as it uses that.
fn bindings(module: &CustomModule) -> Vec<String> {
    let names: Vec<&str> = all_nodes(module).filter_map(on_nodes).collect();
    let is_first = names.iter().any(|name| name.contains(IS_FIRST));
    let mut lines = Vec::new();
    if is_first || uses(module, "firstController") {
        lines.push("firstController = lib.head (clusterLib.withRole \"controller\" nodes);");
    }
    if is_first {
        lines.push("isFirstController = node.hostname == firstController.hostname;");
    }
    if names.contains(&HAS_NVIDIA) {
        lines.push("hasNvidia = node.hasGPU && node.gpuVendor == \"nvidia\";");
    }
    let needs = |need: &&Integration| module.parts.iter().any(|part| part.needs.contains(need));
    lines.extend(Integration::ALL.iter().filter(needs).map(|need| availability(*need).1));
    lines.into_iter().map(str::to_owned).collect()
}

/// The nodes that parts and exposed services are for.
fn all_nodes(module: &CustomModule) -> impl Iterator<Item = PartNodes> {
    module.parts.iter().map(|part| part.nodes).chain(module.exposes.iter().map(|service| service.nodes))
}

/// The arguments of the function around the module, without its own parameter.
pub(super) fn takes(module: &CustomModule) -> Vec<&'static str> {
    let conditions: Vec<&str> = all_nodes(module).filter_map(on_nodes).collect();
    let is_first = conditions.iter().any(|name| name.contains(IS_FIRST));
    let first = is_first || uses(module, "firstController");
    let taken = |name: &&&str| match **name {
        "node" => !conditions.is_empty() || uses(module, "node"),
        "nodes" | "clusterLib" if first => true,
        name => uses(module, name),
    };
    NODE_ARGUMENTS.iter().filter(taken).copied().collect()
}

/// Whether Nix that the user wrote uses `name`.
fn uses(module: &CustomModule, name: &str) -> bool {
    let parameters = module.parameters.iter().filter(|parameter| parameter.kind == ParameterType::Nix);
    let uses = |text: &str| text.contains(name) && !lint::used(text, &[name]).is_empty();
    parameters.into_iter().any(|parameter| uses(&parameter.default_value))
        || module.parts.iter().any(|part| {
            uses(&part.nix)
                || part
                    .options
                    .iter()
                    .any(|option| uses(&option.value) || uses(&format!("{{ {} = null; }}", option.path)))
                || part.units.iter().any(|unit| {
                    unit.command.contains(name)
                        && Nix::interpolated(&unit.command).is_ok_and(|command| uses(&nix::print(&command, 0).text))
                })
        })
}

/// The sets of a part's fields. Nix refuses a set in which two attributes clash; those that would go into a further one.
fn part_sets(part: &ModulePart, at: &Path) -> Vec<Attrs> {
    let mut sets: Vec<Attrs> = Vec::new();
    let mut put = |path: AttrPath, value: Nix| match sets.iter_mut().find(|set| !set.clashes(&path)) {
        Some(set) => set.put(path, value),
        None => {
            let mut set = Attrs::new();
            set.put(path, value);
            sets.push(set);
        }
    };
    let programs = programs(part, at);
    if !programs.is_empty() {
        put(AttrPath::names(&["environment", "systemPackages"]), Nix::list(programs));
    }
    for (index, option) in part.options.iter().enumerate() {
        let at = at.field(ModulePart::options).index(index);
        if let (Ok(path), Ok(value)) = (AttrPath::parse(&option.path), Nix::written(&option.value)) {
            put(path, value.from_field(at.field(OptionAssignment::value)));
        }
    }
    for (index, unit) in part.units.iter().enumerate().filter(|(_, unit)| !unit.name.trim().is_empty()) {
        let at = at.field(ModulePart::units).index(index);
        let path = AttrPath::names(&["systemd", "services", unit.name.trim()]);
        put(path, Nix::from(service(unit, &at)).from_field(at));
    }
    for (index, file) in part.files.iter().enumerate().filter(|(_, file)| !file.path.trim().is_empty()) {
        let at = at.field(ModulePart::files).index(index).field(ModuleFile::text);
        put(AttrPath::names(&["environment", "etc", file.path.trim(), "text"]), Nix::lines(&file.text).from_field(at));
    }
    for (name, list, field) in
        [("tcpPorts", &part.tcp_ports, ModulePart::tcp_ports), ("udpPorts", &part.udp_ports, ModulePart::udp_ports)]
    {
        let ports: Vec<Nix> = list
            .iter()
            .enumerate()
            .filter_map(|(index, port)| Some(port_value(port)?.from_field(at.field(field).index(index))))
            .collect();
        if !ports.is_empty() {
            put(AttrPath::names(&["cluster", "firewall", name]), Nix::list(ports).from_field(at.field(field)));
        }
    }
    sets
}

/// The packages and scripts of a part.
fn programs(part: &ModulePart, at: &Path) -> Vec<Nix> {
    let packages = part
        .packages
        .iter()
        .enumerate()
        .filter_map(|(index, name)| Some(package(name)?.from_field(at.field(ModulePart::packages).index(index))));
    let scripts = part.scripts.iter().enumerate().filter(|(_, script)| !script.name.trim().is_empty());
    let scripts = scripts.map(|(index, script)| {
        let at = at.field(ModulePart::scripts).index(index);
        let text = Nix::lines(&script.text).from_field(at.field(HelperScript::text));
        Nix::call("pkgs.writeShellScriptBin", vec![script.name.trim().into(), text]).from_field(at)
    });
    packages.chain(scripts).collect()
}

/// A package by its attribute, `python3Packages.numpy`; `None` for what is none.
fn package(name: &str) -> Option<Nix> {
    is_package_name(name).then(|| Nix::select("pkgs", name.trim().split('.').map(str::to_owned).collect()))
}

/// Whether `name` can be an attribute of nixpkgs.
pub(crate) fn is_package_name(name: &str) -> bool {
    let plain = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "_-+".contains(c))
    };
    !name.trim().starts_with("pkgs.") && name.trim().split('.').all(plain)
}

/// A port: a number, or a parameter.
fn port_value(port: &str) -> Option<Nix> {
    let port = port.trim();
    match port.strip_prefix("cfg.") {
        Some(name) => super::is_parameter_name(name).then(|| Nix::select("cfg", vec![name.to_owned()])),
        None => port.parse::<u16>().ok().map(Nix::from),
    }
}

fn service(unit: &ModuleUnit, at: &Path) -> Attrs {
    let targets = |name: &str| Nix::list([name]);
    let command = Nix::interpolated(&unit.command).unwrap_or_else(|_| unit.command.as_str().into());
    let config = Attrs::new().field("ExecStart", command, at.field(ModuleUnit::command));
    let config = match unit.user.trim() {
        "" => config.field("DynamicUser", true, at.field(ModuleUnit::user)),
        user => config.field("User", user, at.field(ModuleUnit::user)),
    };
    Attrs::new()
        .field("description", one_line(&unit.description), at.field(ModuleUnit::description))
        .set("wantedBy", targets("multi-user.target"))
        .set("wants", targets("network-online.target"))
        .set("after", targets("network-online.target"))
        .set("serviceConfig", config.set("Restart", "on-failure"))
}

/// What the module offers to others.
fn exposed(module: &CustomModule, at: &Path) -> Vec<Nix> {
    let at = at.field(CustomModule::exposes);
    let services = module.exposes.iter().enumerate().filter(|(_, service)| !service.name.trim().is_empty());
    let set = |(index, service): (usize, &ExposedService)| {
        let at = at.index(index);
        let mut offered = Attrs::new().set("available", true);
        if let Some(package) = package(&service.package).filter(|_| !service.package.trim().is_empty()) {
            let path = Nix::template(vec![Piece::Value(package), Piece::Text("/bin".to_owned())]);
            offered = offered.field("binPath", path, at.field(ExposedService::package));
        }
        let mut set = Attrs::new();
        set.put(AttrPath::names(&["cluster", "services", service.name.trim()]), offered.into());
        match on_nodes(service.nodes) {
            Some(condition) => Nix::call("lib.mkIf", vec![Nix::code(condition), set.into()]),
            None => set.into(),
        }
        .from_field(at)
    };
    services.map(set).collect()
}

/// The comment that the file begins with: what the module is for, and its parameters.
fn head(own: &Own) -> Vec<String> {
    let module = own.module;
    let mut lines = Vec::new();
    let title = one_line(&module.description);
    comment(&mut lines, "", if title.is_empty() { &module.name } else { &title });
    lines.push("#".to_owned());
    lines.push(format!("# {}:", own.parameter));
    comment(&mut lines, "  ", "enable (true or false; default: false)");
    if !module.implementations.is_empty() {
        let names: Vec<String> = module.implementations.iter().map(|name| format!("\"{}\"", one_line(name))).collect();
        comment(&mut lines, "  ", &format!("type ({}; default: {})", names.join(" or "), names[0]));
    }
    for (_, parameter) in parameters(module) {
        let default = one_line(&nix::print(&default(parameter), 0).text);
        let what = one_line(&parameter.documentation);
        let colon = if what.is_empty() { "" } else { ": " };
        let text = format!("{} ({}; default: {default}){colon}{what}", parameter.name, parameter.kind.label());
        comment(&mut lines, "  ", &text);
    }
    lines
}

/// Appends `text` as lines of a comment, not wider than the code's.
fn comment(lines: &mut Vec<String>, indent: &str, text: &str) {
    const WIDTH: usize = 100;
    let mut line = format!("# {indent}");
    for (index, word) in text.split(' ').filter(|word| !word.is_empty()).enumerate() {
        if index > 0 && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut line, format!("# {indent}  {word}")));
        } else {
            if index > 0 {
                line.push(' ');
            }
            line += word;
        }
    }
    lines.push(line.trim_end().to_owned());
}

/// `text` on one line.
pub(super) fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
