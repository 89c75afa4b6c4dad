//! Options of IPv4: `IPPROTO_IP`, `ip(7)`, and `do_ip_setsockopt` where the manual is silent.
//!
//! A value may be an `int` or a single byte; a number below 256 is read as one byte where there is room for no more.

use super::{SockOpt, options};
#[cfg(target_os = "linux")]
use crate::Protocol;
use crate::c;

options! { IP_NAMES;
    /// The type of service (DSCP and ECN) of outgoing packets: the lowest byte; of TCP without its two ECN bits. `ip(7)`.
    IPPROTO_IP IP_TOS: i32;
    /// The time to live of outgoing packets: 1 to 255; -1 is `net.ipv4.ip_default_ttl`. `EINVAL` else. `ip(7)`.
    IPPROTO_IP IP_TTL: i32;
    /// The program writes the IP header itself. Raw sockets only: `ENOPROTOOPT`. `ip(7)`.
    IPPROTO_IP IP_HDRINCL: bool;
    /// Receives the time to live of a packet as a control message. `ip(7)`.
    IPPROTO_IP IP_RECVTTL: bool;
    /// Receives the type of service of a packet as a control message. `ip(7)`.
    IPPROTO_IP IP_RECVTOS: bool;
    /// The time to live of outgoing multicast packets: 0 to 255, -1 is 1. A stream socket: `EINVAL`. `ip(7)`.
    IPPROTO_IP IP_MULTICAST_TTL: i32;
    /// Whether multicast packets come back to this host. `ip(7)`.
    IPPROTO_IP IP_MULTICAST_LOOP: bool;
    [cfg(any(target_os = "linux", windows))] {
        /// The IP options of outgoing packets, at most 40 bytes. `ip(7)`.
        IPPROTO_IP IP_OPTIONS: Vec<u8>;
        /// Whether the path's MTU is looked for: IP_PMTUDISC_*, 0 to 5; else `EINVAL`. `ip(7)`.
        IPPROTO_IP IP_MTU_DISCOVER: i32;
        /// Queues ICMP errors for `MSG_ERRQUEUE`, and reports them at once. `ip(7)`.
        IPPROTO_IP IP_RECVERR: bool;
        /// The known MTU of the path of a connected socket; `ENOTCONN`. Read only. `ip(7)`.
        IPPROTO_IP IP_MTU: i32;
        /// The interface of outgoing packets, by its index in network order. `EADDRNOTAVAIL` if there is none.
        IPPROTO_IP IP_UNICAST_IF: i32;
    }
    [cfg(target_os = "linux")] {
        /// Takes packets with the router alert option. Raw sockets only: `EINVAL`. `ip(7)`.
        IPPROTO_IP IP_ROUTER_ALERT: bool;
        /// Receives the IP options of a packet as a control message. `ip(7)`.
        IPPROTO_IP IP_RECVOPTS: bool;
        /// As [`IP_RECVOPTS`], made ready to be sent back. `ip(7)`.
        IPPROTO_IP IP_RETOPTS: bool;
        /// The control messages of the last packet of a stream socket. Read only.
        IPPROTO_IP IP_PKTOPTIONS: Vec<u8>;
        /// Lets `bind` take an address this host does not have. `ip(7)`.
        IPPROTO_IP IP_FREEBIND: bool;
        /// Receives the security label of a packet as a control message.
        IPPROTO_IP IP_PASSSEC: bool;
        /// As [`IP_FREEBIND`], and takes packets for any address. `EPERM` without CAP_NET_RAW or CAP_NET_ADMIN. `ip(7)`.
        IPPROTO_IP IP_TRANSPARENT: bool;
        /// Does not reassemble outgoing fragments. Raw sockets only: `ENOPROTOOPT`.
        IPPROTO_IP IP_NODEFRAG: bool;
        /// Receives the checksum of a datagram as a control message.
        IPPROTO_IP IP_CHECKSUM: bool;
        /// Leaves the choice of the port to `connect`. `ip(7)`.
        IPPROTO_IP IP_BIND_ADDRESS_NO_PORT: bool;
        /// Receives the size of the largest fragment as a control message. `EINVAL` but for 0 and 1, and unless a datagram or raw socket.
        IPPROTO_IP IP_RECVFRAGSIZE: bool;
        /// Errors in the queue carry RFC 4884's extensions. `EINVAL` but for 0 and 1.
        IPPROTO_IP IP_RECVERR_RFC4884: i32;
        /// Whether packets to any group joined on this host are taken: 0 or 1. `ip(7)`.
        IPPROTO_IP IP_MULTICAST_ALL: bool;
        /// The lowest port that is given to this socket, and in the upper 16 bits the highest; 0 is the host's own. `EINVAL` if the one is
        /// above the other. Linux 6.3; `ip(7)`.
        IPPROTO_IP IP_LOCAL_PORT_RANGE: i32;
        /// The protocol of a raw socket. Of another, its own. Read only. Linux 6.4.
        IPPROTO_IP IP_PROTOCOL: Protocol;
    }
    [cfg(not(target_os = "freebsd"))] {
        /// Receives the destination and the interface of a packet as a control message. `ip(7)`.
        IPPROTO_IP IP_PKTINFO: bool;
    }
    [cfg(any(target_os = "linux", target_os = "freebsd"))] {
        /// Receives the original destination of a redirected packet as a control message. `ip(7)`.
        IPPROTO_IP IP_RECVORIGDSTADDR: bool;
        /// The least time to live a packet may arrive with: 0 to 255; else `EINVAL`. RFC 5082.
        IPPROTO_IP IP_MINTTL: i32;
    }
}
