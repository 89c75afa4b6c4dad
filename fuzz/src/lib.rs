//! What the fuzz targets do, as functions of some bytes: no nightly, no libFuzzer.
//!
//! Three things run them: `fuzz_targets/` under libFuzzer, `src/bin/stress.rs` in a loop on stable, and `sim/tests/robust.rs`, which
//! includes this file as a module, over the inputs in `fixtures/fuzz/` and over random ones.

pub mod addr_text;
pub mod arguments;
pub mod calls;
pub mod conversation;
pub mod input;
pub mod program;
