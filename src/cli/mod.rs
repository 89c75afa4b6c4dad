//! The command `wavetank`, and the same command line for a program of your own scenarios.
//!
//! ```no_run
//! use std::process::ExitCode;
//! use wavetank::{Sim, cli::{Knobs, Scenario}};
//!
//! fn handover(sim: &Sim, knobs: &Knobs) {
//!     let (left, right) = (sim.host("left"), sim.host("right"));
//!     knobs.on(sim.link(&left, &right));
//!     // left.serve(..); right.run(..);
//! }
//!
//! fn main() -> ExitCode {
//!     wavetank::cli::main(&[Scenario::new("handover", "one takes over from the other", handover)])
//! }
//! ```
//!
//! `run handover --seed 17 --loss 5% --trace`, `explore handover --seeds 1000 --jobs 2` and `list` then work as they do for
//! `wavetank`. The exit status is 0 if all went well, 1 if a run failed, 2 if the arguments were not understood.

mod args;
mod conform;
mod differ;
mod explore;
mod json;
mod knobs;
mod pkt;
mod run;
mod scenario;
pub mod scenarios;
mod surface;
mod text;

use std::{
    env,
    ffi::OsString,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use self::args::{Cli, Command, Refused, ScenarioCommand};
pub use self::{knobs::Knobs, scenario::Scenario};

/// The whole of `main` for a program of scenarios: reads the arguments of the process, and does what they say.
pub fn main(scenarios: &[Scenario]) -> ExitCode {
    start(scenarios, false)
}

/// The command `wavetank`: the built-in scenarios, and the conformance cases.
pub fn wavetank() -> ExitCode {
    start(scenarios::ALL, true)
}

/// The arguments read: of `run`, the options that build the same world again; or the line that is answered. For fuzz targets.
#[doc(hidden)]
pub fn options_again(arguments: &[OsString]) -> Result<Option<String>, String> {
    match args::parse(arguments, scenarios::ALL, true) {
        Ok(Cli { command: Command::Scenario(ScenarioCommand::Run(run)), .. }) => Ok(Some(run.world.options())),
        Ok(_) | Err(Refused::Help(_)) => Ok(None),
        Err(Refused::Usage(line)) => Err(line),
    }
}

/// How a command ends early.
enum Stop {
    /// The arguments make no sense: one line.
    Usage(String),
    /// Standard output is gone, or full.
    Output(io::Error),
    /// A file cannot be written.
    File(PathBuf, io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

fn start(scenarios: &[Scenario], with_conform: bool) -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().collect();
    let done = match args::parse(&arguments, scenarios, with_conform) {
        Ok(cli) => dispatch(&cli, scenarios, &arguments),
        Err(Refused::Help(help)) => say(&help).map(|()| true).map_err(Stop::Output),
        Err(Refused::Usage(line)) => Err(Stop::Usage(line)),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(Stop::Usage(line)) => {
            eprintln!("{line}");
            ExitCode::from(2)
        }
        // Who reads half of it, as `head` does, has had enough.
        Err(Stop::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Stop::Output(error)) => {
            eprintln!("cannot write to standard output: {error}");
            ExitCode::from(1)
        }
        Err(Stop::File(path, error)) => {
            eprintln!("cannot write {}: {error}", path.display());
            ExitCode::from(1)
        }
    }
}

/// Whether all went well.
fn dispatch(cli: &Cli, scenarios: &[Scenario], arguments: &[OsString]) -> Result<bool, Stop> {
    let program = &program(arguments);
    let named = |name: &str| scenario::find(scenarios, name).map_err(Stop::Usage);
    match &cli.command {
        Command::Scenario(ScenarioCommand::Run(args)) => run::run(named(&args.scenario)?, args, program, cli.json),
        Command::Scenario(ScenarioCommand::Explore(args)) => {
            explore::explore(named(&args.scenario)?, args, program, cli.json)
        }
        Command::Scenario(ScenarioCommand::List) => list(scenarios, cli.json),
        Command::Conform(args) => conform::conform(args, cli.json, &command(arguments)),
        Command::Pkt(args) => pkt::pkt(args, cli.json),
        Command::Differ(args) => differ::differ(args, cli.json),
        Command::Surface(args) => surface::surface(args, cli.json),
    }
}

fn list(scenarios: &[Scenario], json: bool) -> Result<bool, Stop> {
    if json {
        say_json(&json::Scenarios::new(scenarios))?
    } else {
        say(&scenario::table(scenarios))?
    }
    Ok(true)
}

/// The program as it was called: a command that is shown begins with it, and can be copied.
fn program(arguments: &[OsString]) -> String {
    text::quoted(&arguments.first().map_or_else(|| "wavetank".into(), |first| first.to_string_lossy()))
}

/// All of it, as a shell reads it.
fn command(arguments: &[OsString]) -> String {
    arguments.iter().map(|argument| text::quoted(&argument.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

/// The command that runs one seed again and shows everything.
fn replay_command(program: &str, scenario: &Scenario, seed: u64, world: &args::WorldArgs) -> String {
    format!("{program} run {} --seed {seed}{} --trace", text::quoted(scenario.name), world.options())
}

fn say(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

fn say_json(document: &impl serde::Serialize) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    say(&text)
}
