//! The fuzz targets as ordinary tests: over the inputs that are kept, over random ones, and over kept ones with a few bytes changed.

use std::{
    collections::BTreeSet,
    fs,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::{Path, PathBuf},
};

use wavetank_fuzz_checks::{
    TARGETS, Target,
    dice::Dice,
    differential::{PARSERS, Verdict},
    input::random_bytes,
    permitted::PERMITTED,
    target,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The names in a folder.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// The inputs that are kept, with their names.
fn kept(target: &Target) -> Vec<(String, Vec<u8>)> {
    let folder = root().join("fixtures/fuzz").join(target.name);
    let kept: Vec<_> =
        names(&folder).into_iter().map(|name| (name.clone(), fs::read(folder.join(name)).unwrap())).collect();
    assert!(!kept.is_empty(), "{} is empty", folder.display());
    kept
}

/// Runs one input, which a panic names.
fn run(target: &Target, name: &str, bytes: &[u8]) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| (target.run)(bytes))) {
        eprintln!(
            "{} fails on {name}: cargo run --profile stress -p wavetank-fuzz-checks --bin stress -- {} {}",
            target.name,
            target.name,
            hex(bytes)
        );
        resume_unwind(payload);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn check(name: &str) {
    let target = target(name).unwrap();
    let kept = kept(target);
    for (name, bytes) in &kept {
        run(target, name, bytes);
    }
    run(target, "nothing", b"");
    for number in 0..target.random {
        let dice = random_bytes(!number, 32);
        let word = |at: usize| usize::from(u16::from_le_bytes([dice[at], dice[at + 1]]));
        // Half at random, of which most are short; half a kept input with up to four bytes changed, perhaps cut.
        let bytes = if number % 2 == 0 {
            let longest = [8, 64, 300, target.max_len][word(0) % 4].min(target.max_len);
            random_bytes(number, word(2) % (longest + 1))
        } else {
            let mut bytes = kept[word(0) % kept.len()].1.clone();
            for change in 0..word(2) % 5 {
                let (at, byte) = (word(4 + 4 * change), dice[6 + 4 * change]);
                let len = bytes.len().max(1);
                if let Some(place) = bytes.get_mut(at % len) {
                    *place = byte;
                }
            }
            if word(24) % 4 == 0 {
                bytes.truncate(word(26) % (bytes.len() + 1));
            }
            bytes
        };
        run(target, &format!("random input {number}"), &bytes);
    }
}

/// A test for each target.
macro_rules! replay {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                check(stringify!($name));
            }
        )*

        #[test]
        fn every_target_has_its_test_its_shell_and_its_inputs() {
            let targets: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
            assert_eq!(targets, [$(stringify!($name)),*].map(str::to_owned).into());
            let mut inputs = names(&root().join("fixtures/fuzz"));
            assert!(inputs.remove("README.md"));
            assert_eq!(targets, inputs);
            let shells = names(&root().join("fuzz/fuzz_targets"));
            assert_eq!(targets.iter().map(|name| format!("{name}.rs")).collect::<BTreeSet<_>>(), shells);
            let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
            let readme = fs::read_to_string(root().join("fuzz/README.md")).unwrap();
            for name in &targets {
                assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "fuzz/Cargo.toml does not build {name}");
                assert!(readme.contains(&format!("| `{name}` |")), "fuzz/README.md says nothing of {name}");
            }
        }
    };
}

replay! {
    inet_aton inet_pton inet_ntop numeric_host service ifname bluetooth addr_from_str unix
    calls packet sockaddr cmsg option_value sysctl packet_script tun text_file can_frame cli_args small_texts
}

#[test]
fn the_seeds_are_as_their_generator_makes_them() {
    for target in TARGETS {
        let folder = root().join("fixtures/fuzz").join(target.name);
        for (name, bytes) in (target.seeds)() {
            assert!(bytes.len() <= target.max_len, "{}/{name} is longer than libFuzzer would take", target.name);
            let kept = fs::read(folder.join(&name)).ok();
            assert!(kept == Some(bytes), "{}/{name}: cargo run -p wavetank-fuzz-checks --bin seeds", target.name);
        }
    }
}

#[test]
fn every_parser_of_addresses_has_seeds_of_each_verdict() {
    let mut permitted = BTreeSet::new();
    for parser in PARSERS {
        let target = target(parser.name).unwrap();
        let verdicts: Vec<_> = (target.seeds)().iter().map(|(_, text)| parser.judge(text)).collect();
        assert!(verdicts.contains(&Verdict::Read), "{} reads no seed", parser.name);
        assert!(verdicts.contains(&Verdict::Refused), "{} refuses no seed", parser.name);
        for verdict in verdicts {
            match verdict {
                Verdict::Permitted(reason) => drop(permitted.insert(reason)),
                Verdict::Differs(how) => panic!("{}: {how}", parser.name),
                Verdict::Read | Verdict::Refused => {}
            }
        }
    }
    let listed = PERMITTED.iter().map(|row| row.reason).collect();
    assert_eq!(permitted, listed, "a permitted difference is none, or none of its parser's seeds shows it");
}

/// The texts that `src/bin/addr.rs` makes by the million, here by the thousand.
#[test]
fn texts_at_random_are_read_as_the_c_library_reads_them() {
    for parser in PARSERS {
        let mut read = 0;
        for number in 0..20_000 {
            let text = (parser.text)(&mut Dice::new(number));
            match parser.judge(&text) {
                Verdict::Differs(how) => panic!("{} on text {number}, {}: {how}", parser.name, text.escape_ascii()),
                verdict => read += u32::from(verdict == Verdict::Read),
            }
        }
        // Else the texts are too far from the grammar to show anything.
        assert!((3_000..19_900).contains(&read), "{}: {read} of 20000 were read", parser.name);
    }
}
