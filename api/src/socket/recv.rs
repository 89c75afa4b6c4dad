//! Receiving: `recv`, `recvfrom`, `recvmsg`.

use std::io::IoSliceMut;

use super::{Patience, Socket};
use crate::{Addr, MsgFlags, Net, PollEvents, RecvMsg, Result};

/// Receiving.
impl<N: Net> Socket<N> {
    /// `recv(2)`: how many bytes were received; 0 is the end of a stream (or an empty datagram).
    ///
    /// # Errors
    ///
    /// `EAGAIN`, a timeout, `ECONNRESET`, `ECONNREFUSED`, `ENOTCONN`, `ETIMEDOUT`, and what the network reported since the last
    /// call.
    #[inline]
    #[track_caller]
    #[doc(alias = "recv_into")]
    pub fn recv(&self, buf: &mut [u8]) -> Result<usize> {
        self.recv_with(buf, MsgFlags::empty())
    }

    /// `recv(2)` with flags.
    ///
    /// # Errors
    ///
    /// Those of [`recv`](Self::recv), and `EINVAL` or `EOPNOTSUPP` for a flag.
    #[inline]
    #[track_caller]
    pub fn recv_with(&self, buf: &mut [u8], flags: MsgFlags) -> Result<usize> {
        retry!(self, IN, self.net.recv(&self.fd, buf, flags))
    }

    /// [`recv`](Self::recv) into a new buffer of at most `size` bytes: the form that Python's `recv` has.
    ///
    /// # Errors
    ///
    /// Those of [`recv`](Self::recv).
    #[track_caller]
    pub fn recv_vec(&self, size: usize) -> Result<Vec<u8>> {
        let mut buf = vec![0; size];
        let count = self.recv(&mut buf)?;
        buf.truncate(count);
        Ok(buf)
    }

    /// `recvfrom(2)`: the count of bytes, and the sender; [`Addr::Unspec`] where there is none to tell, as on a stream.
    ///
    /// # Errors
    ///
    /// Those of [`recv`](Self::recv).
    #[inline]
    #[track_caller]
    #[doc(alias = "recvfrom_into")]
    pub fn recvfrom(&self, buf: &mut [u8]) -> Result<(usize, Addr)> {
        self.recvfrom_with(buf, MsgFlags::empty())
    }

    /// `recvfrom(2)` with flags.
    ///
    /// # Errors
    ///
    /// Those of [`recv_with`](Self::recv_with).
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

    /// `recvmsg(2)`: scattered data, the sender, control messages, and flags.
    ///
    /// # Errors
    ///
    /// Those of [`recv_with`](Self::recv_with), and `EMSGSIZE` (too many buffers).
    #[inline]
    #[track_caller]
    #[doc(alias = "recvmsg_into")]
    pub fn recvmsg(&self, msg: &mut RecvMsg<'_, '_, N::Fd>, flags: MsgFlags) -> Result<usize> {
        retry!(self, IN, self.net.recvmsg(&self.fd, msg, flags))
    }
}
