//! ICMP and ICMPv6 errors: RFC 792, RFC 4443. Echo is absent: no socket of this stack can ask for it yet.

use std::{fmt, net::SocketAddr};

use super::SeqNum;

/// Why a packet could not be delivered, in the words both versions of ICMP share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unreachable {
    /// ICMP type 3 code 0; ICMPv6 type 1 code 0.
    Network,
    /// ICMP type 3 code 1; ICMPv6 type 1 code 3.
    Host,
    /// ICMP type 3 code 2; ICMPv6 type 4 code 1.
    Protocol,
    /// ICMP type 3 code 3; ICMPv6 type 1 code 4.
    Port,
    /// Fragmentation needed, ICMP type 3 code 4 (RFC 1191); packet too big, ICMPv6 type 2: the MTU of the next hop, 0 from a
    /// router that does not say.
    TooBig { mtu: u32 },
    /// Administratively prohibited: ICMP type 3 code 13; ICMPv6 type 1 code 1.
    Prohibited,
}

/// An ICMP error, quoting of the packet it is about what a host recovers from it: addresses, ports, sequence number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Icmp {
    pub(crate) reason: Unreachable,
    /// `true` if the quoted packet was TCP, `false` if it was UDP.
    pub(crate) quoted_tcp: bool,
    pub(crate) quoted_src: SocketAddr,
    pub(crate) quoted_dst: SocketAddr,
    /// Of a quoted segment, 0 of a datagram. An error about a segment that is not in flight is none (`tcp_v4_err`; RFC 5927
    /// section 4.1).
    pub(crate) quoted_seq: SeqNum,
}

impl Icmp {
    pub(crate) fn wire_len(&self) -> usize {
        // Type, code, checksum and unused word; the quoted IP header; 8 bytes of what it carried.
        8 + if self.quoted_src.is_ipv4() { 20 } else { 40 } + 8
    }

    /// What distinguishes it from another, in two words.
    pub(crate) fn words(&self) -> [u64; 2] {
        let reason = match self.reason {
            Unreachable::Network => 0,
            Unreachable::Host => 1,
            Unreachable::Port => 2,
            Unreachable::Protocol => 3,
            Unreachable::Prohibited => 4,
            Unreachable::TooBig { mtu } => 5 | u64::from(mtu) << 8,
        };
        let ports = u64::from(self.quoted_src.port()) << 48 | u64::from(self.quoted_dst.port()) << 32;
        [reason, ports | u64::from(self.quoted_seq.0)]
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
            Unreachable::Protocol => write!(f, "{version} {dst} protocol {protocol} unreachable"),
            Unreachable::TooBig { mtu } => write!(f, "{version} {dst} unreachable - need to frag (mtu {mtu})"),
            Unreachable::Prohibited => write!(f, "{version} host {dst} unreachable - admin prohibited"),
            Unreachable::Port => write!(f, "{version} {dst} {protocol} port {} unreachable", self.quoted_dst.port()),
        }
    }
}
