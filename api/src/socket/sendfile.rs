//! `sendfile`: a file over a stream.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};

use super::{Patience, Socket};
use crate::{Errno, Error, Net, PollEvents, Result, SockType};

/// What [`Socket::sendfile`] can send: something with bytes and a position. A [`File`] is sent by the kernel where it can.
///
/// A type of your own needs no more than `impl SendFile for Mine {}`.
pub trait SendFile: Read + Seek {
    /// The file of the operating system whose bytes, at the same positions, these are.
    fn as_file(&self) -> Option<&File> {
        None
    }
}

impl SendFile for File {
    fn as_file(&self) -> Option<&File> {
        Some(self)
    }
}

impl SendFile for &File {
    fn as_file(&self) -> Option<&File> {
        Some(self)
    }
}

/// What is buffered is dropped.
impl<F: SendFile> SendFile for BufReader<F> {
    fn as_file(&self) -> Option<&File> {
        self.get_ref().as_file()
    }
}

impl<T: AsRef<[u8]>> SendFile for Cursor<T> {}

impl<F: SendFile + ?Sized> SendFile for &mut F {
    fn as_file(&self) -> Option<&File> {
        (**self).as_file()
    }
}

/// The most that one call is asked to send: 1 GiB, below every limit of `sendfile(2)`.
const MOST: u64 = 1 << 30;
/// Bytes read at once where the kernel does not do it.
const BLOCK: u64 = 64 * 1024;

/// Files.
impl<N: Net> Socket<N> {
    /// Sends a file from `offset` on, to its end or `count` bytes of it, and returns how many bytes were sent (Python's `sendfile`). By
    /// `sendfile(2)`, without a copy through the program; where that is not there (a simulation, Windows), or the file is not one
    /// that it
    /// can send, by reading and `send(2)`.
    ///
    /// The file's position is behind the last byte sent, afterwards and also after an error, which so tells how many were sent. In
    /// timeout
    /// mode each wait for room may take that long.
    ///
    /// # Errors
    ///
    /// `EINVAL` on a socket that is not a stream, on a non-blocking one, and for a `count` of 0; a timeout; those of
    /// [`send`](Self::send); those of reading the file.
    ///
    /// ```
    /// use std::io::Cursor;
    /// use wavetank_api::{Errno, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// // In the real world this would rather be a `std::fs::File`.
    /// let mut file = Cursor::new(b"Mary had a little lamb");
    /// assert_eq!(left.sendfile(&mut file, 5, None)?, 17);
    /// assert_eq!(right.recv_vec(64)?, b"had a little lamb");
    /// assert_eq!(file.position(), 22);
    ///
    /// left.setblocking(false)?;
    /// assert_eq!(left.sendfile(&mut file, 0, None).unwrap_err(), Errno::EINVAL);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn sendfile<F: SendFile + ?Sized>(&self, file: &mut F, offset: u64, count: Option<u64>) -> Result<u64> {
        if self.kind != SockType::STREAM || !self.getblocking() || count == Some(0) {
            return Err(Error::new(Errno::EINVAL, "sendfile"));
        }
        let mut sent = 0;
        let done = match self.sendfile_by_kernel(file, offset, count, &mut sent) {
            Err(error) if sent == 0 && gives_up(&error) => self.sendfile_by_send(file, offset, count, &mut sent),
            done => done,
        };
        if sent > 0 {
            file.seek(SeekFrom::Start(offset + sent)).map_err(of_file)?;
        }
        done.map(|()| sent)
    }

    #[track_caller]
    fn sendfile_by_kernel<F: SendFile + ?Sized>(
        &self,
        file: &F,
        offset: u64,
        count: Option<u64>,
        sent: &mut u64,
    ) -> Result<()> {
        let file = file.as_file().ok_or_else(|| Error::new(Errno::ENOSYS, "sendfile"))?;
        loop {
            let want = count.map_or(MOST, |count| (count - *sent).min(MOST));
            if want == 0 {
                return Ok(());
            }
            let from = offset + *sent;
            match retry!(self, OUT, self.net.sendfile(&self.fd, file, from, want as usize))? {
                0 => return Ok(()),
                more => *sent += more as u64,
            }
        }
    }

    #[track_caller]
    fn sendfile_by_send<F: SendFile + ?Sized>(
        &self,
        file: &mut F,
        offset: u64,
        count: Option<u64>,
        sent: &mut u64,
    ) -> Result<()> {
        file.seek(SeekFrom::Start(offset)).map_err(of_file)?;
        let mut block = vec![0; count.unwrap_or(BLOCK).min(BLOCK) as usize];
        loop {
            let want = count.map_or(BLOCK, |count| (count - *sent).min(BLOCK)) as usize;
            let filled = read_some(file, &mut block[..want]).map_err(of_file)?;
            if filled == 0 {
                return Ok(());
            }
            let mut rest = &block[..filled];
            while !rest.is_empty() {
                let more = self.send(rest)?;
                *sent += more as u64;
                rest = &rest[more..];
            }
        }
    }
}

/// Whether the kernel cannot send this file, so that reading it may help.
fn gives_up(error: &Error) -> bool {
    [Errno::ENOSYS, Errno::EINVAL, Errno::EOPNOTSUPP, Errno::EOVERFLOW, Errno::ESPIPE]
        .into_iter()
        .any(|errno| error.is(errno))
}

fn read_some<F: Read + ?Sized>(file: &mut F, block: &mut [u8]) -> std::io::Result<usize> {
    loop {
        match file.read(block) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

fn of_file(error: std::io::Error) -> Error {
    Error::from(error).with_call("sendfile")
}
