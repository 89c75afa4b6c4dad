//! A UDP datagram: RFC 768.

use super::Payload;

/// One datagram.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Datagram {
    pub(crate) src_port: u16,
    pub(crate) dst_port: u16,
    /// Of its IP header: `IP_TTL`, `IPV6_UNICAST_HOPS`. (Every other packet here has the usual 64.)
    pub(crate) hop_limit: u8,
    /// Of its IP header: `IP_TOS`, `IPV6_TCLASS`.
    pub(crate) traffic_class: u8,
    /// What its buffers cost (`skb->truesize`), which a receiver on the same machine is charged; 0 if nobody knows.
    pub(crate) truesize: u32,
    /// Of what is sent to many: the sender's own host takes it, too (IP_MULTICAST_LOOP).
    pub(crate) is_looped: bool,
    /// Without one IPv6 takes it only where it is let (UDP_NO_CHECK6_TX, UDP_NO_CHECK6_RX). RFC 6936.
    pub(crate) has_checksum: bool,
    pub(crate) payload: Payload,
}
