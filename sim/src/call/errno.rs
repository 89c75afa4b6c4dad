//! The one place where what a protocol or a host refuses becomes an errno. Each arm with the reason the manual gives.

use wavetank_api::Errno;

use crate::{
    host::{AcceptError, BindError, ListenError, PortsExhausted, SysctlError, TableFull, UnixError},
    proto::{tcp, udp},
};

/// Turns a refusal into the errno a program sees.
pub(crate) trait IntoErrno {
    fn errno(self) -> Errno;
}

impl IntoErrno for TableFull {
    /// open(2): the per-process limit on the number of open file descriptors has been reached.
    fn errno(self) -> Errno {
        Errno::EMFILE
    }
}

impl IntoErrno for SysctlError {
    fn errno(self) -> Errno {
        match self {
            // open(2) of a file that is not there; `tcp_set_default_congestion_control`, too.
            Self::Unknown { .. } | Self::NoAlgorithm { .. } => Errno::ENOENT,
            // open(2) for writing of a file of mode 0444 (`proc_sys_permission`: not even for root).
            Self::ReadOnly { .. } => Errno::EACCES,
            // `proc_dointvec_minmax`: out of range, or no number.
            Self::Value { .. } => Errno::EINVAL,
        }
    }
}

impl IntoErrno for BindError {
    fn errno(self) -> Errno {
        match self {
            // bind(2): the socket is already bound to an address.
            Self::AlreadyBound => Errno::EINVAL,
            // bind(2): the given address is already in use; or port 0 was given and all ephemeral ports are in use.
            Self::AddrInUse => Errno::EADDRINUSE,
            // ip(7): a nonlocal address was requested to bind to.
            Self::AddrNotAvailable => Errno::EADDRNOTAVAIL,
            // `__inet6_bind` of a socket that is bound to a device.
            Self::NoDevice => Errno::ENODEV,
        }
    }
}

impl IntoErrno for ListenError {
    fn errno(self) -> Errno {
        match self {
            // `inet_listen`: a socket that is connected or connecting cannot listen.
            Self::Connected => Errno::EINVAL,
            // listen(2): another socket is already listening on the same port.
            Self::AddrInUse => Errno::EADDRINUSE,
        }
    }
}

impl IntoErrno for AcceptError {
    fn errno(self) -> Errno {
        match self {
            // accept(2): the socket is not listening for connections.
            Self::NotListening => Errno::EINVAL,
            // accept(2): the socket is marked nonblocking and no connections are present.
            Self::WouldBlock => Errno::EAGAIN,
        }
    }
}

impl IntoErrno for PortsExhausted {
    fn errno(self) -> Errno {
        // connect(2): "all port numbers in the ephemeral port range are currently in use".
        Errno::EADDRNOTAVAIL
    }
}

impl IntoErrno for tcp::Failure {
    fn errno(self) -> Errno {
        match self {
            // connect(2): no one listening on the remote address.
            Self::Refused => Errno::ECONNREFUSED,
            // tcp(7), `tcp_reset`: the connection was reset by the peer.
            Self::Reset => Errno::ECONNRESET,
            // `tcp_reset` in CLOSE_WAIT: the peer had said that it sends no more.
            Self::BrokenPipe => Errno::EPIPE,
            // tcp(7): the other end did not acknowledge retransmitted data after some time.
            Self::TimedOut => Errno::ETIMEDOUT,
            // ip(7): ICMP destination unreachable.
            Self::ProtocolUnreachable => Errno::ENOPROTOOPT,
            Self::NetUnreachable => Errno::ENETUNREACH,
            Self::HostUnreachable => Errno::EHOSTUNREACH,
            // `inet_sk_rebuild_header`
            Self::NoDevice => Errno::ENODEV,
            Self::ForbiddenWay => Errno::EINVAL,
        }
    }
}

impl IntoErrno for tcp::SendError {
    fn errno(self) -> Errno {
        match self {
            // send(2): nonblocking, and it would block; also while connecting.
            Self::WouldBlock => Errno::EAGAIN,
            // send(2): the local end has been shut down on a connection oriented socket.
            Self::ShutDown => Errno::EPIPE,
            Self::Failed(failure) => failure.errno(),
        }
    }
}

impl IntoErrno for tcp::NotConnected {
    /// shutdown(2): the specified socket is not connected.
    fn errno(self) -> Errno {
        Errno::ENOTCONN
    }
}

impl IntoErrno for tcp::RecvError {
    fn errno(self) -> Errno {
        match self {
            Self::WouldBlock => Errno::EAGAIN,
            // recv(2): a connection-oriented socket has not been connected.
            Self::NotConnected => Errno::ENOTCONN,
            Self::Failed(failure) => failure.errno(),
        }
    }
}

impl IntoErrno for udp::Failure {
    fn errno(self) -> Errno {
        match self {
            // udp(7): an ICMP port unreachable came back for an earlier datagram.
            Self::Refused => Errno::ECONNREFUSED,
            Self::HostUnreachable => Errno::EHOSTUNREACH,
            Self::NetUnreachable => Errno::ENETUNREACH,
            // `icmpv6_err_convert`
            Self::Prohibited => Errno::EACCES,
            Self::ProtocolUnreachable => Errno::ENOPROTOOPT,
            Self::ParameterProblem => Errno::EPROTO,
            // ip(7): fragmentation is needed, and not allowed.
            Self::TooLong => Errno::EMSGSIZE,
        }
    }
}

impl IntoErrno for udp::RecvError {
    fn errno(self) -> Errno {
        match self {
            Self::WouldBlock => Errno::EAGAIN,
            Self::Failed(failure) => failure.errno(),
        }
    }
}

impl IntoErrno for crate::host::UdpSendError {
    fn errno(self) -> Errno {
        match self {
            Self::ShutDown => Errno::EPIPE,
            // udp(7): no ephemeral port is left.
            Self::PortsExhausted | Self::Full => Errno::EAGAIN,
            // `ip_append_data`, `udp_send_skb`
            Self::TooLong => Errno::EMSGSIZE,
            Self::NoBuffers => Errno::ENOBUFS,
            Self::Segments => Errno::EINVAL,
            Self::Failed(failure) => failure.errno(),
        }
    }
}

impl IntoErrno for crate::host::NoWay {
    fn errno(self) -> Errno {
        match self {
            // connect(2): the network is unreachable.
            Self::Unreachable => Errno::ENETUNREACH,
            // `ip_route_output_key_hash_rcu`: no such interface.
            Self::NoDevice => Errno::ENODEV,
            // `__mkroute_output`: an address of the loopback does not leave it.
            Self::Invalid => Errno::EINVAL,
            // `ip6_dst_lookup_tail`: from an IPv4 address to one of IPv6.
            Self::WrongFamily => Errno::EAFNOSUPPORT,
        }
    }
}

impl IntoErrno for UnixError {
    /// unix(7), and the functions of net/unix/af_unix.c.
    fn errno(self) -> Errno {
        match self {
            Self::WouldBlock | Self::Full(_) => Errno::EAGAIN,
            // `unix_stream_sendmsg`: this half or the peer's is shut, or the peer is gone.
            Self::Broken => Errno::EPIPE,
            // `unix_release_sock`: the peer went with something unread.
            Self::Reset => Errno::ECONNRESET,
            Self::NotConnected => Errno::ENOTCONN,
            Self::IsConnected => Errno::EISCONN,
            // `unix_listen`, `unix_accept` of datagrams; an address for a stream that is not connected.
            Self::NotSupported => Errno::EOPNOTSUPP,
            // `unix_validate_addr`; a socket in another state.
            Self::Invalid => Errno::EINVAL,
            // `unix_dgram_sendmsg`: longer than the send buffer.
            Self::TooLong => Errno::EMSGSIZE,
            // `unix_find_bsd`, `unix_find_abstract`: nobody is there; `unix_stream_connect`: nobody listens.
            Self::Refused => Errno::ECONNREFUSED,
            Self::NoPath => Errno::ENOENT,
            // `unix_find_bsd`: the path is of a socket of another type.
            Self::WrongType => Errno::EPROTOTYPE,
            // `unix_may_send`: the receiver is connected to another.
            Self::NotPermitted => Errno::EPERM,
            // bind(2): the given address is already in use.
            Self::NameInUse => Errno::EADDRINUSE,
        }
    }
}
