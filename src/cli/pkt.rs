//! `pkt`: the packet scripts on one world or both.

use std::{fs, path::Path};

use indicatif::{ProgressBar, ProgressStyle};
use wavetank_conformance::{
    Verdict, World,
    script::{Script, ScriptResults, ScriptRunner, Scripts, folder},
    surface::Record,
};

use super::{
    Stop,
    args::{PktArgs, WorldChoice},
    json, say, say_json,
};

pub(super) fn pkt(args: &PktArgs, json: bool) -> Result<bool, Stop> {
    // The real world first: it is the reference.
    let worlds: &[World] = match args.world {
        WorldChoice::Sim => &[World::Sim],
        WorldChoice::Real => &[World::Real],
        WorldChoice::Both => &[World::Real, World::Sim],
    };
    let scripts = selected(args.filter.as_deref())?;
    let bar = ProgressBar::new((scripts.len() * worlds.len()) as u64).with_style(style());
    let mut results = ScriptResults::default();
    for &world in worlds {
        let ran = ScriptRunner::new(world).slow(args.slow).all_faults(args.all_faults).run(&scripts, |script| {
            bar.set_message(script.name.clone());
            bar.inc(1);
        });
        results.scripts.extend(ran.scripts);
    }
    bar.finish_and_clear();
    if let Some(file) = &args.record {
        fs::write(file, Record::of_scripts(&results).to_string()).map_err(|error| Stop::File(file.clone(), error))?;
    }
    if json {
        say_json(&json::Scripted::new(&results))?;
    } else {
        say(&format!("{}{results}", if args.list { list(&results) } else { String::new() }))?;
    }
    Ok(results.is_ok())
}

/// The scripts that are meant: of a path, or those with that text in their name.
fn selected(filter: Option<&str>) -> Result<Vec<Script>, Stop> {
    let given = filter.filter(|filter| Path::new(filter).exists());
    let path = given.map_or_else(folder, Into::into);
    let read = Scripts::read(&path).map_err(|error| Stop::Usage(format!("{}: {error}", path.display())))?;
    if let Some(error) = read.errors.first() {
        return Err(Stop::Usage(error.clone()));
    }
    let mut scripts = read.scripts;
    if let (Some(filter), None) = (filter, given) {
        scripts.retain(|script| script.name.contains(filter));
    }
    if scripts.is_empty() {
        let filter = filter.unwrap_or_default();
        return Err(Stop::Usage(format!("no script below {} has {filter:?} in its name", path.display())));
    }
    Ok(scripts)
}

fn style() -> ProgressStyle {
    let template = "{wide_bar} {pos}/{len} scripts  {msg:48!}";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// A line for each script that passed.
fn list(results: &ScriptResults) -> String {
    let passed = results.scripts.iter().filter(|script| script.verdict == Verdict::Passed);
    passed.map(|script| format!("passed   {:4}  {}  ({} ms)\n", script.world, script.name, script.millis)).collect()
}
