//! Options of IPv6: `IPPROTO_IPV6`, `ipv6(7)`, RFC 3493 and 3542, and `do_ipv6_setsockopt` where these are silent.
//!
//! A value shorter than an `int` is `EINVAL`.

use super::Pkt6Info;
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
use super::multicast::PathMtu;
use super::{SockOpt, options};
use crate::c;

options! { IPV6_NAMES;
    /// The hop limit of outgoing packets: 0 to 255; -1 is the route's. `EINVAL` else. `ipv6(7)`.
    IPPROTO_IPV6 IPV6_UNICAST_HOPS: i32;
    /// The interface of outgoing multicast packets. A stream socket: `ENOPROTOOPT`. `ipv6(7)`.
    IPPROTO_IPV6 IPV6_MULTICAST_IF: i32;
    /// The hop limit of outgoing multicast packets; -1 is the route's. A stream socket: `ENOPROTOOPT`. `ipv6(7)`.
    IPPROTO_IPV6 IPV6_MULTICAST_HOPS: i32;
    /// Whether multicast packets come back to this host: 0 or 1. `ipv6(7)`.
    IPPROTO_IPV6 IPV6_MULTICAST_LOOP: bool;
    /// An IPv6 socket that takes IPv6 only. `EINVAL` once it is bound. `ipv6(7)`.
    IPPROTO_IPV6 IPV6_V6ONLY: bool;
    /// The source and the interface of outgoing packets, which are not looked at until one goes. Write only on Linux. RFC 3542.
    IPPROTO_IPV6 IPV6_PKTINFO: Pkt6Info;
    /// Never fragments. RFC 3542.
    IPPROTO_IPV6 IPV6_DONTFRAG: bool;
    /// Receives the traffic class of a packet as a control message. RFC 3542.
    IPPROTO_IPV6 IPV6_RECVTCLASS: bool;
    /// The traffic class of outgoing packets: 0 to 255, -1 is the default; else `EINVAL`. RFC 3542.
    IPPROTO_IPV6 IPV6_TCLASS: i32;
    /// Where the checksum of a raw packet lies, an even offset; -1 is none. Raw sockets only: `ENOPROTOOPT`. RFC 3542.
    IPPROTO_IPV6 IPV6_CHECKSUM: i32;
    [cfg(target_os = "linux")] {
        /// Turns a socket with a mapped IPv4 address into an IPv4 socket: the value is `AF_INET`. Reads the family. `ipv6(7)`.
        IPPROTO_IPV6 IPV6_ADDRFORM: i32;
        /// The control messages of the last packet of a stream socket. RFC 2292.
        IPPROTO_IPV6 IPV6_2292PKTOPTIONS: Vec<u8>;
        /// Receives the destination as a control message of RFC 2292.
        IPPROTO_IPV6 IPV6_2292PKTINFO: bool;
        /// Receives the hop limit as a control message of RFC 2292.
        IPPROTO_IPV6 IPV6_2292HOPLIMIT: bool;
        /// Receives the flow label and traffic class of a packet as a control message.
        IPPROTO_IPV6 IPV6_FLOWINFO: bool;
        /// Whether packets to any group joined on this host are taken: 0 or 1.
        IPPROTO_IPV6 IPV6_MULTICAST_ALL: bool;
        /// Takes packets with the router alert option. Raw sockets only: `ENOPROTOOPT`. `ipv6(7)`.
        IPPROTO_IPV6 IPV6_ROUTER_ALERT: i32;
        /// Errors in the queue carry RFC 4884's extensions. `EINVAL` but for 0 and 1.
        IPPROTO_IPV6 IPV6_RECVERR_RFC4884: i32;
        /// Sends with the flow label of the destination address.
        IPPROTO_IPV6 IPV6_FLOWINFO_SEND: bool;
        /// Whether a flow label is made of the addresses. 0 or 1.
        IPPROTO_IPV6 IPV6_AUTOFLOWLABEL: bool;
        /// Which of several source addresses is preferred: IPV6_PREFER_SRC_*. RFC 5014.
        IPPROTO_IPV6 IPV6_ADDR_PREFERENCES: i32;
        /// The least hop limit a packet may arrive with: 0 to 255; else `EINVAL`. RFC 5082.
        IPPROTO_IPV6 IPV6_MINHOPCOUNT: i32;
        /// As [`IPV6_FREEBIND`], and takes packets for any address. `EPERM` without CAP_NET_RAW or CAP_NET_ADMIN.
        IPPROTO_IPV6 IPV6_TRANSPARENT: bool;
        /// Receives the size of the largest fragment as a control message.
        IPPROTO_IPV6 IPV6_RECVFRAGSIZE: bool;
        /// Lets `bind` take an address this host does not have.
        IPPROTO_IPV6 IPV6_FREEBIND: bool;
        /// Receives the hop-by-hop options as a control message of RFC 2292.
        IPPROTO_IPV6 IPV6_2292HOPOPTS: bool;
        /// Receives the destination options as a control message of RFC 2292.
        IPPROTO_IPV6 IPV6_2292DSTOPTS: bool;
        /// Receives the routing header as a control message of RFC 2292.
        IPPROTO_IPV6 IPV6_2292RTHDR: bool;
        /// Router alert packets of this socket's namespace only.
        IPPROTO_IPV6 IPV6_ROUTER_ALERT_ISOLATE: bool;
        /// Takes, keeps and releases flow labels: `struct in6_flowlabel_req`.
        IPPROTO_IPV6 IPV6_FLOWLABEL_MGR: Vec<u8>;
    }
    [cfg(any(target_os = "linux", windows))] {
        /// Whether the path's MTU is looked for: IPV6_PMTUDISC_*, 0 to 5; else `EINVAL`. `ipv6(7)`.
        IPPROTO_IPV6 IPV6_MTU_DISCOVER: i32;
        /// The known MTU of the path of a connected socket, `ENOTCONN` to read without one; set, an upper bound, at least 1,280.
        /// `ipv6(7)`.
        IPPROTO_IPV6 IPV6_MTU: i32;
        /// Queues ICMP errors for `MSG_ERRQUEUE`, and reports them at once. `ipv6(7)`.
        IPPROTO_IPV6 IPV6_RECVERR: bool;
        /// The interface of outgoing packets, by its index in network order. `EADDRNOTAVAIL` if there is none.
        IPPROTO_IPV6 IPV6_UNICAST_IF: i32;
        /// The program writes the IPv6 header itself. Raw sockets only: `ENOPROTOOPT`.
        IPPROTO_IPV6 IPV6_HDRINCL: bool;
    }
    [cfg(unix)] {
        /// Receives the destination and the interface of a packet as a control message. `ipv6(7)`.
        IPPROTO_IPV6 IPV6_RECVPKTINFO: bool;
        /// Receives the hop limit of a packet as a control message. `ipv6(7)`.
        IPPROTO_IPV6 IPV6_RECVHOPLIMIT: bool;
    }
    [cfg(any(target_os = "linux", target_vendor = "apple"))] {
        /// Receives the hop-by-hop options of a packet as a control message. RFC 3542.
        IPPROTO_IPV6 IPV6_RECVHOPOPTS: bool;
        /// Receives the destination options of a packet as a control message. RFC 3542.
        IPPROTO_IPV6 IPV6_RECVDSTOPTS: bool;
        /// The destination options of outgoing packets. RFC 3542.
        IPPROTO_IPV6 IPV6_DSTOPTS: Vec<u8>;
        /// Receives a change of the path's MTU as a control message. RFC 3542.
        IPPROTO_IPV6 IPV6_RECVPATHMTU: bool;
        /// The path's MTU with its destination: `struct ip6_mtuinfo`; `ENOTCONN`. Read only. RFC 3542.
        IPPROTO_IPV6 IPV6_PATHMTU: PathMtu;
        /// The destination options before a routing header of outgoing packets. RFC 3542.
        IPPROTO_IPV6 IPV6_RTHDRDSTOPTS: Vec<u8>;
    }
    [cfg(not(target_os = "freebsd"))] {
        /// The hop-by-hop options of outgoing packets. RFC 3542.
        IPPROTO_IPV6 IPV6_HOPOPTS: Vec<u8>;
        /// Receives the routing header of a packet as a control message. RFC 3542.
        IPPROTO_IPV6 IPV6_RECVRTHDR: bool;
        /// The routing header of outgoing packets. RFC 3542.
        IPPROTO_IPV6 IPV6_RTHDR: Vec<u8>;
    }
    [cfg(any(target_os = "linux", target_os = "freebsd"))] {
        /// Receives the original destination of a redirected packet as a control message.
        IPPROTO_IPV6 IPV6_RECVORIGDSTADDR: bool;
    }
}
