# Evaluates the nodes of a generated flake against the table of NixOS options: an option that is not there, a value of
# the wrong type or two definitions that conflict is an error, as on a machine. NixOS's own modules do not run.
{
  flake, # the flake's folder
  options, # the option table as a tree: { children, type, default }
  packages, # names of packages, dotted where nested
  slurmVersion ? "26.05.1.1", # of nixpkgs' Slurm, which modules ask for
}:
let
  lib = import ./lib.nix;
  inherit (builtins)
    all
    attrNames
    catAttrs
    concatLists
    concatMap
    elem
    filter
    foldl'
    head
    isAttrs
    isBool
    isInt
    isList
    isString
    length
    mapAttrs
    ;
  is = type: value: isAttrs value && value._type or null == type;
  show = path: builtins.concatStringsSep "." path;

  # The attribute sets that a definition of a set stands for; conditions move inwards and are not asked here.
  pushDown =
    path: value:
    if is "merge" value then
      concatMap (pushDown path) value.contents
    else if is "if" value then
      map (mapAttrs (_: lib.mkIf value.condition)) (pushDown path value.content)
    else if is "override" value then
      map (mapAttrs (_: lib.mkOverride value.priority)) (pushDown path value.content)
    else if isAttrs value then
      [ value ]
    else
      throw "${show path} is a set of options, and no value";

  # The values that a definition of an option stands for, with their priority.
  discharge =
    priority: value:
    if is "merge" value then
      concatMap (discharge priority) value.contents
    else if is "if" value then
      lib.optionals value.condition (discharge priority value.content)
    else if is "override" value then
      discharge value.priority value.content
    # Where it comes among others is NixOS's.
    else if is "order" value then
      discharge priority value.content
    else
      [ { inherit priority value; } ];
  strongest =
    definitions:
    let
      found = concatMap (discharge 100) definitions;
      best = foldl' (best: d: if d.priority < best then d.priority else best) 10000 found;
    in
    map (d: d.value) (filter (d: d.priority == best) found);

  isPackage = value: isAttrs value && value ? outPath;
  isPath =
    value:
    isString value && builtins.substring 0 1 value == "/" || builtins.isPath value || isPackage value;

  has =
    type: value:
    {
      bool = isBool value;
      str = isString value || isPackage value;
      int = isInt value;
      float = isInt value || builtins.isFloat value;
      port = isInt value && value >= 0 && value <= 65535;
      path = isPath value;
      package = isPackage value;
      lines = isString value;
      commas = isString value;
      null = value == null;
      any = true;
      attrs = isAttrs value;
      enum = elem value type.values;
      listOf = isList value && all (has type.of) value;
      attrsOf = isAttrs value;
      submodule = isAttrs value;
      either = lib.any (one: has one value) type.of;
    }
    .${type.t};

  # The value of a freeform setting, whose inner values have priorities too.
  freeform =
    path: values:
    let
      names = lib.unique (concatMap attrNames values);
      found = lib.genAttrs names (name: strongest (catAttrs name values));
    in
    if all (value: isAttrs value && !isPackage value) values then
      mapAttrs (name: freeform (path ++ [ name ])) (lib.filterAttrs (_: values: values != [ ]) found)
    else if all isList values then
      concatLists values
    else if all (value: value == head values) values then
      head values
    else
      throw "${show path} is defined twice: ${builtins.toJSON values}";

  # A set of options that takes no other names, and whether what stands in it has only names that the table has.
  isClosed = type: type.t == "submodule" && !(type ? options) && !(type.open or false);
  hasNames =
    children: path: definitions:
    let
      sets = concatMap (pushDown path) definitions;
      hasName =
        name:
        let
          child =
            children.${name} or children."<name>"
              or (throw "the option ${show (path ++ [ name ])} does not exist");
        in
        child ? type || hasNames child.children (path ++ [ name ]) (catAttrs name sets);
    in
    all hasName (concatMap attrNames sets);

  # The value of an option from its definitions; `node` is its place in the table.
  merge =
    node: path: definitions:
    let
      children = node.children or { };
      isNamed =
        if isClosed type && children != { } then
          hasNames children path values
        else if type.t == "attrsOf" && isClosed type.of && (children."<name>" or { }) ? children then
          all (name: hasNames children."<name>".children (path ++ [ name ]) elements.${name}) names
        else if type.t == "listOf" && isClosed type.of && (children."*" or { }) ? children then
          hasNames children."*".children path (concatLists values)
        else
          true;
      values = strongest definitions;
      alternatives =
        if node.type.t == "either" then filter (one: all (has one) values) node.type.of else [ node.type ];
      type = head alternatives;
      wrong = filter (value: !has node.type value) values;
      element = node.children."<name>" or { type = type.of; };
      names = lib.unique (concatMap attrNames values);
      elements = lib.genAttrs names (name: catAttrs name values);
    in
    if values == [ ] then
      node.default or null
    else if wrong != [ ] || alternatives == [ ] then
      throw "${show path} has the wrong type: ${builtins.toJSON wrong}"
    else if !isNamed then
      throw "${show path} has a name that it does not take"
    else if type.t == "listOf" then
      concatLists values
    else if type.t == "lines" then
      builtins.concatStringsSep "\n" values
    else if type.t == "attrsOf" then
      mapAttrs (name: found: value element (path ++ [ name ]) found) (
        lib.filterAttrs (_: found: strongest found != [ ]) elements
      )
    else if type.t == "submodule" then
      if type ? options then
        set (declared type.options) path values
      else
        mapAttrs (
          name: found: value (node.children.${name} or { type.t = "any"; }) (path ++ [ name ]) found
        ) elements
    else if type.t == "any" && all (value: isAttrs value && !isPackage value) values then
      freeform path values
    else if length values == 1 || all (value: value == head values) values then
      head values
    else if
      all isAttrs values
      && elem type.t [
        "any"
        "attrs"
      ]
    then
      foldl' (all: one: all // one) { } values
    else
      throw "${show path} is defined twice: ${builtins.toJSON values}";

  # The value of a place in the table: of an option, or of a set of them.
  value = node: if node ? type then merge node else set (node.children or { });
  set =
    children: path: definitions:
    let
      sets = concatMap (pushDown path) definitions;
    in
    mapAttrs (name: child: value child (path ++ [ name ]) (catAttrs name sets)) children;

  # As `value`, but of what is defined only, and an error where the table has no such option.
  defined =
    node: path: definitions:
    if node ? type then
      merge node path definitions
    else
      let
        sets = concatMap (pushDown path) definitions;
        names = lib.unique (concatMap attrNames sets);
      in
      lib.filterAttrs (_: value: value != null && value != { }) (
        lib.genAttrs names (
          name:
          defined (node.children.${name} or (throw "the option ${show (path ++ [ name ])} does not exist")) (
            path ++ [ name ]
          ) (catAttrs name sets)
        )
      );

  # The places that a module sets with mkDefault.
  defaults =
    path: value:
    let
      quoted =
        name: if builtins.match "[a-zA-Z_][a-zA-Z0-9_'-]*" name == null then "\"${name}\"" else name;
    in
    if is "merge" value then
      concatMap (defaults path) value.contents
    else if is "if" value then
      lib.optionals value.condition (defaults path value.content)
    else if is "override" value then
      lib.optional (value.priority == 1000) (show path)
    else if isAttrs value && !isPackage value && !(value ? _type) then
      concatMap (name: defaults (path ++ [ (quoted name) ]) value.${name}) (attrNames value)
    else
      [ ];

  # Options that a module declares, as a tree of the table's shape.
  declared =
    options:
    mapAttrs (
      _: option:
      if is "option" option then
        { inherit (option) type; } // lib.optionalAttrs (option ? default) { inherit (option) default; }
      else
        { children = declared option; }
    ) options;
  deepMerge =
    a: b:
    a
    // mapAttrs (
      name: value:
      if isAttrs value && isAttrs (a.${name} or null) then deepMerge a.${name} value else value
    ) b;

  package =
    name:
    let
      self = {
        type = "derivation";
        inherit name;
        outPath = "/nix/store/00000000000000000000000000000000-${name}";
        override = _: self;
        dev = package "${name}-dev";
        # Of interpreters: with these packages built in.
        withPackages =
          choose: package name // { text = builtins.concatStringsSep " " (catAttrs "name" (choose self)); };
      };
    in
    self;
  packageSet =
    foldl' deepMerge
      {
        writeText = name: text: package name // { inherit text; };
        writeTextDir = name: text: package name // { inherit text; };
        slurm.version = slurmVersion;
        writeShellScript = name: text: package name // { inherit text; };
        writeShellScriptBin = name: text: package name // { inherit text; };
        buildEnv =
          { name, paths, ... }:
          package name // { text = builtins.concatStringsSep " " (catAttrs "name" paths); };
        stdenv.mkDerivation =
          { name, src, ... }@derivation:
          assert builtins.pathExists src;
          package name // { text = derivation.buildPhase; };
        writeShellApplication =
          application: package application.name // application // { meta.mainProgram = application.name; };
        mkShellNoCC = shell: package "shell" // shell;
      }
      (
        map (
          dotted:
          foldl' (inner: name: { ${name} = inner; }) (package dotted) (
            lib.reverseList (lib.splitString "." dotted)
          )
        ) packages
      );

  nixosSystem =
    { modules, specialArgs }:
    let
      pkgs = foldl' (before: overlay: deepMerge before (overlay pkgs before)) packageSet (
        config.nixpkgs.overlays or [ ]
      );
      # The one default that is an expression which modules read.
      kernel.boot.children.kernelPackages = {
        type.t = "any";
        default = pkgs.linuxPackages;
      };
      arguments = specialArgs // {
        inherit config lib pkgs;
        modulesPath = "/nixpkgs/nixos/modules";
      };
      # A module with all that it imports, from files or not.
      collect =
        module:
        if builtins.isFunction module then
          collect (module arguments)
        else if isAttrs module then
          [ module ] ++ concatMap collect (module.imports or [ ])
        else
          collect (import module);
      results = concatMap collect modules;
      parts = map (
        result:
        if result ? config || result ? options then
          {
            config = result.config or { };
            options = result.options or { };
          }
        else
          {
            config = removeAttrs result [
              "_file"
              "imports"
            ];
            options = { };
          }
      ) results;
      tree.children = foldl' deepMerge options ([ kernel ] ++ map (part: declared part.options) parts);
      config = value tree [ ] (catAttrs "config" parts);
    in
    {
      inherit config;
      # What each module is made of.
      shapes = map (
        result: mapAttrs (name: value: if name == "_file" then toString value else "") result
      ) results;
      defaults = lib.unique (concatMap (defaults [ ]) (catAttrs "config" parts));
      defined = defined tree [ ] (catAttrs "config" parts);
    };

  # Functions, packages and paths as text, for JSON.
  plain =
    value:
    if builtins.isFunction value then
      "<function>"
    else if builtins.isPath value then
      toString value
    else if isPackage value then
      if value ? text then { inherit (value) name text; } else "<package ${value.name}>"
    else if isAttrs value then
      mapAttrs (_: plain) value
    else if isList value then
      map plain value
    else
      value;

  source = import (flake + "/flake.nix");
  # The inputs that flakes may declare; what BeeGFS's and Lustre's provide is as the module says.
  known = {
    nixpkgs = {
      lib = lib // {
        inherit nixosSystem;
      };
      legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (_: packageSet);
    };
    beegfs.overlays.default = _: _: {
      beegfs = package "beegfs";
      linuxPackages.beegfs = package "linuxPackages.beegfs";
    };
    lustre.overlays.default = _: _: {
      lustre-client = package "lustre-client";
      linuxPackages.lustre-client = package "linuxPackages.lustre-client";
    };
    # The options of its NixOS module that flakes use.
    home-manager.nixosModules.home-manager.options.home-manager = {
      useGlobalPkgs = lib.mkOption { type = lib.types.bool; };
      useUserPackages = lib.mkOption { type = lib.types.bool; };
      users = lib.mkOption { type = lib.types.attrsOf lib.types.anything; };
    };
    # A flake that a user names.
    lmod.packages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (_: {
      lmod = package "lmod";
    });
  };
  outputs = source.outputs ({ self = outputs; } // builtins.intersectAttrs source.inputs known);
in
{
  inherit lib;
  names = attrNames outputs.nixosConfigurations;
  configurations =
    names: lib.genAttrs names (name: plain outputs.nixosConfigurations.${name}.defined);
  # What is policy on each node.
  policies = names: lib.genAttrs names (name: outputs.nixosConfigurations.${name}.defaults);
  # What else the flake has.
  others = plain (
    removeAttrs outputs [
      "nixosConfigurations"
      "lib"
    ]
  );
  # The flake as another flake's input.
  cluster = outputs // {
    outPath = toString flake;
  };
  inherit plain;
  # What cluster-tools knows.
  tools = (outputs.lib.mkClusterFlake (import (flake + "/cluster.nix"))).tools;
  # The nodes of the example of a module of the user's own.
  example =
    name:
    mapAttrs (_: node: plain node.defined)
      ((import (flake + "/examples/${name}/flake.nix")).outputs { cluster = outputs; })
      .nixosConfigurations;
  expanded = mapAttrs (_: node: node // { modules = map baseNameOf node.modules; }) (
    outputs.lib.expandNodes { inherit (import (flake + "/cluster.nix")) nodeGroups; }
  );
  hostlists = map outputs.lib.expandHostlist;
  compressed = map outputs.lib.compressHostlist;
}
