//! The bodies of the fuzz targets over the inputs that are kept, and over random ones.

use std::{fs, path::PathBuf};

use crate::fuzz::{addr_text, calls, input::random_bytes};

fn kept(target: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures/fuzz").join(target);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files.into_iter().map(|file| fs::read(file).unwrap()).collect()
}

#[test]
fn programs_that_were_kept() {
    kept("calls").iter().for_each(|input| calls::check(input));
}

#[test]
fn texts_that_were_kept() {
    kept("addr_text").iter().for_each(|input| addr_text::check(input));
}

#[test]
fn programs_at_random() {
    for number in 0..2000 {
        let steps = [2, 12, 40, 100][number as usize % 4];
        calls::check(&random_bytes(number, calls::WORLD + calls::TALK + 8 * steps));
    }
}

#[test]
fn texts_at_random() {
    const ALPHABET: &[u8] = b"0123456789abcdefx.:[]%@/\\unixraw-+ \0\xc3\xa9";
    for number in 0..20_000 {
        let mut text = random_bytes(number, 1 + number as usize % 40);
        addr_text::check(&text);
        text.iter_mut().for_each(|byte| *byte = ALPHABET[usize::from(*byte) % ALPHABET.len()]);
        addr_text::check(&text);
    }
}
