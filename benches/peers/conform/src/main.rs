//! wavetank's conformance suite on turmoil-net 0.1.0: see README.md.

mod bed;
mod knob;
mod machine;
mod socket;
mod threads;
mod unsayable;
mod world;

use std::{env, fmt::Write as _, fs, io, path::Path, process::ExitCode};

use bed::TurmoilNet;
use wavetank_conformance::{CaseResult, Results, Runner, Verdict, surface::Record};

const NAME: &str = "turmoil-net 0.1.0";

/// `conform [--filter TEXT] [--record FOLDER | --check FOLDER]`: 0 if nothing failed, or nothing is otherwise than on record; 1 if something is; 2
/// if it could not be run.
fn main() -> ExitCode {
    let (mut filter, mut folder, mut on_record) = (None, None, None);
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let place = match &*argument {
            "--filter" => &mut filter,
            "--record" => &mut folder,
            "--check" => &mut on_record,
            _ => {
                eprintln!("usage: conform [--filter TEXT] [--record FOLDER | --check FOLDER]");
                return ExitCode::from(2);
            }
        };
        *place = arguments.next();
    }
    let results = Runner::of(TurmoilNet).filter(filter.as_deref()).run(|_| ());
    if let Some(folder) = on_record {
        return check(&results, Path::new(&folder));
    }
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

/// Whether the record says of every case that is on it what the case comes to. Cases that are new may be missing.
fn check(results: &Results, folder: &Path) -> ExitCode {
    let file = folder.join("turmoil-net.txt");
    let read = fs::read_to_string(&file).map_err(|error| error.to_string());
    let recorded = match read.and_then(|text| Record::parse(&text)) {
        Ok(recorded) => recorded,
        Err(error) => {
            eprintln!("{}: {error}", file.display());
            return ExitCode::from(2);
        }
    };
    let now = Record::named(NAME, &results.cases);
    let differ: Vec<_> = recorded.names().filter(|name| recorded.outcome(name) != now.outcome(name)).collect();
    for name in &differ {
        println!("{name}: on record {:?}, now {:?}", recorded.outcome(name), now.outcome(name));
    }
    println!("{NAME}: {} of {} cases are otherwise than on record", differ.len(), recorded.names().count());
    ExitCode::from(u8::from(!differ.is_empty()))
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
