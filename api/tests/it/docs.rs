//! Every call is documented whole: the C call (or Python's name) in the first sentence, whether it blocks, its errors by name, an example.

use std::{fs, path::Path};

/// The files whose public functions and methods are calls.
const FILES: [&str; 3] = ["src/net.rs", "src/socket", "src/resolve"];

/// What may wait, by the beginning of its name.
const MAY_BLOCK: [&str; 12] = [
    "accept",
    "connect",
    "create_connection",
    "send",
    "recv",
    "poll",
    "close",
    "getaddrinfo",
    "getnameinfo",
    "gethostby",
    "getfqdn",
    "makefile",
];

/// What has no counterpart in C or Python.
const OWN: [&str; 2] = ["net", "fd"];

/// A public function and its documentation.
#[derive(Debug)]
struct Call {
    file: String,
    name: String,
    docs: String,
    /// From `fn` to the body.
    signature: String,
    /// It is on Windows only, which no test runs on.
    windows: bool,
}

impl Call {
    /// What its documentation lacks; a system call's example may stand at the method of `Socket` that makes it.
    fn lacks(&self, all: &[Self]) -> Vec<&'static str> {
        let mut lacks = Vec::new();
        let mut check = |is_there: bool, what| {
            if !is_there {
                lacks.push(what);
            }
        };
        check(self.names_its_original(), "the C call, or Python's name, in the first sentence");
        if MAY_BLOCK.iter().any(|begin| self.name.starts_with(begin)) {
            check(self.docs.to_lowercase().contains("block"), "whether it blocks");
        }
        if self.signature.contains("Result<") {
            check(self.names_its_errors(), "a section `# Errors` that names them");
        }
        let twin = |other: &&Self| self.file == "src/net.rs" && other.name == self.name;
        let has_example = all.iter().filter(twin).chain([self]).any(|call| call.docs.contains("```"));
        check(has_example || self.windows, "an example");
        lacks
    }

    fn names_its_original(&self) -> bool {
        let first = self.docs.split("\n\n").next().unwrap_or_default();
        let first = first.split(". ").next().unwrap_or_default();
        // As in `send(2)`, `fcntl(F_GETFL)`, or with the numbers of the manual's sections in a link.
        first.contains("Python")
            || first.split('`').skip(1).step_by(2).any(|code| code.contains('(') || code.contains('_'))
    }

    fn names_its_errors(&self) -> bool {
        let Some((_, errors)) = self.docs.split_once("# Errors\n") else { return false };
        let errors = errors.split("\n# ").next().unwrap_or_default();
        let letters = |word: &str| word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        errors.split('`').any(|word| word.len() > 2 && letters(word))
            || ["Those of", "None", "not found"].iter().any(|words| errors.contains(words))
    }
}

/// The calls of a file: the methods of `Net` and of `Socket`, and the functions beside them.
fn calls_of(file: &str, text: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut docs: Vec<&str> = Vec::new();
    let mut hidden = false;
    let mut windows = false;
    let (mut in_trait, mut in_other) = (false, false);
    let lines: Vec<_> = text.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        if let Some(doc) = code.strip_prefix("///") {
            docs.push(doc.strip_prefix(' ').unwrap_or(doc));
            continue;
        }
        if code.starts_with("#[") {
            hidden |= code.contains("doc(hidden)");
            windows |= code.contains("cfg(windows)");
            continue;
        }
        in_trait = line.starts_with("pub trait Net") || in_trait && *line != "}";
        // The methods of other types are no calls.
        let begins = line.starts_with("impl") || line.starts_with("pub trait");
        in_other = begins && !line.contains(" Socket<N>") && !in_trait || in_other && *line != "}";
        let function = code.strip_prefix("pub const fn ").or_else(|| code.strip_prefix("pub fn "));
        let function = function.or_else(|| code.strip_prefix("fn ").filter(|_| in_trait));
        if let Some(name) = function
            && !hidden
            && !in_other
            && !OWN.iter().any(|own| name.starts_with(&format!("{own}(")))
        {
            let name = name.split(['(', '<']).next().unwrap_or_default().to_owned();
            let end = lines[at..].iter().position(|line| line.ends_with(['{', ';'])).map_or(at, |count| at + count);
            let signature = lines[at..=end].concat();
            calls.push(Call { file: file.to_owned(), name, docs: docs.join("\n"), signature, windows });
        }
        docs.clear();
        (hidden, windows) = (false, false);
    }
    calls
}

fn calls() -> Vec<Call> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut calls = Vec::new();
    for file in FILES {
        let path = root.join(file);
        let mut files = vec![path.clone()];
        if path.is_dir() {
            files = fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
            files.sort();
        }
        for path in files {
            let text = fs::read_to_string(&path).expect("a source file");
            let name = path.strip_prefix(root).expect("below the root").display().to_string();
            calls.extend(calls_of(&name, &text));
        }
    }
    calls
}

#[test]
fn every_call_is_documented_whole() {
    let calls = calls();
    // What reads too little finds nothing missing.
    for name in ["socket", "recv", "create_server"] {
        assert!(calls.iter().any(|call| call.name == name), "{name} was not read");
    }
    let lacks: Vec<_> = calls
        .iter()
        .filter(|call| !call.lacks(&calls).is_empty())
        .map(|call| format!("{} {}: {}", call.file, call.name, call.lacks(&calls).join("; ")))
        .collect();
    assert!(lacks.is_empty(), "{} of {} calls lack something:\n{}", lacks.len(), calls.len(), lacks.join("\n"));
}

#[test]
fn what_is_missing_is_told() {
    let text = "\
/// `send(2)`: sends.
///
/// # Errors
///
/// `EPIPE`. Blocks.
///
/// ```
/// ```
#[track_caller]
pub fn send(&self) -> Result<usize> {
/// Sends.
///
/// # Errors
///
/// Sometimes.
pub fn sendto<T>(
    &self,
) -> Result<usize> {
/// Not for everybody.
#[doc(hidden)]
pub fn hidden(&self) {
fn private() {
";
    let calls = calls_of("it.rs", text);
    assert_eq!(calls.iter().map(|call| &*call.name).collect::<Vec<_>>(), ["send", "sendto"]);
    assert_eq!(calls[0].lacks(&calls), Vec::<&str>::new());
    let all = [
        "the C call, or Python's name, in the first sentence",
        "whether it blocks",
        "a section `# Errors` that names them",
        "an example",
    ];
    assert_eq!(calls[1].lacks(&calls), all);
}
