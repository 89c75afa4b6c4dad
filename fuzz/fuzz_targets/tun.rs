//! See `wavetank_fuzz_checks::tun`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wavetank_fuzz_checks::tun::run(data));
