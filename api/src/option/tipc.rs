//! Options of TIPC: `tipc_setsockopt`, linux/tipc.h, Documentation/networking/tipc.rst.

use std::time::Duration;

use super::layout::structure;
use super::{Millis, SockOpt, options};
use crate::c;

structure! { TIPC_LAYOUTS;
    /// A communication group.
    TipcGroupReq, "tipc_group_req", 16 {
        /// The group: a type of service, 64 or more.
        kind: u32, "type" @ 0;
        /// This member.
        instance: u32, "instance" @ 4;
        /// `TIPC_CLUSTER_SCOPE` or `TIPC_NODE_SCOPE`.
        scope: u32, "scope" @ 8;
        /// `TIPC_GROUP_LOOPBACK`, `TIPC_GROUP_MEMBER_EVTS`.
        flags: u32, "flags" @ 12;
    }
}

/// [`TIPC_CONN_TIMEOUT`] of a new socket: `CONN_TIMEOUT_DEFAULT` of net/tipc/socket.c.
pub const TIPC_CONN_TIMEOUT_DEFAULT: Duration = Duration::from_secs(8);

options! { TIPC_NAMES;
    /// How important what is sent is: `TIPC_*_IMPORTANCE`; else `EINVAL`.
    SOL_TIPC TIPC_IMPORTANCE: u32;
    /// Messages may be lost in sending when the link is congested. A stream socket: `ENOPROTOOPT`.
    SOL_TIPC TIPC_SRC_DROPPABLE: bool;
    /// Messages that cannot be delivered are not sent back.
    SOL_TIPC TIPC_DEST_DROPPABLE: bool;
    /// How long `connect` may take.
    SOL_TIPC TIPC_CONN_TIMEOUT: Millis;
    /// Messages that wait on this node. Always 0 since Linux 3.10. Read only.
    SOL_TIPC TIPC_NODE_RECVQ_DEPTH: u32;
    /// Messages that wait at this socket. Read only.
    SOL_TIPC TIPC_SOCK_RECVQ_DEPTH: u32;
    /// Bytes that wait at this socket. Read only.
    SOL_TIPC TIPC_SOCK_RECVQ_USED: u32;
    /// Joins a communication group. A message socket only: `EINVAL`; `EACCES` for a reserved type. Write, and read as what was joined.
    SOL_TIPC TIPC_GROUP_JOIN: TipcGroupReq;
    /// Sends small messages at once. Stream sockets only: `ENOPROTOOPT`.
    SOL_TIPC TIPC_NODELAY: bool;
}

/// Options that have no value: [`setsockopt_null`](crate::Socket::setsockopt_null) with length 0.
///
/// `TIPC_MCAST_BROADCAST`, `TIPC_MCAST_REPLICAST`: how multicast travels. `TIPC_GROUP_LEAVE`: leaves the group.
pub const TIPC_WITHOUT_VALUE: [i32; 3] = [c::TIPC_MCAST_BROADCAST, c::TIPC_MCAST_REPLICAST, c::TIPC_GROUP_LEAVE];
