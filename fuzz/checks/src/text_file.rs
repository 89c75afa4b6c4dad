//! Bytes that come over a connection as text: read by `makefile_text` in pieces, whatever they are, as the whole of them is read by `std`
//! with the ends of lines as the documentation of `io.TextIOWrapper` has them; and text that is written comes out as it says.
//!
//! The bytes: one each for errors, newline, buffering, the size of the pieces, and what is read; then what comes.

use std::{io::ErrorKind, sync::Arc, time::Duration};

use wavetank_api::{Buffering, DecodeErrors, FileMode, Host, Newline, Socket, TextFile, socketpair};
use wavetank_sim::{Sim, SimHost};

use super::{Seed, input::Input};

/// How a text is read.
#[derive(Clone, Copy, Debug)]
struct How {
    errors: DecodeErrors,
    newline: Newline,
    buffering: Buffering,
    /// Bytes that come at once.
    piece: usize,
    /// Characters of a `read` between any two lines; none if 0.
    count: usize,
}

/// Sends the bytes and reads them, and writes them as text.
///
/// # Panics
/// If it is not the same text.
pub fn run(bytes: &[u8]) {
    let (head, rest) = bytes.split_at(bytes.len().min(5));
    let mut input = Input::new(head);
    let how = How {
        errors: input.of(&[DecodeErrors::Strict, DecodeErrors::Replace, DecodeErrors::Ignore]),
        newline: input.of(&[Newline::Universal, Newline::Untranslated, Newline::Lf, Newline::Cr, Newline::CrLf]),
        buffering: input.of(&[Buffering::Default, Buffering::Line, Buffering::Size(1), Buffering::Size(7)]),
        piece: usize::from(input.byte() % 16) + 1,
        count: usize::from(input.byte() % 4),
    };
    let comes = rest.to_vec();
    let sim = Sim::new(1);
    sim.host("host").run(move |host| {
        reads(host, &comes, how)?;
        writes(host, &String::from_utf8_lossy(&comes), how)
    });
    let report = sim.run();
    assert!(report.is_ok(), "{how:?} {report}");
}

fn reads(host: &SimHost, comes: &[u8], how: How) -> wavetank_api::Result<()> {
    let (near, far) = socketpair(host)?;
    let (inner, bytes) = (host.clone(), comes.to_vec());
    let sender = host.spawn("sender", move || {
        for piece in bytes.chunks(how.piece) {
            // The reader goes away when it has read what is no text.
            if near.sendall(piece).is_err() {
                return;
            }
            inner.sleep(Duration::from_nanos(1));
        }
    });
    let mut file = file(far, how)?;
    let (letters, is_bad) = decoded(comes, how.errors);
    let letters = if how.newline == Newline::Universal { universal(&letters) } else { letters };
    let mut rest = &letters[..];
    while take_line(&mut file, &mut rest, is_bad, how) {
        if how.count > 0 {
            let (expected, behind) = rest.split_at(rest.len().min(how.count));
            match file.read(how.count) {
                Ok(text) => assert_eq!(text.chars().collect::<Vec<_>>(), expected, "{comes:02x?}"),
                Err(error) => {
                    assert!(is_bad && expected.len() < how.count && error.kind() == ErrorKind::InvalidData, "{error}");
                    break;
                }
            }
            rest = behind;
        }
    }
    // What it did not want to read would stop the sender.
    drop(file);
    drop(sender.join());
    Ok(())
}

/// Reads a line and takes it off what is expected; whether there is more.
fn take_line(file: &mut TextFile<SimHost>, rest: &mut &[char], is_bad: bool, how: How) -> bool {
    let len = line_len(rest, how.newline);
    let (expected, behind) = rest.split_at(len.unwrap_or(rest.len()));
    *rest = behind;
    let mut line = String::new();
    let result = file.read_line(&mut line);
    assert_eq!(line.chars().collect::<Vec<_>>(), expected, "{how:?}");
    match result {
        Ok(count) => {
            assert!(len.is_some() || !is_bad, "there is no UTF-8 behind {line:?}");
            assert_eq!(count, line.len());
            count > 0
        }
        Err(error) => {
            assert!(len.is_none() && is_bad && error.kind() == ErrorKind::InvalidData, "{error}");
            false
        }
    }
}

fn file(socket: Socket<SimHost>, how: How) -> wavetank_api::Result<TextFile<SimHost>> {
    Arc::new(socket).makefile_text(FileMode::ReadWrite, how.buffering, how.errors, how.newline)
}

fn writes(host: &SimHost, text: &str, how: How) -> wavetank_api::Result<()> {
    let (near, far) = socketpair(host)?;
    let mut file = file(near, how)?;
    let end = match how.newline {
        Newline::Cr => "\r",
        Newline::CrLf => "\r\n",
        _ => "\n",
    };
    let expected = text.replace('\n', end).into_bytes();
    let text = text.to_owned();
    let writer = host.spawn("writer", move || {
        file.write_str(&text).and_then(|()| file.flush()).expect("somebody reads it");
    });
    let mut came = Vec::new();
    loop {
        let piece = far.recv_vec(100)?;
        if piece.is_empty() {
            break;
        }
        came.extend(piece);
    }
    assert!(writer.join().is_ok());
    assert_eq!(came, expected);
    Ok(())
}

/// The characters, as far as they are any, and whether the rest is none.
fn decoded(bytes: &[u8], errors: DecodeErrors) -> (Vec<char>, bool) {
    let mut letters = Vec::new();
    for chunk in bytes.utf8_chunks() {
        letters.extend(chunk.valid().chars());
        match errors {
            _ if chunk.invalid().is_empty() => {}
            DecodeErrors::Strict => return (letters, true),
            DecodeErrors::Replace => letters.push(char::REPLACEMENT_CHARACTER),
            DecodeErrors::Ignore => {}
        }
    }
    (letters, false)
}

fn universal(letters: &[char]) -> Vec<char> {
    letters.iter().collect::<String>().replace("\r\n", "\n").replace('\r', "\n").chars().collect()
}

/// Characters of the first line; `None` if it has no end.
fn line_len(letters: &[char], newline: Newline) -> Option<usize> {
    let first = |end: &[char]| letters.windows(end.len()).position(|at| at == end).map(|at| at + end.len());
    match newline {
        Newline::Universal | Newline::Lf => first(&['\n']),
        Newline::Cr => first(&['\r']),
        Newline::CrLf => first(&['\r', '\n']),
        Newline::Untranslated => {
            let at = letters.iter().position(|letter| ['\r', '\n'].contains(letter))?;
            Some(at + if letters[at..].starts_with(&['\r', '\n']) { 2 } else { 1 })
        }
    }
}

/// Every end of line in every mode, and UTF-8 that breaks off.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    const TEXTS: [(&str, &[u8]); 12] = [
        ("nothing", b""),
        ("ends", b"a\nb\rc\r\nd\n\re\r\r\n\n"),
        ("no-end", b"a\nb"),
        ("cr-last", b"a\r"),
        ("letters", "\u{e9}\u{20ac}\u{1f980}\n\u{fffd}\n".as_bytes()),
        ("cut", b"\xe2\x82\n\xf0\x9f\xa6\n\xc3"),
        ("overlong", b"\xc0\x80\xe0\x80\x80\xf0\x80\x80\x80\n"),
        ("surrogate", b"\xed\xa0\x80\xed\xbf\xbf\n"),
        ("too-high", b"\xf4\x90\x80\x80\xf5\xff\n"),
        ("continuation-alone", b"\x80\xbf\n\xc3\xa9\x80\n"),
        ("bad-between-cr-and-lf", b"a\r\xff\nb\r\n"),
        ("nul", b"a\0b\n\0"),
    ];
    let mut seeds = Vec::new();
    for (name, text) in TEXTS {
        for newline in 0..5 {
            // The other settings go along.
            let head = [newline % 3, newline, newline % 4, newline * 3, newline % 3];
            seeds.push((format!("{name}-{newline}"), [&head[..], text].concat()));
        }
    }
    // What is left away does not part the two.
    seeds.push(("ignored-between-cr-and-lf".into(), [&[2, 1, 0, 0, 0], &b"a\r\xff\nb\r\n"[..]].concat()));
    seeds
}
