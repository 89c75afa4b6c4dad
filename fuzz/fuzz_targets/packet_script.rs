//! See `wavetank_fuzz_checks::packet_script`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wavetank_fuzz_checks::packet_script::run(data));
