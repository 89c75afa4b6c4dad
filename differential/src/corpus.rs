//! Programs that once showed a difference, each a file of `fixtures/differential/`: told in comments, and run again in both worlds.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    Log, Program, annotated, compare,
    world::{self, RealTank},
};

/// A file of the corpus.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The file's name without its ending.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// The comment at its head, as it stands.
    pub head: String,
    /// What follows: the program, and what Linux answered.
    pub body: String,
    /// The program.
    pub program: Program,
}

/// The folder of this repository: below the current folder if it is there, else where this was built.
pub fn folder() -> PathBuf {
    let here = PathBuf::from("fixtures/differential");
    if here.is_dir() { here } else { Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/differential") }
}

/// All files of a folder, in the order of their names.
///
/// # Errors
///
/// If one cannot be read, or is no program: `InvalidData`, with path and line.
pub fn read_all(folder: &Path) -> io::Result<Vec<Kept>> {
    let paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    let mut paths: Vec<PathBuf> =
        paths.into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "txt")).collect();
    paths.sort_unstable();
    paths.iter().map(|path| Kept::read(path)).collect()
}

/// What is waited after each call, so that an overworked core is no difference.
const PATIENCE: Duration = Duration::from_micros(300);
/// How often a difference must show: a core may be more than overworked.
const ATTEMPTS: usize = 4;

impl Kept {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is no program: `InvalidData`, with path and line.
    pub fn read(path: &Path) -> io::Result<Self> {
        let text = fs::read_to_string(path)?;
        let invalid = |error| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()));
        let program = text.parse().map_err(invalid)?;
        let head: String = text.split_inclusive('\n').take_while(|line| line.starts_with('#')).collect();
        let body = text[head.len()..].to_owned();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, path: path.to_owned(), head, body, program })
    }

    /// Runs it in the simulator and, given that, in the real world, and says what is not as it should be: the worlds differ, or
    /// answer otherwise than is kept.
    ///
    /// # Errors
    ///
    /// What is wrong.
    pub fn check(&self, real: Option<&RealTank>) -> Result<(), String> {
        let sim = world::run(&self.program).map_err(|report| format!("the simulation did not end:\n{report}"))?;
        let Some(tank) = real else {
            // What may be one or the other only `compare` knows.
            return if self.has_freedom() { Ok(()) } else { self.is_kept("the simulator", &sim) };
        };
        let mut wrong = Ok(());
        for _ in 0..ATTEMPTS {
            let real = tank.run(&self.program, PATIENCE);
            wrong = match compare(&self.program, &real, &sim) {
                Some(difference) => Err(format!("{difference}\nLinux:\n{}", annotated(&self.program, &real))),
                // What is kept is but one of the things that Linux may do.
                None if self.has_freedom() => Ok(()),
                None => self.is_kept("the simulator", &sim).or_else(|_| self.is_kept("Linux", &real)),
            };
            if wrong.is_ok() {
                break;
            }
        }
        wrong
    }

    /// The file as it should be, with what Linux answers now.
    pub fn blessed(&self, real: &RealTank) -> String {
        format!("{}{}", self.head, annotated(&self.program, &real.run(&self.program, PATIENCE)))
    }

    /// Whether its head says that the worlds may differ.
    fn has_freedom(&self) -> bool {
        self.head.lines().any(|line| line.starts_with("# Freedom:"))
    }

    fn is_kept(&self, who: &str, log: &Log) -> Result<(), String> {
        let now = annotated(&self.program, log);
        let (mut kept, mut told) = (self.body.lines(), now.lines());
        loop {
            match (kept.next(), told.next()) {
                (None, None) => return Ok(()),
                (kept, told) if kept == told => {}
                (kept, told) => {
                    let [kept, told] = [kept, told].map(|line| line.unwrap_or("(nothing)"));
                    return Err(format!("{who} answers otherwise than is kept:\n  kept {kept}\n  now  {told}"));
                }
            }
        }
    }
}
