//! [`Cursor`]: a line of a script, read from left to right.

use super::ParseError;

/// A position in one line. Columns count characters from 1.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    line: &'a str,
    at: usize,
    number: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(number: usize, line: &'a str) -> Self {
        Self { line, at: 0, number }
    }

    /// What is left, after blanks.
    pub(super) fn rest(&mut self) -> &'a str {
        let rest = &self.line[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        &self.line[self.at..]
    }

    pub(super) fn at_end(&mut self) -> bool {
        self.rest().is_empty()
    }

    /// "expected `what`" at this place.
    pub(super) fn expected<T>(&mut self, what: impl AsRef<str>) -> Result<T, ParseError> {
        let rest = self.rest();
        let found: String = match rest.chars().next() {
            None => "the end of the line".to_owned(),
            Some(first) if is_word(first) => {
                let word: String = rest.chars().take_while(|c| is_word(*c)).collect();
                format!("{word:?}")
            }
            Some(first) => format!("{:?}", first.to_string()),
        };
        Err(self.error(format!("expected {}, found {found}", what.as_ref())))
    }

    pub(super) fn error(&self, message: impl Into<String>) -> ParseError {
        // What is wrong is what comes next, not the blanks before it.
        let rest = &self.line[self.at..];
        let blanks = rest.len() - rest.trim_start().len();
        let column = self.line[..self.at + blanks].chars().count() + 1;
        ParseError { line: self.number, column, message: message.into(), text: self.line.to_owned() }
    }

    /// Takes this text if it is next. A word is taken only whole.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let rest = self.rest();
        let Some(after) = rest.strip_prefix(text) else { return false };
        let cuts_word = text.chars().next_back().is_some_and(is_word) && after.chars().next().is_some_and(is_word);
        if !cuts_word {
            self.at += text.len();
        }
        !cuts_word
    }

    pub(super) fn expect(&mut self, text: &str) -> Result<(), ParseError> {
        if self.eat(text) { Ok(()) } else { self.expected(format!("{text:?}")) }
    }

    /// The very next character, not after blanks.
    pub(super) fn next_char(&self) -> Option<char> {
        self.line[self.at..].chars().next()
    }

    /// Goes on by so many bytes.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Whether this text is next.
    pub(super) fn sees(&mut self, text: &str) -> bool {
        self.rest().starts_with(text)
    }

    /// The next word, `[A-Za-z_][A-Za-z0-9_]*`.
    pub(super) fn word(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        if !rest.starts_with(|c: char| is_word(c) && !c.is_ascii_digit()) {
            return None;
        }
        let len = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        self.at += len;
        Some(&rest[..len])
    }

    /// All up to one of these characters or the end.
    pub(super) fn until(&mut self, ends: &[char]) -> &'a str {
        let rest = self.rest();
        let len = rest.find(ends).unwrap_or(rest.len());
        self.at += len;
        rest[..len].trim_end()
    }

    /// A whole number, perhaps negative, perhaps hexadecimal.
    pub(super) fn integer(&mut self, what: &str) -> Result<i64, ParseError> {
        let begin = *self;
        let negative = self.eat("-");
        let rest = self.rest();
        let (digits, radix) = match rest.strip_prefix("0x") {
            Some(digits) => (digits, 16),
            None => (rest, 10),
        };
        let len = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
        match i64::from_str_radix(&digits[..len], radix) {
            Ok(number) if !digits[len..].starts_with(is_word) => {
                self.at += rest.len() - digits.len() + len;
                Ok(if negative { -number } else { number })
            }
            _ => {
                *self = begin;
                self.expected(what)
            }
        }
    }

    /// A whole number of a type.
    pub(super) fn number<T: TryFrom<i64>>(&mut self, what: &str) -> Result<T, ParseError> {
        let begin = *self;
        let number = self.integer(what)?;
        T::try_from(number).map_err(|_| begin.error(format!("expected {what}, found {number}, which is out of range")))
    }

    /// A sequence number: relative, so perhaps negative.
    pub(super) fn sequence(&mut self, what: &str) -> Result<u32, ParseError> {
        let begin = *self;
        let number = self.integer(what)?;
        if !(-(1 << 31)..1 << 32).contains(&number) {
            return Err(begin.error(format!("expected {what}, found {number}, which does not fit 32 bits")));
        }
        Ok(number as u32)
    }

    /// Text in double quotes, with the escapes `\n \r \t \0 \\ \" \xNN`.
    pub(super) fn string(&mut self) -> Result<Vec<u8>, ParseError> {
        self.expect("\"")?;
        let mut bytes = Vec::new();
        let mut chars = self.line[self.at..].char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += at + 1;
                    return Ok(bytes);
                }
                '\\' => match chars.next().map(|(_, c)| c) {
                    Some('n') => bytes.push(b'\n'),
                    Some('r') => bytes.push(b'\r'),
                    Some('t') => bytes.push(b'\t'),
                    Some('0') => bytes.push(0),
                    Some(quoted @ ('\\' | '"')) => bytes.push(quoted as u8),
                    Some('x') => {
                        let digits: String = chars.by_ref().take(2).map(|(_, c)| c).collect();
                        let byte = u8::from_str_radix(&digits, 16);
                        bytes.push(byte.map_err(|_| self.error("expected two hexadecimal digits after \\x"))?);
                    }
                    _ => return Err(self.error("expected one of \\n \\r \\t \\0 \\\\ \\\" \\xNN")),
                },
                c => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        Err(self.error("expected a closing quote on this line"))
    }

    pub(super) fn finish(&mut self) -> Result<(), ParseError> {
        if self.at_end() { Ok(()) } else { self.expected("the end of the line") }
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
