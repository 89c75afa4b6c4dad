//! Options of `AF_NETLINK`: `netlink(7)`, and `netlink_setsockopt` where the manual is silent.

use super::layout::List;
use super::{SockOpt, options};
use crate::c;

options! { NETLINK_NAMES;
    /// Joins the group with this number. `EINVAL` if the protocol has none of it, `EPERM` where a privilege is needed. Write only.
    SOL_NETLINK NETLINK_ADD_MEMBERSHIP: u32;
    /// Leaves it. Write only.
    SOL_NETLINK NETLINK_DROP_MEMBERSHIP: u32;
    /// Receives the group of a message as a control message.
    SOL_NETLINK NETLINK_PKTINFO: bool;
    /// `send` to a group fails with `ENOBUFS` if a receiver is full.
    SOL_NETLINK NETLINK_BROADCAST_ERROR: bool;
    /// Receives no `ENOBUFS` when messages were lost.
    SOL_NETLINK NETLINK_NO_ENOBUFS: bool;
    /// Receives from every network namespace that has a number in this one. `EPERM` without CAP_NET_BROADCAST.
    SOL_NETLINK NETLINK_LISTEN_ALL_NSID: bool;
    /// The groups joined: the bit of group 1 first, 32 to a number. Read only.
    SOL_NETLINK NETLINK_LIST_MEMBERSHIPS: List<u32>;
    /// Answers without the request's payload.
    SOL_NETLINK NETLINK_CAP_ACK: bool;
    /// Answers with a text that says what was wrong.
    SOL_NETLINK NETLINK_EXT_ACK: bool;
    /// Checks requests for what they must not have.
    SOL_NETLINK NETLINK_GET_STRICT_CHK: bool;
}
