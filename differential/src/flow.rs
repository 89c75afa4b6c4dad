//! What a window that was full lets differ: how much of what was written has come through.
//!
//! [`FREEDOMS`](crate::FREEDOMS) has the row; here is what it asks of a program and its two logs.

use wavetank_api::{PollEvents, TcpState, c};

use crate::{
    Answer, Call, Entry, Fact, Log, Program, SLOTS, Seen, Slot,
    ioctl::{FIONREAD, SIOCOUTQ, SIOCOUTQNSD},
};

/// What no window is smaller than that nobody has made smaller: that of a SYN.
const WINDOW: i64 = 65_483;
/// What no window is smaller than, whatever was asked for: half of SOCK_MIN_RCVBUF.
const LEAST: i64 = 1_152;

/// What tells how much waits.
const AMOUNTS: [u32; 3] = [FIONREAD, SIOCOUTQ, SIOCOUTQNSD];

/// What an ACK, or a FIN, that has come already does to a state.
const STEPS: [[TcpState; 2]; 6] = [
    [TcpState::ESTABLISHED, TcpState::CLOSE_WAIT],
    [TcpState::FIN_WAIT1, TcpState::FIN_WAIT2],
    [TcpState::FIN_WAIT1, TcpState::CLOSING],
    [TcpState::FIN_WAIT2, TcpState::TIME_WAIT],
    [TcpState::CLOSING, TcpState::TIME_WAIT],
    [TcpState::LAST_ACK, TcpState::CLOSE],
];

/// Whether, up to this call and in both worlds, a socket has written at least a window more than all others have read.
pub(crate) fn filled_a_window(program: &Program, step: usize, logs: [&Log; 2]) -> bool {
    let mut window = WINDOW;
    let mut waiting = [[0_i64; SLOTS]; 2];
    for (number, call) in program.calls.iter().enumerate().take(step + 1) {
        if let Some(asked) = window_asked_for(call) {
            window = window.min(asked);
        }
        for (log, waiting) in logs.iter().zip(&mut waiting) {
            let Some(entry) = log.entries.get(number) else { continue };
            count(call, entry, waiting);
        }
        if (0..SLOTS).any(|slot| waiting.iter().all(|waiting| waiting[slot] >= window)) {
            return true;
        }
    }
    false
}

/// How large a window this call lets be at least.
fn window_asked_for(call: &Call) -> Option<i64> {
    let Call::Setsockopt { level, name, value, .. } = call else { return None };
    let value = i64::from(i32::from_ne_bytes(value.get(..4)?.try_into().ok()?));
    match (*level, *name) {
        (c::SOL_SOCKET, c::SO_RCVBUF | c::SO_RCVBUFFORCE) | (c::IPPROTO_TCP, c::TCP_WINDOW_CLAMP) => {
            Some(value.max(LEAST))
        }
        _ => None,
    }
}

/// Counts what was written by a socket, and what was read by whomever.
fn count(call: &Call, entry: &Entry, waiting: &mut [i64; SLOTS]) {
    let amount = match &entry.answer {
        Answer::Done(facts) => facts.iter().find_map(|fact| match fact {
            Fact::Number(number) => Some(*number),
            _ => None,
        }),
        _ => None,
    };
    match (call, amount) {
        (Call::Send { slot, .. }, Some(sent)) if is_tcp(entry, *slot) => waiting[usize::from(*slot)] += sent,
        (Call::Recv { slot, flags, .. }, Some(read)) if is_tcp(entry, *slot) && flags & c::MSG_PEEK == 0 => {
            for waiting in waiting.iter_mut() {
                *waiting = (*waiting - read).max(0);
            }
        }
        (Call::Socket { into, .. } | Call::Accept { into, .. }, _) => waiting[usize::from(*into)] = 0,
        _ => {}
    }
}

fn is_tcp(entry: &Entry, slot: Slot) -> bool {
    entry.seen[usize::from(slot)].is_some_and(|seen| seen.state.is_some())
}

/// Whether nothing differs but how much has come through, and what follows from that at once.
pub(crate) fn differs_in_amounts(program: &Program, step: usize, real: &Entry, sim: &Entry) -> bool {
    let Some(call) = program.calls.get(step) else { return false };
    let is_shut = |call: &Call| matches!(call, Call::Shutdown { how, .. } if i32::from(*how) != c::SHUT_WR);
    let has_shut = program.calls[..step].iter().any(is_shut);
    let is_ended = is_ended_by_resets(call, real, sim);
    let is_permitted = |real: Option<Seen>, sim: Option<Seen>| match (real, sim) {
        _ if real == sim => true,
        (Some(real), Some(sim)) => {
            differ_by_what_came(real, sim, has_shut) || is_ended && (was_reset(real, sim) || was_reset(sim, real))
        }
        _ => false,
    };
    let shown = real.seen.iter().zip(&sim.seen).all(|(real, sim)| is_permitted(*real, *sim));
    let answers = real.answer == sim.answer || answers_differ_by_amount(call, &real.answer, &sim.answer);
    shown && answers && (real.refuses_like(sim) || is_ended)
}

/// Whether the window has opened in one world only, what came through it was refused there, and no connection is closed but there.
fn is_ended_by_resets(call: &Call, real: &Entry, sim: &Entry) -> bool {
    let may_open = matches!(call, Call::Recv { .. } | Call::Wait { .. });
    let (kept, ended) = if real.resets.is_empty() { (real, sim) } else { (sim, real) };
    let closed = |entry: &Entry| entry.seen.iter().flatten().filter(|seen| seen.state == Some(TcpState::CLOSE)).count();
    may_open && kept.resets.is_empty() && !ended.resets.is_empty() && closed(kept) < closed(ended)
}

fn differ_by_what_came(real: Seen, sim: Seen, has_shut: bool) -> bool {
    let (Some(one), Some(other)) = (real.state, sim.state) else { return false };
    let may = PollEvents::IN | PollEvents::OUT | PollEvents::PRI | PollEvents::RDHUP | POLL_NORMAL;
    let is_step = one == other || STEPS.iter().any(|step| *step == [one, other] || *step == [other, one]);
    // A FIN that has come in one world only is seen there by POLLRDHUP, unless the program has shut the socket for reading.
    let has_fin = [one, other].contains(&TcpState::CLOSE_WAIT) && one != other;
    let is_step = is_step && (!has_fin || has_shut || (real.ready ^ sim.ready).contains(PollEvents::RDHUP));
    let shown = (real.ready ^ sim.ready).difference(may);
    is_step && shown.is_empty() || (is_over(real, sim) || is_over(sim, real)) && shown == PollEvents::HUP
}

/// Whether the last FIN has come, so that the one is closed as it should be, and the other waits for it. (To who is connected to itself it
/// is its own, and the ACK of that comes with it.)
fn is_over(one: Seen, other: Seen) -> bool {
    one.state == Some(TcpState::CLOSE)
        && matches!(other.state, Some(TcpState::FIN_WAIT1 | TcpState::FIN_WAIT2))
        && one.ready.contains(PollEvents::HUP | PollEvents::RDHUP)
        && !one.ready.contains(PollEvents::ERR)
}

/// Whether a RST has closed the one, and the other waits for more.
fn was_reset(one: Seen, other: Seen) -> bool {
    let waits = [
        TcpState::ESTABLISHED,
        TcpState::CLOSE_WAIT,
        TcpState::FIN_WAIT1,
        TcpState::FIN_WAIT2,
        TcpState::CLOSING,
        TcpState::LAST_ACK,
    ];
    one.state == Some(TcpState::CLOSE)
        && one.ready.contains(PollEvents::ERR | PollEvents::HUP | PollEvents::RDHUP)
        && other.state.is_some_and(|state| waits.contains(&state))
}

/// POLLRDNORM and POLLWRNORM, which come with POLLIN and POLLOUT.
const POLL_NORMAL: PollEvents = PollEvents::from_bits_retain(0x140);

fn answers_differ_by_amount(call: &Call, real: &Answer, sim: &Answer) -> bool {
    match call {
        Call::Send { .. } => is_number_or_again(real) && is_number_or_again(sim),
        Call::Recv { .. } => finds_another_amount(real, sim),
        Call::Ioctl { request, .. } => AMOUNTS.contains(request) && are_done(real, sim),
        Call::Getsockopt { level, name, .. } => {
            // (A buffer that nobody has set grows when more has come than it has room for, `tcp_clamp_window`.)
            const TELLING: [(i32, i32); 4] = [
                (c::IPPROTO_TCP, c::TCP_INFO),
                (c::IPPROTO_TCP, c::TCP_MAXSEG),
                (c::IPPROTO_TCP, c::TCP_WINDOW_CLAMP),
                (c::SOL_SOCKET, c::SO_RCVBUF),
            ];
            TELLING.contains(&(*level, *name)) && are_done(real, sim)
        }
        _ => false,
    }
}

fn are_done(real: &Answer, sim: &Answer) -> bool {
    matches!((real, sim), (Answer::Done(_), Answer::Done(_)))
}

fn is_number_or_again(answer: &Answer) -> bool {
    match answer {
        Answer::Done(facts) => matches!(facts[..], [Fact::Number(_)]),
        Answer::Failed(errno) => *errno == wavetank_api::Errno::EAGAIN,
        Answer::NoSocket => false,
    }
}

/// Whether recv has found more of the same data in one world, or in one world none yet.
pub(crate) fn finds_another_amount(real: &Answer, sim: &Answer) -> bool {
    match (real, sim) {
        (Answer::Done(real), Answer::Done(sim)) => is_the_same_stream(real, sim),
        (Answer::Done(_), Answer::Failed(errno)) | (Answer::Failed(errno), Answer::Done(_)) => {
            *errno == wavetank_api::Errno::EAGAIN
        }
        _ => false,
    }
}

/// Of the same data there is more in one world; as far as it is kept, it is the same.
fn is_the_same_stream(real: &[Fact], sim: &[Fact]) -> bool {
    let data = |facts: &[Fact]| {
        facts.iter().find_map(|fact| match fact {
            Fact::Data(bytes) => Some(bytes.clone()),
            _ => None,
        })
    };
    let (Some(one), Some(other)) = (data(real), data(sim)) else { return false };
    let both = one.head.len().min(other.head.len());
    one.len != other.len && one.head[..both] == other.head[..both]
}
