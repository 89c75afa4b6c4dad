//! The results by topic, as a table of text.

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{
    case::{World, topic},
    run::{Results, Verdict},
};

impl Results {
    /// A line for each topic, and for each world a column of each verdict.
    pub fn by_topic(&self) -> String {
        let mut counts: BTreeMap<&str, BTreeMap<(World, Verdict), usize>> = BTreeMap::new();
        let mut sums: BTreeMap<(World, Verdict), usize> = BTreeMap::new();
        for case in &self.cases {
            *counts.entry(topic(case.name)).or_default().entry((case.world, case.verdict)).or_default() += 1;
            *sums.entry((case.world, case.verdict)).or_default() += 1;
        }
        let width = counts.keys().map(|topic| topic.len()).max().unwrap_or(0).max("in all".len());
        let worlds = self.worlds();
        // Writing to a text cannot fail.
        let mut text = format!("{:width$}", "");
        for world in &worlds {
            let _ = write!(text, "   {:<39}", format!("{world} world"));
        }
        text.truncate(text.trim_end().len());
        let _ = write!(text, "\n{:width$}", "");
        for _ in &worlds {
            let names = Verdict::ALL.map(|verdict| format!(" {:>7}", verdict.name())).concat();
            let _ = write!(text, "  {names}");
        }
        for (topic, counts) in counts.iter().map(|(topic, counts)| (*topic, counts)).chain([("in all", &sums)]) {
            let _ = write!(text, "\n{topic:width$}");
            for &world in &worlds {
                let count = |verdict| counts.get(&(world, verdict)).map_or_else(|| ".".to_owned(), usize::to_string);
                let cells = Verdict::ALL.map(|verdict| format!(" {:>7}", count(verdict))).concat();
                let _ = write!(text, "  {cells}");
            }
        }
        text + "\n"
    }
}
