# `hosts`: from a hostlist to an array of names, as Slurm reads it.
def ranges:
  split(",")[]
  | if test("^[0-9]+-[0-9]+$") then
      split("-") as [$low, $high]
      | range($low | tonumber; ($high | tonumber) + 1)
      | tostring
      | "0" * (($low | length) - length) + .
    else . end;
def expand:
  if test("\\[") then
    capture("^(?<before>[^\\[]*)\\[(?<inside>[^\\]]*)\\](?<after>.*)$") as $part
    | ($part.inside | ranges) as $number
    | ($part.before + $number + $part.after)
    | expand
  else . end;
def hosts: [scan("(?:[^,\\[]|\\[[^\\]]*\\])+") | expand];
