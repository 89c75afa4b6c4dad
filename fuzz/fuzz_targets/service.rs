//! See `wavetank_fuzz_checks::service`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wavetank_fuzz_checks::service::run(data));
