//! `differ`: programs of socket calls drawn at random, run in both worlds, and where these part.

use std::{
    fmt::{self, Write as _},
    fs,
    path::Path,
    str::FromStr,
    thread,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use wavetank_differential::{
    Coverage, Difference, Finding, Hunt, Hunted, Only, Program, Programs, annotated,
    concurrent::{self, ConcurrentPrograms},
    world,
};

use super::{
    Stop,
    args::{DifferArgs, ProgramForm},
    json, say, say_json,
};

pub(super) fn differ(args: &DifferArgs, json: bool) -> Result<bool, Stop> {
    if let Some(file) = &args.file {
        if args.concurrent {
            return watch(&read::<Program>(file)?);
        }
        return show(&read::<Program>(file)?, args, json);
    }
    let jobs =
        args.jobs.map_or_else(|| thread::available_parallelism().map_or(1, Into::into), |jobs| usize::from(jobs.get()));
    if args.concurrent {
        if let Some(seed) = args.show {
            return watch(&ConcurrentPrograms::default().draw(seed));
        }
        return concurrent(args, jobs, json);
    }
    let draw = match &args.steer {
        Some(file) => Programs::steered(&read(file)?),
        None => Programs::default(),
    };
    if let Some(seed) = args.show {
        return show(&draw.draw(seed), args, json);
    }
    let hunt = Hunt { seed: args.seed, programs: args.programs, jobs, draw, only: only(args) };
    let bar = ProgressBar::new(args.programs).with_style(style());
    let hunted = hunt.run(|hunted| {
        bar.set_position(hunted.programs);
        bar.set_message(format!("{} differ", hunted.differing));
    });
    bar.finish_and_clear();
    let hunted = hunted.map_err(no_namespaces)?;
    let differing = hunted.differing;
    if json {
        say_json(&json::Differed::new(&hunted))?;
    } else {
        say(&report(&hunted, args.form)?)?;
        say(&cells(&hunted.coverage, args)?)?;
    }
    if let Some(file) = &args.record {
        record(hunted.coverage, file)?;
    }
    Ok(differing == 0)
}

fn only(args: &DifferArgs) -> Only {
    Only { with: args.with.clone(), without: args.without.clone() }
}

/// Times that a concurrent program is run on the kernel: each may come out otherwise.
const RUNS: u64 = 8;

/// `--concurrent`: programs of several threads, whose outcome on the kernel must be one that the simulator reaches.
fn concurrent(args: &DifferArgs, jobs: usize, json: bool) -> Result<bool, Stop> {
    let hunt = concurrent::Hunt {
        seed: args.seed,
        programs: args.programs,
        jobs,
        runs: RUNS,
        draw: ConcurrentPrograms::default(),
        only: only(args),
    };
    let bar = ProgressBar::new(args.programs).with_style(style());
    let hunted = hunt.run(|hunted| {
        bar.set_position(hunted.programs);
        bar.set_message(format!("{} out of reach", hunted.escapes.len()));
    });
    bar.finish_and_clear();
    let hunted = hunted.map_err(no_namespaces)?;
    if json {
        say_json(&json::Raced::new(&hunted))?;
    } else {
        hunted.escapes.iter().try_for_each(|escape| say(&format!("== {escape}\n")))?;
        say(&format!("{hunted}\n"))?;
    }
    Ok(hunted.escapes.is_empty())
}

/// One concurrent program, many times: what it comes to on the kernel.
fn watch(program: &Program) -> Result<bool, Stop> {
    const RUNS: u64 = 200;
    let seen = concurrent::watch(program, RUNS).map_err(no_namespaces)?;
    say(&program.to_string())?;
    for concurrent::Seldom { outcome, count, is_reached } in &seen {
        let reached = if *is_reached { "reached" } else { "OUT OF REACH" };
        say(&format!("== {count} of {RUNS} runs, {reached} by the simulator\n{outcome}\n"))?;
    }
    Ok(seen.iter().all(|seen| seen.is_reached))
}

/// How much was reached, and what was not.
fn cells(coverage: &Coverage, args: &DifferArgs) -> Result<String, Stop> {
    let mut text = format!("{} cells of behaviour reached in both worlds\n", coverage.len());
    if args.cells {
        text += &coverage.markdown();
    }
    if let Some(file) = &args.known {
        let missing = coverage.missing(&read(file)?);
        missing.iter().for_each(|cell| text += &format!("not reached: {cell}\n"));
        text += &format!("{} cells of {} were not reached\n", missing.len(), file.display());
    }
    Ok(text)
}

/// What was reached is added to the record.
fn record(coverage: Coverage, file: &Path) -> Result<(), Stop> {
    let mut record = if file.exists() { read(file)? } else { Coverage::default() };
    record.merge(coverage);
    fs::write(file, record.to_string()).map_err(|error| Stop::Usage(format!("{}: {error}", file.display())))
}

fn no_namespaces(error: wavetank_lab::Error) -> Stop {
    Stop::Usage(format!("no two hosts of the real world: {error}; they are network namespaces, which take root"))
}

fn read<T: FromStr<Err: fmt::Display>>(file: &Path) -> Result<T, Stop> {
    let text = fs::read_to_string(file).map_err(|error| Stop::Usage(format!("{}: {error}", file.display())))?;
    text.parse().map_err(|error| Stop::Usage(format!("{}: {error}", file.display())))
}

/// One program: as it is asked for, or run in both worlds.
fn show(program: &Program, args: &DifferArgs, json: bool) -> Result<bool, Stop> {
    if let Some(form) = args.form {
        say(&text_of(program, form)?)?;
        return Ok(true);
    }
    let tank = world::RealTank::new().map_err(no_namespaces)?;
    let real = tank.run(program, Duration::ZERO);
    let sim = world::run(program);
    let difference = Difference::between(program, &real, &sim);
    let text = match &sim {
        Ok(sim) => beside(&annotated(program, &real), &annotated(program, sim)),
        Err(_) => annotated(program, &real),
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

fn text_of(program: &Program, form: ProgramForm) -> Result<String, Stop> {
    Ok(match form {
        ProgramForm::Script => program.to_string(),
        ProgramForm::C => program.to_c(),
        // What the kernel answers is what it asserts.
        ProgramForm::Rust => {
            let tank = world::RealTank::new().map_err(no_namespaces)?;
            program.to_rust(&tank.run(program, Duration::ZERO))
        }
    })
}

/// Every finding, the most frequent first, and a line of counts.
fn report(hunted: &Hunted, form: Option<ProgramForm>) -> Result<String, Stop> {
    let mut findings: Vec<_> = hunted.findings.iter().collect();
    findings.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.count));
    let mut text = String::new();
    for (signature, finding) in findings {
        let program = text_of(&finding.program, form.unwrap_or(ProgramForm::Script))?;
        let _ = writeln!(
            text,
            "== {signature} (real / simulated), seed {}\n{program}{}\n",
            finding.seed, finding.difference
        );
    }
    let Hunted { programs, calls, passing, passed, differing, freedoms, .. } = hunted;
    let mut passed: Vec<_> = passed.iter().collect();
    passed.sort_by_key(|(_, (_, count))| std::cmp::Reverse(*count));
    for (signature, (seed, count)) in passed {
        let _ = writeln!(text, "once, and not again: {count} x {signature}, seed {seed}");
    }
    for (name, count) in freedoms {
        let _ = writeln!(text, "permitted: {name}, in {count} programs");
    }
    let _ = writeln!(
        text,
        "{programs} programs, {calls} calls in each world: {differing} differ; {passing} once and not again"
    );
    Ok(text)
}

fn style() -> ProgressStyle {
    let template = "{wide_bar} {pos}/{len} programs  {msg:20!} {eta}";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
