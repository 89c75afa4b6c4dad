//! What to look at first, for the failures that everybody meets.

use crate::{Eai, Errno, HErrno};

/// The rows are read from top to bottom; `""` stands for any call.
const HINTS: &[(&str, Errno, &str)] = &[
    (
        "connect",
        Errno::ECONNREFUSED,
        "nothing listens there: is the server started, bound to this address and port, and listening before you connect?",
    ),
    (
        "",
        Errno::ECONNREFUSED,
        "an earlier datagram met a closed port (ICMP port unreachable): is the peer's socket bound?",
    ),
    (
        "bind",
        Errno::EADDRINUSE,
        "another socket has this port, or a connection of an earlier run is in TIME_WAIT: set SO_REUSEADDR before bind, or bind port 0",
    ),
    ("listen", Errno::EADDRINUSE, "another socket listens on this port: bind another one, or set SO_REUSEPORT on both"),
    (
        "connect",
        Errno::EADDRINUSE,
        "the same four addresses and ports are in use: let the system choose the local port",
    ),
    ("bind", Errno::EADDRNOTAVAIL, "no interface of this host has this address: bind 0.0.0.0 or ::, or one of its own"),
    ("connect", Errno::EADDRNOTAVAIL, "no local port is free for this peer, or the address cannot be connected to"),
    ("bind", Errno::EACCES, "ports below 1024 need a privilege; a UNIX path needs write permission on its directory"),
    ("socket", Errno::EACCES, "this family or type needs a privilege (CAP_NET_RAW for raw and packet sockets)"),
    ("socket", Errno::EPERM, "this family or type needs a privilege (CAP_NET_RAW for raw and packet sockets)"),
    ("", Errno::EACCES, "a broadcast address needs SO_BROADCAST; a firewall rule answers in the same way"),
    ("socket", Errno::EAFNOSUPPORT, "this kernel has no such address family, or it is switched off (IPv6?)"),
    ("", Errno::EAFNOSUPPORT, "the address is of another family than the socket"),
    ("", Errno::EMFILE, "this process is at its limit of descriptors (ulimit -n): is every socket closed?"),
    ("", Errno::ENFILE, "the whole system is at its limit of open files"),
    ("", Errno::EPIPE, "the sending side is closed: by shutdown() here, or because the peer reset the connection"),
    (
        "",
        Errno::ECONNRESET,
        "the peer aborted: it closed with data unread, crashed, or was never told of this connection",
    ),
    (
        "connect",
        Errno::ETIMEDOUT,
        "nobody answered: is the host up, is the address right, does a firewall drop the packets?",
    ),
    ("", Errno::ETIMEDOUT, "the peer stopped answering, and retransmission or keepalive gave up"),
    (
        "",
        Errno::ENETUNREACH,
        "no route to this network: is the interface up, and is there a default route for this family?",
    ),
    ("", Errno::EHOSTUNREACH, "the last router could not reach the host: is it up, and on that link?"),
    (
        "",
        Errno::ENOTCONN,
        "the socket is not connected: connect first, or look whether the connection has already ended",
    ),
    ("", Errno::EISCONN, "the socket is connected already: use a new one, or send without an address"),
    ("connect", Errno::EINPROGRESS, "the socket does not block: poll for POLLOUT, then read SO_ERROR"),
    ("connect", Errno::EALREADY, "an earlier connect is still under way: poll for POLLOUT, then read SO_ERROR"),
    ("connect", Errno::ENOENT, "no socket has this path: is the server started, and does it use the same directory?"),
    ("", Errno::EAGAIN, "the call would block: poll first, or give the socket a timeout"),
    ("", Errno::EMSGSIZE, "the datagram is longer than the protocol or the link can carry"),
    ("", Errno::ENOBUFS, "the system had no room for the packet: slow down, or try again"),
    ("", Errno::EDESTADDRREQ, "the socket is not connected: send with an address, or connect first"),
    ("getsockopt", Errno::ENOPROTOOPT, "this socket's protocol does not have the option at this level"),
    ("setsockopt", Errno::ENOPROTOOPT, "this socket's protocol does not have the option at this level"),
];

pub(super) fn os_hint(errno: Errno, call: &str) -> Option<&'static str> {
    HINTS
        .iter()
        .find(|(of_call, of_errno, _)| *of_errno == errno && (of_call.is_empty() || *of_call == call))
        .map(|(.., hint)| *hint)
}

pub(super) fn eai_hint(eai: Eai) -> Option<&'static str> {
    Some(match eai {
        Eai::NONAME => "the name does not exist: is it spelt right, and in this host's DNS or hosts file?",
        Eai::AGAIN => "the name server did not answer: try again",
        Eai::FAIL => "the name server answered with a failure: trying again will hardly help",
        Eai::SERVICE => "the service is not known for this socket type: give the port as a number",
        Eai::NODATA | Eai::ADDRFAMILY => "the name exists, but has no address of this family",
        _ => return None,
    })
}

pub(super) fn herrno_hint(h_errno: HErrno) -> Option<&'static str> {
    match h_errno {
        HErrno::HOST_NOT_FOUND => eai_hint(Eai::NONAME),
        HErrno::TRY_AGAIN => eai_hint(Eai::AGAIN),
        HErrno::NO_RECOVERY => eai_hint(Eai::FAIL),
        HErrno::NO_DATA => eai_hint(Eai::NODATA),
        _ => None,
    }
}
