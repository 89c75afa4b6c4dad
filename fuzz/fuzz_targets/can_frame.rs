//! See `wavetank_fuzz_checks::can_frame`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wavetank_fuzz_checks::can_frame::run(data));
