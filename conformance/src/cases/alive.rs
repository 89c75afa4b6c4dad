//! How a connection finds out that the other side is gone: keepalive, TCP_USER_TIMEOUT, retransmissions, ICMP.

use std::time::Duration;

use wavetank_api::{
    Addr, Errno, Family, Host, MsgFlags, PollEvents, Shutdown, Socket,
    option::{
        IP_RECVERR, IPV6_RECVERR, SO_ERROR, SO_KEEPALIVE, SO_SNDTIMEO, TCP_KEEPCNT, TCP_KEEPIDLE, TCP_KEEPINTVL,
        TCP_SYNCNT, TCP_USER_TIMEOUT,
    },
};

use crate::{
    bed::{Bed, Gate, Side},
    case::cases,
    check::{Outcome, becomes, ends, fails, polls, receives, same, takes, takes_between},
    pair::{abort, connected},
};

cases! { alive:
    silence_is_no_end linked + slow
        "A connection over which nothing is sent outlives its network"
        from "RFC 9293 section 3.8.4: keep-alives are off by default; tcp(7)";
    keepalive_ends_it linked
        "SO_KEEPALIVE ends it with ETIMEDOUT after TCP_KEEPIDLE and TCP_KEEPCNT times TCP_KEEPINTVL"
        from "tcp(7); tcp_keepalive_timer";
    keepalive_is_answered linked + slow
        "With the network there again before the last probe it goes on"
        from "tcp_keepalive_timer: keepalive_time_elapsed; tcp_ack clears icsk_probes_out";
    keepalive_begins_anew_with_data linked + slow
        "What comes from the peer puts the first probe off"
        from "tcp_keepalive_timer: keepalive_time_elapsed is since rcv_tstamp or lrcvtime";
    keepalive_set_when_idle linked + slow
        "Switched on later, its first probe is TCP_KEEPIDLE after that, however long the connection has been idle"
        from "tcp_set_keepalive: tcp_reset_keepalive_timer(keepalive_time_when)";
    keepalive_with_user_timeout linked
        "TCP_USER_TIMEOUT decides instead of TCP_KEEPCNT"
        from "tcp(7) TCP_USER_TIMEOUT; tcp_keepalive_timer: icsk_user_timeout";
    keepalive_finds_a_stranger linked
        "A probe to who knows nothing of the connection is answered by a reset: ECONNRESET"
        from "RFC 9293 section 3.10.7.1; tcp_v4_send_reset";
    keepalive_of_half_a_connection linked
        "It ends a connection too whose own side was shut down: FIN_WAIT_2"
        from "tcp_keepalive_timer looks at TCP_CLOSE and TCP_SYN_SENT only";
    what_is_told_after_a_timeout linked
        "Then: readable, writable, with error and hang-up; recv says ETIMEDOUT once, then the end; send EPIPE"
        from "tcp_write_err; tcp_recvmsg_locked; tcp_poll";
    user_timeout_of_data linked
        "TCP_USER_TIMEOUT ends a connection whose data is not acknowledged for that long: ETIMEDOUT"
        from "tcp(7) TCP_USER_TIMEOUT; RFC 5482; tcp_clamp_rto_to_user_timeout";
    user_timeout_begins_with_the_data linked
        "Its time is reckoned from the oldest data, not from when it was set"
        from "retransmits_timed_out: tcp_skb_timestamp of the first retransmission";
    user_timeout_does_not_concern_silence linked
        "With nothing to acknowledge it ends nothing"
        from "tcp_write_timeout";
    user_timeout_of_the_handshake linked
        "It limits the handshake too: ETIMEDOUT"
        from "tcp_write_timeout: icsk_user_timeout in TCP_SYN_SENT";
    retries2_ends_it linked
        "net.ipv4.tcp_retries2 ends it with ETIMEDOUT: at 2 at the fourth time-out, 3 s after the data was sent"
        from "ip-sysctl.rst tcp_retries2; retransmits_timed_out: 1.4 s by tcp_model_timeout, since the first repetition";
    a_short_cut_is_survived linked
        "Data that was lost for a while arrives, whole and in order"
        from "RFC 6298; tcp_retransmit_timer";
    a_lost_answer_is_survived linked
        "So does data whose acknowledgments are lost, once"
        from "RFC 9293 section 3.10.7.4: duplicates are acknowledged again";
    icmp_ends_a_handshake linked
        "ICMP unreachable ends a connect: EHOSTUNREACH or ENETUNREACH; if it comes while the SYN is still being sent, the next one does"
        from "tcp_v4_err: TCP_SYN_SENT, sock_owned_by_user; icmp_err_convert";
    icmp_ends_a_nonblocking_handshake linked
        "In non-blocking mode SO_ERROR tells"
        from "tcp_v4_err: TCP_SYN_SENT; connect(2)";
    icmp_does_not_end_a_connection linked
        "A connection only remembers it: SO_ERROR tells, and nothing else does; it goes on when it can, and forgets it"
        from "RFC 5461; tcp_v4_err: sk_err_soft; sk_getsockopt SO_ERROR takes sk_err_soft; tcp_ack clears it";
    icmp_is_the_reason_in_the_end linked
        "When the data never gets through the reason is that of ICMP"
        from "tcp_write_err: sk_err_soft";
    icmp_and_recverr linked
        "With IP_RECVERR it is told at once, and the connection goes on"
        from "ip(7) IP_RECVERR; tcp_v4_err: sk_err, without tcp_done";
    no_neighbour linked
        "An address of the own network that nobody has: EHOSTUNREACH"
        from "arp(7); neigh_invalidate, arp_error_report; ipv4_link_failure";
    no_route linked
        "An address that no route leads to: ENETUNREACH, at once"
        from "connect(2); ip_route_output_key";
    orphans_give_up linked + slow
        "A closed connection whose data is not acknowledged is forgotten after net.ipv4.tcp_orphan_retries: then its peer is reset"
        from "ip-sysctl.rst tcp_orphan_retries; tcp_orphan_retries, tcp_out_of_resources";
    syn_retries_are_those_of_the_host linked + slow
        "Without TCP_SYNCNT net.ipv4.tcp_syn_retries counts"
        from "tcp(7) tcp_syn_retries; tcp_write_timeout";
    defaults_give_up_on_a_handshake linked + slow
        "By default connect gives up after some two minutes: ETIMEDOUT"
        from "tcp(7) tcp_syn_retries: 127 s; since Linux 6.5 131 s, by tcp_syn_linear_timeouts";
}

const SECOND: Duration = Duration::from_secs(1);
const TIMED_OUT: PollEvents =
    PollEvents::IN.union(PollEvents::OUT).union(PollEvents::RDHUP).union(PollEvents::ERR).union(PollEvents::HUP);

/// The shortest there is: a probe after a second, and `count` a second apart.
fn keepalive<H: Host>(socket: &Socket<H>, count: i32) -> Outcome {
    socket.setsockopt(TCP_KEEPIDLE, SECOND)?;
    socket.setsockopt(TCP_KEEPINTVL, SECOND)?;
    socket.setsockopt(TCP_KEEPCNT, count)?;
    Ok(socket.setsockopt(SO_KEEPALIVE, true)?)
}

fn silence_is_no_end<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    bed.cut()?;
    bed.near().host.sleep(3 * SECOND);
    polls(&pair.near, PollEvents::OUT)?;
    bed.mend()?;
    pair.near.sendall(b"still")?;
    receives(&pair.far, b"still")
}

fn keepalive_ends_it<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    keepalive(&pair.near, 2)?;
    bed.cut()?;
    let (least, most) = (SECOND * 11 / 4, 4 * SECOND);
    fails(takes_between(bed.near().host, least, most, || pair.near.recv(&mut [0]))?, Errno::ETIMEDOUT)?;
    ends(&pair.near)
}

fn keepalive_is_answered<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    keepalive(&pair.near, 3)?;
    bed.cut()?;
    bed.near().host.sleep(SECOND + SECOND / 2);
    bed.mend()?;
    bed.near().host.sleep(4 * SECOND);
    polls(&pair.near, PollEvents::OUT)?;
    pair.near.sendall(b"still")?;
    receives(&pair.far, b"still")
}

fn keepalive_begins_anew_with_data<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(TCP_KEEPIDLE, 2 * SECOND)?;
    pair.near.setsockopt(TCP_KEEPINTVL, SECOND)?;
    pair.near.setsockopt(TCP_KEEPCNT, 1)?;
    pair.near.setsockopt(SO_KEEPALIVE, true)?;
    bed.near().host.sleep(SECOND + SECOND / 2);
    pair.far.sendall(b"x")?;
    receives(&pair.near, b"x")?;
    bed.settle();
    bed.cut()?;
    let (least, most) = (2 * SECOND + SECOND / 2, 4 * SECOND);
    fails(takes_between(bed.near().host, least, most, || pair.near.recv(&mut [0]))?, Errno::ETIMEDOUT)
}

fn keepalive_set_when_idle<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    bed.near().host.sleep(3 * SECOND);
    bed.cut()?;
    keepalive(&pair.near, 1)?;
    let (least, most) = (SECOND * 3 / 2, 3 * SECOND);
    fails(takes_between(bed.near().host, least, most, || pair.near.recv(&mut [0]))?, Errno::ETIMEDOUT)
}

fn keepalive_with_user_timeout<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    keepalive(&pair.near, 9)?;
    pair.near.setsockopt(TCP_USER_TIMEOUT, SECOND + SECOND / 2)?;
    bed.cut()?;
    // At the second probe's time more than that has passed.
    let (least, most) = (SECOND * 3 / 2, 3 * SECOND);
    fails(takes_between(bed.near().host, least, most, || pair.near.recv(&mut [0]))?, Errno::ETIMEDOUT)
}

fn keepalive_finds_a_stranger<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    keepalive(&pair.near, 9)?;
    bed.cut()?;
    // Its reset is lost.
    abort(pair.far)?;
    bed.settle();
    bed.mend()?;
    let (least, most) = (SECOND / 2, 2 * SECOND);
    fails(takes_between(bed.near().host, least, most, || pair.near.recv(&mut [0]))?, Errno::ECONNRESET)
}

fn keepalive_of_half_a_connection<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    keepalive(&pair.near, 1)?;
    pair.near.shutdown(Shutdown::Write)?;
    bed.settle();
    bed.cut()?;
    fails(takes_between(bed.near().host, SECOND, 3 * SECOND, || pair.near.recv(&mut [0]))?, Errno::ETIMEDOUT)
}

fn what_is_told_after_a_timeout<B: Bed>(bed: &B) -> Outcome {
    for ask in [true, false] {
        let pair = connected(bed)?;
        pair.near.setsockopt(TCP_USER_TIMEOUT, SECOND / 2)?;
        bed.cut()?;
        pair.near.send(b"x")?;
        becomes(&pair.near, PollEvents::IN)?;
        polls(&pair.near, TIMED_OUT)?;
        if ask {
            same("SO_ERROR", pair.near.getsockopt(SO_ERROR)?, Some(Errno::ETIMEDOUT))?;
            same("SO_ERROR again", pair.near.getsockopt(SO_ERROR)?, None)?;
        } else {
            fails(pair.near.recv(&mut [0]), Errno::ETIMEDOUT)?;
        }
        polls(&pair.near, TIMED_OUT - PollEvents::ERR)?;
        ends(&pair.near)?;
        fails(pair.near.send(b"x"), Errno::EPIPE)?;
        fails(pair.near.shutdown(Shutdown::Write), Errno::ENOTCONN)?;
        fails(pair.near.getpeername(), Errno::ENOTCONN)?;
        bed.mend()?;
    }
    Ok(())
}

fn user_timeout_of_data<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(TCP_USER_TIMEOUT, SECOND)?;
    bed.cut()?;
    pair.near.send(b"x")?;
    let most = SECOND + SECOND / 2;
    fails(takes_between(bed.near().host, SECOND * 9 / 10, most, || pair.near.recv(&mut [0]))?, Errno::ETIMEDOUT)
}

fn user_timeout_begins_with_the_data<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    bed.cut()?;
    pair.near.send(b"x")?;
    bed.near().host.sleep(SECOND);
    pair.near.setsockopt(TCP_USER_TIMEOUT, SECOND + SECOND / 2)?;
    // The next repetition was arranged before: at 1.4 s, if nothing else is done about it.
    fails(takes_between(bed.near().host, SECOND / 4, 2 * SECOND, || pair.near.recv(&mut [0]))?, Errno::ETIMEDOUT)
}

fn user_timeout_does_not_concern_silence<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(TCP_USER_TIMEOUT, SECOND / 2)?;
    bed.cut()?;
    bed.near().host.sleep(2 * SECOND);
    polls(&pair.near, PollEvents::OUT)?;
    bed.mend()?;
    pair.near.sendall(b"still")?;
    receives(&pair.far, b"still")
}

fn user_timeout_of_the_handshake<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let near = bed.near().tcp()?;
    near.setsockopt(TCP_USER_TIMEOUT, SECOND + SECOND / 2)?;
    bed.cut()?;
    let connect = || near.connect(&listener.getsockname()?);
    fails(takes_between(bed.near().host, SECOND + SECOND / 2, 3 * SECOND, connect)?, Errno::ETIMEDOUT)
}

fn retries2_ends_it<B: Bed>(bed: &B) -> Outcome {
    bed.set_sysctl(Side::Near, "net.ipv4.tcp_retries2", "2")?;
    let pair = connected(bed)?;
    bed.cut()?;
    pair.near.send(b"x")?;
    let (least, most) = (SECOND * 29 / 10, 4 * SECOND);
    fails(takes_between(bed.near().host, least, most, || pair.near.recv(&mut [0]))?, Errno::ETIMEDOUT)
}

fn a_short_cut_is_survived<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    bed.cut()?;
    for part in [b"one ", b"two ", b"six "] {
        pair.near.sendall(part)?;
        bed.near().host.sleep(SECOND / 4);
    }
    bed.mend()?;
    let mut got = [0; 12];
    same("recv", pair.far.recv_with(&mut got, MsgFlags::WAITALL)?, 12)?;
    same("the bytes", &got, b"one two six ")?;
    polls(&pair.near, PollEvents::OUT)
}

fn a_lost_answer_is_survived<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    bed.set_gate(Side::Near, Gate::Closed)?;
    pair.near.sendall(b"once")?;
    bed.near().host.sleep(SECOND);
    bed.mend()?;
    bed.near().host.sleep(SECOND);
    receives(&pair.far, b"once")?;
    polls(&pair.far, PollEvents::OUT)
}

/// What a router tells whose route says unreachable: host to IPv4 (`ip_error`), no route to IPv6 (`ip6_pkt_discard`).
fn unreachable<B: Bed>(bed: &B) -> Errno {
    if bed.family() == Family::INET { Errno::EHOSTUNREACH } else { Errno::ENETUNREACH }
}

fn icmp_ends_a_handshake<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    bed.set_gate(Side::Far, Gate::Rejecting)?;
    let near = bed.near().tcp()?;
    let connect = || near.connect(&listener.getsockname()?);
    fails(takes_between(bed.near().host, Duration::ZERO, 2 * SECOND, connect)?, unreachable(bed))?;
    bed.mend()?;
    near.connect(&listener.getsockname()?)?;
    Ok(())
}

fn icmp_ends_a_nonblocking_handshake<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    bed.set_gate(Side::Far, Gate::Rejecting)?;
    let near = bed.near().tcp()?;
    near.setblocking(false)?;
    fails(near.connect(&listener.getsockname()?), Errno::EINPROGRESS)?;
    // The first answer may find the socket busy with sending: then it is in the error queue, and the next SYN's decides.
    bed.near().host.sleep(SECOND * 3 / 2);
    polls(&near, TIMED_OUT)?;
    same("SO_ERROR", near.getsockopt(SO_ERROR)?, Some(unreachable(bed)))
}

fn icmp_does_not_end_a_connection<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    bed.set_gate(Side::Far, Gate::Rejecting)?;
    pair.near.send(b"x")?;
    bed.near().host.sleep(SECOND / 2);
    polls(&pair.near, PollEvents::OUT)?;
    pair.near.send(b"y")?;
    same("SO_ERROR", pair.near.getsockopt(SO_ERROR)?, Some(unreachable(bed)))?;
    bed.mend()?;
    bed.near().host.sleep(SECOND);
    same("SO_ERROR", pair.near.getsockopt(SO_ERROR)?, None)?;
    receives(&pair.far, b"xy")
}

fn icmp_is_the_reason_in_the_end<B: Bed>(bed: &B) -> Outcome {
    bed.set_sysctl(Side::Near, "net.ipv4.tcp_retries2", "2")?;
    let pair = connected(bed)?;
    bed.set_gate(Side::Far, Gate::Rejecting)?;
    pair.near.send(b"x")?;
    fails(pair.near.recv(&mut [0]), unreachable(bed))?;
    ends(&pair.near)?;
    fails(pair.near.send(b"x"), Errno::EPIPE)
}

fn icmp_and_recverr<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    if bed.family() == Family::INET {
        pair.near.setsockopt(IP_RECVERR, true)?;
    } else {
        pair.near.setsockopt(IPV6_RECVERR, true)?;
    }
    bed.set_gate(Side::Far, Gate::Rejecting)?;
    pair.near.send(b"x")?;
    becomes(&pair.near, PollEvents::IN)?;
    same("SO_ERROR", pair.near.getsockopt(SO_ERROR)?, Some(unreachable(bed)))?;
    bed.mend()?;
    bed.near().host.sleep(SECOND);
    receives(&pair.far, b"x")?;
    pair.near.send(b"y")?;
    receives(&pair.far, b"y")
}

/// The address of the near side's network that nobody has.
fn nobody<B: Bed>(bed: &B) -> Addr {
    let near = bed.near();
    let (mut v4, mut v6) = (near.v4.octets(), near.v6.octets());
    (v4[3], v6[15]) = (77, 77);
    if bed.family() == Family::INET { Addr::v4(v4.into(), 9) } else { Addr::v6(v6.into(), 9) }
}

fn no_neighbour<B: Bed>(bed: &B) -> Outcome {
    let near = bed.near().tcp()?;
    near.setsockopt(TCP_SYNCNT, 3)?;
    near.setsockopt(SO_SNDTIMEO, Some(8 * SECOND))?;
    fails(near.connect(&nobody(bed)), Errno::EHOSTUNREACH)
}

fn no_route<B: Bed>(bed: &B) -> Outcome {
    // TEST-NET-3 of RFC 5737, the documentation prefix of RFC 3849.
    let addr = match bed.family() {
        Family::INET => Addr::v4([203, 0, 113, 1].into(), 9),
        _ => Addr::v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1].into(), 9),
    };
    let near = bed.near().tcp()?;
    near.setsockopt(SO_SNDTIMEO, Some(SECOND))?;
    fails(takes(bed.near().host, Duration::ZERO, || near.connect(&addr))?, Errno::ENETUNREACH)
}

fn orphans_give_up<B: Bed>(bed: &B) -> Outcome {
    bed.set_sysctl(Side::Near, "net.ipv4.tcp_orphan_retries", "1")?;
    let pair = connected(bed)?;
    bed.cut()?;
    pair.near.send(b"never heard")?;
    pair.near.close()?;
    bed.near().host.sleep(3 * SECOND);
    bed.mend()?;
    pair.far.send(b"anybody?")?;
    bed.settle();
    fails(pair.far.recv(&mut [0; 64]), Errno::ECONNRESET)
}

fn syn_retries_are_those_of_the_host<B: Bed>(bed: &B) -> Outcome {
    bed.set_sysctl(Side::Near, "net.ipv4.tcp_syn_retries", "2")?;
    let listener = bed.far().listener()?;
    bed.cut()?;
    let near = bed.near().tcp()?;
    let connect = || near.connect(&listener.getsockname()?);
    // 1, 2 and 4 s; with Linux 6.5's four linear ones 1, 1, 1, 1, 1, 2 and 4 s.
    fails(takes_between(bed.near().host, 7 * SECOND, 12 * SECOND, connect)?, Errno::ETIMEDOUT)
}

fn defaults_give_up_on_a_handshake<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    bed.cut()?;
    let near = bed.near().tcp()?;
    let connect = || near.connect(&listener.getsockname()?);
    fails(takes_between(bed.near().host, 120 * SECOND, 140 * SECOND, connect)?, Errno::ETIMEDOUT)
}
