//! What the harness holds against the table of options: names and types, also inside of submodules. A judge that passes
//! everything over would find nothing.

use crate::harness::Flake;
use clusterflake_core::preset;

/// What evaluation says of a node with the module `text`.
fn refused(text: &str) -> String {
    let mut cluster = preset::find("minimal").unwrap().cluster();
    (clusterflake_core::Cluster::nodes.get_mut)(&mut cluster)[0].extra_config = text.to_owned();
    Flake::new(&cluster).evaluate("configurations names").err().unwrap_or_default()
}

#[test]
fn pam_rules_are_typed() {
    let rule = |more: &str| {
        format!(
            "{{ security.pam.services.sshd.rules.account.x = {{ order = 11050; control = \"required\"; \
             modulePath = \"pam_x.so\"; {more} }}; }}"
        )
    };
    assert_eq!(refused(&rule("")), "");
    for (more, said) in [
        ("args = \"quiet\";", "rules.account.x.args has the wrong type"),
        ("enable = \"yes\";", "rules.account.x.enable has the wrong type"),
        ("modulepath = \"a.so\";", "rules.account.x.modulepath does not exist"),
    ] {
        let found = refused(&rule(more));
        assert!(found.contains(said), "{more}\n{found}");
    }
    let found = refused("{ security.pam.services.sshd.rules.acount.x.order = 1; }");
    assert!(found.contains("rules.acount does not exist"), "{found}");
}

#[test]
fn names_in_submodules_are_those_of_nixos() {
    for (text, said) in [
        ("{ fileSystems.\"/x\" = { device = \"/dev/x\"; fsType = \"xfs\"; opts = [ ]; }; }", "fileSystems./x.opts"),
        ("{ systemd.services.x.wantBy = [ ]; }", "systemd.services.x.wantBy"),
        ("{ users.users.x = { isSystemUser = true; grup = \"x\"; }; }", "users.users.x.grup"),
        ("{ swapDevices = [ { device = \"/dev/x\"; prio = 1; } ]; }", "swapDevices.prio"),
    ] {
        let found = refused(text);
        assert!(found.contains(&format!("the option {said} does not exist")), "{text}\n{found}");
    }
    // Open ones take what they do not know.
    assert_eq!(refused("{ services.openssh.settings.LoginGraceTime = 20; boot.kernel.sysctl.\"net.x\" = 1; }"), "");
}
