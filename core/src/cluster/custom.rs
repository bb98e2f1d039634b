use super::{choice, description};

choice! {
    /// The type of a module's parameter.
    pub enum ParameterType {
        Text "string" "text",
        Integer "integer" "whole number",
        Boolean "boolean" "yes or no",
        Port "port" "port",
        File "path" "file or folder",
        Texts "strings" "list of texts",
        /// Any Nix value.
        Nix "nix" "Nix value",
    }
}

choice! {
    /// The nodes that a part of a module is for.
    pub enum PartNodes {
        All "all" "all nodes",
        /// The first controller: where a service has its one server.
        FirstController "first-controller" "first controller",
        Controllers "controllers" "controllers",
        Workers "workers" "workers",
        Logins "logins" "login nodes",
        Storage "storage" "storage nodes",
        Gpu "gpu" "nodes with GPUs",
        Nvidia "nvidia" "nodes with NVIDIA GPUs",
        /// All but the first controller: the clients of a server there.
        Others "others" "all but the first controller",
    }
}

choice! {
    /// What else of the cluster a part needs: it is there only where that is.
    pub enum Integration {
        Cuda "cuda" "CUDA",
        Slurm "slurm" "Slurm",
        Mpi "mpi" "MPI",
        Monitoring "prometheus" "Prometheus",
    }
}

description! {
    /// A parameter of a module: what a cluster may choose. It is a field of the module's configuration, `licenseConfig.port`.
    pub struct ModuleParameter {
        /// The parameter's name.
        name "name": String = String::new(),
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
        nodes "nodes": PartNodes = PartNodes::All,
        /// The implementation it is of; empty for all of them.
        implementation "implementation": String = String::new(),
        /// What must be on the node for the part to be there.
        needs "needs": Vec<Integration> = Vec::new(),
        /// Packages of nixpkgs, by attribute.
        packages "packages": Vec<String> = Vec::new(),
        options "options": Vec<OptionAssignment> = Vec::new(),
        units "units": Vec<ModuleUnit> = Vec::new(),
        files "files": Vec<ModuleFile> = Vec::new(),
        scripts "scripts": Vec<HelperScript> = Vec::new(),
        /// TCP ports opened to the cluster's subnet: numbers, or `cfg.NAME` of a parameter.
        tcp_ports "tcpPorts": Vec<String> = Vec::new(),
        udp_ports "udpPorts": Vec<String> = Vec::new(),
        /// A further NixOS configuration, as an attribute set: `{ services.x.enable = true; }`.
        nix "nix": String = String::new(),
    }
}

description! {
    /// What a module offers to others as `cluster.services.NAME`.
    pub struct ExposedService {
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
        parameters "parameters": Vec<ModuleParameter> = Vec::new(),
        parts "parts": Vec<ModulePart> = Vec::new(),
        exposes "exposes": Vec<ExposedService> = Vec::new(),
        /// A `default.nix` that was brought as it is. With it, the parts above are not used; the parameters tell its values.
        source "source": String = String::new(),
        /// Further files of the folder that came with `source`, kept as they are.
        files "files": Vec<SourceFile> = Vec::new(),
    }
}
