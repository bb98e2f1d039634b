# Pure functions of the cluster: hostlists, addresses, and from node groups to nodes.
{ lib }:
let
  inherit (lib)
    concatMap
    concatMapStrings
    concatStringsSep
    elem
    elemAt
    foldl'
    head
    imap0
    length
    listToAttrs
    range
    stringLength
    stringToCharacters
    toIntBase10
    ;

  # Zeros in front of `text`, up to `width` characters.
  pad = width: text: concatMapStrings (_: "0") (range 1 (width - stringLength text)) + text;

  # "a[1,3],b" -> [ "a[1,3]" "b" ]: splits at the commas outside brackets.
  splitOutside =
    text:
    let
      step =
        state: character:
        if character == "," && !state.inside then
          state
          // {
            done = state.done ++ [ state.item ];
            item = "";
          }
        else
          state
          // {
            item = state.item + character;
            inside = character == "[" || (state.inside && character != "]");
          };
      end = foldl' step {
        done = [ ];
        item = "";
        inside = false;
      } (stringToCharacters text);
    in
    builtins.filter (item: item != "") (end.done ++ [ end.item ]);

  # "001-003,7" -> [ "001" "002" "003" "7" ]
  expandRanges =
    text:
    concatMap (
      part:
      let
        bounds = builtins.match "([0-9]+)-([0-9]+)" part;
        low = head bounds;
      in
      if bounds == null then
        [ part ]
      else
        map (number: pad (stringLength low) (toString number)) (
          range (toIntBase10 low) (toIntBase10 (elemAt bounds 1))
        )
    ) (builtins.filter builtins.isString (builtins.split "," text));

  # "r[1-2]n[01-02]" -> [ "r1n01" "r1n02" "r2n01" "r2n02" ]. As in Slurm the last bracket varies fastest,
  # then the first, then the second.
  expandItem =
    item:
    let
      pieces = builtins.split "\\[([^]]*)]" item;
      last = length pieces - 2;
    in
    foldl' (names: piece: piece names) [ "" ] (
      imap0 (
        index: piece: names:
        if builtins.isString piece then
          map (name: name + piece) names
        else if index == last then
          concatMap (name: map (ending: name + ending) (expandRanges (head piece))) names
        else
          concatMap (ending: map (name: name + ending) names) (expandRanges (head piece))
      ) pieces
    );

  # Slurm's hostlists: "cn[001-003],login1" -> [ "cn001" "cn002" "cn003" "login1" ]
  expandHostlist = text: concatMap expandItem (splitOutside text);

  # The other way: [ "cn001" "cn002" "login1" ] -> "cn[001-002],login1". Runs stay runs, so that
  # a line for 5,000 nodes is as short as one for five.
  compressHostlist =
    names:
    let
      parse =
        name:
        let
          match = builtins.match "(.*[^0-9])([0-9]{1,15})" name;
        in
        if match == null then
          {
            prefix = name;
            digits = null;
          }
        else
          {
            prefix = head match;
            digits = elemAt match 1;
          };
      step =
        runs: name:
        let
          host = parse name;
          run = head runs;
          number = toIntBase10 host.digits;
          fits =
            runs != [ ]
            && host.digits != null
            && run.last != null
            && run.prefix == host.prefix
            && number == run.last + 1
            && host.digits == pad run.width (toString number);
        in
        if fits then
          [
            (
              run
              // {
                last = number;
                to = host.digits;
              }
            )
          ]
          ++ builtins.tail runs
        else
          [
            {
              inherit (host) prefix;
              from = host.digits;
              to = host.digits;
              last = if host.digits == null then null else number;
              width = if host.digits == null then 0 else stringLength host.digits;
            }
          ]
          ++ runs;
      show =
        run:
        if run.from == null then
          run.prefix
        else if run.from == run.to then
          run.prefix + run.from
        else
          "${run.prefix}[${run.from}-${run.to}]";
    in
    concatStringsSep "," (map show (lib.reverseList (foldl' step [ ] names)));

  # "10.0.1.7" -> 167772423
  addressToInt =
    address: foldl' (sum: part: sum * 256 + toIntBase10 part) 0 (lib.splitString "." address);

  # 167772423 -> "10.0.1.7"
  intToAddress =
    number:
    concatStringsSep "." (
      map (shift: toString (lib.mod (number / shift) 256)) [
        16777216
        65536
        256
        1
      ]
    );

  # countOn "10.0.1.7" 3 -> "10.0.1.10"
  countOn = first: steps: intToAddress (addressToInt first + steps);

  # "10.0.0.0/16" -> 16
  prefixLength = subnet: toIntBase10 (elemAt (lib.splitString "/" subnet) 1);

  # Of the installed memory, in MiB, what Slurm may count on. It takes a node down whose kernel reports less than slurm.conf
  # says, and firmware and kernel keep some: the margin is 1/64 and 1 GiB (1/8 where that is less).
  schedulableMemory = installed: installed - installed / 64 - lib.min 1024 (installed / 8);

  # What every node has, from what its group or the guide's `workerNodes` entry says. `memoryMB` is what is installed, in MiB.
  mkNode =
    values:
    let
      node = {
        roles = [ "worker" ];
        interface = "eno1";
        mac = null;
        fabricIP = null;
        system = "x86_64-linux";
        sockets = 1;
        coresPerSocket = values.cpus or 1;
        threadsPerCore = 1;
        memoryMB = 1024;
        gpus = if values.hasGPU or false then 1 else 0;
        gpuVendor = "nvidia";
        gpuModel = "gpu";
        features = [ ];
        weight = 1;
        boot = { };
        modules = [ ];
      }
      // values;
    in
    node
    // {
      cpus = node.sockets * node.coresPerSocket * node.threadsPerCore;
      hasGPU = node.gpus > 0;
      realMemoryMB = schedulableMemory node.memoryMB;
      isController = elem "controller" node.roles;
      isWorker = elem "worker" node.roles;
      isLogin = elem "login" node.roles;
      isStorage = elem "storage" node.roles;
    };

  # The address on the fabric and the MAC address of the host at `place`, where the group or override has them; of a bond
  # `macAddresses` has a list for each host, in the order of the bond's interfaces.
  # An override that says null or [ ] takes away what its group has.
  onFabric =
    values: place:
    lib.optionalAttrs (values ? fabricFirstIP) {
      fabricIP = if values.fabricFirstIP == null then null else countOn values.fabricFirstIP place;
    };
  macOf =
    values: place:
    lib.optionalAttrs (values ? macAddresses) {
      mac = if values.macAddresses == [ ] then null else elemAt values.macAddresses place;
    };

  # The nodes of one group, in the order of its hostlist, with addresses counted and overrides applied.
  expandGroup =
    group:
    let
      overrideList = concatMap (
        override:
        imap0 (step: hostname: {
          name = hostname;
          value =
            removeAttrs override counted
            // lib.optionalAttrs (override ? firstIP) { ip = countOn override.firstIP step; }
            // onFabric override step
            // macOf override step;
        }) (expandHostlist override.hosts)
      ) (group.overrides or [ ]);
      overrides = lib.zipAttrsWith (
        _: values:
        foldl' (all: value: all // value // { modules = all.modules ++ value.modules or [ ]; }) {
          modules = group.modules or [ ];
        } values
      ) (map (override: { ${override.name} = override.value; }) overrideList);
      counted = [
        "hosts"
        "firstIP"
        "addresses"
        "fabricFirstIP"
        "macAddresses"
        "overrides"
      ];
      shared = removeAttrs group counted;
    in
    imap0 (
      position: hostname:
      mkNode (
        shared
        // {
          inherit hostname;
          ip = if group ? addresses then elemAt group.addresses position else countOn group.firstIP position;
        }
        // onFabric group position
        // macOf group position
        // overrides.${hostname} or { }
      )
    ) (expandHostlist group.hosts);

  # All nodes by their name. `nodeGroups` is the compact form; the others are the guide's.
  expandNodes =
    {
      controllerHostname ? null,
      controllerIP ? null,
      workerNodes ? [ ],
      nodeGroups ? [ ],
    }:
    let
      controller = lib.optional (controllerHostname != null) (mkNode {
        hostname = controllerHostname;
        ip = controllerIP;
        roles = [ "controller" ];
      });
      all = controller ++ map mkNode workerNodes ++ concatMap expandGroup nodeGroups;
      nodes = listToAttrs (
        imap0 (index: node: {
          name = node.hostname;
          value = node // {
            inherit index;
          };
        }) all
      );
    in
    if length (builtins.attrNames nodes) != length all then
      throw "two nodes of the cluster have the same host name"
    else if withRole "controller" nodes == [ ] then
      throw "the cluster has no controller: set controllerHostname and controllerIP, or give a group the role"
    else
      nodes;

  # The nodes in the order in which the cluster's values name them.
  inOrder = nodes: lib.sort (a: b: a.index < b.index) (builtins.attrValues nodes);

  # The nodes that have `role`, in order.
  withRole = role: nodes: builtins.filter (node: elem role node.roles) (inOrder nodes);

  # Where `node` mounts shared file systems by itself. A server that has the folder in its place mounts nothing there.
  sharedMounts =
    storageConfig: node:
    let
      serves = fs: fs.server != null && elem node.hostname (expandHostlist fs.server);
      isFolder = fs: fs.export == fs.mount && serves fs;
    in
    map (fs: fs.mount) (
      builtins.filter (fs: !isFolder fs && !elem "noauto" fs.mountOptions) (storageConfig.shared or [ ])
    );

  # Who keeps a shared /home, and in which folder there: its NFS server; the first controller where it is on another
  # shared file system; null where every node has its own. `rootWrites`: whether root of any node may write there.
  sharedHome =
    storageConfig: nodes:
    let
      found = builtins.filter (fs: fs.mount == "/home") (storageConfig.shared or [ ]);
      fs = head found;
      isNFS = fs.type == "nfs";
    in
    if found == [ ] then
      null
    else
      {
        host = if isNFS then fs.server else (head (withRole "controller" nodes)).hostname;
        folder = if isNFS then fs.export else fs.mount;
        rootWrites = !isNFS || elem "no_root_squash" fs.exportOptions;
      };

  # The parameters of mkClusterFlake that come with a module, by the module's folder.
  moduleParameters = {
    storageConfig = "storage";
    slurmConfig = "slurm";
    hpcConfig = "hpc";
    compatibilityConfig = "compatibility";
    monitoringConfig = "monitoring";
    loginConfig = "login";
    containerConfig = "containers";
  };

  # `mkClusterFlake`, which refuses parameters that it does not have with what to do. One that turns nothing on may stand
  # for a module that this flake does not have.
  refusingOthers =
    mkClusterFlake: given:
    let
      taken = builtins.attrNames (builtins.functionArgs mkClusterFlake);
      others = removeAttrs given taken;
      isOn =
        name: value: !(moduleParameters ? ${name} && (value == { } || value.enable or true == false));
      refuse =
        name:
        if moduleParameters ? ${name} then
          "mkClusterFlake was given ${name}, but this flake has no modules/${moduleParameters.${name}}: turn that on in the design (open cluster.json on the page, or edit it) and make the flake anew, or leave ${name} out"
        else
          "mkClusterFlake has no parameter ${name}: add “${name} ? { },” to its parameters in flake.nix, where a module of yours takes it, or leave it out. It has: ${concatStringsSep ", " taken}";
      refused = builtins.attrNames (lib.filterAttrs isOn others);
    in
    if refused == [ ] then
      mkClusterFlake (removeAttrs given (builtins.attrNames others))
    else
      throw (refuse (head refused));

  # What stands in `given`, of the options that `files` declare, with all defaults. A name or a type that they do not have
  # fails as in NixOS, with the file that has it.
  evaluate =
    files: given:
    let
      declare =
        file:
        import file {
          inherit lib;
          clusterLib = { inherit record; };
        };
      declarations = map (file: declare file // { _file = toString file; }) files;
      names = concatMap (declaration: builtins.attrNames declaration.options) declarations;
      definition =
        name:
        let
          place = builtins.unsafeGetAttrPos name given;
        in
        {
          _file = if place == null then "the arguments of mkClusterFlake" else place.file;
          config.${name} = given.${name};
        };
      given' = builtins.filter (name: given ? ${name}) names;
    in
    (lib.evalModules { modules = declarations ++ map definition given'; }).config;

  # The type of a set of `options`. Unlike a submodule it costs next to nothing, as there can be one for each of a thousand
  # nodes, and leaves out what is not given and has no default: overrides say only what differs.
  record =
    options:
    let
      known = builtins.attrNames options;
      defaults = lib.mapAttrs (_: option: option.default) (
        lib.filterAttrs (_: option: option ? default) options
      );
    in
    lib.mkOptionType {
      name = "record";
      description = "set of ${concatStringsSep ", " known}";
      check = builtins.isAttrs;
      merge =
        loc: definitions:
        let
          inherit (head definitions) file value;
          others = builtins.attrNames (removeAttrs value known);
          nearest = head (lib.sortOn (lib.strings.levenshtein (head others)) known);
          called = value.hosts or value.hostname or value.name or null;
          at = lib.showOption loc + lib.optionalString (builtins.isString called) " (${called})";
          checked =
            name: value:
            let
              inherit (options.${name}) type;
            in
            if type.check value then
              type.merge (loc ++ [ name ]) [ { inherit file value; } ]
            else
              throw "${at} in ${file}: ${name} is not of type `${type.description}': ${
                lib.generators.toPretty { } value
              }";
        in
        if others == [ ] then
          defaults // lib.mapAttrs checked value
        else
          throw "${at} in ${file} has no value “${head others}”. Did you mean “${nearest}”? It can have: ${concatStringsSep ", " known}";
    };
in
{
  inherit
    addressToInt
    compressHostlist
    countOn
    evaluate
    expandGroup
    expandHostlist
    expandNodes
    inOrder
    intToAddress
    mkNode
    prefixLength
    refusingOthers
    schedulableMemory
    sharedHome
    sharedMounts
    withRole
    ;
}
