//! Options of RDS: `rds_setsockopt`, linux/rds.h, Documentation/networking/rds.rst.
//!
//! `RDS_GET_MR`, `RDS_GET_MR_FOR_DEST` and `RDS_FREE_MR` are not here: their value has addresses of memory, to one of which the kernel
//! writes. `RDS_INFO_*` are read raw: each is a list of its own form.

use std::net::Ipv4Addr;

use super::layout::structure;
use super::{SockOpt, options};
use crate::c;

structure! { RDS_LAYOUTS;
    /// Which moments of a message's way are told, by [`SO_RDS_MSG_RXPATH_LATENCY`].
    RdsRxTrace, "rds_rx_trace_so", 4 {
        /// How many of the places count.
        count: u8, "rx_traces" @ 0;
        /// `RDS_MSG_RX_*`: 0 the header came, 1 the message is whole, 2 it was delivered.
        places: [u8; 3], "rx_trace_pos" @ 1;
    }

    /// An IPv4 address and port, of [`RDS_CANCEL_SENT_TO`].
    SockaddrIn, "sockaddr_in", 16 {
        /// `AF_INET`.
        family: u16, "sin_family" @ 0;
        /// The port, its bytes as on the wire.
        port: [u8; 2], "sin_port" @ 2;
        /// The address.
        address: Ipv4Addr, "sin_addr" @ 4;
    }
}

impl SockaddrIn {
    /// This address and port.
    #[must_use]
    pub const fn new(address: Ipv4Addr, port: u16) -> Self {
        Self { family: c::AF_INET as u16, port: port.to_be_bytes(), address }
    }
}

options! { RDS_NAMES;
    /// Forgets messages to this peer that are not acknowledged. Write only.
    SOL_RDS RDS_CANCEL_SENT_TO: SockaddrIn;
    /// Tells of failed remote memory access.
    SOL_RDS RDS_RECVERR: bool;
    /// Tells of ports that are no longer congested as a control message.
    SOL_RDS RDS_CONG_MONITOR: bool;
    /// The transport: `RDS_TRANS_*`. `EOPNOTSUPP` once there is one, or for one that is not there; reads `RDS_TRANS_NONE` without one.
    SOL_RDS SO_RDS_TRANSPORT: i32;
    /// Receives the times of a message's way as a control message. Write only.
    SOL_RDS SO_RDS_MSG_RXPATH_LATENCY: RdsRxTrace;
}
