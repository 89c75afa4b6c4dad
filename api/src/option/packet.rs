//! Options of `AF_PACKET`: `packet(7)`, and `packet_setsockopt` where the manual is silent.
//!
//! The rings of shared memory (`PACKET_RX_RING`, `PACKET_TX_RING`) are not here: they are of use only mapped into memory.

use super::layout::structure;
use super::{SockOpt, options};
use crate::c;

structure! { PACKET_LAYOUTS;
    /// What a device is to let through.
    PacketMreq, "packet_mreq", 16 {
        /// The interface's index.
        ifindex: i32, "mr_ifindex" @ 0;
        /// `PACKET_MR_*`.
        kind: u16, "mr_type" @ 4;
        /// Bytes of the address.
        len: u16, "mr_alen" @ 6;
        /// The address, for `PACKET_MR_MULTICAST` and `PACKET_MR_UNICAST`.
        address: [u8; 8], "mr_address" @ 8;
    }

    /// Packets counted; reading begins anew.
    PacketStats, "tpacket_stats", 8 {
        /// Received, the dropped ones included.
        packets: u32, "tp_packets" @ 0;
        /// Dropped, because there was no room.
        drops: u32, "tp_drops" @ 4;
    }

    /// How [`PACKET_FANOUT`]'s rollover went.
    RolloverStats, "tpacket_rollover_stats", 24 {
        /// Moved to another socket.
        all: u64, "tp_all" @ 0;
        /// Of these, of large flows.
        huge: u64, "tp_huge" @ 8;
        /// Not moved, because all sockets were full.
        failed: u64, "tp_failed" @ 16;
    }
}

impl PacketMreq {
    /// Everything on this interface.
    #[must_use]
    pub const fn promiscuous(ifindex: i32) -> Self {
        Self { ifindex, kind: c::PACKET_MR_PROMISC as u16, len: 0, address: [0; 8] }
    }

    /// The frames to this Ethernet group.
    #[must_use]
    pub const fn multicast(ifindex: i32, group: [u8; 6]) -> Self {
        let [a, b, c, d, e, f] = group;
        Self { ifindex, kind: c::PACKET_MR_MULTICAST as u16, len: 6, address: [a, b, c, d, e, f, 0, 0] }
    }
}

options! { PACKET_NAMES;
    /// Lets the device take a group, everything multicast, or everything, until the socket is closed. `ENODEV`, `EINVAL` (the address's
    /// length, the kind). Write only. `packet(7)`.
    SOL_PACKET PACKET_ADD_MEMBERSHIP: PacketMreq;
    /// Takes it back. Write only. `packet(7)`.
    SOL_PACKET PACKET_DROP_MEMBERSHIP: PacketMreq;
    /// Packets received and dropped since it was last read. Read only. `packet(7)`.
    SOL_PACKET PACKET_STATISTICS: PacketStats;
    /// Receives length and VLAN of a packet as a control message. `packet(7)`.
    SOL_PACKET PACKET_AUXDATA: bool;
    /// The address tells the interface on which the packet came first: the port of a bridge, not the bridge.
    SOL_PACKET PACKET_ORIGDEV: bool;
    /// The version of a ring's headers: `TPACKET_V*`; else `EINVAL`. `EBUSY` once there is a ring. `packet(7)`.
    SOL_PACKET PACKET_VERSION: i32;
    /// Bytes kept free before the headers of a ring. `EBUSY` once there is a ring. `packet(7)`.
    SOL_PACKET PACKET_RESERVE: u32;
    /// Skips malformed packets of a ring. `EBUSY` once there is a ring. `packet(7)`.
    SOL_PACKET PACKET_LOSS: bool;
    /// A header of virtio before each packet. Raw sockets only: `EINVAL`.
    SOL_PACKET PACKET_VNET_HDR: bool;
    /// Bytes of that header: 0, 10 or 12. Linux 6.4.
    SOL_PACKET PACKET_VNET_HDR_SZ: i32;
    /// Which time a ring tells: `SOF_TIMESTAMPING_RAW_HARDWARE`, or the kernel's. `packet(7)`.
    SOL_PACKET PACKET_TIMESTAMP: i32;
    /// Shares packets with the sockets that name the same number: it in the lower 16 bits, `PACKET_FANOUT_*` in the upper. `EINVAL` unless
    /// bound. `packet(7)`.
    SOL_PACKET PACKET_FANOUT: u32;
    /// The counters of `PACKET_FANOUT_ROLLOVER`; `EINVAL` without one. Read only.
    SOL_PACKET PACKET_ROLLOVER_STATS: RolloverStats;
    /// The offset of a packet to send is in its header. `EBUSY` once there is a ring.
    SOL_PACKET PACKET_TX_HAS_OFF: bool;
    /// Sends around the packet scheduler. `packet(7)`.
    SOL_PACKET PACKET_QDISC_BYPASS: bool;
    /// Does not take what this host sends. `EINVAL` but for 0 and 1.
    SOL_PACKET PACKET_IGNORE_OUTGOING: bool;
}
