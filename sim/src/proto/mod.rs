//! Protocols: one state machine each, without input or output of its own.
//!
//! A machine is handed a [`Cx`] and a packet, a call or the news that its deadline has come. It leaves packets in
//! `cx.out` and says by `poll_at()` when it wants to be called again. It knows no host, link, fault, errno or task, and
//! no other protocol.

pub(crate) mod skb;
pub(crate) mod tcp;
pub(crate) mod udp;
pub(crate) mod unix;

use std::net::{IpAddr, SocketAddr};

use crate::{
    base::{Instant, Rng},
    wire::{Body, Packet, Pool, Segment},
};

/// All that a protocol may see of the world while it handles one event.
pub(crate) struct Cx<'a> {
    pub(crate) now: Instant,
    pub(crate) rng: &'a mut Rng,
    pub(crate) out: &'a mut Out,
    pub(crate) sysctl: &'a tcp::Sysctl,
    /// `net.core.rmem_max`.
    pub(crate) rmem_max: u32,
}

/// Where packets are left for the host to send.
#[derive(Default)]
pub(crate) struct Out {
    pub(crate) packets: Vec<Packet>,
    pub(crate) pool: Pool,
    /// What the call that is made asks for.
    pub(crate) call: Call,
    /// What arrives is one of these.
    pub(crate) held: Held,
    /// From whom and to whom each RST is, if somebody watches.
    pub(crate) resets: Option<Vec<(SocketAddr, SocketAddr)>>,
}

/// A call of a TCP socket where packets come back before it returns: they wait, because it has its socket locked (`sk_backlog`), and
/// are dealt with when it is nearly over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Call {
    #[default]
    Other,
    /// What is sent comes back itself.
    SendsToItself,
    /// The same, and there is more of it to come: what it acknowledges now it finds only then.
    SendsPartToItself,
    /// Data is sent, or, by who has read, an ACK: what the peer sends upon that comes back.
    Speaks,
}

/// Packets that wait for the end of a call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Held {
    /// How many with data, and how much of that.
    pub(crate) segments: u32,
    pub(crate) bytes: u32,
    /// More of them follow this one.
    pub(crate) more: bool,
    /// One of them wants an ACK, which goes out when all are dealt with (TCP_ACK_DEFERRED).
    pub(crate) owes_ack: bool,
}

impl Held {
    /// One more, with so much data.
    pub(crate) fn count(&mut self, len: u32) {
        self.segments += u32::from(len > 0);
        self.bytes += len;
    }
}

impl Out {
    /// Writes down that a RST is left.
    pub(crate) fn note_reset(&mut self, from: SocketAddr, to: SocketAddr) {
        if let Some(resets) = &mut self.resets {
            resets.push((from, to));
        }
    }

    /// It was not sent after all.
    #[cold]
    pub(crate) fn forget_reset(&mut self, from: SocketAddr, to: SocketAddr) {
        if let Some(resets) = &mut self.resets
            && let Some(at) = resets.iter().rposition(|noted| *noted == (from, to))
        {
            resets.remove(at);
        }
    }

    /// Leaves a segment.
    #[inline]
    pub(crate) fn segment(&mut self, src: IpAddr, dst: IpAddr, segment: Segment) {
        self.packets.push(Packet { src, dst, body: Body::Tcp(segment) });
    }
}

bitflags::bitflags! {
    /// What a socket is ready for: the conditions that `poll(2)` reports, before the host turns them into its bits.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub(crate) struct Readiness: u8 {
        /// Reading would not block.
        const IN = 0x01;
        /// Writing would not block.
        const OUT = 0x02;
        /// The peer has shut down its writing half (POLLRDHUP).
        const RDHUP = 0x04;
        /// Both halves are shut down (POLLHUP).
        const HUP = 0x08;
        /// An error is pending (POLLERR).
        const ERR = 0x10;
        /// Urgent data is here (POLLPRI).
        const PRI = 0x20;
        /// There is room in the queue for what others send (`peer_wait` of UNIX sockets): no poll tells.
        const ROOM = 0x40;
        /// Of who waits: it asks by `poll`, and is woken whoever else is.
        const BY_POLL = 0x80;
    }
}
