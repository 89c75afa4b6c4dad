//! See `wavetank_fuzz_checks::small_texts`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wavetank_fuzz_checks::small_texts::run(data));
