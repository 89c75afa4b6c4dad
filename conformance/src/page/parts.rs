//! What a page is made of: sections, tables, rows, cells; and how a text with `` `code` `` in it becomes a cell.

use crate::Verdict;

/// A heading, and what is below it.
#[derive(Clone, Debug)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// What there is to say before the tables, a paragraph each, with `` `code` `` in it.
    pub text: Vec<String>,
    /// The tables.
    pub tables: Vec<Table>,
}

/// A table, and its own heading if there are several in the section.
#[derive(Clone, Debug)]
pub struct Table {
    /// The heading; empty if the section's will do.
    pub title: String,
    /// What there is to say before it.
    pub text: String,
    /// The names of the columns.
    pub head: Vec<String>,
    /// The columns that only HTML has room for, by their number.
    pub wide: Vec<usize>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// One for each column.
    pub cells: Vec<Cell>,
    /// The case that it is about, where others can point at it.
    pub case: Option<&'static str>,
}

/// What stands in a row below a column's name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cell(pub Vec<Span>);

/// A part of a cell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Span {
    /// Plain.
    Text(String),
    /// As code.
    Code(String),
    /// The name of a case.
    Case(&'static str),
    /// A new line.
    Break,
    /// A word that says how something ended, and is coloured.
    Verdict(Verdict, String),
}

impl Section {
    /// A section with these tables.
    pub fn new(title: &str, text: &[&str], tables: Vec<Table>) -> Self {
        let text = text.iter().map(|&text| text.to_owned()).collect();
        Self {
            title: title.to_owned(),
            text,
            tables: tables.into_iter().filter(|table| !table.rows.is_empty()).collect(),
        }
    }
}

impl Table {
    /// A table without rows yet.
    pub fn new<S: AsRef<str>>(title: &str, head: impl IntoIterator<Item = S>) -> Self {
        let head = head.into_iter().map(|name| name.as_ref().to_owned()).collect();
        Self { title: title.to_owned(), text: String::new(), head, wide: Vec::new(), rows: Vec::new() }
    }

    /// Has one row more.
    pub fn push(&mut self, cells: Vec<Cell>) {
        self.rows.push(Row { cells, case: None });
    }

    /// With these rows.
    #[must_use]
    pub fn rows<C: Into<Cell>>(self, rows: impl IntoIterator<Item = Vec<C>>) -> Self {
        let row = |cells: Vec<C>| Row { cells: cells.into_iter().map(Into::into).collect(), case: None };
        let rows = rows.into_iter().map(row).collect();
        Self { rows, ..self }
    }

    /// With these columns, by their number, in HTML only.
    #[must_use]
    pub fn wide(self, columns: &[usize]) -> Self {
        Self { wide: columns.to_vec(), ..self }
    }

    /// With this said before it.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        Self { text: text.to_owned(), ..self }
    }

    /// Reads a table that another program made: `# section: title`, lines `## ` of text, the names of the columns, and then the rows, with
    /// tabs between the cells. The first of the two is the name of its section.
    ///
    /// # Errors
    ///
    /// The line that does not fit.
    pub fn parse(text: &str) -> Result<(String, Self), String> {
        let mut lines = text.lines().peekable();
        let first = lines.next().and_then(|line| line.strip_prefix("# ")?.split_once(": "));
        let (section, title) = first.ok_or("it does not begin with `# section: title`")?;
        let mut said = Vec::new();
        while let Some(line) = lines.next_if(|line| line.starts_with("## ")) {
            said.push(&line[3..]);
        }
        let head: Vec<_> = lines.next().ok_or("no names of columns")?.split('\t').collect();
        let mut rows = Vec::new();
        for line in lines.filter(|line| !line.is_empty()) {
            let cells: Vec<_> = line.split('\t').collect();
            if cells.len() != head.len() {
                return Err(format!("{} cells below {} columns: {line}", cells.len(), head.len()));
            }
            rows.push(cells);
        }
        Ok((section.to_owned(), Self::new(title, head).text(&said.join(" ")).rows(rows)))
    }
}

impl Row {
    /// The verdicts in it, each once.
    pub fn verdicts(&self) -> Vec<Verdict> {
        let spans = self.cells.iter().flat_map(|cell| &cell.0);
        let mut verdicts: Vec<_> = spans
            .filter_map(|span| match span {
                Span::Verdict(verdict, _) => Some(*verdict),
                _ => None,
            })
            .collect();
        verdicts.sort_unstable();
        verdicts.dedup();
        verdicts
    }
}

impl Cell {
    /// The end of something.
    pub fn verdict(verdict: Verdict, text: &str) -> Self {
        Self(vec![Span::Verdict(verdict, text.to_owned())])
    }

    /// As code.
    pub fn code(text: &str) -> Self {
        Self(vec![Span::Code(text.to_owned())])
    }

    /// The names of cases.
    pub fn cases(cases: &[&'static str]) -> Self {
        cases.iter().map(|case| Self(vec![Span::Case(case)])).fold(Self::default(), Self::and)
    }

    /// Followed by that.
    #[must_use]
    pub fn followed(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Followed by these words.
    #[must_use]
    pub fn then(mut self, link: &str, text: &str) -> Self {
        self.0.push(Span::Text(format!("{link}{text}")));
        self
    }

    /// Followed by that, after a comma if there is something.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        if !self.0.is_empty() && !other.0.is_empty() {
            self.0.push(Span::Text(", ".to_owned()));
        }
        self.0.extend(other.0);
        self
    }
}

/// Several words of code, with commas between.
pub(super) fn code_list<'a>(words: impl IntoIterator<Item = &'a str>) -> Cell {
    words.into_iter().map(Cell::code).fold(Cell::default(), Cell::and)
}

/// Whether one of the words of a text is that; an underscore belongs to a word.
pub(super) fn has_word(text: &str, wanted: &str) -> bool {
    text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_').any(|word| word == wanted)
}

/// The topics of cases, in the cases' order.
pub(super) fn topics(cases: &[&'static str]) -> Cell {
    let mut topics: Vec<_> = cases.iter().map(|case| crate::case::topic(case)).collect();
    topics.dedup();
    code_list(topics)
}

/// What stands between two backticks is code. A backtick without another is itself.
pub(super) fn spans(text: &str) -> Vec<Span> {
    let (mut spans, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once('`')
        && let Some((code, after)) = after.split_once('`')
    {
        spans.push(Span::Text(before.to_owned()));
        spans.push(Span::Code(code.to_owned()));
        rest = after;
    }
    spans.push(Span::Text(rest.to_owned()));
    spans.retain(|span| *span != Span::Text(String::new()));
    spans
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self(spans(text))
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self(spans(&text))
    }
}
