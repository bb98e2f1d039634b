//! Templates of modules: what a module of one's own can begin with. Each is a file in `template/`, as `cluster.json` has it.

use crate::cluster::{CustomModule, Described};

/// A module to start from.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// The name of its module.
    pub name: &'static str,
    /// What it is, in a line.
    pub summary: &'static str,
    json: &'static str,
}

impl Template {
    /// The module that it starts from.
    pub fn module(&self) -> CustomModule {
        let value = serde_json::from_str(self.json).expect("templates are tested to be readable");
        CustomModule::read(value).expect("templates are tested to be readable")
    }
}

macro_rules! templates {
    ($($name:literal $summary:literal,)*) => {
        /// Every template.
        pub const TEMPLATES: &[Template] = &[$(Template {
            name: $name,
            summary: $summary,
            json: include_str!(concat!($name, ".json")),
        },)*];
    };
}

templates! {
    "container-orchestration" "k3s or Kubernetes: the example of the Module Development Guide",
    "license-server" "A licence server on the controller, and its address on every node",
    "jupyterhub" "JupyterHub on the login nodes",
}

/// The template called `name`; `None` where there is none.
pub fn find(name: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Standing, check, guidelines};
    use crate::preset;
    use std::sync::Arc;

    #[test]
    fn templates_stand_in_canonical_form_under_their_names() {
        for template in TEMPLATES {
            let module = template.module();
            assert_eq!(serde_json::to_string_pretty(&module).unwrap() + "\n", template.json, "{}", template.name);
            assert_eq!(module.name, template.name);
        }
    }

    #[test]
    fn templates_have_no_problems_and_meet_the_guidelines() {
        for template in TEMPLATES {
            for kind in template.module().implementations.iter().chain([&String::new()]) {
                let mut cluster = preset::find("eight-node").unwrap().cluster();
                let module = CustomModule { implementation: kind.clone(), ..template.module() };
                cluster.modules = Arc::new(vec![module.clone()]);
                let problems: Vec<_> =
                    check(&cluster).into_iter().filter(|p| p.path.section() == Some("modules")).collect();
                assert_eq!(problems, [], "{}", template.name);
                let unmet: Vec<_> =
                    guidelines(&module).into_iter().filter(|one| one.standing == Standing::ToDo).collect();
                assert_eq!(unmet, [], "{}", template.name);
            }
        }
    }
}
