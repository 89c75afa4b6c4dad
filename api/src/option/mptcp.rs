//! Options of Multipath TCP: `mptcp_setsockopt`, linux/mptcp.h, Documentation/networking/mptcp.rst. Those of TCP go to every subflow.

use super::layout::structure;
use super::{SockOpt, options};
use crate::c;

structure! { MPTCP_LAYOUTS;
    /// What the kernel knows of the connection, as far as Linux 6.1 has it.
    MptcpInfo, "mptcp_info", 48 {
        /// Subflows besides the first.
        subflows: u8, "mptcpi_subflows" @ 0;
        /// Addresses announced.
        add_addr_signal: u8, "mptcpi_add_addr_signal" @ 1;
        /// Addresses of the peer that were accepted.
        add_addr_accepted: u8, "mptcpi_add_addr_accepted" @ 2;
        /// The most subflows.
        subflows_max: u8, "mptcpi_subflows_max" @ 3;
        /// The most addresses announced.
        add_addr_signal_max: u8, "mptcpi_add_addr_signal_max" @ 4;
        /// The most addresses accepted.
        add_addr_accepted_max: u8, "mptcpi_add_addr_accepted_max" @ 5;
        /// 1: it fell back to TCP. 2: the peer's key has come.
        flags: u32, "mptcpi_flags" @ 8;
        /// Our token.
        token: u32, "mptcpi_token" @ 12;
        /// The number of the next byte written.
        write_seq: u64, "mptcpi_write_seq" @ 16;
        /// The number of the first byte not acknowledged.
        snd_una: u64, "mptcpi_snd_una" @ 24;
        /// The number of the next byte expected.
        rcv_nxt: u64, "mptcpi_rcv_nxt" @ 32;
        /// Local addresses in use.
        local_addr_used: u8, "mptcpi_local_addr_used" @ 40;
        /// The most of them.
        local_addr_max: u8, "mptcpi_local_addr_max" @ 41;
        /// Whether data have a checksum.
        csum_enabled: u8, "mptcpi_csum_enabled" @ 42;
    }
}

options! { MPTCP_NAMES;
    /// What the kernel knows of the connection, as much as there is room for. `EOPNOTSUPP` once it fell back to TCP, `EINVAL` on a listener.
    /// Read only.
    SOL_MPTCP MPTCP_INFO: MptcpInfo;
    /// `TCP_INFO` of every subflow: `struct mptcp_subflow_data`, then as many as there are. The first number, the header's length, is for the
    /// caller to write: read it raw. Read only.
    SOL_MPTCP MPTCP_TCPINFO: Vec<u8>;
    /// The addresses of every subflow, in the form of [`MPTCP_TCPINFO`]. Read only.
    SOL_MPTCP MPTCP_SUBFLOW_ADDRS: Vec<u8>;
}
