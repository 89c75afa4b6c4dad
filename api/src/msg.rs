//! [`SendMsg`] and [`RecvMsg`]: the general forms of sending and receiving.

use std::fmt;
use std::io::{IoSlice, IoSliceMut};

use crate::control::ControlMessages;
use crate::{Addr, MsgFlags};

/// What `sendmsg(2)` sends: C's `struct msghdr`. `F` is the world's descriptor, [`Net::Fd`](crate::Net::Fd).
///
/// ```
/// use std::io::IoSlice;
/// use wavetank_api::control::ControlBuf;
/// use wavetank_api::{Addr, SendMsg};
///
/// let to: Addr = "10.0.0.2:7".parse().unwrap();
/// let bufs = [IoSlice::new(b"ahoy "), IoSlice::new(b"there")];
/// let msg = SendMsg::<std::os::fd::OwnedFd>::new(&bufs).to(&to);
/// assert_eq!(msg.len(), 10);
/// ```
pub struct SendMsg<'a, F> {
    /// The data, gathered from these buffers.
    pub bufs: &'a [IoSlice<'a>],
    /// To whom, on a socket that is not connected.
    pub addr: Option<&'a Addr>,
    /// Control messages, as [`ControlBuf`](crate::control::ControlBuf) writes them. Descriptors are not among them: `EINVAL`.
    pub control: &'a [u8],
    /// Descriptors to pass on: the receiver gets duplicates of them. They become one message `SCM_RIGHTS`, before the others. At most
    /// 253 (`SCM_MAX_FD`).
    pub fds: &'a [&'a F],
}

impl<'a, F> SendMsg<'a, F> {
    /// These buffers, to the connected peer.
    #[must_use]
    pub const fn new(bufs: &'a [IoSlice<'a>]) -> Self {
        Self { bufs, addr: None, control: &[], fds: &[] }
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

    /// With these descriptors.
    #[must_use]
    #[doc(alias = "SCM_RIGHTS")]
    pub const fn with_fds(mut self, fds: &'a [&'a F]) -> Self {
        self.fds = fds;
        self
    }

    /// Bytes of data in all buffers.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "an empty datagram is a message like any other")]
    pub fn len(&self) -> usize {
        self.bufs.iter().map(|buf| buf.len()).sum()
    }
}

// Not derived: the descriptors behind the reference need be none of these.
impl<F> Clone for SendMsg<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for SendMsg<'_, F> {}

impl<F> Default for SendMsg<'_, F> {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl<F> fmt::Debug for SendMsg<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendMsg")
            .field("len", &self.len())
            .field("addr", &self.addr)
            .field("control", &ControlMessages::new(self.control))
            .field("fds", &self.fds.len())
            .finish()
    }
}

/// Where `recvmsg(2)` puts what it receives: C's `struct msghdr`. `F` is the world's descriptor, [`Net::Fd`](crate::Net::Fd).
#[derive(Debug)]
pub struct RecvMsg<'a, 'b, F> {
    /// The data is scattered over these buffers.
    pub bufs: &'a mut [IoSliceMut<'b>],
    /// Room for control messages.
    pub control: &'a mut [u8],
    /// In: whether the sender's address is wanted.
    pub want_addr: bool,
    /// Out: the sender, if it was wanted and there is one to tell.
    pub addr: Option<Addr>,
    /// Out: bytes of control messages received; [`control_messages`](Self::control_messages) reads them.
    pub control_len: usize,
    /// Out: the descriptors received, in the order of their numbers in the control messages. They are this program's now: dropping
    /// them closes them.
    pub fds: Vec<F>,
    /// Out: `MSG_TRUNC`, `MSG_CTRUNC`, `MSG_OOB`, `MSG_EOR`, `MSG_ERRQUEUE`.
    pub flags: MsgFlags,
}

impl<'a, 'b, F> RecvMsg<'a, 'b, F> {
    /// Into these buffers, asking for the sender.
    #[must_use]
    pub const fn new(bufs: &'a mut [IoSliceMut<'b>]) -> Self {
        Self {
            bufs,
            control: &mut [],
            want_addr: true,
            addr: None,
            control_len: 0,
            fds: Vec::new(),
            flags: MsgFlags::empty(),
        }
    }

    /// Without the sender's address.
    #[must_use]
    pub const fn without_addr(mut self) -> Self {
        self.want_addr = false;
        self
    }

    /// With room for control messages: [`cmsg_space`](crate::control::cmsg_space) for each that may come.
    #[must_use]
    pub const fn with_control(mut self, control: &'a mut [u8]) -> Self {
        self.control = control;
        self
    }

    /// The control messages received.
    #[must_use]
    pub fn control_messages(&self) -> ControlMessages<'_> {
        ControlMessages::new(self.control.get(..self.control_len).unwrap_or(self.control))
    }

    /// Bytes of room in all buffers.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a message of no room is a message like any other")]
    pub fn len(&self) -> usize {
        self.bufs.iter().map(|buf| buf.len()).sum()
    }
}
