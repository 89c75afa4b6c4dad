//! The constants that have the same number on Linux, macOS, FreeBSD and Windows.

use super::{constants, texts};

constants! { COMMON;
    // Families.
    /// No family: any, in a query to the resolver; the address that dissolves an association, in `connect(2)`.
    AF_UNSPEC = 0;
    /// Local sockets, `unix(7)`; on Windows since 10 1803, streams only.
    AF_UNIX = 1;
    /// IPv4, `ip(7)`.
    AF_INET = 2;
    /// The protocol family of [`AF_UNSPEC`].
    PF_UNSPEC = 0;
    /// The protocol family of [`AF_UNIX`].
    PF_UNIX = 1;
    /// The protocol family of [`AF_INET`].
    PF_INET = 2;

    // Socket types.
    /// A stream of bytes: in order, reliable, without message boundaries.
    SOCK_STREAM = 1;
    /// Messages that may be lost or overtake one another.
    SOCK_DGRAM = 2;
    /// Raw access to a network protocol.
    SOCK_RAW = 3;
    /// Messages, reliable, perhaps out of order.
    SOCK_RDM = 4;
    /// Messages, in order, reliable.
    SOCK_SEQPACKET = 5;

    // Flags of one call.
    /// Urgent data.
    MSG_OOB = 1;
    /// Look without taking.
    MSG_PEEK = 2;
    /// Send to hosts on directly connected networks only.
    MSG_DONTROUTE = 4;

    // Directions of `shutdown(2)`; Windows calls them `SD_RECEIVE`, `SD_SEND` and `SD_BOTH`.
    /// No more receiving.
    SHUT_RD = 0;
    /// No more sending.
    SHUT_WR = 1;
    /// Neither.
    SHUT_RDWR = 2;

    // Protocols: the numbers of IANA's registry, so far as every system has a name for them.
    /// The family's default for the type; as a level, IPv4.
    IPPROTO_IP = 0;
    /// Hop-by-hop options of IPv6.
    IPPROTO_HOPOPTS = 0;
    /// Internet control messages, `icmp(7)`.
    IPPROTO_ICMP = 1;
    /// Membership of multicast groups, RFC 9776.
    IPPROTO_IGMP = 2;
    /// Transmission control protocol, `tcp(7)`.
    IPPROTO_TCP = 6;
    /// Exterior gateway protocol, RFC 904.
    IPPROTO_EGP = 8;
    /// PARC universal packet.
    IPPROTO_PUP = 12;
    /// User datagrams, `udp(7)`.
    IPPROTO_UDP = 17;
    /// Internet datagrams of Xerox.
    IPPROTO_IDP = 22;
    /// IPv6 in a header; as a level, IPv6's options.
    IPPROTO_IPV6 = 41;
    /// Routing header of IPv6.
    IPPROTO_ROUTING = 43;
    /// Fragment header of IPv6.
    IPPROTO_FRAGMENT = 44;
    /// Encrypted payload of IPsec, RFC 4303.
    IPPROTO_ESP = 50;
    /// Authentication header of IPsec, RFC 4302.
    IPPROTO_AH = 51;
    /// Control messages of IPv6, RFC 4443.
    IPPROTO_ICMPV6 = 58;
    /// No next header in IPv6.
    IPPROTO_NONE = 59;
    /// Destination options of IPv6.
    IPPROTO_DSTOPTS = 60;
    /// Protocol independent multicast.
    IPPROTO_PIM = 103;
    /// Stream control transmission protocol, RFC 9260.
    IPPROTO_SCTP = 132;
    /// Packets whose IP header the program writes.
    IPPROTO_RAW = 255;

    // Addresses of IPv4, in host byte order.
    /// 0.0.0.0: every interface.
    INADDR_ANY: u32 = 0;
    /// 255.255.255.255: all hosts of this network.
    INADDR_BROADCAST: u32 = 0xffffffff;
    /// 127.0.0.1: this host.
    INADDR_LOOPBACK: u32 = 0x7f000001;
    /// What the C library's `inet_addr` answers to a text that is no address: the number of 255.255.255.255.
    INADDR_NONE: u32 = 0xffffffff;
    /// 224.0.0.0: the first of the multicast addresses. CPython has it on every system.
    INADDR_UNSPEC_GROUP: u32 = 0xe0000000;
    /// 224.0.0.1: all hosts of this network.
    INADDR_ALLHOSTS_GROUP: u32 = 0xe0000001;
    /// 224.0.0.255: the last multicast address that no router passes on. CPython has it on every system.
    INADDR_MAX_LOCAL_GROUP: u32 = 0xe00000ff;

    // Ports.
    /// Ports below this one need a privilege.
    IPPORT_RESERVED = 1024;

    // Options with one number everywhere.
    /// Sends small segments at once: Nagle's algorithm is off.
    TCP_NODELAY = 1;

    // The resolver.
    /// The address is for `bind(2)`: without a host, the wildcard rather than loopback.
    AI_PASSIVE = 1;
    /// Return the canonical name with the first answer.
    AI_CANONNAME = 2;
    /// The host is an address in text: ask no name server.
    AI_NUMERICHOST = 4;
    /// Bytes of the longest host name that `getnameinfo(3)` gives, with its NUL.
    NI_MAXHOST = 1025;
    /// Bytes of the longest service name that `getnameinfo(3)` gives, with its NUL.
    NI_MAXSERV = 32;

    // Types of Ethernet frames, IEEE 802 numbers. Windows has no such names, but the numbers are the standard's.
    /// IPv4.
    ETHERTYPE_IP = 2048;
    /// Address resolution.
    ETHERTYPE_ARP = 2054;
    /// IPv6.
    ETHERTYPE_IPV6 = 0x86dd;
    /// A tag of IEEE 802.1Q.
    ETHERTYPE_VLAN = 0x8100;

    // Python's name, in its own case.
    /// Whether this system's interface has IPv6: 1. Whether a host has an address of it is another matter.
    has_ipv6 = 1;
}

texts! { COMMON_TEXTS;
    // Bluetooth addresses as text.
    /// Any adapter, any peer.
    BDADDR_ANY = "00:00:00:00:00:00";
    /// This machine.
    BDADDR_LOCAL = "00:00:00:FF:FF:FF";
}
