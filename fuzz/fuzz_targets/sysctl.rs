//! See `wavetank_fuzz_checks::sysctl`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wavetank_fuzz_checks::sysctl::run(data));
