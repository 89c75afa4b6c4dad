//! The command line: what it accepts, and the one line it answers when it does not understand.

use std::{error::Error as _, ffi::OsString, num::NonZero, ops::RangeInclusive, path::PathBuf, time::Duration};

use clap::{
    Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum,
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::{
    Knobs, Scenario,
    knobs::{parse_count, parse_latency, parse_loss, parse_number},
    scenario, text,
};
use crate::sim::CarrierKind;

/// The command of this package.
#[derive(Parser, Debug)]
#[command(
    name = "wavetank",
    version,
    about = "Network code in a wave tank: run scenarios in a simulated internet, and check it against the real one"
)]
pub(super) struct Cli {
    /// One JSON document on standard output instead of text
    #[arg(long, global = true)]
    pub(super) json: bool,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// The command of a program of the user's own scenarios.
#[derive(Parser, Debug)]
#[command(about = "Scenarios in a simulated internet")]
struct ScenarioCli {
    /// One JSON document on standard output instead of text
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: ScenarioCommand,
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    #[command(flatten)]
    Scenario(ScenarioCommand),
    /// Run the conformance cases and show a table
    Conform(ConformArgs),
    /// Run the packet scripts of fixtures/tcp, or your own
    Pkt(PktArgs),
    /// Draw programs of socket calls, run them in both worlds, and show where these part
    Differ(DifferArgs),
    /// Every name of the socket documentation, and its state in each world: docs/SURFACE.md
    Surface(SurfaceArgs),
}

#[derive(Subcommand, Debug)]
pub(super) enum ScenarioCommand {
    /// Run one seed of a scenario and tell what became of it
    Run(RunArgs),
    /// Run many seeds of a scenario, until one fails
    Explore(ExploreArgs),
    /// List the scenarios
    List,
}

#[derive(Args, Debug)]
pub(super) struct RunArgs {
    /// The scenario's name
    pub(super) scenario: String,
    /// The seed, from which everything random follows
    #[arg(long, value_name = "N", default_value = "0", value_parser = parse_number, allow_negative_numbers = true)]
    pub(super) seed: u64,
    /// Show every call, packet, drop, timer and wake
    #[arg(long)]
    pub(super) trace: bool,
    /// Write what crossed the wires into a pcapng file, for Wireshark
    #[arg(long, value_name = "FILE")]
    pub(super) pcap: Option<PathBuf>,
    /// With --pcap: only what this host sent, and what reached it when it did
    #[arg(long, value_name = "HOST", requires = "pcap")]
    pub(super) at: Option<String>,
    #[command(flatten)]
    pub(super) world: WorldArgs,
}

#[derive(Args, Debug)]
pub(super) struct ExploreArgs {
    /// The scenario's name
    pub(super) scenario: String,
    /// How many seeds
    #[arg(long, value_name = "N", default_value = "1000", value_parser = parse_count, allow_negative_numbers = true)]
    pub(super) seeds: u64,
    /// The first seed
    #[arg(long, value_name = "FIRST", default_value = "0", value_parser = parse_number, allow_negative_numbers = true)]
    pub(super) seed: u64,
    /// Threads [default: as many as there are cores]
    #[arg(long, value_name = "J", value_parser = parse_count, allow_negative_numbers = true)]
    pub(super) jobs: Option<u64>,
    #[command(flatten)]
    pub(super) world: WorldArgs,
}

/// What acts on the world of a scenario.
#[derive(Args, Debug)]
pub(super) struct WorldArgs {
    /// Chance that a packet is lost: 5%, 0.1% or 1/1000
    #[arg(long, value_name = "CHANCE", value_parser = parse_loss)]
    loss: Option<(u32, u32)>,
    /// One-way delay of a packet: 50ms, or 5ms..50ms
    #[arg(long, value_name = "TIME", value_parser = parse_latency)]
    latency: Option<RangeInclusive<Duration>>,
    /// What carries the processes; the digest does not depend on it
    #[arg(long, default_value = "coroutine")]
    carrier: Carrier,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum Carrier {
    /// Stackful coroutines
    Coroutine,
    /// Threads of the system, one running at a time
    Thread,
}

#[derive(Args, Debug)]
pub(super) struct ConformArgs {
    /// Where the cases run
    #[arg(long, default_value = "both")]
    pub(super) world: WorldChoice,
    /// Only cases whose name contains this
    #[arg(long, value_name = "TEXT")]
    pub(super) filter: Option<String>,
    /// Only cases of other families, which not every kernel has
    #[arg(long)]
    pub(super) families: bool,
    /// Instead: the complete table of bind conflicts; of both worlds side by side, or of one as conformance/BIND.md has it
    #[arg(long, conflicts_with = "filter")]
    pub(super) bind_table: bool,
    /// Also write what the real world's cases came to into this file, as fixtures/surface has it; - is standard output
    #[arg(long, value_name = "FILE", conflicts_with = "bind_table")]
    pub(super) record: Option<PathBuf>,
    /// Also write a page of what each world answered, one file that a browser shows; - is standard output
    #[arg(long, value_name = "FILE", conflicts_with = "bind_table")]
    pub(super) html: Option<PathBuf>,
    /// The same page as Markdown
    #[arg(long, value_name = "FILE", conflicts_with = "bind_table")]
    pub(super) markdown: Option<PathBuf>,
    /// Also write the results as JUnit's XML, which GitLab, Jenkins and GitHub's actions read
    #[arg(long, value_name = "FILE", conflicts_with = "bind_table")]
    pub(super) junit: Option<PathBuf>,
    /// For the page: what is on record of real kernels instead of this one, as docs/CONFORMANCE.md has it
    #[arg(long, conflicts_with_all = ["world", "filter", "families", "bind_table", "record", "junit"])]
    pub(super) recorded: bool,
}

#[derive(Args, Debug)]
pub(super) struct SurfaceArgs {
    /// Instead: how many rows there are in each state
    #[arg(long, conflicts_with = "check")]
    pub(super) summary: bool,
    /// Instead: what docs/SURFACE.md and docs/CONSTANTS.md say otherwise
    #[arg(long)]
    pub(super) check: bool,
    /// Instead: the constants one by one, docs/CONSTANTS.md
    #[arg(long, conflicts_with_all = ["check", "summary"])]
    pub(super) constants: bool,
}

#[derive(Args, Debug)]
pub(super) struct PktArgs {
    /// Only scripts whose name contains this; or the path of a script or of a folder of them
    #[arg(value_name = "FILTER")]
    pub(super) filter: Option<String>,
    /// Where the scripts run
    #[arg(long, default_value = "both")]
    pub(super) world: WorldChoice,
    /// Also the scripts that are slow in real time
    #[arg(long)]
    pub(super) slow: bool,
    /// Show each script that passed
    #[arg(long)]
    pub(super) list: bool,
    /// Also write what the real world's scripts came to into this file, as fixtures/tcp/machine.txt has it
    #[arg(long, value_name = "FILE")]
    pub(super) record: Option<PathBuf>,
    /// Go on after a fault, to show all of a script
    #[arg(long)]
    pub(super) all_faults: bool,
}

#[derive(Args, Debug)]
pub(super) struct DifferArgs {
    /// A file with a program: run this one, and show all of it
    #[arg(value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// Run the program of that seed, and show all of it
    #[arg(long, value_name = "SEED", conflicts_with = "file")]
    pub(super) show: Option<u64>,
    /// How many programs
    #[arg(long, default_value_t = 10_000)]
    pub(super) programs: u64,
    /// The seed of the first one; the next has the next
    #[arg(long, default_value_t = 0)]
    pub(super) seed: u64,
    /// Programs of two and three threads, whose outcome on the kernel must be one that the simulator reaches; of a FILE or a seed to show, what it comes to in 200 runs
    #[arg(long, conflicts_with_all = ["steer", "record", "known", "cells"])]
    pub(super) concurrent: bool,
    /// Threads, each with two hosts of its own: as many as there are cores
    #[arg(long)]
    pub(super) jobs: Option<NonZero<u16>>,
    /// Only programs with this in their text, as `SOCK_DGRAM`; given twice, with both
    #[arg(long, value_name = "TEXT")]
    pub(super) with: Vec<String>,
    /// Only programs without this in their text
    #[arg(long, value_name = "TEXT")]
    pub(super) without: Vec<String>,
    /// Draw more often what this record lacks; the same seed is another program then
    #[arg(long, value_name = "RECORD")]
    pub(super) steer: Option<PathBuf>,
    /// Add the cells that both worlds reached to this record, or begin one
    #[arg(long, value_name = "RECORD")]
    pub(super) record: Option<PathBuf>,
    /// Name the cells of this record that were not reached
    #[arg(long, value_name = "RECORD")]
    pub(super) known: Option<PathBuf>,
    /// Print how many cells were reached, call by call
    #[arg(long)]
    pub(super) cells: bool,
    /// How a program is printed; one that is named is not run then
    #[arg(long = "as", value_name = "FORM")]
    pub(super) form: Option<ProgramForm>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub(super) enum ProgramForm {
    /// A line for each call
    Script,
    /// For who has no Rust: what it prints is what was seen
    C,
    /// A test, for who has a world of his own
    Rust,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub(super) enum WorldChoice {
    /// The simulated world
    Sim,
    /// The operating system's
    Real,
    /// One after the other
    Both,
}

impl WorldArgs {
    pub(super) fn knobs(&self) -> Knobs {
        Knobs { loss: self.loss, latency: self.latency.clone() }
    }

    pub(super) fn carrier(&self) -> CarrierKind {
        match self.carrier {
            Carrier::Coroutine => CarrierKind::Coroutine,
            Carrier::Thread => CarrierKind::Thread,
        }
    }

    /// The options that build the same world again.
    pub(super) fn options(&self) -> String {
        let carrier = if self.carrier == Carrier::Thread { " --carrier thread" } else { "" };
        format!("{}{carrier}", self.knobs())
    }
}

/// What the arguments came to, if not a command.
#[derive(Debug)]
pub(super) enum Refused {
    /// Help or version was asked for.
    Help(String),
    /// One line.
    Usage(String),
}

/// Reads the arguments, the program's name being the first.
pub(super) fn parse(arguments: &[OsString], scenarios: &[Scenario], with_conform: bool) -> Result<Cli, Refused> {
    let mut command = if with_conform { Cli::command() } else { ScenarioCli::command() };
    let after = format!("Scenarios:\n{}", scenario::table(scenarios));
    command = command.after_help(after.clone()).disable_help_subcommand(true);
    // All of them, in their order: a changed one goes to the end of the list.
    for name in subcommands(&command) {
        let takes_scenario = ["run", "explore"].contains(&name.as_str());
        command = command.mut_subcommand(&name, |sub| if takes_scenario { sub.after_help(after.clone()) } else { sub });
    }
    let matches = command.try_get_matches_from_mut(arguments).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Refused::Help(error.to_string()),
        _ => Refused::Usage(one_line(&error, &command, arguments, scenarios)),
    })?;
    let parsed = if with_conform {
        Cli::from_arg_matches(&matches)
    } else {
        ScenarioCli::from_arg_matches(&matches)
            .map(|cli| Cli { json: cli.json, command: Command::Scenario(cli.command) })
    };
    parsed.map_err(|error| Refused::Usage(one_line(&error, &command, arguments, scenarios)))
}

/// One line that says what is wrong and what there is instead.
fn one_line(error: &clap::Error, command: &clap::Command, arguments: &[OsString], scenarios: &[Scenario]) -> String {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        Some(ContextValue::Strings(texts)) => texts.first().map_or("", String::as_str),
        _ => "",
    };
    // clap names an option with its value, as in `--seed <N>`.
    let argument = context(ContextKind::InvalidArg).split(' ').next().unwrap_or("");
    let value = context(ContextKind::InvalidValue);
    let subcommand =
        command.get_subcommands().find(|sub| arguments.iter().skip(1).any(|given| given == sub.get_name()));
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            there_are("command", context(ContextKind::InvalidSubcommand), &subcommands(command))
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            format!("a command is missing: there are {} (--help tells more)", subcommands(command).join(", "))
        }
        ErrorKind::UnknownArgument if argument.starts_with('-') => {
            there_are("option", argument, &options(subcommand.unwrap_or(command)))
        }
        ErrorKind::UnknownArgument => format!("{argument:?} is one argument too many"),
        ErrorKind::MissingRequiredArgument if argument == "<SCENARIO>" => {
            let names: Vec<_> = scenarios.iter().map(|scenario| scenario.name).collect();
            format!("a scenario is missing: there are {}", names.join(", "))
        }
        ErrorKind::MissingRequiredArgument if argument == "--pcap" => "--at needs --pcap, and a file".to_owned(),
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} needs a value"),
        ErrorKind::InvalidValue => {
            let possible = match error.get(ContextKind::ValidValue) {
                Some(ContextValue::Strings(values)) => text::listed(values.iter().map(String::as_str)),
                _ => String::new(),
            };
            format!("{argument} {value:?}: there are {possible}")
        }
        ErrorKind::ValueValidation => {
            let reason = error.source().map(ToString::to_string).unwrap_or_default();
            format!("{argument} {value:?}: {reason}")
        }
        ErrorKind::ArgumentConflict => match context(ContextKind::PriorArg).split(' ').next() {
            Some(other) if !other.is_empty() && other != argument => format!("{argument} does not go with {other}"),
            _ => format!("{argument} was given twice"),
        },
        _ => {
            let rendered = error.to_string();
            rendered.lines().next().unwrap_or("").trim_start_matches("error: ").to_owned()
        }
    }
}

fn there_are(kind: &str, given: &str, names: &[String]) -> String {
    let meant = text::nearest(given, names.iter().map(String::as_str));
    let meant = meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
    format!("no {kind} {given:?}: there are {}{meant}", names.join(", "))
}

fn subcommands(command: &clap::Command) -> Vec<String> {
    command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect()
}

fn options(command: &clap::Command) -> Vec<String> {
    let longs = command.get_arguments().filter_map(|argument| argument.get_long());
    longs.filter(|long| !["help", "version"].contains(long)).map(|long| format!("--{long}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCENARIOS: &[Scenario] =
        &[Scenario::new("echo", "an echo", |_, _| {}), Scenario::new("websocket", "a chat", |_, _| {})];

    fn refused(line: &str) -> String {
        let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        match parse(&arguments, SCENARIOS, true) {
            Err(Refused::Usage(line)) => line,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn what_is_not_understood_gets_one_line_that_says_what_is() {
        let rows = [
            (
                "wavetank",
                "a command is missing: there are run, explore, list, conform, pkt, differ, surface (--help tells more)",
            ),
            (
                "wavetank exlpore",
                "no command \"exlpore\": there are run, explore, list, conform, pkt, differ, surface; did you mean explore?",
            ),
            ("wavetank fly", "no command \"fly\": there are run, explore, list, conform, pkt, differ, surface"),
            ("wavetank run", "a scenario is missing: there are echo, websocket"),
            (
                "wavetank run echo --sede 5",
                "no option \"--sede\": there are --seed, --trace, --pcap, --at, --loss, --latency, --carrier, --json; did you mean --seed?",
            ),
            ("wavetank run echo --seed five", "--seed \"five\": it takes a number, as in 17 or 0x2a"),
            ("wavetank run echo --seed -1", "--seed \"-1\": it takes a number, as in 17 or 0x2a"),
            ("wavetank run echo --seed", "--seed needs a value"),
            ("wavetank run echo --seed 1 --seed 2", "--seed was given twice"),
            ("wavetank surface --summary --check", "--summary does not go with --check"),
            ("wavetank run echo --carrier fiber", "--carrier \"fiber\": there are coroutine and thread"),
            (
                "wavetank run echo --loss 0.7",
                "--loss \"0.7\": is it 0.7%, or 0.7 of all? It takes a percentage or a ratio, as in 5%, 0.1% or 1/1000",
            ),
            (
                "wavetank run echo --latency soon",
                "--latency \"soon\": it takes a time or a range of times, as in 50ms, 1.5s or 5ms..50ms",
            ),
            ("wavetank run echo --at client", "--at needs --pcap, and a file"),
            ("wavetank run echo more", "\"more\" is one argument too many"),
            ("wavetank explore echo --seeds 0", "--seeds \"0\": it takes a number from 1 on"),
            ("wavetank explore echo --jobs 0", "--jobs \"0\": it takes a number from 1 on"),
            ("wavetank conform --world moon", "--world \"moon\": there are sim, real and both"),
        ];
        for (line, expected) in rows {
            assert_eq!(refused(line), expected, "{line}");
        }
    }

    #[test]
    fn a_scenario_that_does_not_exist_gets_one_line() {
        let line = scenario::find(SCENARIOS, "webscoket").unwrap_err();
        assert_eq!(line, "no scenario \"webscoket\": there are echo, websocket; did you mean websocket?");
        assert_eq!(scenario::find(SCENARIOS, "moon").unwrap_err(), "no scenario \"moon\": there are echo, websocket");
    }

    #[test]
    fn a_program_of_scenarios_has_no_conform() {
        let arguments = ["target/debug/mine", "conform"].map(OsString::from);
        let Err(Refused::Usage(line)) = parse(&arguments, SCENARIOS, false) else { panic!("conform was accepted") };
        assert_eq!(line, "no command \"conform\": there are run, explore, list");
    }

    #[test]
    fn help_names_the_scenarios() {
        let arguments = ["wavetank", "explore", "--help"].map(OsString::from);
        let Err(Refused::Help(help)) = parse(&arguments, SCENARIOS, true) else { panic!("no help") };
        assert!(help.contains("websocket  a chat"), "{help}");
    }
}
