//! `PACKET_*`, `TPACKET_*`: linux/if_packet.h, `packet(7)`.

use crate::c::constants;

constants! { PACKET;
    // Where a packet went, in its address.
    /// To this host.
    PACKET_HOST;
    /// To all.
    PACKET_BROADCAST;
    /// To a group.
    PACKET_MULTICAST;
    /// To another host.
    PACKET_OTHERHOST;
    /// From this host.
    PACKET_OUTGOING;
    /// Looped back; the kernel's own.
    PACKET_LOOPBACK;
    /// To a program; the kernel's own.
    PACKET_USER;
    /// To the kernel; its own.
    PACKET_KERNEL;
    /// Unused.
    PACKET_FASTROUTE = 6;

    // Options.
    /// Takes a group, everything multicast, or everything.
    PACKET_ADD_MEMBERSHIP;
    /// Takes it back.
    PACKET_DROP_MEMBERSHIP;
    /// Reserved.
    PACKET_RECV_OUTPUT;
    /// Receives in a ring of shared memory.
    PACKET_RX_RING;
    /// Packets counted and dropped.
    PACKET_STATISTICS;
    /// Reserved.
    PACKET_COPY_THRESH;
    /// Receives length and VLAN of a packet.
    PACKET_AUXDATA;
    /// The address tells the interface on which the packet came first.
    PACKET_ORIGDEV;
    /// The version of the ring's headers.
    PACKET_VERSION;
    /// Bytes of a header of a version.
    PACKET_HDRLEN;
    /// Bytes kept free before the headers.
    PACKET_RESERVE;
    /// Sends from a ring of shared memory.
    PACKET_TX_RING;
    /// Skips malformed packets of the ring.
    PACKET_LOSS;
    /// A header of virtio before each packet.
    PACKET_VNET_HDR;
    /// Stamps what is sent.
    PACKET_TX_TIMESTAMP;
    /// Which time the ring tells.
    PACKET_TIMESTAMP;
    /// Shares packets with other sockets.
    PACKET_FANOUT;
    /// The offset of a packet to send is in its header.
    PACKET_TX_HAS_OFF;
    /// Sends around the packet scheduler.
    PACKET_QDISC_BYPASS;
    /// Counters of [`PACKET_FANOUT_ROLLOVER`].
    PACKET_ROLLOVER_STATS;
    /// The program of [`PACKET_FANOUT_CBPF`] or [`PACKET_FANOUT_EBPF`].
    PACKET_FANOUT_DATA;
    /// Does not take what this host sends.
    PACKET_IGNORE_OUTGOING;
    /// Bytes of the header of virtio. Linux 6.4.
    PACKET_VNET_HDR_SZ = 24;

    // Kinds of membership.
    /// A group.
    PACKET_MR_MULTICAST;
    /// Everything.
    PACKET_MR_PROMISC;
    /// Everything multicast.
    PACKET_MR_ALLMULTI;
    /// An address.
    PACKET_MR_UNICAST;

    // Ways to share.
    /// By a hash of the flow.
    PACKET_FANOUT_HASH;
    /// In turn.
    PACKET_FANOUT_LB;
    /// By the processor.
    PACKET_FANOUT_CPU;
    /// To the next when one is full.
    PACKET_FANOUT_ROLLOVER;
    /// By chance.
    PACKET_FANOUT_RND;
    /// By the device's queue.
    PACKET_FANOUT_QM;
    /// By a classic BPF program.
    PACKET_FANOUT_CBPF;
    /// By an extended BPF program.
    PACKET_FANOUT_EBPF;
    /// With any of these: to the next when one is full.
    PACKET_FANOUT_FLAG_ROLLOVER;
    /// Choose a number that no other group has.
    PACKET_FANOUT_FLAG_UNIQUEID;
    /// The group does not take what this host sends.
    PACKET_FANOUT_FLAG_IGNORE_OUTGOING = 0x4000;
    /// Reassemble fragments first.
    PACKET_FANOUT_FLAG_DEFRAG;

    // Versions of a ring's headers.
    /// `struct tpacket_hdr`.
    TPACKET_V1 = 0;
    /// `struct tpacket2_hdr`.
    TPACKET_V2 = 1;
    /// `struct tpacket3_hdr`.
    TPACKET_V3 = 2;
    /// Headers begin at multiples of this.
    TPACKET_ALIGNMENT;
}
