//! A page as one file of HTML: nothing is loaded from elsewhere, and what `page.js` does is to hide rows.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    Cell, Page, Row, Section, Table,
    parts::{Span, spans},
};
use crate::Verdict;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

impl Page {
    /// The page as a document of HTML.
    pub fn html(&self) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { "wavetank: " (self.title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header {
                        h1 { "wavetank: " (self.title) }
                        @for paragraph in &self.head { p { (text(paragraph)) } }
                        nav {
                            @for section in &self.sections { a href={ "#" (anchor(&section.title)) } { (section.title) } " " }
                        }
                    }
                    form #filter {
                        label { "Rows with " input #words type="search" placeholder="connect ECONNREFUSED" autocomplete="off"; }
                        label {
                            "that "
                            select #verdict {
                                option value="" { "say anything" }
                                option value="other" { "did not simply pass" }
                                @for verdict in Verdict::ALL { option value=(verdict.name()) { "say " (verdict.name()) } }
                            }
                        }
                        output #shown {}
                    }
                    main { @for section in &self.sections { (block(section)) } }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        };
        page.into_string()
    }
}

fn block(section: &Section) -> Markup {
    html! {
        section id=(anchor(&section.title)) {
            h2 { (section.title) }
            @for paragraph in &section.text { p { (text(paragraph)) } }
            @for table in &section.tables { (table_block(table)) }
        }
    }
}

fn table_block(table: &Table) -> Markup {
    html! {
        div.block {
            @if !table.title.is_empty() { h3 { (marked(&spans(&table.title))) " " small { (table.rows.len()) } } }
            @if !table.text.is_empty() { p { (text(&table.text)) } }
            table {
                thead { tr { @for name in &table.head { th scope="col" { (marked(&spans(name))) } } } }
                tbody { @for row in &table.rows { (line(row)) } }
            }
        }
    }
}

fn line(row: &Row) -> Markup {
    let verdicts: Vec<_> = row.verdicts().into_iter().map(Verdict::name).collect();
    html! {
        tr id=[row.case.map(anchor)] data-verdicts=(verdicts.join(" ")) {
            @for Cell(spans) in &row.cells { td { (marked(spans)) } }
        }
    }
}

fn marked(spans: &[Span]) -> Markup {
    html! {
        @for span in spans {
            @match span {
                Span::Text(text) => (text),
                Span::Code(code) => code { (code) },
                Span::Case(case) => a href={ "#" (anchor(case)) } { code { (case) } },
                Span::Verdict(verdict, word) => span class=(verdict.name()) { (word) },
                Span::Break => br;,
            }
        }
    }
}

/// A paragraph, in which `[words](file)` is a file beside the Markdown: here only its words.
fn text(paragraph: &str) -> Markup {
    let mut words = String::new();
    let mut rest = paragraph;
    while let Some((before, after)) = rest.split_once('[')
        && let Some((link, after)) = after.split_once("](")
        && let Some((_, after)) = after.split_once(')')
    {
        words.push_str(before);
        words.push_str(link);
        rest = after;
    }
    words.push_str(rest);
    marked(&spans(&words.replace('*', "")))
}

/// What a link within the page points at: `connect::to_a_listener`, `permitted-differences`.
fn anchor(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}
