//! People, groups, the directory.

use super::{Rule, always, judged};
use crate::impact::Effect::{DataAtRisk, Drain, Nothing, Restart};
use crate::impact::{Who, judge};

const LOGIN: &str = "No service restarts; it holds from the next login on.";
const SSSD: &str = "SSSD restarts; logins of people in the directory fail for seconds.";

pub(super) const RULES: &[Rule] = &[
    judged("users.accounts[]", judge::account),
    judged("users.accounts[].name", judge::account_name),
    judged("users.accounts[].uid", judge::uid),
    always("users.accounts[].fullName", Nothing, Who::All, LOGIN),
    always("users.accounts[].groups", Nothing, Who::All, LOGIN),
    always("users.accounts[].shell", Nothing, Who::All, LOGIN),
    always("users.accounts[].sshKeys", Nothing, Who::All, LOGIN),
    always("users.accounts[].sudo", Nothing, Who::All, LOGIN),
    always(
        "users.accounts[].where",
        Drain,
        Who::All,
        "The account comes to nodes and goes from others. Where it goes, jobs of that user can no longer run: let \
         them end first.",
    ),
    always(
        "users.accounts[].hosts",
        Drain,
        Who::All,
        "The account comes to nodes and goes from others. Where it goes, jobs of that user can no longer run: let \
         them end first.",
    ),
    always(
        "users.accounts[].homeManager",
        Restart,
        Who::All,
        "Home Manager's service of that user runs again where homes are kept, and sets the files in the home folder.",
    ),
    judged("users.groups[]", judge::group),
    always(
        "users.groups[].name",
        Nothing,
        Who::All,
        "The number stays, so files keep their group; whatever names the old group must follow.",
    ),
    always(
        "users.groups[].gid",
        DataAtRisk,
        Who::All,
        "Files keep the old number, and may come to be of another group: find and change them with “find / -gid OLD \
         -exec chgrp -h NEW {} +” on every file system.",
    ),
    judged("users.ldap.enable", |case| {
        judge::switched(
            case,
            Who::All,
            (Restart, "SSSD starts, and people in the directory can log in."),
            (
                Drain,
                "SSSD stops: people in the directory are no longer known, and their jobs fail. Let them end first.",
            ),
        )
    }),
    always("users.ldap", Restart, Who::All, SSSD),
    always("users.sshBetweenNodes", Nothing, Who::All, LOGIN),
    always(
        "users.sshHostCA",
        Restart,
        Who::All,
        "sshd restarts; open sessions stay. Every node needs a certificate by that authority: cluster-tools ssh-ca \
         makes them.",
    ),
];
