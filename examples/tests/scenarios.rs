//! The program of one's own scenarios has the command line of `wavetank`.

use std::process::{Command, Output};

fn scenarios(line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_scenarios")).args(line.split_whitespace()).output().unwrap()
}

#[test]
fn it_runs_and_explores() {
    for line in ["run greeting --seed 7", "explore chat --seeds 20 --loss 5%"] {
        let output = scenarios(line);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn it_says_what_there_is() {
    let output = scenarios("run greting");
    assert_eq!(output.status.code(), Some(2));
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(line, "no scenario \"greting\": there are greeting, chat; did you mean greeting?\n");
}
