//! What can be tested without building anybody.

use crate::contestants::version;
use crate::format::{columns, grouped, median, significant, time, time_range};
use crate::measure::collected;
use crate::options;
use crate::tables::{names_in_a_row, ratio_of_rounds};

fn arguments(text: &str) -> Result<options::Options, String> {
    options::parse(text.split_whitespace().map(String::from))
}

#[test]
fn numbers_read_well() {
    for (nanoseconds, expected) in
        [(204.4, "204 ns"), (1_020.0, "1.02 µs"), (51_230.0, "51.2 µs"), (3.4e6, "3.40 ms"), (2e9, "2.00 s")]
    {
        assert_eq!(time(nanoseconds), expected);
    }
    assert_eq!(time_range(980.0, 1_200.0), "0.98..1.20 µs");
    for (number, expected) in [(0.0512, "0.051"), (0.00512, "0.0051"), (4.3, "4.30"), (51.23, "51.2"), (1234.0, "1234")]
    {
        assert_eq!(significant(number), expected);
    }
    for (number, expected) in [(7, "7"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
        assert_eq!(grouped(number), expected);
    }
}

#[test]
fn median_of_odd_and_even_counts() {
    assert_eq!(median(&[]), None);
    assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
    assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
}

#[test]
fn ratios_are_taken_inside_a_round() {
    // The machine ran at half speed in the second round; the ratio did not change.
    assert_eq!(ratio_of_rounds(&[10.0, 20.0, 10.0], &[1.0, 2.0, 1.0]), Some(10.0));
}

#[test]
fn columns_line_up() {
    let rows = [["", "CPU"], ["a name", "1.02 µs"]].map(|row| row.map(String::from).to_vec());
    assert_eq!(columns(&rows), "              CPU\n  a name  1.02 µs\n");
}

#[test]
fn count_is_found_in_what_callgrind_prints() {
    let report = "==7== Callgrind, a call-graph generating cache profiler\n==7== Events    : Ir\n==7== Collected : 4128374\n==7== \n";
    assert_eq!(collected(report), Some(4_128_374));
    assert_eq!(collected("==7== Events    : Ir\n"), None);
}

#[test]
fn versions_come_from_the_lock_file() {
    assert_eq!(version("turmoil"), "0.7.2");
    assert_eq!(version("turmoil-net"), "0.1.0");
    assert_eq!(version("madsim"), "0.2.34");
    assert_eq!(version("madsim-tokio"), "0.2.30");
    assert_eq!(version("no-such-crate"), "(version unknown)");
}

#[test]
fn command_line() {
    let options = arguments("--workload sims --rounds 7 --no-callgrind").expect("these exist");
    assert_eq!((options.workloads, options.rounds, options.callgrind), (vec!["sims".into()], 7, false));
    assert_eq!(arguments("").expect("nothing is fine").rounds, 5);
    assert_eq!(arguments("--quick").expect("exists").rounds, 3);
    for (text, expected) in [
        ("--fast", "unknown option \"--fast\"; options: --workload NAME"),
        ("--rounds many", "--rounds takes a whole number, not \"many\""),
        ("--rounds", "--rounds needs a value; options: "),
        ("--workload x", "no workload \"x\"; there are pingpong, pingpong-latency, pingpong-idle, bulk, hosts, sims"),
    ] {
        let complaint = arguments(text).expect_err(text);
        assert!(complaint.starts_with(expected), "{text}: {complaint}");
        assert_eq!(complaint.lines().count(), 1);
    }
    assert_eq!(names_in_a_row(), "pingpong, pingpong-latency, pingpong-idle, bulk, hosts, sims");
}
