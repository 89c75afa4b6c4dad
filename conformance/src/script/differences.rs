//! The scripts that may fail in the simulator, each with a reason that an engineer of the kernel would accept.
//!
//! A script that is listed here is expected to fail there. When it no longer does, that is a failure: the entry has to go.

/// A script that may fail in the simulator.
#[derive(Clone, Copy, Debug)]
pub struct ScriptDifference {
    /// The script's name, as in `close/local-close-then-remote-fin`.
    pub script: &'static str,
    /// Why that is right.
    pub reason: &'static str,
}

/// All of them.
pub const SCRIPT_DIFFERENCES: &[ScriptDifference] = &[];

/// The difference that is permitted for a script.
pub(super) fn permitted(script: &str) -> Option<&'static ScriptDifference> {
    SCRIPT_DIFFERENCES.iter().find(|difference| difference.script == script)
}
