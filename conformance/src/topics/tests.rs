use crate::{CaseResult, Results, Verdict, World};

fn case(name: &'static str, world: World, verdict: Verdict) -> CaseResult {
    CaseResult { name, statement: "", source: "", world, verdict, reason: None, absence: None, millis: 0 }
}

#[test]
fn the_table_counts_verdicts_by_topic_and_world() {
    let cases = vec![
        case("tcp::connect::refused", World::Real, Verdict::Passed),
        case("tcp::connect::twice", World::Real, Verdict::Skipped),
        case("udp::refused", World::Real, Verdict::Passed),
        case("tcp::connect::refused", World::Other("mine"), Verdict::Passed),
        case("tcp::connect::twice", World::Other("mine"), Verdict::Passed),
        case("udp::refused", World::Other("mine"), Verdict::Failed),
        case("can::raw::loopback", World::Other("mine"), Verdict::Absent),
    ];
    let expected = [
        "               real world                                mine world",
        "                passed  failed skipped differs  absent    passed  failed skipped differs  absent",
        "can::raw             .       .       .       .       .         .       .       .       .       1",
        "tcp::connect         1       .       1       .       .         2       .       .       .       .",
        "udp                  1       .       .       .       .         .       1       .       .       .",
        "in all               2       .       1       .       .         2       1       .       .       1",
    ];
    let table = Results { cases }.by_topic();
    assert_eq!(table.lines().collect::<Vec<_>>(), expected, "\n{table}");
}
