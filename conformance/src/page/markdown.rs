//! A page as Markdown, as GitHub and GitLab read it: tables, and no line that is longer than its row.

use std::fmt::Write as _;

use super::{
    Cell, Page, Table,
    parts::{Span, spans},
};

impl Page {
    /// The page as text.
    pub fn markdown(&self) -> String {
        let mut text = format!("# {}\n", self.title);
        // Writing to a text cannot fail.
        for paragraph in &self.head {
            let _ = write!(text, "\n{paragraph}\n");
        }
        for section in &self.sections {
            let _ = write!(text, "\n## {}\n", section.title);
            for paragraph in &section.text {
                let _ = write!(text, "\n{paragraph}\n");
            }
            section.tables.iter().for_each(|table| write_table(&mut text, table));
        }
        text
    }
}

fn write_table(text: &mut String, table: &Table) {
    if !table.title.is_empty() {
        let _ = write!(text, "\n### {}\n", cell(&spans(&table.title)));
    }
    if !table.text.is_empty() {
        let _ = write!(text, "\n{}\n", table.text);
    }
    let _ = writeln!(text);
    let narrow = |cells: Vec<String>| {
        let kept = cells.into_iter().enumerate().filter(|(column, _)| !table.wide.contains(column));
        kept.map(|(_, cell)| cell).collect::<Vec<_>>()
    };
    let head = narrow(table.head.iter().map(|name| cell(&spans(name))).collect());
    let _ = writeln!(text, "| {} |\n|{}", head.join(" | "), "---|".repeat(head.len()));
    for row in &table.rows {
        let _ = writeln!(text, "| {} |", narrow(row.cells.iter().map(|Cell(spans)| cell(spans)).collect()).join(" | "));
    }
}

fn cell(spans: &[Span]) -> String {
    let mut text = String::new();
    for span in spans {
        match span {
            Span::Text(plain) => text.push_str(&escaped(plain)),
            Span::Code(code) => text.push_str(&format!("`{}`", code.replace('|', "\\|"))),
            Span::Case(case) => text.push_str(&format!("`{case}`")),
            Span::Verdict(_, word) => text.push_str(&escaped(word)),
            Span::Break => text.push_str("<br>"),
        }
    }
    text.replace('\n', " ")
}

/// What would mean something stands for itself. An underscore inside a word means nothing.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '`' | '*' | '[' | '<' | '|' | '~') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
