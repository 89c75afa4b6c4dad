//! What an accepted socket takes over from its listener, option by option: set before the SYN came, or only before `accept`.

use std::fmt::Write as _;

use wavetank_api::{Errno, Family, Net, PollEvents, Socket, option::*};

use crate::{
    bed::{Bed, Capability},
    case::cases,
    check::{Outcome, Stop, becomes},
};

cases! { inherit:
    set_before_the_connection families
        "Which options of the listener an accepted connection has, if they were set before the SYN: all but those in the table"
        from "inet_csk_clone_lock, sk_clone_lock, tcp_create_openreq_child";
    set_before_accept families
        "And if they were set after the handshake and before accept: none; the connection has been there since the SYN"
        from "inet_csk_clone_lock: at the third segment";
    the_mode_of_the_descriptor once
        "O_NONBLOCK is the descriptor's, and is not inherited"
        from "accept(2)";
}

/// What an accepted connection has of an option that was set on the listener.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Has {
    /// The listener's value.
    Same,
    /// What a fresh socket has.
    Fresh,
    /// A value of its own.
    Own(i32),
}

/// An option, a value that no fresh socket has, and what the child then has of it.
struct Row {
    option: SockOpt<i32>,
    value: i32,
    has: Has,
}

const fn row<T>(option: SockOpt<T>, value: i32, has: Has) -> Row {
    Row { option: SockOpt::new(option.level(), option.name()), value, has }
}

/// Everything that is an `int` and can be set on a listener.
const ROWS: &[Row] = &[
    row(SO_DEBUG, 1, Has::Same),
    row(SO_REUSEADDR, 1, Has::Same),
    row(SO_REUSEPORT, 1, Has::Same),
    row(SO_DONTROUTE, 1, Has::Same),
    row(SO_BROADCAST, 1, Has::Same),
    row(SO_SNDBUF, 50_000, Has::Same),
    row(SO_RCVBUF, 50_000, Has::Same),
    row(SO_KEEPALIVE, 1, Has::Same),
    row(SO_OOBINLINE, 1, Has::Same),
    row(SO_NO_CHECK, 1, Has::Same),
    row(SO_PRIORITY, 5, Has::Fresh),
    row(SO_RCVLOWAT, 7, Has::Same),
    row(SO_TIMESTAMP, 1, Has::Same),
    row(SO_MARK, 0, Has::Same),
    row(SO_RXQ_OVFL, 1, Has::Same),
    row(SO_WIFI_STATUS, 1, Has::Same),
    row(SO_PEEK_OFF, 3, Has::Same),
    row(SO_LOCK_FILTER, 1, Has::Same),
    row(SO_SELECT_ERR_QUEUE, 1, Has::Same),
    row(SO_BUSY_POLL, 9, Has::Same),
    row(SO_ZEROCOPY, 1, Has::Same),
    row(SO_BUF_LOCK, 3, Has::Same),
    row(SO_TXREHASH, 0, Has::Same),
    row(SO_RCVMARK, 1, Has::Same),
    row(TCP_NODELAY, 1, Has::Same),
    // Less the 12 bytes of the timestamps option.
    row(TCP_MAXSEG, 1000, Has::Own(988)),
    row(TCP_CORK, 1, Has::Same),
    row(TCP_KEEPIDLE, 77, Has::Same),
    row(TCP_KEEPINTVL, 7, Has::Same),
    row(TCP_KEEPCNT, 3, Has::Same),
    row(TCP_SYNCNT, 2, Has::Same),
    row(TCP_LINGER2, 9, Has::Same),
    row(TCP_DEFER_ACCEPT, 3, Has::Fresh),
    row(TCP_WINDOW_CLAMP, 9_000, Has::Same),
    row(TCP_QUICKACK, 0, Has::Same),
    row(TCP_THIN_LINEAR_TIMEOUTS, 1, Has::Same),
    row(TCP_USER_TIMEOUT, 9_999, Has::Same),
    row(TCP_FASTOPEN, 5, Has::Fresh),
    row(TCP_NOTSENT_LOWAT, 9_999, Has::Same),
    row(TCP_SAVE_SYN, 1, Has::Same),
    row(TCP_FASTOPEN_NO_COOKIE, 1, Has::Same),
    row(TCP_INQ, 1, Has::Same),
    row(TCP_TX_DELAY, 1, Has::Same),
];

const ROWS_V4: &[Row] = &[
    row(IP_TTL, 9, Has::Same),
    row(IP_TOS, 0x10, Has::Same),
    row(IP_RECVOPTS, 1, Has::Same),
    row(IP_PKTINFO, 1, Has::Same),
    row(IP_MTU_DISCOVER, 0, Has::Same),
    row(IP_RECVERR, 1, Has::Same),
    row(IP_RECVTTL, 1, Has::Same),
    row(IP_RECVTOS, 1, Has::Same),
    row(IP_FREEBIND, 1, Has::Same),
    row(IP_TRANSPARENT, 1, Has::Same),
    row(IP_MINTTL, 5, Has::Same),
    row(IP_BIND_ADDRESS_NO_PORT, 1, Has::Same),
    row(IP_MULTICAST_LOOP, 0, Has::Same),
];

const ROWS_V6: &[Row] = &[
    row(IPV6_UNICAST_HOPS, 9, Has::Same),
    row(IPV6_TCLASS, 0x10, Has::Same),
    row(IPV6_RECVPKTINFO, 1, Has::Same),
    row(IPV6_MTU_DISCOVER, 0, Has::Same),
    row(IPV6_RECVERR, 1, Has::Same),
    row(IPV6_RECVHOPLIMIT, 1, Has::Same),
    row(IPV6_RECVTCLASS, 1, Has::Same),
    row(IPV6_DONTFRAG, 1, Has::Same),
    row(IPV6_MINHOPCOUNT, 5, Has::Same),
    row(IPV6_FREEBIND, 1, Has::Same),
    row(IPV6_AUTOFLOWLABEL, 0, Has::Same),
];

fn set_before_the_connection<B: Bed>(bed: &B) -> Outcome {
    compare(bed, true)
}

fn set_before_accept<B: Bed>(bed: &B) -> Outcome {
    compare(bed, false)
}

/// Sets each option on a listener of its own, and looks at what is accepted from it.
fn compare<B: Bed>(bed: &B, before_syn: bool) -> Outcome {
    bed.need(Capability::NetAdmin)?;
    let family = if bed.family() == Family::INET6 { ROWS_V6 } else { ROWS_V4 };
    let mut report = String::new();
    let probe = bed.far().tcp()?;
    for row in ROWS.iter().chain(family) {
        // SO_PEEK_OFF before Linux 6.9.
        if probe.getsockopt(row.option).is_err_and(|error| error == Errno::EOPNOTSUPP) {
            continue;
        }
        let (fresh, listeners, got) = accepted(bed, row, before_syn)?;
        let expected = match row.has {
            _ if !before_syn => fresh,
            Has::Same => listeners,
            Has::Fresh => fresh,
            Has::Own(value) => value,
        };
        if got != expected {
            // Writing to a text cannot fail.
            let _ = writeln!(
                report,
                "  {}: a connection accepted without it has {fresh}, the listener {listeners}, expected {expected}, got {got}",
                row.option
            );
        }
    }
    if report.is_empty() { Ok(()) } else { Err(Stop::Failed(report)) }
}

/// What an accepted connection has without the option, what the listener has with it, and what is accepted from that one.
fn accepted<B: Bed>(bed: &B, row: &Row, before_syn: bool) -> Result<(i32, i32, i32), Stop> {
    let connect = |listener: &Socket<B::Host>| {
        let near = bed.near().tcp()?;
        near.connect(&listener.getsockname()?)?;
        // What TCP_DEFER_ACCEPT waits for.
        near.send(b"x")?;
        Ok::<_, Stop>(near)
    };
    let plain = bed.far().listener()?;
    let _near = connect(&plain)?;
    let fresh = plain.accept()?.0.getsockopt(row.option)?;
    let listener = bed.far().listener()?;
    if before_syn {
        listener.setsockopt(row.option, row.value)?;
    }
    let _near = connect(&listener)?;
    becomes(&listener, PollEvents::IN)?;
    if !before_syn {
        listener.setsockopt(row.option, row.value)?;
    }
    let child = listener.accept()?.0;
    Ok((fresh, listener.getsockopt(row.option)?, child.getsockopt(row.option)?))
}

fn the_mode_of_the_descriptor<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let near = bed.near().tcp()?;
    near.connect(&listener.getsockname()?)?;
    becomes(&listener, PollEvents::IN)?;
    listener.setblocking(false)?;
    let (child, _) = listener.accept()?;
    crate::check::same("the child's O_NONBLOCK", child.net().nonblocking(child.fd())?, false)
}
