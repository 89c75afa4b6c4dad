//! `explore SCENARIO`: many seeds over the cores, a bar while they run, and a summary for a stranger.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use super::{Scenario, Stop, args::ExploreArgs, json, replay_command, say, say_json, text};
use crate::sim::{Exploration, Explorer, Sim};

/// What an exploration came to, with what only the command knows.
pub(super) struct Outcome<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) exploration: &'a Exploration,
    pub(super) first: u64,
    pub(super) asked: u64,
    pub(super) jobs: u64,
    /// The options of the command that changed the world.
    pub(super) options: String,
    pub(super) took: Duration,
    /// The command that runs the failing seed again.
    pub(super) replay: Option<String>,
}

pub(super) fn explore(scenario: &Scenario, args: &ExploreArgs, program: &str, json: bool) -> Result<bool, Stop> {
    let jobs = args.jobs.unwrap_or_else(cores);
    let began = Instant::now();
    let exploration = run_seeds(scenario, args, jobs);
    let failed = exploration.failure.as_ref().map(|report| report.seed());
    let outcome = Outcome {
        scenario,
        exploration: &exploration,
        first: args.seed,
        asked: args.seeds,
        jobs,
        options: args.world.options(),
        took: began.elapsed(),
        replay: failed.map(|seed| replay_command(program, scenario, seed, &args.world)),
    };
    if json {
        say_json(&json::Explored::new(&outcome))?
    } else {
        say(&outcome.summary())?
    }
    Ok(outcome.is_ok())
}

fn run_seeds(scenario: &Scenario, args: &ExploreArgs, jobs: u64) -> Exploration {
    let (knobs, carrier) = (args.world.knobs(), args.world.carrier());
    let build = |sim: &Sim| {
        sim.set_carrier(carrier);
        (scenario.build)(sim, &knobs);
    };
    // indicatif shows nothing where standard error is no terminal.
    let bar = ProgressBar::new(args.seeds).with_style(style());
    bar.set_message(scenario.name);
    let explorer = Explorer::new(build).first(args.seed).seeds(args.seeds);
    let explorer = explorer.jobs(usize::try_from(jobs).unwrap_or(usize::MAX)).check_determinism(true);
    let exploration = explorer.run(|_| bar.inc(1));
    bar.finish_and_clear();
    exploration
}

fn style() -> ProgressStyle {
    let template = "{msg} {wide_bar} {human_pos}/{human_len} seeds, {rate} a second, {eta} left";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.with_key("rate", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        let _ = write!(out, "{:.0}", state.per_sec());
    })
}

fn cores() -> u64 {
    std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64)
}

impl Outcome<'_> {
    pub(super) fn is_ok(&self) -> bool {
        self.exploration.failure.is_none() && self.exploration.divergence.is_none()
    }

    pub(super) fn passed(&self) -> u64 {
        self.exploration.seeds - u64::from(self.exploration.failure.is_some())
    }

    fn summary(&self) -> String {
        let mut text = String::new();
        let _ = self.write_summary(&mut text);
        text
    }

    fn write_summary(&self, out: &mut String) -> std::fmt::Result {
        let Exploration { seeds, packets, dropped, dropped_by, calls, elapsed, digest, .. } = self.exploration;
        let name = self.scenario.name;
        if let Some(failure) = &self.exploration.failure {
            writeln!(out, "{failure}")?;
        }
        if let Some(divergence) = &self.exploration.divergence {
            writeln!(out, "{divergence}")?;
        }
        writeln!(out, "{name}: {}", self.scenario.about)?;
        writeln!(out, "  seeds    {}", self.verdict())?;
        if !self.options.is_empty() {
            writeln!(out, "  options {}", self.options)?;
        }
        let (runs, took) = (text::counted(*seeds, "run"), text::span(self.took));
        writeln!(out, "  time     {runs}, {} of virtual time in {took}", text::span(*elapsed))?;
        let by_reason = dropped_by.iter().map(|(reason, count)| format!("{reason} {}", text::grouped(*count)));
        let by_reason = by_reason.collect::<Vec<_>>().join(", ");
        let by_reason = if by_reason.is_empty() { by_reason } else { format!(": {by_reason}") };
        let (packets, dropped) = (text::counted(*packets, "packet"), text::grouped(*dropped));
        writeln!(out, "  network  {packets} sent, {dropped} of them dropped{by_reason}")?;
        writeln!(out, "  calls    {}", text::grouped(*calls))?;
        writeln!(out, "  digest   {digest}")?;
        if let Some(replay) = &self.replay {
            writeln!(out, "\nsee every event of the run that failed:\n  {replay}")?;
        }
        Ok(())
    }

    /// `1,000 of 1,000 passed (0 to 999); seed 0 was run twice, and both runs were the same`.
    fn verdict(&self) -> String {
        let (passed, asked) = (text::grouped(self.passed()), text::grouped(self.asked));
        if let Some(failure) = &self.exploration.failure {
            let left = self.asked - self.exploration.seeds;
            let left = if left == 0 { String::new() } else { format!(", {} not run", text::grouped(left)) };
            return format!("seed {} FAILED; {passed} passed before it{left}", failure.seed());
        }
        let last = self.first.wrapping_add(self.asked - 1);
        let twice = match self.exploration.divergence {
            Some(_) => "ran twice, and the runs DIFFERED",
            None => "ran twice, event by event the same",
        };
        format!("{passed} of {asked} passed (seeds {} to {last}); seed {} {twice}", self.first, self.first)
    }
}
