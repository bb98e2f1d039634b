use super::{choice, description};

choice! {
    /// Who builds the flake when somebody pushes it.
    pub enum Ci {
        /// None: the flake has no such file.
        None "none" "none",
        /// A workflow of GitHub Actions.
        GitHub "github" "GitHub Actions",
        /// A pipeline of GitLab.
        GitLab "gitlab" "GitLab CI/CD",
    }
}

description! {
    /// How the flake becomes machines, and how they are kept up to date.
    pub struct Deployment {
        /// The CI that the flake brings a file for: checks and builds on each push, an update of flake.lock each week.
        ci "ci": Ci = Ci::None,
    }
}
