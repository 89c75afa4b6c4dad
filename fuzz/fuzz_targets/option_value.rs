//! See `wavetank_fuzz_checks::option_value`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wavetank_fuzz_checks::option_value::run(data));
