//! wavetank's conformance suite on turmoil-net 0.1.0: see README.md.

mod bed;
mod knob;
mod machine;
mod socket;
mod unsayable;
mod world;

use std::{env, fmt::Write as _, fs, io, path::Path, process::ExitCode};

use bed::TurmoilNet;
use wavetank_conformance::{CaseResult, Results, Runner, Verdict, surface::Record};

const NAME: &str = "turmoil-net 0.1.0";

/// `conform [--filter TEXT] [--record FOLDER]`: 0 if nothing failed, 1 if something did, 2 if it could not be run.
fn main() -> ExitCode {
    let (mut filter, mut folder) = (None, None);
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let place = match &*argument {
            "--filter" => &mut filter,
            "--record" => &mut folder,
            _ => {
                eprintln!("usage: conform [--filter TEXT] [--record FOLDER]");
                return ExitCode::from(2);
            }
        };
        *place = arguments.next();
    }
    let results = Runner::of(TurmoilNet).filter(filter.as_deref()).run(|_| ());
    println!("{results}\n{}", results.by_topic());
    match folder.map(|folder| record(&results, Path::new(&folder))) {
        Some(Err(error)) => {
            eprintln!("it could not be recorded: {error}");
            ExitCode::from(2)
        }
        _ => results.exit_code(),
    }
}

/// What `fixtures/conformance/README.md` describes: a line for each case, and a table of what failed.
fn record(results: &Results, folder: &Path) -> io::Result<()> {
    fs::write(folder.join("turmoil-net.txt"), Record::named(NAME, &results.cases).to_string())?;
    fs::write(folder.join("turmoil-net.tsv"), failures(&results.cases))
}

fn failures(cases: &[CaseResult]) -> String {
    let mut text = format!(
        "# Other implementations: What fails on {NAME}\n\
         ## How it is asked, and how to run it: `benches/peers/conform/README.md`.\n\
         case\tbehaviour\twhat happened\n"
    );
    for case in cases.iter().filter(|case| case.verdict == Verdict::Failed) {
        let reason = case.reason.as_deref().unwrap_or_default();
        // Writing to a text cannot fail.
        let _ = writeln!(text, "`{}`\t{}\t{}", case.name, case.statement, happened(reason));
    }
    text
}

/// Of a reason in several lines, one for each way, the first; without the place in our sources.
fn happened(reason: &str) -> String {
    let first = reason.lines().next().unwrap_or_default();
    let without_place = first.rsplit_once(" (").filter(|(_, place)| place.contains(".rs:"));
    without_place.map_or(first, |(what, _)| what).to_owned()
}
