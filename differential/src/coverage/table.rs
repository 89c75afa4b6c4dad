//! Tables of a [`Coverage`].

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::{Cell, Column, Coverage, Kind, Row};

/// How many cells of each call on each kind of socket were reached in both worlds.
struct ByCall {
    kinds: Vec<Kind>,
    /// Each call's name, and its cells on each of those kinds.
    calls: Vec<(String, Vec<usize>)>,
}

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

    fn by_call(&self) -> ByCall {
        let mut counts: BTreeMap<&str, BTreeMap<Kind, usize>> = BTreeMap::new();
        for (cell, _) in self.reached() {
            *counts.entry(cell.row.question.call_name()).or_default().entry(cell.row.kind).or_default() += 1;
        }
        let kinds: BTreeSet<Kind> = counts.values().flat_map(BTreeMap::keys).copied().collect();
        let row = |of: &BTreeMap<Kind, usize>| kinds.iter().map(|kind| of.get(kind).copied().unwrap_or(0)).collect();
        let calls = counts.iter().map(|(&call, of)| (call.to_owned(), row(of))).collect();
        ByCall { kinds: kinds.iter().copied().collect(), calls }
    }

    /// How many cells of each call on each kind of socket, as a table in Markdown, with nothing where a call was never made.
    pub fn markdown(&self) -> String {
        let ByCall { kinds, calls } = self.by_call();
        let mut text = String::from("| call | cells |");
        for kind in &kinds {
            let _ = write!(text, " {kind} |");
        }
        text.push_str("\n|---|---:|");
        text.push_str(&"---:|".repeat(kinds.len()));
        let mut line = |name: &str, counts: &[usize]| {
            let _ = write!(text, "\n| {name} | {} |", counts.iter().sum::<usize>());
            for &count in counts {
                match count {
                    0 => text.push_str(" |"),
                    count => {
                        let _ = write!(text, " {count} |");
                    }
                }
            }
        };
        for (call, counts) in &calls {
            line(&format!("`{call}`"), counts);
        }
        let all: Vec<usize> = (0..kinds.len()).map(|kind| calls.iter().map(|(_, counts)| counts[kind]).sum()).collect();
        line("all", &all);
        text.push('\n');
        text
    }

    /// [The same](Self::markdown) for the conformance page: a table of `fixtures/conformance/`.
    pub fn tsv(&self) -> String {
        let ByCall { kinds, calls } = self.by_call();
        let mut text = format!(
            "# Found by random programs: Cells of behaviour\n\
             ## A cell is a call on a kind of socket in a state, and its answer: {} that random programs have reached in both worlds, which \
             answered alike. `fixtures/coverage/reached.txt` names each, and its README the states.\n\
             call\tcells",
            self.len()
        );
        for kind in &kinds {
            let _ = write!(text, "\t{kind}");
        }
        for (call, counts) in &calls {
            let _ = write!(text, "\n`{call}`\t{}", counts.iter().sum::<usize>());
            for &count in counts {
                let _ = if count == 0 { write!(text, "\t") } else { write!(text, "\t{count}") };
            }
        }
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
