//! See `wavetank_fuzz_checks::addr_from_str`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wavetank_fuzz_checks::addr_from_str::run(data));
