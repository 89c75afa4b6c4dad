//! The control messages whose type is known. Linux's numbers: `unix(7)`, `ip(7)`, `ipv6(7)`, `udp(7)`, `socket(7)`, and the headers
//! named beside a number.
//!
//! Absent on purpose: `SCM_RIGHTS` and `SCM_PIDFD`, whose data are descriptors, and what has a structure of its own that no type here
//! stands for (`IP_RECVERR`, `SO_TIMESTAMPING`, `IP_RETOPTS`, ...): [`Cmsg::data`](super::Cmsg::data) has their bytes.

use super::ControlType;
use crate::option::{Pkt6Info, PktInfo, Timespec, Timeval, Ucred};

/// Declares the types, and the table of their names.
macro_rules! kinds {
    ($($(#[$meta:meta])* $level:literal $kind:literal $name:ident: $form:ty;)*) => {
        $(
            $(#[$meta])*
            pub const $name: ControlType<$form> = ControlType::new($level, $kind);
        )*

        /// The name in C of a message given by its numbers; of the names that share them, the first.
        pub(super) fn name(level: i32, kind: i32) -> Option<&'static str> {
            let known = [(1, 1, "SCM_RIGHTS"), $(($level, $kind, stringify!($name)),)*];
            known.iter().find(|known| (known.0, known.1) == (level, kind)).map(|known| known.2)
        }
    };
}

kinds! {
    /// Who the sender is; sent by root, who the sender says he is (`EPERM` otherwise). Comes with
    /// [`SO_PASSCRED`](crate::option::SO_PASSCRED). `unix(7)`.
    1 2 SCM_CREDENTIALS: Ucred;
    /// The sender's security label. `unix(7)`.
    1 3 SCM_SECURITY: Vec<u8>;
    /// When the message came, in microseconds since the epoch. Comes with `SO_TIMESTAMP`. `socket(7)`.
    1 29 SCM_TIMESTAMP: Timeval;
    /// When the message came, in nanoseconds since the epoch. Comes with `SO_TIMESTAMPNS`. `socket(7)`.
    1 35 SCM_TIMESTAMPNS: Timespec;
    /// How many messages were dropped for want of room since the socket was made. `socket(7)`.
    1 40 SO_RXQ_OVFL: u32;
    /// The mark of the packet. `socket(7)`.
    1 36 SO_MARK: u32;
    /// The type of service. Comes with `IP_RECVTOS`. `ip(7)`.
    0 1 IP_TOS: u8;
    /// The time to live. Comes with `IP_RECVTTL`. `ip(7)`.
    0 2 IP_TTL: i32;
    /// On which interface, and to which address; sent, from which. Comes with `IP_PKTINFO`. `ip(7)`.
    0 8 IP_PKTINFO: PktInfo;
    /// On which interface, and to which address; sent, from which. Comes with `IPV6_RECVPKTINFO`. `ipv6(7)`, RFC 3542.
    41 50 IPV6_PKTINFO: Pkt6Info;
    /// The hop limit. Comes with `IPV6_RECVHOPLIMIT`. RFC 3542.
    41 52 IPV6_HOPLIMIT: i32;
    /// The traffic class. Comes with `IPV6_RECVTCLASS`. RFC 3542.
    41 67 IPV6_TCLASS: i32;
    /// Into datagrams of how many bytes the data are cut. `udp(7)`.
    17 103 UDP_SEGMENT: u16;
    /// From datagrams of how many bytes the data were joined. `udp(7)`.
    17 104 UDP_GRO: i32;
    /// What to do: `ALG_OP_DECRYPT` (0), `ALG_OP_ENCRYPT` (1), ... include/uapi/linux/if_alg.h.
    279 3 ALG_SET_OP: u32;
    /// The initialisation vector: its length as 32 bits, then its bytes (`struct af_alg_iv`). include/uapi/linux/if_alg.h.
    279 2 ALG_SET_IV: Vec<u8>;
    /// How many bytes at the beginning are authenticated but not encrypted. include/uapi/linux/if_alg.h.
    279 4 ALG_SET_AEAD_ASSOCLEN: u32;
    /// To which address of a node. include/uapi/linux/can/j1939.h.
    107 1 SCM_J1939_DEST_ADDR: u8;
    /// To which name of a node. include/uapi/linux/can/j1939.h.
    107 2 SCM_J1939_DEST_NAME: u64;
    /// With what priority, 0 (the highest) to 7. include/uapi/linux/can/j1939.h.
    107 3 SCM_J1939_PRIO: u8;
}
