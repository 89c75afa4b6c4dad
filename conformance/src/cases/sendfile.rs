//! Python's sendfile: by sendfile(2) where it is, by reading and sending elsewhere; what can be seen is the same.

use std::{
    fs::{self, File},
    io::{BufReader, Cursor, Seek, SeekFrom, Write},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use wavetank_api::{Errno, Host, Shutdown, Socket};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, ends, fails, holds, joins, receives, same, takes, times_out},
    pair::{connected, narrow},
};

cases! { sendfile:
    a_whole_file everywhere
        "Without a count the file is sent to its end, however long; its position is at the end then"
        from "Python's socket.sendfile; sendfile(2)";
    from_an_offset everywhere
        "From an offset, and no more than the count; the position is behind the last byte sent, wherever it was"
        from "Python's socket.sendfile";
    beyond_the_end families
        "A count beyond the end is cut; an offset at or beyond the end sends nothing, and the position stays"
        from "sendfile(2): 0 is the end of the file; Python's socket.sendfile";
    not_a_file families
        "What is no file of the system is read and sent, with the same position afterwards"
        from "Python's socket.sendfile: send() is used instead";
    a_file_behind_a_buffer families
        "Of a buffered file it is the file that is sent, from the offset; the buffer is dropped"
        from "Python's socket.sendfile";
    position_after_an_error everywhere
        "After an error the position tells how many bytes were sent"
        from "Python's socket.sendfile";
    in_timeout_mode everywhere
        "In timeout mode a wait for room ends with a timeout; what was sent by then is told by the position"
        from "Python's socket.sendfile, settimeout";
    refused families
        "A datagram socket, a non-blocking one, and a count of 0: EINVAL; nothing is sent"
        from "CPython's _check_sendfile_params";
    unreadable_file families
        "A file that is not open for reading: EBADF"
        from "sendfile(2)";
    not_connected families
        "A socket that is not connected: EPIPE; one whose writing half is shut, too"
        from "sendfile(2); tcp_sendmsg_locked";
}

type Made<T> = Result<T, Stop>;

/// A file of the machine that is gone when the last handle is. Also in the simulation, whose programs may read files.
fn file(content: &[u8]) -> Made<File> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("wavetank-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(name);
    let mut file = File::options().read(true).write(true).create_new(true).open(&path)?;
    fs::remove_file(&path)?;
    file.write_all(content)?;
    Ok(file)
}

fn content(len: usize) -> Vec<u8> {
    (0..len).map(|index| (index / 3 % 251) as u8).collect()
}

/// Reads to the end on a thread of its own.
fn reader<H: Host>(socket: Socket<H>) -> wavetank_api::JoinHandle<H, wavetank_api::Result<Vec<u8>>> {
    let host = socket.net().clone();
    host.spawn("reader", move || {
        let mut all = Vec::new();
        let mut buf = [0; 50_000];
        loop {
            match socket.recv(&mut buf)? {
                0 => return Ok(all),
                count => all.extend_from_slice(&buf[..count]),
            }
        }
    })
}

fn a_whole_file<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let reader = reader(pair.far);
    let bytes = content(1_000_000);
    let mut file = file(&bytes)?;
    same("sent", pair.near.sendfile(&mut file, 0, None)?, 1_000_000)?;
    same("the position", file.stream_position()?, 1_000_000)?;
    pair.near.shutdown(Shutdown::Write)?;
    holds("what was received is the file", joins(reader)?? == bytes)
}

fn from_an_offset<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let mut file = file(b"0123456789")?;
    file.seek(SeekFrom::Start(1))?;
    same("sent", pair.near.sendfile(&mut file, 3, Some(4))?, 4)?;
    same("the position", file.stream_position()?, 7)?;
    bed.settle();
    receives(&pair.far, b"3456")?;
    same("sent", pair.near.sendfile(&mut file, 0, Some(2))?, 2)?;
    same("the position", file.stream_position()?, 2)?;
    bed.settle();
    receives(&pair.far, b"01")
}

fn beyond_the_end<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let mut short = file(b"0123456789")?;
    same("sent", pair.near.sendfile(&mut short, 8, Some(100))?, 2)?;
    same("the position", short.stream_position()?, 10)?;
    bed.settle();
    receives(&pair.far, b"89")?;
    for (offset, count) in [(10, None), (11, Some(5)), (1 << 40, None)] {
        same("sent", pair.near.sendfile(&mut short, offset, count)?, 0)?;
    }
    same("of an empty file", pair.near.sendfile(&mut file(b"")?, 0, None)?, 0)?;
    pair.near.shutdown(Shutdown::Write)?;
    ends(&pair.far)
}

fn not_a_file<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let bytes = content(300_000);
    let reader = reader(pair.far);
    let mut cursor = Cursor::new(&bytes);
    same("sent", pair.near.sendfile(&mut cursor, 1_000, None)?, 299_000)?;
    same("the position", cursor.position(), 300_000)?;
    same("sent", pair.near.sendfile(&mut cursor, 5, Some(10))?, 10)?;
    same("the position", cursor.position(), 15)?;
    pair.near.shutdown(Shutdown::Write)?;
    let got = joins(reader)??;
    holds("what was received is what was asked for", got == [&bytes[1_000..], &bytes[5..15]].concat())
}

fn a_file_behind_a_buffer<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let mut buffered = BufReader::new(file(b"one\ntwo\nthree\n")?);
    buffered.seek(SeekFrom::Start(0))?;
    let mut line = String::new();
    std::io::BufRead::read_line(&mut buffered, &mut line)?;
    same("a line", line, "one\n".to_owned())?;
    same("sent", pair.near.sendfile(&mut buffered, 4, Some(4))?, 4)?;
    same("the position", buffered.stream_position()?, 8)?;
    bed.settle();
    receives(&pair.far, b"two\n")?;
    let mut line = String::new();
    std::io::BufRead::read_line(&mut buffered, &mut line)?;
    same("the next line", line, "three\n".to_owned())
}

fn position_after_an_error<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let mut file = file(&content(20_000_000))?;
    // Whoever has gone resets the connection when more comes.
    pair.far.close()?;
    let error = pair.near.sendfile(&mut file, 0, None).err();
    let errno = error.as_ref().and_then(|error| error.errno());
    holds("the connection is broken", matches!(errno, Some(Errno::EPIPE | Errno::ECONNRESET)))?;
    let position = file.stream_position()?;
    holds("some was sent, and not all", 0 < position && position < 20_000_000)
}

fn in_timeout_mode<B: Bed>(bed: &B) -> Outcome {
    const TIME: Duration = Duration::from_millis(80);
    let pair = narrow(bed, 20_000, 20_000)?;
    let bytes = content(3_000_000);
    let mut file = file(&bytes)?;
    pair.near.settimeout(Some(TIME))?;
    times_out(takes(bed.near().host, TIME, || pair.near.sendfile(&mut file, 0, None))?)?;
    let sent = file.stream_position()?;
    holds("some was sent, and not all", 0 < sent && sent < 3_000_000)?;
    let reader = reader(pair.far);
    pair.near.settimeout(Some(Duration::from_secs(10)))?;
    same("the rest", pair.near.sendfile(&mut file, sent, None)?, 3_000_000 - sent)?;
    pair.near.shutdown(Shutdown::Write)?;
    holds("what was received is the file", joins(reader)?? == bytes)
}

fn refused<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let mut file = file(b"0123456789")?;
    file.seek(SeekFrom::Start(3))?;
    fails(pair.near.sendfile(&mut file, 0, Some(0)), Errno::EINVAL)?;
    fails(bed.near().udp()?.sendfile(&mut file, 0, None), Errno::EINVAL)?;
    pair.near.setblocking(false)?;
    fails(pair.near.sendfile(&mut file, 0, None), Errno::EINVAL)?;
    same("the position", file.stream_position()?, 3)?;
    pair.near.setblocking(true)?;
    pair.near.shutdown(Shutdown::Write)?;
    ends(&pair.far)
}

fn unreadable_file<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let mut sink = File::options().write(true).open("/dev/null")?;
    fails(pair.near.sendfile(&mut sink, 0, None), Errno::EBADF)
}

fn not_connected<B: Bed>(bed: &B) -> Outcome {
    let mut file = file(b"0123456789")?;
    fails(bed.near().tcp()?.sendfile(&mut file, 0, None), Errno::EPIPE)?;
    let pair = connected(bed)?;
    pair.near.shutdown(Shutdown::Write)?;
    fails(pair.near.sendfile(&mut file, 0, None), Errno::EPIPE)?;
    same("the position", file.stream_position()?, 10)
}
