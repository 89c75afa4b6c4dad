//! The packet scripts: what a TCP does on the wire, as `fixtures/tcp/` states it, on the kernel of the record and in the simulator.

use std::io;

use super::{Cell, Section, Table};
use crate::{
    Verdict, World,
    script::{Script, ScriptResult, ScriptRunner, Scripts, folder},
    surface::{Outcome, Records},
};

const TEXT: &str = "Timed scripts of calls and packets, in which the script is the remote side: `fixtures/tcp/NAME.pkt`. What a real kernel came \
    to is on record there; `cargo tank pkt` runs them on both.";

/// Where the records are.
const FOLDER: &str = "fixtures/tcp";

pub(super) fn section() -> io::Result<Section> {
    let (records, scripts) = (Records::read_from(FOLDER)?, Scripts::read(&folder())?.scripts);
    let results = ScriptRunner::new(World::Sim).run(&scripts, |_| ()).scripts;
    let mut tables: Vec<Table> = Vec::new();
    for (script, in_sim) in scripts.iter().zip(&results) {
        let (topic, _) = script.name.split_once('/').unwrap_or_default();
        let title = format!("`{topic}/`");
        if tables.last().is_none_or(|table| table.title != title) {
            tables.push(Table::new(&title, ["script", "what it shows", "real", "simulated"]));
        }
        if let Some(table) = tables.last_mut() {
            table.push(line(script, &records, in_sim));
        }
    }
    Ok(Section::new("Packet scripts", &[TEXT], tables))
}

fn line(script: &Script, records: &Records, in_sim: &ScriptResult) -> Vec<Cell> {
    let name = script.name.rsplit('/').next().unwrap_or_default();
    let real = records.iter().find_map(|record| record.outcome(&script.name));
    vec![
        Cell::code(name),
        Cell::from(script.title.as_str()),
        real.map_or_else(|| Cell::from("not run"), ended),
        ended(&Outcome::new(in_sim.verdict, in_sim.reason.as_deref())),
    ]
}

/// Why something differs is among the permitted differences.
fn ended(outcome: &Outcome) -> Cell {
    let cell = Cell::verdict(outcome.verdict, outcome.verdict.name());
    match &outcome.why {
        Some(why) if outcome.verdict == Verdict::Skipped => cell.then(": ", why),
        _ => cell,
    }
}

/// Scripts that are on no record, and records of none.
pub fn script_faults() -> io::Result<Vec<String>> {
    let (records, scripts) = (Records::read_from(FOLDER)?, Scripts::read(&folder())?.scripts);
    let is_script = |name: &str| scripts.iter().any(|script| *script.name == *name);
    let recorded: Vec<_> = records.iter().flat_map(|record| record.names()).collect();
    let gone =
        recorded.iter().filter(|name| !is_script(name)).map(|name| format!("{name} is on record and is no script"));
    let new = scripts.iter().filter(|script| !recorded.contains(&&*script.name));
    Ok(gone.chain(new.map(|script| format!("{} is on no record", script.name))).collect())
}
