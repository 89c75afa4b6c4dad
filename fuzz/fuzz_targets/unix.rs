//! See `wavetank_fuzz_checks::unix`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wavetank_fuzz_checks::unix::run(data));
