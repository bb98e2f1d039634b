//! `flake.lock`: which revision of each input, so that everybody gets the very same.
//!
//! The revisions are data (`pins.json`), each with the hash of its tree as at least two unrelated lock files
//! have it. Nix asks the network for every input that the lock does not have.

use super::nixpkgs_url;
use crate::cluster::Cluster;
use crate::modules;
use serde_json::{Map, Value, json};

/// An input of the flake that is to be locked.
struct Locked {
    name: String,
    url: String,
    follows_nixpkgs: bool,
}

/// The flake's inputs, in the order in which flake.nix has them.
fn inputs(cluster: &Cluster) -> Vec<Locked> {
    let nixpkgs = Locked { name: "nixpkgs".to_owned(), url: nixpkgs_url(cluster), follows_nixpkgs: false };
    let of_modules = modules::registered(cluster).into_iter().flat_map(|module| module.inputs).map(|input| Locked {
        name: input.name.to_owned(),
        url: input.url.as_text().unwrap_or_default().to_owned(),
        follows_nixpkgs: input.follows_nixpkgs,
    });
    std::iter::once(nixpkgs).chain(of_modules).collect()
}

fn pins() -> Map<String, Value> {
    serde_json::from_str(include_str!("pins.json")).expect("pins.json is a JSON object")
}

/// The flake references of the inputs for which no revision is known.
pub fn unknown_pins(cluster: &Cluster) -> Vec<String> {
    let pins = pins();
    inputs(cluster).into_iter().map(|input| input.url).filter(|url| !pins.contains_key(url)).collect()
}

/// The text of `flake.lock`, as Nix writes it; `None` where it is not wanted, or no revision of nixpkgs is known.
pub(super) fn text(cluster: &Cluster) -> Option<String> {
    if !cluster.general.pinned {
        return None;
    }
    let pins = pins();
    let mut nodes = Map::new();
    let mut names = Map::new();
    for input in inputs(cluster) {
        let Some(node) = pins.get(&input.url).and_then(|pin| node(&input, pin)) else {
            // Others follow nixpkgs: without it there is nothing to hold on to.
            if input.name == "nixpkgs" {
                return None;
            }
            continue;
        };
        names.insert(input.name.clone(), input.name.clone().into());
        nodes.insert(input.name, node);
    }
    nodes.insert("root".to_owned(), json!({ "inputs": names }));
    let mut lock = json!({ "nodes": nodes, "root": "root", "version": 7 });
    lock.sort_all_objects();
    serde_json::to_string_pretty(&lock).ok().map(|text| text + "\n")
}

/// The lock file's node for an input `github:OWNER/REPO/REF`.
fn node(input: &Locked, pin: &Value) -> Option<Value> {
    let mut parts = input.url.strip_prefix("github:")?.splitn(3, '/');
    let (owner, repo, reference) = (parts.next()?, parts.next()?, parts.next());
    let mut original = json!({ "owner": owner, "repo": repo, "type": "github" });
    if let Some(reference) = reference {
        original["ref"] = reference.into();
    }
    let locked = json!({
        "lastModified": pin["lastModified"],
        "narHash": pin["narHash"],
        "owner": owner,
        "repo": repo,
        "rev": pin["rev"],
        "type": "github",
    });
    let mut node = json!({ "locked": locked, "original": original });
    if input.follows_nixpkgs {
        node["inputs"] = json!({ "nixpkgs": ["nixpkgs"] });
    }
    Some(node)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Release;

    #[test]
    fn the_lock_is_as_nix_writes_it() {
        let mut cluster = Cluster::default();
        assert_eq!(text(&cluster), None);
        (Cluster::general.get_mut)(&mut cluster).pinned = true;
        let wanted = r#"{
  "nodes": {
    "nixpkgs": {
      "locked": {
        "lastModified": 1784011430,
        "narHash": "sha256-lDebytrYdd47IBLwvNOD+6AGeoqZ78CIKlp70hzW280=",
        "owner": "NixOS",
        "repo": "nixpkgs",
        "rev": "8eeec934ae0dbeca3d7868c059568a65c08b2fc3",
        "type": "github"
      },
      "original": {
        "owner": "NixOS",
        "ref": "nixos-26.05",
        "repo": "nixpkgs",
        "type": "github"
      }
    },
    "root": {
      "inputs": {
        "nixpkgs": "nixpkgs"
      }
    }
  },
  "root": "root",
  "version": 7
}
"#;
        assert_eq!(text(&cluster).unwrap(), wanted);
        (Cluster::general.get_mut)(&mut cluster).release = Release::V2611;
        assert_eq!(text(&cluster), None);
        assert_eq!(unknown_pins(&cluster), ["github:NixOS/nixpkgs/nixos-26.11"]);
    }

    #[test]
    fn an_input_that_follows_says_so() {
        let input = Locked {
            name: "home-manager".to_owned(),
            url: "github:nix-community/home-manager/release-26.05".to_owned(),
            follows_nixpkgs: true,
        };
        let node = node(&input, &pins()[&input.url]).unwrap();
        assert_eq!(node["inputs"], json!({ "nixpkgs": ["nixpkgs"] }));
        assert_eq!(node["original"]["ref"], "release-26.05");
        assert_eq!(node["locked"]["lastModified"], 1783740085);
    }

    #[test]
    fn pins_are_whole() {
        for (url, pin) in pins() {
            assert_eq!(pin["rev"].as_str().map(str::len), Some(40), "{url}");
            let hash = pin["narHash"].as_str().unwrap().strip_prefix("sha256-").unwrap().to_owned();
            assert_eq!(hash.len(), 44, "{url}");
            assert!(pin["lastModified"].is_u64(), "{url}");
        }
    }
}
