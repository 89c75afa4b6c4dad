//! The small numbers of the socket calls: families, types, protocols, and the flag sets.
//!
//! Numbers are Linux's. What is a closed set for us is often an open one for a kernel, so families, types and protocols are
//! newtypes over any number, and flag sets keep the bits they have no name for.

use std::fmt;

use bitflags::bitflags;

/// A newtype over a number of the C interface: named constants, and any other number survives.
macro_rules! open_number {
    (
        $(#[$meta:meta])*
        $type:ident($int:ty) {
            $($(#[$const_meta:meta])* $name:ident = $value:expr, $c_name:literal;)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type($int);

        impl $type {
            $(
                $(#[$const_meta])*
                #[doc(alias = $c_name)]
                pub const $name: Self = Self($value);
            )*

            /// The value with this number.
            #[must_use]
            pub const fn from_raw(number: $int) -> Self {
                Self(number)
            }

            /// The number.
            #[must_use]
            pub const fn raw(self) -> $int {
                self.0
            }

            /// The name in C, if it has one here.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                $(if self.0 == $value { return Some($c_name); })*
                None
            }
        }

        /// The name in C, or the number.
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, "{}", self.0),
                }
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

open_number! {
    /// An address family, `AF_*`: the first argument of `socket(2)`.
    Family(i32) {
        /// No family: any, in a query to the resolver; the address that dissolves an association, in `connect(2)`.
        UNSPEC = libc::AF_UNSPEC, "AF_UNSPEC";
        /// Local sockets, `unix(7)`.
        UNIX = libc::AF_UNIX, "AF_UNIX";
        /// IPv4, `ip(7)`.
        INET = libc::AF_INET, "AF_INET";
        /// IPv6, `ipv6(7)`.
        INET6 = libc::AF_INET6, "AF_INET6";
        /// Kernel interfaces, `netlink(7)`.
        NETLINK = libc::AF_NETLINK, "AF_NETLINK";
        /// Device level packets, `packet(7)`.
        PACKET = libc::AF_PACKET, "AF_PACKET";
        /// Controller area network.
        CAN = libc::AF_CAN, "AF_CAN";
        /// The kernel's ciphers and digests.
        ALG = libc::AF_ALG, "AF_ALG";
        /// Between a virtual machine and its host, `vsock(7)`.
        VSOCK = libc::AF_VSOCK, "AF_VSOCK";
    }
}

open_number! {
    /// A socket type, `SOCK_*`, without the flag bits: the second argument of `socket(2)`.
    SockType(i32) {
        /// Any type: for queries to the resolver only.
        ANY = 0, "0";
        /// A stream of bytes: in order, reliable, without message boundaries.
        STREAM = libc::SOCK_STREAM, "SOCK_STREAM";
        /// Messages that may be lost or overtake one another.
        DGRAM = libc::SOCK_DGRAM, "SOCK_DGRAM";
        /// Raw access to a network protocol.
        RAW = libc::SOCK_RAW, "SOCK_RAW";
        /// Messages, reliable, perhaps out of order.
        RDM = libc::SOCK_RDM, "SOCK_RDM";
        /// Messages, in order, reliable.
        SEQPACKET = libc::SOCK_SEQPACKET, "SOCK_SEQPACKET";
    }
}

open_number! {
    /// A protocol number, `IPPROTO_*`: the third argument of `socket(2)`.
    Protocol(i32) {
        /// The family's default for the type.
        IP = libc::IPPROTO_IP, "IPPROTO_IP";
        /// Internet control messages, `icmp(7)`.
        ICMP = libc::IPPROTO_ICMP, "IPPROTO_ICMP";
        /// Transmission control protocol, `tcp(7)`.
        TCP = libc::IPPROTO_TCP, "IPPROTO_TCP";
        /// User datagrams, `udp(7)`.
        UDP = libc::IPPROTO_UDP, "IPPROTO_UDP";
        /// IPv6 in a level of `setsockopt(2)`.
        IPV6 = libc::IPPROTO_IPV6, "IPPROTO_IPV6";
        /// Control messages of IPv6.
        ICMPV6 = libc::IPPROTO_ICMPV6, "IPPROTO_ICMPV6";
        /// Stream control transmission protocol.
        SCTP = libc::IPPROTO_SCTP, "IPPROTO_SCTP";
        /// Datagrams with a checksum over a part, `udplite(7)`.
        UDPLITE = libc::IPPROTO_UDPLITE, "IPPROTO_UDPLITE";
        /// Packets without a protocol; not to be confused with [`IP`](Self::IP), which is 0.
        RAW = libc::IPPROTO_RAW, "IPPROTO_RAW";
        /// TCP over several paths.
        MPTCP = libc::IPPROTO_MPTCP, "IPPROTO_MPTCP";
    }
}

open_number! {
    /// The state of a TCP connection as `TCP_INFO` and `/proc/net/tcp` number it: include/net/tcp_states.h.
    TcpState(u8) {
        /// The handshake is over, and both sides may send.
        ESTABLISHED = 1, "TCP_ESTABLISHED";
        /// Our SYN is sent.
        SYN_SENT = 2, "TCP_SYN_SENT";
        /// Our SYN and the peer's have crossed, or the third segment of the handshake is missing.
        SYN_RECV = 3, "TCP_SYN_RECV";
        /// Our FIN is sent.
        FIN_WAIT1 = 4, "TCP_FIN_WAIT1";
        /// Our FIN is acknowledged.
        FIN_WAIT2 = 5, "TCP_FIN_WAIT2";
        /// Waiting for old segments to vanish.
        TIME_WAIT = 6, "TCP_TIME_WAIT";
        /// No connection.
        CLOSE = 7, "TCP_CLOSE";
        /// The peer's FIN has come.
        CLOSE_WAIT = 8, "TCP_CLOSE_WAIT";
        /// The peer's FIN has come, and ours is sent.
        LAST_ACK = 9, "TCP_LAST_ACK";
        /// Listening.
        LISTEN = 10, "TCP_LISTEN";
        /// Both FINs have crossed.
        CLOSING = 11, "TCP_CLOSING";
        /// Half open, in a table of the kernel's own; a program never sees it.
        NEW_SYN_RECV = 12, "TCP_NEW_SYN_RECV";
    }
}

impl Protocol {
    /// The family's default: the number 0, which C programs write as such.
    pub const DEFAULT: Self = Self::IP;
}

/// `bitflags` with the names of C as search aliases; bits without a name are kept.
macro_rules! flag_set {
    (
        $(#[doc = $doc:literal])*
        $type:ident($int:ty) {
            $($(#[$($flag_meta:tt)*])* $name:ident = $value:expr, $c_name:literal;)*
        }
    ) => {
        bitflags! {
            $(#[doc = $doc])*
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
            pub struct $type: $int {
                $(
                    $(#[$($flag_meta)*])*
                    #[doc(alias = $c_name)]
                    const $name = $value;
                )*
                /// Bits that have no name here.
                const _ = !0;
            }
        }

        /// The names in C, joined by `|`; `0` when no bit is set; unnamed bits in hexadecimal.
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut rest = self.bits();
                let mut separator = "";
                $(
                    if $value != 0 && rest & $value == $value {
                        write!(f, "{separator}{}", $c_name)?;
                        separator = "|";
                        rest &= !$value;
                    }
                )*
                match (rest, separator) {
                    (0, "") => f.write_str("0"),
                    (0, _) => Ok(()),
                    (rest, separator) => write!(f, "{separator}{rest:#x}"),
                }
            }
        }
    };
}

flag_set! {
    /// The flags that `socket(2)`, `socketpair(2)` and `accept4(2)` take beside the type.
    SockFlags(i32) {
        /// The new descriptor is in non-blocking mode.
        NONBLOCK = libc::SOCK_NONBLOCK, "SOCK_NONBLOCK";
        /// The new descriptor does not survive `execve(2)`. Every descriptor made by this crate's own types has it.
        CLOEXEC = libc::SOCK_CLOEXEC, "SOCK_CLOEXEC";
    }
}

flag_set! {
    /// The flags of one `send(2)` or `recv(2)`, and those that `recvmsg(2)` gives back: `MSG_*`.
    ///
    /// ```
    /// use wavetank_api::MsgFlags;
    ///
    /// let flags = MsgFlags::PEEK | MsgFlags::DONTWAIT;
    /// assert_eq!(flags.to_string(), "MSG_PEEK|MSG_DONTWAIT");
    /// assert_eq!(MsgFlags::from_bits_retain(0x100002).to_string(), "MSG_PEEK|0x100000");
    /// ```
    MsgFlags(i32) {
        /// Urgent data.
        OOB = libc::MSG_OOB, "MSG_OOB";
        /// Look without taking.
        PEEK = libc::MSG_PEEK, "MSG_PEEK";
        /// Send to hosts on directly connected networks only.
        DONTROUTE = libc::MSG_DONTROUTE, "MSG_DONTROUTE";
        /// Control data did not fit and was cut.
        CTRUNC = libc::MSG_CTRUNC, "MSG_CTRUNC";
        /// Out: the message was longer than the buffer. In: return its real length.
        TRUNC = libc::MSG_TRUNC, "MSG_TRUNC";
        /// This call does not block: `EAGAIN` instead.
        DONTWAIT = libc::MSG_DONTWAIT, "MSG_DONTWAIT";
        /// The end of a record.
        EOR = libc::MSG_EOR, "MSG_EOR";
        /// Block until the whole buffer is full.
        WAITALL = libc::MSG_WAITALL, "MSG_WAITALL";
        /// The address is reachable: do not probe for the neighbour.
        CONFIRM = libc::MSG_CONFIRM, "MSG_CONFIRM";
        /// Read the queue of errors instead of data.
        ERRQUEUE = libc::MSG_ERRQUEUE, "MSG_ERRQUEUE";
        /// No `SIGPIPE` when the peer has gone; `EPIPE` all the same.
        NOSIGNAL = libc::MSG_NOSIGNAL, "MSG_NOSIGNAL";
        /// More is coming: do not send a partial segment yet.
        MORE = libc::MSG_MORE, "MSG_MORE";
        /// Send without copying, once `SO_ZEROCOPY` is set.
        ZEROCOPY = libc::MSG_ZEROCOPY, "MSG_ZEROCOPY";
        /// Send data in the SYN of a connection that this call opens.
        FASTOPEN = libc::MSG_FASTOPEN, "MSG_FASTOPEN";
        /// Descriptors received in control data are closed by `execve(2)`.
        CMSG_CLOEXEC = libc::MSG_CMSG_CLOEXEC, "MSG_CMSG_CLOEXEC";
    }
}

flag_set! {
    /// What a TCP connection has negotiated, in `TCP_INFO`: `TCPI_OPT_*`.
    TcpOptions(u8) {
        /// Timestamps, RFC 7323.
        TIMESTAMPS = 1, "TCPI_OPT_TIMESTAMPS";
        /// Selective acknowledgements, RFC 2018.
        SACK = 2, "TCPI_OPT_SACK";
        /// Window scaling, RFC 7323.
        WSCALE = 4, "TCPI_OPT_WSCALE";
        /// Explicit congestion notification, RFC 3168.
        ECN = 8, "TCPI_OPT_ECN";
        /// A packet with a congestion mark has come.
        ECN_SEEN = 16, "TCPI_OPT_ECN_SEEN";
        /// Data in the SYN was acknowledged, RFC 7413.
        SYN_DATA = 32, "TCPI_OPT_SYN_DATA";
    }
}

flag_set! {
    /// What `poll(2)` waits for and reports: `POLL*`.
    ///
    /// `ERR`, `HUP` and `NVAL` are reported whether asked for or not.
    PollEvents(i16) {
        /// Reading does not block: data, the end of the stream, an error, or a connection to accept.
        IN = libc::POLLIN, "POLLIN";
        /// Urgent data.
        PRI = libc::POLLPRI, "POLLPRI";
        /// Writing does not block, though a write larger than the room may.
        OUT = libc::POLLOUT, "POLLOUT";
        /// An error is pending.
        ERR = libc::POLLERR, "POLLERR";
        /// Both directions are closed.
        HUP = libc::POLLHUP, "POLLHUP";
        /// Not an open descriptor.
        NVAL = libc::POLLNVAL, "POLLNVAL";
        /// The peer has closed its sending side.
        RDHUP = libc::POLLRDHUP, "POLLRDHUP";
    }
}

flag_set! {
    /// The flags of `getaddrinfo(3)`: `AI_*`.
    AiFlags(i32) {
        /// The address is for `bind(2)`: without a host, the wildcard rather than loopback.
        PASSIVE = libc::AI_PASSIVE, "AI_PASSIVE";
        /// Return the canonical name with the first answer.
        CANONNAME = libc::AI_CANONNAME, "AI_CANONNAME";
        /// The host is an address in text: ask no name server.
        NUMERICHOST = libc::AI_NUMERICHOST, "AI_NUMERICHOST";
        /// Where IPv6 is asked for and there is none, answer with mapped IPv4 addresses.
        V4MAPPED = libc::AI_V4MAPPED, "AI_V4MAPPED";
        /// With `V4MAPPED`: both the IPv6 and the mapped IPv4 addresses.
        ALL = libc::AI_ALL, "AI_ALL";
        /// Only families for which this host has an address.
        ADDRCONFIG = libc::AI_ADDRCONFIG, "AI_ADDRCONFIG";
        /// The service is a number: look up no service name.
        NUMERICSERV = libc::AI_NUMERICSERV, "AI_NUMERICSERV";
    }
}

flag_set! {
    /// The flags of `getnameinfo(3)`: `NI_*`.
    NameFlags(i32) {
        /// The host as a number.
        NUMERICHOST = libc::NI_NUMERICHOST, "NI_NUMERICHOST";
        /// The service as a number.
        NUMERICSERV = libc::NI_NUMERICSERV, "NI_NUMERICSERV";
        /// Only the first label of names in the local domain.
        NOFQDN = libc::NI_NOFQDN, "NI_NOFQDN";
        /// An error if the host has no name.
        NAMEREQD = libc::NI_NAMEREQD, "NI_NAMEREQD";
        /// The service is a datagram one.
        DGRAM = libc::NI_DGRAM, "NI_DGRAM";
    }
}

/// Which side of a connection `shutdown(2)` closes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Shutdown {
    /// `SHUT_RD`: no more receiving.
    Read,
    /// `SHUT_WR`: no more sending; the peer reads the end of the stream.
    Write,
    /// `SHUT_RDWR`.
    Both,
}

impl Shutdown {
    /// The number of `SHUT_RD`, `SHUT_WR` or `SHUT_RDWR`.
    #[must_use]
    pub const fn raw(self) -> i32 {
        match self {
            Self::Read => libc::SHUT_RD,
            Self::Write => libc::SHUT_WR,
            Self::Both => libc::SHUT_RDWR,
        }
    }
}

impl From<std::net::Shutdown> for Shutdown {
    fn from(how: std::net::Shutdown) -> Self {
        match how {
            std::net::Shutdown::Read => Self::Read,
            std::net::Shutdown::Write => Self::Write,
            std::net::Shutdown::Both => Self::Both,
        }
    }
}
