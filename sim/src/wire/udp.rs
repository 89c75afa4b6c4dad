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
    /// What its buffers cost (`skb->truesize`), which a receiver on the same machine is charged, too; 0 if nobody knows.
    pub(crate) truesize: u32,
    /// How much of it a receiver is not charged, who puts a last fragment behind the first.
    pub(crate) saved: u16,
    /// The length of its longest fragment, in 16 bits; 0 if it is whole.
    pub(crate) fragment: u16,
    pub(crate) marks: Marks,
    /// `skb->mark` and `skb->priority`, which no other host sees (`skb_scrub_packet`, `____dev_forward_skb`).
    pub(crate) tags: [u32; 2],
    pub(crate) payload: Payload,
}

bitflags::bitflags! {
    /// What else there is to be known of a datagram.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub(crate) struct Marks: u8 {
        /// It is sent to many, but not to the sender's own host (IP_MULTICAST_LOOP).
        const QUIET = 1;
        /// It goes through the loopback, whatever its addresses.
        const NEAR = 8;
        /// It was sent by `lo`, and so has come by that, whoever has its address (`rt_iif`).
        const BY_LO = 16;
        /// It has no checksum, and IPv6 takes it only where it is let (UDP_NO_CHECK6_TX, UDP_NO_CHECK6_RX). RFC 6936.
        const UNSUMMED = 2;
        /// The sender has reckoned its checksum itself, and left it to no device: so will the receiver.
        const SUMMED_BY_HAND = 4;
    }
}
