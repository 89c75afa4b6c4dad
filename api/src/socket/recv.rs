//! Receiving: `recv`, `recvfrom`, `recvmsg`.

use std::io::IoSliceMut;

use super::{Patience, Socket};
use crate::{Addr, Errno, Error, MsgFlags, Net, PollEvents, RecvMsg, Result};

/// Receiving.
impl<N: Net> Socket<N> {
    /// `recv(2)`: how many bytes were received; 0 is the end of a stream (or an empty datagram).
    ///
    /// Blocks until there is something to receive, or the stream has ended; in timeout mode for so long at most; in non-blocking mode
    /// not at all.
    ///
    /// # Errors
    ///
    /// `EAGAIN`, a timeout, `ECONNRESET`, `ECONNREFUSED`, `ENOTCONN`, `ETIMEDOUT`, and what the network reported since the last
    /// call.
    ///
    /// ```
    /// use wavetank_api::socketpair;
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// left.sendall(b"ahoy")?;
    /// let mut buf = [0; 16];
    /// let count = right.recv(&mut buf)?;
    /// assert_eq!(&buf[..count], b"ahoy");
    /// left.close()?;
    /// assert_eq!(right.recv(&mut buf)?, 0);
    /// # Ok(())
    /// # });
    /// ```
    #[inline]
    #[track_caller]
    #[doc(alias = "recv_into")]
    pub fn recv(&self, buf: &mut [u8]) -> Result<usize> {
        self.recv_with(buf, MsgFlags::empty())
    }

    /// `recv(2)` with flags.
    ///
    /// Blocks as [`recv`](Self::recv), unless the flags have [`MsgFlags::DONTWAIT`].
    ///
    /// # Errors
    ///
    /// Those of [`recv`](Self::recv), and `EINVAL` or `EOPNOTSUPP` for a flag.
    ///
    /// ```
    /// use wavetank_api::{Errno, MsgFlags, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// left.sendall(b"ahoy")?;
    /// let mut buf = [0; 16];
    /// assert_eq!(right.recv_with(&mut buf, MsgFlags::PEEK)?, 4);
    /// assert_eq!(right.recv_with(&mut buf, MsgFlags::DONTWAIT)?, 4);
    /// assert_eq!(right.recv_with(&mut buf, MsgFlags::DONTWAIT).unwrap_err(), Errno::EAGAIN);
    /// # Ok(())
    /// # });
    /// ```
    #[inline]
    #[track_caller]
    pub fn recv_with(&self, buf: &mut [u8], flags: MsgFlags) -> Result<usize> {
        match self.net.recv(&self.fd, buf, flags) {
            Err(error) => self.recv_after(error, buf, flags),
            done => done,
        }
    }

    #[cold]
    #[inline(never)]
    #[track_caller]
    fn recv_after(&self, error: Error, buf: &mut [u8], flags: MsgFlags) -> Result<usize> {
        retry!(after error, self, IN, self.net.recv(&self.fd, buf, flags))
    }

    /// [`recv`](Self::recv) into a new buffer of at most `size` bytes: the form that Python's `recv` has.
    ///
    /// Blocks as [`recv`](Self::recv).
    ///
    /// # Errors
    ///
    /// Those of [`recv`](Self::recv); `ENOMEM` for a size that no memory has.
    ///
    /// ```
    /// use wavetank_api::{Errno, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// left.sendall(b"ahoy there")?;
    /// assert_eq!(right.recv_vec(4)?, b"ahoy");
    /// assert_eq!(right.recv_vec(4096)?, b" there");
    /// assert_eq!(right.recv_vec(usize::MAX).unwrap_err(), Errno::ENOMEM);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn recv_vec(&self, size: usize) -> Result<Vec<u8>> {
        self.recv_vec_with(size, MsgFlags::empty())
    }

    /// [`recv_vec`](Self::recv_vec) with flags.
    ///
    /// Blocks as [`recv`](Self::recv), unless the flags have [`MsgFlags::DONTWAIT`].
    ///
    /// # Errors
    ///
    /// Those of [`recv_with`](Self::recv_with), and `ENOMEM`.
    ///
    /// ```
    /// use wavetank_api::{MsgFlags, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// left.sendall(b"ahoy")?;
    /// assert_eq!(right.recv_vec_with(4, MsgFlags::PEEK)?, b"ahoy");
    /// assert_eq!(right.recv_vec_with(4, MsgFlags::WAITALL)?, b"ahoy");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn recv_vec_with(&self, size: usize, flags: MsgFlags) -> Result<Vec<u8>> {
        let mut buf = new_buffer(size, "recv")?;
        let count = self.recv_with(&mut buf, flags)?;
        buf.truncate(count);
        Ok(buf)
    }

    /// `recvfrom(2)`: the count of bytes, and the sender; [`Addr::Unspec`] where there is none to tell, as on a stream.
    ///
    /// Blocks until there is something to receive, or the stream has ended; in timeout mode for so long at most; in non-blocking mode
    /// not at all.
    ///
    /// # Errors
    ///
    /// Those of [`recv`](Self::recv).
    ///
    /// ```
    /// use wavetank_api::{Family, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// let receiver = Socket::new(host, Family::INET, SockType::DGRAM)?;
    /// receiver.bind(&"127.0.0.1:53".parse().unwrap())?;
    /// let sender = Socket::new(host, Family::INET, SockType::DGRAM)?;
    /// sender.bind(&"127.0.0.1:1234".parse().unwrap())?;
    /// sender.sendto(b"ahoy", &receiver.getsockname()?)?;
    /// let mut buf = [0; 16];
    /// let (count, from) = receiver.recvfrom(&mut buf)?;
    /// assert_eq!((&buf[..count], from), (&b"ahoy"[..], sender.getsockname()?));
    /// # Ok(())
    /// # });
    /// ```
    #[inline]
    #[track_caller]
    #[doc(alias = "recvfrom_into")]
    pub fn recvfrom(&self, buf: &mut [u8]) -> Result<(usize, Addr)> {
        self.recvfrom_with(buf, MsgFlags::empty())
    }

    /// `recvfrom(2)` with flags.
    ///
    /// Blocks as [`recvfrom`](Self::recvfrom), unless the flags have [`MsgFlags::DONTWAIT`].
    ///
    /// # Errors
    ///
    /// Those of [`recv_with`](Self::recv_with).
    ///
    /// ```
    /// use wavetank_api::{Family, MsgFlags, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// let receiver = Socket::new(host, Family::INET, SockType::DGRAM)?;
    /// receiver.bind(&"127.0.0.1:53".parse().unwrap())?;
    /// let sender = Socket::new(host, Family::INET, SockType::DGRAM)?;
    /// sender.sendto(b"ahoy there", &receiver.getsockname()?)?;
    /// // How long the datagram is, though only four bytes of it fit.
    /// let (count, _) = receiver.recvfrom_with(&mut [0; 4], MsgFlags::TRUNC)?;
    /// assert_eq!(count, 10);
    /// # Ok(())
    /// # });
    /// ```
    #[inline]
    #[track_caller]
    pub fn recvfrom_with(&self, buf: &mut [u8], flags: MsgFlags) -> Result<(usize, Addr)> {
        let mut bufs = [IoSliceMut::new(buf)];
        let mut msg = RecvMsg::new(&mut bufs);
        match self.recvmsg(&mut msg, flags) {
            Ok(count) => Ok((count, msg.addr.unwrap_or(Addr::Unspec))),
            Err(error) => Err(error.with_call("recvfrom")),
        }
    }

    /// [`recvfrom`](Self::recvfrom) into a new buffer of at most `size` bytes: the form that Python's `recvfrom` has.
    ///
    /// Blocks as [`recvfrom`](Self::recvfrom), unless the flags have [`MsgFlags::DONTWAIT`].
    ///
    /// # Errors
    ///
    /// Those of [`recvfrom_with`](Self::recvfrom_with); `ENOMEM` for a size that no memory has.
    ///
    /// ```
    /// use wavetank_api::{Family, MsgFlags, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// let receiver = Socket::new(host, Family::INET, SockType::DGRAM)?;
    /// receiver.bind(&"127.0.0.1:53".parse().unwrap())?;
    /// let sender = Socket::new(host, Family::INET, SockType::DGRAM)?;
    /// sender.sendto(b"ahoy", &receiver.getsockname()?)?;
    /// let (data, from) = receiver.recvfrom_vec(16, MsgFlags::empty())?;
    /// assert_eq!((data, from.port()), (b"ahoy".to_vec(), sender.getsockname()?.port()));
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn recvfrom_vec(&self, size: usize, flags: MsgFlags) -> Result<(Vec<u8>, Addr)> {
        let mut buf = new_buffer(size, "recvfrom")?;
        let (count, from) = self.recvfrom_with(&mut buf, flags)?;
        buf.truncate(count);
        Ok((buf, from))
    }

    /// `recvmsg(2)`: scattered data, the sender, control messages, and flags.
    ///
    /// Blocks until there is something to receive, or the stream has ended; in timeout mode for so long at most; in non-blocking mode
    /// not at all.
    ///
    /// # Errors
    ///
    /// Those of [`recv_with`](Self::recv_with), and `EMSGSIZE` (too many buffers).
    ///
    /// ```
    /// use std::io::IoSliceMut;
    /// use wavetank_api::{Family, MsgFlags, RecvMsg, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// let receiver = Socket::new(host, Family::INET, SockType::DGRAM)?;
    /// receiver.bind(&"127.0.0.1:53".parse().unwrap())?;
    /// let sender = Socket::new(host, Family::INET, SockType::DGRAM)?;
    /// sender.sendto(b"ahoy there", &receiver.getsockname()?)?;
    /// let (mut first, mut second) = ([0; 4], [0; 2]);
    /// let mut bufs = [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
    /// let mut msg = RecvMsg::new(&mut bufs);
    /// assert_eq!(receiver.recvmsg(&mut msg, MsgFlags::empty())?, 6);
    /// assert!(msg.flags.contains(MsgFlags::TRUNC));
    /// assert_eq!((&first, &second), (b"ahoy", b" t"));
    /// # Ok(())
    /// # });
    /// ```
    #[inline]
    #[track_caller]
    pub fn recvmsg(&self, msg: &mut RecvMsg<'_, '_, N::Fd>, flags: MsgFlags) -> Result<usize> {
        retry!(self, IN, self.net.recvmsg(&self.fd, msg, flags))
    }
}

/// A buffer of that many bytes.
///
/// # Errors
///
/// `ENOMEM`, where an allocation would end the program.
pub(super) fn new_buffer(size: usize, call: &'static str) -> Result<Vec<u8>> {
    let no_room = || Error::new(Errno::ENOMEM, call);
    if size > SMALL {
        // Only asked: what is zeroed by the allocator is not touched.
        Vec::<u8>::new().try_reserve_exact(size).map_err(|_| no_room())?;
    }
    Ok(vec![0; size])
}

/// A size that is always there.
const SMALL: usize = 1 << 20;
