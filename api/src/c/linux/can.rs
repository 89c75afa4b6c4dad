//! `CAN_*`, `J1939_*` and their `SOL_*`, `SO_*`, `SCM_*`: linux/can.h, linux/can/raw.h, bcm.h, isotp.h, j1939.h.

use crate::c::constants;

constants! { CAN;
    // The identifier of a frame: linux/can.h.
    /// The frame has the extended format, 29 bits.
    CAN_EFF_FLAG: u32;
    /// The frame asks for data.
    CAN_RTR_FLAG: u32;
    /// The frame tells of an error: `CAN_ERR_*`.
    CAN_ERR_FLAG: u32;
    /// The 11 bits of an identifier in the standard format.
    CAN_SFF_MASK: u32;
    /// The 29 bits of an identifier in the extended format.
    CAN_EFF_MASK: u32;
    /// The classes of an error.
    CAN_ERR_MASK: u32;
    /// In a filter's identifier: take what does not match.
    CAN_INV_FILTER: u32;
    /// Bits of an identifier in the standard format.
    CAN_SFF_ID_BITS;
    /// Bits of an identifier in the extended format.
    CAN_EFF_ID_BITS;
    /// The largest length code of a classic frame.
    CAN_MAX_DLC;
    /// The largest length code on the wire.
    CAN_MAX_RAW_DLC = 15;
    /// Bytes of data in a classic frame at most.
    CAN_MAX_DLEN;
    /// The largest length code of a CAN FD frame.
    CANFD_MAX_DLC;
    /// Bytes of data in a CAN FD frame at most.
    CANFD_MAX_DLEN;
    /// Bytes of data in a CAN XL frame at least.
    CANXL_MIN_DLEN;
    /// Bytes of data in a CAN XL frame at most.
    CANXL_MAX_DLEN;
    /// Bytes of a classic frame in memory, `struct can_frame`.
    CAN_MTU;
    /// Bytes of a CAN FD frame in memory, `struct canfd_frame`.
    CANFD_MTU;
    /// Bytes of a CAN XL frame in memory, `struct canxl_frame`.
    CANXL_MTU;
    /// `canfd_frame`: the data goes at the higher rate.
    CANFD_BRS;
    /// `canfd_frame`: the sender is error passive.
    CANFD_ESI;
    /// `canfd_frame`: a CAN FD frame, not a classic one.
    CANFD_FDF;
    /// `canxl_frame`: always set.
    CANXL_XLF;
    /// `canxl_frame`: the simple extended content bit.
    CANXL_SEC;

    // Protocols.
    /// Frames as they are.
    CAN_RAW;
    /// The broadcast manager: the kernel sends and watches cyclic frames.
    CAN_BCM;
    /// Reserved for a transport protocol of VAG.
    CAN_TP16;
    /// Reserved for a transport protocol of VAG.
    CAN_TP20;
    /// Reserved for Bosch's MCNet.
    CAN_MCNET;
    /// Messages of up to 4,095 bytes and more, ISO 15765-2.
    CAN_ISOTP;
    /// SAE J1939 for vehicles.
    CAN_J1939;
    /// How many protocols there are.
    CAN_NPROTO;

    // Levels.
    /// Added to a protocol it is the protocol's level.
    SOL_CAN_BASE;
    /// Options of [`CAN_RAW`].
    SOL_CAN_RAW;
    /// Options of [`CAN_ISOTP`].
    SOL_CAN_ISOTP = 106;
    /// Options and control messages of [`CAN_J1939`].
    SOL_CAN_J1939;

    // Options of `SOL_CAN_RAW`: linux/can/raw.h.
    /// Which frames are taken: an array of `struct can_filter`.
    CAN_RAW_FILTER;
    /// Which classes of errors are taken.
    CAN_RAW_ERR_FILTER;
    /// Whether other sockets of this host see what is sent.
    CAN_RAW_LOOPBACK;
    /// Whether this socket sees what it sends.
    CAN_RAW_RECV_OWN_MSGS;
    /// Takes and sends CAN FD frames.
    CAN_RAW_FD_FRAMES;
    /// A frame must match every filter.
    CAN_RAW_JOIN_FILTERS;
    /// Takes and sends CAN XL frames. Linux 6.2.
    CAN_RAW_XL_FRAMES;
    /// The virtual network of CAN XL frames. Linux 6.9.
    CAN_RAW_XL_VCID_OPTS = 8;
    /// Filters of one socket at most.
    CAN_RAW_FILTER_MAX;
    /// The type of an error's control message.
    SCM_CAN_RAW_ERRQUEUE = 1;

    // Operations of the broadcast manager: linux/can/bcm.h, where the names lack `CAN_BCM_`.
    /// Send frames again and again.
    CAN_BCM_TX_SETUP = 1;
    /// Stop sending them.
    CAN_BCM_TX_DELETE = 2;
    /// Read what is being sent.
    CAN_BCM_TX_READ = 3;
    /// Send one frame.
    CAN_BCM_TX_SEND = 4;
    /// Watch for frames.
    CAN_BCM_RX_SETUP = 5;
    /// Stop watching.
    CAN_BCM_RX_DELETE = 6;
    /// Read what is being watched.
    CAN_BCM_RX_READ = 7;
    /// Answer to [`CAN_BCM_TX_READ`].
    CAN_BCM_TX_STATUS = 8;
    /// The count of frames has been sent.
    CAN_BCM_TX_EXPIRED = 9;
    /// Answer to [`CAN_BCM_RX_READ`].
    CAN_BCM_RX_STATUS = 10;
    /// A cyclic frame is missing.
    CAN_BCM_RX_TIMEOUT = 11;
    /// A frame has changed.
    CAN_BCM_RX_CHANGED = 12;

    // Flags of the broadcast manager.
    /// Set the intervals.
    CAN_BCM_SETTIMER = 1;
    /// Start the timer.
    CAN_BCM_STARTTIMER = 2;
    /// Tell when the count has been sent.
    CAN_BCM_TX_COUNTEVT = 4;
    /// Send a change at once.
    CAN_BCM_TX_ANNOUNCE = 8;
    /// Copy the identifier to every frame.
    CAN_BCM_TX_CP_CAN_ID = 16;
    /// Look at the identifier only.
    CAN_BCM_RX_FILTER_ID = 32;
    /// A change of the length is a change.
    CAN_BCM_RX_CHECK_DLC = 64;
    /// Do not start the timer of the time-out.
    CAN_BCM_RX_NO_AUTOTIMER = 128;
    /// Tell when frames come again.
    CAN_BCM_RX_ANNOUNCE_RESUME = 256;
    /// Begin again with the first frame.
    CAN_BCM_TX_RESET_MULTI_IDX = 512;
    /// Answer a frame that asks for data.
    CAN_BCM_RX_RTR_FRAME = 1024;
    /// The frames are `struct canfd_frame`.
    CAN_BCM_CAN_FD_FRAME = 2048;

    // Options of `SOL_CAN_ISOTP`: linux/can/isotp.h.
    /// `struct can_isotp_options`.
    CAN_ISOTP_OPTS = 1;
    /// How the sender is told to go on: `struct can_isotp_fc_options`.
    CAN_ISOTP_RECV_FC = 2;
    /// Nanoseconds between frames sent, with [`CAN_ISOTP_FORCE_TXSTMIN`].
    CAN_ISOTP_TX_STMIN = 3;
    /// Nanoseconds between frames taken, with [`CAN_ISOTP_FORCE_RXSTMIN`].
    CAN_ISOTP_RX_STMIN = 4;
    /// The frames underneath: `struct can_isotp_ll_options`.
    CAN_ISOTP_LL_OPTS = 5;
    /// Listen only: no flow control.
    CAN_ISOTP_LISTEN_MODE = 1;
    /// Extended addressing.
    CAN_ISOTP_EXTEND_ADDR = 2;
    /// Pad frames sent.
    CAN_ISOTP_TX_PADDING = 4;
    /// Expect padded frames.
    CAN_ISOTP_RX_PADDING = 8;
    /// Check the length of the padding.
    CAN_ISOTP_CHK_PAD_LEN = 16;
    /// Check the bytes of the padding.
    CAN_ISOTP_CHK_PAD_DATA = 32;
    /// Never both directions at once.
    CAN_ISOTP_HALF_DUPLEX = 64;
    /// Ignore what the receiver asks for.
    CAN_ISOTP_FORCE_TXSTMIN = 128;
    /// Ignore frames that come too soon.
    CAN_ISOTP_FORCE_RXSTMIN = 256;
    /// Another extended address for what is received.
    CAN_ISOTP_RX_EXT_ADDR = 512;
    /// `send` blocks until everything is sent.
    CAN_ISOTP_WAIT_TX_DONE = 1024;
    /// Single frames without a peer.
    CAN_ISOTP_SF_BROADCAST = 2048;
    /// Consecutive frames without a peer.
    CAN_ISOTP_CF_BROADCAST = 0x1000;
    /// Take the flow control's parameters anew each time. Linux 6.4.
    CAN_ISOTP_DYN_FC_PARMS = 0x2000;
    /// The flags, unless set.
    CAN_ISOTP_DEFAULT_FLAGS = 0;
    /// The extended address, unless set.
    CAN_ISOTP_DEFAULT_EXT_ADDRESS = 0;
    /// The byte of padding, unless set.
    CAN_ISOTP_DEFAULT_PAD_CONTENT = 204;
    /// Nanoseconds between frames, unless set.
    CAN_ISOTP_DEFAULT_FRAME_TXTIME = 0xc350;
    /// Frames until the next flow control, unless set: 0, no limit.
    CAN_ISOTP_DEFAULT_RECV_BS = 0;
    /// The least time between frames, unless set.
    CAN_ISOTP_DEFAULT_RECV_STMIN = 0;
    /// Wait frames at most, unless set.
    CAN_ISOTP_DEFAULT_RECV_WFTMAX = 0;
    /// The frame underneath, unless set: a classic one.
    CAN_ISOTP_DEFAULT_LL_MTU = 16;
    /// Bytes of data in a frame underneath, unless set.
    CAN_ISOTP_DEFAULT_LL_TX_DL = 8;
    /// The flags of CAN FD frames, unless set.
    CAN_ISOTP_DEFAULT_LL_TX_FLAGS = 0;
    /// `can_isotp_options`: the time between frames is 0, where 0 would mean unchanged.
    CAN_ISOTP_FRAME_TXTIME_ZERO: u32 = 0xffffffff;

    // Addresses, options and control messages of J1939: linux/can/j1939.h.
    /// The last address a node can have.
    J1939_MAX_UNICAST_ADDR;
    /// A node that could claim no address.
    J1939_IDLE_ADDR;
    /// No address: broadcast.
    J1939_NO_ADDR;
    /// No name.
    J1939_NO_NAME: u64;
    /// The parameter group that asks for another.
    J1939_PGN_REQUEST;
    /// The parameter group that claims an address.
    J1939_PGN_ADDRESS_CLAIMED;
    /// The parameter group that gives an address.
    J1939_PGN_ADDRESS_COMMANDED;
    /// The last parameter group that has a destination.
    J1939_PGN_PDU1_MAX;
    /// The last parameter group.
    J1939_PGN_MAX;
    /// No parameter group.
    J1939_NO_PGN;
    /// Which messages are taken: an array of `struct j1939_filter`.
    SO_J1939_FILTER;
    /// Takes messages for others.
    SO_J1939_PROMISC;
    /// The priority of what is sent, 0 to 7; above 2 unless privileged.
    SO_J1939_SEND_PRIO;
    /// Tells of what became of messages.
    SO_J1939_ERRQUEUE;
    /// The destination's address.
    SCM_J1939_DEST_ADDR;
    /// The destination's name.
    SCM_J1939_DEST_NAME;
    /// The message's priority.
    SCM_J1939_PRIO;
    /// What became of a message.
    SCM_J1939_ERRQUEUE;
    /// Padding between the items of [`SCM_J1939_ERRQUEUE`].
    J1939_NLA_PAD;
    /// Bytes acknowledged.
    J1939_NLA_BYTES_ACKED;
    /// Bytes of the whole message.
    J1939_NLA_TOTAL_SIZE;
    /// The parameter group.
    J1939_NLA_PGN;
    /// The source's name.
    J1939_NLA_SRC_NAME;
    /// The destination's name.
    J1939_NLA_DEST_NAME;
    /// The source's address.
    J1939_NLA_SRC_ADDR;
    /// The destination's address.
    J1939_NLA_DEST_ADDR;
    /// Nothing more to say.
    J1939_EE_INFO_NONE;
    /// Sending was aborted.
    J1939_EE_INFO_TX_ABORT;
    /// Receiving has begun.
    J1939_EE_INFO_RX_RTS;
    /// A part of a long message is coming.
    J1939_EE_INFO_RX_DPO;
    /// Receiving was aborted.
    J1939_EE_INFO_RX_ABORT;
    /// Filters of one socket at most.
    J1939_FILTER_MAX;
}
