//! [`MsgFlags`]: the flags of one call.

use super::flag_set;
use crate::c;

flag_set! {
    /// The flags of one `send(2)` or `recv(2)`, and those that `recvmsg(2)` gives back: `MSG_*`. Python's `MsgFlag`.
    ///
    /// ```
    /// use wavetank_api::MsgFlags;
    ///
    /// let flags = MsgFlags::PEEK | MsgFlags::DONTWAIT;
    /// assert_eq!(flags.to_string(), "MSG_PEEK|MSG_DONTWAIT");
    /// assert_eq!(MsgFlags::from_bits_retain(0x100002).to_string(), "MSG_PEEK|0x100000");
    /// ```
    MsgFlags(i32), "MSG_" {
        /// Urgent data.
        OOB = c::MSG_OOB;
        /// Look without taking.
        PEEK = c::MSG_PEEK;
        /// Send to hosts on directly connected networks only.
        DONTROUTE = c::MSG_DONTROUTE;
        /// Control data did not fit and was cut.
        CTRUNC = c::MSG_CTRUNC;
        /// Supplies the second address. Without effect.
        #[cfg(target_os = "linux")]
        PROXY = c::MSG_PROXY;
        /// Out: the message was longer than the buffer. In: return its real length.
        TRUNC = c::MSG_TRUNC;
        /// This call does not block: `EAGAIN` instead.
        #[cfg(unix)]
        DONTWAIT = c::MSG_DONTWAIT;
        /// The end of a record.
        #[cfg(unix)]
        EOR = c::MSG_EOR;
        /// Block until the whole buffer is full.
        WAITALL = c::MSG_WAITALL;
        /// Reserved for TCP's FIN.
        #[cfg(target_os = "linux")]
        FIN = c::MSG_FIN;
        /// Reserved for TCP's SYN.
        #[cfg(target_os = "linux")]
        SYN = c::MSG_SYN;
        /// The address is reachable: do not probe for the neighbour.
        #[cfg(target_os = "linux")]
        CONFIRM = c::MSG_CONFIRM;
        /// Reserved for TCP's RST.
        #[cfg(target_os = "linux")]
        RST = c::MSG_RST;
        /// Read the queue of errors instead of data.
        #[cfg(any(target_os = "linux", windows))]
        ERRQUEUE = c::MSG_ERRQUEUE;
        /// No `SIGPIPE` when the peer has gone; `EPIPE` all the same.
        #[cfg(unix)]
        NOSIGNAL = c::MSG_NOSIGNAL;
        /// More is coming: do not send a partial segment yet.
        #[cfg(target_os = "linux")]
        MORE = c::MSG_MORE;
        /// `recvmmsg(2)`: block for the first message only.
        #[cfg(any(target_os = "linux", target_os = "freebsd"))]
        WAITFORONE = c::MSG_WAITFORONE;
        /// `sendmmsg(2)`: more messages follow. The kernel's own.
        #[cfg(target_os = "linux")]
        BATCH = c::MSG_BATCH;
        /// Receive from device memory. Linux 6.12.
        #[cfg(target_os = "linux")]
        SOCK_DEVMEM = c::MSG_SOCK_DEVMEM;
        /// Send without copying, once `SO_ZEROCOPY` is set.
        #[cfg(target_os = "linux")]
        ZEROCOPY = c::MSG_ZEROCOPY;
        /// Send data in the SYN of a connection that this call opens.
        #[cfg(target_os = "linux")]
        FASTOPEN = c::MSG_FASTOPEN;
        /// Descriptors received in control data are closed by `execve(2)`.
        #[cfg(any(target_os = "linux", target_os = "freebsd"))]
        CMSG_CLOEXEC = c::MSG_CMSG_CLOEXEC;
        /// The end of the data: a FIN goes with it.
        #[cfg(any(target_os = "freebsd", target_vendor = "apple"))]
        EOF = c::MSG_EOF;
        /// A part of a message.
        #[cfg(windows)]
        PARTIAL = c::MSG_PARTIAL;
    }
}
