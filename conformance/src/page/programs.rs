//! What random programs have found: `fixtures/differential/`, a file for each difference that there was, whose head says all.

use std::io;

use super::{Cell, Section, Table};
use crate::surface;

const TEXT: &str = "Programs of calls drawn at random and run in both worlds (`cargo tank differ`) have shown these differences. Each is mended, \
    or a freedom; its program, cut down, is `fixtures/differential/NAME.txt`, and is run again in both worlds by \
    `cargo test -p wavetank-differential --test corpus`.";

/// Empty if there is none.
pub(super) fn section() -> io::Result<Section> {
    let rows = surface::read_all("fixtures/differential", "txt", line)?;
    let table = Table::new("", ["program", "behaviour", "Linux", "the simulator once"]).rows(rows);
    Ok(Section::new("Found by random programs", &[TEXT], vec![table]))
}

/// `# behaviour`, and then `# Linux: ` and `# Simulator once: `, each of which may go on in the next comment.
pub(super) fn line(name: &str, text: &str) -> Result<Vec<Cell>, String> {
    let comments = text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim);
    let mut said: Vec<String> = Vec::new();
    for comment in comments {
        let begins = said.is_empty()
            || ["Linux: ", "Simulator once: ", "Freedom: "].iter().any(|word| comment.starts_with(word));
        match said.last_mut() {
            Some(last) if !begins => *last = format!("{last} {comment}"),
            _ => said.push(comment.to_owned()),
        }
    }
    let after = |word: &str| said.iter().find_map(|comment| comment.strip_prefix(word));
    let freedom = after("Freedom: ").map_or(String::new(), |freedom| format!(" (a freedom: {freedom})"));
    match (said.first(), after("Linux: "), after("Simulator once: ")) {
        (Some(behaviour), Some(linux), Some(simulator)) => Ok(vec![
            Cell::code(name),
            Cell::from(behaviour.as_str()),
            Cell::from(format!("{linux}{freedom}")),
            Cell::from(simulator),
        ]),
        _ => Err("its head does not say what Linux and what the simulator did".to_owned()),
    }
}
