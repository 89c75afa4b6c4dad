//! Whatever the text, reading an address does not panic, and what was read is written so that it can be read again: see
//! `wavetank_fuzz::addr_text`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    wavetank_fuzz::addr_text::check(data);
});
