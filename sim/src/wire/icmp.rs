//! ICMP and ICMPv6 errors: RFC 792, RFC 4443. Echo is absent: no socket of this stack can ask for it yet.

use std::{fmt, net::SocketAddr};

/// Why a packet could not be delivered, in the words both versions of ICMP share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unreachable {
    /// ICMP type 3 code 0; ICMPv6 type 1 code 0.
    #[expect(dead_code, reason = "sent by routers, which are absent: what has no destination is lost in silence")]
    Network,
    /// ICMP type 3 code 1; ICMPv6 type 1 code 3.
    #[expect(dead_code, reason = "sent by routers, which are absent")]
    Host,
    /// ICMP type 3 code 3; ICMPv6 type 1 code 4.
    Port,
}

/// An ICMP error, quoting the addresses of the packet it is about as a host recovers them from the quoted header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Icmp {
    pub(crate) reason: Unreachable,
    /// `true` if the quoted packet was TCP, `false` if it was UDP.
    pub(crate) quoted_tcp: bool,
    pub(crate) quoted_src: SocketAddr,
    pub(crate) quoted_dst: SocketAddr,
}

impl Icmp {
    pub(crate) fn wire_len(&self) -> usize {
        // Type, code, checksum and unused word; the quoted IP header; 8 bytes of what it carried.
        8 + if self.quoted_src.is_ipv4() { 20 } else { 40 } + 8
    }
}

impl fmt::Display for Icmp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = if self.quoted_src.is_ipv4() { "ICMP" } else { "ICMP6" };
        let protocol = if self.quoted_tcp { "tcp" } else { "udp" };
        let dst = self.quoted_dst.ip();
        match self.reason {
            Unreachable::Network => write!(f, "{version} net {dst} unreachable"),
            Unreachable::Host => write!(f, "{version} host {dst} unreachable"),
            Unreachable::Port => write!(f, "{version} {dst} {protocol} port {} unreachable", self.quoted_dst.port()),
        }
    }
}
