//! Panics of simulated processes: caught where they happen, kept for the report, not printed in the middle of it.

use std::{
    any::Any,
    backtrace::Backtrace,
    cell::RefCell,
    panic::{self, PanicHookInfo},
    sync::Once,
};

use super::carrier;

/// What a panic said.
#[derive(Clone, Debug)]
pub(crate) struct Caught {
    pub(crate) message: String,
    pub(crate) location: String,
    pub(crate) backtrace: String,
}

thread_local! {
    static LAST: RefCell<Option<Caught>> = const { RefCell::new(None) };
}

/// Makes the panic hook of this process keep, rather than print, what simulated processes panic with. Once; every other
/// panic goes to the hook that was there before.
pub(crate) fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            match LAST_WORDS.contains(&message(info.payload()).as_str()) {
                _ if !carrier::inside_process() => before(info),
                false => keep(info),
                // Nobody will be left to make a report: what was kept must be said now.
                true => {
                    if let Some(Caught { message, location, backtrace }) = LAST.take() {
                        eprintln!("a simulated process panicked at {location}: {message}\n{backtrace}");
                    }
                    before(info);
                }
            }
        }));
    });
}

/// What core says before it aborts because a panic cannot unwind: it came out of a destructor during another unwinding, which may
/// be that of a process whose program has ended.
const LAST_WORDS: [&str; 2] = ["panic in a destructor during cleanup", "panic in a function that cannot unwind"];

fn keep(info: &PanicHookInfo<'_>) {
    let caught = Caught {
        message: message(info.payload()),
        location: info.location().map_or_else(|| "an unknown line".to_owned(), ToString::to_string),
        backtrace: trim(&Backtrace::force_capture().to_string()),
    };
    LAST.set(Some(caught));
}

/// What the last panic on this thread said; for one whose hook never ran, what its payload says.
pub(crate) fn take(payload: &(dyn Any + Send)) -> Caught {
    LAST.take().unwrap_or_else(|| Caught {
        message: message(payload),
        location: "an unknown line".to_owned(),
        backtrace: String::new(),
    })
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a value that is no text".to_owned())
}

/// Leaves of a backtrace what a user reads: from the frame after the panic machinery to the one that began the process.
pub(crate) fn trim(backtrace: &str) -> String {
    let frames = split_frames(backtrace);
    let begin = frames
        .iter()
        .rposition(|frame| frame.contains("rust_begin_unwind") || frame.contains("core::panicking::"))
        .map_or(0, |index| index + 1);
    let end = frames.iter().position(|frame| frame.contains(PROCESS_ENTRY)).unwrap_or(frames.len());
    frames[begin.min(end)..end].concat()
}

/// The first frame of a backtrace that is neither std's nor wavetank's: the line of the program.
pub(crate) fn user_line(backtrace: &str) -> Option<String> {
    let theirs = |frame: &&&str| !NOT_THE_PROGRAMS.iter().any(|part| frame.contains(part));
    let located = split_frames(backtrace);
    let frame = located.iter().filter(|frame| frame.contains(" at ")).find(theirs)?;
    frame.lines().find_map(|line| line.trim().strip_prefix("at ")).map(str::to_owned)
}

/// Whether a source file is the program's own, neither std's nor ours.
pub(crate) fn is_the_programs(file: &str) -> bool {
    !NOT_THE_PROGRAMS.iter().any(|part| file.contains(part))
}

/// What tells std's frames and ours from the program's: by path where the function was inlined into another.
const NOT_THE_PROGRAMS: [&str; 9] = [
    "/rustc/",
    "wavetank_sim::",
    "wavetank_api::",
    "corosensei",
    "src/world/",
    "src/call/",
    "src/handle.rs",
    "api/src/",
    PROCESS_ENTRY,
];

/// The name of the function under which every process runs.
const PROCESS_ENTRY: &str = "run_process";

/// A frame is a line with a number and the lines that follow it.
fn split_frames(backtrace: &str) -> Vec<&str> {
    let is_start = |line: &str| line.trim_start().split(':').next().is_some_and(|number| number.parse::<u32>().is_ok());
    let mut starts = Vec::new();
    let mut offset = 0;
    for line in backtrace.split_inclusive('\n') {
        if is_start(line) {
            starts.push(offset);
        }
        offset += line.len();
    }
    starts.push(backtrace.len());
    starts.windows(2).map(|pair| &backtrace[pair[0]..pair[1]]).collect()
}
