//! [`SocketFile`]: a buffered file over a socket, as Python's `makefile` gives one.

use std::io::{self, BufRead, Read, Write};
use std::str::FromStr;
use std::sync::Arc;

use super::{DecodeErrors, Newline, Socket, TextFile};
use crate::{Descriptor, Errno, Error, Net, Result};

/// Which directions a file of [`Socket::makefile`] has. From text: `"r"`, `"w"`, `"rw"`, in any order and with a `b` anywhere; that a
/// file
/// is binary or text is a matter of the method that makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileMode {
    /// `"r"`.
    Read,
    /// `"w"`.
    Write,
    /// `"rw"`.
    ReadWrite,
}

impl FileMode {
    const fn reads(self) -> bool {
        matches!(self, Self::Read | Self::ReadWrite)
    }

    const fn writes(self) -> bool {
        matches!(self, Self::Write | Self::ReadWrite)
    }
}

/// `EINVAL` for any letter but `r`, `w` and `b`; without `w` it is for reading.
impl FromStr for FileMode {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if !text.bytes().all(|byte| b"rwb".contains(&byte)) {
            return Err(Error::new(Errno::EINVAL, "makefile"));
        }
        Ok(match (text.contains('r'), text.contains('w')) {
            (true, true) => Self::ReadWrite,
            (false, true) => Self::Write,
            _ => Self::Read,
        })
    }
}

/// How much a file of [`Socket::makefile`] keeps before it asks, or tells, the socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Buffering {
    /// 8192 bytes each way, as Python's `io.DEFAULT_BUFFER_SIZE`.
    #[default]
    Default,
    /// Nothing: every read is a `recv`, every write a `send`.
    None,
    /// As the default, but a write that ends a line is sent at once.
    Line,
    /// So many bytes each way.
    Size(usize),
}

/// Bytes of a buffer.
const DEFAULT_SIZE: usize = 8192;
/// The largest buffer that is made: who asks for more gets this.
const MAX_SIZE: usize = 1 << 26;

impl Buffering {
    const fn size(self) -> usize {
        match self {
            Self::None => 0,
            Self::Default | Self::Line => DEFAULT_SIZE,
            Self::Size(size) if size < MAX_SIZE => size,
            Self::Size(_) => MAX_SIZE,
        }
    }
}

/// Files.
impl<N: Net> Socket<N> {
    /// A file over this socket, for bytes (Python's `makefile` with a `b` in the mode).
    ///
    /// The file shares the socket: its timeout, and its descriptor, which lives until the socket and all of its files are closed or
    /// dropped. [`close_shared`](Self::close_shared) is how a shared socket is closed.
    ///
    /// The socket should be in blocking mode, or have a timeout. In non-blocking mode a read or a write that would have to wait fails
    /// with
    /// `EAGAIN` ([`io::ErrorKind::WouldBlock`]) and loses nothing.
    ///
    /// # Errors
    ///
    /// `ENOMEM` for a buffer that no memory has.
    ///
    /// ```
    /// use std::io::{BufRead, Write};
    /// use std::sync::Arc;
    /// use wavetank_api::{Buffering, FileMode, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let left = Arc::new(left);
    /// let mut file = left.makefile(FileMode::ReadWrite, Buffering::Default)?;
    /// left.close_shared()?;
    ///
    /// right.sendall(b"one\ntwo\n")?;
    /// let mut line = String::new();
    /// file.read_line(&mut line)?;
    /// assert_eq!(line, "one\n");
    /// file.write_all(b"three")?;
    /// file.close()?;
    /// assert_eq!(right.recv_vec(16)?, b"three");
    /// // Its last user has closed the socket, and left a line unread.
    /// assert_eq!(right.recv_vec(16)?, b"");
    /// # Ok(())
    /// # });
    /// ```
    pub fn makefile(self: &Arc<Self>, mode: FileMode, buffering: Buffering) -> Result<SocketFile<N>> {
        let room = |wanted: bool| {
            let mut room = Vec::new();
            let size = if wanted { buffering.size() } else { 0 };
            room.try_reserve_exact(size).map(|()| room).map_err(|_| Error::new(Errno::ENOMEM, "makefile"))
        };
        Ok(SocketFile {
            socket: Arc::clone(self),
            mode,
            size: buffering.size(),
            line: buffering == Buffering::Line,
            inbox: room(mode.reads())?,
            taken: 0,
            outbox: room(mode.writes())?,
            timed_out: false,
        })
    }

    /// A file over this socket, for text in UTF-8 (Python's `makefile` without a `b` in the mode). Otherwise as
    /// [`makefile`](Self::makefile).
    ///
    /// It does not block; reading and writing the file do.
    ///
    /// # Errors
    ///
    /// `EINVAL` for [`Buffering::None`], because a character may be several bytes; those of [`makefile`](Self::makefile).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wavetank_api::{Buffering, DecodeErrors, FileMode, Newline, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let left = Arc::new(left);
    /// let mut file = left.makefile_text(FileMode::ReadWrite, Buffering::Line, DecodeErrors::Replace, Newline::CrLf)?;
    /// file.write_str("EHLO grüße\n")?;
    /// assert_eq!(right.recv_vec(64)?, "EHLO grüße\r\n".as_bytes());
    /// right.sendall(b"250 \xff\r\n")?;
    /// let mut line = String::new();
    /// file.read_line(&mut line)?;
    /// assert_eq!(line, "250 \u{fffd}\r\n");
    /// # Ok(())
    /// # });
    /// ```
    pub fn makefile_text(
        self: &Arc<Self>,
        mode: FileMode,
        buffering: Buffering,
        errors: DecodeErrors,
        newline: Newline,
    ) -> Result<TextFile<N>> {
        if buffering.size() == 0 {
            return Err(Error::new(Errno::EINVAL, "makefile"));
        }
        Ok(TextFile::new(self.makefile(mode, buffering)?, errors, newline))
    }

    /// Python's `socket.close()` for a socket that files share: closes the descriptor if this is the last that uses it; otherwise the
    /// last
    /// file does.
    ///
    /// Blocks as [`close`](Self::close), if it is the last.
    ///
    /// # Errors
    ///
    /// Those of [`close`](Self::close), if it is the last.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wavetank_api::{Buffering, Errno, FileMode, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let left = Arc::new(left);
    /// let file = left.makefile(FileMode::Read, Buffering::Default)?;
    /// left.close_shared()?;
    /// right.sendall(b"the file keeps it open")?;
    /// drop(file);
    /// assert_eq!(right.send(b"x").unwrap_err(), Errno::EPIPE);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn close_shared(self: Arc<Self>) -> Result<()> {
        Arc::into_inner(self).map_or(Ok(()), Self::close)
    }
}

/// A file over a socket: made by [`Socket::makefile`].
///
/// What is written is sent when the buffer is full, by `flush`, by [`close`](Self::close), and when the file is dropped, which ignores
/// errors. Reading does not flush: who asks and waits for the answer flushes first.
///
/// When the socket's timeout strikes a read, part of what was asked for may be in the buffer and part on its way. As in Python, every
/// later read fails: "cannot read from timed out object".
pub struct SocketFile<N: Net> {
    socket: Arc<Socket<N>>,
    mode: FileMode,
    /// Bytes that each buffer may have.
    size: usize,
    /// Whether the end of a line is sent at once.
    line: bool,
    inbox: Vec<u8>,
    /// Bytes of the inbox that were read: `taken <= inbox.len()`.
    taken: usize,
    outbox: Vec<u8>,
    timed_out: bool,
}

impl<N: Net> SocketFile<N> {
    /// The socket below (Python's `SocketIO`).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wavetank_api::{Buffering, FileMode, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let left = Arc::new(left);
    /// let file = left.makefile(FileMode::Read, Buffering::Default)?;
    /// assert_eq!(file.socket().getpeername()?, right.getsockname()?);
    /// # Ok(())
    /// # });
    /// ```
    pub const fn socket(&self) -> &Arc<Socket<N>> {
        &self.socket
    }

    /// The descriptor's number, which is the socket's (Python's `fileno`).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wavetank_api::{Buffering, FileMode, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let left = Arc::new(left);
    /// let file = left.makefile(FileMode::Read, Buffering::Default)?;
    /// assert_eq!(file.fileno(), left.fileno());
    /// # drop(right);
    /// # Ok(())
    /// # });
    /// ```
    pub fn fileno(&self) -> i32 {
        self.socket.fd.raw()
    }

    /// Whether it can be read (Python's `readable`).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wavetank_api::{Buffering, FileMode, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let left = Arc::new(left);
    /// assert!(!left.makefile(FileMode::Write, Buffering::Default)?.is_readable());
    /// # drop(right);
    /// # Ok(())
    /// # });
    /// ```
    pub const fn is_readable(&self) -> bool {
        self.mode.reads()
    }

    /// Whether it can be written (Python's `writable`).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wavetank_api::{Buffering, FileMode, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let left = Arc::new(left);
    /// assert!(left.makefile(FileMode::ReadWrite, Buffering::Default)?.is_writable());
    /// # drop(right);
    /// # Ok(())
    /// # });
    /// ```
    pub const fn is_writable(&self) -> bool {
        self.mode.writes()
    }

    pub(super) const fn is_line_buffered(&self) -> bool {
        self.line
    }

    /// What was received and not yet read (Python's `peek` without a wait).
    ///
    /// ```
    /// use std::io::BufRead;
    /// use std::sync::Arc;
    /// use wavetank_api::{Buffering, FileMode, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let left = Arc::new(left);
    /// let mut file = left.makefile(FileMode::Read, Buffering::Default)?;
    /// right.sendall(b"one\ntwo\n")?;
    /// file.read_line(&mut String::new())?;
    /// assert_eq!(file.buffer(), b"two\n");
    /// # Ok(())
    /// # });
    /// ```
    pub fn buffer(&self) -> &[u8] {
        &self.inbox[self.taken..]
    }

    /// Python's `close` of a file: sends what is buffered, and closes the descriptor if the socket and its other files are closed.
    ///
    /// Blocks until the buffer is sent, as [`Socket::send`] does.
    ///
    /// # Errors
    ///
    /// Those of sending, and those of [`Socket::close`]. The file is closed all the same.
    ///
    /// ```
    /// use std::io::Write;
    /// use std::sync::Arc;
    /// use wavetank_api::{Buffering, FileMode, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let left = Arc::new(left);
    /// let mut file = left.makefile(FileMode::Write, Buffering::Default)?;
    /// file.write_all(b"the last words")?;
    /// left.close_shared()?;
    /// file.close()?;
    /// assert_eq!(right.recv_vec(16)?, b"the last words");
    /// assert_eq!(right.recv_vec(16)?, b"");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn close(mut self) -> io::Result<()> {
        let flushed = self.send_buffered();
        self.outbox.clear();
        let socket = Arc::clone(&self.socket);
        drop(self);
        let closed = socket.close_shared();
        flushed.and(closed.map_err(io::Error::from))
    }

    /// One `recv`; refused after a timeout.
    #[track_caller]
    fn receive(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if !self.mode.reads() {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "the file is not open for reading"));
        }
        if self.timed_out {
            return Err(io::Error::other("cannot read from timed out object"));
        }
        let received = self.socket.recv(into);
        self.timed_out = received.as_ref().is_err_and(Error::is_timeout);
        Ok(received?)
    }

    /// Receives into the empty inbox, which has room for a byte even where nothing is buffered.
    #[track_caller]
    fn refill(&mut self) -> io::Result<()> {
        let mut inbox = std::mem::take(&mut self.inbox);
        self.taken = 0;
        inbox.resize(self.size.max(1), 0);
        let received = self.receive(&mut inbox);
        inbox.truncate(received.as_ref().map_or(0, |count| *count));
        self.inbox = inbox;
        received.map(drop)
    }

    /// Sends the outbox. What could not be sent stays.
    #[track_caller]
    fn send_buffered(&mut self) -> io::Result<()> {
        while !self.outbox.is_empty() {
            let sent = self.socket.send(&self.outbox)?;
            self.outbox.drain(..sent);
        }
        Ok(())
    }
}

impl<N: Net> Read for SocketFile<N> {
    #[track_caller]
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.buffer().is_empty() {
            if buf.len() >= self.size {
                return self.receive(buf);
            }
            self.refill()?;
        }
        let count = self.buffer().len().min(buf.len());
        buf[..count].copy_from_slice(&self.buffer()[..count]);
        self.taken += count;
        Ok(count)
    }
}

impl<N: Net> BufRead for SocketFile<N> {
    #[track_caller]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.buffer().is_empty() {
            self.refill()?;
        }
        Ok(self.buffer())
    }

    fn consume(&mut self, count: usize) {
        self.taken = self.inbox.len().min(self.taken.saturating_add(count));
    }
}

impl<N: Net> Write for SocketFile<N> {
    #[track_caller]
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if !self.mode.writes() {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "the file is not open for writing"));
        }
        if self.outbox.len() + data.len() > self.size {
            self.send_buffered()?;
        }
        if data.len() >= self.size {
            return Ok(self.socket.send(data)?);
        }
        self.outbox.extend_from_slice(data);
        if self.line && data.contains(&b'\n') {
            self.send_buffered()?;
        }
        Ok(data.len())
    }

    #[track_caller]
    fn flush(&mut self) -> io::Result<()> {
        self.send_buffered()
    }
}

impl<N: Net> Drop for SocketFile<N> {
    fn drop(&mut self) {
        // Who wants to know closes.
        drop(self.send_buffered());
    }
}

impl<N: Net> std::fmt::Debug for SocketFile<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SocketFile")
            .field("socket", &self.socket)
            .field("mode", &self.mode)
            .field("unread", &self.buffer().len())
            .field("unsent", &self.outbox.len())
            .finish()
    }
}
