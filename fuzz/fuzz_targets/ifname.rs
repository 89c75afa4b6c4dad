//! See `wavetank_fuzz_checks::ifname`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wavetank_fuzz_checks::ifname::run(data));
