//! See `wavetank_fuzz_checks::addr_text`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wavetank_fuzz_checks::addr_text::run(data));
