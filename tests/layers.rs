//! Every import in `src/` points down: to a module that `src/lib.rs` lists earlier, and never around a circle of files.

#![cfg(not(target_arch = "wasm32"))] // `wasm-pack test` builds every test program.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The code of each file by its module path, such as `checks::event`; without its tests and comments.
fn modules(folder: &Path, prefix: &str, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
        if path.is_dir() {
            modules(&path, &format!("{prefix}{name}::"), found);
        } else if name != "lib.rs" {
            let module = if name == "mod.rs" {
                prefix.trim_end_matches("::").to_owned()
            } else {
                format!("{prefix}{}", name.trim_end_matches(".rs"))
            };
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("\n#[cfg(test)]\nmod tests").next().unwrap();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            found.insert(module, lines.collect::<Vec<_>>().join("\n"));
        }
    }
}

/// The modules that a module names by `crate::`, `super::` or `self::`.
fn imports(module: &str, code: &str, all: &BTreeMap<String, String>) -> BTreeSet<String> {
    let is_folder = all.keys().any(|other| other.starts_with(&format!("{module}::")));
    let parent = module.rsplit_once("::").map_or("", |(parent, _)| parent);
    let here = if is_folder { module } else { parent };
    let flat = code.replace(|letter: char| letter.is_whitespace(), "");
    let mut found = BTreeSet::new();
    for (root, start) in [("crate::", ""), ("super::", parent), ("self::", here)] {
        for rest in flat.split(root).skip(1) {
            for path in expand(rest) {
                let path = format!("{start}::{path}");
                let names: Vec<&str> = path.split("::").filter(|name| !name.is_empty()).collect();
                let target =
                    (1..=names.len()).rev().map(|count| names[..count].join("::")).find(|name| all.contains_key(name));
                found.extend(target.filter(|target| target != module));
            }
        }
    }
    found
}

/// The paths at the start of a text: one, or the first level of `{a, b}`.
fn expand(text: &str) -> Vec<String> {
    let is_path = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    let end = text.find(|letter| !is_path(letter)).unwrap_or(text.len());
    let (path, rest) = text.split_at(end);
    match rest.strip_prefix('{').filter(|_| path.ends_with("::") || path.is_empty()) {
        None => vec![path.to_owned()],
        Some(list) => {
            let list = list.split('}').next().unwrap();
            list.split([',', '{']).map(|name| format!("{path}{name}")).collect()
        }
    }
}

#[test]
fn every_import_points_down() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let library = fs::read_to_string(source.join("lib.rs")).unwrap();
    let layers: Vec<&str> =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let mut all = BTreeMap::new();
    modules(&source, "", &mut all);
    let layer = |module: &str| layers.iter().position(|name| *name == module.split("::").next().unwrap()).unwrap();
    let graph: BTreeMap<&str, BTreeSet<String>> =
        all.iter().map(|(module, code)| (module.as_str(), imports(module, code, &all))).collect();
    assert!(graph.values().map(BTreeSet::len).sum::<usize>() > 300, "the imports were found");
    for (module, targets) in &graph {
        for target in targets {
            assert!(layer(target) <= layer(module), "`{module}` imports `{target}` from a layer above its own");
        }
    }

    // Within a folder: a file may use what its folder's `mod.rs` defines; among themselves, files have no circle.
    let mut remaining = graph.clone();
    loop {
        let is_left = |module: &str| remaining.contains_key(module);
        let leaves: Vec<&str> = remaining
            .iter()
            .filter(|(module, targets)| {
                targets.iter().all(|target| !is_left(target) || module.starts_with(&format!("{target}::")))
            })
            .map(|(module, _)| *module)
            .collect();
        if leaves.is_empty() {
            break;
        }
        remaining.retain(|module, _| !leaves.contains(module));
    }
    assert!(remaining.is_empty(), "these files import each other in a circle: {:#?}", remaining.keys());
}
