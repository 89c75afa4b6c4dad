//! `conform`: the conformance cases on one world or both, and a table.

use std::{
    fs,
    path::{Path, PathBuf},
};

use indicatif::{ProgressBar, ProgressStyle};
use wavetank_conformance::{
    Results, Runner, Stop as Unasked, World,
    bind_table::{self, Beside, Table},
    page::{self, Made, Page},
    surface::Record,
};
use wavetank_differential::{FREEDOMS, concurrent::RACES};

use super::{
    Stop,
    args::{ConformArgs, WorldChoice},
    json, say, say_json,
};

/// `command` is how this was called.
pub(super) fn conform(args: &ConformArgs, json: bool, command: &str) -> Result<bool, Stop> {
    if args.bind_table {
        return bind_table(args.world);
    }
    let to_output = one_to_output(args, json)?;
    if args.recorded {
        return recorded(args);
    }
    // The real world first: it is the reference.
    let worlds: &[World] = match args.world {
        WorldChoice::Sim => &[World::Sim],
        WorldChoice::Real => &[World::Real],
        WorldChoice::Both => &[World::Real, World::Sim],
    };
    let runners = worlds.iter().map(|&world| Runner::new(world).filter(args.filter.as_deref()));
    let runners = runners.map(|runner| if args.families { runner.families(true) } else { runner });
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
    let made = Made { by: command.to_owned(), on: page::this_machine() };
    let documents = [
        (&args.record, (|results, _| Record::of(results).to_string()) as fn(&Results, &Made) -> String),
        (&args.html, |results, made| whole(Page::of(results, made)).html()),
        (&args.markdown, |results, made| whole(Page::of(results, made)).markdown()),
        (&args.junit, page::junit),
    ];
    for (file, text) in documents {
        file.as_ref().map_or(Ok(()), |file| write(file, &text(&results, &made)))?;
    }
    if to_output {
        return Ok(results.is_ok());
    }
    if json {
        say_json(&json::Conformed::new(&results))?;
    } else {
        say(&format!("{results}\n{}", results.by_topic()))?;
    }
    Ok(results.is_ok())
}

/// Whether a document goes to standard output, where then nothing else is said. Two would be mixed there.
fn one_to_output(args: &ConformArgs, json: bool) -> Result<bool, Stop> {
    let files =
        [("--record", &args.record), ("--html", &args.html), ("--markdown", &args.markdown), ("--junit", &args.junit)];
    let is_output = |file: &Option<PathBuf>| file.as_ref().is_some_and(|file| file.as_os_str() == "-");
    let mut names: Vec<_> = files.iter().filter(|(_, file)| is_output(file)).map(|(name, _)| *name).collect();
    if args.recorded && args.html.is_none() && args.markdown.is_none() {
        return Err(Stop::Usage("--recorded is about a page: say --html FILE or --markdown FILE".to_owned()));
    }
    if json && (args.recorded || !names.is_empty()) {
        names.push("--json");
    }
    match names[..] {
        [] => Ok(false),
        [_] => Ok(true),
        [..] => Err(Stop::Usage(format!("only one of {} can have standard output", names.join(", ")))),
    }
}

/// `--recorded`: nothing is run but the simulated world, so there is no result to tell.
fn recorded(args: &ConformArgs) -> Result<bool, Stop> {
    let page = whole(Page::recorded().map_err(|error| Stop::Usage(error.to_string()))?);
    for (file, text) in [(&args.html, Page::html as fn(&Page) -> String), (&args.markdown, Page::markdown)] {
        file.as_ref().map_or(Ok(()), |file| write(file, &text(&page)))?;
    }
    Ok(true)
}

/// `--bind-table`: whether the worlds agree in every cell; of one world, whether it could be asked.
fn bind_table(world: WorldChoice) -> Result<bool, Stop> {
    let asked = |answer: Result<Table, Unasked>| {
        answer.map_err(|unasked| match unasked {
            Unasked::Failed(why) | Unasked::Skipped(why) => Stop::Usage(why),
            Unasked::Absent(absence) => Stop::Usage(absence.to_string()),
        })
    };
    let states = &bind_table::State::ALL;
    match world {
        WorldChoice::Real => say(&asked(bind_table::real(states))?.document())?,
        WorldChoice::Sim => say(&asked(bind_table::sim(states))?.document())?,
        WorldChoice::Both => {
            let (real, sim) = (asked(bind_table::real(states))?, asked(bind_table::sim(states))?);
            let beside = Beside { real: &real, sim: &sim };
            say(&beside.to_string())?;
            return Ok(beside.differences().is_empty());
        }
    }
    Ok(true)
}

/// With what the suite itself does not know.
fn whole(page: Page) -> Page {
    page.with_freedoms(FREEDOMS.iter().map(|freedom| [freedom.name, freedom.bounds, freedom.reason]))
        .with_races(RACES.iter().map(|race| [race.name, race.bounds, race.reason]))
}

fn write(file: &Path, text: &str) -> Result<(), Stop> {
    if file.as_os_str() == "-" {
        return Ok(say(text)?);
    }
    fs::write(file, text).map_err(|error| Stop::File(file.to_owned(), error))
}

fn style() -> ProgressStyle {
    let template = "{wide_bar} {pos}/{len} cases  {msg:32!}";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// The line for a filter that nothing matches.
fn no_case(filter: Option<&str>) -> String {
    let mut topics: Vec<_> = wavetank_conformance::cases().iter().map(|case| case.topic()).collect();
    topics.sort_unstable();
    topics.dedup();
    format!("no case has {:?} in its name: there are {}", filter.unwrap_or_default(), topics.join(", "))
}
