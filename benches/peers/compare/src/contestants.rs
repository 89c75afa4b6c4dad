//! Who takes part, where their binaries are, and building them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One row of a table: a program that understands `WORKLOAD N`.
pub(crate) struct Contestant {
    /// With the version where there is one.
    pub(crate) name: String,
    /// Where its binary is.
    pub(crate) program: PathBuf,
    /// What follows `WORKLOAD N` on its command line.
    pub(crate) extra: &'static [&'static str],
}

/// Everybody who could be built.
pub(crate) struct Contestants {
    /// Ours first, if it is there; ratios are against it.
    pub(crate) all: Vec<Contestant>,
    /// What the reader has to know about who is missing.
    pub(crate) remarks: Vec<String>,
}

/// The name of our own row. It has no version: what is measured is the tree this driver lies in.
pub(crate) const OURS: &str = "wavetank";

/// The lock file that the peers are built with, as of this driver's own compilation.
const LOCK: &str = include_str!("../../Cargo.lock");

/// The version of a package in the peers' lock file.
pub(crate) fn version(package: &str) -> &'static str {
    let name = format!("name = \"{package}\"");
    let mut lines = LOCK.lines().skip_while(|line| *line != name);
    let version = lines.nth(1).and_then(|line| line.strip_prefix("version = "));
    version.map_or("(version unknown)", |quoted| quoted.trim_matches('"'))
}

/// Builds the peers, and ours unless a binary was given. Only a peer that cannot be built is an error.
pub(crate) fn build(given: Option<&Path>) -> Result<Contestants, String> {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("compare/ lies in peers/");
    let root = peers.ancestors().nth(2).expect("peers/ lies in benches/ in the repository");
    let target = peers.join("target");
    let madsim_target = target.join("madsim");
    build_peers(peers, &target, &["peer-turmoil", "peer-turmoil-net"], None)?;
    // The cfg reaches every crate, so madsim shares nothing with the others.
    build_peers(peers, &madsim_target, &["peer-madsim"], Some("--cfg madsim"))?;

    let mut all = Vec::new();
    let mut remarks = Vec::new();
    match ours(root, given) {
        Ok(program) => {
            if let Some(path) = given {
                remarks.push(format!("\"{OURS}\" is {}, as --ours said.", path.display()));
            }
            all.push(Contestant { name: OURS.into(), program, extra: &[] });
        }
        Err(why) => remarks.push(format!("{OURS} itself is missing, so the peers stand alone: {why}")),
    }
    let release = target.join("release");
    let turmoil = format!("turmoil {}", version("turmoil"));
    all.extend([
        Contestant {
            name: format!("madsim {}", version("madsim")),
            program: madsim_target.join("release/peer-madsim"),
            extra: &[],
        },
        Contestant {
            name: format!("turmoil-net {}", version("turmoil-net")),
            program: release.join("peer-turmoil-net"),
            extra: &[],
        },
        Contestant { name: turmoil.clone(), program: release.join("peer-turmoil"), extra: &[] },
        Contestant {
            name: format!("{turmoil}, no latency"),
            program: release.join("peer-turmoil"),
            extra: &["zero-latency"],
        },
    ]);
    Ok(Contestants { all, remarks })
}

fn build_peers(peers: &Path, target: &Path, packages: &[&str], flags: Option<&str>) -> Result<(), String> {
    let mut cargo = cargo(peers, target);
    cargo.arg("--locked");
    for package in packages {
        cargo.args(["-p", package]);
    }
    if let Some(flags) = flags {
        cargo.env("RUSTFLAGS", flags);
    }
    eprintln!("building {}", packages.join(", "));
    let status = cargo.status().map_err(|error| format!("cannot start cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{} did not build: {status}", packages.join(", "))) }
}

/// Our workload binary, or one line why there is none.
fn ours(root: &Path, given: Option<&Path>) -> Result<PathBuf, String> {
    if let Some(path) = given {
        return path.canonicalize().map_err(|error| format!("{}: {error}", path.display()));
    }
    let target = root.join("target");
    let mut cargo = cargo(root, &target);
    cargo.args(["-p", "wavetank-benches", "--bin", "workload", "--quiet"]).stderr(Stdio::piped());
    eprintln!("building {OURS}");
    let output = cargo.output().map_err(|error| format!("cannot start cargo: {error}"))?;
    if output.status.success() {
        return Ok(target.join("release/workload"));
    }
    let complaints = String::from_utf8_lossy(&output.stderr);
    let first = complaints.lines().find(|line| line.starts_with("error"));
    Err(format!("`cargo build --release -p wavetank-benches --bin workload` says {:?}", first.unwrap_or("nothing")))
}

/// `cargo build --release` in a folder. The caller's own target folder and compiler flags are put aside, so that the
/// binaries are where we look and are compiled alike.
fn cargo(folder: &Path, target: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--target-dir"]).arg(target).current_dir(folder);
    for variable in ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        cargo.env_remove(variable);
    }
    cargo
}
