//! The command line.

use std::path::PathBuf;

use crate::tables;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// Names of workloads; empty means all.
    pub(crate) workloads: Vec<String>,
    /// Interleaved rounds of CPU time; 0 measures instructions only.
    pub(crate) rounds: usize,
    /// Whether to count instructions.
    pub(crate) callgrind: bool,
    /// Shorter runs, for a first look.
    pub(crate) quick: bool,
    /// A ready binary to stand for ours, instead of building it.
    pub(crate) ours: Option<PathBuf>,
}

const USAGE: &str = "options: --workload NAME (may be repeated), --rounds K, --no-callgrind, --quick, --ours PATH (a binary to use as wavetank's)";

/// Understands the arguments, or says in one line what there is.
pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options { workloads: Vec::new(), rounds: 0, callgrind: true, quick: false, ours: None };
    let mut rounds = None;
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value; {USAGE}"));
        match argument.as_str() {
            "--workload" => {
                let name = value()?;
                if !tables::names().any(|known| known == name) {
                    return Err(format!("no workload {name:?}; there are {}", tables::names_in_a_row()));
                }
                options.workloads.push(name);
            }
            "--rounds" => {
                let text = value()?;
                let number = text.parse().map_err(|_| format!("--rounds takes a whole number, not {text:?}"))?;
                rounds = Some(number);
            }
            "--no-callgrind" => options.callgrind = false,
            "--quick" => options.quick = true,
            "--ours" => options.ours = Some(value()?.into()),
            _ => return Err(format!("unknown option {argument:?}; {USAGE}")),
        }
    }
    options.rounds = rounds.unwrap_or(if options.quick { 3 } else { 5 });
    Ok(options)
}
