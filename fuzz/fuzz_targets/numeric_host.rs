//! See `wavetank_fuzz_checks::numeric_host`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wavetank_fuzz_checks::numeric_host::run(data));
