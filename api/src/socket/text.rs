//! [`TextFile`]: text in UTF-8 over a socket, as Python's `makefile` gives it without a `b` in the mode.

use std::io::{self, BufRead, Write};

use super::SocketFile;
use crate::Net;

/// What ends a line, and what becomes of it: Python's `newline`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Newline {
    /// `None`: reading, `\n`, `\r` and `\r\n` end a line, and each becomes `\n`; writing, `\n` becomes the system's.
    #[default]
    Universal,
    /// `''`: reading, each of the three ends a line, and stays as it is; writing, `\n` stays.
    Untranslated,
    /// `'\n'`: it alone ends a line.
    Lf,
    /// `'\r'`: it alone ends a line; writing, `\n` becomes it.
    Cr,
    /// `'\r\n'`: it alone ends a line; writing, `\n` becomes it.
    CrLf,
}

/// What becomes of bytes that are no UTF-8: Python's `errors`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DecodeErrors {
    /// `'strict'`: the read fails with [`io::ErrorKind::InvalidData`].
    #[default]
    Strict,
    /// `'replace'`: they become U+FFFD.
    Replace,
    /// `'ignore'`: they are left away.
    Ignore,
}

/// The system's end of line.
const LINE_END: &str = if cfg!(windows) { "\r\n" } else { "\n" };

/// A text file over a socket: made by [`Socket::makefile_text`](crate::Socket::makefile_text).
///
/// Everything that is said of [`SocketFile`] holds for it.
#[derive(Debug)]
pub struct TextFile<N: Net> {
    file: SocketFile<N>,
    errors: DecodeErrors,
    newline: Newline,
    /// Bytes of a character that is not all there yet, and how many they are.
    partial: ([u8; 4], usize),
    /// A `\r` was read as the end of a line: a `\n` that comes next belongs to it.
    after_cr: bool,
    /// A character that was read to see whether it belongs to the line before.
    ahead: Option<char>,
}

impl<N: Net> TextFile<N> {
    pub(super) const fn new(file: SocketFile<N>, errors: DecodeErrors, newline: Newline) -> Self {
        Self { file, errors, newline, partial: ([0; 4], 0), after_cr: false, ahead: None }
    }

    /// The file of bytes below (Python's `buffer`). What is read there is missing here.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wavetank_api::{Buffering, DecodeErrors, FileMode, Newline, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let left = Arc::new(left);
    /// let mut file = left.makefile_text(FileMode::ReadWrite, Buffering::Default, DecodeErrors::Strict, Newline::Universal)?;
    /// file.write_str("text, ")?;
    /// std::io::Write::write_all(file.get_mut(), b"bytes")?;
    /// file.flush()?;
    /// assert_eq!(right.recv_vec(16)?, b"text, bytes");
    /// # Ok(())
    /// # });
    /// ```
    pub const fn get_mut(&mut self) -> &mut SocketFile<N> {
        &mut self.file
    }

    /// Python's `readline`: adds a line to `line`, with its end; 0 is the end of the stream. How many bytes of text were added is
    /// returned. The last line may
    /// have no end.
    ///
    /// # Errors
    ///
    /// Those of receiving; [`io::ErrorKind::InvalidData`] for what is no UTF-8. What was read of the line by then is in `line`.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wavetank_api::{Buffering, DecodeErrors, FileMode, Newline, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let left = Arc::new(left);
    /// let mut file = left.makefile_text(FileMode::ReadWrite, Buffering::Default, DecodeErrors::Strict, Newline::Universal)?;
    /// right.sendall("grüße\r\nnoch".as_bytes())?;
    /// let mut line = String::new();
    /// file.read_line(&mut line)?;
    /// assert_eq!(line, "grüße\n");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn read_line(&mut self, line: &mut String) -> io::Result<usize> {
        let start = line.len();
        while let Some(letter) = self.next_char()? {
            line.push(letter);
            if self.ends_line(&line[start..])? {
                break;
            }
        }
        Ok(line.len() - start)
    }

    /// Python's `read`: at most `count` characters; fewer only at the end of the stream.
    ///
    /// # Errors
    ///
    /// Those of [`read_line`](Self::read_line).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wavetank_api::{Buffering, DecodeErrors, FileMode, Newline, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let left = Arc::new(left);
    /// let mut file = left.makefile_text(FileMode::ReadWrite, Buffering::Default, DecodeErrors::Strict, Newline::Universal)?;
    /// right.sendall("grüße".as_bytes())?;
    /// assert_eq!(file.read(4)?, "grüß");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn read(&mut self, count: usize) -> io::Result<String> {
        let mut text = String::new();
        for _ in 0..count {
            let Some(letter) = self.next_char()? else { break };
            text.push(letter);
        }
        Ok(text)
    }

    /// Python's `read()`: all the rest, up to the end of the stream.
    ///
    /// # Errors
    ///
    /// Those of [`read_line`](Self::read_line).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wavetank_api::{Buffering, DecodeErrors, FileMode, Newline, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let left = Arc::new(left);
    /// let mut file = left.makefile_text(FileMode::ReadWrite, Buffering::Default, DecodeErrors::Strict, Newline::Universal)?;
    /// right.sendall(b"one\ntwo")?;
    /// right.close()?;
    /// let mut all = String::new();
    /// file.read_to_string(&mut all)?;
    /// assert_eq!(all, "one\ntwo");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn read_to_string(&mut self, text: &mut String) -> io::Result<usize> {
        let start = text.len();
        while let Some(letter) = self.next_char()? {
            text.push(letter);
        }
        Ok(text.len() - start)
    }

    /// Python's `write`: writes text, with its ends of lines as [`Newline`] says.
    ///
    /// # Errors
    ///
    /// Those of sending.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wavetank_api::{Buffering, DecodeErrors, FileMode, Newline, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let left = Arc::new(left);
    /// let mut file = left.makefile_text(FileMode::Write, Buffering::Line, DecodeErrors::Strict, Newline::CrLf)?;
    /// file.write_str("QUIT\n")?;
    /// assert_eq!(right.recv_vec(16)?, b"QUIT\r\n");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn write_str(&mut self, text: &str) -> io::Result<()> {
        let end = match self.newline {
            Newline::Universal => LINE_END,
            Newline::Untranslated | Newline::Lf => "\n",
            Newline::Cr => "\r",
            Newline::CrLf => "\r\n",
        };
        match end {
            "\n" => self.write_bytes(text.as_bytes())?,
            end => self.write_bytes(text.replace('\n', end).as_bytes())?,
        }
        // An end of line that is no `\n` any more must still be seen to be one.
        if self.file.is_line_buffered() && text.contains(['\n', '\r']) { self.file.flush() } else { Ok(()) }
    }

    #[track_caller]
    fn write_bytes(&mut self, mut data: &[u8]) -> io::Result<()> {
        while !data.is_empty() {
            match self.file.write(data)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => data = &data[count..],
            }
        }
        Ok(())
    }

    /// Python's `flush`: sends what is buffered.
    ///
    /// # Errors
    ///
    /// Those of sending.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wavetank_api::{Buffering, DecodeErrors, FileMode, Newline, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let left = Arc::new(left);
    /// let mut file = left.makefile_text(FileMode::ReadWrite, Buffering::Default, DecodeErrors::Strict, Newline::Universal)?;
    /// file.write_str("no line yet")?;
    /// file.flush()?;
    /// assert_eq!(right.recv_vec(16)?, b"no line yet");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    /// Python's `close`: [`SocketFile::close`].
    ///
    /// Blocks until the buffer is sent.
    ///
    /// # Errors
    ///
    /// Those of [`SocketFile::close`].
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wavetank_api::{Buffering, DecodeErrors, FileMode, Newline, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let left = Arc::new(left);
    /// let mut file = left.makefile_text(FileMode::ReadWrite, Buffering::Default, DecodeErrors::Strict, Newline::Universal)?;
    /// file.write_str("the end")?;
    /// file.close()?;
    /// assert_eq!(right.recv_vec(16)?, b"the end");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn close(self) -> io::Result<()> {
        self.file.close()
    }

    /// Whether this is a whole line.
    #[track_caller]
    fn ends_line(&mut self, line: &str) -> io::Result<bool> {
        Ok(match self.newline {
            Newline::Universal | Newline::Lf => line.ends_with('\n'),
            Newline::Cr => line.ends_with('\r'),
            Newline::CrLf => line.ends_with("\r\n"),
            // Whether a `\n` belongs to the `\r` is seen when the next byte has come.
            Newline::Untranslated => line.ends_with('\n') || line.ends_with('\r') && !self.lf_is_next()?,
        })
    }

    /// Whether a `\n` comes next, where what is left away does not count.
    #[track_caller]
    fn lf_is_next(&mut self) -> io::Result<bool> {
        if self.errors != DecodeErrors::Ignore {
            return Ok(self.file.fill_buf()?.first() == Some(&b'\n'));
        }
        self.ahead = self.decode()?;
        Ok(self.ahead == Some('\n'))
    }

    /// The next character, its end of line translated. Told of a `\r` at once: whether a `\n` follows is looked at when it has come.
    #[track_caller]
    fn next_char(&mut self) -> io::Result<Option<char>> {
        if self.newline != Newline::Universal {
            return if self.ahead.is_some() { Ok(self.ahead.take()) } else { self.decode() };
        }
        loop {
            let letter = self.decode()?;
            let follows_cr = std::mem::replace(&mut self.after_cr, letter == Some('\r'));
            match letter {
                Some('\n') if follows_cr => {}
                Some('\r') => return Ok(Some('\n')),
                letter => return Ok(letter),
            }
        }
    }

    /// The next character of UTF-8 (RFC 3629 section 4); `None` at the end of the stream.
    ///
    /// Bytes that begin no character, and the longest beginning of one that does not go on, are one mistake each (Unicode section 3.9,
    /// "maximal subparts").
    #[track_caller]
    fn decode(&mut self) -> io::Result<Option<char>> {
        loop {
            let next = self.file.fill_buf()?.first().copied();
            let (bytes, len) = &mut self.partial;
            if next.is_none() && *len == 0 {
                return Ok(None);
            }
            let goes_on = next.filter(|&byte| may_follow(&bytes[..*len], byte));
            if let Some(byte) = goes_on {
                bytes[*len] = byte;
                *len += 1;
                self.file.consume(1);
                let (bytes, len) = &mut self.partial;
                if let Some(letter) = std::str::from_utf8(&bytes[..*len]).ok().and_then(|text| text.chars().next()) {
                    *len = 0;
                    return Ok(Some(letter));
                }
                continue;
            }
            // What there is of a character does not go on; or there is nothing of it, and the byte begins none.
            if *len == 0 {
                self.file.consume(1);
            }
            self.partial.1 = 0;
            match self.errors {
                DecodeErrors::Strict => {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "the stream is no UTF-8"));
                }
                DecodeErrors::Replace => return Ok(Some(char::REPLACEMENT_CHARACTER)),
                DecodeErrors::Ignore => {}
            }
        }
    }
}

/// Whether a character can have this byte after those: the table of RFC 3629 section 4.
fn may_follow(before: &[u8], byte: u8) -> bool {
    match before {
        [] => matches!(byte, 0..=0x7f | 0xc2..=0xf4),
        [0xe0] => matches!(byte, 0xa0..=0xbf),
        [0xed] => matches!(byte, 0x80..=0x9f),
        [0xf0] => matches!(byte, 0x90..=0xbf),
        [0xf4] => matches!(byte, 0x80..=0x8f),
        _ => matches!(byte, 0x80..=0xbf),
    }
}
