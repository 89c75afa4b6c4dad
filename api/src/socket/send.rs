//! Sending: `send`, `sendall`, `sendto`, `sendmsg`.

use std::io::IoSlice;

use super::{Patience, Socket};
use crate::{Addr, MsgFlags, Net, PollEvents, Result, SendMsg};

/// Sending.
impl<N: Net> Socket<N> {
    /// `send(2)`: as many of the bytes as fit; how many is returned.
    ///
    /// # Errors
    ///
    /// `EAGAIN`, a timeout, `EPIPE`, `ECONNRESET`, `ENOTCONN`, `EMSGSIZE`, `EDESTADDRREQ`, `ENOBUFS`, and what the network
    /// reported since the last call. Never a `SIGPIPE`.
    #[inline]
    #[track_caller]
    pub fn send(&self, data: &[u8]) -> Result<usize> {
        self.send_with(data, MsgFlags::empty())
    }

    /// `send(2)` with flags.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send), and `EOPNOTSUPP` for a flag.
    #[inline]
    #[track_caller]
    pub fn send_with(&self, data: &[u8], flags: MsgFlags) -> Result<usize> {
        retry!(self, OUT, self.net.send(&self.fd, data, flags))
    }

    /// Sends all the bytes, with one deadline for the whole. After an error, nothing tells how many have been sent.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send).
    #[inline]
    #[track_caller]
    pub fn sendall(&self, data: &[u8]) -> Result<()> {
        let mut rest = data;
        let mut patience = Patience::default();
        if let Some(timeout) = self.gettimeout() {
            patience.deadline = Some(self.net.monotonic() + timeout);
        }
        loop {
            match self.net.send(&self.fd, rest, MsgFlags::empty()) {
                Ok(sent) if sent >= rest.len() => return Ok(()),
                Ok(sent) => rest = &rest[sent..],
                Err(error) => self.again(error, PollEvents::OUT, &mut patience)?,
            }
        }
    }

    /// `sendto(2)`: a message to this address.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send), and `EISCONN`, `ENETUNREACH`, `EACCES` (broadcast), `EAFNOSUPPORT`, `EINVAL`.
    #[inline]
    #[track_caller]
    pub fn sendto(&self, data: &[u8], addr: &Addr) -> Result<usize> {
        self.sendto_with(data, MsgFlags::empty(), addr)
    }

    /// `sendto(2)` with flags.
    ///
    /// # Errors
    ///
    /// Those of [`sendto`](Self::sendto).
    #[inline]
    #[track_caller]
    pub fn sendto_with(&self, data: &[u8], flags: MsgFlags, addr: &Addr) -> Result<usize> {
        let bufs = [IoSlice::new(data)];
        let msg = SendMsg::new(&bufs).to(addr);
        self.sendmsg(&msg, flags).map_err(|error| error.with_call("sendto"))
    }

    /// `sendmsg(2)`: gathered data, an address, control messages.
    ///
    /// # Errors
    ///
    /// Those of [`sendto`](Self::sendto), and `EMSGSIZE` (too many buffers), `EINVAL` (control messages).
    #[inline]
    #[track_caller]
    pub fn sendmsg(&self, msg: &SendMsg<'_, N::Fd>, flags: MsgFlags) -> Result<usize> {
        retry!(self, OUT, self.net.sendmsg(&self.fd, msg, flags))
    }
}
