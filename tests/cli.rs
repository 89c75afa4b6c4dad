//! The command `wavetank` as a person or a script meets it.
#![cfg(feature = "cli")]

use std::process::{Command, Output};

use serde_json::Value;

fn wavetank(line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wavetank")).args(line.split_whitespace()).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn json(line: &str) -> Value {
    let output = wavetank(line);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{line}: {error}: {}", stdout(&output)))
}

/// Loses every packet: no run can pass.
const HOPELESS: &str = "echo --loss 100%";

#[test]
fn what_is_not_understood_gets_one_line_and_status_2() {
    let rows = [
        (
            "explore webscoket",
            "no scenario \"webscoket\": there are echo, websocket, udp, timewait, partition; did you mean websocket?",
        ),
        (
            "run echo --sede 1",
            "no option \"--sede\": there are --seed, --trace, --pcap, --at, --loss, --latency, --carrier, --json; did you mean --seed?",
        ),
        ("explore echo --seeds many", "--seeds \"many\": it takes a number from 1 on"),
        ("run echo --carrier goroutine", "--carrier \"goroutine\": there are coroutine and thread"),
        (
            "rnu echo",
            "no command \"rnu\": there are run, explore, list, conform, pkt, differ, surface; did you mean run?",
        ),
        ("explore", "a scenario is missing: there are echo, websocket, udp, timewait, partition"),
    ];
    for (line, expected) in rows {
        let output = wavetank(line);
        assert_eq!(output.status.code(), Some(2), "{line}");
        assert_eq!(stderr(&output), format!("{expected}\n"), "{line}");
        assert_eq!(stdout(&output), "", "{line}");
    }
}

#[test]
fn a_filter_that_matches_no_case_gets_one_line_and_status_2() {
    let output = wavetank("conform --filter no::such::case");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stderr(&output).lines().count(), 1);
    assert!(
        stderr(&output).starts_with("no case has \"no::such::case\" in its name: there are "),
        "{}",
        stderr(&output)
    );
}

#[test]
fn packet_scripts_are_run_and_counted() {
    let output = wavetank("pkt --world sim --list fixtures/tcp/open/simultaneous-answered-with-ack.pkt fixtures");
    assert_eq!(output.status.code(), Some(2), "one filter is enough");
    let results = json("pkt --world sim open/closed-port --json");
    assert_eq!((&results["command"], &results["ok"]), (&"pkt".into(), &true.into()));
    assert_eq!(results["counts"]["sim"]["passed"], 3, "{results:#}");
    assert_eq!(results["scripts"][0]["name"], "open/closed-port-answers-ack-with-rst");
}

#[test]
fn a_packet_script_that_does_not_exist_gets_one_line_and_status_2() {
    let output = wavetank("pkt no/such/script");
    assert_eq!(output.status.code(), Some(2));
    let line = stderr(&output);
    assert!(line.ends_with("fixtures/tcp has \"no/such/script\" in its name\n"), "{line}");
    assert_eq!(line.lines().count(), 1, "{line}");
}

#[test]
fn help_is_no_error() {
    for line in ["--help", "explore --help"] {
        let output = wavetank(line);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains("websocket  a WebSocket chat"), "{}", stdout(&output));
    }
}

#[test]
fn every_scenario_passes() {
    let listed = json("list --json");
    let names: Vec<_> =
        listed["scenarios"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["echo", "websocket", "udp", "timewait", "partition"]);
    for name in names {
        let explored = json(&format!("explore {name} --seeds 50 --json"));
        assert_eq!((&explored["ok"], &explored["passed"]), (&Value::from(true), &Value::from(50)), "{explored:#}");
    }
}

#[test]
fn the_main_job_meets_loss_and_a_partition() {
    let run = json("run websocket --seed 3 --json");
    for reason in ["loss", "partition"] {
        assert!(run["dropped"][reason].as_u64() > Some(0), "no packet dropped by {reason}: {run:#}");
    }
}

#[test]
fn the_summary_of_an_exploration_has_its_digest_and_its_times() {
    let output = wavetank("explore websocket --seeds 20 --jobs 2");
    let digest = json("explore websocket --seeds 20 --jobs 1 --json")["digest"].as_str().unwrap().to_owned();
    let summary = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{summary}");
    for part in
        ["20 of 20 passed (seeds 0 to 19)", "ran twice, event by event the same", "of virtual time in", "packets sent"]
    {
        assert!(summary.contains(part), "no {part:?} in\n{summary}");
    }
    assert!(summary.contains(&format!("  digest   {digest}\n")), "no {digest} in\n{summary}");
    assert_eq!(stderr(&output), "", "no bar where there is no terminal");
}

/// Scenarios with tungstenite, whose masks are drawn from the system, and without.
#[test]
fn a_digest_does_not_depend_on_jobs_or_carrier() {
    for name in ["websocket", "udp", "timewait"] {
        let digest = |options: &str| {
            let explored = json(&format!("explore {name} --seeds 12 --seed 1000 --json {options}"));
            assert_eq!(explored["ok"], true, "{explored:#}");
            explored["digest"].as_str().unwrap().to_owned()
        };
        let one = digest("--jobs 1");
        assert_eq!(one, digest("--jobs 2"), "{name}: two jobs");
        assert_eq!(one, digest("--carrier thread"), "{name}: threads");
        assert_ne!(one, digest("--loss 7%"), "{name}: --loss does nothing");
        assert_ne!(one, digest("--latency 1ms..2ms"), "{name}: --latency does nothing");
    }
}

#[test]
fn a_seed_is_one_digest_run_or_explored_traced_or_not() {
    let plain = json("run websocket --seed 0x2a --json");
    let traced = json("run websocket --seed 42 --trace --json");
    assert_eq!(plain["digest"], traced["digest"]);
    assert_eq!(plain["trace"], Value::Null);
    assert!(traced["trace"].as_array().unwrap().len() > 500);
    assert_eq!(plain["replay"], Value::Null);
}

#[test]
fn a_trace_reads_like_strace_and_tcpdump() {
    let output = wavetank("run udp --trace");
    let trace = stdout(&output);
    for part in ["client socket(AF_INET, SOCK_DGRAM", "client > server #0 IP ", "dropped: loss", "seed 0: finished"] {
        assert!(trace.contains(part), "no {part:?} in the trace");
    }
}

#[test]
fn a_run_that_fails_says_so_and_how_to_see_it_again() {
    let output = wavetank(&format!("explore {HOPELESS} --seeds 5 --seed 7"));
    assert_eq!(output.status.code(), Some(1));
    let summary = stdout(&output);
    let parts = [
        "seed 7 FAILED; 0 passed before it, 4 not run",
        "ETIMEDOUT",
        "the last calls of each host:",
        "who waits for what:",
    ];
    for part in parts {
        assert!(summary.contains(part), "no {part:?} in\n{summary}");
    }
    let replay = summary.lines().last().unwrap().trim();
    let (program, rest) = replay.split_once(' ').unwrap();
    assert_eq!((program, rest), (env!("CARGO_BIN_EXE_wavetank"), "run echo --seed 7 --loss 1/1 --trace"));

    let again = wavetank(rest);
    assert_eq!(again.status.code(), Some(1));
    let digest = summary.lines().find(|line| line.starts_with("  digest ")).unwrap();
    assert!(stdout(&again).contains(digest.trim()), "the replay has another digest");
}

#[test]
fn a_failure_is_one_document_of_json() {
    for line in [format!("run {HOPELESS} --json"), format!("explore {HOPELESS} --json")] {
        let document = json(&line);
        assert_eq!(document["ok"], false, "{line}");
        assert!(document["replay"].as_str().unwrap().ends_with("run echo --seed 0 --loss 1/1 --trace"), "{line}");
        assert_eq!(wavetank(&line).status.code(), Some(1), "{line}");
    }
    assert_eq!(json(&format!("explore {HOPELESS} --json"))["failing_seed"], 0);
    let verdict = json(&format!("run {HOPELESS} --json"))["verdict"].as_str().unwrap().to_owned();
    assert!(verdict.starts_with("client returned an error: connect: "), "{verdict}");
}

#[test]
fn conform_shows_a_table_or_json() {
    let output = wavetank("conform --filter socket::");
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    let last = stdout(&output).lines().last().unwrap();
    assert!(last.starts_with("in all "), "no table at the end: {last}");
    let document = json("conform --world sim --filter socket:: --json");
    assert_eq!((&document["command"], &document["ok"]), (&Value::from("conform"), &Value::from(true)));
    let passed = document["counts"]["sim"]["passed"].as_u64().unwrap();
    assert_eq!(document["cases"].as_array().unwrap().len() as u64, passed, "{document:#}");
}

#[test]
fn conform_writes_a_page_and_xml() {
    let folder = std::env::temp_dir().join(format!("wavetank-cli-page-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let [html, junit] = ["page.html", "junit.xml"].map(|name| folder.join(name).display().to_string());
    let line = format!("conform --filter socket:: --html {html} --junit {junit} --markdown -");
    let output = wavetank(&line);
    assert!(output.status.success(), "{}", stderr(&output));
    let markdown = stdout(&output);
    assert!(markdown.starts_with("# Conformance\n"), "{markdown}");
    // The command that made it, and the cases that were asked for.
    assert!(
        markdown.contains(&line) && markdown.contains("\n| `unknown_family` | ") && !markdown.contains("`refused_by")
    );
    let [html, junit] = [html, junit].map(|file| std::fs::read_to_string(file).unwrap());
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains("id=\"socket::unknown_family\""));
    assert!(junit.contains("<testsuite name=\"real\"") && junit.contains("<testsuite name=\"sim\""));
    std::fs::remove_dir_all(folder).unwrap();
    for (line, expected) in [
        ("conform --html - --junit -", "only one of --html, --junit can have standard output"),
        ("conform --json --markdown -", "only one of --markdown, --json can have standard output"),
        ("conform --recorded", "--recorded is about a page: say --html FILE or --markdown FILE"),
    ] {
        let output = wavetank(line);
        assert_eq!((output.status.code(), stderr(&output)), (Some(2), &*format!("{expected}\n")), "{line}");
    }
}

#[test]
fn the_recorded_page_is_the_document() {
    let page = wavetank("conform --recorded --markdown -");
    assert_eq!(stdout(&page), std::fs::read_to_string("docs/CONFORMANCE.md").unwrap());
}

#[test]
fn the_surface_is_text_counts_or_json() {
    let output = wavetank("surface");
    assert!(output.status.success() && stdout(&output).starts_with("# The surface\n"), "{}", stdout(&output));
    let summary = wavetank("surface --summary");
    assert!(stdout(&summary).starts_with("| 162 rows | acts |") && stdout(&output).contains(stdout(&summary)));
    assert!(stdout(&wavetank("surface --constants")).contains("\n| `TCP_NODELAY` | 1 | acts | "));
    let document = json("surface --json");
    let rows = document["rows"].as_array().unwrap();
    assert_eq!((&document["command"], rows.len()), (&Value::from("surface"), 162));
    let bind = rows.iter().find(|row| row["name"] == "bind").unwrap();
    assert_eq!((&bind["real"], &bind["sim"]), (&Value::from("acts"), &Value::from("acts")));
    assert_eq!(bind["paths"][0], Value::from("wavetank::Socket::bind"));
}

#[test]
fn a_run_is_captured() {
    let path = std::env::temp_dir().join(format!("wavetank-cli-{}.pcapng", std::process::id()));
    let mut sizes = Vec::new();
    for at in ["", " --at client"] {
        let output = wavetank(&format!("run echo --seed 1 --pcap {}{at}", path.display()));
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let bytes = std::fs::read(&path).unwrap();
        // A section header, little-endian.
        assert_eq!(bytes[..12], [0x0a, 0x0d, 0x0d, 0x0a, bytes[4], 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a]);
        sizes.push(bytes.len());
    }
    assert!(sizes.iter().all(|size| *size > 1000), "{sizes:?}");
    std::fs::remove_file(&path).unwrap();

    let output = wavetank(&format!("run echo --pcap {} --at moon", path.display()));
    assert_eq!((output.status.code(), stderr(&output)), (Some(2), "no host \"moon\": there are server, client\n"));
    let output = wavetank("run echo --pcap /nonexistent/file");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).starts_with("cannot write /nonexistent/file: No such file"), "{}", stderr(&output));
}
