//! `run SCENARIO`: one seed, and what became of it.

use std::{fmt::Write as _, fs, path::Path};

use super::{Scenario, Stop, args::RunArgs, json, replay_command, say, say_json};
use crate::sim::{Report, Sim};

pub(super) fn run(scenario: &Scenario, args: &RunArgs, program: &str, json: bool) -> Result<bool, Stop> {
    let report = told(scenario, args);
    if let Some(path) = &args.pcap {
        capture(&report, path, args.at.as_deref())?;
    }
    let replay = (!report.is_ok()).then(|| replay_command(program, scenario, args.seed, &args.world));
    if json {
        say_json(&json::Run::new(scenario, &report, args.trace, replay))?;
    } else {
        say(&as_text(scenario, &report, args.trace, replay.as_deref()))?;
    }
    Ok(report.is_ok())
}

/// Writes what crossed the wires into a file.
fn capture(report: &Report, path: &Path, at: Option<&str>) -> Result<(), Stop> {
    let trace = report.trace();
    let bytes = match at {
        None => trace.pcap(),
        Some(host) => trace.pcap_at(host).ok_or_else(|| {
            let hosts: Vec<_> = trace.hosts().collect();
            Stop::Usage(format!("no host {host:?}: there are {}", hosts.join(", ")))
        })?,
    };
    fs::write(path, bytes).map_err(|error| Stop::File(path.to_owned(), error))
}

/// Runs it; and if it fails, once more with its trace kept, from which the report tells the last calls.
fn told(scenario: &Scenario, args: &RunArgs) -> Report {
    let traced = args.trace || args.pcap.is_some();
    let report = once(scenario, args, traced);
    if report.is_ok() || traced { report } else { once(scenario, args, true) }
}

fn once(scenario: &Scenario, args: &RunArgs, traced: bool) -> Report {
    let sim = if traced { Sim::traced(args.seed) } else { Sim::new(args.seed) };
    sim.set_carrier(args.world.carrier());
    (scenario.build)(&sim, &args.world.knobs());
    sim.run()
}

fn as_text(scenario: &Scenario, report: &Report, traced: bool, replay: Option<&str>) -> String {
    let mut text = String::new();
    if traced {
        text.extend(report.trace().lines().map(|line| line + "\n"));
        text.push('\n');
    }
    let _ = writeln!(text, "{}: {}", scenario.name, scenario.about);
    let _ = write!(text, "{report}");
    if let Some(replay) = replay.filter(|_| !traced) {
        let _ = write!(text, "\nsee every event of it:\n  {replay}\n");
    }
    text
}
