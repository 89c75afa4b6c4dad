//! What a program needs besides sockets: time, threads, the machine's name.

use std::time::Duration;

use wavetank_api::{EventCount, Host, Net};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, holds, joins, same, takes, waits},
};

cases! { host:
    sleep_takes_its_time once
        "sleep takes at least the time it was given"
        from "nanosleep(2)";
    clocks_go_on once
        "Both clocks go on while one sleeps"
        from "clock_gettime(2)";
    threads_end_with_a_value once
        "join waits for a thread, and returns what it returned"
        from "pthread_join(3)";
    no_notification_is_lost once
        "A notification between the ticket and the wait ends the wait at once; without one it ends at its deadline"
        from "futex(2) FUTEX_WAIT";
    random_bytes_differ once
        "Random bytes are not the same twice"
        from "getrandom(2)";
    loopback_is_an_interface once
        "The first interface is loopback"
        from "if_nameindex(3)";
    has_a_name once
        "The machine has a name of at most 64 bytes"
        from "gethostname(2); __NEW_UTS_LEN";
}

const TIME: Duration = Duration::from_millis(50);

fn sleep_takes_its_time<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    takes(host, TIME, || host.sleep(TIME))?;
    takes(host, Duration::ZERO, || host.sleep(Duration::ZERO))
}

fn clocks_go_on<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    let (now, wall) = (host.now(), host.wall_clock());
    host.sleep(TIME);
    holds("the monotonic clock went on", host.now() - now >= TIME)?;
    holds("the wall clock went on", host.wall_clock().saturating_sub(wall) >= TIME / 2)
}

fn threads_end_with_a_value<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host.clone();
    let thread = bed.near().host.spawn("thread", move || {
        host.sleep(TIME);
        42
    });
    let joined = waits(bed.near().host, TIME, || joins(thread))?;
    same("join", joined?, 42)
}

fn no_notification_is_lost<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    let count = host.event_count();
    let ticket = count.ticket();
    count.notify_one();
    same("wait", takes(host, Duration::ZERO, || count.wait(ticket, None))?, true)?;
    let deadline = host.now() + TIME;
    takes(host, TIME, || while count.wait(count.ticket(), Some(deadline)) {})
}

fn random_bytes_differ<B: Bed>(bed: &B) -> Outcome {
    let (mut one, mut two) = ([0; 32], [0; 32]);
    bed.near().host.random(&mut one);
    bed.near().host.random(&mut two);
    holds("they differ", one != two && one != [0; 32])
}

fn loopback_is_an_interface<B: Bed>(bed: &B) -> Outcome {
    let interfaces = bed.near().host.if_nameindex()?;
    same("the first", interfaces.first().cloned(), Some((1, "lo".to_owned())))
}

fn has_a_name<B: Bed>(bed: &B) -> Outcome {
    let name = bed.near().host.gethostname()?;
    holds("there is a name", !name.is_empty() && name.len() <= 64)
}
