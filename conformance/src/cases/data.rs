//! Data in depth: how much is taken, held back, cut and let through.

use std::{io::IoSlice, time::Duration};

use wavetank_api::{
    Errno, Host, MsgFlags, PollEvents, SendMsg, Shutdown, Socket,
    option::{
        SO_RCVBUF, SO_RCVLOWAT, SO_RCVTIMEO, SO_SNDBUF, SO_SNDTIMEO, TCP_CONGESTION, TCP_MAXSEG, TCP_NODELAY,
        TCP_NOTSENT_LOWAT, TCP_WINDOW_CLAMP,
    },
};

use crate::{
    bed::{Bed, Gate, Side},
    case::cases,
    check::{Outcome, Stop, becomes, fails, holds, joins, polls, receives, same, takes},
    pair::{Pair, connected, full_segment, narrow, there},
};

cases! { data:
    a_block_of_several_buffers_is_cut_anywhere everywhere
        "A partial send of several buffers counts the bytes, wherever that is among them"
        from "sendmsg(2); tcp_sendmsg_locked";
    dontwait_of_a_blocking_socket everywhere
        "MSG_DONTWAIT takes what fits though the socket blocks"
        from "send(2) MSG_DONTWAIT";
    sndbuf_bounds_what_is_taken linked
        "What a sender can leave behind is bounded by SO_SNDBUF: at least a quarter of it, and never more"
        from "socket(7) SO_SNDBUF; sk_stream_memory_free";
    rcvbuf_bounds_what_arrives linked
        "What arrives unread is bounded by SO_RCVBUF"
        from "socket(7) SO_RCVBUF; RFC 9293 section 3.8.6";
    more_room_wakes_the_sender everywhere
        "A larger SO_SNDBUF makes a full sender writable"
        from "sk_setsockopt SO_SNDBUF: sk_write_space";
    writable_again_at_a_third everywhere
        "A full sender is writable when a third of its buffer is free, not before"
        from "sk_stream_is_writeable: sk_stream_wspace >= sk_stream_min_wspace";
    closed_window_is_probed linked
        "A sender whose window was opened while the news of it was lost finds out by itself"
        from "RFC 9293 section 3.8.6.1; tcp_send_probe0";
    closed_window_for_long linked + slow
        "A window may stay closed for a minute"
        from "RFC 9293 section 3.8.6.1; tcp_probe_timer";
    small_window_whole_stream linked
        "TCP_WINDOW_CLAMP of a few bytes slows a stream and does not stop it"
        from "tcp(7) TCP_WINDOW_CLAMP; RFC 9293 section 3.8.6.2.2: silly window syndrome";
    window_clamp_bounds_what_arrives linked
        "What arrives unread is bounded by TCP_WINDOW_CLAMP, as it then reads back: Linux from 6.6 on widens it by itself"
        from "tcp(7) TCP_WINDOW_CLAMP; tcp_measure_rcv_mss: tcp_set_window_clamp when the scaling ratio changes";
    maxseg_of_an_ethernet linked
        "TCP_MAXSEG of a connection over an MTU of 1500: 1448 over IPv4, 1428 over IPv6, timestamps deducted"
        from "RFC 6691; tcp_sync_mss; tcp_established_options";
    maxseg_of_a_fresh_socket families
        "TCP_MAXSEG of a socket that is not connected: 536"
        from "do_tcp_getsockopt: TCP_MSS_DEFAULT";
    maxseg_is_told_to_the_peer linked
        "TCP_MAXSEG set before connect bounds the segments of both directions"
        from "tcp(7) TCP_MAXSEG; tcp_advertise_mss; RFC 9293 section 3.7.1";
    maxseg_of_a_listener linked
        "TCP_MAXSEG of a listener bounds those of its connections"
        from "tcp_v4_conn_request: mss_clamp = user_mss";
    notsent_lowat_bounds_what_is_taken linked
        "TCP_NOTSENT_LOWAT: a sender that has so much unsent is not writable, though its buffer has room"
        from "tcp(7) TCP_NOTSENT_LOWAT; tcp_stream_memory_free";
    rcvlowat_is_met_by_the_end everywhere
        "SO_RCVLOWAT: the end of the stream is readable with less"
        from "tcp_poll: RCV_SHUTDOWN";
    rcvlowat_is_met_by_a_reset everywhere
        "So is a reset"
        from "tcp_poll: sk_err, TCP_CLOSE";
    rcvlowat_and_rcvtimeo everywhere
        "A recv that waits for SO_RCVLOWAT in vain returns what there is"
        from "tcp_recvmsg_locked: copied, timeo is 0";
    rcvlowat_beyond_the_buffer everywhere
        "Less than the buffer asked for is enough: the smaller of the two"
        from "sock_rcvlowat: min of len";
    rcvlowat_lowered everywhere
        "Lowering SO_RCVLOWAT makes readable what is there"
        from "tcp_set_rcvlowat: tcp_data_ready";
    waitall_beats_rcvlowat everywhere
        "MSG_WAITALL waits for the whole buffer all the same"
        from "sock_rcvlowat: waitall ? len";
    congestion_controls_carry everywhere
        "A stream passes under each congestion control, and may change it on the way"
        from "tcp(7) TCP_CONGESTION";
    sndtimeo_returns_a_part everywhere
        "A blocking send with SO_SNDTIMEO returns what was taken when its time is over"
        from "socket(7) SO_SNDTIMEO; tcp_sendmsg_locked: do_error with copied";
    peek_over_segments everywhere
        "MSG_PEEK sees what came in several segments as one"
        from "tcp_recvmsg_locked: peek_seq";
    waitall_of_a_peek everywhere
        "MSG_PEEK with MSG_WAITALL waits, and takes nothing"
        from "recv(2); tcp_recvmsg_locked";
    everything_waits_for_a_lost_segment linked
        "What comes after a lost segment is not readable before it"
        from "RFC 9293 section 2.2: in order; tcp_data_queue_ofo";
}

/// More than a segment of 1448 or 1428 bytes, and less than two.
const MORE_THAN_ONE: usize = 2_000;

/// Sends, piece by piece, until there is no room; how much was taken.
fn stuff<B: Bed>(bed: &B, socket: &Socket<B::Host>, piece: usize) -> Result<usize, Stop> {
    let block = vec![7; piece];
    let mut sent = 0;
    let mut full = 0;
    while full < 4 {
        match socket.send_with(&block, MsgFlags::DONTWAIT) {
            Ok(count) => sent += count,
            Err(error) if error == Errno::EAGAIN => {
                // What is on its way makes room when it arrives.
                full += 1;
                bed.settle();
            }
            Err(error) => return Err(error.into()),
        }
        if sent > 100_000_000 {
            return Err(Stop::failed("the stream takes more and more"));
        }
    }
    Ok(sent)
}

fn a_block_of_several_buffers_is_cut_anywhere<B: Bed>(bed: &B) -> Outcome {
    let pair = narrow(bed, 8_192, 8_192)?;
    pair.near.setblocking(false)?;
    let parts: Vec<Vec<u8>> = (0..1_000_u32).map(|part| vec![part as u8; 257]).collect();
    let whole = parts.concat();
    let bufs: Vec<IoSlice<'_>> = parts.iter().map(|part| IoSlice::new(part)).collect();
    let sent = pair.near.sendmsg(&SendMsg::new(&bufs), MsgFlags::empty())?;
    holds("a part was taken", 0 < sent && sent < whole.len())?;
    let mut got = vec![0; sent];
    same("recv", pair.far.recv_with(&mut got, MsgFlags::WAITALL)?, sent)?;
    holds("it is the first part", got == whole[..sent])
}

fn dontwait_of_a_blocking_socket<B: Bed>(bed: &B) -> Outcome {
    let pair = narrow(bed, 8_192, 8_192)?;
    let sent = pair.near.send_with(&vec![1; 1_000_000], MsgFlags::DONTWAIT)?;
    holds("a part was taken", 0 < sent && sent < 1_000_000)?;
    stuff(bed, &pair.near, 1_000)?;
    Ok(())
}

fn sndbuf_bounds_what_is_taken<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    bed.cut()?;
    for size in [20_000, 100_000, 1_000_000] {
        pair.near.setsockopt(SO_SNDBUF, size)?;
    }
    let room = pair.near.getsockopt(SO_SNDBUF)? as usize;
    same("SO_SNDBUF", room, 2_000_000)?;
    let sent = stuff(bed, &pair.near, 10_000)?;
    holds("at least a quarter", sent >= room / 4)?;
    holds("not more", sent <= room)
}

fn rcvbuf_bounds_what_arrives<B: Bed>(bed: &B) -> Outcome {
    for size in [5_000, 50_000] {
        let pair = narrow(bed, 1_000_000, size)?;
        let room = pair.far.getsockopt(SO_RCVBUF)? as usize;
        stuff(bed, &pair.near, 10_000)?;
        bed.settle();
        let got = there(&pair.far)?;
        holds("at least a quarter", got >= room / 4)?;
        holds("not more", got <= room)?;
    }
    Ok(())
}

fn more_room_wakes_the_sender<B: Bed>(bed: &B) -> Outcome {
    let pair = narrow(bed, 8_192, 4_096)?;
    stuff(bed, &pair.near, 10_000)?;
    polls(&pair.near, PollEvents::empty())?;
    pair.near.setsockopt(SO_SNDBUF, 500_000)?;
    polls(&pair.near, PollEvents::OUT)?;
    holds("it takes more", pair.near.send_with(&[1; 10_000], MsgFlags::DONTWAIT)? > 0)
}

fn writable_again_at_a_third<B: Bed>(bed: &B) -> Outcome {
    let pair = narrow(bed, 100_000, 4_096)?;
    let sent = stuff(bed, &pair.near, 1_000)?;
    let mut got = 0;
    let mut buf = vec![0; 1_000];
    while got < sent {
        got += pair.far.recv(&mut buf)?;
        let events = wavetank_api::poll_one(bed.near().host, pair.near.fd(), PollEvents::OUT, Some(Duration::ZERO))?;
        if events.contains(PollEvents::OUT) {
            break;
        }
        if got % 10_000 == 0 {
            bed.settle();
        }
    }
    holds("a part of what was sent has to be read", got > sent / 10)?;
    becomes(&pair.near, PollEvents::OUT)
}

fn closed_window_is_probed<B: Bed>(bed: &B) -> Outcome {
    let pair = narrow(bed, 500_000, 4_096)?;
    let sent = stuff(bed, &pair.near, 10_000)?;
    bed.set_gate(Side::Near, Gate::Closed)?;
    // The news of the room are lost.
    let mut got = there(&pair.far)?;
    holds("something was there", got > 0)?;
    bed.settle();
    bed.mend()?;
    pair.far.setsockopt(SO_RCVTIMEO, Some(Duration::from_secs(5)))?;
    let mut buf = vec![0; 65_536];
    while got < sent {
        got += pair.far.recv(&mut buf)?;
    }
    same("what arrived", got, sent)
}

fn closed_window_for_long<B: Bed>(bed: &B) -> Outcome {
    let pair = narrow(bed, 500_000, 4_096)?;
    let sent = stuff(bed, &pair.near, 10_000)?;
    bed.near().host.sleep(Duration::from_secs(60));
    polls(&pair.near, PollEvents::empty())?;
    let mut got = 0;
    let mut buf = vec![0; 65_536];
    while got < sent {
        got += pair.far.recv(&mut buf)?;
    }
    same("what arrived", got, sent)
}

fn small_window_whole_stream<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().bound_tcp()?;
    listener.setsockopt(TCP_WINDOW_CLAMP, 3_000)?;
    listener.listen(1)?;
    let near = bed.near().tcp()?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    const LEN: usize = 100_000;
    let sender = bed.near().host.spawn("sender", move || near.sendall(&vec![1; LEN]).map(|()| near));
    let mut got = 0;
    let mut buf = vec![0; 1_000];
    far.setsockopt(SO_RCVTIMEO, Some(Duration::from_secs(10)))?;
    while got < LEN {
        got += far.recv(&mut buf)?;
    }
    joins(sender)??;
    Ok(())
}

fn window_clamp_bounds_what_arrives<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().bound_tcp()?;
    listener.setsockopt(TCP_WINDOW_CLAMP, 10_000)?;
    listener.listen(1)?;
    let near = bed.near().tcp()?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    stuff(bed, &near, 10_000)?;
    let got = there(&far)?;
    let clamp = far.getsockopt(TCP_WINDOW_CLAMP)? as usize;
    holds("at least a quarter", got >= 2_500)?;
    holds("not more, but for a segment", got <= clamp + MORE_THAN_ONE)
}

fn maxseg_of_an_ethernet<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    same("TCP_MAXSEG of near", pair.near.getsockopt(TCP_MAXSEG)? as usize, full_segment(bed))?;
    same("TCP_MAXSEG of far", pair.far.getsockopt(TCP_MAXSEG)? as usize, full_segment(bed))
}

fn maxseg_of_a_fresh_socket<B: Bed>(bed: &B) -> Outcome {
    same("TCP_MAXSEG", bed.near().tcp()?.getsockopt(TCP_MAXSEG)?, 536)?;
    same("TCP_MAXSEG", bed.near().bound_tcp()?.getsockopt(TCP_MAXSEG)?, 536)?;
    same("TCP_MAXSEG", bed.near().listener()?.getsockopt(TCP_MAXSEG)?, 536)
}

fn maxseg_is_told_to_the_peer<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let near = bed.near().tcp()?;
    near.setsockopt(TCP_MAXSEG, 600)?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    bed.settle();
    // Timestamps take 12 bytes of it.
    same("TCP_MAXSEG of near", near.getsockopt(TCP_MAXSEG)?, 588)?;
    same("TCP_MAXSEG of far", far.getsockopt(TCP_MAXSEG)?, 588)
}

fn maxseg_of_a_listener<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().bound_tcp()?;
    listener.setsockopt(TCP_MAXSEG, 600)?;
    listener.listen(1)?;
    let near = bed.near().tcp()?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    same("TCP_MAXSEG of near", near.getsockopt(TCP_MAXSEG)?, 588)?;
    same("TCP_MAXSEG of far", far.getsockopt(TCP_MAXSEG)?, 588)
}

fn notsent_lowat_bounds_what_is_taken<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(SO_SNDBUF, 1_000_000)?;
    pair.near.setsockopt(TCP_NOTSENT_LOWAT, 5_000)?;
    bed.cut()?;
    // The initial window is ten segments.
    let sent = stuff(bed, &pair.near, 1_000)?;
    holds("the window and a little", (14_000..60_000).contains(&sent))?;
    polls(&pair.near, PollEvents::empty())?;
    pair.near.setsockopt(TCP_NOTSENT_LOWAT, 200_000)?;
    polls(&pair.near, PollEvents::OUT)?;
    bed.mend()?;
    let mut got = 0;
    let mut buf = vec![0; 65_536];
    while got < sent {
        got += pair.far.recv(&mut buf)?;
    }
    Ok(())
}

fn rcvlowat_is_met_by_the_end<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(SO_RCVLOWAT, 100)?;
    pair.far.sendall(b"abc")?;
    bed.settle();
    polls(&pair.near, PollEvents::OUT)?;
    pair.far.shutdown(Shutdown::Write)?;
    bed.settle();
    polls(&pair.near, PollEvents::IN | PollEvents::OUT | PollEvents::RDHUP)?;
    receives(&pair.near, b"abc")
}

fn rcvlowat_is_met_by_a_reset<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(SO_RCVLOWAT, 100)?;
    pair.far.sendall(b"abc")?;
    bed.settle();
    crate::pair::abort(pair.far)?;
    bed.settle();
    becomes(&pair.near, PollEvents::IN)?;
    receives(&pair.near, b"abc")?;
    fails(pair.near.recv(&mut [0]), Errno::ECONNRESET)
}

fn rcvlowat_and_rcvtimeo<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    let time = Duration::from_millis(80);
    pair.near.setsockopt(SO_RCVLOWAT, 10)?;
    pair.near.setsockopt(SO_RCVTIMEO, Some(time))?;
    pair.far.sendall(b"abc")?;
    bed.settle();
    takes(bed.near().host, time, || receives(&pair.near, b"abc"))??;
    fails(pair.near.recv(&mut [0; 16]), Errno::EAGAIN)
}

fn rcvlowat_beyond_the_buffer<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(SO_RCVLOWAT, 1_000)?;
    pair.far.sendall(b"abcd")?;
    bed.settle();
    same("recv", pair.near.recv(&mut [0; 3])?, 3)?;
    same("recv", pair.near.recv(&mut [0; 1])?, 1)
}

fn rcvlowat_lowered<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(SO_RCVLOWAT, 100)?;
    pair.far.sendall(b"abc")?;
    bed.settle();
    polls(&pair.near, PollEvents::OUT)?;
    pair.near.setsockopt(SO_RCVLOWAT, 3)?;
    polls(&pair.near, PollEvents::IN | PollEvents::OUT)
}

fn waitall_beats_rcvlowat<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    near.setsockopt(SO_RCVLOWAT, 2)?;
    let host = bed.far().host.clone();
    let sender = bed.far().host.spawn("sender", move || {
        far.send(b"abc")?;
        host.sleep(Duration::from_millis(60));
        far.send(b"def").map(|_| far)
    });
    same("recv", near.recv_with(&mut [0; 6], MsgFlags::WAITALL)?, 6)?;
    joins(sender)??;
    Ok(())
}

fn congestion_controls_carry<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    const LEN: usize = 300_000;
    let sender = bed.near().host.spawn("sender", move || {
        for name in ["reno", "cubic", "reno"] {
            near.setsockopt(TCP_CONGESTION, name.to_owned())?;
            near.sendall(&vec![1; LEN])?;
        }
        near.getsockopt(TCP_CONGESTION)
    });
    let mut got = 0;
    let mut buf = vec![0; 65_536];
    while got < 3 * LEN {
        got += far.recv(&mut buf)?;
    }
    same("TCP_CONGESTION", joins(sender)??, "reno".to_owned())
}

fn sndtimeo_returns_a_part<B: Bed>(bed: &B) -> Outcome {
    let pair = narrow(bed, 8_192, 8_192)?;
    let time = Duration::from_millis(80);
    pair.near.setsockopt(SO_SNDTIMEO, Some(time))?;
    let sent = takes(bed.near().host, time, || pair.near.send(&vec![1; 1_000_000]))??;
    holds("a part was taken", 0 < sent && sent < 1_000_000)?;
    let mut got = vec![0; sent];
    same("recv", pair.far.recv_with(&mut got, MsgFlags::WAITALL)?, sent)
}

fn peek_over_segments<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    for part in [b"ab", b"cd", b"ef"] {
        pair.far.sendall(part)?;
        bed.settle();
    }
    for _ in 0..2 {
        let mut buf = [0; 16];
        same("peek", pair.near.recv_with(&mut buf, MsgFlags::PEEK)?, 6)?;
        same("the bytes", &buf[..6], b"abcdef")?;
    }
    receives(&pair.near, b"abcdef")
}

fn waitall_of_a_peek<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    let host = bed.far().host.clone();
    far.send(b"abc")?;
    let sender = bed.far().host.spawn("sender", move || {
        host.sleep(Duration::from_millis(60));
        far.send(b"def").map(|_| far)
    });
    let mut buf = [0; 6];
    same("peek", near.recv_with(&mut buf, MsgFlags::PEEK | MsgFlags::WAITALL)?, 6)?;
    same("the bytes", &buf, b"abcdef")?;
    joins(sender)??;
    receives(&near, b"abcdef")
}

fn everything_waits_for_a_lost_segment<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(TCP_NODELAY, true)?;
    bed.set_gate(Side::Far, Gate::Closed)?;
    pair.near.send(b"first ")?;
    bed.mend()?;
    pair.near.send(b"second")?;
    becomes(&pair.far, PollEvents::IN)?;
    receives(&pair.far, b"first second")
}
