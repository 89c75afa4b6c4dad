//! Tables of a [`Coverage`].

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::{Cell, Column, Coverage, Kind, Row};

impl Coverage {
    /// Rows call by kind by state, columns the answers that the call ever gave; how often, and nothing for never.
    pub fn table(&self) -> String {
        let mut by_call: BTreeMap<&str, BTreeMap<Row, BTreeMap<Column, u64>>> = BTreeMap::new();
        for (Cell { row, column }, count) in self.asked() {
            by_call.entry(row.question.call_name()).or_default().entry(row).or_default().insert(column, count);
        }
        let mut text = String::new();
        for (call, rows) in by_call {
            let columns: BTreeSet<Column> = rows.values().flat_map(BTreeMap::keys).copied().collect();
            let name = |row: &Row| format!("{} | {} | {}", row.question, row.kind, row.state);
            let width = rows.keys().map(|row| name(row).len()).max().unwrap_or(0).max(call.len());
            let widths = columns.iter().map(|column| column.to_string().len().max(7));
            let _ = write!(text, "{call:width$}");
            for (column, width) in columns.iter().zip(widths.clone()) {
                let _ = write!(text, "  {:>width$}", column.to_string());
            }
            text.push('\n');
            for (row, counts) in &rows {
                let mut line = format!("{:width$}", name(row));
                for (column, width) in columns.iter().zip(widths.clone()) {
                    let count = counts.get(column).map(u64::to_string).unwrap_or_default();
                    let _ = write!(line, "  {count:>width$}");
                }
                let _ = writeln!(text, "{}", line.trim_end());
            }
            text.push('\n');
        }
        text
    }

    /// How many cells of each call on each kind of socket, as a table in Markdown; `None` where a call was never made.
    pub fn markdown(&self) -> String {
        let mut counts: BTreeMap<&str, BTreeMap<Kind, usize>> = BTreeMap::new();
        for (cell, _) in self.reached() {
            *counts.entry(cell.row.question.call_name()).or_default().entry(cell.row.kind).or_default() += 1;
        }
        let kinds: BTreeSet<Kind> = counts.values().flat_map(BTreeMap::keys).copied().collect();
        let mut text = String::from("| call | cells |");
        for kind in &kinds {
            let _ = write!(text, " {kind} |");
        }
        text.push_str("\n|---|---:|");
        text.push_str(&"---:|".repeat(kinds.len()));
        let line = |text: &mut String, name: &str, of: &dyn Fn(Kind) -> usize| {
            let _ = write!(text, "\n| {name} | {} |", kinds.iter().map(|kind| of(*kind)).sum::<usize>());
            for kind in &kinds {
                match of(*kind) {
                    0 => text.push_str(" |"),
                    count => {
                        let _ = write!(text, " {count} |");
                    }
                }
            }
        };
        for (call, of) in &counts {
            line(&mut text, &format!("`{call}`"), &|kind| of.get(&kind).copied().unwrap_or(0));
        }
        line(&mut text, "all", &|kind| counts.values().filter_map(|of| of.get(&kind)).sum());
        text.push('\n');
        text
    }

    /// The cells that were reached, as a list in Markdown: a line for each call on each kind of socket, with the states and in brackets
    /// their answers. States that have the same answers stand together.
    pub fn markdown_list(&self) -> String {
        let mut answers: BTreeMap<Row, Vec<String>> = BTreeMap::new();
        for (cell, _) in self.reached() {
            answers.entry(cell.row).or_default().push(cell.column.to_string());
        }
        let mut lines: BTreeMap<(super::Question, Kind), BTreeMap<String, Vec<String>>> = BTreeMap::new();
        for (row, answers) in answers {
            let states = lines.entry((row.question, row.kind)).or_default();
            states.entry(answers.join(", ")).or_default().push(row.state.to_string());
        }
        let mut text = String::new();
        for ((question, kind), states) in lines {
            let _ = write!(text, "- `{question}`, {kind}:");
            for (at, (answers, states)) in states.iter().enumerate() {
                let gap = if at == 0 { "" } else { ";" };
                let _ = write!(text, "{gap} **{answers}** in {}", states.join(" / "));
            }
            text.push('\n');
        }
        text
    }
}
