//! An honest conversation over TCP, whose bytes are checked at both ends, while others do what they like on the same hosts.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};
use std::{
    io::{IoSlice, IoSliceMut},
    time::Duration,
};

use wavetank_api::{
    Addr, Family, Host, MsgFlags, Net, PollEvents, PollFd, Protocol, RecvMsg, Result, SendMsg, Shutdown, SockFlags,
    SockType,
    option::{SO_RCVBUF, SO_SNDBUF, TCP_NODELAY},
};
use wavetank_sim::{Machine, SimFd, SimHost};

use super::{arguments, input::Input};

/// A port that no other program has in its table.
const PORT: u16 = 4242;

/// What one direction is like.
#[derive(Clone, Copy, Debug)]
struct Direction {
    total: u64,
    write: usize,
    write_mode: u8,
    read: usize,
    read_mode: u8,
    pause: Duration,
}

impl Direction {
    fn new(input: &mut Input<'_>) -> Self {
        Self {
            total: input.of(&[0, 1, 5000, 70_000, 200_000]),
            write: input.of(&[1000, 64, 1460, 9000, 65_536, 100_000]),
            write_mode: input.byte() % 4,
            read: input.of(&[4096, 1000, 65_536, 300_000]),
            read_mode: input.byte() % 6,
            pause: Duration::from_millis(input.of(&[0, 0, 0, 1, 50])),
        }
    }
}

/// How much of a direction was sent, as far as the sender knows.
type Sent = Arc<AtomicU64>;

/// The other thread of this end was told that the connection is broken. Nobody is told twice: a receiver then sees the end of the
/// stream, as on Linux.
type Broken = Arc<AtomicBool>;

/// Starts a server on one machine and a client on the other. Errors of the network end the conversation, and are nobody's fault.
pub fn start(server: &Machine, client: &Machine, bytes: &[u8], nofile: usize) {
    let mut input = Input::new(bytes);
    if nofile < 8 || input.once_in(8) {
        return;
    }
    let (there, back) = (Direction::new(&mut input), Direction::new(&mut input));
    let buffers = input.byte();
    let (sent_there, sent_back) = (Sent::default(), Sent::default());
    let (there_at_server, back_at_server) = (Arc::clone(&sent_there), Arc::clone(&sent_back));
    server.serve(move |host| {
        drop(serve(host, back, &back_at_server, there, &there_at_server, buffers));
        Ok(())
    });
    client.run(move |host| {
        drop(ask(host, there, &sent_there, back, &sent_back, buffers));
        Ok(())
    });
}

fn serve(
    host: &SimHost,
    out: Direction,
    sent: &Sent,
    inward: Direction,
    sent_inward: &Sent,
    buffers: u8,
) -> Result<()> {
    let listener = stream_socket(host, buffers)?;
    host.bind(&listener, &Addr::v4(std::net::Ipv4Addr::UNSPECIFIED, PORT))?;
    host.listen(&listener, 1)?;
    let (stream, _) = host.accept(&listener, SockFlags::empty())?;
    talk(host, stream, out, sent, inward, sent_inward);
    Ok(())
}

fn ask(host: &SimHost, out: Direction, sent: &Sent, inward: Direction, sent_inward: &Sent, buffers: u8) -> Result<()> {
    for _ in 0..20 {
        let stream = stream_socket(host, buffers.rotate_left(4))?;
        if host.connect(&stream, &Addr::v4(arguments::v4_of(1), PORT)).is_ok() {
            talk(host, stream, out, sent, inward, sent_inward);
            break;
        }
        host.sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn stream_socket(host: &SimHost, buffers: u8) -> Result<SimFd> {
    let fd = host.socket(Family::INET, SockType::STREAM, SockFlags::empty(), Protocol::DEFAULT)?;
    for (bit, option, value) in [(1, SO_RCVBUF, 0), (2, SO_SNDBUF, 0), (4, SO_RCVBUF, 70_000)] {
        if buffers & bit != 0 {
            host.setsockopt(&fd, option.level(), option.name(), &i32::to_ne_bytes(value))?;
        }
    }
    if buffers & 8 != 0 {
        host.setsockopt(&fd, TCP_NODELAY.level(), TCP_NODELAY.name(), &1_i32.to_ne_bytes())?;
    }
    Ok(fd)
}

fn talk(host: &SimHost, stream: SimFd, out: Direction, sent: &Sent, inward: Direction, sent_inward: &Sent) {
    let stream = Arc::new(stream);
    let broken = Broken::default();
    let (own, own_sent, own_host, own_broken) =
        (Arc::clone(&stream), Arc::clone(sent), host.clone(), Arc::clone(&broken));
    let writer = host.spawn("writer", move || {
        if send_all(&own_host, &own, out, &own_sent).is_err() {
            own_broken.store(true, Ordering::Relaxed);
        }
    });
    drop(receive_all(host, &stream, inward, sent_inward, &broken));
    assert!(writer.join().is_ok(), "the writer panicked");
}

/// The byte that belongs at an offset.
fn byte_at(offset: u64) -> u8 {
    (offset ^ (offset >> 8) ^ (offset >> 16)).wrapping_mul(0x9d) as u8
}

fn send_all(host: &SimHost, stream: &SimFd, direction: Direction, sent: &Sent) -> Result<()> {
    let mut offset = 0;
    while offset < direction.total {
        let len = (direction.total - offset).min(direction.write as u64);
        let data: Vec<u8> = (offset..offset + len).map(byte_at).collect();
        let count = match direction.write_mode {
            0 => host.send(stream, &data, MsgFlags::empty()),
            1 => {
                let (left, right) = data.split_at(data.len() / 3);
                let bufs = [IoSlice::new(left), IoSlice::new(&[]), IoSlice::new(right)];
                host.sendmsg(stream, &SendMsg::new(&bufs), MsgFlags::empty())
            }
            2 => host.send(stream, &data, MsgFlags::DONTWAIT | MsgFlags::MORE),
            _ => host.sendmsg(stream, &SendMsg::new(&[IoSlice::new(&data)]), MsgFlags::DONTWAIT),
        };
        match count {
            Ok(count) => {
                assert!(count > 0 && count as u64 <= len, "{count} of {len} bytes were sent");
                offset += count as u64;
                sent.store(offset, Ordering::Relaxed);
            }
            Err(error) if error.is_would_block() => {
                host.poll(&mut [PollFd::new(stream, PollEvents::OUT)], None)?;
            }
            Err(error) => return Err(error),
        }
        host.sleep(direction.pause);
    }
    host.shutdown(stream, Shutdown::Write)
}

fn receive_all(host: &SimHost, stream: &SimFd, direction: Direction, sent: &Sent, broken: &Broken) -> Result<()> {
    let mut offset = 0;
    let mut buf = vec![0; direction.read];
    loop {
        let count = match receive(host, stream, direction.read_mode, &mut buf) {
            Err(error) if error.is_would_block() => {
                host.poll(&mut [PollFd::new(stream, PollEvents::IN)], None)?;
                continue;
            }
            result => result?,
        };
        if count == 0 {
            let all = offset == sent.load(Ordering::Relaxed) || broken.load(Ordering::Relaxed);
            assert!(all, "the stream ended in order, and of {sent:?} bytes there were {offset}");
            return Ok(());
        }
        for (at, &byte) in (offset..).zip(&buf[..count]) {
            assert_eq!(byte, byte_at(at), "at {at} of the stream, in a piece of {count} bytes from {offset}");
        }
        offset += count as u64;
        assert!(offset <= direction.total, "more arrived than was ever sent");
        host.sleep(direction.pause);
    }
}

fn receive(host: &SimHost, stream: &SimFd, mode: u8, buf: &mut [u8]) -> Result<usize> {
    match mode {
        0 => host.recv(stream, buf, MsgFlags::empty()),
        1 => {
            let seen = host.recv(stream, buf, MsgFlags::PEEK)?;
            let peeked = buf[..seen].to_vec();
            let count = host.recv(stream, buf, MsgFlags::empty())?;
            assert!(count >= seen && buf[..seen] == peeked[..], "what was peeked at was not there");
            Ok(count)
        }
        2 => host.recv(stream, buf, MsgFlags::WAITALL),
        3 => host.recv(stream, buf, MsgFlags::DONTWAIT),
        4 => {
            let (left, right) = buf.split_at_mut(buf.len() / 3);
            let mut bufs = [IoSliceMut::new(left), IoSliceMut::new(&mut []), IoSliceMut::new(right)];
            host.recvmsg(stream, &mut RecvMsg::new(&mut bufs), MsgFlags::WAITALL)
        }
        _ => {
            let (left, right) = buf.split_at_mut(1);
            let mut bufs = [IoSliceMut::new(left), IoSliceMut::new(right)];
            host.recvmsg(stream, &mut RecvMsg::new(&mut bufs), MsgFlags::empty())
        }
    }
}
