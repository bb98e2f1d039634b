# The command node-benchmark, with which `cluster-tools accept` measures memory and cores. nixpkgs has no STREAM, and the
# stress tests that it has tell no bandwidth that could be held against another node's.
{ pkgs }:
pkgs.stdenv.mkDerivation {
  name = "node-benchmark";
  src = ./.;
  buildPhase = "$CC -O3 -pthread -o node-benchmark node-benchmark.c";
  installPhase = "install -D -t $out/bin node-benchmark";
}
