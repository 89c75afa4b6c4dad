//! Flags of a single call, and the ioctls that count what lies in a connection.

use std::{
    io::{IoSlice, IoSliceMut},
    time::Duration,
};

use wavetank_api::{
    Addr, Errno, Host, MsgFlags, PollEvents, RecvMsg, SendMsg, Shutdown, Socket,
    option::{SO_PEEK_OFF, SO_RCVTIMEO, TCP_CORK, TCP_NODELAY},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, PATIENCE, Stop, becomes, ends, fails, holds, joins, polls, receives, same, takes, waits},
    pair::{Pair, abort, connected, full_listener},
};

cases! { msg_flags:
    peek_and_trunc families
        "MSG_PEEK with MSG_TRUNC counts what is there, and neither copies nor takes it"
        from "tcp_recvmsg_locked: flags & MSG_TRUNC";
    trunc_counts_what_it_discards families
        "MSG_TRUNC discards at most as much as the buffer is long, and leaves the buffer alone"
        from "tcp(7) Sockets API; tcp_recvmsg_locked";
    trunc_with_waitall families
        "MSG_TRUNC with MSG_WAITALL waits for all that it is to discard"
        from "tcp_recvmsg_locked: target";
    waitall_of_a_peek_ends_with_the_stream families
        "MSG_PEEK with MSG_WAITALL returns what there is when the stream ends, and takes nothing"
        from "tcp_recvmsg_locked: RCV_SHUTDOWN after copied";
    waitall_of_a_peek_times_out families
        "Or when SO_RCVTIMEO is over"
        from "tcp_recvmsg_locked: !timeo";
    waitall_of_a_peek_does_not_wait families
        "Or at once with MSG_DONTWAIT"
        from "tcp_recvmsg_locked: !timeo";
    waitall_and_a_reset families
        "MSG_WAITALL returns what came before a reset; the error is the next call's, and then comes the end"
        from "tcp_recvmsg_locked: sk_err after copied";
    waitall_of_nothing families
        "MSG_WAITALL of no bytes waits as a recv of no bytes does: not, when there is data"
        from "sock_rcvlowat";
    errqueue_of_a_stream families
        "MSG_ERRQUEUE without an error in the queue: EAGAIN at once, also on a socket that blocks, and whatever its state"
        from "tcp_recvmsg: inet_recv_error; ip_recv_error";
    unknown_flags families
        "Bits that mean nothing to TCP are ignored, in both directions"
        from "send(2), recv(2); tcp_sendmsg_locked, tcp_recvmsg_locked";
    zerocopy_without_the_option families
        "MSG_ZEROCOPY without SO_ZEROCOPY is ignored: nothing is in the queue of errors"
        from "tcp_sendmsg_locked: SOCK_ZEROCOPY; msg_zerocopy.rst";
    nosignal families
        "MSG_NOSIGNAL: EPIPE after the sending half was shut down"
        from "send(2); sk_stream_error";
    eor_and_confirm families
        "MSG_EOR, MSG_CONFIRM and MSG_DONTROUTE send the bytes like any other"
        from "send(2)";
    many_buffers once
        "1,024 buffers are as many as a message can have: EMSGSIZE from the next on"
        from "copy_msghdr_from_user: UIO_MAXIOV";
    empty_buffers_between once
        "Buffers without room are passed over"
        from "import_iovec";
    the_address_of_a_stream families
        "recvmsg on a connection gives no address, whether it is wanted or not, and no flags"
        from "tcp_recvmsg: msg_name";
    peek_off families
        "SO_PEEK_OFF: each peek begins where the last one ended, and what is read moves the place back"
        from "socket(7) SO_PEEK_OFF; tcp_recvmsg_locked since Linux 6.9";
    peek_off_beyond_the_data families
        "A peek that begins behind what is there waits for more; with MSG_DONTWAIT: EAGAIN"
        from "tcp_recvmsg_locked: peek_offset";
    outq_counts families
        "SIOCOUTQ counts what is not acknowledged, SIOCOUTQNSD what was never sent, SIOCINQ what can be read"
        from "tcp(7) Ioctls; tcp_ioctl";
    outq_counts_a_fin families
        "A FIN that cannot be sent yet counts as a byte"
        from "tcp_ioctl: write_seq - snd_una";
    outq_in_each_state families
        "Of a listener: EINVAL for each of them. Of a fresh and of a connecting socket: 0"
        from "tcp_ioctl: TCP_LISTEN, TCPF_SYN_SENT";
    inq_of_a_closed_stream families
        "SIOCINQ counts what can still be read after the peer's FIN, and not the FIN"
        from "tcp_inq";
    inq_after_a_reset families
        "After a reset what was received is still there, and counted"
        from "tcp_reset; tcp_inq";
}

const SIOCINQ: u64 = 0x541b;
const SIOCOUTQ: u64 = 0x5411;
const SIOCOUTQNSD: u64 = 0x894b;
const SIOCATMARK: u64 = 0x8905;

fn ask<H: Host>(socket: &Socket<H>, request: u64) -> Result<i32, Stop> {
    let mut number = [0xee; 4];
    socket.ioctl(request, &mut number)?;
    Ok(i32::from_ne_bytes(number))
}

fn peek_and_trunc<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    far.send(b"abcdef")?;
    bed.settle();
    let mut buf = [b'.'; 4];
    same("peek", near.recv_with(&mut buf, MsgFlags::PEEK | MsgFlags::TRUNC)?, 4)?;
    same("the buffer", &buf, b"....")?;
    let mut large = [b'.'; 64];
    same("peek", near.recv_with(&mut large, MsgFlags::PEEK | MsgFlags::TRUNC)?, 6)?;
    same("the buffer", large, [b'.'; 64])?;
    receives(&near, b"abcdef")
}

fn trunc_counts_what_it_discards<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    far.send(b"abcdef")?;
    bed.settle();
    let mut buf = [b'.'; 4];
    same("discarded", near.recv_with(&mut buf, MsgFlags::TRUNC)?, 4)?;
    same("the buffer", &buf, b"....")?;
    same("SIOCINQ", ask(&near, SIOCINQ)?, 2)?;
    receives(&near, b"ef")?;
    fails(near.recv_with(&mut buf, MsgFlags::TRUNC | MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    far.shutdown(Shutdown::Write)?;
    same("at the end", near.recv_with(&mut buf, MsgFlags::TRUNC)?, 0)
}

/// Sends `data` after 60 ms from a thread of its own, which gives the socket back.
fn later<B: Bed>(
    bed: &B,
    socket: Socket<B::Host>,
    data: &'static [u8],
) -> wavetank_api::JoinHandle<B::Host, wavetank_api::Result<Socket<B::Host>>> {
    let host = bed.far().host.clone();
    bed.far().host.spawn("sender", move || {
        host.sleep(Duration::from_millis(60));
        socket.send(data).map(|_| socket)
    })
}

fn trunc_with_waitall<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    far.send(b"abc")?;
    let sender = later(bed, far, b"defg");
    let mut buf = [b'.'; 6];
    same("discarded", near.recv_with(&mut buf, MsgFlags::TRUNC | MsgFlags::WAITALL)?, 6)?;
    same("the buffer", &buf, b"......")?;
    joins(sender)??;
    receives(&near, b"g")
}

const PEEK_ALL: MsgFlags = MsgFlags::PEEK.union(MsgFlags::WAITALL);

fn waitall_of_a_peek_ends_with_the_stream<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    far.send(b"abc")?;
    let host = bed.far().host.clone();
    let closer = bed.far().host.spawn("closer", move || {
        host.sleep(Duration::from_millis(60));
        far.shutdown(Shutdown::Write).map(|()| far)
    });
    let mut buf = [0; 6];
    same("peek", near.recv_with(&mut buf, PEEK_ALL)?, 3)?;
    same("again, when it has ended", near.recv_with(&mut buf, PEEK_ALL)?, 3)?;
    joins(closer)??;
    receives(&near, b"abc")?;
    ends(&near)
}

fn waitall_of_a_peek_times_out<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    let time = Duration::from_millis(200);
    near.setsockopt(SO_RCVTIMEO, Some(time))?;
    far.send(b"abc")?;
    bed.settle();
    let mut buf = [0; 6];
    same("peek", takes(bed.near().host, time, || near.recv_with(&mut buf, PEEK_ALL))??, 3)?;
    receives(&near, b"abc")?;
    fails(takes(bed.near().host, time, || near.recv_with(&mut buf, PEEK_ALL))?, Errno::EAGAIN)
}

fn waitall_of_a_peek_does_not_wait<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    far.send(b"abc")?;
    bed.settle();
    let mut buf = [0; 6];
    same("peek", near.recv_with(&mut buf, PEEK_ALL | MsgFlags::DONTWAIT)?, 3)?;
    near.setblocking(false)?;
    same("peek", near.recv_with(&mut buf, PEEK_ALL)?, 3)?;
    receives(&near, b"abc")?;
    fails(near.recv_with(&mut buf, PEEK_ALL), Errno::EAGAIN)
}

fn waitall_and_a_reset<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    far.send(b"abc")?;
    let host = bed.far().host.clone();
    let closer = bed.far().host.spawn("closer", move || {
        host.sleep(Duration::from_millis(60));
        abort(far)
    });
    let mut buf = [0; 6];
    same("recv", near.recv_with(&mut buf, MsgFlags::WAITALL)?, 3)?;
    joins(closer)??;
    fails(near.recv_with(&mut buf, MsgFlags::WAITALL), Errno::ECONNRESET)?;
    same("and then the end", near.recv_with(&mut buf, MsgFlags::WAITALL)?, 0)
}

fn waitall_of_nothing<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    fails(near.recv_with(&mut [], MsgFlags::WAITALL | MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    far.send(b"abc")?;
    bed.settle();
    same("recv", near.recv_with(&mut [], MsgFlags::WAITALL)?, 0)?;
    receives(&near, b"abc")
}

fn errqueue_of_a_stream<B: Bed>(bed: &B) -> Outcome {
    let mut buf = [0; 8];
    let fresh = bed.near().tcp()?;
    fails(fresh.recv_with(&mut buf, MsgFlags::ERRQUEUE), Errno::EAGAIN)?;
    let Pair { near, far, listener } = connected(bed)?;
    far.send(b"abc")?;
    bed.settle();
    fails(near.recv_with(&mut buf, MsgFlags::ERRQUEUE), Errno::EAGAIN)?;
    fails(near.recv_with(&mut buf, MsgFlags::ERRQUEUE | MsgFlags::PEEK), Errno::EAGAIN)?;
    fails(listener.recv_with(&mut buf, MsgFlags::ERRQUEUE), Errno::EAGAIN)?;
    far.shutdown(Shutdown::Write)?;
    receives(&near, b"abc")?;
    fails(near.recv_with(&mut buf, MsgFlags::ERRQUEUE), Errno::EAGAIN)
}

fn unknown_flags<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    for bits in [0x80, 0x400, 0x1000, 0x8_0000, 0x10_0000, 0x0200_0000] {
        same("send", far.send_with(b"abc", MsgFlags::from_bits_retain(bits))?, 3)?;
        bed.settle();
        let mut buf = [0; 8];
        same("recv", near.recv_with(&mut buf, MsgFlags::from_bits_retain(bits))?, 3)?;
        same("the bytes", &buf[..3], b"abc")?;
    }
    far.send(b"abc")?;
    let mut buf = [0; 8];
    same("recv", near.recv_with(&mut buf, MsgFlags::CMSG_CLOEXEC | MsgFlags::NOSIGNAL)?, 3)
}

fn zerocopy_without_the_option<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    same("send", far.send_with(b"abc", MsgFlags::ZEROCOPY)?, 3)?;
    receives(&near, b"abc")?;
    bed.settle();
    fails(far.recv_with(&mut [0; 8], MsgFlags::ERRQUEUE), Errno::EAGAIN)?;
    polls(&far, PollEvents::OUT)
}

fn nosignal<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    near.shutdown(Shutdown::Write)?;
    fails(near.send_with(b"abc", MsgFlags::NOSIGNAL), Errno::EPIPE)?;
    fails(near.send_with(b"", MsgFlags::NOSIGNAL), Errno::EPIPE)?;
    fails(near.send_with(b"abc", MsgFlags::NOSIGNAL | MsgFlags::DONTWAIT), Errno::EPIPE)?;
    ends(&far)
}

fn eor_and_confirm<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    for flags in [MsgFlags::EOR, MsgFlags::CONFIRM, MsgFlags::DONTROUTE] {
        same("send", far.send_with(b"abc", flags)?, 3)?;
        receives(&near, b"abc")?;
    }
    Ok(())
}

fn many_buffers<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    let most = vec![IoSlice::new(b"x"); 1024];
    same("sendmsg", far.sendmsg(&SendMsg::new(&most), MsgFlags::empty())?, 1024)?;
    let more = vec![IoSlice::new(b"x"); 1025];
    fails(far.sendmsg(&SendMsg::new(&more), MsgFlags::empty()), Errno::EMSGSIZE)?;
    bed.settle();
    let mut bytes = vec![[0_u8; 1]; 1025];
    let mut bufs: Vec<_> = bytes.iter_mut().map(|byte| IoSliceMut::new(byte)).collect();
    fails(near.recvmsg(&mut RecvMsg::new(&mut bufs), MsgFlags::empty()), Errno::EMSGSIZE)?;
    same("recvmsg", near.recvmsg(&mut RecvMsg::new(&mut bufs[..1024]), MsgFlags::empty())?, 1024)?;
    same("the last", bytes[1023..].concat(), b"x\0".to_vec())?;
    // Before anything else is looked at.
    fails(bed.near().tcp()?.sendmsg(&SendMsg::new(&more), MsgFlags::empty()), Errno::EMSGSIZE)
}

fn empty_buffers_between<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    let parts = [b"".as_slice(), b"ab", b"", b"cd", b""].map(IoSlice::new);
    same("sendmsg", far.sendmsg(&SendMsg::new(&parts), MsgFlags::empty())?, 4)?;
    bed.settle();
    let (mut first, mut second) = ([0; 1], [0; 8]);
    let mut bufs =
        [IoSliceMut::new(&mut []), IoSliceMut::new(&mut first), IoSliceMut::new(&mut []), IoSliceMut::new(&mut second)];
    same("recvmsg", near.recvmsg(&mut RecvMsg::new(&mut bufs), MsgFlags::empty())?, 4)?;
    same("the first", &first, b"a")?;
    same("the second", &second[..3], b"bcd")
}

fn the_address_of_a_stream<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    far.send(b"abcd")?;
    bed.settle();
    for wanted in [true, false] {
        let mut buf = [0; 2];
        let mut bufs = [IoSliceMut::new(&mut buf)];
        let mut msg = RecvMsg::new(&mut bufs);
        (msg.want_addr, msg.addr) = (wanted, Some(Addr::ANY_V4));
        same("recvmsg", near.recvmsg(&mut msg, MsgFlags::empty())?, 2)?;
        same("addr", msg.addr.clone(), None)?;
        same("flags, and control data", (msg.flags, msg.control_len), (MsgFlags::empty(), 0))?;
    }
    Ok(())
}

/// Skips where TCP has no SO_PEEK_OFF: Linux before 6.9.
fn set_peek_off<H: Host>(socket: &Socket<H>, offset: i32) -> Outcome {
    match socket.setsockopt(SO_PEEK_OFF, offset) {
        Err(error) if error == Errno::EOPNOTSUPP => Err(Stop::Skipped("SO_PEEK_OFF of TCP: Linux 6.9".to_owned())),
        result => Ok(result?),
    }
}

fn peek_off<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    set_peek_off(&near, 0)?;
    far.send(b"abcdefghij")?;
    bed.settle();
    let peek = |len: usize| {
        let mut buf = vec![0; len];
        let count = near.recv_with(&mut buf, MsgFlags::PEEK)?;
        buf.truncate(count);
        Ok::<_, Stop>(String::from_utf8_lossy(&buf).into_owned())
    };
    same("peek", peek(2)?, "ab".to_owned())?;
    same("SO_PEEK_OFF", near.getsockopt(SO_PEEK_OFF)?, 2)?;
    same("peek", peek(3)?, "cde".to_owned())?;
    same("SO_PEEK_OFF", near.getsockopt(SO_PEEK_OFF)?, 5)?;
    let mut buf = [0; 4];
    same("recv", near.recv(&mut buf)?, 4)?;
    same("the bytes", &buf, b"abcd")?;
    same("SO_PEEK_OFF", near.getsockopt(SO_PEEK_OFF)?, 1)?;
    same("peek", peek(2)?, "fg".to_owned())?;
    near.setsockopt(SO_PEEK_OFF, 4)?;
    same("peek", peek(9)?, "ij".to_owned())?;
    near.setsockopt(SO_PEEK_OFF, -1)?;
    same("peek", peek(2)?, "ef".to_owned())?;
    same("peek", peek(2)?, "ef".to_owned())?;
    same("SO_PEEK_OFF", near.getsockopt(SO_PEEK_OFF)?, -1)?;
    near.setsockopt(SO_PEEK_OFF, 2)?;
    receives(&near, b"efghij")?;
    same("SO_PEEK_OFF after more than it", near.getsockopt(SO_PEEK_OFF)?, 0)
}

fn peek_off_beyond_the_data<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    set_peek_off(&near, 4)?;
    far.send(b"abc")?;
    bed.settle();
    let mut buf = [0; 8];
    fails(near.recv_with(&mut buf, MsgFlags::PEEK | MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    let sender = later(bed, far, b"defg");
    same("peek", near.recv_with(&mut buf, MsgFlags::PEEK)?, 3)?;
    same("the bytes", &buf[..3], b"efg")?;
    let far = joins(sender)??;
    far.shutdown(Shutdown::Write)?;
    same("peek at the end", near.recv_with(&mut buf, MsgFlags::PEEK)?, 0)?;
    receives(&near, b"abcdefg")
}

fn outq_counts<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    near.setsockopt(TCP_CORK, true)?;
    near.send(b"abcde")?;
    same("SIOCOUTQ of what is held back", ask(&near, SIOCOUTQ)?, 5)?;
    same("SIOCOUTQNSD", ask(&near, SIOCOUTQNSD)?, 5)?;
    same("SIOCINQ of the peer", ask(&far, SIOCINQ)?, 0)?;
    near.setsockopt(TCP_CORK, false)?;
    becomes(&far, PollEvents::IN)?;
    same("SIOCOUTQNSD of what was sent", ask(&near, SIOCOUTQNSD)?, 0)?;
    same("SIOCINQ of the peer", ask(&far, SIOCINQ)?, 5)?;
    // The ACK may be delayed by 40 ms, and by 200 ms on a bad day.
    let begin = bed.near().host.now();
    while ask(&near, SIOCOUTQ)? > 0 {
        bed.settle();
        if bed.near().host.now() - begin > PATIENCE {
            return Err(Stop::failed("nobody acknowledges"));
        }
    }
    receives(&far, b"abcde")?;
    same("SIOCINQ of the peer", ask(&far, SIOCINQ)?, 0)
}

fn outq_counts_a_fin<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    near.setblocking(false)?;
    near.setsockopt(TCP_NODELAY, true)?;
    let mut sent = 0_i32;
    while let Ok(count) = near.send(&[7; 65_536]) {
        sent += count as i32;
    }
    bed.settle();
    let (unacked, unsent) = (ask(&near, SIOCOUTQ)?, ask(&near, SIOCOUTQNSD)?);
    // What has arrived may not be acknowledged yet.
    let arrived = ask(&far, SIOCINQ)?;
    holds("all is here or there", arrived + unsent <= sent && sent <= arrived + unacked && 0 < unsent)?;
    near.shutdown(Shutdown::Write)?;
    same("SIOCOUTQ", ask(&near, SIOCOUTQ)?, unacked + 1)?;
    same("SIOCOUTQNSD", ask(&near, SIOCOUTQNSD)?, unsent + 1)
}

fn outq_in_each_state<B: Bed>(bed: &B) -> Outcome {
    let requests = [SIOCINQ, SIOCOUTQ, SIOCOUTQNSD];
    let fresh = bed.near().tcp()?;
    let listener = bed.near().listener()?;
    let full = full_listener(bed)?;
    let connecting = full.connecting(bed)?;
    for request in requests {
        same("fresh", ask(&fresh, request)?, 0)?;
        fails(listener.ioctl(request, &mut [0; 4]), Errno::EINVAL)?;
        same("connecting", ask(&connecting, request)?, 0)?;
    }
    same("SIOCATMARK, fresh", ask(&fresh, SIOCATMARK)?, 0)?;
    same("SIOCATMARK, listening", ask(&listener, SIOCATMARK)?, 0)?;
    same("SIOCATMARK, connecting", ask(&connecting, SIOCATMARK)?, 0)?;
    fails(fresh.ioctl(0x1234, &mut [0; 4]), Errno::ENOTTY)?;
    full.done();
    Ok(())
}

fn inq_of_a_closed_stream<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    far.send(b"abcde")?;
    far.shutdown(Shutdown::Write)?;
    bed.settle();
    same("SIOCINQ", ask(&near, SIOCINQ)?, 5)?;
    let mut buf = [0; 2];
    near.recv(&mut buf)?;
    same("SIOCINQ", ask(&near, SIOCINQ)?, 3)?;
    receives(&near, b"cde")?;
    same("SIOCINQ", ask(&near, SIOCINQ)?, 0)?;
    ends(&near)?;
    same("SIOCINQ", ask(&near, SIOCINQ)?, 0)
}

fn inq_after_a_reset<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    far.send(b"abcde")?;
    bed.settle();
    abort(far)?;
    becomes(&near, PollEvents::RDHUP)?;
    same("SIOCINQ", ask(&near, SIOCINQ)?, 5)?;
    receives(&near, b"abcde")?;
    same("SIOCINQ", ask(&near, SIOCINQ)?, 0)?;
    // Who waits for the error does not wait long.
    waits(bed.near().host, Duration::ZERO, || fails(near.recv(&mut [0; 8]), Errno::ECONNRESET))?
}
