//! [`Record`]: what a run of the cases on a kernel showed, as text that is kept in `fixtures/surface/`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs, io,
    path::{Path, PathBuf},
};

use super::{constants, probe, rows};
use crate::{
    CaseResult, Results, Verdict, World,
    script::{ScriptResult, ScriptResults},
};

/// The folder of the workspace: the one this is run in, or that it was built in.
pub(crate) fn workspace() -> PathBuf {
    if Path::new("fixtures/surface").is_dir() {
        PathBuf::new()
    } else {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }
}

/// What each case came to on one machine, and what it answered to each probe.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// The kernel, and who ran the cases there: `Linux 6.18, root`. Of an implementation that is no kernel, its name and version.
    pub machine: String,
    cases: BTreeMap<String, Outcome>,
    probes: BTreeMap<String, String>,
}

/// What a case came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// How it ended.
    pub verdict: Verdict,
    /// Why it was skipped, why the difference is permitted, or what is absent. Not why it failed, nor what else there is to say of one that
    /// passed: ports and times are in that, and no two runs have the same.
    pub why: Option<String>,
}

impl Outcome {
    pub(crate) fn of(case: &CaseResult) -> Self {
        Self::new(case.verdict, case.reason.as_deref())
    }

    pub(crate) fn new(verdict: Verdict, reason: Option<&str>) -> Self {
        let stays = matches!(verdict, Verdict::Skipped | Verdict::Differs | Verdict::Absent);
        let line = |reason: &str| reason.split('\n').next().unwrap_or_default().to_owned();
        Self { verdict, why: reason.filter(|_| stays).map(line) }
    }
}

impl Record {
    /// Of a run that has just been made on this machine; the probes are asked now.
    pub fn of(results: &Results) -> Self {
        let probes = rows().iter().flat_map(|group| group.rows).filter_map(|row| Some((row.name, row.probe?)));
        let answer = |answer: Result<(), wavetank_api::Errno>| match answer {
            Ok(()) => "ok".to_owned(),
            Err(errno) => format!("{errno:?}"),
        };
        let probes = probes
            .map(|(name, probe)| (name.to_owned(), answer(probe::on_real(&probe))))
            .chain(constants::ask_real().into_iter().map(|(name, answer)| (name.to_owned(), answer)))
            .collect();
        let real = results.cases.iter().filter(|case| case.world == World::Real);
        Self { probes, ..Self::named(&this_machine(), real) }
    }

    /// Of anybody's implementation, which no probe asks. What it is called is in one line.
    pub fn named<'a>(name: &str, results: impl IntoIterator<Item = &'a CaseResult>) -> Self {
        let cases = results.into_iter().map(|case| (case.name.to_owned(), Outcome::of(case)));
        Self { machine: name.to_owned(), cases: cases.collect(), probes: BTreeMap::new() }
    }

    /// Of the packet scripts that have just been run on this machine.
    pub fn of_scripts(results: &ScriptResults) -> Self {
        let real = results.scripts.iter().filter(|script| script.world == World::Real);
        let outcome = |script: &ScriptResult| Outcome::new(script.verdict, script.reason.as_deref());
        let cases = real.map(|script| (script.name.clone(), outcome(script))).collect();
        Self { machine: this_machine(), cases, probes: BTreeMap::new() }
    }

    /// Reads what `Display` wrote.
    ///
    /// # Errors
    ///
    /// The line that is not understood, or not where it belongs.
    pub fn parse(text: &str) -> Result<Self, String> {
        // Not `lines`, which takes a `\r` off.
        let mut lines = text.split('\n');
        let machine =
            lines.next().and_then(|line| line.strip_prefix("# ")).ok_or("it does not begin with `# machine`")?;
        let mut record = Self { machine: machine.to_owned(), cases: BTreeMap::new(), probes: BTreeMap::new() };
        for line in lines.filter(|line| !line.is_empty()) {
            let (word, rest) = line.split_once(' ').ok_or_else(|| format!("not understood: {line}"))?;
            let again = if word == "probe" {
                let (probe, answer) = rest.split_once(" = ").ok_or_else(|| format!("no answer: {line}"))?;
                record.probes.insert(probe.to_owned(), answer.to_owned()).is_some()
            } else {
                let verdict = verdict(word).ok_or_else(|| format!("no verdict: {line}"))?;
                let (name, why) = match rest.split_once(": ") {
                    Some((name, why)) => (name, Some(why.to_owned())),
                    None => (rest, None),
                };
                record.cases.insert(name.to_owned(), Outcome { verdict, why }).is_some()
            };
            if again {
                return Err(format!("twice: {line}"));
            }
        }
        Ok(record)
    }

    /// The names of its cases.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.cases.keys().map(String::as_str)
    }

    /// What a case came to, if it was run.
    pub fn outcome(&self, case: &str) -> Option<&Outcome> {
        self.cases.get(case)
    }

    /// What was answered to the probe of a row or a constant: `ok`, or an errno; of an option `get ok, set EPERM`.
    pub fn answer(&self, name: &str) -> Option<&str> {
        self.probes.get(name).map(String::as_str)
    }
}

fn verdict(word: &str) -> Option<Verdict> {
    Verdict::ALL.into_iter().find(|verdict| verdict.name() == word)
}

/// A line for each case, in the order of the names: `passed stream::peek`, `skipped alg::digest: why`; and for each probe.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# {}", self.machine)?;
        for (name, Outcome { verdict, why }) in &self.cases {
            match why {
                Some(why) => writeln!(f, "{} {name}: {why}", verdict.name())?,
                None => writeln!(f, "{} {name}", verdict.name())?,
            }
        }
        self.probes.iter().try_for_each(|(probe, answer)| writeln!(f, "probe {probe} = {answer}"))
    }
}

/// `Linux 6.18, root`: what of a machine the answers depend on.
fn this_machine() -> String {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let version: Vec<_> = release.trim().split(['.', '-']).take(2).collect();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let uid = status.lines().find_map(|line| line.strip_prefix("Uid:")?.split_whitespace().nth(1));
    let user = if uid == Some("0") { "root" } else { "not root" };
    format!("Linux {}, {user}", version.join("."))
}

/// The files of a folder that have this ending, in the order of their names, and what `parse` makes of the name and the text of each.
pub(crate) fn read_all<T>(
    folder: &str,
    ending: &str,
    parse: impl Fn(&str, &str) -> Result<T, String>,
) -> io::Result<Vec<T>> {
    let entries = fs::read_dir(workspace().join(folder))?;
    let mut files: Vec<_> = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == ending));
    files.sort();
    let read = |file: &PathBuf| {
        let about = |what: &str| io::Error::other(format!("{}: {what}", file.display()));
        let text = fs::read_to_string(file).map_err(|error| about(&error.to_string()))?;
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        parse(&name, &text).map_err(|what| about(&what))
    };
    files.iter().map(read).collect()
}

/// The records of every machine that has been asked.
#[derive(Clone, Default, Debug)]
pub struct Records(Vec<Record>);

impl Records {
    /// Those of `fixtures/surface/`, in the order of their names.
    ///
    /// # Errors
    ///
    /// The file that cannot be read, or is not understood.
    pub fn read() -> io::Result<Self> {
        Self::read_from("fixtures/surface")
    }

    /// Those of a folder, which is told from the workspace's root.
    pub(crate) fn read_from(folder: &str) -> io::Result<Self> {
        read_all(folder, "txt", |_, text| Record::parse(text)).map(Self)
    }

    /// What was run just now, and those of other machines.
    pub(crate) fn led_by(self, record: Record) -> Self {
        let others = self.0.into_iter().filter(|other| other.machine != record.machine).collect::<Vec<_>>();
        Self(std::iter::once(record).chain(others).collect())
    }

    /// A record for each machine, the one at hand first.
    pub fn iter(&self) -> impl Iterator<Item = &Record> {
        self.0.iter()
    }

    /// The machines on which a case passed.
    pub(super) fn passed<'a>(&'a self, case: &str) -> impl Iterator<Item = &'a str> {
        let passed = move |record: &&Record| record.outcome(case).is_some_and(|was| was.verdict == Verdict::Passed);
        self.0.iter().filter(passed).map(|record| &*record.machine).collect::<Vec<_>>().into_iter()
    }

    /// What the case came to where it did not pass, if it was run at all.
    pub(super) fn verdict(&self, case: &str) -> Option<Verdict> {
        self.0.iter().filter_map(|record| record.outcome(case)).map(|was| was.verdict).min()
    }

    /// The best answer to the probe of a row or a constant, and the machine: of the first machine that has it (`ok`, or an option that can be
    /// got or set), else of the first that has such a socket; `None` if nobody was asked.
    pub(crate) fn answer(&self, name: &str) -> Option<(&str, &str)> {
        let answers = self.0.iter().filter_map(|record| Some((&*record.machine, record.answer(name)?)));
        let has_it = |answer: &str| answer.split([' ', ',']).any(|word| word == "ok");
        answers.min_by_key(|(_, answer)| (!has_it(answer), !answer.starts_with("get ")))
    }

    /// What is recorded and does not exist any more, or exists and was never recorded.
    pub fn faults(&self) -> Vec<String> {
        let exist: BTreeSet<_> = crate::cases().iter().map(|case| case.name).collect();
        let recorded: BTreeSet<_> = self.0.iter().flat_map(Record::names).collect();
        let gone = recorded.difference(&exist).map(|name| format!("{name} is on record and is no case"));
        let new = exist.difference(&recorded).map(|name| format!("{name} is on no record"));
        let mut faults: Vec<_> = gone.chain(new).collect();
        let probed = rows().iter().flat_map(|group| group.rows).filter(|row| row.probe.is_some());
        let asked = probed.map(|row| row.name).chain(constants::asked());
        let unasked = asked.filter(|name| self.answer(name).is_none());
        faults.extend(unasked.map(|name| format!("the probe of {name} is on no record")));
        faults
    }
}
