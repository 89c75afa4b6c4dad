//! `differ`: programs of socket calls drawn at random, run in both worlds, and where these part.

use std::{fmt::Write as _, fs, path::Path, thread, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use wavetank_differential::{Difference, Finding, Hunt, Hunted, Part, Program, Programs, annotated, compare, world};

use super::{
    Stop,
    args::{DifferArgs, ProgramForm},
    json, say, say_json,
};

pub(super) fn differ(args: &DifferArgs, json: bool) -> Result<bool, Stop> {
    if let Some(file) = &args.file {
        return show(&read(file)?, args, json);
    }
    if let Some(seed) = args.show {
        return show(&Programs::default().draw(seed), args, json);
    }
    let hunt = Hunt {
        seed: args.seed,
        programs: args.programs,
        jobs: args
            .jobs
            .map_or_else(|| thread::available_parallelism().map_or(1, Into::into), |jobs| usize::from(jobs.get())),
        draw: Programs::default(),
    };
    let bar = ProgressBar::new(args.programs).with_style(style());
    let hunted = hunt.run(|hunted| {
        bar.set_position(hunted.programs);
        bar.set_message(format!("{} differ", hunted.differing));
    });
    bar.finish_and_clear();
    let hunted = hunted.map_err(no_namespaces)?;
    if json {
        say_json(&json::Differed::new(&hunted))?;
    } else {
        say(&report(&hunted, args.form))?;
    }
    Ok(hunted.differing == 0)
}

fn no_namespaces(error: wavetank_lab::Error) -> Stop {
    Stop::Usage(format!("no two hosts of the real world: {error}; they are network namespaces, which take root"))
}

fn read(file: &Path) -> Result<Program, Stop> {
    let text = fs::read_to_string(file).map_err(|error| Stop::Usage(format!("{}: {error}", file.display())))?;
    text.parse().map_err(|error| Stop::Usage(format!("{}: {error}", file.display())))
}

/// One program: as it is asked for, or run in both worlds.
fn show(program: &Program, args: &DifferArgs, json: bool) -> Result<bool, Stop> {
    if let Some(form) = args.form {
        say(&text_of(program, form))?;
        return Ok(true);
    }
    let tank = world::RealTank::new().map_err(no_namespaces)?;
    let real = tank.run(program, Duration::ZERO);
    let (difference, text) = match world::run(program) {
        Ok(sim) => (compare(program, &real, &sim), beside(&annotated(program, &real), &annotated(program, &sim))),
        Err(report) => (Some(Difference { step: 0, part: Part::Stuck(report) }), annotated(program, &real)),
    };
    let ok = difference.is_none();
    if json {
        let findings = difference.map(|difference| {
            let finding = Finding { seed: args.show.unwrap_or(0), program: program.clone(), difference, count: 1 };
            (finding.difference.signature(program), finding)
        });
        let hunted = Hunted {
            programs: 1,
            calls: program.len() as u64,
            differing: u64::from(!ok),
            findings: findings.into_iter().collect(),
            ..Hunted::default()
        };
        say_json(&json::Differed::new(&hunted))?;
    } else {
        let verdict =
            difference.map_or_else(|| "the worlds agree\n".to_owned(), |difference| format!("{difference}\n"));
        say(&format!("{text}{verdict}"))?;
    }
    Ok(ok)
}

/// What both worlds showed stands once; where they part, a line for each.
fn beside(real: &str, sim: &str) -> String {
    let mut text = String::new();
    for (real, sim) in real.lines().zip(sim.lines()) {
        // A string knows how to take what is written to it.
        let _ = match real == sim {
            true => writeln!(text, "      {real}"),
            false => writeln!(text, "real  {real}\nsim   {sim}"),
        };
    }
    text
}

fn text_of(program: &Program, form: ProgramForm) -> String {
    match form {
        ProgramForm::Script => program.to_string(),
    }
}

/// Every finding, the most frequent first, and a line of counts.
fn report(hunted: &Hunted, form: Option<ProgramForm>) -> String {
    let mut findings: Vec<_> = hunted.findings.iter().collect();
    findings.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.count));
    let mut text = String::new();
    for (signature, finding) in findings {
        let program = text_of(&finding.program, form.unwrap_or(ProgramForm::Script));
        let _ = writeln!(
            text,
            "== {signature} (real / simulated), seed {}\n{program}{}\n",
            finding.seed, finding.difference
        );
    }
    let Hunted { programs, calls, passing, differing, .. } = hunted;
    let _ = writeln!(
        text,
        "{programs} programs, {calls} calls in each world: {differing} differ; {passing} only when the machine was too busy"
    );
    text
}

fn style() -> ProgressStyle {
    let template = "{wide_bar} {pos}/{len} programs  {msg:20!} {eta}";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
