//! Data that waits for more: Nagle's algorithm, TCP_NODELAY, TCP_CORK, MSG_MORE, and the acknowledgment they wait for.

use std::time::Duration;

use wavetank_api::{
    MsgFlags, PollEvents, Shutdown,
    option::{TCP_CORK, TCP_NODELAY, TCP_QUICKACK},
};

use crate::{
    bed::{Bed, Gate, Side},
    case::cases,
    check::{Outcome, Stop, becomes, ends, holds, receives, same, takes_between},
    pair::{Pair, connected, full_segment, there},
};

cases! { data::held_back:
    nagle_holds_back_a_second_small_one linked
        "While something is unacknowledged a small segment is held back"
        from "RFC 9293 section 3.7.4; tcp_nagle_check";
    nodelay_does_not linked
        "TCP_NODELAY sends it at once"
        from "tcp(7) TCP_NODELAY";
    nodelay_lets_go_what_was_held linked
        "Set later it sends what is held back"
        from "tcp(7) TCP_NODELAY; __tcp_sock_set_nodelay: tcp_push_pending_frames";
    nagle_lets_a_full_one_go linked
        "A full segment is not held back, and its rest only until a loss probe is due, which asks nobody"
        from "RFC 9293 section 3.7.4; tcp_nagle_check: skb->len < mss_now; tcp_send_loss_probe: TCP_NAGLE_OFF";
    cork_lets_full_segments_go linked
        "TCP_CORK holds back partial segments only: of more than one what is full goes"
        from "tcp(7) TCP_CORK";
    cork_beats_nodelay linked
        "TCP_CORK holds back though TCP_NODELAY is set"
        from "tcp(7) TCP_NODELAY; tcp_nagle_test: TCP_NAGLE_CORK";
    cork_and_close linked
        "close and shutdown send what is held back"
        from "tcp_send_fin: __tcp_push_pending_frames with TCP_NAGLE_OFF";
    more_ends_with_the_next_send linked
        "MSG_MORE holds back until a send without it"
        from "send(2) MSG_MORE; tcp_push";
    more_gives_up_soon linked
        "MSG_MORE holds back for 200 ms at most"
        from "tcp(7) TCP_CORK: 200 milliseconds; tcp_write_wakeup by the probe timer";
    nodelay_lets_go_what_more_holds linked
        "TCP_NODELAY lets go what MSG_MORE holds"
        from "__tcp_sock_set_nodelay: TCP_NAGLE_PUSH";
    no_cork_of_a_fresh_socket everywhere
        "TCP_CORK set before connect holds back too"
        from "tcp(7) TCP_CORK";
    quickack_off_delays_the_answer linked
        "TCP_QUICKACK off: an acknowledgment takes at least 30 ms; Nagle's sender waits for it"
        from "tcp(7) TCP_QUICKACK; RFC 1122 section 4.2.3.2; TCP_DELACK_MIN";
}

/// A connection whose near side gets no acknowledgments any more.
fn unanswered<B: Bed>(bed: &B) -> Result<Pair<B::Host>, Stop> {
    let pair = connected(bed)?;
    bed.settle();
    bed.set_gate(Side::Near, Gate::Closed)?;
    Ok(pair)
}

fn nagle_holds_back_a_second_small_one<B: Bed>(bed: &B) -> Outcome {
    let pair = unanswered(bed)?;
    pair.near.send(b"a")?;
    pair.near.send(b"b")?;
    bed.settle();
    receives(&pair.far, b"a")?;
    same("what is there", there(&pair.far)?, 0)?;
    bed.mend()?;
    receives(&pair.far, b"b")
}

fn nodelay_does_not<B: Bed>(bed: &B) -> Outcome {
    let pair = unanswered(bed)?;
    pair.near.setsockopt(TCP_NODELAY, true)?;
    pair.near.send(b"a")?;
    pair.near.send(b"b")?;
    bed.settle();
    receives(&pair.far, b"ab")
}

fn nodelay_lets_go_what_was_held<B: Bed>(bed: &B) -> Outcome {
    let pair = unanswered(bed)?;
    pair.near.send(b"a")?;
    pair.near.send(b"b")?;
    bed.settle();
    receives(&pair.far, b"a")?;
    pair.near.setsockopt(TCP_NODELAY, true)?;
    bed.settle();
    receives(&pair.far, b"b")
}

/// More than a segment of 1448 or 1428 bytes, and less than two.
const MORE_THAN_ONE: usize = 2_000;

fn nagle_lets_a_full_one_go<B: Bed>(bed: &B) -> Outcome {
    let pair = unanswered(bed)?;
    pair.near.send(b"a")?;
    pair.near.send(&[1; MORE_THAN_ONE])?;
    bed.settle();
    let got = there(&pair.far)?;
    holds("the full one is there", got > full_segment(bed))?;
    if got <= MORE_THAN_ONE {
        becomes(&pair.far, PollEvents::IN)?;
        same("the rest", got + there(&pair.far)?, 1 + MORE_THAN_ONE)?;
    }
    Ok(())
}

fn cork_lets_full_segments_go<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(TCP_CORK, true)?;
    pair.near.send(&[1; MORE_THAN_ONE])?;
    bed.settle();
    same("what is there", there(&pair.far)?, full_segment(bed))?;
    pair.near.setsockopt(TCP_CORK, false)?;
    bed.settle();
    same("the rest", there(&pair.far)?, MORE_THAN_ONE - full_segment(bed))
}

fn cork_beats_nodelay<B: Bed>(bed: &B) -> Outcome {
    for nodelay_first in [true, false] {
        let pair = connected(bed)?;
        if nodelay_first {
            pair.near.setsockopt(TCP_NODELAY, true)?;
        }
        pair.near.setsockopt(TCP_CORK, true)?;
        pair.near.setsockopt(TCP_NODELAY, true)?;
        pair.near.send(b"held")?;
        bed.settle();
        same("what is there", there(&pair.far)?, 0)?;
        pair.near.setsockopt(TCP_CORK, false)?;
        receives(&pair.far, b"held")?;
    }
    Ok(())
}

fn cork_and_close<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.setsockopt(TCP_CORK, true)?;
    pair.near.send(b"held")?;
    pair.near.shutdown(Shutdown::Write)?;
    bed.settle();
    receives(&pair.far, b"held")?;
    ends(&pair.far)?;
    let pair = connected(bed)?;
    pair.near.setsockopt(TCP_CORK, true)?;
    pair.near.send(b"held")?;
    pair.near.close()?;
    bed.settle();
    receives(&pair.far, b"held")?;
    ends(&pair.far)
}

fn more_ends_with_the_next_send<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.send_with(b"one ", MsgFlags::MORE)?;
    pair.near.send_with(b"two ", MsgFlags::MORE)?;
    bed.settle();
    same("what is there", there(&pair.far)?, 0)?;
    pair.near.send(b"six")?;
    bed.settle();
    receives(&pair.far, b"one two six")
}

fn more_gives_up_soon<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.send_with(b"held", MsgFlags::MORE)?;
    let (least, most) = (Duration::from_millis(150), Duration::from_millis(600));
    takes_between(bed.near().host, least, most, || becomes(&pair.far, PollEvents::IN))??;
    receives(&pair.far, b"held")
}

fn nodelay_lets_go_what_more_holds<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.near.send_with(b"held", MsgFlags::MORE)?;
    bed.settle();
    same("what is there", there(&pair.far)?, 0)?;
    pair.near.setsockopt(TCP_NODELAY, true)?;
    bed.settle();
    receives(&pair.far, b"held")
}

fn no_cork_of_a_fresh_socket<B: Bed>(bed: &B) -> Outcome {
    let listener = bed.far().listener()?;
    let near = bed.near().tcp()?;
    near.setsockopt(TCP_CORK, true)?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    near.send(b"held")?;
    bed.settle();
    same("what is there", there(&far)?, 0)?;
    near.setsockopt(TCP_CORK, false)?;
    receives(&far, b"held")
}

fn quickack_off_delays_the_answer<B: Bed>(bed: &B) -> Outcome {
    let pair = connected(bed)?;
    pair.far.setsockopt(TCP_QUICKACK, false)?;
    // A conversation: who answers is expected to put the acknowledgment into the answer.
    for _ in 0..4 {
        pair.near.sendall(b"question")?;
        receives(&pair.far, b"question")?;
        pair.far.sendall(b"answer")?;
        receives(&pair.near, b"answer")?;
    }
    pair.far.setsockopt(TCP_QUICKACK, false)?;
    pair.near.send(b"a")?;
    pair.near.send(b"b")?;
    receives(&pair.far, b"a")?;
    let (least, most) = (Duration::from_millis(30), Duration::from_millis(400));
    takes_between(bed.near().host, least, most, || receives(&pair.far, b"b"))?
}
