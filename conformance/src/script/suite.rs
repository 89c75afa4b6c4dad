//! Many scripts: where they are, which are wanted, and what became of each.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError, mpsc},
    thread,
    time::Instant,
};

use wavetank_api::Family;

use super::{
    differences,
    model::Script,
    run::Stop,
    worlds::{real, sim},
};
use crate::{Verdict, World};

/// Scripts that were found and read.
#[derive(Clone, Debug, Default)]
pub struct Scripts {
    /// In the order of their names.
    pub scripts: Vec<Script>,
    /// What was not understood: `path:line:column: message`.
    pub errors: Vec<String>,
}

/// The folder of scripts in this repository: below the current folder if it is there, else where this was built.
pub fn folder() -> PathBuf {
    let here = PathBuf::from("fixtures/tcp");
    if here.is_dir() { here } else { Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/tcp") }
}

impl Scripts {
    /// Reads a script, or all scripts below a folder.
    ///
    /// # Errors
    ///
    /// If a file or folder cannot be read. What is not understood is in [`errors`](Self::errors).
    pub fn read(path: &Path) -> io::Result<Self> {
        let mut paths = Vec::new();
        find(path, &mut paths)?;
        paths.sort_unstable();
        let mut scripts = Self::default();
        let top = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
        for path in paths {
            let name = path.strip_prefix(top).unwrap_or(&path).with_extension("");
            let shown = path.canonicalize().unwrap_or_else(|_| path.clone());
            let text = fs::read_to_string(&path)?;
            match Script::parse(&name.to_string_lossy(), &shown, &text) {
                Ok(script) => scripts.scripts.push(script),
                Err(error) => scripts.errors.push(format!("{}:{error}", shown.display())),
            }
        }
        Ok(scripts)
    }
}

fn find(path: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        if path.is_dir() || path.extension().is_some_and(|extension| extension == "pkt") {
            find(&path, found)?;
        }
    }
    Ok(())
}

/// What became of a script in a world.
#[derive(Clone, Debug)]
pub struct ScriptResult {
    /// The script's name.
    pub name: String,
    /// Its first comment.
    pub title: String,
    /// Where it ran.
    pub world: World,
    /// How it ended.
    pub verdict: Verdict,
    /// Why it failed or was skipped, or why the difference is permitted; or a note.
    pub reason: Option<String>,
    /// How long it took, in real time.
    pub millis: u64,
}

/// What became of many.
#[derive(Clone, Debug, Default)]
pub struct ScriptResults {
    /// One for each script and world.
    pub scripts: Vec<ScriptResult>,
}

impl ScriptResults {
    /// How many ended so in that world.
    pub fn count(&self, world: World, verdict: Verdict) -> usize {
        self.scripts.iter().filter(|script| script.world == world && script.verdict == verdict).count()
    }

    /// Whether none failed.
    pub fn is_ok(&self) -> bool {
        self.scripts.iter().all(|script| script.verdict != Verdict::Failed)
    }
}

/// `verdict  world  name  (milliseconds)` and the reason below it.
impl fmt::Display for ScriptResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:8} {:4}  {}", self.verdict.name(), self.world, self.name)?;
        match &self.reason {
            Some(reason) => write!(f, "\n  {}", reason.replace('\n', "\n  ")),
            None => Ok(()),
        }
    }
}

/// What did not simply pass, and a line of counts for each world.
impl fmt::Display for ScriptResults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for script in self.scripts.iter().filter(|script| script.reason.is_some()) {
            writeln!(f, "{script}")?;
        }
        for world in [World::Real, World::Sim] {
            let count = |verdict| self.count(world, verdict);
            let all = self.scripts.iter().filter(|script| script.world == world).count();
            if all > 0 {
                writeln!(
                    f,
                    "{world} world: {all} scripts, {} passed, {} failed, {} skipped, {} differ",
                    count(Verdict::Passed),
                    count(Verdict::Failed),
                    count(Verdict::Skipped),
                    count(Verdict::Differs),
                )?;
            }
        }
        Ok(())
    }
}

/// How scripts are run.
#[derive(Clone, Copy, Debug)]
pub struct ScriptRunner {
    world: World,
    slow: bool,
    jobs: usize,
    all_faults: bool,
}

/// In the real world scripts wait more than they work.
const REAL_JOBS: usize = 12;
/// A machine is shared: what came too late once is tried again.
const ATTEMPTS: usize = 5;

impl ScriptRunner {
    /// On this world; the slow ones of the real world if the environment has `WAVETANK_SLOW=1`.
    pub fn new(world: World) -> Self {
        let slow = std::env::var_os("WAVETANK_SLOW").is_some_and(|value| value == "1");
        let jobs = if world == World::Real { REAL_JOBS } else { thread::available_parallelism().map_or(1, Into::into) };
        Self { world, slow, jobs, all_faults: false }
    }

    /// Also the scripts that are marked slow.
    #[must_use]
    pub fn slow(mut self, slow: bool) -> Self {
        self.slow |= slow;
        self
    }

    /// Goes on after a fault, to tell all of them; and tries nothing again. For who writes a script.
    #[must_use]
    pub fn all_faults(mut self, all_faults: bool) -> Self {
        self.all_faults = all_faults;
        self
    }

    /// Runs them, so many at a time; `on_progress` is told each result as it comes.
    pub fn run(&self, scripts: &[Script], on_progress: impl Fn(&ScriptResult)) -> ScriptResults {
        let mut results: Vec<Option<ScriptResult>> = vec![None; scripts.len()];
        let queue = Mutex::new(scripts.iter().enumerate());
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        let (tell, told) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..self.jobs {
                let (tell, next) = (tell.clone(), &next);
                scope.spawn(move || {
                    while let Some((index, script)) = next() {
                        drop(tell.send((index, self.run_script(script))));
                    }
                });
            }
            drop(tell);
            for (index, result) in told {
                on_progress(&result);
                results[index] = Some(result);
            }
        });
        ScriptResults { scripts: results.into_iter().flatten().collect() }
    }

    /// Runs one, over each of its families.
    pub fn run_script(&self, script: &Script) -> ScriptResult {
        let begin = Instant::now();
        let (verdict, reason) = self.judge(script);
        ScriptResult {
            name: script.name.to_string(),
            title: script.title.clone(),
            world: self.world,
            verdict,
            reason,
            millis: begin.elapsed().as_millis() as u64,
        }
    }

    fn judge(&self, script: &Script) -> (Verdict, Option<String>) {
        if script.slow && self.world == World::Real && !self.slow {
            let how = "slow in real time; run with --slow, or WAVETANK_SLOW=1";
            return (Verdict::Skipped, Some(how.to_owned()));
        }
        let mut notes = Vec::new();
        let mut failures = Vec::new();
        for &family in script.families {
            let name = if family == Family::INET6 { "IPv6" } else { "IPv4" };
            match self.attempt(script, family, &mut notes) {
                Ok(()) => {}
                Err(Stop::Skipped(reason)) => return (Verdict::Skipped, Some(reason)),
                Err(Stop::Failed(failure)) => failures.push(format!("{name}, {} world: {failure}", self.world)),
            }
        }
        let permitted = differences::permitted(&script.name).filter(|_| self.world == World::Sim);
        let text = |lines: Vec<String>| (!lines.is_empty()).then(|| lines.join("\n"));
        match (permitted, failures.is_empty()) {
            (None, true) => (Verdict::Passed, text(notes)),
            (None, false) => (Verdict::Failed, text(failures)),
            (Some(difference), false) => (Verdict::Differs, Some(difference.reason.to_owned())),
            (Some(_), true) => {
                let stale = "it passes, though script/differences.rs says that it does not: delete the entry";
                (Verdict::Failed, Some(stale.to_owned()))
            }
        }
    }

    fn attempt(&self, script: &Script, family: Family, notes: &mut Vec<String>) -> Result<(), Stop> {
        if self.world == World::Sim {
            return sim::run(script, family, self.all_faults);
        }
        let mut last = None;
        for _ in 0..if self.all_faults { 1 } else { ATTEMPTS } {
            match real::run(script, family, self.all_faults) {
                Err(Stop::Failed(failure)) => last = Some(failure),
                Ok(()) => {
                    notes.extend(last.map(|failure| format!("passed only when tried again: {failure}")));
                    return Ok(());
                }
                skipped => return skipped,
            }
        }
        last.map_or(Ok(()), |failure| Err(Stop::Failed(failure)))
    }
}
