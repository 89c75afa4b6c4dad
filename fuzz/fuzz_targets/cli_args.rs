//! See `wavetank_fuzz_checks::cli_args`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wavetank_fuzz_checks::cli_args::run(data));
