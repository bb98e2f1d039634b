use super::{choice, description};

choice! {
    /// The type of a module's parameter.
    pub enum ParameterType {
        /// A string, as typed.
        Text "string" "text",
        /// A whole number, also below 0.
        Integer "integer" "whole number",
        /// `true` or `false`; `yes` and `no` are read, too.
        Boolean "boolean" "yes or no",
        /// A TCP or UDP port, 1 to 65535.
        Port "port" "port",
        /// The absolute path of a file or folder on the nodes, as a string; empty for none.
        File "path" "file or folder",
        /// A list of strings, typed one a line.
        Texts "strings" "list of texts",
        /// Any Nix value.
        Nix "nix" "Nix value",
    }
}

choice! {
    /// The nodes that a part of a module is for.
    pub enum PartNodes {
        /// Every node.
        All "all" "all nodes",
        /// The first controller: where a service has its one server.
        FirstController "first-controller" "first controller",
        /// Nodes with the role of a controller.
        Controllers "controllers" "controllers",
        /// Nodes with the role of a worker.
        Workers "workers" "workers",
        /// Nodes with the role of a login node.
        Logins "logins" "login nodes",
        /// Nodes with the role of a storage node.
        Storage "storage" "storage nodes",
        /// Nodes with GPUs of any vendor.
        Gpu "gpu" "nodes with GPUs",
        /// Nodes with NVIDIA GPUs.
        Nvidia "nvidia" "nodes with NVIDIA GPUs",
        /// All but the first controller: the clients of a server there.
        Others "others" "all but the first controller",
    }
}

choice! {
    /// What else of the cluster a part needs: it is there only where that is.
    pub enum Integration {
        /// CUDA on the node, from the section HPC.
        Cuda "cuda" "CUDA",
        /// Slurm in the cluster.
        Slurm "slurm" "Slurm",
        /// An MPI on the node, from the section HPC.
        Mpi "mpi" "MPI",
        /// Prometheus in the cluster, from the section Monitoring.
        Monitoring "prometheus" "Prometheus",
    }
}

description! {
    /// A parameter of a module: what a cluster may choose. It is a field of the module's configuration, `licenseConfig.port`.
    pub struct ModuleParameter {
        /// The parameter's name.
        name "name": String = String::new(),
        /// The type of its values.
        kind "type": ParameterType = ParameterType::Text,
        /// Its default: as typed for texts, numbers, yes and no; one a line for lists; an expression for Nix values.
        default_value "default": String = String::new(),
        /// What it is for, in a sentence: it goes into the module's head and the flake's README.
        documentation "documentation": String = String::new(),
        /// This cluster's value, in the default's form; absent for the default.
        value "value": Option<String> = None,
    }
}

description! {
    /// An option that a part sets: `services.k3s.role` to `"server"`.
    pub struct OptionAssignment {
        /// The path of the option as NixOS names it: `services.k3s.role`; names may be computed, `${node.interface}`.
        path "path": String = String::new(),
        /// Nix: it can use `config`, `lib`, `pkgs`, `node`, `nodes` and the parameters by `cfg.NAME`.
        value "value": String = String::new(),
    }
}

description! {
    /// A systemd service that a part adds.
    pub struct ModuleUnit {
        /// Its name, without `.service`.
        name "name": String = String::new(),
        /// What it is, as systemd's `Description` shows it.
        description "description": String = String::new(),
        /// The command, as in `ExecStart`: a string of Nix's, so that `${pkgs.hello}/bin/hello` is put in.
        command "command": String = String::new(),
        /// The user that it runs as; empty for one that exists while it runs (`DynamicUser`).
        user "user": String = String::new(),
    }
}

description! {
    /// A file in `/etc` that a part adds.
    pub struct ModuleFile {
        /// The file, below `/etc`: `license/server.conf`.
        path "path": String = String::new(),
        /// The text of the file, kept as typed.
        text "text": String = String::new(),
    }
}

description! {
    /// A command that a part installs for users.
    pub struct HelperScript {
        /// What users type to run the script.
        name "name": String = String::new(),
        /// What it does, in a sentence.
        description "description": String = String::new(),
        /// Shell (bash).
        text "text": String = String::new(),
    }
}

description! {
    /// What a module does on some nodes.
    pub struct ModulePart {
        /// The nodes on which the part is.
        nodes "nodes": PartNodes = PartNodes::All,
        /// The implementation it is of; empty for all of them.
        implementation "implementation": String = String::new(),
        /// What must be on the node for the part to be there.
        needs "needs": Vec<Integration> = Vec::new(),
        /// Packages of nixpkgs, by attribute.
        packages "packages": Vec<String> = Vec::new(),
        /// The options that it sets.
        options "options": Vec<OptionAssignment> = Vec::new(),
        /// The systemd services that it adds.
        units "units": Vec<ModuleUnit> = Vec::new(),
        /// The files that it adds in `/etc`.
        files "files": Vec<ModuleFile> = Vec::new(),
        /// The commands that it installs for users.
        scripts "scripts": Vec<HelperScript> = Vec::new(),
        /// TCP ports opened to the cluster's subnet: numbers, or `cfg.NAME` of a parameter.
        tcp_ports "tcpPorts": Vec<String> = Vec::new(),
        /// UDP ports opened to the cluster's subnet: numbers, or `cfg.NAME` of a parameter.
        udp_ports "udpPorts": Vec<String> = Vec::new(),
        /// A further NixOS configuration, as an attribute set: `{ services.x.enable = true; }`.
        nix "nix": String = String::new(),
    }
}

description! {
    /// What a module offers to others as `cluster.services.NAME`.
    pub struct ExposedService {
        /// The name it is exposed as: `license` for `cluster.services.license`.
        name "name": String = String::new(),
        /// The nodes that have it.
        nodes "nodes": PartNodes = PartNodes::All,
        /// The package whose programs it has, by attribute; empty for none.
        package "package": String = String::new(),
    }
}

description! {
    /// A file of a brought module's folder, beside its `default.nix`.
    pub struct SourceFile {
        /// Below the module's folder: `server.nix`, `scripts/status.sh`.
        path "path": String = String::new(),
        /// The content of the file, kept as it came.
        text "text": String = String::new(),
    }
}

description! {
    /// A module of the user's own: a folder of the flake under `modules/`, by the Module Development Guide.
    pub struct CustomModule {
        /// The name of its folder, `license-server`; its configuration is `licenseServerConfig`.
        name "name": String = String::new(),
        /// What it is for, in a sentence.
        description "description": String = String::new(),
        /// Whether this cluster uses it; off, it is in the description and nowhere else.
        enable "enable": bool = true,
        /// Its implementations, of which `type` chooses one: `k3s`, `kubernetes`. Empty: there is one, without a name.
        implementations "implementations": Vec<String> = Vec::new(),
        /// The implementation that this cluster uses; empty for the first.
        implementation "type": String = String::new(),
        /// What a cluster may choose of it.
        parameters "parameters": Vec<ModuleParameter> = Vec::new(),
        /// What it does, and on which nodes.
        parts "parts": Vec<ModulePart> = Vec::new(),
        /// What it offers to other modules.
        exposes "exposes": Vec<ExposedService> = Vec::new(),
        /// A `default.nix` that was brought as it is. With it, the parts above are not used; the parameters tell its values.
        source "source": String = String::new(),
        /// Further files of the folder that came with `source`, kept as they are.
        files "files": Vec<SourceFile> = Vec::new(),
    }
}
