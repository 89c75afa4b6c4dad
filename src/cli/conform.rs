//! `conform`: the conformance cases on one world or both, and a table.

use indicatif::{ProgressBar, ProgressStyle};
use wavetank_conformance::{Results, Runner, World};

use super::{
    Stop,
    args::{ConformArgs, WorldChoice},
    json, say, say_json,
};

pub(super) fn conform(args: &ConformArgs, json: bool) -> Result<bool, Stop> {
    let worlds: &[World] = match args.world {
        WorldChoice::Sim => &[World::Sim],
        WorldChoice::Real => &[World::Real],
        WorldChoice::Both => &[World::Real, World::Sim],
    };
    let runners = worlds.iter().map(|&world| Runner::new(world).filter(args.filter.as_deref()));
    let runners: Vec<_> = runners.map(|runner| (runner.selected().len() as u64, runner)).collect();
    let total = runners.iter().map(|(cases, _)| cases).sum();
    if total == 0 {
        return Err(Stop::Usage(no_case(args.filter.as_deref())));
    }
    let bar = ProgressBar::new(total).with_style(style());
    let results = runners.iter().fold(Results::default(), |results, (_, runner)| {
        results.and(runner.run(|case| {
            bar.set_message(case.name);
            bar.inc(1);
        }))
    });
    bar.finish_and_clear();
    if json {
        say_json(&json::Conformed::new(&results))?
    } else {
        say(&results.to_string())?
    }
    Ok(results.is_ok())
}

fn style() -> ProgressStyle {
    let template = "{wide_bar} {pos}/{len} cases  {msg:32!}";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// The line for a filter that nothing matches: the groups of cases, which are the first parts of their names.
fn no_case(filter: Option<&str>) -> String {
    let mut groups: Vec<_> = wavetank_conformance::cases().iter().map(|case| group(case.name)).collect();
    groups.sort_unstable();
    groups.dedup();
    format!("no case has {:?} in its name: there are {}", filter.unwrap_or_default(), groups.join(", "))
}

fn group(name: &str) -> &str {
    name.split_once("::").or_else(|| name.split_once('/')).map_or(name, |(group, _)| group)
}
