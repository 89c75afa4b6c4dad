//! TCP_INFO: what it says in each state. Exact where the kernel's figure is exact; figures that depend on the machine's speed within
//! bounds.

use std::time::Duration;

use wavetank_api::{
    Family, Host, Net, PollEvents, Shutdown, Socket, TcpOptions, TcpState,
    option::{SO_RCVBUF, TCP_INFO, TCP_MAXSEG, TCP_NODELAY, TcpInfo},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, becomes, ends, holds, receives, same},
    pair::{Pair, abort, connected, full_listener},
};

cases! { tcp_info:
    cut_to_the_room once
        "As many bytes as there is room for, of any length, and never an error"
        from "do_tcp_getsockopt: TCP_INFO; tcp(7)";
    fresh families
        "A fresh socket: closed, one second of time-out, 10 segments of window, no threshold, an MSS of 536"
        from "tcp_init_sock, tcp_get_info";
    listening families
        "Of a listener the queue and its bound stand in place of segments, and hardly anything else"
        from "tcp_get_info: TCP_LISTEN";
    connecting families
        "While the handshake lasts: its SYN in flight, and a time-out of one second; after that one retransmission, counted, and a window of 1"
        from "tcp_get_info; tcp_enter_loss";
    established families
        "Timestamps, SACK and window scaling are negotiated, both ways; nothing is in flight, and the figures of the path are known"
        from "tcp_get_info; RFC 7323, RFC 2018";
    negotiated_down families
        "A listener with a small receive buffer scales less: the peer's scale and ours are told apart"
        from "tcp_select_initial_window; tcpi_snd_wscale, tcpi_rcv_wscale";
    maxseg families
        "TCP_MAXSEG is what is advertised, and what is sent at most less the timestamps"
        from "tcp_get_info: tcpi_advmss, tcpi_snd_mss; TCP_MAXSEG of tcp(7)";
    unread_data families
        "What the peer does not read is counted: in flight or not sent, as far as its window goes"
        from "tcp_get_info: tcpi_unacked, tcpi_notsent_bytes";
    the_last_time families
        "When data was last sent, and last came, in milliseconds"
        from "tcp_get_info: tcpi_last_data_sent, tcpi_last_data_recv";
    closing families
        "The state, as the FINs go; TIME_WAIT is told as closed, because the socket is"
        from "tcp_get_info; tcp_time_wait";
    reset families
        "After a reset the socket is closed"
        from "tcp_reset";
}

fn info<N: Net>(socket: &Socket<N>) -> Result<TcpInfo, Stop> {
    Ok(socket.getsockopt(TCP_INFO)?)
}

/// TCP_INFINITE_SSTHRESH.
const NO_THRESHOLD: u32 = 0x7fff_ffff;

fn cut_to_the_room<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener } = connected(bed)?;
    let mut whole = [0xee; 232];
    same("whole", near.getsockopt_raw(6, TCP_INFO.name(), &mut whole)?, 232)?;
    for len in [0, 1, 7, 8, 104, 231] {
        let mut part = [0xee; 232];
        same("filled", near.getsockopt_raw(6, TCP_INFO.name(), &mut part[..len])?, len)?;
        // The first eight bytes do not change from one call to the next.
        same("the beginning", &part[..len.min(8)], &whole[..len.min(8)])?;
        holds("nothing behind the room is touched", part[len..].iter().all(|&byte| byte == 0xee))?;
    }
    drop((far, listener));
    Ok(())
}

fn fresh<B: Bed>(bed: &B) -> Outcome {
    let info = info(&bed.near().tcp()?)?;
    same("state", info.tcp_state(), TcpState::CLOSE)?;
    same("options", info.tcp_options(), TcpOptions::empty())?;
    same("rto", info.rto, 1_000_000)?;
    same("snd_mss", info.snd_mss, 536)?;
    same("snd_cwnd", info.snd_cwnd, 10)?;
    same("snd_ssthresh", info.snd_ssthresh, NO_THRESHOLD)?;
    same("reordering", info.reordering, 3)?;
    same("rtt", info.rtt, 0)?;
    same("rttvar", info.rttvar, 250_000)?;
    same("min_rtt", info.min_rtt, u32::MAX)?;
    same("max_pacing_rate", info.max_pacing_rate, u64::MAX)
}

fn listening<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener_with(5)?;
    let empty = info(&listener)?;
    same("state", empty.tcp_state(), TcpState::LISTEN)?;
    same("queued, and the backlog", (empty.unacked, empty.sacked), (0, 5))?;
    same("rto, snd_mss, snd_ssthresh", (empty.rto, empty.snd_mss, empty.snd_ssthresh), (0, 0, 0))?;
    let near = bed.near().tcp()?;
    near.connect(&listener.getsockname()?)?;
    bed.settle();
    same("queued, and the backlog", info(&listener).map(|full| (full.unacked, full.sacked))?, (1, 5))?;
    listener.accept()?;
    same("queued, and the backlog", info(&listener).map(|full| (full.unacked, full.sacked))?, (0, 5))
}

fn connecting<B: Bed>(bed: &B) -> Outcome {
    let full = full_listener(bed)?;
    let socket = full.connecting(bed)?;
    let begun = info(&socket)?;
    same("state", begun.tcp_state(), TcpState::SYN_SENT)?;
    same("options", begun.tcp_options(), TcpOptions::empty())?;
    same("unacked", begun.unacked, 1)?;
    same("rto", begun.rto, 1_000_000)?;
    same("rtt", begun.rtt, 0)?;
    same("retransmits, total", (begun.retransmits, begun.total_retrans), (0, 0))?;
    same("snd_cwnd", begun.snd_cwnd, 10)?;
    bed.near().host.sleep(Duration::from_millis(1_200));
    let later = info(&socket)?;
    same("state", later.tcp_state(), TcpState::SYN_SENT)?;
    same("retransmits, total", (later.retransmits, later.total_retrans), (1, 1))?;
    // Since Linux 6.5 the first four wait as long as the first (tcp_syn_linear_timeouts).
    holds("the time-out doubles at once or later", [1_000_000, 2_000_000].contains(&later.rto))?;
    same("ca_state", later.ca_state, 4)?;
    same("snd_cwnd", later.snd_cwnd, 1)?;
    full.done();
    Ok(())
}

fn established<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener } = connected(bed)?;
    bed.settle();
    let is_v6 = bed.family() == Family::INET6;
    for socket in [&near, &far] {
        let info = info(socket)?;
        same("state", info.tcp_state(), TcpState::ESTABLISHED)?;
        same("options", info.tcp_options(), TcpOptions::TIMESTAMPS | TcpOptions::SACK | TcpOptions::WSCALE)?;
        let (theirs, ours) = info.scales();
        // 7 for tcp_rmem up to 6 MiB, Linux 6.1; 10 for 32 MiB, since 6.18.
        holds("both ends scale alike", theirs == ours && (7..=14).contains(&ours))?;
        // Loopback's MTU of 65,536; IPv4 cannot use the last byte of it.
        same("pmtu", info.pmtu, if is_v6 { 65_536 } else { 65_535 })?;
        same("advmss", info.advmss, if is_v6 { 65_464 } else { 65_483 })?;
        same("rcv_mss", info.rcv_mss, 536)?;
        holds("a segment is at most half of the peer's first window", (32_000..=32_768).contains(&info.snd_mss))?;
        same("TCP_MAXSEG", socket.getsockopt(TCP_MAXSEG)?.cast_unsigned(), info.snd_mss)?;
        same("unacked, lost, retrans, sacked", (info.unacked, info.lost, info.retrans, info.sacked), (0, 0, 0, 0))?;
        same("retransmits, probes, backoff", (info.retransmits, info.probes, info.backoff), (0, 0, 0))?;
        same("snd_cwnd, snd_ssthresh", (info.snd_cwnd, info.snd_ssthresh), (10, NO_THRESHOLD))?;
        same("reordering", info.reordering, 3)?;
        holds("the window is open", (65_000..=65_600).contains(&info.snd_wnd))?;
        holds("the buffer is tuned from here on", (65_000..=65_600).contains(&info.rcv_space))?;
        holds("200 ms and what the round trip took", (200_000..300_000).contains(&info.rto))?;
        holds("a round trip was measured", info.rtt < 100_000)?;
    }
    drop(listener);
    Ok(())
}

fn negotiated_down<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().tcp()?;
    listener.setsockopt(SO_RCVBUF, 10_000)?;
    listener.bind(&bed.far().addr(0))?;
    listener.listen(1)?;
    let near = bed.near().tcp()?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    let ((their, our), (their_far, our_far)) = (info(&near)?.scales(), info(&far)?.scales());
    same("each has the other's", (their, our), (our_far, their_far))?;
    holds("who cannot buffer more need not scale more", our_far < our)
}

fn maxseg<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let near = bed.near().tcp()?;
    near.setsockopt(TCP_MAXSEG, 1000)?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    let (near_info, far_info) = (info(&near)?, info(&far)?);
    same("advmss", near_info.advmss, 988)?;
    same("snd_mss of who set it", near_info.snd_mss, 988)?;
    same("snd_mss of the peer", far_info.snd_mss, 988)
}

fn unread_data<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener } = connected(bed)?;
    near.setblocking(false)?;
    let mut sent = 0;
    while let Ok(count) = near.send(&[7; 65_536]) {
        sent += count;
    }
    bed.settle();
    let stuck = info(&near)?;
    same("state", stuck.tcp_state(), TcpState::ESTABLISHED)?;
    holds("some waits to be sent", stuck.notsent_bytes > 0 && (stuck.notsent_bytes as usize) < sent)?;
    let mut got = 0;
    let mut buf = vec![0; 65_536];
    while got < sent {
        got += far.recv(&mut buf)?;
    }
    bed.settle();
    let done = info(&near)?;
    same("unacked, notsent_bytes", (done.unacked, done.notsent_bytes), (0, 0))?;
    holds("the window has grown", done.snd_cwnd >= 10)?;
    drop(listener);
    Ok(())
}

fn the_last_time<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener } = connected(bed)?;
    near.setsockopt(TCP_NODELAY, true)?;
    near.send(b"x")?;
    receives(&far, b"x")?;
    bed.near().host.sleep(Duration::from_millis(300));
    let (near_info, far_info) = (info(&near)?, info(&far)?);
    let about = |millis: u32| (290..900).contains(&millis);
    holds("since it was sent", about(near_info.last_data_sent))?;
    holds("since it came", about(far_info.last_data_recv))?;
    holds("since the answer came", about(near_info.last_ack_recv))?;
    // The delayed ACK's time-out; 0 where nothing ever came.
    same("ato of who received", far_info.ato, 40_000)?;
    same("ato of who only sent", near_info.ato, 0)?;
    near.send(b"y")?;
    holds("and now", info(&near)?.last_data_sent < 100)?;
    drop(listener);
    Ok(())
}

fn closing<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener } = connected(bed)?;
    let states = |near: &Socket<B::Host>, far: &Socket<B::Host>| {
        Ok::<_, Stop>((info(near)?.tcp_state(), info(far)?.tcp_state()))
    };
    near.shutdown(Shutdown::Write)?;
    ends(&far)?;
    bed.settle();
    same("after the first FIN", states(&near, &far)?, (TcpState::FIN_WAIT2, TcpState::CLOSE_WAIT))?;
    far.shutdown(Shutdown::Write)?;
    ends(&near)?;
    bed.settle();
    same("after the second", states(&near, &far)?, (TcpState::CLOSE, TcpState::CLOSE))?;
    drop(listener);
    Ok(())
}

fn reset<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener } = connected(bed)?;
    abort(far)?;
    becomes(&near, PollEvents::RDHUP)?;
    let info = info(&near)?;
    same("state", info.tcp_state(), TcpState::CLOSE)?;
    same("unacked", info.unacked, 0)?;
    drop(listener);
    Ok(())
}
