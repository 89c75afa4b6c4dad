//! See `wavetank_fuzz_checks::cmsg`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wavetank_fuzz_checks::cmsg::run(data));
