//! Whatever simulated programs do, the simulator does not panic: see `wavetank_fuzz::calls`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    wavetank_fuzz::calls::check(data);
});
