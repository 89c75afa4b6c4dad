//! What the fuzz targets check, as functions of some bytes: no nightly, no libFuzzer. Start with [`TARGETS`].
//!
//! Three things run them: `../fuzz_targets/` under libFuzzer; `src/bin/stress.rs`, a loop on stable; and `tests/replay.rs` in `cargo
//! test`, over the inputs in `fixtures/fuzz/` and over random ones. `src/bin/seeds.rs` writes there the inputs that nobody had to find.

pub mod arguments;
pub mod conversation;
pub mod dice;
pub mod differential;
pub mod input;
pub mod permitted;
pub mod program;
pub mod sys;

/// One fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name: of the module here, of the file in `fuzz_targets/`, of the folder in `fixtures/fuzz/`.
    pub name: &'static str,
    /// What it checks; it panics if what must hold does not.
    pub run: fn(&[u8]),
    /// The edges, as inputs that nobody had to find: what each shows, and its bytes.
    pub seeds: fn() -> Vec<Seed>,
    /// How long an input may be, bytes: libFuzzer's `-max_len`.
    pub max_len: usize,
    /// How many random inputs `cargo test` adds to those that are kept.
    pub random: u64,
}

/// Texts as seeds: what each shows, and the text.
pub(crate) fn named(rows: &[(&str, &str)]) -> Vec<Seed> {
    rows.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

/// What an input shows, which is its file's name; and the input.
pub type Seed = (String, Vec<u8>);

/// Declares the targets. `fuzz/run-all` reads the rows, too: name and longest input.
macro_rules! targets {
    ($($name:ident $max_len:literal $random:literal)*) => {
        $(pub mod $name;)*

        /// Every target.
        pub const TARGETS: &[Target] = &[
            $(Target { name: stringify!($name), run: $name::run, seeds: $name::seeds, max_len: $max_len, random: $random },)*
        ];
    };
}

targets! {
    // target       bytes   random
    // Addresses in text, beside the C library.
    inet_aton       64      20_000
    inet_pton       64      20_000
    inet_ntop       20      20_000
    numeric_host    80      20_000
    service         40      20_000
    ifname          24      20_000
    bluetooth       64      20_000
    addr_from_str   300     20_000
    unix            300     20_000
    calls           1200    2_000
    packet          1600    20_000
    sockaddr        300     20_000
    cmsg            600     20_000
    option_value    300     20_000
    sysctl          400     2_000
    packet_script   2000    3_000
    tun             1000    1_000
    text_file       400     2_000
    can_frame       300     20_000
    cli_args        300     500
    small_texts     600     2_000
}

/// The target of a name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
