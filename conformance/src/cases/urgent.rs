//! Urgent data: one byte, marked. RFC 9293 section 3.8.5 and RFC 6093; what Linux makes of it is in `tcp_urg`, `tcp_check_urg`,
//! `tcp_recv_urg` and `tcp_recvmsg_locked`.

use std::{io::IoSliceMut, time::Duration};

use wavetank_api::{
    Errno, Host, MsgFlags, PollEvents, RecvMsg, Shutdown, Socket,
    option::{SO_OOBINLINE, SO_RCVBUF, SO_RCVTIMEO, SO_SNDBUF},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, becomes, ends, fails, joins, polls, receives, same, takes},
    pair::{Pair, connected},
};

cases! { urgent:
    the_last_byte_sent everywhere
        "Of what one send with MSG_OOB sends the last byte is urgent, the others are ordinary"
        from "tcp_mark_urg: snd_up = write_seq; tcp(7)";
    is_taken_once everywhere
        "Taken by MSG_OOB it is gone: EINVAL; with MSG_PEEK it stays"
        from "tcp_recv_urg: TCP_URG_READ";
    reading_stops_at_the_mark everywhere
        "recv returns what stands before the mark, then what stands after it, never both at once"
        from "tcp_recvmsg_locked: urg_data && urg_seq == *seq; tcp(7)";
    not_even_waitall_crosses_it everywhere
        "MSG_WAITALL returns at the mark too"
        from "tcp_recvmsg_locked: the mark breaks before the target is looked at";
    passed_over_it_is_lost everywhere
        "Once the stream was read beyond it, it cannot be had any more: EINVAL"
        from "tcp_recvmsg_locked: urg_data = 0 after urg_seq";
    atmark_says_where everywhere
        "SIOCATMARK is true from the moment all before the mark is read until more is read"
        from "tcp(7) SIOCATMARK; tcp_ioctl; sockatmark(3)";
    atmark_stays_when_it_is_taken everywhere
        "Taking the byte by MSG_OOB does not move the mark"
        from "tcp_ioctl: urg_data is TCP_URG_READ, not 0";
    pri_until_taken everywhere
        "poll says PRI while the byte can be taken"
        from "tcp_poll: TCP_URG_VALID";
    pri_until_passed everywhere
        "poll says PRI no more when the stream was read beyond it"
        from "tcp_recvmsg_locked: urg_data = 0";
    a_recv_that_waits_passes_it_over everywhere
        "A recv that stands before an urgent byte alone waits on; it has passed it over, so that MSG_OOB says EINVAL"
        from "tcp_recvmsg_locked: urg_offset is 0, *seq is advanced, and urg_data = 0";
    a_recv_that_waited_passes_it_over everywhere
        "The same if it waited before the byte came"
        from "tcp_recvmsg_locked, after sk_wait_data";
    inline_it_is_in_the_stream everywhere
        "With SO_OOBINLINE it is read in its place; reading stops before it all the same"
        from "socket(7) SO_OOBINLINE; tcp_recvmsg_locked: SOCK_URGINLINE";
    inline_there_is_no_oob everywhere
        "With SO_OOBINLINE MSG_OOB says EINVAL"
        from "tcp_recv_urg: SOCK_URGINLINE";
    inline_is_asked_when_reading everywhere
        "SO_OOBINLINE acts on a byte that has come before it was set"
        from "tcp_recvmsg_locked asks SOCK_URGINLINE when it reaches the mark";
    inline_poll everywhere
        "With SO_OOBINLINE it is readable, and PRI"
        from "tcp_poll";
    second_makes_the_first_ordinary everywhere
        "Of two urgent bytes the second is it; the first is ordinary if something before it is unread"
        from "tcp_check_urg: a new mark replaces the old one";
    second_drops_a_first_that_is_next everywhere
        "A first one that would be read next is thrown away"
        from "tcp_check_urg: urg_seq == copied_seq is skipped";
    second_after_the_first_was_taken everywhere
        "After one was taken there may be another"
        from "tcp_check_urg";
    fionread_counts_to_the_mark everywhere
        "FIONREAD counts what stands before the mark, all of it when inline"
        from "tcp_inq";
    with_no_room everywhere
        "MSG_OOB with an empty buffer takes the byte and returns 0, with MSG_TRUNC"
        from "tcp_recv_urg: len is 0";
    recvmsg_says_oob everywhere
        "recvmsg gives MSG_OOB back with it"
        from "tcp_recv_urg: msg_flags |= MSG_OOB";
    then_the_end everywhere
        "The byte before the end of the stream can be taken after the end was read"
        from "tcp_recv_urg does not look at RCV_SHUTDOWN while TCP_URG_VALID";
    at_the_end_there_is_none everywhere
        "At the end of a stream that had none: EINVAL"
        from "tcp_recv_urg: no urg_data";
    unread_it_makes_close_a_reset everywhere
        "close with only the urgent byte unread is a reset"
        from "tcp_close: data_was_unread counts the queue's bytes";
    taken_it_still_makes_close_a_reset everywhere
        "Even when it was taken by MSG_OOB, for it is still in the queue"
        from "tcp_recv_urg takes a copy; tcp_close";
    sent_after_shutdown everywhere
        "MSG_OOB after SHUT_WR says EPIPE as any send"
        from "tcp_sendmsg_locked: SEND_SHUTDOWN";
    announced_before_it_comes everywhere
        "While the window is closed its coming is announced: EAGAIN; no PRI"
        from "tcp_recv_urg: TCP_URG_NOTYET; tcp_xmit_probe_skb with the urgent pointer";
}

const SIOCATMARK: u64 = 0x8905;
const FIONREAD: u64 = 0x541b;

fn ask<H: Host>(socket: &Socket<H>, request: u64) -> Result<i32, Stop> {
    let mut number = [0; 4];
    socket.ioctl(request, &mut number)?;
    Ok(i32::from_ne_bytes(number))
}

/// One byte by MSG_OOB.
#[track_caller]
fn takes_urgent<H: Host>(socket: &Socket<H>, expected: u8) -> Outcome {
    let mut byte = [0; 4];
    let count = socket.recv_with(&mut byte, MsgFlags::OOB)?;
    same("recv MSG_OOB", (count, byte[0] as char), (1, expected as char))
}

#[track_caller]
fn no_urgent<H: Host>(socket: &Socket<H>) -> Outcome {
    fails(socket.recv_with(&mut [0], MsgFlags::OOB), Errno::EINVAL)
}

/// A connection whose near side has to read: `before`, an urgent `U`, `after`.
#[track_caller]
fn marked<B: Bed>(bed: &B, before: &[u8], after: &[u8]) -> Result<Pair<B::Host>, Stop> {
    let pair = connected(bed)?;
    pair.far.sendall(before)?;
    pair.far.send_with(b"U", MsgFlags::OOB)?;
    pair.far.sendall(after)?;
    bed.settle();
    Ok(pair)
}

fn the_last_byte_sent<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    same("send", pair.far.send_with(b"abcU", MsgFlags::OOB)?, 4)?;
    bed.settle();
    takes_urgent(&pair.near, b'U')?;
    receives(&pair.near, b"abc")?;
    fails(pair.near.recv_with(&mut [0; 4], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn is_taken_once<B: Bed>(bed: &B) -> Outcome {
    let pair = marked(bed, b"ab", b"cd")?;
    for _ in 0..2 {
        let mut byte = [0];
        same("peek", pair.near.recv_with(&mut byte, MsgFlags::OOB | MsgFlags::PEEK)?, 1)?;
        same("the byte", byte, *b"U")?;
    }
    takes_urgent(&pair.near, b'U')?;
    no_urgent(&pair.near)?;
    fails(pair.near.recv_with(&mut [0], MsgFlags::OOB | MsgFlags::PEEK), Errno::EINVAL)?;
    receives(&pair.near, b"ab")?;
    receives(&pair.near, b"cd")
}

fn reading_stops_at_the_mark<B: Bed>(bed: &B) -> Outcome {
    let pair = marked(bed, b"ab", b"cd")?;
    receives(&pair.near, b"ab")?;
    receives(&pair.near, b"cd")
}

fn not_even_waitall_crosses_it<B: Bed>(bed: &B) -> Outcome {
    let pair = marked(bed, b"ab", b"cd")?;
    same("recv", pair.near.recv_with(&mut [0; 4], MsgFlags::WAITALL)?, 2)?;
    same("recv", pair.near.recv_with(&mut [0; 2], MsgFlags::WAITALL)?, 2)
}

fn passed_over_it_is_lost<B: Bed>(bed: &B) -> Outcome {
    let pair = marked(bed, b"ab", b"cd")?;
    receives(&pair.near, b"ab")?;
    same("recv", pair.near.recv(&mut [0])?, 1)?;
    no_urgent(&pair.near)?;
    receives(&pair.near, b"d")
}

fn atmark_says_where<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    same("with nothing sent", ask(&pair.near, SIOCATMARK)?, 0)?;
    pair.far.sendall(b"ab")?;
    pair.far.send_with(b"U", MsgFlags::OOB)?;
    pair.far.sendall(b"cd")?;
    bed.settle();
    same("before it", ask(&pair.near, SIOCATMARK)?, 0)?;
    same("recv", pair.near.recv(&mut [0])?, 1)?;
    same("before it", ask(&pair.near, SIOCATMARK)?, 0)?;
    same("recv", pair.near.recv(&mut [0])?, 1)?;
    same("at it", ask(&pair.near, SIOCATMARK)?, 1)?;
    same("recv", pair.near.recv(&mut [0])?, 1)?;
    same("after it", ask(&pair.near, SIOCATMARK)?, 0)
}

fn atmark_stays_when_it_is_taken<B: Bed>(bed: &B) -> Outcome {
    let pair = marked(bed, b"", b"cd")?;
    same("at it", ask(&pair.near, SIOCATMARK)?, 1)?;
    takes_urgent(&pair.near, b'U')?;
    same("still", ask(&pair.near, SIOCATMARK)?, 1)?;
    receives(&pair.near, b"cd")?;
    same("after it", ask(&pair.near, SIOCATMARK)?, 0)
}

fn pri_until_taken<B: Bed>(bed: &B) -> Outcome {
    let pair = marked(bed, b"ab", b"")?;
    polls(&pair.near, PollEvents::IN | PollEvents::PRI | PollEvents::OUT)?;
    receives(&pair.near, b"ab")?;
    polls(&pair.near, PollEvents::PRI | PollEvents::OUT)?;
    takes_urgent(&pair.near, b'U')?;
    polls(&pair.near, PollEvents::OUT)
}

fn pri_until_passed<B: Bed>(bed: &B) -> Outcome {
    let pair = marked(bed, b"", b"cd")?;
    polls(&pair.near, PollEvents::IN | PollEvents::PRI | PollEvents::OUT)?;
    receives(&pair.near, b"cd")?;
    polls(&pair.near, PollEvents::OUT)
}

const TIME: Duration = Duration::from_millis(100);

fn a_recv_that_waits_passes_it_over<B: Bed>(bed: &B) -> Outcome {
    let pair = marked(bed, b"", b"")?;
    pair.near.setsockopt(SO_RCVTIMEO, Some(TIME))?;
    fails(takes(bed.near().host, TIME, || pair.near.recv(&mut [0; 4]))?, Errno::EAGAIN)?;
    no_urgent(&pair.near)?;
    polls(&pair.near, PollEvents::OUT)
}

fn a_recv_that_waited_passes_it_over<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    near.setsockopt(SO_RCVTIMEO, Some(TIME))?;
    let host = bed.far().host.clone();
    let sender = bed.far().host.spawn("sender", move || {
        host.sleep(TIME / 2);
        far.send_with(b"U", MsgFlags::OOB).map(|_| far)
    });
    fails(takes(bed.near().host, TIME, || near.recv(&mut [0; 4]))?, Errno::EAGAIN)?;
    no_urgent(&near)?;
    joins(sender)??;
    Ok(())
}

fn inline_it_is_in_the_stream<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(SO_OOBINLINE, true)?;
    pair.far.sendall(b"ab")?;
    pair.far.send_with(b"U", MsgFlags::OOB)?;
    pair.far.sendall(b"cd")?;
    bed.settle();
    receives(&pair.near, b"ab")?;
    same("SIOCATMARK", ask(&pair.near, SIOCATMARK)?, 1)?;
    receives(&pair.near, b"Ucd")?;
    same("SIOCATMARK", ask(&pair.near, SIOCATMARK)?, 0)
}

fn inline_there_is_no_oob<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(SO_OOBINLINE, true)?;
    pair.far.send_with(b"U", MsgFlags::OOB)?;
    bed.settle();
    no_urgent(&pair.near)?;
    receives(&pair.near, b"U")
}

fn inline_is_asked_when_reading<B: Bed>(bed: &B) -> Outcome {
    let pair = marked(bed, b"ab", b"cd")?;
    receives(&pair.near, b"ab")?;
    pair.near.setsockopt(SO_OOBINLINE, true)?;
    no_urgent(&pair.near)?;
    receives(&pair.near, b"Ucd")?;
    let pair = connected(bed)?;
    pair.near.setsockopt(SO_OOBINLINE, true)?;
    pair.far.send_with(b"U", MsgFlags::OOB)?;
    bed.settle();
    pair.near.setsockopt(SO_OOBINLINE, false)?;
    takes_urgent(&pair.near, b'U')
}

fn inline_poll<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(SO_OOBINLINE, true)?;
    pair.far.send_with(b"U", MsgFlags::OOB)?;
    bed.settle();
    polls(&pair.near, PollEvents::IN | PollEvents::PRI | PollEvents::OUT)?;
    receives(&pair.near, b"U")?;
    polls(&pair.near, PollEvents::OUT)
}

fn second_makes_the_first_ordinary<B: Bed>(bed: &B) -> Outcome {
    let pair = marked(bed, b"ab", b"cd")?;
    pair.far.send_with(b"V", MsgFlags::OOB)?;
    pair.far.sendall(b"ef")?;
    bed.settle();
    takes_urgent(&pair.near, b'V')?;
    receives(&pair.near, b"abUcd")?;
    receives(&pair.near, b"ef")
}

fn second_drops_a_first_that_is_next<B: Bed>(bed: &B) -> Outcome {
    let pair = marked(bed, b"", b"")?;
    pair.far.send_with(b"V", MsgFlags::OOB)?;
    pair.far.sendall(b"ef")?;
    bed.settle();
    takes_urgent(&pair.near, b'V')?;
    receives(&pair.near, b"ef")
}

fn second_after_the_first_was_taken<B: Bed>(bed: &B) -> Outcome {
    let pair = marked(bed, b"ab", b"cd")?;
    takes_urgent(&pair.near, b'U')?;
    pair.far.send_with(b"V", MsgFlags::OOB)?;
    bed.settle();
    takes_urgent(&pair.near, b'V')?;
    receives(&pair.near, b"abUcd")
}

fn fionread_counts_to_the_mark<B: Bed>(bed: &B) -> Outcome {
    let pair = marked(bed, b"ab", b"cde")?;
    same("FIONREAD before it", ask(&pair.near, FIONREAD)?, 2)?;
    receives(&pair.near, b"ab")?;
    same("FIONREAD at it", ask(&pair.near, FIONREAD)?, 0)?;
    pair.near.setsockopt(SO_OOBINLINE, true)?;
    same("FIONREAD inline", ask(&pair.near, FIONREAD)?, 4)?;
    pair.near.setsockopt(SO_OOBINLINE, false)?;
    same("recv", pair.near.recv(&mut [0])?, 1)?;
    same("FIONREAD after it", ask(&pair.near, FIONREAD)?, 2)
}

fn with_no_room<B: Bed>(bed: &B) -> Outcome {
    let pair = marked(bed, b"", b"")?;
    let mut msg = RecvMsg::new(&mut []);
    same("recvmsg", pair.near.recvmsg(&mut msg, MsgFlags::OOB)?, 0)?;
    same("msg_flags", msg.flags, MsgFlags::OOB | MsgFlags::TRUNC)?;
    no_urgent(&pair.near)
}

fn recvmsg_says_oob<B: Bed>(bed: &B) -> Outcome {
    let pair = marked(bed, b"", b"")?;
    let mut byte = [0; 4];
    let mut bufs = [IoSliceMut::new(&mut byte)];
    let mut msg = RecvMsg::new(&mut bufs);
    same("recvmsg", pair.near.recvmsg(&mut msg, MsgFlags::OOB)?, 1)?;
    same("msg_flags", msg.flags, MsgFlags::OOB)
}

fn then_the_end<B: Bed>(bed: &B) -> Outcome {
    let pair = marked(bed, b"ab", b"")?;
    pair.far.shutdown(Shutdown::Write)?;
    bed.settle();
    polls(&pair.near, PollEvents::IN | PollEvents::PRI | PollEvents::OUT | PollEvents::RDHUP)?;
    receives(&pair.near, b"ab")?;
    same("SIOCATMARK", ask(&pair.near, SIOCATMARK)?, 1)?;
    takes_urgent(&pair.near, b'U')?;
    ends(&pair.near)?;
    ends(&pair.near)?;
    no_urgent(&pair.near)
}

fn at_the_end_there_is_none<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.far.shutdown(Shutdown::Write)?;
    bed.settle();
    no_urgent(&pair.near)?;
    ends(&pair.near)?;
    no_urgent(&pair.near)
}

fn unread_it_makes_close_a_reset<B: Bed>(bed: &B) -> Outcome {
    let pair = marked(bed, b"", b"")?;
    pair.near.close()?;
    bed.settle();
    fails(pair.far.recv(&mut [0]), Errno::ECONNRESET)
}

fn taken_it_still_makes_close_a_reset<B: Bed>(bed: &B) -> Outcome {
    let pair = marked(bed, b"", b"")?;
    takes_urgent(&pair.near, b'U')?;
    pair.near.close()?;
    bed.settle();
    fails(pair.far.recv(&mut [0]), Errno::ECONNRESET)
}

fn sent_after_shutdown<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.shutdown(Shutdown::Write)?;
    fails(pair.near.send_with(b"U", MsgFlags::OOB), Errno::EPIPE)
}

fn announced_before_it_comes<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().bound_tcp()?;
    listener.setsockopt(SO_RCVBUF, 4_096)?;
    listener.listen(1)?;
    let near = bed.near().tcp()?;
    near.setsockopt(SO_SNDBUF, 200_000)?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    near.setblocking(false)?;
    // More than the peer's window, and not more than an urgent pointer can reach beyond it.
    let sent = near.send(&[7; 20_000])?;
    same("send", sent, 20_000)?;
    bed.settle();
    same("send MSG_OOB", near.send_with(b"U", MsgFlags::OOB)?, 1)?;
    bed.near().host.sleep(Duration::from_millis(1_000));
    polls(&far, PollEvents::IN | PollEvents::OUT)?;
    fails(far.recv_with(&mut [0], MsgFlags::OOB), Errno::EAGAIN)?;
    let mut got = 0;
    while got < sent {
        got += far.recv(&mut vec![0; sent - got])?;
    }
    becomes(&far, PollEvents::PRI)?;
    takes_urgent(&far, b'U')
}
