//! Sending and receiving on a TCP stream.

use std::{
    io::{IoSlice, IoSliceMut},
    time::Duration,
};

use wavetank_api::{
    Addr, Errno, Host, MsgFlags, PollEvents, RecvMsg, SendMsg, Socket,
    option::{SO_RCVBUF, SO_RCVTIMEO, SO_SNDBUF},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, becomes, fails, holds, joins, polls, receives, same, takes, waits},
    pair::{Pair, connected},
};

cases! { stream:
    a_megabyte_in_order everywhere
        "What is sent arrives, all of it and in order, however it is cut"
        from "RFC 9293 section 2.2";
    boundaries_vanish everywhere
        "A stream has no boundaries: one recv takes what several sends sent"
        from "tcp(7)";
    recv_takes_what_is_there everywhere
        "recv returns less than was asked for rather than wait"
        from "recv(2)";
    recv_of_nothing families
        "A recv of no bytes waits for data as any other, and takes none of it"
        from "tcp_recvmsg_locked: sock_rcvlowat is 1 at least";
    send_of_nothing everywhere
        "A send of no bytes succeeds and sends nothing"
        from "tcp_sendmsg_locked";
    not_connected families
        "On a socket that never was connected recv says ENOTCONN and send EPIPE; on a listener too"
        from "tcp_recvmsg_locked; tcp_sendmsg_locked: sk_stream_wait_connect";
    dontwait everywhere
        "MSG_DONTWAIT: EAGAIN on a socket that blocks"
        from "recv(2), send(2) MSG_DONTWAIT";
    peek everywhere
        "MSG_PEEK looks without taking, from the beginning each time"
        from "recv(2) MSG_PEEK";
    waitall_waits everywhere
        "MSG_WAITALL waits until the buffer is full"
        from "recv(2) MSG_WAITALL";
    waitall_ends_with_the_stream everywhere
        "MSG_WAITALL returns what there is when the stream ends"
        from "recv(2) MSG_WAITALL";
    waitall_ends_with_the_time everywhere
        "MSG_WAITALL returns what there is when SO_RCVTIMEO is over"
        from "recv(2), socket(7)";
    waitall_does_not_wait_with_dontwait everywhere
        "MSG_WAITALL with MSG_DONTWAIT returns what there is"
        from "tcp_recvmsg_locked";
    trunc_throws_away everywhere
        "MSG_TRUNC takes the bytes and throws them away"
        from "tcp(7) MSG_TRUNC";
    urgent_data_that_is_not_there families
        "MSG_OOB without urgent data: EINVAL"
        from "tcp_recv_urg";
    gather_and_scatter everywhere
        "sendmsg gathers its buffers into one stream, recvmsg scatters it over several, filling one after the other"
        from "sendmsg(2), recvmsg(2)";
    no_sender_to_tell everywhere
        "recvfrom on a connection tells no address"
        from "tcp_recvmsg sets no msg_name";
    address_is_ignored everywhere
        "sendto on a connection ignores the address"
        from "send(2); tcp_sendmsg_locked";
    nonblocking_send_is_partial everywhere
        "A non-blocking send takes what fits, then says EAGAIN; writable again when the peer has read"
        from "send(2); tcp_sendmsg_locked";
    blocking_send_waits_for_room everywhere
        "A blocking send takes everything, and waits for the reader"
        from "send(2)";
    small_buffers everywhere
        "A stream larger than the smallest buffers arrives whole"
        from "tcp(7); socket(7) SO_RCVBUF";
    fionread_and_outq everywhere
        "FIONREAD tells the bytes to read, SIOCOUTQ those not acknowledged"
        from "tcp(7) SIOCINQ, SIOCOUTQ";
    blocked_recv_is_woken everywhere
        "A recv that waits is woken by the data"
        from "recv(2)";
    both_directions_at_once everywhere
        "The two directions do not wait for each other"
        from "RFC 9293 section 2.2: full duplex";
}

/// Bytes that say where in the stream they stand.
fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at ^ (at >> 8) ^ (at >> 16)) as u8).collect()
}

/// Sends everything from a thread of its own while `receive` reads.
fn transfer<B: Bed>(bed: &B, data: Vec<u8>, from: Socket<B::Host>, to: &Socket<B::Host>, size: usize) -> Outcome {
    let expected = data.clone();
    let thread = bed.near().host.spawn("sender", move || from.sendall(&data));
    let mut got = Vec::new();
    loop {
        let piece = to.recv_vec(size)?;
        if piece.is_empty() {
            break;
        }
        got.extend(piece);
    }
    joins(thread)??;
    same("the length", got.len(), expected.len())?;
    holds("every byte is in its place", got == expected)
}

fn a_megabyte_in_order<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    transfer(bed, pattern(1 << 20), pair.near, &pair.far, 10_007)
}

fn boundaries_vanish<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    for part in [b"one".as_slice(), b"two", b"three"] {
        same("send", pair.near.send(part)?, part.len())?;
    }
    bed.settle();
    receives(&pair.far, b"onetwothree")
}

fn recv_takes_what_is_there<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.sendall(b"abcdef")?;
    bed.settle();
    same("recv", pair.far.recv_vec(2)?, b"ab".to_vec())?;
    receives(&pair.far, b"cdef")
}

fn recv_of_nothing<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    fails(pair.far.recv_with(&mut [], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    pair.near.sendall(b"x")?;
    bed.settle();
    same("recv with data", pair.far.recv(&mut [])?, 0)?;
    receives(&pair.far, b"x")
}

fn send_of_nothing<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    same("send", pair.near.send(b"")?, 0)?;
    bed.settle();
    polls(&pair.far, PollEvents::OUT)?;
    fails(pair.far.recv_with(&mut [0], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn not_connected<B: Bed>(bed: &B) -> Outcome {
    for socket in [bed.near().tcp()?, bed.near().bound_tcp()?, bed.near().listener()?] {
        fails(socket.recv(&mut [0]), Errno::ENOTCONN)?;
        fails(socket.send(b"x"), Errno::EPIPE)?;
    }
    Ok(())
}

fn dontwait<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    fails(pair.far.recv_with(&mut [0; 9], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    let block = vec![0; 100_000];
    let full = loop {
        if let Err(error) = pair.near.send_with(&block, MsgFlags::DONTWAIT) {
            break error;
        }
    };
    fails(Err::<(), _>(full), Errno::EAGAIN)
}

fn peek<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.sendall(b"abcd")?;
    bed.settle();
    let mut buf = [0; 8];
    for _ in 0..2 {
        same("peek of 2", pair.far.recv_with(&mut buf[..2], MsgFlags::PEEK)?, 2)?;
        same("the bytes", &buf[..2], b"ab")?;
    }
    same("peek of 8", pair.far.recv_with(&mut buf, MsgFlags::PEEK)?, 4)?;
    same(
        "MSG_WAITALL does not change that",
        pair.far.recv_with(&mut buf[..4], MsgFlags::PEEK | MsgFlags::WAITALL)?,
        4,
    )?;
    receives(&pair.far, b"abcd")?;
    fails(pair.far.recv_with(&mut buf, MsgFlags::PEEK | MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn waitall_waits<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    let host = bed.near().host.clone();
    let thread = bed.near().host.spawn("sender", move || {
        near.send(b"abc")?;
        host.sleep(Duration::from_millis(40));
        near.send(b"def")?;
        host.sleep(Duration::from_millis(40));
        near.send(b"ghi").map(|_| near)
    });
    let mut buf = [0; 8];
    same("recv", far.recv_with(&mut buf, MsgFlags::WAITALL)?, 8)?;
    same("the bytes", &buf, b"abcdefgh")?;
    receives(&far, b"i")?;
    joins(thread)??;
    Ok(())
}

fn waitall_ends_with_the_stream<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.sendall(b"abc")?;
    pair.near.close()?;
    let mut buf = [0; 8];
    same("recv", pair.far.recv_with(&mut buf, MsgFlags::WAITALL)?, 3)?;
    same("recv again", pair.far.recv_with(&mut buf, MsgFlags::WAITALL)?, 0)
}

fn waitall_ends_with_the_time<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let timeout = Duration::from_millis(60);
    pair.far.setsockopt(SO_RCVTIMEO, Some(timeout))?;
    pair.near.sendall(b"abc")?;
    bed.settle();
    let mut buf = [0; 8];
    let got = takes(bed.near().host, timeout, || pair.far.recv_with(&mut buf, MsgFlags::WAITALL))?;
    same("recv", got?, 3)
}

fn waitall_does_not_wait_with_dontwait<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.sendall(b"abc")?;
    bed.settle();
    same("recv", pair.far.recv_with(&mut [0; 8], MsgFlags::WAITALL | MsgFlags::DONTWAIT)?, 3)
}

fn trunc_throws_away<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.sendall(b"abcdef")?;
    bed.settle();
    let mut buf = *b"??";
    same("recv", pair.far.recv_with(&mut buf, MsgFlags::TRUNC)?, 2)?;
    same("the buffer is not written to", buf, *b"??")?;
    receives(&pair.far, b"cdef")
}

fn urgent_data_that_is_not_there<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.sendall(b"abc")?;
    bed.settle();
    fails(pair.far.recv_with(&mut [0], MsgFlags::OOB), Errno::EINVAL)
}

fn gather_and_scatter<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let parts = [IoSlice::new(b"ab"), IoSlice::new(b""), IoSlice::new(b"cdef")];
    same("sendmsg", pair.near.sendmsg(&SendMsg::new(&parts), MsgFlags::empty())?, 6)?;
    bed.settle();
    let (mut one, mut two, mut three) = ([0; 1], [0; 3], [0; 9]);
    let mut bufs = [IoSliceMut::new(&mut one), IoSliceMut::new(&mut two), IoSliceMut::new(&mut three)];
    let mut msg = RecvMsg::new(&mut bufs);
    same("recvmsg", pair.far.recvmsg(&mut msg, MsgFlags::empty())?, 6)?;
    same("msg_flags", msg.flags, MsgFlags::empty())?;
    same("the parts", (&one, &two, &three[..2]), (b"a", b"bcd", b"ef".as_slice()))
}

fn no_sender_to_tell<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.sendall(b"abc")?;
    same("recvfrom", pair.far.recvfrom(&mut [0; 3])?, (3, Addr::Unspec))
}

fn address_is_ignored<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    same("sendto", pair.near.sendto(b"abc", &bed.far().addr(9))?, 3)?;
    bed.settle();
    receives(&pair.far, b"abc")
}

/// Sends until there is no room; how much was taken.
fn stuff<B: Bed>(bed: &B, socket: &Socket<B::Host>) -> Result<usize, Stop> {
    socket.setblocking(false)?;
    let block = vec![7; 50_000];
    let mut sent = 0;
    for _ in 0..10_000 {
        match socket.send(&block) {
            Ok(count) => sent += count,
            Err(error) if error == Errno::EAGAIN => {
                // What is on its way makes room when it arrives.
                bed.settle();
                match socket.send(&block) {
                    Ok(count) => sent += count,
                    Err(error) if error == Errno::EAGAIN => return Ok(sent),
                    Err(error) => return Err(error.into()),
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(Stop::failed("the stream takes more and more"))
}

fn nonblocking_send_is_partial<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let sent = stuff(bed, &pair.near)?;
    polls(&pair.near, PollEvents::empty())?;
    fails(pair.near.send(b"x"), Errno::EAGAIN)?;
    let mut got = 0;
    while got < sent {
        got += pair.far.recv(&mut [0; 65_536])?;
    }
    same("what was taken arrived", got, sent)?;
    becomes(&pair.near, PollEvents::OUT)?;
    same("send", pair.near.send(b"x")?, 1)
}

fn blocking_send_waits_for_room<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    const LEN: usize = 12_000_000;
    let thread = bed.near().host.spawn("sender", move || near.send(&vec![1; LEN]));
    bed.settle();
    holds("the sender waits", !thread.is_finished())?;
    let mut buf = vec![0; 1 << 20];
    let mut got = 0;
    while got < LEN {
        got += far.recv(&mut buf)?;
    }
    let sent = joins(thread)??;
    same("send", sent, LEN)
}

fn small_buffers<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().bound_tcp()?;
    listener.setsockopt(SO_RCVBUF, 0)?;
    listener.listen(1)?;
    let near = bed.near().tcp()?;
    near.setsockopt(SO_SNDBUF, 0)?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    transfer(bed, pattern(50_000), near, &far, 1_000)
}

/// `FIONREAD`, which is also `SIOCINQ`.
const FIONREAD: u64 = 0x541b;
/// `TIOCOUTQ`, which is also `SIOCOUTQ`.
const TIOCOUTQ: u64 = 0x5411;

fn fionread_and_outq<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let ask = |socket: &Socket<B::Host>, request| {
        let mut number = [0; 4];
        socket.ioctl(request, &mut number).map(|_| i32::from_ne_bytes(number))
    };
    same("FIONREAD before", ask(&pair.far, FIONREAD)?, 0)?;
    pair.near.sendall(b"abcde")?;
    bed.settle();
    same("FIONREAD", ask(&pair.far, FIONREAD)?, 5)?;
    same("SIOCOUTQ", ask(&pair.near, TIOCOUTQ)?, 0)?;
    fails(ask(&pair.listener, FIONREAD), Errno::EINVAL)?;
    fails(ask(&pair.near, 0x1234), Errno::ENOTTY)
}

fn blocked_recv_is_woken<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    let host = bed.near().host.clone();
    let thread = bed.near().host.spawn("sender", move || {
        host.sleep(Duration::from_millis(50));
        near.send(b"now").map(|_| near)
    });
    waits(bed.near().host, Duration::from_millis(50), || receives(&far, b"now"))??;
    joins(thread)??;
    Ok(())
}

fn both_directions_at_once<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    const LEN: usize = 300_000;
    let exchange = |socket: Socket<B::Host>| {
        move || -> wavetank_api::Result<usize> {
            let (mut sent, mut got) = (0, 0);
            let block = [9; 20_000];
            let mut buf = [0; 7_000];
            while sent < LEN || got < LEN {
                if sent < LEN {
                    sent += socket.send(&block[..block.len().min(LEN - sent)])?;
                }
                if got < LEN {
                    got += socket.recv(&mut buf)?;
                }
            }
            Ok(got)
        }
    };
    let thread = bed.far().host.spawn("far", exchange(far));
    same("the near side got", exchange(near)()?, LEN)?;
    let got = joins(thread)??;
    same("the far side got", got, LEN)?;
    Ok(())
}
