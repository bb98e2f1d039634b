//! Any module that can be described, also with names and texts that mean harm.

use crate::harness::Flake;
use clusterflake_core::check::{check, has_errors};
use clusterflake_core::cluster::{
    Choice, Cluster, CustomModule, ExposedService, HelperScript, Integration, ModuleFile, ModuleParameter, ModulePart,
    ModuleUnit, OptionAssignment, ParameterType, PartNodes,
};
use clusterflake_core::diagnostic::Severity;
use clusterflake_core::flake::generate;
use clusterflake_core::modules::custom::{read_module, readme_section};
use clusterflake_core::path::Step;
use clusterflake_core::preset;
use clusterflake_core::tree::FileTree;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::sync::LazyLock;

/// Texts that could break out of where they stand.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[\\$\\{\\}'\"\\\\#;()\\[\\]=\n\r\t /*a-c]{0,12}",
        2 => "\\PC{0,8}(\n\\PC{0,8}){0,3}",
        1 => any::<String>(),
        1 => prop::sample::select(vec![
            "", "rec", "with", "or", "in", "${builtins.abort \"x\"}", "''", "\"; evil = true; x = \"", "*/", "# x", "__config__",
            "__head__", "true # yes", "{ }", "(", ")", "a.b", "../../x", "-", "''${", "$${", "'${",
        ]).prop_map(str::to_owned),
    ]
}

/// Names, many of them good.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-z]{1,6}", 1 => text()]
}

/// Nix, more or less.
fn nix() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => prop::sample::select(vec![
            "true", "1", "\"x\"", "[ ]", "{ a = 1; }", "cfg.a", "node.hostname", "lib.mkForce true", "''\n  a\n    b\n''", "\"a\n  b\"",
            "true # note", "# note\ntrue", "if node.isWorker then 1 else 2", "/* a */ 1", "firstController.ip", "1; b = 2", "1)", "''a\n b''",
        ]).prop_map(str::to_owned),
        1 => text(),
    ]
}

fn choice<T: Choice + std::fmt::Debug>() -> impl Strategy<Value = T> {
    prop::sample::select(T::ALL.to_vec())
}

fn parameter() -> impl Strategy<Value = ModuleParameter> {
    (name(), choice::<ParameterType>(), nix(), text(), prop::option::of(nix())).prop_map(
        |(name, kind, default_value, documentation, value)| ModuleParameter {
            name,
            kind,
            default_value,
            documentation,
            value,
        },
    )
}

fn part() -> impl Strategy<Value = ModulePart> {
    let path = prop_oneof![
        "[a-z]{1,4}(\\.[a-z]{1,4}){0,2}",
        Just("networking.interfaces.${node.interface}.mtu".to_owned()),
        text()
    ];
    let option = (path, nix()).prop_map(|(path, value)| OptionAssignment { path, value });
    let command = prop_oneof![text(), Just("${pkgs.hello}/bin/hello $${x} ${toString cfg.a}".to_owned())];
    let unit = (name(), text(), command, name()).prop_map(|(name, description, command, user)| ModuleUnit {
        name,
        description,
        command,
        user,
    });
    let file = (name(), text()).prop_map(|(path, text)| ModuleFile { path, text });
    let script =
        (name(), text(), text()).prop_map(|(name, description, text)| HelperScript { name, description, text });
    let port = prop_oneof!["[0-9]{1,6}", Just("cfg.a".to_owned()), text()];
    let lists =
        (vec(name(), 0..3), vec(option, 0..4), vec(unit, 0..3), vec(file, 0..3), vec(script, 0..3), vec(port, 0..3));
    (choice::<PartNodes>(), name(), vec(choice::<Integration>(), 0..3), lists, nix()).prop_map(
        |(nodes, implementation, needs, (packages, options, units, files, scripts, tcp_ports), nix)| ModulePart {
            nodes,
            implementation,
            needs,
            packages,
            options,
            units,
            files,
            scripts,
            udp_ports: tcp_ports.clone(),
            tcp_ports,
            nix,
        },
    )
}

fn module() -> impl Strategy<Value = CustomModule> {
    let exposed = (name(), choice::<PartNodes>(), name()).prop_map(|(name, nodes, package)| ExposedService {
        name,
        nodes,
        package,
    });
    let source = prop_oneof![3 => Just(String::new()), 1 => nix()];
    let lists = (vec(name(), 0..3), vec(parameter(), 0..4), vec(part(), 0..4), vec(exposed, 0..2));
    (name(), text(), lists, name(), source).prop_map(
        |(name, description, (implementations, parameters, parts, exposes), implementation, source)| CustomModule {
            name,
            description,
            implementations,
            implementation,
            parameters,
            parts,
            exposes,
            source,
            ..CustomModule::default()
        },
    )
}

fn with(modules: Vec<CustomModule>) -> Cluster {
    let mut cluster = preset::find("minimal").unwrap().cluster();
    *(Cluster::modules.get_mut)(&mut cluster) = modules;
    cluster
}

/// The files of the same cluster without modules of its own.
static PLAIN: LazyLock<FileTree> = LazyLock::new(|| generate(&with(Vec::new())));

proptest! {
    #[test]
    fn all_files_parse_whatever_is_described(modules in vec(module(), 1..3)) {
        let cluster = with(modules);
        drop(check(&cluster));
        let own = |path: &str| ["flake.nix", "cluster.nix"].contains(&path) || !PLAIN.contains_key(path);
        for (path, file) in generate(&cluster).iter().filter(|(path, _)| path.ends_with(".nix") && own(path)) {
            let tree = rnix::Root::parse(&file.text);
            prop_assert!(tree.errors().is_empty(), "{path}: {:?}\n{}", tree.errors(), file.text);
        }
    }
}

/// The parameters as a README has them: their names and their defaults, as Nix. Their types are guessed where a text is read.
fn shown(module: &CustomModule) -> Vec<(String, String)> {
    let readme = readme_section(module);
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let cells = rows.filter(|(name, _)| !["enable", "type"].contains(name));
    cells.map(|(name, rest)| (name.to_owned(), rest.split(" | ").nth(1).unwrap_or_default().to_owned())).collect()
}

proptest! {
    /// What was written is read again: the parameters, their defaults, and the implementations.
    #[test]
    fn what_is_written_is_read_again(described in module()) {
        let described = CustomModule { source: String::new(), name: "lic".to_owned(), enable: true, ..described };
        let cluster = with(vec![described]);
        let described = &cluster.modules[0];
        let tree = generate(&cluster);
        let read = read_module(&tree["modules/lic/default.nix"].text);
        prop_assert!(read.is_ok(), "{read:?}");
        let read = CustomModule { name: "lic".to_owned(), ..read.unwrap().module };
        let mut wanted = Vec::new();
        for name in &described.implementations {
            if !wanted.contains(name) {
                wanted.push(name.clone());
            }
        }
        prop_assert_eq!(&read.implementations, &wanted);
        // Nix that somebody wrote may be put on other lines, and a default that is no such value is null.
        let is_plain = |name: &str| {
            let parameter = described.parameters.iter().find(|parameter| parameter.name == name).unwrap();
            parameter.kind != ParameterType::Nix
        };
        let plain = |all: Vec<(String, String)>| -> Vec<_> { all.into_iter().filter(|(name, _)| is_plain(name)).collect() };
        // What Nix reads of `cfg` and no parameter is, is read as one.
        let own: Vec<String> = shown(described).into_iter().map(|(name, _)| name).collect();
        let mut read = read;
        read.parameters.retain(|parameter| own.contains(&parameter.name));
        prop_assert_eq!(read.parameters.iter().map(|parameter| &parameter.name).collect::<Vec<_>>(), own.iter().collect::<Vec<_>>());
        prop_assert_eq!(plain(shown(&read)), plain(shown(described)), "{}", tree["modules/lic/default.nix"].text);
    }
}

/// What real Nix makes of the texts of some modules: they come out as they were typed.
#[test]
fn texts_come_out_of_real_nix_as_typed() {
    let mut runner = TestRunner::deterministic();
    let texts = vec(text().prop_filter("Nix has no NUL", |text| !text.contains('\0')), 40);
    for _ in 0..6 {
        let texts = texts.new_tree(&mut runner).unwrap().current();
        let file = |(index, text): (usize, &String)| ModuleFile { path: format!("t/{index}"), text: text.clone() };
        let script = |(index, text): (usize, &String)| HelperScript {
            name: format!("s{index}"),
            description: text.clone(),
            text: text.clone(),
        };
        let parameter = |(index, text): (usize, &String)| ModuleParameter {
            name: format!("p{index}"),
            default_value: text.clone(),
            documentation: text.clone(),
            value: Some(format!("{text} ")),
            ..ModuleParameter::default()
        };
        let option = |(index, _): (usize, &String)| OptionAssignment {
            path: format!("environment.etc.\"v/{index}\".text"),
            value: format!("cfg.p{index}"),
        };
        let module = CustomModule {
            name: "typed".to_owned(),
            description: texts.concat(),
            parameters: texts.iter().enumerate().map(parameter).collect(),
            parts: vec![ModulePart {
                files: texts.iter().enumerate().map(file).collect(),
                scripts: texts.iter().enumerate().map(script).collect(),
                options: texts.iter().enumerate().map(option).collect(),
                ..ModulePart::default()
            }],
            ..CustomModule::default()
        };
        let cluster = with(vec![module]);
        assert!(!has_errors(&check(&cluster)), "{:#?}", check(&cluster));
        let configs = Flake::new(&cluster).configurations(&["controller".to_owned()]);
        let config = &configs["controller"];
        let programs = config["environment"]["systemPackages"].as_array().unwrap();
        for (index, text) in texts.iter().enumerate() {
            assert_eq!(config["environment"]["etc"][format!("t/{index}")]["text"], **text);
            assert_eq!(config["environment"]["etc"][format!("v/{index}")]["text"], format!("{text} "));
            let script = programs.iter().find(|program| program["name"] == format!("s{index}")).unwrap();
            assert_eq!(script["text"], **text);
        }
    }
}

/// The description without what its errors are about.
fn without_errors(mut cluster: Cluster) -> Cluster {
    while let Some(problem) = check(&cluster).into_iter().find(|problem| problem.severity == Severity::Error) {
        let mut root = serde_json::to_value(&cluster).unwrap();
        let steps = problem.path.steps();
        // The innermost element of a list around it, or else the field.
        let end = steps.iter().rposition(|step| matches!(step, Step::Index(_))).filter(|end| *end > 1);
        let end = end.unwrap_or(steps.len() - 1);
        let around = steps[..end].iter().fold(&mut root, |place, step| match step {
            Step::Key(key) => &mut place[key],
            Step::Index(index) => &mut place[index],
        });
        match &steps[end] {
            Step::Index(index) => drop(around.as_array_mut().unwrap().remove(*index)),
            Step::Key(key) if key == "name" => around[key] = "lic".into(),
            Step::Key(key) => drop(around.as_object_mut().unwrap().remove(key)),
        }
        cluster = Cluster::from_value(root).unwrap();
    }
    cluster
}

/// What the checks let pass, Nix takes.
#[test]
fn modules_without_errors_evaluate() {
    let mut runner = TestRunner::deterministic();
    let modules = module();
    for _ in 0..30 {
        let mut module = modules.new_tree(&mut runner).unwrap().current();
        module.source.clear();
        // Only what the table knows can be judged here: names of options and packages, and the types of values.
        for (index, part) in module.parts.iter_mut().enumerate() {
            part.nix.clear();
            part.packages = vec!["hello".to_owned()];
            part.options.retain(|option| !option.value.contains("cfg"));
            for (place, option) in part.options.iter_mut().enumerate() {
                option.path = format!("environment.variables.O{index}_{place}");
            }
        }
        module.exposes.iter_mut().for_each(|service| service.package.clear());
        let cluster = without_errors(with(vec![module]));
        if let Err(error) = Flake::new(&cluster).evaluate("configurations names") {
            panic!("{:#?}\n{error}", cluster.modules);
        }
    }
}
