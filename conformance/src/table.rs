//! The results as text.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::{
    case::World,
    run::{CaseResult, Results, Verdict},
};

impl fmt::Display for CaseResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<4}  {:<7}  {}", self.world, self.verdict.name(), self.name)?;
        if self.verdict == Verdict::Passed {
            return Ok(());
        }
        write!(f, "\n    {}\n    ({})", self.statement, self.source)?;
        let reason = self.reason.as_deref().unwrap_or_default();
        reason.lines().try_for_each(|line| write!(f, "\n    | {line}"))
    }
}

impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for case in self.cases.iter().filter(|case| case.verdict == Verdict::Failed) {
            writeln!(f, "{case}\n")?;
        }
        self.worlds().into_iter().try_for_each(|world| self.write_counts(world, f))
    }
}

impl Results {
    /// The worlds that cases were run in: ours first.
    pub fn worlds(&self) -> BTreeSet<World> {
        self.cases.iter().map(|case| case.world).collect()
    }

    fn write_counts(&self, world: World, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.cases.iter().filter(|case| case.world == world);
        let (passed, failed) = (self.count(world, Verdict::Passed), self.count(world, Verdict::Failed));
        let (skipped, differ) = (self.count(world, Verdict::Skipped), self.count(world, Verdict::Differs));
        write!(f, "{world}: {} cases, {passed} passed, {failed} failed, {skipped} skipped", all.clone().count())?;
        if differ > 0 {
            write!(f, ", {differ} differ as permitted")?;
        }
        let absent = self.count(world, Verdict::Absent);
        if absent > 0 {
            write!(f, ", {absent} absent")?;
        }
        writeln!(f)?;
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        for case in all {
            let Some(reason) = &case.reason else { continue };
            match case.verdict {
                Verdict::Absent => *reasons.entry(format!("absent: {reason}")).or_default() += 1,
                Verdict::Skipped => *reasons.entry(format!("skipped: {reason}")).or_default() += 1,
                Verdict::Differs => writeln!(f, "  differs: {}: {reason}", case.name)?,
                Verdict::Passed => reason.lines().for_each(|line| *reasons.entry(line.to_owned()).or_default() += 1),
                Verdict::Failed => {}
            }
        }
        reasons.into_iter().try_for_each(|(reason, count)| writeln!(f, "  {count} {reason}"))
    }
}
