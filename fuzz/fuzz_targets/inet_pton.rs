//! See `wavetank_fuzz_checks::inet_pton`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wavetank_fuzz_checks::inet_pton::run(data));
