//! Which seeds, on how many threads: from the environment, which is the harness's and no simulated program's.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use crate::observe::Report;

/// What the environment asks for.
pub(super) struct Settings {
    pub(super) first: u64,
    pub(super) seeds: u64,
    pub(super) jobs: usize,
    /// The folder that a capture is to be written to.
    pub(super) pcap: Option<PathBuf>,
}

/// Seeds of a check that was not told otherwise.
const SEEDS: u64 = 100;

impl Settings {
    /// # Errors
    /// A sentence that names the variable, what it holds and what it may hold.
    pub(super) fn from_env() -> Result<Self, String> {
        let one = number("WAVETANK_SEED")?;
        let seeds = number("WAVETANK_SEEDS")?.unwrap_or(SEEDS);
        let jobs = number("WAVETANK_JOBS")?.map_or_else(cores, |jobs| usize::try_from(jobs).unwrap_or(1));
        #[expect(clippy::disallowed_methods, reason = "the harness's own settings")]
        let pcap = env::var("WAVETANK_PCAP").ok().filter(|folder| !folder.is_empty()).map(PathBuf::from);
        Ok(Self { first: one.unwrap_or(0), seeds: if one.is_some() { 1 } else { seeds }, jobs: jobs.max(1), pcap })
    }
}

/// A number, decimal or with 0x, from a variable of the environment.
fn number(name: &str) -> Result<Option<u64>, String> {
    #[expect(clippy::disallowed_methods, reason = "the harness's own settings")]
    let Ok(text) = env::var(name) else { return Ok(None) };
    let parsed = match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => text.parse(),
    };
    parsed.map(Some).map_err(|_| format!("{name} is {text:?}: it takes a number, as in {name}=17 or {name}=0x2a"))
}

pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Writes a run's capture into a file of the folder that is named after the test and the seed.
pub(super) fn capture(folder: &Path, report: &Report) -> io::Result<PathBuf> {
    let test = std::thread::current().name().unwrap_or("main").replace("::", ".");
    fs::create_dir_all(folder)?;
    let path = folder.join(format!("{test}-seed-{}.pcapng", report.seed()));
    report.write_pcap(&path)?;
    Ok(path)
}

/// The command that runs one seed of the test that is running now.
pub(super) fn replay_command(seed: u64) -> String {
    #[expect(clippy::disallowed_methods, reason = "cargo says whose test this is")]
    let package = env::var("CARGO_PKG_NAME").map(|name| format!(" -p {name}")).unwrap_or_default();
    // libtest and nextest name the thread of a test after it.
    match std::thread::current().name() {
        Some(test) if test != "main" => format!("WAVETANK_SEED={seed} cargo test{package} -- --exact {test}"),
        _ => format!("WAVETANK_SEED={seed} {}", env::args().collect::<Vec<_>>().join(" ")),
    }
}
