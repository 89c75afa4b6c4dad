//! See `wavetank_fuzz_checks::bluetooth`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wavetank_fuzz_checks::bluetooth::run(data));
