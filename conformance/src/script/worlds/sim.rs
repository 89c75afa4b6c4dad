//! The simulator under test.

use wavetank_api::Family;

use super::super::{model::Script, run::Stop};

pub(crate) fn run(_script: &Script, _family: Family, _all_faults: bool) -> Result<(), Stop> {
    Err(Stop::Skipped("not yet".to_owned()))
}
