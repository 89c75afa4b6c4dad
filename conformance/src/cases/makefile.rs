//! Python's makefile: buffered files over a socket, for bytes and for text.

use std::{
    io::{self, BufRead, Read, Write},
    sync::Arc,
    time::Duration,
};

use wavetank_api::{
    Buffering, DecodeErrors, Errno, FileMode, Host, MsgFlags, Newline, Shutdown, Socket, SocketFile, TextFile,
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, ends, fails, holds, receives, same},
    pair::connected,
};

cases! { makefile:
    lines_of_bytes everywhere
        "A file that reads gives lines, and then the end"
        from "Python's socket.makefile('rb')";
    written_when_flushed everywhere
        "What is written is sent when the buffer is full, or by flush, or by close; a write of more than the buffer at once"
        from "Python's socket.makefile('wb'); io.BufferedWriter";
    line_buffering families
        "With line buffering a write that ends a line is sent at once"
        from "Python's open(): buffering 1";
    unbuffered families
        "Without a buffer every write is sent and every read received; a line takes no more bytes than its own"
        from "Python's open(): buffering 0";
    both_directions everywhere
        "A file for both directions has a buffer for each; reading sends nothing"
        from "Python's socket.makefile('rwb'); io.BufferedRWPair";
    wrong_direction families
        "A file that reads does not write, and one that writes does not read"
        from "Python's io.UnsupportedOperation";
    mode_letters once
        "A mode has the letters r, w and b; any other: EINVAL; without w it reads"
        from "CPython's socket.makefile: invalid mode";
    keeps_the_socket everywhere
        "The descriptor lives until the socket and its last file are closed, in any order"
        from "Python's socket.close, makefile";
    shares_the_timeout families
        "The file has the socket's timeout, also one that is set later"
        from "Python's SocketIO uses the socket object";
    timed_out_object everywhere
        "After a timeout the file is not read any more; written, it still is"
        from "Python's socket.makefile: the internal buffer may end up in an inconsistent state; CPython's SocketIO.readinto";
    nonblocking_loses_nothing everywhere
        "In non-blocking mode a read that would wait says EAGAIN, and so does a flush; nothing is lost"
        from "io.RawIOBase: None where it would block";
    text_lines families
        "Text: every kind of line end becomes a newline, letters of several bytes are whole however they arrive"
        from "Python's io.TextIOWrapper, newline=None, utf-8";
    text_newlines families
        "The other kinds of newline: kept, or only one of them ends a line; written, a newline becomes the line end asked for"
        from "Python's io.TextIOWrapper: newline";
    text_that_is_none families
        "Bytes that are no UTF-8 fail the read, or are replaced, or left away; the letters around them are read"
        from "Python's codecs: strict, replace, ignore; Unicode 3.9, maximal subparts";
    text_is_never_unbuffered once
        "Text without a buffer: EINVAL"
        from "CPython's socket.makefile: unbuffered streams must be binary";
}

/// The near end of a connection, and the far one.
type Ends<B> = (Arc<Socket<<B as Bed>::Host>>, Socket<<B as Bed>::Host>);

/// A connection whose near side files may share.
#[track_caller]
fn shared<B: Bed>(bed: &B) -> Result<Ends<B>, Stop> {
    let pair = connected(bed)?;
    Ok((Arc::new(pair.near), pair.far))
}

#[track_caller]
fn line<H: Host>(file: &mut SocketFile<H>) -> Result<String, Stop> {
    let mut line = String::new();
    file.read_line(&mut line)?;
    Ok(line)
}

#[track_caller]
fn nothing_there<H: Host>(socket: &Socket<H>) -> Outcome {
    fails(socket.recv_with(&mut [0], MsgFlags::DONTWAIT | MsgFlags::PEEK), Errno::EAGAIN)
}

fn lines_of_bytes<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = shared(bed)?;
    let mut file = near.makefile(FileMode::Read, Buffering::Default)?;
    far.sendall(b"GET / HTTP/1.0\r\n\r\nbody")?;
    far.shutdown(Shutdown::Write)?;
    for expected in ["GET / HTTP/1.0\r\n", "\r\n", "body", ""] {
        same("a line", line(&mut file)?, expected.to_owned())?;
    }
    Ok(())
}

fn written_when_flushed<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = shared(bed)?;
    let mut file = near.makefile(FileMode::Write, Buffering::Size(10))?;
    file.write_all(b"12345")?;
    bed.settle();
    nothing_there(&far)?;
    file.flush()?;
    bed.settle();
    receives(&far, b"12345")?;
    file.write_all(b"abcd")?;
    file.write_all(b"efghijk")?;
    bed.settle();
    receives(&far, b"abcd")?;
    file.write_all(b"0123456789ABC")?;
    bed.settle();
    receives(&far, b"efghijk0123456789ABC")?;
    file.write_all(b"the end")?;
    file.close()?;
    bed.settle();
    receives(&far, b"the end")
}

fn line_buffering<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = shared(bed)?;
    let mut file = near.makefile(FileMode::Write, Buffering::Line)?;
    file.write_all(b"no line ")?;
    bed.settle();
    nothing_there(&far)?;
    file.write_all(b"a line\nand")?;
    bed.settle();
    receives(&far, b"no line a line\nand")?;
    let mut text = near.makefile_text(FileMode::Write, Buffering::Line, DecodeErrors::Strict, Newline::Cr)?;
    text.write_str("a line\n")?;
    bed.settle();
    receives(&far, b"a line\r")
}

fn unbuffered<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = shared(bed)?;
    let mut file = near.makefile(FileMode::ReadWrite, Buffering::None)?;
    file.write_all(b"x")?;
    bed.settle();
    receives(&far, b"x")?;
    far.sendall(b"one\ntwo")?;
    bed.settle();
    same("a line", line(&mut file)?, "one\n".to_owned())?;
    receives(&near, b"two")
}

fn both_directions<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = shared(bed)?;
    let mut file = near.makefile(FileMode::ReadWrite, Buffering::Default)?;
    file.write_all(b"question")?;
    far.sendall(b"answer\n")?;
    same("a line", line(&mut file)?, "answer\n".to_owned())?;
    nothing_there(&far)?;
    file.flush()?;
    bed.settle();
    receives(&far, b"question")
}

fn wrong_direction<B: Bed>(bed: &B) -> Outcome {
    let (near, _far) = shared(bed)?;
    let kind = |result: io::Result<usize>| result.err().map(|error| error.kind());
    let mut file = near.makefile(FileMode::Read, Buffering::Default)?;
    same("a write", kind(file.write(b"x")), Some(io::ErrorKind::Unsupported))?;
    let mut file = near.makefile(FileMode::Write, Buffering::Default)?;
    same("a read", kind(file.read(&mut [0])), Some(io::ErrorKind::Unsupported))
}

fn mode_letters<B: Bed>(_: &B) -> Outcome {
    let rows = [
        ("r", FileMode::Read),
        ("", FileMode::Read),
        ("b", FileMode::Read),
        ("wb", FileMode::Write),
        ("rw", FileMode::ReadWrite),
        ("bwr", FileMode::ReadWrite),
    ];
    for (text, mode) in rows {
        same(text, text.parse::<FileMode>()?, mode)?;
    }
    for text in ["a", "r+", "x", "R"] {
        fails(text.parse::<FileMode>(), Errno::EINVAL)?;
    }
    Ok(())
}

fn keeps_the_socket<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = shared(bed)?;
    let number = near.fileno();
    let mut reads = near.makefile(FileMode::Read, Buffering::Default)?;
    let mut writes = near.makefile(FileMode::Write, Buffering::Default)?;
    same("the number", (reads.fileno(), writes.fileno()), (number, number))?;
    near.close_shared()?;
    writes.write_all(b"still there")?;
    writes.close()?;
    bed.settle();
    receives(&far, b"still there")?;
    far.sendall(b"and here\n")?;
    same("a line", line(&mut reads)?, "and here\n".to_owned())?;
    nothing_there(&far)?;
    reads.close()?;
    ends(&far)?;
    // The other order: files first, and then the socket.
    let (near, far) = shared(bed)?;
    drop(near.makefile(FileMode::ReadWrite, Buffering::Default)?);
    near.sendall(b"x")?;
    near.close_shared()?;
    bed.settle();
    receives(&far, b"x")?;
    ends(&far)
}

fn shares_the_timeout<B: Bed>(bed: &B) -> Outcome {
    let (near, _far) = shared(bed)?;
    let mut file = near.makefile(FileMode::Read, Buffering::Default)?;
    near.settimeout(Some(Duration::from_millis(40)))?;
    let error = file.read(&mut [0; 4]).err().map(|error| error.to_string());
    same("the error", error, Some("recv: timed out".to_owned()))
}

fn timed_out_object<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = shared(bed)?;
    near.settimeout(Some(Duration::from_millis(40)))?;
    let mut file = near.makefile(FileMode::ReadWrite, Buffering::Default)?;
    far.sendall(b"half a li")?;
    let mut text = String::new();
    let error = file.read_line(&mut text).err();
    same("the kind", error.map(|error| error.kind()), Some(io::ErrorKind::TimedOut))?;
    far.sendall(b"ne\n")?;
    bed.settle();
    for _ in 0..2 {
        let error = file.read(&mut [0; 4]).err().map(|error| error.to_string());
        same("the error", error, Some("cannot read from timed out object".to_owned()))?;
    }
    file.write_all(b"ahoy")?;
    file.flush()?;
    bed.settle();
    receives(&far, b"ahoy")?;
    // The socket itself is well.
    receives(&near, b"ne\n")
}

fn nonblocking_loses_nothing<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = shared(bed)?;
    near.setblocking(false)?;
    let mut file = near.makefile(FileMode::ReadWrite, Buffering::Size(100_000))?;
    let kind = |error: Option<io::Error>| error.map(|error| error.kind());
    same("a read", kind(file.read(&mut [0; 4]).err()), Some(io::ErrorKind::WouldBlock))?;
    far.sendall(b"ahoy")?;
    bed.settle();
    let mut got = [0; 4];
    file.read_exact(&mut got)?;
    same("a read", &got, b"ahoy")?;
    // Until there is no more room on the way.
    let mut written = 0;
    let error = loop {
        match file.write(&[7; 50_000]) {
            Ok(count) => written += count,
            Err(error) => break error,
        }
        holds("the way has an end", written < 100_000_000)?;
    };
    same("a write", kind(Some(error)), Some(io::ErrorKind::WouldBlock))?;
    // What was taken arrives, and no more.
    near.setblocking(true)?;
    let host = bed.far().host.clone();
    let reader = bed.far().host.spawn("reader", move || {
        drop(host);
        let mut got = 0;
        while let count @ 1.. = far.recv(&mut [0; 50_000])? {
            got += count;
        }
        Ok::<_, wavetank_api::Error>(got)
    });
    file.flush()?;
    near.shutdown(Shutdown::Write)?;
    same("what arrived", crate::check::joins(reader)??, written)
}

fn text<H: Host>(near: &Arc<Socket<H>>, errors: DecodeErrors, newline: Newline) -> Result<TextFile<H>, Stop> {
    Ok(near.makefile_text(FileMode::ReadWrite, Buffering::Default, errors, newline)?)
}

/// The lines of a text file, to the end.
fn all_lines<H: Host>(mut file: TextFile<H>) -> Result<Vec<String>, Stop> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if file.read_line(&mut line)? == 0 {
            return Ok(lines);
        }
        lines.push(line);
    }
}

fn text_lines<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = shared(bed)?;
    let mut file = text(&near, DecodeErrors::Strict, Newline::Universal)?;
    // A line is given as soon as its end is there, though a newline may follow it.
    far.sendall(b"first\r")?;
    let mut first = String::new();
    file.read_line(&mut first)?;
    same("the first line", first, "first\n".to_owned())?;
    far.sendall("\nä".as_bytes())?;
    bed.settle();
    let euro = "€".as_bytes();
    far.sendall(&euro[..1])?;
    bed.settle();
    far.sendall(&euro[1..])?;
    far.sendall("𝄞\rb\r\n\n\nc".as_bytes())?;
    far.shutdown(Shutdown::Write)?;
    same("three characters", file.read(3)?, "ä€𝄞".to_owned())?;
    same("the lines", all_lines(file)?, ["\n", "b\n", "\n", "\n", "c"].map(str::to_owned).to_vec())
}

fn text_newlines<B: Bed>(bed: &B) -> Outcome {
    let rows: [(Newline, &[&str], &str); 5] = [
        (Newline::Universal, &["a\n", "b\n", "c\n", "d"], "x\ny\n"),
        (Newline::Untranslated, &["a\r", "b\r\n", "c\n", "d"], "x\ny\n"),
        (Newline::Lf, &["a\rb\r\n", "c\n", "d"], "x\ny\n"),
        (Newline::Cr, &["a\r", "b\r", "\nc\nd"], "x\ry\r"),
        (Newline::CrLf, &["a\rb\r\n", "c\nd"], "x\r\ny\r\n"),
    ];
    for (newline, lines, written) in rows {
        let (near, far) = shared(bed)?;
        let mut file = text(&near, DecodeErrors::Strict, newline)?;
        file.write_str("x\ny\n")?;
        file.flush()?;
        bed.settle();
        receives(&far, written.as_bytes())?;
        far.sendall(b"a\rb\r\nc\nd")?;
        far.shutdown(Shutdown::Write)?;
        let expected: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
        same(&format!("the lines of {newline:?}"), all_lines(file)?, expected)?;
    }
    Ok(())
}

fn text_that_is_none<B: Bed>(bed: &B) -> Outcome {
    // An overlong form, a lone continuation, a beginning cut short by a letter, a surrogate, a beginning at the end.
    const BYTES: &[u8] = b"a\xc0\xafb\x80c\xe2\x82d\xed\xa0\x80e\xf0\x9f";
    let rows = [
        (DecodeErrors::Replace, "a\u{fffd}\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}\u{fffd}\u{fffd}e\u{fffd}"),
        (DecodeErrors::Ignore, "abcde"),
    ];
    for (errors, expected) in rows {
        let (near, far) = shared(bed)?;
        far.sendall(BYTES)?;
        far.shutdown(Shutdown::Write)?;
        let mut all = String::new();
        text(&near, errors, Newline::Universal)?.read_to_string(&mut all)?;
        same(&format!("the text with {errors:?}"), all, expected.to_owned())?;
    }
    let (near, far) = shared(bed)?;
    far.sendall(BYTES)?;
    far.shutdown(Shutdown::Write)?;
    let mut all = String::new();
    let error = text(&near, DecodeErrors::Strict, Newline::Universal)?.read_to_string(&mut all).err();
    same("the kind", error.map(|error| error.kind()), Some(io::ErrorKind::InvalidData))?;
    same("what was before it", all, "a".to_owned())
}

fn text_is_never_unbuffered<B: Bed>(bed: &B) -> Outcome {
    let (left, _right) = bed.near().unix()?;
    let socket = Arc::new(left);
    for buffering in [Buffering::None, Buffering::Size(0)] {
        let file = socket.makefile_text(FileMode::Read, buffering, DecodeErrors::Strict, Newline::Universal);
        fails(file, Errno::EINVAL)?;
    }
    Ok(())
}
