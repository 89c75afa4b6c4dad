//! Files and sockets: `makefile`, `sendfile`; and the calls that carry what is beside the data in one step: `recvmsg_into`, `send_fds`,
//! `recv_fds`.

use std::{
    fs::File,
    io::{BufRead, Cursor, IoSlice, IoSliceMut, Read, Seek, SeekFrom, Write},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use wavetank_api::{
    Buffering, DecodeErrors, Errno, FileMode, Host, MsgFlags, Newline, PollEvents, Socket, control::cmsg_space,
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, becomes, ends, fails, holds, polls, receives, same},
    pair::{self, Pair},
};

cases! { file:
    makefile_reads_lines_and_bytes everywhere
        "A file of a socket reads lines however they were cut into segments, and the end of the stream as the end of the file"
        from "Python, socket.makefile";
    makefile_sends_when_told everywhere
        "What is written goes when the buffer is full, at flush, and when the file is closed; with line buffering at the end of a line"
        from "Python, socket.makefile(buffering)";
    makefile_keeps_the_socket everywhere
        "The descriptor lives until the socket and all of its files are closed: only then does the peer see the end"
        from "Python, socket.makefile, socket.close";
    makefile_after_a_timeout everywhere
        "Once a read has timed out, the file can be read no more, and says so"
        from "Python, socket.makefile: inconsistent state";
    makefile_that_may_not_wait families
        "On a non-blocking socket a read that would wait is EAGAIN and loses nothing"
        from "Python, io.BufferedReader over socket.SocketIO";
    makefile_of_text everywhere
        "A file of text translates the ends of lines, and puts characters together that came in parts"
        from "Python, socket.makefile(encoding, newline)";
    makefile_has_a_mode families
        "The letters of a mode are r, w and b; a file for reading cannot be written, nor the other way round"
        from "Python, socket.makefile(mode)";
    sendfile_sends_all_of_it everywhere
        "A file is sent from an offset to its end or for a count, and its position is behind what was sent"
        from "Python, socket.sendfile; sendfile(2)";
    sendfile_of_what_is_no_file everywhere
        "What only reads like a file is sent too"
        from "Python, socket.sendfile: falls back to send";
    sendfile_needs_a_blocking_stream families
        "A datagram socket, a non-blocking one and a count of 0 are refused; at the end of the file nothing is sent"
        from "Python, socket.sendfile: ValueError";
    recvmsg_into_and_recvmsg families
        "Both give the data, no control messages, no flags; a datagram too long for the room is cut with MSG_TRUNC"
        from "Python, socket.recvmsg, socket.recvmsg_into; recvmsg(2)";
    fds_in_one_call once
        "send_fds passes descriptors with data, and recv_fds gives duplicates of them"
        from "Python, socket.send_fds, socket.recv_fds; unix(7)";
    fds_beyond_the_room once
        "recv_fds takes as many descriptors as it was told, closes the rest, and sets MSG_CTRUNC"
        from "Python, socket.recv_fds; unix(7)";
}

const TIME: Duration = Duration::from_millis(60);

/// The two ends of a connection, near and far.
type Ends<B> = (Arc<Socket<<B as Bed>::Host>>, Socket<<B as Bed>::Host>);

fn shared<B: Bed>(bed: &B) -> Result<Ends<B>, Stop> {
    let Pair { near, far, .. } = pair::connected(bed)?;
    Ok((Arc::new(near), far))
}

fn makefile_reads_lines_and_bytes<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = shared(bed)?;
    let mut file = near.makefile(FileMode::Read, Buffering::Default)?;
    for part in ["one\ntw", "o\nthr", "ee"] {
        far.sendall(part.as_bytes())?;
        bed.settle();
    }
    drop(far);
    let mut line = String::new();
    for expected in ["one\n", "two\n"] {
        line.clear();
        file.read_line(&mut line)?;
        same("a line", &*line, expected)?;
    }
    let mut rest = Vec::new();
    file.read_to_end(&mut rest)?;
    same("the rest", &*rest, b"three")?;
    same("after the end", file.read(&mut [0])?, 0)
}

fn makefile_sends_when_told<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = shared(bed)?;
    let nothing_came = || {
        bed.settle();
        polls(&far, PollEvents::OUT)
    };
    let mut file = near.makefile(FileMode::Write, Buffering::Size(10))?;
    file.write_all(b"12345")?;
    nothing_came()?;
    file.write_all(b"67890abc")?;
    receives(&far, b"12345")?;
    file.flush()?;
    receives(&far, b"67890abc")?;
    file.write_all(b"end")?;
    file.close()?;
    receives(&far, b"end")?;

    let mut file = near.makefile(FileMode::Write, Buffering::Line)?;
    file.write_all(b"no line")?;
    nothing_came()?;
    file.write_all(b" yet\n")?;
    receives(&far, b"no line yet\n")?;

    let mut file = near.makefile(FileMode::Write, Buffering::None)?;
    file.write_all(b"at once")?;
    receives(&far, b"at once")
}

fn makefile_keeps_the_socket<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = shared(bed)?;
    let (reader, mut writer) =
        (near.makefile(FileMode::Read, Buffering::Default)?, near.makefile(FileMode::Write, Buffering::Default)?);
    let number = near.fileno();
    near.close_shared()?;
    same("fileno", (reader.fileno(), writer.fileno()), (number, number))?;
    writer.write_all(b"still here")?;
    writer.close()?;
    receives(&far, b"still here")?;
    bed.settle();
    polls(&far, PollEvents::OUT)?;
    reader.close()?;
    becomes(&far, PollEvents::IN)?;
    ends(&far)
}

fn makefile_after_a_timeout<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = shared(bed)?;
    near.settimeout(Some(TIME))?;
    let mut file = near.makefile(FileMode::ReadWrite, Buffering::Default)?;
    far.sendall(b"half a li")?;
    let Err(error) = file.read_line(&mut String::new()) else { return Err(Stop::failed("there was a line")) };
    same("the first", error.kind(), std::io::ErrorKind::TimedOut)?;
    far.sendall(b"ne\n")?;
    bed.settle();
    let Err(error) = file.read(&mut [0; 100]) else { return Err(Stop::failed("it could be read")) };
    same("the second", &*error.to_string(), "cannot read from timed out object")?;
    file.write_all(b"written")?;
    file.flush()?;
    receives(&far, b"written")
}

fn makefile_that_may_not_wait<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = shared(bed)?;
    near.setblocking(false)?;
    let mut file = near.makefile(FileMode::Read, Buffering::Default)?;
    for _ in 0..2 {
        let Err(error) = file.read(&mut [0; 10]) else { return Err(Stop::failed("there was something")) };
        same("the error", error.kind(), std::io::ErrorKind::WouldBlock)?;
    }
    far.sendall(b"ahoy")?;
    becomes(&near, PollEvents::IN)?;
    let mut buf = [0; 10];
    same("then", file.read(&mut buf)?, 4)
}

fn makefile_of_text<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = shared(bed)?;
    let text = |newline| near.makefile_text(FileMode::ReadWrite, Buffering::Default, DecodeErrors::Strict, newline);
    let mut file = text(Newline::Universal)?;
    // One letter of two bytes in two segments, and each kind of an end.
    for part in [&b"na\xc3"[..], b"\xafve\r", b"\ntwo\rthree"] {
        far.sendall(part)?;
        bed.settle();
    }
    let mut line = String::new();
    for expected in ["na\u{ef}ve\n", "two\n"] {
        line.clear();
        file.read_line(&mut line)?;
        same("a line", &*line, expected)?;
    }
    let mut file = text(Newline::CrLf)?;
    file.write_str("one\ntwo\n")?;
    file.flush()?;
    receives(&far, b"one\r\ntwo\r\n")?;
    fails(near.makefile_text(FileMode::Read, Buffering::None, DecodeErrors::Strict, Newline::Lf), Errno::EINVAL)
}

fn makefile_has_a_mode<B: Bed>(bed: &B) -> Outcome {
    for (text, mode) in [
        ("r", FileMode::Read),
        ("w", FileMode::Write),
        ("rw", FileMode::ReadWrite),
        ("wbr", FileMode::ReadWrite),
        ("b", FileMode::Read),
    ] {
        same(text, text.parse::<FileMode>()?, mode)?;
    }
    fails("a".parse::<FileMode>(), Errno::EINVAL)?;
    let (near, _far) = shared(bed)?;
    let mut reader = near.makefile(FileMode::Read, Buffering::Default)?;
    let mut writer = near.makefile(FileMode::Write, Buffering::Default)?;
    for result in [reader.write(b"x"), writer.read(&mut [0])] {
        same("the error", result.map_err(|error| error.kind()), Err(std::io::ErrorKind::Unsupported))?;
    }
    Ok(())
}

/// A file of the machine that the case runs on, which is gone when it is dropped.
struct Scratch(File);

impl Scratch {
    fn new(data: &[u8]) -> Result<Self, Stop> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path: PathBuf = std::env::temp_dir().join(format!("wavetank-{}-{number}", std::process::id()));
        let mut file = File::options().read(true).write(true).create_new(true).open(&path)?;
        std::fs::remove_file(&path)?;
        file.write_all(data)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(Self(file))
    }
}

/// So many bytes that no two parts of a file are alike.
fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at * 7 + at / 251) as u8).collect()
}

/// All of it, in however many pieces.
fn arrives<H: Host>(mut socket: &Socket<H>, expected: &[u8]) -> Outcome {
    let mut data = vec![0; expected.len()];
    socket.read_exact(&mut data)?;
    holds("what arrived is what was sent", data == expected)
}

fn sendfile_sends_all_of_it<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = shared(bed)?;
    let data = bytes(20_000);
    let mut file = Scratch::new(&data)?.0;
    let mut expected = Vec::new();
    for (offset, count, sent) in [(0, None, 20_000), (19_000, None, 1_000), (100, Some(50), 50), (19_990, Some(50), 10)]
    {
        same("bytes sent", near.sendfile(&mut file, offset, count)?, sent)?;
        same("the position", file.stream_position()?, offset + sent)?;
        expected.extend_from_slice(&data[offset as usize..(offset + sent) as usize]);
    }
    arrives(&far, &expected)
}

fn sendfile_of_what_is_no_file<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = shared(bed)?;
    let data = bytes(30_000);
    let mut file = Cursor::new(data.clone());
    same("bytes sent", near.sendfile(&mut file, 1, Some(20_000))?, 20_000)?;
    same("the position", file.position(), 20_001)?;
    arrives(&far, &data[1..20_001])
}

fn sendfile_needs_a_blocking_stream<B: Bed>(bed: &B) -> Outcome {
    let (near, _far) = shared(bed)?;
    let mut file = Scratch::new(b"ahoy")?.0;
    fails(bed.near().udp()?.sendfile(&mut file, 0, None), Errno::EINVAL)?;
    fails(near.sendfile(&mut file, 0, Some(0)), Errno::EINVAL)?;
    same("at the end", near.sendfile(&mut file, 4, None)?, 0)?;
    near.setblocking(false)?;
    fails(near.sendfile(&mut file, 0, None), Errno::EINVAL)
}

fn recvmsg_into_and_recvmsg<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (bed.near().bound_udp()?, bed.far().bound_udp()?);
    let to = far.getsockname()?;
    for _ in 0..2 {
        near.sendto(b"ahoy there", &to)?;
    }
    bed.settle();
    let (data, beside) = far.recvmsg_vec(4, cmsg_space(4)?, MsgFlags::empty())?;
    same("data", &*data, b"ahoy")?;
    same("flags", beside.flags, MsgFlags::TRUNC)?;
    same("the sender", beside.addr, Some(near.getsockname()?))?;
    same("control messages and descriptors", (beside.control.len(), beside.fds.len()), (0, 0))?;
    let (mut first, mut second) = ([0; 5], [0; 20]);
    let bufs = &mut [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
    let (count, beside) = far.recvmsg_into(bufs, 0, MsgFlags::empty())?;
    same("bytes", count, 10)?;
    same("flags", beside.flags, MsgFlags::empty())?;
    same("the buffers", (&first, &second[..5]), (b"ahoy ", &b"there"[..]))
}

fn fds_in_one_call<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = bed.near().unix()?;
    let (passed, peer) = bed.near().unix()?;
    same("bytes sent", near.send_fds(&[IoSlice::new(b"x")], &[passed.fd(), passed.fd()], MsgFlags::empty(), None)?, 1)?;
    let (data, beside) = far.recv_fds(10, 2, MsgFlags::empty())?;
    same("data", &*data, b"x")?;
    holds("MSG_CTRUNC is not set", !beside.flags.contains(MsgFlags::CTRUNC))?;
    drop(passed);
    for (fd, words) in beside.fds.into_iter().zip([b"one", b"two"]) {
        let received = Socket::from_fd(bed.near().host, fd)?;
        same("inheritable", received.inheritable()?, false)?;
        received.sendall(words)?;
        receives(&peer, words)?;
    }
    ends(&peer)
}

fn fds_beyond_the_room<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = bed.near().unix()?;
    let (passed, peer) = bed.near().unix()?;
    near.send_fds(&[IoSlice::new(b"x")], &[passed.fd(); 3], MsgFlags::empty(), None)?;
    drop(passed);
    let (_, beside) = far.recv_fds(1, 1, MsgFlags::empty())?;
    same("descriptors", beside.fds.len(), 1)?;
    holds("MSG_CTRUNC is set", beside.flags.contains(MsgFlags::CTRUNC))?;
    drop(beside);
    ends(&peer)?;
    fails(far.recv_fds(1, usize::MAX, MsgFlags::empty()), Errno::EINVAL)
}
