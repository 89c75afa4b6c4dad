//! ICMP and ICMPv6 errors: RFC 792, RFC 4443. Echo is absent: no socket of this stack can ask for it yet.

use std::{fmt, net::SocketAddr};

use super::{Datagram, Payload, Pool, SeqNum};

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

/// An ICMP error, quoting of the packet it is about what a host recovers from it: addresses, ports, sequence number, and of a datagram
/// the data.
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
    /// Traffic class of the quoted packet.
    pub(crate) quoted_class: u8,
    /// Of a quoted datagram as much data as there was room for; of a segment nothing.
    pub(crate) quoted_data: Payload,
}

impl Icmp {
    /// About a datagram that went from there to there.
    pub(crate) fn about_datagram(
        reason: Unreachable,
        (quoted_src, quoted_dst): (SocketAddr, SocketAddr),
        datagram: &Datagram,
        pool: &mut Pool,
    ) -> Self {
        let data = &datagram.payload[..];
        let quoted = data.len().min(Self::room_for_data(quoted_src.is_ipv4()));
        let (quoted_class, quoted_data) = (datagram.traffic_class, pool.payload(&[&data[..quoted]]));
        Self { reason, quoted_tcp: false, quoted_src, quoted_dst, quoted_seq: SeqNum(0), quoted_class, quoted_data }
    }

    /// About a segment that went from there to there.
    pub(crate) fn about_segment(
        reason: Unreachable,
        (quoted_src, quoted_dst): (SocketAddr, SocketAddr),
        quoted_seq: SeqNum,
    ) -> Self {
        let (quoted_class, quoted_data) = (0, Payload::default());
        Self { reason, quoted_tcp: true, quoted_src, quoted_dst, quoted_seq, quoted_class, quoted_data }
    }

    pub(crate) fn wire_len(&self) -> usize {
        // Type, code, checksum and unused word; the quoted IP header; 8 bytes of what it carried, and data.
        8 + if self.quoted_src.is_ipv4() { 20 } else { 40 } + 8 + self.quoted_data.len()
    }

    /// How much data of a datagram is quoted at most: as much as makes 576 bytes (RFC 1812 section 4.3.2.3), or 1,280 (RFC 4443 section
    /// 3.1).
    fn room_for_data(is_ipv4: bool) -> usize {
        if is_ipv4 { 576 - (20 + 8) - (20 + 8) } else { 1280 - (40 + 8) - (40 + 8) }
    }

    /// Type, code, and the word behind the checksum.
    pub(crate) fn type_code_and_word(&self) -> (u8, u8, u32) {
        match (self.reason, self.quoted_src.is_ipv4()) {
            (Unreachable::Network, true) => (3, 0, 0),
            (Unreachable::Host, true) => (3, 1, 0),
            (Unreachable::Protocol, true) => (3, 2, 0),
            (Unreachable::Port, true) => (3, 3, 0),
            (Unreachable::TooBig { mtu }, true) => (3, 4, mtu.min(0xffff)),
            (Unreachable::Prohibited, true) => (3, 13, 0),
            (Unreachable::Network, false) => (1, 0, 0),
            (Unreachable::Prohibited, false) => (1, 1, 0),
            (Unreachable::Host, false) => (1, 3, 0),
            (Unreachable::Port, false) => (1, 4, 0),
            (Unreachable::TooBig { mtu }, false) => (2, 0, mtu),
            // Unrecognised next header; the pointer names its field in the IP header.
            (Unreachable::Protocol, false) => (4, 1, 6),
        }
    }

    /// Of its own IP header. RFC 1812 section 4.3.2.5: precedence 6, and the type of service of what it is about (`icmp_send`).
    pub(crate) fn traffic_class(&self) -> u8 {
        const INTERNETWORK_CONTROL: u8 = 0xc0;
        const TYPE_OF_SERVICE: u8 = 0x1e;
        if self.quoted_src.is_ipv4() { self.quoted_class & TYPE_OF_SERVICE | INTERNETWORK_CONTROL } else { 0 }
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
