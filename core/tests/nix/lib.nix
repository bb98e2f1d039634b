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
  isOption = value: builtins.isAttrs value && value._type or null == "option";

  # Types are told apart by `t` in evaluate.nix, which judges NixOS's options; `check` and `merge` are for evalModules.
  mkOptionType =
    type:
    {
      t = "any";
      merge = _: definitions: (head definitions).value;
      description = type.name;
    }
    // type;
  types =
    let
      plain =
        t: name: check:
        mkOptionType { inherit t name check; };
      within =
        low: high: value:
        builtins.isInt value && value >= low && value <= high;
    in
    {
      str = plain "str" "string" isString;
      bool = plain "bool" "boolean" builtins.isBool;
      port = plain "port" "16 bit unsigned integer; between 0 and 65535 (both inclusive)" (
        within 0 65535
      );
      ints.unsigned = plain "int" "unsigned integer, meaning >=0" (within 0 9223372036854775807);
      anything = plain "any" "anything" (_: true);
      raw = plain "any" "raw value" (_: true);
      strMatching =
        pattern:
        plain "str" "string matching the pattern ${pattern}" (
          value: isString value && builtins.match pattern value != null
        );
      enum =
        values:
        plain "enum" "one of ${concatMapStringsSep ", " (value: "\"${value}\"") values}" (
          value: elem value values
        )
        // {
          inherit values;
        };
      listOf =
        of:
        mkOptionType {
          t = "listOf";
          inherit of;
          name = "list of ${of.description}";
          check = isList;
          merge =
            loc: definitions:
            let
              inherit (head definitions) file value;
            in
            imap1 (
              entry: value:
              merged of (loc ++ [ "[definition 1-entry ${toString entry}]" ]) { inherit file value; }
            ) value;
        };
      attrsOf = of: {
        t = "attrsOf";
        inherit of;
      };
      either = one: other: {
        t = "either";
        of = [
          one
          other
        ];
        description = "${one.description} or ${other.description}";
        check = value: one.check value || other.check value;
        merge =
          loc: definitions: (if one.check (head definitions).value then one else other).merge loc definitions;
      };
      nullOr =
        of:
        types.either (plain "null" "null" (value: value == null)) of
        // {
          description = "null or ${of.description}";
        };
      submodule = module: {
        t = "submodule";
        inherit (module) options;
        description = "submodule";
        check = builtins.isAttrs;
        merge =
          prefix: definitions:
          let
            inherit (head definitions) file value;
          in
          (evalModules {
            inherit prefix;
            modules = [
              module
              {
                _file = file;
                config = value;
              }
            ];
          }).config;
      };
    };
  showOption = concatMapStringsSep "." (
    step: if builtins.match "[a-zA-Z_][a-zA-Z0-9_'-]*" step == null then "\"${step}\"" else step
  );
  merged =
    type: loc: definition:
    if type.check definition.value then
      type.merge loc [ definition ]
    else
      throw "A definition for option `${showOption loc}' is not of type `${type.description}'. Definition values:\n- In `${definition.file}': ${builtins.toJSON definition.value}";

  # What of nixpkgs' evalModules a cluster's values need: modules are sets, each option has one definition, nothing is
  # conditional. It says what that says.
  evalModules =
    {
      modules,
      prefix ? [ ],
    }:
    let
      merge =
        a: b:
        a
        // mapAttrs (
          name: value: if a ? ${name} && !isOption value then merge a.${name} value else value
        ) b;
      options = foldl' merge { } (map (module: module.options or { }) modules);
      definitions = filter (module: module ? config) modules;
      # The value of each option below `options`.
      set =
        path: options:
        mapAttrs (
          name: option:
          let
            loc = path ++ [ name ];
            found = filter (module: hasAttrByPath loc module.config) definitions;
            full = prefix ++ loc;
          in
          if !isOption option then
            set loc option
          else if found != [ ] then
            merged option.type full {
              file = (head found)._file;
              value = attrByPath loc null (head found).config;
            }
          else if option ? default then
            merged option.type full {
              file = "the option's default";
              value = option.default;
            }
          else
            throw "The option `${showOption full}' was accessed but has no value defined. Try setting the option."
        ) options;
      # What is defined and no option.
      strangers =
        path: options: module: config:
        concatMap (
          name:
          let
            loc = path ++ [ name ];
          in
          if !options ? ${name} then
            [
              {
                inherit loc options;
                file = module._file;
                value = config.${name};
              }
            ]
          else if isOption options.${name} then
            [ ]
          else
            strangers loc options.${name} module config.${name}
        ) (attrNames config);
      stranger = head unknown;
      unknown = concatMap (module: strangers [ ] options module module.config) definitions;
      name = last stranger.loc;
      near = head (sortOn (strings.levenshtein name) (attrNames stranger.options));
      parent = genList (elemAt stranger.loc) (length stranger.loc - 1);
    in
    {
      config =
        if unknown == [ ] then
          set [ ] options
        else
          throw "The option `${
            showOption (prefix ++ stranger.loc)
          }' does not exist. Definition values:\n- In `${stranger.file}': ${builtins.toJSON stranger.value}\n\nDid you mean `${
            showOption (prefix ++ parent ++ [ near ])
          }'?";
    };

  sortOn = f: sort (a: b: f a < f b);
  hasAttrByPath =
    path: set:
    path == [ ]
    || (builtins.isAttrs set && set ? ${head path} && hasAttrByPath (tail path) set.${head path});
  # How many letters lie between two words: a row of the table for each letter of the first.
  strings.levenshtein =
    a: b:
    let
      letters = stringToCharacters b;
      first = genList (index: index) (length letters + 1);
      step =
        row: letter:
        foldl' (
          line: index:
          line
          ++ [
            (min (min (elemAt row (index + 1) + 1) (elemAt line index + 1)) (
              elemAt row index + (if elemAt letters index == letter then 0 else 1)
            ))
          ]
        ) [ (head row + 1) ] (genList (index: index) (length letters));
    in
    last (foldl' step first (stringToCharacters a));
  generators.toPretty = _: builtins.toJSON;

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
  toLower = builtins.replaceStrings (stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ") (
    stringToCharacters "abcdefghijklmnopqrstuvwxyz"
  );
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
