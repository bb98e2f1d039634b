//! The smallest cluster with a module: the guide's minimal test configuration, as a flake of its own.
//!
//! A flake is a folder, so that the guide's `--flake ./test-config.nix` cannot be; and it is no output of the cluster's
//! own flake, which would then have nodes that the cluster has not.

use super::{Form, Own, form, implementation};
use crate::cluster::CustomModule;
use crate::nix::{self, Attrs, Nix, Text};

/// The text of `examples/NAME/flake.nix`.
pub(super) fn flake_nix(own: &Own) -> Text {
    let name = &own.module.name;
    let place = own.at.field(CustomModule::name);
    let values = [
        ("__name__", Nix::code(name.clone())),
        ("__description__", Nix::from(format!("The smallest cluster with the module {name}")).from_field(place)),
        ("__cluster__", cluster(own).into()),
    ];
    nix::fill(include_str!("example.nix"), &values, &[])
}

/// The values of a controller and a worker, as the guide gives them, with the module on.
fn cluster(own: &Own) -> Attrs {
    let worker = Attrs::new()
        .set("hostname", "worker")
        .set("ip", "10.0.0.2")
        .set("hasGPU", false)
        .set("cpus", 4_u32)
        .set("memoryMB", 8192_u32)
        .set("gpus", 0_u32);
    let attrs = Attrs::new()
        .set("controllerHostname", "controller")
        .set("controllerIP", "10.0.0.1")
        .set("workerNodes", Nix::list([worker]));
    if form(&own.module.source) == Some(Form::Module) {
        return attrs;
    }
    let mut values = Attrs::new().set("enable", true);
    if let Some(implementation) = implementation(own.module) {
        values = values.set("type", implementation);
    }
    attrs.set(&own.parameter, super::with_argument_defaults(values, own))
}
