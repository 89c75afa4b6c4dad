//! Sending: `send`, `sendall`, `sendto`, `sendmsg`.

use std::io::IoSlice;

use super::{Patience, Socket};
use crate::{Addr, Error, MsgFlags, Net, PollEvents, Result, SendMsg};

/// Sending.
impl<N: Net> Socket<N> {
    /// `send(2)`: as many of the bytes as fit; how many is returned.
    ///
    /// # Errors
    ///
    /// `EAGAIN`, a timeout, `EPIPE`, `ECONNRESET`, `ENOTCONN`, `EMSGSIZE`, `EDESTADDRREQ`, `ENOBUFS`, and what the network
    /// reported since the last call. Never a `SIGPIPE`.
    ///
    /// ```
    /// use wavetank_api::{Errno, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, _right) = socketpair(host)?;
    /// assert_eq!(left.send(b"ahoy")?, 4);
    /// // Nobody reads: as much as fits.
    /// left.setblocking(false)?;
    /// let sent = left.send(&[0; 1_000_000])?;
    /// assert!(sent < 1_000_000);
    /// assert_eq!(left.send(b"more").unwrap_err(), Errno::EAGAIN);
    /// # Ok(())
    /// # });
    /// ```
    #[inline]
    #[track_caller]
    pub fn send(&self, data: &[u8]) -> Result<usize> {
        self.send_with(data, MsgFlags::empty())
    }

    /// `send(2)` with flags.
    ///
    /// Blocks as [`send`](Self::send), unless the flags have [`MsgFlags::DONTWAIT`].
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send), and `EOPNOTSUPP` for a flag.
    ///
    /// ```
    /// use wavetank_api::{MsgFlags, ServerOptions, create_connection, create_server};
    ///
    /// # wavetank_sim::example(|host| {
    /// let server = create_server(host, ("127.0.0.1", 80), ServerOptions::default())?;
    /// let client = create_connection(host, ("127.0.0.1", 80), None)?;
    /// let (conn, _) = server.accept()?;
    /// client.send_with(b"!", MsgFlags::OOB)?;
    /// let mut urgent = [0];
    /// conn.recv_with(&mut urgent, MsgFlags::OOB)?;
    /// assert_eq!(&urgent, b"!");
    /// # Ok(())
    /// # });
    /// ```
    #[inline]
    #[track_caller]
    pub fn send_with(&self, data: &[u8], flags: MsgFlags) -> Result<usize> {
        match self.net.send(&self.fd, data, flags) {
            Err(error) => self.send_after(error, data, flags),
            done => done,
        }
    }

    #[cold]
    #[inline(never)]
    #[track_caller]
    fn send_after(&self, error: Error, data: &[u8], flags: MsgFlags) -> Result<usize> {
        retry!(after error, self, OUT, self.net.send(&self.fd, data, flags))
    }

    /// Python's `sendall`: sends all the bytes, with one deadline for the whole. After an error, nothing tells how many have been sent.
    ///
    /// Blocks until the last byte is taken; in timeout mode for so long at most, all in all.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send).
    ///
    /// ```
    /// use wavetank_api::{Error, Host, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let reader = host.spawn("reader", move || {
    ///     let mut got = 0;
    ///     while got < 1_000_000 {
    ///         got += right.recv(&mut [0; 4096])?;
    ///     }
    ///     Ok::<_, Error>(())
    /// });
    /// left.sendall(&[0; 1_000_000])?;
    /// reader.join().unwrap()?;
    ///
    /// // One deadline for the whole: nobody reads now.
    /// let (left, _right) = socketpair(host)?;
    /// left.settimeout(Some(std::time::Duration::from_secs(2)))?;
    /// assert!(left.sendall(&[0; 1_000_000]).unwrap_err().is_timeout());
    /// # Ok(())
    /// # });
    /// ```
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
    /// Blocks until there is room for a byte at least, or for the whole of a message; in timeout mode for so long at most; in
    /// non-blocking mode not at all.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send), and `EISCONN`, `ENETUNREACH`, `EACCES` (broadcast), `EAFNOSUPPORT`, `EINVAL`.
    ///
    /// ```
    /// use wavetank_api::{Errno, Family, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// let receiver = Socket::new(host, Family::INET, SockType::DGRAM)?;
    /// receiver.bind(&"127.0.0.1:53".parse().unwrap())?;
    /// let sender = Socket::new(host, Family::INET, SockType::DGRAM)?;
    /// assert_eq!(sender.sendto(b"ahoy", &receiver.getsockname()?)?, 4);
    /// assert_eq!(receiver.recv_vec(16)?, b"ahoy");
    /// // Longer than any datagram.
    /// assert_eq!(sender.sendto(&[0; 70_000], &receiver.getsockname()?).unwrap_err(), Errno::EMSGSIZE);
    /// # Ok(())
    /// # });
    /// ```
    #[inline]
    #[track_caller]
    pub fn sendto(&self, data: &[u8], addr: &Addr) -> Result<usize> {
        self.sendto_with(data, MsgFlags::empty(), addr)
    }

    /// `sendto(2)` with flags.
    ///
    /// Blocks as [`sendto`](Self::sendto), unless the flags have [`MsgFlags::DONTWAIT`].
    ///
    /// # Errors
    ///
    /// Those of [`sendto`](Self::sendto).
    ///
    /// ```
    /// use wavetank_api::{Family, MsgFlags, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// let receiver = Socket::new(host, Family::INET, SockType::DGRAM)?;
    /// receiver.bind(&"127.0.0.1:53".parse().unwrap())?;
    /// let sender = Socket::new(host, Family::INET, SockType::DGRAM)?;
    /// sender.sendto_with(b"ahoy", MsgFlags::DONTWAIT, &receiver.getsockname()?)?;
    /// assert_eq!(receiver.recv_vec(16)?, b"ahoy");
    /// # Ok(())
    /// # });
    /// ```
    #[inline]
    #[track_caller]
    pub fn sendto_with(&self, data: &[u8], flags: MsgFlags, addr: &Addr) -> Result<usize> {
        let bufs = [IoSlice::new(data)];
        let msg = SendMsg::new(&bufs).to(addr);
        self.sendmsg(&msg, flags).map_err(|error| error.with_call("sendto"))
    }

    /// `sendmsg(2)`: gathered data, an address, control messages.
    ///
    /// Blocks until there is room for a byte at least, or for the whole of a message; in timeout mode for so long at most; in
    /// non-blocking mode not at all.
    ///
    /// # Errors
    ///
    /// Those of [`sendto`](Self::sendto), and `EMSGSIZE` (too many buffers), `EINVAL` (control messages).
    ///
    /// ```
    /// use std::io::IoSlice;
    /// use wavetank_api::{MsgFlags, SendMsg, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let bufs = [IoSlice::new(b"Mary "), IoSlice::new(b"had a little lamb")];
    /// assert_eq!(left.sendmsg(&SendMsg::new(&bufs), MsgFlags::empty())?, 22);
    /// assert_eq!(right.recv_vec(64)?, b"Mary had a little lamb");
    /// # Ok(())
    /// # });
    /// ```
    #[inline]
    #[track_caller]
    pub fn sendmsg(&self, msg: &SendMsg<'_, N::Fd>, flags: MsgFlags) -> Result<usize> {
        retry!(self, OUT, self.net.sendmsg(&self.fd, msg, flags))
    }
}
