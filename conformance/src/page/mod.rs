//! The conformance page: what the real world answered, and what the simulated one, call by call, option by option, family by family.
//!
//! [`Page::recorded`] is made from what kernels answered once (`fixtures/surface/`) and from a run of every case in the simulated world,
//! which is the same everywhere. `docs/CONFORMANCE.md` is that page, and a test fails when it is stale. So nothing that two runs have
//! differently may get into it: no time, no port, no path. [`Page::of`] is of a run that has just been made on this machine.
//!
//! A page is [`Section`]s of [`Table`]s, which are drawn as Markdown ([`Page::markdown`]) and as one file of HTML ([`Page::html`]). What
//! stands in them is found in the files `calls`, `options`, `families`, `errnos`, `topics`, `lacking`, `differences`, `scripts`, `programs` and `others`. For machines
//! there is [`junit`], of the results alone.

mod calls;
mod differences;
mod errnos;
mod evidence;
mod families;
mod html;
mod junit;
mod kept;
mod lacking;
mod markdown;
mod options;
mod others;
mod parts;
mod programs;
mod scripts;
mod summary;
#[cfg(test)]
mod tests;
mod topics;

use std::{fs, io, path::PathBuf};

use self::evidence::Evidence;
pub use self::{
    evidence::Made,
    families::faults,
    junit::junit,
    parts::{Cell, Row, Section, Span, Table},
    scripts::script_faults,
};
use crate::{Results, surface};

/// The page: what is in it, in its order.
#[derive(Clone, Debug)]
pub struct Page {
    /// The heading.
    pub title: String,
    /// What it is about, and how it is made again: a paragraph each.
    pub head: Vec<String>,
    /// The rest.
    pub sections: Vec<Section>,
}

/// How [`Page::recorded`] is made again.
const RECORDED_BY: &str = "cargo tank conform --recorded --markdown docs/CONFORMANCE.md";

/// Where the page is kept.
pub fn path() -> PathBuf {
    surface::workspace().join("docs/CONFORMANCE.md")
}

impl Page {
    /// The page of what is on record, with the simulated world asked anew.
    ///
    /// # Errors
    ///
    /// A record that cannot be read.
    pub fn recorded() -> io::Result<Self> {
        let head = vec![
            format!(
                "Made by `{RECORDED_BY}`; do not edit it. What real kernels came to is on record (`fixtures/surface/`); the simulated world \
                 is asked anew each time. `WAVETANK_BLESS=1 cargo test -p wavetank-conformance --test page` writes it, and without the \
                 variable that test fails when it is stale."
            ),
            "`cargo tank conform --world both --html page.html` makes the same of the machine it runs on, with who says so of every \
             case, and a filter."
                .to_owned(),
        ];
        Self::new(head, &Evidence::recorded()?).with_what_is_kept()
    }

    /// The page of a run on this machine. What is on record of other machines is in it if the workspace is at hand, and if all cases
    /// were run what is on record beside the cases.
    pub fn of(results: &Results, made: &Made) -> Self {
        let evidence = Evidence::of(results);
        let page = Self::new(vec![format!("Made by `{}` on {}.", made.by, made.on)], &evidence);
        if evidence.is_whole() { page.clone().with_what_is_kept().unwrap_or(page) } else { page }
    }

    fn new(head: Vec<String>, evidence: &Evidence) -> Self {
        let sections = vec![
            summary::section(evidence),
            calls::calls(evidence),
            options::section(evidence),
            families::section(evidence),
            errnos::section(evidence),
            calls::behaviours(evidence),
            differences::section(),
            lacking::section(evidence),
            others::section(evidence),
            topics::section(evidence),
        ];
        let sections = sections.into_iter().filter(|section| !section.tables.is_empty()).collect();
        Self { title: "Conformance".to_owned(), head, sections }
    }

    /// With the freedoms of random programs: name, bounds and reason of each.
    #[must_use]
    pub fn with_freedoms(self, freedoms: impl IntoIterator<Item = [&'static str; 3]>) -> Self {
        self.with(differences::TITLE, differences::of_programs(freedoms))
    }

    /// With those of concurrent programs.
    #[must_use]
    pub fn with_races(self, races: impl IntoIterator<Item = [&'static str; 3]>) -> Self {
        self.with(differences::TITLE, differences::of_concurrent_programs(races))
    }

    /// Where the last section is: the list of cases, which is long.
    fn last(&self) -> usize {
        self.sections.len().saturating_sub(1)
    }

    /// With a table more, in the section of that name; before the list of cases if there is none yet.
    #[must_use]
    pub fn with(mut self, section: &str, table: Table) -> Self {
        match self.sections.iter_mut().find(|known| known.title == section) {
            Some(known) => known.tables.push(table),
            None => self.sections.insert(self.last(), Section::new(section, &[], vec![table])),
        }
        self
    }

    /// With the packet scripts, what random programs have found, and the tables that other programs have made and put into `fixtures/conformance/`.
    fn with_what_is_kept(mut self) -> io::Result<Self> {
        let kept = [scripts::section()?, programs::section()?].into_iter().filter(|section| !section.tables.is_empty());
        self.sections.splice(self.last()..self.last(), kept);
        Ok(kept::tables()?.into_iter().fold(self, |page, (section, table)| page.with(&section, table)))
    }

    /// The lines in which a text differs from [`markdown`](Self::markdown): `-` what it has, `+` what it should have.
    pub fn differences_from(&self, on_disk: &str) -> Vec<String> {
        surface::differing_lines(on_disk, &self.markdown())
    }
}

/// What this machine is: the kernel's whole version, and the processor.
pub fn this_machine() -> String {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    match release.trim() {
        "" => std::env::consts::OS.to_owned(),
        release => format!("Linux {release} ({})", std::env::consts::ARCH),
    }
}
