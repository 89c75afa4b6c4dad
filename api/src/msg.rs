//! [`SendMsg`] and [`RecvMsg`]: the general forms of sending and receiving.

use std::io::{IoSlice, IoSliceMut};

use crate::{Addr, MsgFlags};

/// What `sendmsg(2)` sends: C's `struct msghdr`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SendMsg<'a> {
    /// The data, gathered from these buffers.
    pub bufs: &'a [IoSlice<'a>],
    /// To whom, on a socket that is not connected.
    pub addr: Option<&'a Addr>,
    /// Control messages, encoded as `cmsg(3)` says.
    pub control: &'a [u8],
}

impl<'a> SendMsg<'a> {
    /// These buffers, to the connected peer.
    #[must_use]
    pub const fn new(bufs: &'a [IoSlice<'a>]) -> Self {
        Self { bufs, addr: None, control: &[] }
    }

    /// To this address.
    #[must_use]
    pub const fn to(mut self, addr: &'a Addr) -> Self {
        self.addr = Some(addr);
        self
    }

    /// With these control messages.
    #[must_use]
    pub const fn with_control(mut self, control: &'a [u8]) -> Self {
        self.control = control;
        self
    }

    /// Bytes of data in all buffers.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "an empty datagram is a message like any other")]
    pub fn len(&self) -> usize {
        self.bufs.iter().map(|buf| buf.len()).sum()
    }
}

/// Where `recvmsg(2)` puts what it receives: C's `struct msghdr`.
#[derive(Debug)]
pub struct RecvMsg<'a, 'b> {
    /// The data is scattered over these buffers.
    pub bufs: &'a mut [IoSliceMut<'b>],
    /// Room for control messages.
    pub control: &'a mut [u8],
    /// In: whether the sender's address is wanted.
    pub want_addr: bool,
    /// Out: the sender, if it was wanted and there is one to tell.
    pub addr: Option<Addr>,
    /// Out: bytes of control messages received.
    pub control_len: usize,
    /// Out: `MSG_TRUNC`, `MSG_CTRUNC`, `MSG_OOB`, `MSG_EOR`, `MSG_ERRQUEUE`.
    pub flags: MsgFlags,
}

impl<'a, 'b> RecvMsg<'a, 'b> {
    /// Into these buffers, asking for the sender.
    #[must_use]
    pub const fn new(bufs: &'a mut [IoSliceMut<'b>]) -> Self {
        Self { bufs, control: &mut [], want_addr: true, addr: None, control_len: 0, flags: MsgFlags::empty() }
    }

    /// Without the sender's address.
    #[must_use]
    pub const fn without_addr(mut self) -> Self {
        self.want_addr = false;
        self
    }

    /// With room for control messages.
    #[must_use]
    pub const fn with_control(mut self, control: &'a mut [u8]) -> Self {
        self.control = control;
        self
    }

    /// Bytes of room in all buffers.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a message of no room is a message like any other")]
    pub fn len(&self) -> usize {
        self.bufs.iter().map(|buf| buf.len()).sum()
    }
}
