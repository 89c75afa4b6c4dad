//! Names of UNIX sockets: as a text, as a path, as an abstract name, and as the bytes of `sun_path`.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

use wavetank_api::{Addr, Errno, UnixAddr};

use crate::{
    Seed, addr_from_str,
    dice::Dice,
    differential::{Parser, Verdict},
};

/// See [`Parser`].
pub const PARSER: Parser = Parser { name: "unix", reference: "its own Display, and the rules of unix(7)", text, compare };

/// The bytes are the text behind `unix:`, and each kind of name.
pub fn run(bytes: &[u8]) {
    PARSER.check(bytes);
}

fn compare(bytes: &[u8]) -> Verdict {
    check_names(bytes);
    let read = format!("unix:{}", String::from_utf8_lossy(bytes)).parse::<Addr>();
    let Ok(Addr::Unix(addr)) = read else { return Verdict::Refused };
    addr_from_str::reads_back(&Addr::Unix(addr.clone()));
    let plain = bytes.iter().all(|byte| matches!(byte, b' '..=b'~') && *byte != b'\\');
    // Without an escape the text is the name.
    let name = addr.as_abstract_name().or(addr.as_pathname().map(|path| path.as_os_str().as_bytes())).unwrap_or_default();
    if plain && name != bytes.strip_prefix(b"@").unwrap_or(bytes) {
        return Verdict::Differs(format!("it was read as {addr}"));
    }
    Verdict::Read
}

fn check_names(bytes: &[u8]) {
    let path = UnixAddr::pathname(OsStr::from_bytes(bytes));
    let may_be = bytes.len() <= 108 && !bytes.contains(&0);
    assert_eq!(path.as_ref().map_err(|error| error.errno()).err().flatten(), (!may_be).then_some(Errno::EINVAL));
    let name = UnixAddr::abstract_name(bytes);
    assert_eq!(name.is_ok(), bytes.len() <= 107);
    if let Ok(name) = &name {
        assert_eq!(name.as_abstract_name(), Some(bytes));
    }
    let memory = UnixAddr::from_sun_path(bytes);
    // Behind the NUL that ends a path the kernel does not look either.
    let end = bytes.iter().position(|&byte| byte == 0);
    assert_eq!(memory.is_ok(), bytes.len() <= 108 || end.is_some_and(|end| (1..=108).contains(&end)), "{}", bytes.escape_ascii());
    for addr in [path, name, memory].into_iter().flatten() {
        addr_from_str::reads_back(&Addr::Unix(addr.clone()));
        assert_eq!(UnixAddr::from_sun_path(&addr.to_sun_path()).ok(), Some(addr));
    }
}

fn text(dice: &mut Dice) -> Vec<u8> {
    let mut text = dice.of(&["", "@", "/run/", "@", r"\x40", r"\x00", "@@", "\0", "/"]).as_bytes().to_vec();
    let len = if dice.once_in(3) { 100 + dice.below(16) } else { dice.below(20) };
    for _ in 0..len {
        match dice.below(16) {
            0 => text.extend(format!(r"\x{:02x}", dice.bits() as u8).bytes()),
            1 => text.push(dice.bits() as u8),
            _ => text.push(dice.of(b"abc/._-@ ")),
        }
    }
    dice.mutate(&mut text, b"\\\\x0f/@ a\x00\xff\xc3\xa9");
    text
}

/// Each kind of name at its limits.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    let long = [b'x'; 110];
    let rows: &[(&str, &[u8])] = &[
        ("path", b"/run/x"),
        ("path-with-space", b"/run/a b"),
        ("path-not-utf8", b"/run/\xff"),
        ("path-utf8", "/run/é".as_bytes()),
        ("path-107-bytes", &long[..107]),
        ("path-108-bytes", &long[..108]),
        ("path-109-bytes", &long[..109]),
        ("path-leading-at", br"\x40x"),
        ("abstract", b"@x"),
        ("abstract-empty", b"@"),
        ("abstract-two-ats", b"@@"),
        ("abstract-nul", br"@a\x00b"),
        ("abstract-raw-nul", b"@a\0b"),
        ("memory-abstract", b"\0x"),
        ("memory-abstract-108-bytes", &[0; 108]),
        ("memory-abstract-109-bytes", &[0; 109]),
        ("memory-path-nul", b"/run/x\0rest"),
        ("escape", br"/\x2f"),
        ("escape-backslash", br"\x5cx41"),
        ("escape-nul", br"/a\x00b"),
        ("escape-cut", br"/\x4"),
        ("escape-no-digits", br"/\xgg"),
        ("escape-sign", br"/\x+1"),
        ("escape-other", br"/\n"),
        ("escape-before-utf8", "\\xé".as_bytes()),
        ("nothing", b""),
    ];
    rows.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect()
}
