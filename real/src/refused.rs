//! Options and control messages that a safe interface cannot pass on: their value has an address of memory in it, to which the kernel
//! writes, now or later; or it is a descriptor that the kernel has made, and that nobody would own.
//!
//! An address that the kernel only reads from does no harm: what is not the program's answers `EFAULT`.

use wavetank_api::c;
use wavetank_api::control::Cmsg;

/// `EBT_SO_GET_ENTRIES`, `EBT_SO_GET_INIT_ENTRIES`: bridge tables, with addresses for entries and counters. linux/netfilter_bridge/ebtables.h.
const GET_TABLES: [i32; 2] = [129, 131];
/// `IPT_SO_SET_REPLACE`, `ARPT_SO_SET_REPLACE`, `EBT_SO_SET_ENTRIES`: firewall tables, with an address for the old counters.
const SET_TABLES: [i32; 3] = [64, 96, 128];
/// `RDS_GET_MR`, `RDS_GET_MR_FOR_DEST`: an address for the cookie, and memory that a peer may write to. linux/rds.h.
const GET_MR: [i32; 2] = [c::RDS_GET_MR, c::RDS_GET_MR_FOR_DEST];
/// `XDP_UMEM_REG`: memory that packets are written to. linux/if_xdp.h.
const XDP_UMEM_REG: i32 = 4;

/// Whether `getsockopt` writes elsewhere than to its buffer, or makes a descriptor.
pub(crate) fn get(level: i32, name: i32) -> bool {
    match level {
        c::IPPROTO_TCP => name == c::TCP_ZEROCOPY_RECEIVE,
        c::IPPROTO_IP => GET_TABLES.contains(&name),
        c::SOL_SOCKET => name == c::SO_PEERPIDFD,
        _ => false,
    }
}

/// Whether `setsockopt` makes the kernel write to an address in its value.
pub(crate) fn set(level: i32, name: i32) -> bool {
    match level {
        c::IPPROTO_IP | c::IPPROTO_IPV6 => SET_TABLES.contains(&name),
        c::SOL_RDS => GET_MR.contains(&name),
        c::SOL_XDP => name == XDP_UMEM_REG,
        _ => false,
    }
}

/// Whether a control message makes the kernel write to an address in it: remote memory access of RDS.
pub(crate) fn control(message: &Cmsg<'_>) -> bool {
    const RDMA: [i32; 6] = [
        c::RDS_CMSG_RDMA_ARGS,
        c::RDS_CMSG_RDMA_MAP,
        c::RDS_CMSG_ATOMIC_FADD,
        c::RDS_CMSG_ATOMIC_CSWP,
        c::RDS_CMSG_MASKED_ATOMIC_FADD,
        c::RDS_CMSG_MASKED_ATOMIC_CSWP,
    ];
    message.level == c::SOL_RDS && RDMA.contains(&message.kind)
}
