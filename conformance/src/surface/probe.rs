//! What the worlds answer to `socket(2)`, for a row that is about such a socket.

use std::sync::{Arc, Mutex, PoisonError};

use wavetank_api::Errno;
use wavetank_real::Machine;
use wavetank_sim::Sim;

use crate::need::Need;

/// What the operating system answers.
pub(super) fn on_real(need: &Need) -> Result<(), Errno> {
    need.probe(&Machine::this())
}

/// What a simulated kernel answers.
pub(super) fn on_sim(need: Need) -> Result<(), Errno> {
    let (sim, answer) = (Sim::new(1), Arc::new(Mutex::new(None)));
    let told = Arc::clone(&answer);
    sim.host("host").run(move |host| {
        *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(need.probe(host));
        Ok(())
    });
    let report = sim.run();
    let answer = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
    answer.unwrap_or_else(|| panic!("{need} ended the simulation:\n{report}"))
}
