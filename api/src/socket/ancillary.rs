//! Messages with what comes beside the data: `recvmsg` into new memory, descriptors, the kernel's ciphers.

use std::io::{IoSlice, IoSliceMut};

use super::Socket;
use super::recv::new_buffer;
use crate::control::{ControlBuf, ControlMessages, cmsg_len};
use crate::{Addr, Errno, Error, MsgFlags, Net, RecvMsg, Result, SendMsg};

/// What came beside the data of a message: Python's `ancdata`, `msg_flags` and `address`. `F` is the world's descriptor.
#[derive(Debug)]
pub struct Ancillary<F> {
    /// The control messages as they lie in memory; [`messages`](Self::messages) reads them.
    pub control: Vec<u8>,
    /// The descriptors received. They are this program's now: dropping them closes them.
    pub fds: Vec<F>,
    /// `MSG_TRUNC`, `MSG_CTRUNC`, `MSG_OOB`, `MSG_EOR`, `MSG_ERRQUEUE`.
    pub flags: MsgFlags,
    /// The sender, if there is one to tell.
    pub addr: Option<Addr>,
}

impl<F> Ancillary<F> {
    /// The control messages (Python's `ancdata`). One that did not fit is cut short, and [`MsgFlags::CTRUNC`] is among the flags.
    ///
    /// ```
    /// use std::io::IoSlice;
    /// use wavetank_api::{MsgFlags, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// left.send_fds(&[IoSlice::new(b"take it")], &[left.fd()], MsgFlags::empty(), None)?;
    /// let (_, ancillary) = right.recv_fds(16, 1, MsgFlags::empty())?;
    /// // One message, SCM_RIGHTS of SOL_SOCKET. Its descriptor is in `fds`.
    /// let kinds: Vec<_> = ancillary.messages().map(|message| (message.level, message.kind)).collect();
    /// assert_eq!(kinds, [(1, 1)]);
    /// # Ok(())
    /// # });
    /// ```
    #[must_use]
    pub fn messages(&self) -> ControlMessages<'_> {
        ControlMessages::new(&self.control)
    }
}

/// Messages.
impl<N: Net> Socket<N> {
    /// `recvmsg(2)` into new memory (Python's `recvmsg`): at most `size` bytes of data, and `control_size` of control messages, which
    /// [`cmsg_space`](crate::control::cmsg_space) reckons; 0 is none. What does not fit is cut off, and the flags say so; descriptors
    /// that
    /// do not fit are closed.
    ///
    /// Blocks until there is something to receive, or the stream has ended; in timeout mode for so long at most; in non-blocking mode
    /// not at all.
    ///
    /// # Errors
    ///
    /// Those of [`recvmsg`](Self::recvmsg); `ENOMEM` for sizes that no memory has.
    ///
    /// ```
    /// use std::io::IoSlice;
    /// use wavetank_api::{MsgFlags, control::cmsg_space, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let (mine, yours) = socketpair(host)?;
    /// left.send_fds(&[IoSlice::new(b"take it")], &[mine.fd()], MsgFlags::empty(), None)?;
    /// let (data, ancillary) = right.recvmsg_vec(16, cmsg_space(4)?, MsgFlags::empty())?;
    /// assert_eq!((&data[..], ancillary.fds.len(), ancillary.flags), (&b"take it"[..], 1, MsgFlags::empty()));
    /// # drop(yours);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn recvmsg_vec(
        &self,
        size: usize,
        control_size: usize,
        flags: MsgFlags,
    ) -> Result<(Vec<u8>, Ancillary<N::Fd>)> {
        let mut data = new_buffer(size, "recvmsg")?;
        let (count, ancillary) = self.recvmsg_into(&mut [IoSliceMut::new(&mut data)], control_size, flags)?;
        data.truncate(count);
        Ok((data, ancillary))
    }

    /// `recvmsg(2)` into these buffers, one after the other (Python's `recvmsg_into`): the count of bytes, and what came beside them.
    ///
    /// Blocks until there is something to receive, or the stream has ended; in timeout mode for so long at most; in non-blocking mode
    /// not at all.
    ///
    /// # Errors
    ///
    /// Those of [`recvmsg_vec`](Self::recvmsg_vec); `EMSGSIZE` for more than 1024 buffers (`UIO_MAXIOV`).
    ///
    /// ```
    /// use std::io::IoSliceMut;
    /// use wavetank_api::{MsgFlags, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (s1, s2) = socketpair(host)?;
    /// let (mut b1, mut b2, mut b3) = (*b"----", *b"0123456789", *b"--------------");
    /// s1.send(b"Mary had a little lamb")?;
    /// let bufs = &mut [IoSliceMut::new(&mut b1), IoSliceMut::new(&mut b2[2..9]), IoSliceMut::new(&mut b3)];
    /// let (count, ancillary) = s2.recvmsg_into(bufs, 0, MsgFlags::empty())?;
    /// assert_eq!((count, ancillary.flags), (22, MsgFlags::empty()));
    /// assert_eq!((&b1, &b2, &b3), (b"Mary", b"01 had a 9", b"little lamb---"));
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn recvmsg_into(
        &self,
        bufs: &mut [IoSliceMut<'_>],
        control_size: usize,
        flags: MsgFlags,
    ) -> Result<(usize, Ancillary<N::Fd>)> {
        let mut control = new_buffer(control_size, "recvmsg")?;
        let mut msg = RecvMsg::new(bufs).with_control(&mut control);
        let count = self.recvmsg(&mut msg, flags)?;
        let RecvMsg { addr, control_len, fds, flags, .. } = msg;
        control.truncate(control_len);
        Ok((count, Ancillary { control, fds, flags, addr }))
    }
}

/// Descriptors.
impl<N: Net> Socket<N> {
    /// Sends data and descriptors over a UNIX socket: `sendmsg(2)` with `SCM_RIGHTS` (Python's `send_fds`). The receiver gets
    /// duplicates.
    /// Over a stream there must be a byte of data at least.
    ///
    /// Blocks until there is room for a byte at least, or for the whole of a message; in timeout mode for so long at most; in
    /// non-blocking mode not at all.
    ///
    /// # Errors
    ///
    /// Those of [`sendmsg`](Self::sendmsg); `EINVAL` for more than 253 descriptors (`SCM_MAX_FD`); `ETOOMANYREFS` for too many that
    /// nobody
    /// has received yet; `EINVAL` or `EOPNOTSUPP` from a family that carries none.
    ///
    /// ```
    /// use std::io::IoSlice;
    /// use wavetank_api::{Errno, MsgFlags, Socket, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// let (mine, yours) = socketpair(host)?;
    /// left.send_fds(&[IoSlice::new(b"take it")], &[mine.fd()], MsgFlags::empty(), None)?;
    /// drop(mine);
    /// let (data, mut ancillary) = right.recv_fds(16, 1, MsgFlags::empty())?;
    /// assert_eq!(data, b"take it");
    /// let mine = Socket::from_fd(host, ancillary.fds.remove(0))?;
    /// mine.sendall(b"I have it")?;
    /// assert_eq!(yours.recv_vec(16)?, b"I have it");
    ///
    /// let many = vec![yours.fd(); 254];
    /// assert_eq!(left.send_fds(&[IoSlice::new(b"x")], &many, MsgFlags::empty(), None).unwrap_err(), Errno::EINVAL);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn send_fds(
        &self,
        bufs: &[IoSlice<'_>],
        fds: &[&N::Fd],
        flags: MsgFlags,
        addr: Option<&Addr>,
    ) -> Result<usize> {
        let msg = SendMsg { bufs, addr, control: &[], fds };
        self.sendmsg(&msg, flags)
    }

    /// Receives data and at most `max_fds` descriptors over a UNIX socket (Python's `recv_fds`). Further descriptors are closed, and
    /// [`MsgFlags::CTRUNC`] is among the flags. Other control messages are left away.
    ///
    /// Blocks until there is something to receive, or the stream has ended; in timeout mode for so long at most; in non-blocking mode
    /// not at all.
    ///
    /// # Errors
    ///
    /// Those of [`recvmsg_vec`](Self::recvmsg_vec); `EINVAL` for a number of descriptors that no message can carry.
    ///
    /// ```
    /// use std::io::IoSlice;
    /// use wavetank_api::{MsgFlags, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// let (left, right) = socketpair(host)?;
    /// left.send_fds(&[IoSlice::new(b"three")], &[left.fd(); 3], MsgFlags::empty(), None)?;
    /// let (data, ancillary) = right.recv_fds(16, 2, MsgFlags::empty())?;
    /// assert_eq!((&data[..], ancillary.fds.len()), (&b"three"[..], 2));
    /// assert!(ancillary.flags.contains(MsgFlags::CTRUNC));
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn recv_fds(&self, size: usize, max_fds: usize, flags: MsgFlags) -> Result<(Vec<u8>, Ancillary<N::Fd>)> {
        let bytes = max_fds.checked_mul(size_of::<i32>()).ok_or_else(|| Error::new(Errno::EINVAL, "recvmsg"))?;
        // The length and not the space: in the padding there would be room for one more.
        let room = cmsg_len(bytes).map_err(|error| error.with_call("recvmsg"))?;
        self.recvmsg_vec(size, room, flags)
    }
}

/// Level and types of the messages to a cipher: include/uapi/linux/if_alg.h.
const SOL_ALG: i32 = 279;
const ALG_SET_IV: i32 = 2;
const ALG_SET_OP: i32 = 3;
const ALG_SET_AEAD_ASSOCLEN: i32 = 4;

/// What a cipher of the kernel is told with the data: Python's `op`, `iv` and `assoclen`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlgOp<'a> {
    /// `ALG_OP_DECRYPT` (0), `ALG_OP_ENCRYPT` (1).
    pub op: u32,
    /// The initialisation vector.
    pub iv: Option<&'a [u8]>,
    /// Bytes of associated data before the text, for AEAD.
    pub assoclen: Option<u32>,
}

impl<'a> AlgOp<'a> {
    /// `ALG_OP_DECRYPT`.
    pub const DECRYPT: Self = Self { op: 0, iv: None, assoclen: None };
    /// `ALG_OP_ENCRYPT`.
    pub const ENCRYPT: Self = Self { op: 1, iv: None, assoclen: None };

    /// With this initialisation vector (Python's `iv`).
    ///
    /// ```
    /// use wavetank_api::AlgOp;
    ///
    /// # wavetank_sim::example(|host| {
    /// assert_eq!(AlgOp::ENCRYPT.with_iv(&[7; 16]).iv, Some(&[7; 16][..]));
    /// # Ok(())
    /// # });
    /// ```
    #[must_use]
    pub const fn with_iv(mut self, iv: &'a [u8]) -> Self {
        self.iv = Some(iv);
        self
    }

    /// With so many bytes of associated data (Python's `assoclen`).
    ///
    /// ```
    /// use wavetank_api::AlgOp;
    ///
    /// # wavetank_sim::example(|host| {
    /// assert_eq!(AlgOp::DECRYPT.with_assoclen(8).assoclen, Some(8));
    /// # Ok(())
    /// # });
    /// ```
    #[must_use]
    pub const fn with_assoclen(mut self, assoclen: u32) -> Self {
        self.assoclen = Some(assoclen);
        self
    }

    /// The control messages that say so.
    fn control(&self) -> Result<ControlBuf> {
        let mut control = ControlBuf::new();
        control.push_raw(SOL_ALG, ALG_SET_OP, &self.op.to_ne_bytes())?;
        if let Some(iv) = self.iv {
            // `struct af_alg_iv`: the length, then the vector.
            let len = u32::try_from(iv.len()).map_err(|_| Error::new(Errno::EINVAL, "sendmsg"))?;
            control.push_raw(SOL_ALG, ALG_SET_IV, &[&len.to_ne_bytes()[..], iv].concat())?;
        }
        if let Some(assoclen) = self.assoclen {
            control.push_raw(SOL_ALG, ALG_SET_AEAD_ASSOCLEN, &assoclen.to_ne_bytes())?;
        }
        Ok(control)
    }
}

/// Ciphers.
impl<N: Net> Socket<N> {
    /// `sendmsg(2)` to a cipher of the kernel (Python's `sendmsg_afalg`, Linux): data, and what to do with it. The socket is one that
    /// an
    /// `AF_ALG` socket has accepted.
    ///
    /// Blocks until there is room for the data.
    ///
    /// # Errors
    ///
    /// Those of [`sendmsg`](Self::sendmsg); `EINVAL` for an operation or vector that the algorithm does not know.
    ///
    /// ```
    /// use std::io::IoSlice;
    /// use wavetank_api::{AlgOp, MsgFlags, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// // A simulated kernel has no ciphers: a UNIX socket takes the data, and ignores what is meant for one.
    /// let (left, right) = socketpair(host)?;
    /// left.sendmsg_afalg(&[IoSlice::new(b"text")], AlgOp::ENCRYPT.with_iv(&[0; 16]), MsgFlags::empty())?;
    /// assert_eq!(right.recv_vec(16)?, b"text");
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn sendmsg_afalg(&self, bufs: &[IoSlice<'_>], op: AlgOp<'_>, flags: MsgFlags) -> Result<usize> {
        let control = op.control()?;
        self.sendmsg(&SendMsg::new(bufs).with_control(control.as_bytes()), flags)
    }
}
