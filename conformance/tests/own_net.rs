//! The example of a third party's stack: the suite finds its fault, and only that.

#[path = "../examples/own_net.rs"]
#[allow(dead_code, unreachable_pub, reason = "it is a program of its own, whose main is not called")]
mod own_net;

use std::{collections::BTreeSet, sync::mpsc, time::Duration};

use wavetank_conformance::{DIFFERENCES, Outcome, Runner, Subject, Trial, Verdict, World};

#[test]
fn the_fault_is_found_and_nothing_else() {
    let results = own_net::runner().run(|_| ());
    let of = |verdict| results.cases.iter().filter(move |case| case.verdict == verdict);
    let failed: Vec<_> = of(Verdict::Failed).map(|case| case.name).collect();
    for name in [
        "stream::peek",
        "udp::peek",
        "udp::control::peeked_too",
        "unix::passing::peek_takes_duplicates",
        "msg_flags::peek_off",
    ] {
        assert!(failed.contains(&name), "{name} does not see it:\n{results}");
    }
    for case in of(Verdict::Failed) {
        let is_about_it = case.name.contains("peek") || case.statement.to_lowercase().contains("peek");
        let peeks_to_see =
            ["udp::trunc_tells_the_whole_length", "unix::options::left_to_read", "unix::options::left_comes_last"];
        assert!(is_about_it || peeks_to_see.contains(&case.name), "{case}");
    }
    let mut differ: BTreeSet<_> = of(Verdict::Differs).map(|case| case.name).collect();
    for difference in DIFFERENCES.iter().filter(|difference| difference.world == World::Sim) {
        assert!(differ.remove(difference.case), "{} is permitted to the simulator below:\n{results}", difference.case);
    }
    assert_eq!(differ, ["options::table::socket", "options::table::tcp"].into());
    assert!(results.count(own_net::WORLD, Verdict::Passed) > 500, "{results}");
    assert!(!results.is_ok());
    let text = results.to_string();
    assert!(text.contains("forgetful: ") && text.contains(&format!("{} failed", failed.len())), "{text}");
}

#[test]
fn what_is_permitted_must_fail() {
    let runner = Runner::of(own_net::ForgetfulStack).permit("accept::in_order_of_arrival", "no reason");
    let results = runner.filter(Some("accept::in_order")).run(|_| ());
    assert_eq!(results.count(own_net::WORLD, Verdict::Failed), 1, "{results}");
}

#[test]
#[should_panic(expected = "which is no case")]
fn what_is_permitted_must_be_a_case() {
    drop(Runner::of(own_net::ForgetfulStack).permit("accept::nothing_of_the_kind", "no reason"));
}

/// A stack in which every case is stuck, outside of anybody's time, or dies.
struct Broken {
    panics: bool,
}

impl Subject for Broken {
    type Bed = own_net::OneMachine;

    fn world(&self) -> World {
        World::Other("broken")
    }

    fn run(&self, _: Trial<own_net::OneMachine>) -> Outcome {
        assert!(!self.panics, "no stack at all");
        let (_tell, told) = mpsc::channel::<()>();
        assert!(told.recv().is_err(), "nobody ever says anything");
        Ok(())
    }
}

#[test]
fn who_is_stuck_or_dies_has_failed() {
    for (panics, expected) in [(false, "still blocked after 20ms"), (true, "the case panicked")] {
        let runner = Runner::of(Broken { panics }).filter(Some("stream::peek")).patience(Duration::from_millis(20));
        let results = runner.run(|_| ());
        assert_eq!(results.count(World::Other("broken"), Verdict::Failed), 1, "{results}");
        assert!(results.to_string().contains(expected), "{results}");
    }
}

#[test]
fn cases_are_chosen_by_parts_of_their_names() {
    let names = |runner: Runner| runner.selected().iter().map(|case| case.name).collect::<Vec<_>>();
    let all = names(own_net::runner().filter(Some("udp::")));
    let rest = names(own_net::runner().filter(Some("udp::")).without("control").without("peek"));
    assert!(all.contains(&"udp::peek") && all.iter().any(|name| name.starts_with("udp::control")));
    assert!(!rest.is_empty() && rest.iter().all(|name| !name.contains("control") && !name.contains("peek")));
}
