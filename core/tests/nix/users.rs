//! The same person everywhere.

use crate::harness::World;
use crate::{Invariant, Switch};
use serde_json::Value;
use std::collections::BTreeMap;

pub const INVARIANTS: &[Invariant] = &[("a user has the same uid everywhere", the_same_uids)];

pub const SWITCHES: &[Switch] = &[];

fn the_same_uids(world: &World) {
    let mut uids: BTreeMap<String, Value> = BTreeMap::new();
    for (_, config) in world.each() {
        for (name, user) in config["users"]["users"].as_object().unwrap().iter().filter(|(name, _)| *name != "root") {
            assert!(user["uid"].is_u64(), "{name} has no uid");
            assert_eq!(uids.entry(name.clone()).or_insert_with(|| user["uid"].clone()), &user["uid"]);
        }
    }
}
