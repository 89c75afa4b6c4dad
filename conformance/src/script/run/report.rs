//! What a script that failed says.

use std::{fmt, fmt::Write as _, time::Duration};

use super::super::model::{Event, Script};

/// Where and how a script failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Failure {
    text: String,
}

/// How many calls and packets before it are shown.
const SHOWN: usize = 14;

/// Calls and packets, as they came.
#[derive(Clone, Default, Debug)]
pub(super) struct History {
    lines: Vec<(Duration, String, String)>,
}

impl History {
    pub(super) fn add(&mut self, at: Duration, mark: String, text: String) {
        self.lines.push((at, mark, text));
    }
}

impl Failure {
    pub(super) fn new(
        script: &Script,
        event: &Event,
        what: &str,
        details: impl IntoIterator<Item = String>,
        history: &History,
    ) -> Self {
        let mut text = format!("{}:{}: {what}\n  {:4} | {}", script.path.display(), event.line, event.line, event.text);
        for line in details {
            let _ = write!(text, "\n         {line}");
        }
        let skipped = history.lines.len().saturating_sub(SHOWN);
        if !history.lines.is_empty() {
            let _ = write!(text, "\n       before it{}:", if skipped > 0 { ", the last of all" } else { "" });
        }
        for (at, mark, line) in &history.lines[skipped..] {
            let _ = write!(text, "\n         {}  {mark} {line}", time(*at));
        }
        Self { text }
    }

    /// Several as one, without what was before each.
    pub(super) fn all(failures: &[Self]) -> Option<Self> {
        let short = |failure: &Self| failure.text.split("\n       before it").next().unwrap_or_default().to_owned();
        let texts: Vec<_> = failures.iter().map(short).collect();
        (!texts.is_empty()).then(|| Self { text: texts.join("\n") })
    }

    /// A failure that is not at a line.
    pub(crate) fn of(text: String) -> Self {
        Self { text }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Seconds with six decimals.
pub(super) fn time(time: Duration) -> String {
    format!("{}.{:06}", time.as_secs(), time.subsec_micros())
}

/// The event without its time.
pub(super) fn action_text(event: &Event) -> String {
    event.text.split_once(char::is_whitespace).map_or("", |(_, text)| text.trim_start()).to_owned()
}
