//! See `wavetank_fuzz_checks::inet_ntop`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wavetank_fuzz_checks::inet_ntop::run(data));
