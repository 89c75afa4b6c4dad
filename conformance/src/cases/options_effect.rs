//! Options: what they do.

use std::time::Duration;

use wavetank_api::{
    Errno, Family, Host, MsgFlags, PollEvents, Socket,
    option::{
        IP_MINTTL, IP_TTL, IPV6_MINHOPCOUNT, IPV6_UNICAST_HOPS, SO_KEEPALIVE, SO_RCVLOWAT, TCP_CORK, TCP_DEFER_ACCEPT,
        TCP_KEEPCNT, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_NODELAY,
    },
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, fails, joins, polls, receives, same, takes, waits},
    pair::{Pair, connected},
};

cases! { options::effect:
    rcvlowat_of_recv everywhere
        "SO_RCVLOWAT: a recv that waits is not woken before so many bytes are there"
        from "socket(7) SO_RCVLOWAT; tcp_data_ready";
    rcvlowat_of_poll everywhere
        "SO_RCVLOWAT: a connection is not readable before so many bytes are there"
        from "socket(7): since Linux 2.6.28 poll respects it; tcp_stream_is_readable";
    cork_holds_back everywhere
        "TCP_CORK holds a partial segment back until it is cleared"
        from "tcp(7) TCP_CORK";
    cork_gives_up_soon everywhere
        "TCP_CORK holds a partial segment back for 200 ms at most"
        from "tcp(7) TCP_CORK";
    more_holds_back everywhere
        "MSG_MORE does the same for one send"
        from "send(2) MSG_MORE";
    small_sends_arrive everywhere
        "Small sends one after the other arrive in order, with Nagle's algorithm and without"
        from "RFC 9293 section 3.7.4; tcp(7) TCP_NODELAY";
    defer_accept_waits_for_data everywhere
        "TCP_DEFER_ACCEPT: a connection is accepted when its first data has come"
        from "tcp(7) TCP_DEFER_ACCEPT";
    least_hops families
        "IP_MINTTL, IPV6_MINHOPCOUNT: what arrives with less is as if it had not come: a SYN, and data of a connection"
        from "RFC 5082; tcp_v4_rcv, tcp_v6_rcv";
    keepalive_of_a_living_peer everywhere
        "SO_KEEPALIVE does not disturb a connection whose peer answers"
        from "tcp(7) TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT";
}

fn rcvlowat_of_recv<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = connected(bed)?;
    near.setsockopt(SO_RCVLOWAT, 5)?;
    let host = bed.near().host.clone();
    let time = Duration::from_millis(100);
    // The first bytes must find the reader waiting: once it has taken some, fewer than so many more do not wake it.
    let thread = bed.near().host.spawn("sender", move || {
        host.sleep(time / 5);
        far.send(b"abc")?;
        host.sleep(time - time / 5);
        far.send(b"def").map(|_| far)
    });
    waits(bed.near().host, time, || receives(&near, b"abcdef"))??;
    joins(thread)??;
    Ok(())
}

fn rcvlowat_of_poll<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(SO_RCVLOWAT, 5)?;
    pair.far.sendall(b"abc")?;
    bed.settle();
    polls(&pair.near, PollEvents::OUT)?;
    // Who does not wait gets what is there.
    same("recv", pair.near.recv_with(&mut [0; 2], MsgFlags::DONTWAIT)?, 2)?;
    pair.far.sendall(b"defg")?;
    bed.settle();
    polls(&pair.near, PollEvents::IN | PollEvents::OUT)
}

/// What is there to read now.
fn there<B: Bed>(socket: &Socket<B::Host>) -> Result<Vec<u8>, Stop> {
    let mut buf = [0; 64];
    match socket.recv_with(&mut buf, MsgFlags::DONTWAIT) {
        Ok(count) => Ok(buf[..count].to_vec()),
        Err(error) if error == Errno::EAGAIN => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

fn cork_holds_back<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(TCP_CORK, true)?;
    pair.near.send(b"one ")?;
    pair.near.send(b"two")?;
    bed.near().host.sleep(Duration::from_millis(50));
    same("while corked", there::<B>(&pair.far)?, Vec::new())?;
    pair.near.setsockopt(TCP_CORK, false)?;
    bed.settle();
    receives(&pair.far, b"one two")
}

fn cork_gives_up_soon<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(TCP_CORK, true)?;
    takes(bed.near().host, Duration::from_millis(190), || {
        pair.near.send(b"held")?;
        receives(&pair.far, b"held")
    })?
}

fn more_holds_back<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.send_with(b"one ", MsgFlags::MORE)?;
    bed.near().host.sleep(Duration::from_millis(50));
    same("before the rest", there::<B>(&pair.far)?, Vec::new())?;
    pair.near.send(b"two")?;
    bed.settle();
    receives(&pair.far, b"one two")
}

fn small_sends_arrive<B: Bed>(bed: &B) -> Outcome {
    for nodelay in [false, true] {
        let pair = connected(bed)?;
        pair.near.setsockopt(TCP_NODELAY, nodelay)?;
        for part in [b"a".as_slice(), b"b", b"c", b"d"] {
            same("send", pair.near.send(part)?, 1)?;
        }
        let mut got = [0; 4];
        same("recv", pair.far.recv_with(&mut got, MsgFlags::WAITALL)?, 4)?;
        same("the bytes", &got, b"abcd")?;
    }
    Ok(())
}

fn defer_accept_waits_for_data<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().bound_tcp()?;
    listener.setsockopt(TCP_DEFER_ACCEPT, Duration::from_secs(5))?;
    listener.listen(4)?;
    listener.setblocking(false)?;
    let client = bed.near().tcp()?;
    client.connect(&listener.getsockname()?)?;
    bed.settle();
    polls(&listener, PollEvents::empty())?;
    fails(listener.accept(), Errno::EAGAIN)?;
    client.sendall(b"hello")?;
    bed.settle();
    let (accepted, _) = listener.accept()?;
    receives(&accepted, b"hello")
}

fn least_hops<B: Bed>(bed: &B) -> Outcome {
    let (least, own) = match bed.family() {
        Family::INET6 => (IPV6_MINHOPCOUNT, IPV6_UNICAST_HOPS),
        _ => (IP_MINTTL, IP_TTL),
    };
    let listener = bed.far().bound_tcp()?;
    listener.setsockopt(least, 200)?;
    listener.listen(4)?;
    listener.setblocking(false)?;
    let usual = bed.near().tcp()?;
    usual.setblocking(false)?;
    fails(usual.connect(&listener.getsockname()?), Errno::EINPROGRESS)?;
    bed.settle();
    polls(&usual, PollEvents::empty())?;
    let near = bed.near().tcp()?;
    near.setsockopt(own, 200)?;
    near.connect(&listener.getsockname()?)?;
    bed.settle();
    let (accepted, _) = listener.accept()?;
    accepted.setblocking(false)?;
    near.sendall(b"near")?;
    bed.settle();
    receives(&accepted, b"near")?;
    near.setsockopt(own, 199)?;
    near.sendall(b"far")?;
    bed.settle();
    fails(accepted.recv(&mut [0; 8]), Errno::EAGAIN)
}

fn keepalive_of_a_living_peer<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(TCP_KEEPIDLE, Duration::from_secs(1))?;
    pair.near.setsockopt(TCP_KEEPINTVL, Duration::from_secs(1))?;
    pair.near.setsockopt(TCP_KEEPCNT, 1)?;
    pair.near.setsockopt(SO_KEEPALIVE, true)?;
    bed.near().host.sleep(Duration::from_millis(3_500));
    pair.near.sendall(b"still here")?;
    receives(&pair.far, b"still here")
}
