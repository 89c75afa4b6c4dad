//! The documents of `--json`. Names and meanings are part of the command's interface: fields are added, not changed.
//!
//! Times are in nanoseconds. Digests are hexadecimal text, because 128 bits are more than many readers of JSON keep.

use std::collections::BTreeMap;

use serde::Serialize;
use wavetank_conformance::{
    CaseResult, Results,
    script::{ScriptResult, ScriptResults},
    surface::{self, RealState, SimState},
};

use wavetank_differential::{Finding, Hunted, concurrent};

use super::{Scenario, explore::Outcome};
use crate::sim::{FailureReport, Report, WaitingReport};

/// `list`.
#[derive(Serialize)]
pub(super) struct Scenarios {
    command: &'static str,
    scenarios: Vec<Named>,
}

#[derive(Serialize)]
struct Named {
    name: &'static str,
    about: &'static str,
}

impl Scenarios {
    pub(super) fn new(scenarios: &[Scenario]) -> Self {
        let named = |scenario: &Scenario| Named { name: scenario.name, about: scenario.about };
        Self { command: "list", scenarios: scenarios.iter().map(named).collect() }
    }
}

/// `run`.
#[derive(Serialize)]
pub(super) struct Run {
    command: &'static str,
    scenario: &'static str,
    #[serde(flatten)]
    story: Story,
    /// The command that shows every event.
    replay: Option<String>,
}

impl Run {
    pub(super) fn new(scenario: &Scenario, report: &Report, traced: bool, replay: Option<String>) -> Self {
        Self { command: "run", scenario: scenario.name, story: Story::new(report, traced), replay }
    }
}

/// `explore`.
#[derive(Serialize)]
pub(super) struct Explored {
    command: &'static str,
    scenario: &'static str,
    ok: bool,
    first_seed: u64,
    seeds_asked: u64,
    seeds_run: u64,
    passed: u64,
    failing_seed: Option<u64>,
    jobs: u64,
    virtual_ns: u64,
    real_ns: u64,
    calls: u64,
    packets: u64,
    dropped: u64,
    /// Only those that happened.
    dropped_by: BTreeMap<String, u64>,
    /// Of all runs in order of their seeds, folded into one.
    digest: String,
    failure: Option<Story>,
    /// Whether a run was not the same when it was made again, and where they parted.
    divergence: Option<String>,
    replay: Option<String>,
}

impl Explored {
    pub(super) fn new(outcome: &Outcome<'_>) -> Self {
        let exploration = outcome.exploration;
        Self {
            command: "explore",
            scenario: outcome.scenario.name,
            ok: outcome.is_ok(),
            first_seed: outcome.first,
            seeds_asked: outcome.asked,
            seeds_run: exploration.seeds,
            passed: outcome.passed(),
            failing_seed: exploration.failure.as_ref().map(Report::seed),
            jobs: outcome.jobs,
            virtual_ns: nanos(exploration.elapsed),
            real_ns: nanos(outcome.took),
            calls: exploration.calls,
            packets: exploration.packets,
            dropped: exploration.dropped,
            dropped_by: exploration.dropped_by.iter().map(|(reason, count)| (reason.to_string(), *count)).collect(),
            digest: exploration.digest.to_string(),
            failure: exploration.failure.as_ref().map(|report| Story::new(report, false)),
            divergence: exploration.divergence.as_ref().map(ToString::to_string),
            replay: outcome.replay.clone(),
        }
    }
}

/// A run.
#[derive(Serialize)]
struct Story {
    ok: bool,
    seed: u64,
    /// What went wrong, in one line.
    verdict: Option<String>,
    end: String,
    digest: String,
    virtual_ns: u64,
    calls: u64,
    packets: u64,
    /// By reason; only those that happened.
    dropped: BTreeMap<String, u64>,
    failures: Vec<Failure>,
    waiting: Vec<Waiting>,
    /// With `--trace`.
    trace: Option<Vec<String>>,
}

impl Story {
    fn new(report: &Report, traced: bool) -> Self {
        Self {
            ok: report.is_ok(),
            seed: report.seed(),
            verdict: report.verdict(),
            end: format!("{:?}", report.end()),
            digest: report.digest().to_string(),
            virtual_ns: nanos(report.elapsed()),
            calls: report.calls(),
            packets: report.packets(),
            dropped: report.dropped_by().map(|(reason, count)| (reason.to_string(), count)).collect(),
            failures: report.failures().iter().map(Failure::new).collect(),
            waiting: report.waiting().iter().map(Waiting::new).collect(),
            trace: traced.then(|| report.trace().lines().collect()),
        }
    }
}

#[derive(Serialize)]
struct Failure {
    process: String,
    at_ns: u64,
    message: String,
    location: Option<String>,
    backtrace: String,
    hint: Option<&'static str>,
}

impl Failure {
    fn new(failure: &FailureReport) -> Self {
        Self {
            process: failure.process.clone(),
            at_ns: failure.at.as_nanos(),
            message: failure.message.clone(),
            location: failure.location.clone(),
            backtrace: failure.backtrace.clone(),
            hint: failure.hint,
        }
    }
}

#[derive(Serialize)]
struct Waiting {
    process: String,
    server: bool,
    call: &'static str,
    fd: Option<i32>,
    line: String,
    since_ns: u64,
    deadline_ns: Option<u64>,
}

impl Waiting {
    fn new(waiting: &WaitingReport) -> Self {
        Self {
            process: waiting.process.clone(),
            server: waiting.is_server,
            call: waiting.call,
            fd: waiting.fd,
            line: waiting.line.clone(),
            since_ns: waiting.since.as_nanos(),
            deadline_ns: waiting.deadline.map(crate::Instant::as_nanos),
        }
    }
}

fn nanos(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// `conform`.
#[derive(Serialize)]
pub(super) struct Conformed {
    command: &'static str,
    ok: bool,
    /// By world, then by verdict.
    counts: BTreeMap<String, BTreeMap<&'static str, usize>>,
    cases: Vec<Judged>,
}

#[derive(Serialize)]
struct Judged {
    name: &'static str,
    statement: &'static str,
    source: &'static str,
    world: String,
    verdict: &'static str,
    reason: Option<String>,
    real_ms: u64,
}

impl Conformed {
    pub(super) fn new(results: &Results) -> Self {
        let mut counts = BTreeMap::<_, BTreeMap<_, usize>>::new();
        for case in &results.cases {
            *counts.entry(case.world.to_string()).or_default().entry(case.verdict.name()).or_default() += 1;
        }
        let judged = |case: &CaseResult| Judged {
            name: case.name,
            statement: case.statement,
            source: case.source,
            world: case.world.to_string(),
            verdict: case.verdict.name(),
            reason: case.reason.clone(),
            real_ms: case.millis,
        };
        Self { command: "conform", ok: results.is_ok(), counts, cases: results.cases.iter().map(judged).collect() }
    }
}

/// `pkt`.
#[derive(Serialize)]
pub(super) struct Scripted {
    command: &'static str,
    ok: bool,
    /// By world, then by verdict.
    counts: BTreeMap<String, BTreeMap<&'static str, usize>>,
    scripts: Vec<JudgedScript>,
}

#[derive(Serialize)]
struct JudgedScript {
    name: String,
    statement: String,
    world: String,
    verdict: &'static str,
    reason: Option<String>,
    real_ms: u64,
}

impl Scripted {
    pub(super) fn new(results: &ScriptResults) -> Self {
        let mut counts = BTreeMap::<_, BTreeMap<_, usize>>::new();
        for script in &results.scripts {
            *counts.entry(script.world.to_string()).or_default().entry(script.verdict.name()).or_default() += 1;
        }
        let judged = |script: &ScriptResult| JudgedScript {
            name: script.name.clone(),
            statement: script.title.clone(),
            world: script.world.to_string(),
            verdict: script.verdict.name(),
            reason: script.reason.clone(),
            real_ms: script.millis,
        };
        Self { command: "pkt", ok: results.is_ok(), counts, scripts: results.scripts.iter().map(judged).collect() }
    }
}

/// `differ`.
#[derive(Serialize)]
pub(super) struct Differed {
    command: &'static str,
    ok: bool,
    programs: u64,
    calls: u64,
    differing: u64,
    passing: u64,
    /// By name, in how many programs.
    freedoms: BTreeMap<&'static str, u64>,
    /// Of the kernel's behaviour, reached in both worlds.
    cells: usize,
    findings: Vec<Parted>,
}

#[derive(Serialize)]
struct Parted {
    signature: String,
    seed: u64,
    count: u64,
    program: String,
    difference: String,
}

impl Differed {
    pub(super) fn new(hunted: &Hunted) -> Self {
        let parted = |(signature, finding): (&String, &Finding)| Parted {
            signature: signature.clone(),
            seed: finding.seed,
            count: finding.count,
            program: finding.program.to_string(),
            difference: finding.difference.to_string(),
        };
        Self {
            command: "differ",
            ok: hunted.differing == 0,
            programs: hunted.programs,
            calls: hunted.calls,
            differing: hunted.differing,
            passing: hunted.passing,
            freedoms: hunted.freedoms.clone(),
            cells: hunted.coverage.len(),
            findings: hunted.findings.iter().map(parted).collect(),
        }
    }
}

/// `differ --concurrent`.
#[derive(Serialize)]
pub(super) struct Raced {
    command: &'static str,
    ok: bool,
    programs: u64,
    calls: u64,
    runs: u64,
    outcomes: u64,
    blocked: u64,
    simulated: u64,
    races: BTreeMap<&'static str, u64>,
    escapes: Vec<Escaped>,
}

#[derive(Serialize)]
struct Escaped {
    seed: u64,
    program: String,
    outcome: String,
}

impl Raced {
    pub(super) fn new(hunted: &concurrent::Hunted) -> Self {
        let escaped = |escape: &concurrent::Escape| Escaped {
            seed: escape.seed,
            program: escape.program.to_string(),
            outcome: escape.outcome.to_string(),
        };
        Self {
            command: "differ",
            ok: hunted.escapes.is_empty(),
            programs: hunted.programs,
            calls: hunted.calls,
            runs: hunted.runs,
            outcomes: hunted.outcomes,
            blocked: hunted.blocked,
            simulated: hunted.simulated,
            races: hunted.races.clone(),
            escapes: hunted.escapes.iter().map(escaped).collect(),
        }
    }
}

/// `surface`.
#[derive(Serialize)]
pub(super) struct Surfaced {
    command: &'static str,
    rows: Vec<SurfaceRow>,
}

#[derive(Serialize)]
struct SurfaceRow {
    group: &'static str,
    name: &'static str,
    note: &'static str,
    paths: Vec<String>,
    /// `acts`, `absent` or `not yet`.
    real: &'static str,
    /// The machines, the platforms, or the reason.
    real_detail: String,
    /// `acts`, `stored`, `refused` or `not yet`.
    sim: &'static str,
    /// The errno, or the reason.
    sim_detail: String,
    cases: &'static [&'static str],
    tests: Vec<String>,
}

impl Surfaced {
    pub(super) fn new(surface: &surface::Surface) -> Self {
        Self { command: "surface", rows: surface.rows.iter().map(SurfaceRow::new).collect() }
    }
}

impl SurfaceRow {
    fn new(judged: &surface::Judged) -> Self {
        let row = judged.row;
        let (real, real_detail) = match &judged.real {
            RealState::Acts(machines) => ("acts", machines.join("; ")),
            RealState::Absent(platforms) => ("absent", (*platforms).to_owned()),
            RealState::NotYet(why) => ("not yet", why.clone()),
        };
        let (sim, sim_detail) = match &judged.sim {
            SimState::Acts => ("acts", String::new()),
            SimState::Stored => ("stored", String::new()),
            SimState::Refused(errno) => ("refused", errno.clone().unwrap_or_default()),
            SimState::NotYet(why) => ("not yet", why.clone()),
        };
        Self {
            group: judged.group,
            name: row.name,
            note: row.note,
            paths: row.paths.iter().map(ToString::to_string).collect(),
            real,
            real_detail,
            sim,
            sim_detail,
            cases: row.cases,
            tests: row.tests.iter().map(ToString::to_string).collect(),
        }
    }
}
