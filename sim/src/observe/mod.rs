//! Reading a run: the trace as text, and the report that a person gets. Knows what happened, not how anything works.

mod capture;
mod pcapng;
mod report;
mod trace;

pub use report::{FailureReport, Report, WaitingReport};
pub use trace::Trace;
