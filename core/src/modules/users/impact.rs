//! What changes of people and groups take.

use crate::cluster::{Cluster, Group, User, Users};
use crate::consequence::Effect::{DataAtRisk, Drain, Nothing, Restart};
use crate::consequence::{Affected, Consequence, DifferenceKind, Rule, RuleContext, always, judged};
use crate::modules::login::FROM_NEXT_LOGIN;
use crate::pattern;
use serde_json::Value;

const PEOPLE: &str = "No service restarts; it is there as soon as the switch is through.";

pub const RULES: &[Rule] = &[
    judged(pattern![Cluster::users, Users::accounts[]], account),
    judged(pattern![Cluster::users, Users::accounts[], User::name], account_name),
    judged(pattern![Cluster::users, Users::accounts[], User::uid], uid),
    always(pattern![Cluster::users, Users::accounts[], User::full_name], Nothing, Affected::All, FROM_NEXT_LOGIN),
    always(pattern![Cluster::users, Users::accounts[], User::groups], Nothing, Affected::All, FROM_NEXT_LOGIN),
    always(pattern![Cluster::users, Users::accounts[], User::shell], Nothing, Affected::All, FROM_NEXT_LOGIN),
    always(pattern![Cluster::users, Users::accounts[], User::ssh_keys], Nothing, Affected::All, FROM_NEXT_LOGIN),
    always(pattern![Cluster::users, Users::accounts[], User::sudo], Nothing, Affected::All, FROM_NEXT_LOGIN),
    always(
        pattern![Cluster::users, Users::accounts[], User::on],
        Drain,
        Affected::All,
        "The account comes to nodes and goes from others. Where it goes, jobs of that user can no longer run: let \
         them end first.",
    ),
    always(
        pattern![Cluster::users, Users::accounts[], User::hosts],
        Drain,
        Affected::All,
        "The account comes to nodes and goes from others. Where it goes, jobs of that user can no longer run: let \
         them end first.",
    ),
    always(
        pattern![Cluster::users, Users::accounts[], User::home_manager],
        Restart,
        Affected::All,
        "Home Manager's service of that user runs again where homes are kept, and sets the files in the home folder.",
    ),
    judged(pattern![Cluster::users, Users::groups[]], group),
    always(
        pattern![Cluster::users, Users::groups[], Group::name],
        Nothing,
        Affected::All,
        "The number stays, so files keep their group; whatever names the old group must follow.",
    ),
    always(
        pattern![Cluster::users, Users::groups[], Group::gid],
        DataAtRisk,
        Affected::All,
        "Files keep the old number, and may come to be of another group: find and change them with “find / -gid OLD \
         -exec chgrp -h NEW {} +” on every file system.",
    ),
];

fn account(context: &RuleContext) -> Vec<Consequence> {
    if context.difference.kind != DifferenceKind::Removed {
        return Consequence::only(Nothing, Affected::All, PEOPLE);
    }
    let uid = &context.difference.before[User::uid.key];
    let words = format!(
        "Jobs of that user fail. Files and home folder stay, of the number {uid}: whoever gets it next owns them. Keep or \
         delete them first."
    );
    Consequence::only(DataAtRisk, Affected::All, words)
}

fn account_name(context: &RuleContext) -> Vec<Consequence> {
    let (old, new) = (shown(context.difference.before), shown(context.difference.after));
    let words = format!(
        "{new} gets a home folder of its own, and the files stay in that of {old}: rename it first, while no job of that \
         user runs."
    );
    Consequence::only(DataAtRisk, Affected::All, words)
}

fn uid(context: &RuleContext) -> Vec<Consequence> {
    let (old, new) = (context.difference.before, context.difference.after);
    let words = format!(
        "Files keep the old owner {old}, so that user loses them and whoever gets {old} owns them. With no process of theirs \
         left: “find / -uid {old} -exec chown -h {new} {{}} +” on every file system. NixOS does not change the uid of an \
         account that is there: usermod -u does."
    );
    Consequence::only(DataAtRisk, Affected::All, words)
}

fn group(context: &RuleContext) -> Vec<Consequence> {
    if context.difference.kind != DifferenceKind::Removed {
        return Consequence::only(Nothing, Affected::All, PEOPLE);
    }
    let gid = &context.difference.before[Group::gid.key];
    Consequence::only(
        DataAtRisk,
        Affected::All,
        format!(
            "Files stay of the group {gid}, which has no name any more: whichever group gets the number next has them."
        ),
    )
}

fn shown(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
