//! See `wavetank_fuzz_checks::inet_aton`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wavetank_fuzz_checks::inet_aton::run(data));
