//! See `wavetank_fuzz_checks::text_file`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wavetank_fuzz_checks::text_file::run(data));
