use super::*;
use crate::cluster::Described;
use crate::modules;
use crate::preset;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The places of the description in the schema's words: fields without an inside, and lists of objects.
fn schema_places() -> BTreeSet<String> {
    let schema = Cluster::json_schema();
    let mut places = BTreeSet::new();
    walk(&schema, &schema, "", &mut places);
    places
}

fn walk(root: &Value, schema: &Value, at: &str, places: &mut BTreeSet<String>) {
    let resolved = resolve(root, schema);
    if let Some(fields) = resolved.get("properties").and_then(Value::as_object) {
        for (key, field) in fields {
            let dot = if at.is_empty() { "" } else { "." };
            walk(root, field, &format!("{at}{dot}{key}"), places);
        }
        return;
    }
    match resolved.get("items").map(|items| resolve(root, items)) {
        Some(items) if items.get("properties").is_some() => {
            places.insert(format!("{at}[]"));
            walk(root, items, &format!("{at}[]"), places);
        }
        _ => {
            places.insert(at.to_owned());
        }
    }
}

/// What a schema refers to; of an optional one, what it is where it is there.
fn resolve<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        return resolve(root, root.pointer(name.trim_start_matches('#')).expect("the schema has what it refers to"));
    }
    let choices = schema.get("anyOf").and_then(Value::as_array);
    let object =
        choices.into_iter().flatten().map(|choice| resolve(root, choice)).find(|c| c.get("properties").is_some());
    object.unwrap_or(schema)
}

fn node_field(place: &str) -> Option<&str> {
    let inside = place.strip_prefix("nodes[]")?;
    Some(inside.strip_prefix(".overrides[]").unwrap_or(inside).trim_start_matches('.'))
}

#[test]
fn every_field_of_the_description_falls_under_a_rule() {
    let node_rule = |field: &str| field.is_empty() || nodes::fields().any(|known| known.contains(field));
    let places = schema_places();
    assert!(places.len() > 150, "the walk finds the schema's fields: {places:?}");
    let forgotten: Vec<&String> = places
        .iter()
        .filter(|place| node_field(place).map_or_else(|| !rules::is_told(place), |field| !node_rule(field)))
        .collect();
    assert!(
        forgotten.is_empty(),
        "add a rule to its module's impact.rs or to core/src/impact/nodes/machine.rs for: {forgotten:?}"
    );
}

#[test]
fn every_rule_is_of_a_place_that_there_is() {
    let places = schema_places();
    let exists = |at: &str| {
        places.iter().any(|place| place == at || place.strip_prefix(at).is_some_and(|rest| rest.starts_with('.')))
    };
    assert_eq!(
        modules::impact_rules().map(|rule| rule.at.to_string()).filter(|at| !exists(at)).collect::<Vec<_>>(),
        Vec::<String>::new()
    );
    let mut named = BTreeSet::new();
    let twice = modules::impact_rules().map(|rule| rule.at.to_string()).filter(|at| !named.insert(at.clone()));
    assert_eq!(twice.collect::<Vec<_>>(), Vec::<String>::new());
    assert_eq!(
        nodes::fields()
            .map(|field| field.to_string())
            .filter(|field| !exists(&format!("nodes[].{field}")))
            .collect::<Vec<_>>(),
        ["overrides"]
    );
}

/// `base` with values put at JSON pointers; `null` takes an element away.
fn with(base: &Cluster, changes: &[(&str, Value)]) -> Cluster {
    let mut value = base.write_fields(true);
    for (pointer, new) in changes {
        if new.is_null() {
            let (list, index) = pointer.rsplit_once('/').unwrap();
            value.pointer_mut(list).unwrap().as_array_mut().unwrap().remove(index.parse().unwrap());
        } else if let Some(list) = pointer.strip_suffix("/-") {
            value.pointer_mut(list).unwrap().as_array_mut().unwrap().push(new.clone());
        } else {
            *value.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = new.clone();
        }
    }
    Cluster::from_value(value).unwrap()
}

fn eight() -> Cluster {
    preset::find("eight-node").unwrap().cluster()
}

/// What some changes to the preset with eight nodes take, as `effect hosts`.
fn effects(changes: &[(&str, Value)]) -> Vec<String> {
    effects_from(&eight(), changes)
}

fn effects_from(before: &Cluster, changes: &[(&str, Value)]) -> Vec<String> {
    let impacts = impact(before, &with(before, changes));
    impacts.iter().map(|impact| format!("{} {}", impact.effect.title(), impact.hosts)).collect()
}

#[test]
fn equal_clusters_take_nothing() {
    for preset in preset::PRESETS {
        assert_eq!(impact(&preset.cluster(), &preset.cluster()), []);
    }
}

const ALL: &str = "ctl1,login1,st1,cn[1-3],gn[1-2]";
const SLURM: &str = "ctl1,cn[1-3],gn[1-2]";

#[test]
fn what_only_people_read_interrupts_nothing() {
    assert_eq!(effects(&[("/cluster/description", json!("other words"))]), ["No interruption "]);
    assert_eq!(effects(&[("/hpc/compilers", json!(false))]), ["No interruption login1,cn[1-3],gn[1-2]"]);
    // Accounting is off, and so is what belongs to it.
    assert_eq!(effects(&[("/slurm/accounting/host", json!("st1"))]), ["No interruption "]);
}

#[test]
fn partitions_restart_slurm_and_lose_their_jobs_when_they_go() {
    let restart = format!("Service restarts {SLURM}");
    assert_eq!(effects(&[("/slurm/partitions/1/maxTime", json!("1-00:00:00"))]), [restart.as_str()]);
    assert_eq!(effects(&[("/slurm/partitions/1", Value::Null)]), ["Drain gn[1-2]", &restart]);
    let (before, after) = (eight(), with(&eight(), &[("/slurm/partitions/1/maxTime", json!("1-00:00:00"))]));
    let change = &impact(&before, &after)[0].changes[0];
    assert_eq!(change.path.to_string(), "slurm.partitions[1].maxTime");
    assert_eq!(change.what, "partition gpu: maxTime 2-00:00:00 → 1-00:00:00");
}

#[test]
fn hardware_that_shrinks_is_drained_and_growth_is_not() {
    let restart = format!("Service restarts {SLURM}");
    assert_eq!(effects(&[("/nodes/4/memoryMiB", json!(524_288))]), ["Drain gn[1-2]", &restart]);
    assert_eq!(effects(&[("/nodes/4/memoryMiB", json!(2_097_152))]), ["Service restarts gn[1-2]", &restart]);
    assert_eq!(effects(&[("/nodes/4/gpus/count", json!(2))]), ["Drain gn[1-2]", &restart]);
    // The login node is in no line of slurm.conf.
    assert_eq!(effects(&[("/nodes/1/memoryMiB", json!(1024))]), ["No interruption login1"]);
}

#[test]
fn what_the_kernel_starts_with_wants_a_reboot() {
    assert_eq!(effects(&[("/hpc/hugePages", json!(1024))]), ["Reboot cn[1-3],gn[1-2]"]);
    assert_eq!(effects(&[("/hpc/cuda/branch", json!("latest"))]), ["Reboot gn[1-2]"]);
    assert_eq!(effects(&[("/nodes/4/gpus/vendor", json!("amd"))])[0], "Reboot gn[1-2]");
    assert_eq!(effects(&[("/nodes/3/firstIP", json!("10.0.0.41"))])[0], "Reboot cn[1-3]");
    assert_eq!(effects(&[("/nodes/0/extraConfig", json!("{ boot.kernelParams = [ \"x\" ]; }"))]), ["Reboot ctl1"]);
    assert_eq!(
        effects(&[("/nodes/0/extraConfig", json!("{ services.fstrim.enable = true; }"))]),
        ["Service restarts ctl1"]
    );
}

#[test]
fn disks_are_laid_out_anew() {
    assert_eq!(effects(&[("/nodes/2/boot/loader", json!("grub"))]), ["Install st1"]);
    assert_eq!(effects(&[("/nodes/2/boot/rootFsType", json!("xfs"))]), ["Data at risk st1"]);
    // A file of the user's declares the disks: the devices are not used.
    let brought = with(&eight(), &[("/nodes/2/boot/hardwareConfig", json!("local/st1.nix"))]);
    assert_eq!(effects_from(&brought, &[("/nodes/2/boot/rootFsType", json!("xfs"))]), Vec::<String>::new());
}

#[test]
fn files_that_do_not_move_by_themselves_are_at_risk() {
    let drain = format!("Drain {ALL}");
    assert_eq!(effects(&[("/storage/shared/0/server", json!("ctl1"))]), ["Data at risk st1,ctl1", &drain]);
    assert_eq!(effects(&[("/storage/shared/0/export", json!("/srv/home"))]), ["Data at risk st1", &drain]);
    assert_eq!(effects(&[("/storage/shared/0/mountOptions", json!(["ro"]))]), [drain.as_str()]);
    assert_eq!(effects(&[("/storage/shared/0", Value::Null)]), ["Data at risk st1", &drain]);
    assert_eq!(effects(&[("/monitoring/retentionDays", json!(7))]), ["Data at risk ctl1"]);
    assert_eq!(effects(&[("/monitoring/retentionDays", json!(90))]), ["Service restarts ctl1"]);
}

#[test]
fn slurms_state_is_told_of() {
    let backup = [("/slurm/backup/host", json!("st1")), ("/slurm/backup/stateFolder", json!("/data/slurm"))];
    assert_eq!(effects(&backup), ["Data at risk ctl1", &format!("Service restarts {SLURM}")]);
    assert_eq!(effects(&[("/slurm/mungeKeyFile", json!("/run/munge.key"))]), [format!("Drain {ALL}")]);
    let booked = with(&eight(), &[("/slurm/accounting/enable", json!(true))]);
    // The first controller had it before, though nobody named it.
    let named = effects_from(&booked, &[("/slurm/accounting/host", json!("ctl1"))]);
    assert_eq!(named, [format!("Service restarts {SLURM}")]);
    let moved = effects_from(&booked, &[("/slurm/accounting/host", json!("st1"))]);
    assert_eq!(moved[0], "Data at risk ctl1,st1");
}

#[test]
fn a_release_must_not_move_the_state_version() {
    assert_eq!(effects(&[("/cluster/release", json!("unstable"))]), [format!("Reboot {ALL}")]);
    assert_eq!(
        effects(&[("/cluster/release", json!("26.11"))]),
        [format!("Data at risk {ALL}"), format!("Reboot {ALL}")]
    );
    let kept = [("/cluster/release", json!("26.11")), ("/cluster/stateVersion", json!("26.05"))];
    assert_eq!(effects(&kept), [format!("Reboot {ALL}")]);
    assert_eq!(effects(&[("/cluster/stateVersion", json!("25.11"))]), [format!("Data at risk {ALL}")]);
}

#[test]
fn people_take_their_number_along() {
    let alice = json!({ "name": "alice", "uid": 1001 });
    let base = with(&eight(), &[("/users/accounts/-", alice.clone())]);
    assert_eq!(effects(&[("/users/accounts/-", alice)]), [format!("No interruption {ALL}")]);
    let risk = [format!("Data at risk {ALL}")];
    assert_eq!(effects_from(&base, &[("/users/accounts/0/uid", json!(1002))]), risk);
    assert_eq!(effects_from(&base, &[("/users/accounts/0", Value::Null)]), risk);
    let renamed = with(&base, &[("/users/accounts/0/name", json!("bob"))]);
    assert_eq!(impact(&base, &renamed)[0].changes[0].what, "user bob: name alice → bob");
}

#[test]
fn nodes_come_go_and_are_renamed() {
    let more = impact(&eight(), &with(&eight(), &[("/nodes/3/hosts", json!("cn[1-5]"))]));
    assert_eq!((more[0].effect, more[0].hosts.as_str(), more[0].count), (Effect::Reinstall, "cn[4-5]", 2));
    assert_eq!(
        effects(&[("/nodes/3/hosts", json!("cn[1-2]"))])[..],
        ["Drain cn3", "Service restarts ctl1,cn[1-2],gn[1-2]"]
    );
    assert_eq!(effects(&[("/nodes/2", Value::Null)])[0], "Data at risk st1");
    assert_eq!(effects(&[("/nodes/1/hosts", json!("front1"))]), ["Reboot front1"]);
    // Only where a node is described has changed.
    let split = [
        ("/nodes/3/hosts", json!("cn[1-2]")),
        ("/nodes/-", {
            let mut group = eight().nodes[3].write();
            group["hosts"] = json!("cn3");
            group["firstIP"] = json!("10.0.0.23");
            group
        }),
    ];
    assert_eq!(effects(&split), Vec::<String>::new());
    assert_eq!(effects(&[("/nodes/0/hosts", json!("ctl2"))])[0], "Data at risk ctl[1-2]");
}

#[test]
fn another_cluster_is_a_new_installation() {
    let (before, after) = (preset::find("minimal").unwrap().cluster(), preset::find("large").unwrap().cluster());
    let effects: BTreeSet<&str> = impact(&before, &after).iter().map(|impact| impact.effect.title()).collect();
    assert!(effects.contains("Install"), "{effects:?}");
}

#[test]
fn bonds_concern_the_nodes_that_stand_on_them() {
    let bond = json!({ "name": "bond0", "interfaces": ["eno1", "eno2"] });
    let base = with(&eight(), &[("/network/bonds/-", bond), ("/nodes/2/interface", json!("bond0"))]);
    assert_eq!(effects_from(&base, &[("/network/bonds/0/mode", json!("802.3ad"))]), ["Reboot st1"]);
    assert_eq!(effects_from(&base, &[("/nodes/2/interface", json!("eno1"))]), ["Reboot st1"]);
}

#[test]
fn containers_keep_their_state_where_it_is() {
    let base = with(&eight(), &[("/containers/enable", json!(true)), ("/containers/engine", json!("docker"))]);
    assert_eq!(effects_from(&base, &[("/containers/servers", json!("st1"))]), ["Data at risk ctl1,st1"]);
    assert_eq!(effects_from(&base, &[("/containers/enable", json!(false))]), [format!("Data at risk {SLURM}")]);
    // The engine is there with and without an orchestration.
    let off = with(&base, &[("/containers/enable", json!(false))]);
    assert_eq!(effects_from(&off, &[("/containers/engine", json!("podman"))]), ["Data at risk login1,cn[1-3],gn[1-2]"]);
}

#[test]
fn a_module_of_the_users_own_is_told_of_with_care() {
    let module = json!({ "name": "licence", "parts": [{ "units": [{ "name": "lmgrd" }] }] });
    let base = with(&eight(), &[("/modules/-", module)]);
    assert_eq!(
        effects_from(&base, &[("/modules/0/parts/0/units/0/command", json!("x"))]),
        [format!("Service restarts {ALL}")]
    );
    assert_eq!(effects_from(&base, &[("/modules/0/description", json!("x"))]), ["No interruption "]);
}

#[test]
fn further_lines_are_judged_by_what_they_have_in_force() {
    let base = preset::find("eight-node").unwrap().cluster();
    let effect = |before: &str, after: &str| {
        let [before, after] = [before, after].map(|lines| with(&base, &[("/slurm/extraConfig", json!(lines))]));
        let verdicts = impact(&before, &after);
        let change = &verdicts[0];
        (change.effect, change.text.clone())
    };
    let (drain, text) = effect("", "PrologFlags=Contain");
    assert!(drain == Effect::Drain && text.contains("prologflags"), "{text}");
    let (restart, text) = effect("DefMemPerCPU=1000", "KillWait=9\nDefMemPerCPU=2000");
    assert!(restart == Effect::Restart && text.contains("ask for no memory"), "{text}");
    let (restart, text) = effect("KillWait=9\nMessageTimeout=5", "MessageTimeout=5\nKillWait=9 # again");
    assert!(restart == Effect::Restart && text.contains("same settings"), "{text}");
}
