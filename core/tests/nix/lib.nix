# What of nixpkgs' `lib` the generated flakes use, written anew for tests: a clone evaluates presets without nixpkgs.
let
  inherit (builtins)
    attrNames
    concatLists
    concatMap
    elem
    elemAt
    filter
    foldl'
    genList
    head
    isList
    isString
    length
    listToAttrs
    map
    mapAttrs
    stringLength
    substring
    tail
    ;
in
rec {
  inherit (builtins)
    all
    any
    attrNames
    attrValues
    concatMap
    concatStringsSep
    elem
    elemAt
    filter
    foldl'
    groupBy
    head
    length
    listToAttrs
    mapAttrs
    replaceStrings
    sort
    stringLength
    tail
    zipAttrsWith
    ;

  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkMerge = contents: {
    _type = "merge";
    inherit contents;
  };
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };
  mkForce = mkOverride 50;
  mkDefault = mkOverride 1000;
  mkOrder = priority: content: {
    _type = "order";
    inherit priority content;
  };
  mkBefore = mkOrder 500;
  mkOption = declaration: declaration // { _type = "option"; };
  types = {
    str.t = "str";
    bool.t = "bool";
    port.t = "port";
    anything.t = "any";
    listOf = of: {
      t = "listOf";
      inherit of;
    };
    attrsOf = of: {
      t = "attrsOf";
      inherit of;
    };
    nullOr = of: {
      t = "either";
      of = [
        { t = "null"; }
        of
      ];
    };
    submodule = module: {
      t = "submodule";
      inherit (module) options;
    };
  };

  optional = condition: item: if condition then [ item ] else [ ];
  optionals = condition: items: if condition then items else [ ];
  optionalAttrs = condition: attrs: if condition then attrs else { };
  optionalString = condition: text: if condition then text else "";
  concatStrings = builtins.concatStringsSep "";
  concatMapStrings = f: items: builtins.concatStringsSep "" (map f items);
  concatMapStringsSep =
    separator: f: items:
    builtins.concatStringsSep separator (map f items);
  nameValuePair = name: value: { inherit name value; };
  mapAttrs' = f: attrs: listToAttrs (map (name: f name attrs.${name}) (attrNames attrs));
  mapAttrsToList = f: attrs: map (name: f name attrs.${name}) (attrNames attrs);
  genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
  filterAttrs =
    keep: attrs: removeAttrs attrs (filter (name: !keep name attrs.${name}) (attrNames attrs));
  unique = foldl' (seen: item: if elem item seen then seen else seen ++ [ item ]) [ ];
  reverseList = items: genList (index: elemAt items (length items - index - 1)) (length items);
  imap0 = f: items: genList (index: f index (elemAt items index)) (length items);
  range =
    first: last: if first > last then [ ] else genList (index: first + index) (last - first + 1);
  findFirst =
    wanted: default: items:
    let
      found = filter wanted items;
    in
    if found == [ ] then default else head found;
  escapeShellArg =
    text:
    if builtins.match "[[:alnum:],._+:@%/-]+" text != null then
      text
    else
      "'${builtins.replaceStrings [ "'" ] [ "'\\''" ] text}'";
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;
  max = a: b: if a > b then a else b;
  hasSuffix =
    suffix: text:
    let
      from = stringLength text - stringLength suffix;
    in
    from >= 0 && substring from (-1) text == suffix;
  removePrefix =
    prefix: text:
    if substring 0 (stringLength prefix) text == prefix then
      substring (stringLength prefix) (-1) text
    else
      text;
  stringToCharacters = text: genList (index: substring index 1 text) (stringLength text);
  splitString = separator: text: filter isString (builtins.split "[${separator}]" text);
  versionAtLeast = version: least: builtins.compareVersions version least >= 0;
  imap1 = f: items: genList (index: f (index + 1) (elemAt items index)) (length items);
  last = items: elemAt items (length items - 1);
  hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
  toList = value: if isList value then value else [ value ];
  zipListsWith =
    f: a: b:
    genList (index: f (elemAt a index) (elemAt b index)) (min (length a) (length b));
  mod = a: b: a - b * (a / b);
  toIntBase10 = text: builtins.fromJSON (head (builtins.match "0*([0-9]+)" text));
  getDev = package: package.dev;
  attrByPath =
    path: default: set:
    if path == [ ] then
      set
    else if set ? ${head path} then
      attrByPath (tail path) default set.${head path}
    else
      default;
  min = a: b: if a < b then a else b;
  getExe = package: "${package}/bin/${package.meta.mainProgram}";
  subtractLists = without: filter (item: !elem item without);
  warnIf =
    condition: message: value:
    if condition then builtins.trace "warning: ${message}" value else value;
}
