//! The folders are the layers: a file may use its own folder and those above it in the list, never one below it.

use std::{fs, path::Path};

const LAYERS: [&str; 9] = ["base", "wire", "proto", "net", "host", "world", "call", "observe", "explore"];

/// The files beside the folders, which put the layers together, and how far down they may reach.
const TOP: [(&str, usize); 7] = [
    ("gate.rs", 6),
    ("handle.rs", 6),
    ("resets.rs", 6),
    ("tun.rs", 6),
    ("sim.rs", 7),
    ("example.rs", 7),
    ("lib.rs", 8),
];

fn rust_files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The first segments of everything the file names by `crate::`, in braces too.
fn used_layers(source: &str) -> Vec<String> {
    let mut used = Vec::new();
    for (at, _) in source.match_indices("crate::") {
        let rest = &source[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            let mut fresh = true;
            for character in list.chars() {
                match character {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => fresh = true,
                    _ if depth > 0 || character.is_whitespace() => {}
                    ':' => {
                        if fresh && !word.is_empty() {
                            used.push(std::mem::take(&mut word));
                        }
                        fresh = false;
                        word.clear();
                    }
                    _ if fresh => word.push(character),
                    _ => {}
                }
            }
        } else {
            used.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    used
}

#[test]
fn no_file_uses_a_layer_below_its_own() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    assert!(files.len() > 40, "the source was not found");
    let mut wrong = Vec::new();
    for path in files {
        let relative = path.strip_prefix(&src).unwrap();
        let folder = relative.components().next().unwrap().as_os_str().to_str().unwrap();
        let own = LAYERS.iter().position(|layer| *layer == folder);
        let Some(own) = own.or_else(|| TOP.iter().find(|(name, _)| *name == folder).map(|(_, depth)| *depth)) else {
            panic!("{} is in no layer: add its folder to the list, here and in ARCHITECTURE.md", relative.display());
        };
        let source = fs::read_to_string(&path).unwrap();
        for used in used_layers(&source) {
            if LAYERS.iter().position(|layer| *layer == used).is_some_and(|depth| depth > own) {
                wrong.push(format!("{} uses crate::{used}", relative.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "layers are upside down:\n{}", wrong.join("\n"));
}

#[test]
fn only_the_files_made_for_it_hold_unsafe_code() {
    const MAY: [&str; 5] =
        ["world/seal.rs", "world/carrier/stack.rs", "world/carrier/coroutine.rs", "world/carrier/thread.rs", "lib.rs"];
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    for path in files {
        let relative = path.strip_prefix(&src).unwrap().to_str().unwrap().to_owned();
        let source = fs::read_to_string(&path).unwrap();
        let holds = source.lines().any(|line| !line.trim_start().starts_with("//") && line.contains("unsafe "));
        assert!(!holds || MAY.contains(&&*relative), "{relative} holds unsafe code");
    }
}

#[test]
fn the_parser_of_this_test_sees_what_is_used() {
    let source = "use crate::{\n    base::{Instant, Rng},\n    wire::Packet,\n    world::{self, World},\n};\nuse crate::host::X; crate::call::y()";
    assert_eq!(used_layers(source), ["base", "wire", "world", "host", "call"]);
}
