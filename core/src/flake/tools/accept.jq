# What `accept` makes of the lines that nodes tell: who is behind its group, what failed, and a table of it.

def median:
  sort as $sorted
  | ($sorted | length) as $count
  | if $count == 0 then null
    elif $count % 2 == 1 then $sorted[($count - 1) / 2]
    else ($sorted[$count / 2 - 1] + $sorted[$count / 2]) / 2 end;

# Whether a measurement is far behind the median of nodes that should be alike.
def behind($median): . == 0 or . < 0.8 * $median;

# What makes nodes alike.
def kind:
  [ .roles, .features, .system, .sockets, .coresPerSocket, .threadsPerCore, .memoryMB, .gpus, .gpuVendor, .gpuModel,
    .fabricIP != null ];

# Lines of node, test, result, detail to objects; a number is a `value` with the detail as its unit. Of several results of
# one test the best measurement counts: of a link between two nodes either can be the cause.
def results($tests):
  [ .[] / "\t" | select(length >= 3 and (.[1] | IN($tests[]))) | { node: .[0], test: .[1], result: .[2], detail: (.[3] // "") } ]
  | map(if .result | test("^[0-9]+([.][0-9]+)?$") then .value = (.result | tonumber) | .unit = .detail else . end);

def best:
  group_by([.node, .test])
  | map((map(select(.value != null)) | max_by(.value)) // (map(select(.result == "FAIL"))[0]) // .[0]);

# From results to verdicts. $before is what earlier runs measured, by node: { kind, values }. It counts for nodes that
# this run did not measure, so that one that was repaired is held against its group.
def verdicts($nodes; $before):
  ($nodes | INDEX(.name)) as $node
  | map(.group = $node[.node].group) as $found
  | ($found | map(select(.value != null)) | INDEX("\(.node) \(.test)")) as $measured
  | (reduce ($measured[] | [.group, .test]) as $key ({}; .[$key[0]][$key[1]] = true)) as $asked
  | (reduce ($nodes[] | select($asked[.group])) as $one ({};
      (($before[$one.name] | select(.kind == ($one | kind)) | .values) // {}) as $earlier
      | reduce ($asked[$one.group] | keys[]) as $test (.;
          .[$one.group][$test] += [($measured["\($one.name) \($test)"].value // $earlier[$test]) | values])
    )) as $values
  | $found
  | map(
      if .value != null then
        .median = ($values[.group][.test] | median)
        | .median as $median
        | .bad = (.value | behind($median))
        | if .bad then .detail = "\(.value) \(.unit), \(if .median > 0 then 100 * .value / .median | round else 0 end) % of the median of \(.group)" else . end
      else .bad = (.result == "FAIL") end
    );

def pad($width): . + (" " * ($width - length) // "");

def shown: if . >= 100 then round else (. * 10 | round / 10) end | tostring;

def cell: if .value != null then (.value | shown) + (if .bad then "!" else "" end) elif .result == "not-run" then "-" else .result end;

# Of one test in a group: the median, or of how many nodes it is in order.
def summary:
  (map(select(.value != null)) | .[0].median) as $median
  | map(select(.result != "not-run")) as $run
  | if $median != null then $median | shown
    elif $run == [] then "-"
    else "\($run | map(select(.bad | not)) | length)/\($run | length)" end;

# Up to four names, or how many.
def who: unique | if length <= 4 then join(", ") else "\(length) nodes" end;

def aligned:
  (reduce .[] as $row ([]; [., ($row | map(length))] | [.[0], .[1]] | transpose | map(max))) as $widths
  | map([., $widths] | transpose | map(.[1] as $width | (.[0] | tostring) | pad($width)) | join("  ") | sub(" +$"; ""));

# A row for each group, with its median, and one for each of its nodes that is behind or failed, or tested alone; for all with
# $all.
def table($nodes; $tests; $all):
  . as $verdicts
  | ($tests | map(. as $test | select(any($verdicts[]; .test == $test and .result != "not-run")))) as $columns
  | ($verdicts | group_by(.node) | map({ key: .[0].node, value: (INDEX(.test)) }) | from_entries) as $of
  | [ ["NODE"] + $columns,
      [""] + ($columns | map(. as $test | first($verdicts[] | select(.test == $test and .value != null) | .unit) // "")) ]
    + [ ($nodes | map(select($of[.name])) | group_by(.group) | sort_by(.[0].index)[])
        | (map(.name)) as $names
        | .[0].group as $group
        | (if $group == $names[0] then empty else
            [$group | if length > 32 then .[:31] + "…" else . end]
            + ($columns | map(. as $test | [$of[$names[]][$test] | values] | if . == [] then "" else summary end))
          end),
          ($names[] | . as $name
            | select($all or ($names | length) == 1 or any($of[$name][]; .bad))
            | [(if $group == $name then "" else "  " end) + $name]
            + ($columns | map($of[$name][.] | if . == null then "" else cell end)))
      ]
  | aligned[];

# GPU topologies of a group that are not as most of its nodes have them are faults.
def topologies($nodes):
  ($nodes | INDEX(.name)) as $node
  | map(select(.result == "text") | .group = $node[.node].group)
  | group_by(.group)
  | map(length as $count | group_by(.detail) | sort_by(-length) | { usual: .[0], others: (if (.[0] | length) * 2 > $count then .[1:] | add // [] else [] end) });

# All of it: { report, failed ([ node, reason ]), measured (what to keep for later runs) }.
def acceptance($data; $before; $tests; $all):
  ($data.nodes | to_entries | map(.value + { index: .key })) as $nodes
  | results($tests) as $told
  | ($told | topologies($nodes)) as $topologies
  | ($topologies | map(.others[] | .result = "FAIL" | .detail = "differs from most of \(.group)")) as $otherwise
  | ($told | map(select(.result | IN("note", "text", "credential") | not)) + $otherwise | best | verdicts($nodes; $before)) as $verdicts
  | ($verdicts | map(select(.bad))) as $bad
  | {
      report: (
        [ ($verdicts | table($nodes; $tests; $all)),
          ($nodes | map(.name) | to_entries | map({ key: .value, value: .key }) | from_entries) as $index
          | ($bad | sort_by($index[.node])[] | "\(.node): \(.test): \(.detail)"),
          ($told | map(select(.result == "note")) | group_by([.test, .detail])[] | "note: \(.[0].test): \(.[0].detail) (\(map(.node) | who))"),
          ($verdicts | map(select(.result == "not-run")) | group_by([.test, .detail])[] | "not run: \(.[0].test): \(.[0].detail) (\(map(.node) | who))"),
          ($topologies[] | (.usual, (.others | group_by(.detail)[]))
            | "GPU topology of \(map(.node) | who):", (.[0].detail / "\\n" | .[] | "  " + . | sub(" +$"; "")))
        ] | join("\n")),
      failed: ($bad | group_by(.node) | map([.[0].node, "acceptance: \(map(.test) | unique | join(", "))"])),
      unreached: ($bad | map(select(.test == "ssh") | .node)),
      measured: (
        ($nodes | INDEX(.name)) as $node
        | $before + ($verdicts | map(select(.value != null)) | group_by(.node)
          | map(.[0].node as $name | { key: $name, value: {
              kind: ($node[$name] | kind),
              values: ((($before[$name] | select(.kind == ($node[$name] | kind)) | .values) // {}) + (map({ key: .test, value }) | from_entries))
            } }) | from_entries))
    };
