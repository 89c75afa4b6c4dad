//! What waits when a connection is closed, and for how long: SO_LINGER, FIN_WAIT_2, TIME_WAIT, LAST_ACK.

use std::time::Duration;

use wavetank_api::{
    Errno, Host, PollEvents, Shutdown, Socket,
    option::{SO_ERROR, SO_LINGER, TCP_LINGER2},
};

use crate::{
    bed::{Bed, Gate, Side},
    case::cases,
    check::{Outcome, Stop, becomes, ends, fails, polls, same, takes, takes_between},
    pair::{Pair, abort, connected, drain, narrow},
};

cases! { closing::waits:
    simultaneous_close linked
        "Both close at the same time: both wait in TIME_WAIT"
        from "RFC 9293 section 3.6, figure 13: CLOSING";
    the_late_fin_is_acknowledged_again linked
        "Who waits in TIME_WAIT acknowledges a repeated FIN: the other side is released"
        from "RFC 9293 section 3.10.7.4: TIME-WAIT; tcp_timewait_state_process";
    the_last_acknowledgment_may_be_lost linked
        "Until then the other side holds its port, in LAST_ACK"
        from "RFC 9293 section 3.3.2";
    linger2_limits_fin_wait_2 linked + slow
        "TCP_LINGER2: an orphan waits so long for the peer's end; then that end is answered by a reset"
        from "tcp(7) TCP_LINGER2; tcp_fin_time; tcp_time_wait";
    fin_timeout_limits_fin_wait_2 linked + slow
        "net.ipv4.tcp_fin_timeout does so for all"
        from "tcp(7) tcp_fin_timeout; ip-sysctl.rst";
    negative_linger2_does_not_wait everywhere
        "With TCP_LINGER2 below zero close in FIN_WAIT_2 resets"
        from "tcp_close: linger2 < 0";
    an_orphan_takes_no_data everywhere
        "Data to an orphan in FIN_WAIT_2 is answered by a reset: ECONNRESET before the peer's end was read, as well"
        from "tcp_rcv_state_process: TCP_FIN_WAIT2 and sock_flag(SOCK_DEAD); RFC 1122 section 4.2.2.13";
    linger_of_a_nonblocking_socket linked
        "SO_LINGER makes close wait although the socket does not block"
        from "tcp_close: SOCK_LINGER, without a look at O_NONBLOCK";
    linger_ends_when_acknowledged linked
        "It waits no longer than until the peer has acknowledged everything"
        from "socket(7) SO_LINGER; sk_stream_wait_close";
    linger_over_a_dead_network linked
        "It gives up when its time is over, and the connection goes on without it"
        from "tcp_close; sk_stream_wait_close";
    linger_zero_with_data_in_flight linked
        "SO_LINGER with no time: what is under way arrives or not, the reset comes in any case"
        from "socket(7) SO_LINGER; tcp_close";
    linger_does_not_concern_shutdown linked
        "shutdown does not wait"
        from "tcp_shutdown";
    fin_wait_2_lasts_a_minute linked + slow
        "An orphan waits 60 s for the peer's end; it is acknowledged before, and reset after that"
        from "tcp(7) tcp_fin_timeout: 60";
}

const SECOND: Duration = Duration::from_secs(1);

const ENDED: PollEvents = PollEvents::IN.union(PollEvents::OUT).union(PollEvents::RDHUP).union(PollEvents::HUP);

const LEN: usize = 200_000;

/// Whether the address can be bound: nobody holds it, not even TIME_WAIT.
fn is_free<H: Host>(place: crate::Place<'_, H>, addr: &wavetank_api::Addr) -> Result<bool, Stop> {
    match place.tcp()?.bind(addr) {
        Ok(()) => Ok(true),
        Err(error) if error == Errno::EADDRINUSE => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// A connection both of whose ends were bound to ports that were asked for, and its listener is gone.
fn bound_pair<B: Bed>(bed: &B) -> Result<[Socket<B::Host>; 2], Stop> {
    let listener = bed.far().tcp()?;
    listener.bind(&bed.far().free_addr()?)?;
    listener.listen(1)?;
    let near = bed.near().tcp()?;
    near.bind(&bed.near().free_addr()?)?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    Ok([near, far])
}

fn simultaneous_close<B: Bed>(bed: &B) -> Outcome {
    let [near, far] = bound_pair(bed)?;
    let (near_name, far_name) = (near.getsockname()?, far.getsockname()?);
    bed.cut()?;
    near.close()?;
    far.close()?;
    bed.mend()?;
    bed.near().host.sleep(2 * SECOND);
    same("whether the near port is free", is_free(bed.near(), &near_name)?, false)?;
    same("whether the far port is free", is_free(bed.far(), &far_name)?, false)
}

fn the_late_fin_is_acknowledged_again<B: Bed>(bed: &B) -> Outcome {
    let [near, far] = bound_pair(bed)?;
    let (near_name, far_name) = (near.getsockname()?, far.getsockname()?);
    near.close()?;
    ends(&far)?;
    bed.set_gate(Side::Far, Gate::Closed)?;
    far.close()?;
    bed.near().host.sleep(SECOND / 2);
    same("whether the far port is free in LAST_ACK", is_free(bed.far(), &far_name)?, false)?;
    bed.mend()?;
    bed.near().host.sleep(2 * SECOND);
    same("whether the far port is free", is_free(bed.far(), &far_name)?, true)?;
    same("whether the near port is free", is_free(bed.near(), &near_name)?, false)
}

fn the_last_acknowledgment_may_be_lost<B: Bed>(bed: &B) -> Outcome {
    let [near, far] = bound_pair(bed)?;
    let far_name = far.getsockname()?;
    near.close()?;
    ends(&far)?;
    bed.set_gate(Side::Far, Gate::Closed)?;
    far.close()?;
    bed.near().host.sleep(2 * SECOND);
    same("whether the far port is free", is_free(bed.far(), &far_name)?, false)
}

/// Both sides of the limit of FIN_WAIT_2: an end that comes before it is acknowledged, one that comes after it is reset.
fn limit_of_fin_wait_2<B: Bed>(bed: &B, limit: Duration, prepare: impl Fn(&Socket<B::Host>) -> Outcome) -> Outcome {
    for (wait, end) in [(limit / 4, None), (limit + 2 * SECOND, Some(Errno::ECONNRESET))] {
        let pair = connected(bed)?;
        prepare(&pair.near)?;
        pair.near.close()?;
        ends(&pair.far)?;
        bed.near().host.sleep(wait);
        pair.far.shutdown(Shutdown::Write)?;
        bed.settle();
        same("SO_ERROR", pair.far.getsockopt(SO_ERROR)?, end)?;
    }
    Ok(())
}

fn linger2_limits_fin_wait_2<B: Bed>(bed: &B) -> Outcome {
    limit_of_fin_wait_2(bed, 2 * SECOND, |near| Ok(near.setsockopt(TCP_LINGER2, 2)?))
}

fn fin_timeout_limits_fin_wait_2<B: Bed>(bed: &B) -> Outcome {
    bed.set_sysctl(Side::Near, "net.ipv4.tcp_fin_timeout", "2")?;
    limit_of_fin_wait_2(bed, 2 * SECOND, |_| Ok(()))
}

fn fin_wait_2_lasts_a_minute<B: Bed>(bed: &B) -> Outcome {
    limit_of_fin_wait_2(bed, 60 * SECOND, |_| Ok(()))
}

fn negative_linger2_does_not_wait<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(TCP_LINGER2, -1)?;
    pair.near.shutdown(Shutdown::Write)?;
    ends(&pair.far)?;
    bed.settle();
    pair.near.close()?;
    bed.settle();
    same("SO_ERROR", pair.far.getsockopt(SO_ERROR)?, Some(Errno::EPIPE))?;
    polls(&pair.far, ENDED)
}

fn an_orphan_takes_no_data<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.close()?;
    bed.settle();
    pair.far.send(b"x")?;
    bed.settle();
    same("SO_ERROR", pair.far.getsockopt(SO_ERROR)?, Some(Errno::EPIPE))?;
    fails(pair.far.send(b"x"), Errno::EPIPE)?;
    ends(&pair.far)
}

fn linger_of_a_nonblocking_socket<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setblocking(false)?;
    pair.near.setsockopt(SO_LINGER, Some(SECOND))?;
    bed.cut()?;
    pair.near.send(b"x")?;
    takes(bed.near().host, SECOND, || pair.near.close())??;
    Ok(())
}

fn linger_ends_when_acknowledged<B: Bed>(bed: &B) -> Outcome {
    let Pair { near, far, listener: _listener } = narrow(bed, 500_000, 4_096)?;
    near.setblocking(false)?;
    let sent = near.send(&[3; LEN])?;
    near.setblocking(true)?;
    near.setsockopt(SO_LINGER, Some(20 * SECOND))?;
    let host = bed.far().host.clone();
    let reader = bed.far().host.spawn("reader", move || {
        host.sleep(SECOND / 2);
        drain(&far)
    });
    let closing = || near.close();
    takes_between(bed.near().host, SECOND / 4, 5 * SECOND, closing)??;
    same("what arrived", crate::check::joins(reader)?, (sent, None))
}

fn linger_over_a_dead_network<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(SO_LINGER, Some(SECOND))?;
    bed.cut()?;
    pair.near.send(b"late")?;
    takes(bed.near().host, SECOND, || pair.near.close())??;
    bed.mend()?;
    becomes(&pair.far, PollEvents::IN)?;
    same("what arrives", drain(&pair.far), (4, None))
}

fn linger_zero_with_data_in_flight<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    bed.set_gate(Side::Far, Gate::Closed)?;
    pair.near.send(b"lost")?;
    bed.mend()?;
    abort(pair.near)?;
    bed.settle();
    same("what arrives", drain(&pair.far), (0, Some(Errno::ECONNRESET)))
}

fn linger_does_not_concern_shutdown<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(SO_LINGER, Some(SECOND))?;
    bed.cut()?;
    pair.near.send(b"x")?;
    takes_between(bed.near().host, Duration::ZERO, SECOND / 2, || pair.near.shutdown(Shutdown::Both))??;
    Ok(())
}
