//! `IPPROTO_*`, `IPPORT_*`, `INADDR_*`, `IP_*`, `UDP_*`, `UDPLITE_*`: netinet/in.h, linux/in.h, linux/udp.h.

use crate::c::constants;

constants! { IP;
    // Protocols.
    /// IPv4 in IPv4, RFC 2003.
    IPPROTO_IPIP;
    /// ISO transport protocol class 4.
    IPPROTO_TP;
    /// Datagram congestion control protocol, RFC 4340.
    IPPROTO_DCCP;
    /// Resource reservation, RFC 2205.
    IPPROTO_RSVP;
    /// Generic routing encapsulation, RFC 2784.
    IPPROTO_GRE;
    /// Multicast transport protocol.
    IPPROTO_MTP;
    /// IPsec's bound end-to-end tunnel, pseudo header.
    IPPROTO_BEETPH;
    /// Encapsulation header, RFC 1241.
    IPPROTO_ENCAP;
    /// Compressed payload, RFC 3173.
    IPPROTO_COMP;
    /// Mobility header of IPv6, RFC 6275.
    IPPROTO_MH;
    /// Datagrams with a checksum over a part, `udplite(7)`.
    IPPROTO_UDPLITE;
    /// MPLS in IP, RFC 4023.
    IPPROTO_MPLS;
    /// Ethernet in IPv6, RFC 8986.
    IPPROTO_ETHERNET;
    /// TCP over several paths, RFC 8684: a number for `socket(2)` only.
    IPPROTO_MPTCP;

    // Ports.
    /// Where BSD's ports for servers of users began.
    IPPORT_USERRESERVED = 5000;
    /// echo.
    IPPORT_ECHO = 7;
    /// discard.
    IPPORT_DISCARD = 9;
    /// systat.
    IPPORT_SYSTAT = 11;
    /// daytime.
    IPPORT_DAYTIME = 13;
    /// netstat.
    IPPORT_NETSTAT = 15;
    /// ftp.
    IPPORT_FTP = 21;
    /// telnet.
    IPPORT_TELNET = 23;
    /// smtp.
    IPPORT_SMTP = 25;
    /// time.
    IPPORT_TIMESERVER = 37;
    /// name: IEN 116, not DNS.
    IPPORT_NAMESERVER = 42;
    /// whois.
    IPPORT_WHOIS = 43;
    /// mtp.
    IPPORT_MTP = 57;
    /// tftp.
    IPPORT_TFTP = 69;
    /// rje.
    IPPORT_RJE = 77;
    /// finger.
    IPPORT_FINGER = 79;
    /// ttylink.
    IPPORT_TTYLINK = 87;
    /// supdup.
    IPPORT_SUPDUP = 95;
    /// exec, TCP.
    IPPORT_EXECSERVER = 512;
    /// login, TCP.
    IPPORT_LOGINSERVER = 513;
    /// shell, TCP.
    IPPORT_CMDSERVER = 514;
    /// efs, TCP.
    IPPORT_EFSSERVER = 520;
    /// biff, UDP.
    IPPORT_BIFFUDP = 512;
    /// who, UDP.
    IPPORT_WHOSERVER = 513;
    /// route, UDP.
    IPPORT_ROUTESERVER = 520;

    // Addresses, in host byte order.
    /// 192.0.0.8: the source of ICMP from a host without IPv4, RFC 7600.
    INADDR_DUMMY: u32 = 0xc0000008;
    /// 224.0.0.2: all routers of this network.
    INADDR_ALLRTRS_GROUP: u32 = 0xe0000002;
    /// 224.0.0.106: all multicast snoopers of this network, RFC 4286.
    INADDR_ALLSNOOPERS_GROUP: u32 = 0xe000006a;

    // Options of IPv4, `ip(7)`: their types and errors stand at [`option`](crate::option).
    /// The type of service.
    IP_TOS;
    /// The time to live.
    IP_TTL;
    /// The program writes the IP header.
    IP_HDRINCL;
    /// The IP options.
    IP_OPTIONS;
    /// Takes packets with the router alert option.
    IP_ROUTER_ALERT;
    /// Receives the IP options of a packet.
    IP_RECVOPTS;
    /// Receives the IP options made ready to be sent back.
    IP_RETOPTS;
    /// An earlier name of [`IP_RETOPTS`].
    IP_RECVRETOPTS = 7;
    /// Receives destination and interface of a packet; sets source and interface.
    IP_PKTINFO;
    /// The control messages of the last packet of a stream.
    IP_PKTOPTIONS;
    /// Whether the path's MTU is looked for.
    IP_MTU_DISCOVER;
    /// An earlier name of [`IP_MTU_DISCOVER`].
    IP_PMTUDISC = 10;
    /// Queues ICMP errors.
    IP_RECVERR;
    /// Receives the time to live of a packet.
    IP_RECVTTL;
    /// Receives the type of service of a packet.
    IP_RECVTOS;
    /// The known MTU of the path.
    IP_MTU;
    /// Lets `bind` take an address this host does not have.
    IP_FREEBIND;
    /// A policy of IPsec, in the form of `PF_KEY`.
    IP_IPSEC_POLICY;
    /// A policy of IPsec, in the form of XFRM.
    IP_XFRM_POLICY;
    /// Receives the security label of a packet.
    IP_PASSSEC;
    /// Takes packets for any address.
    IP_TRANSPARENT;
    /// Receives the original destination of a redirected packet.
    IP_ORIGDSTADDR;
    /// The same number as [`IP_ORIGDSTADDR`].
    IP_RECVORIGDSTADDR;
    /// The least time to live a packet may arrive with.
    IP_MINTTL;
    /// Does not reassemble outgoing fragments.
    IP_NODEFRAG;
    /// Receives the checksum of a datagram.
    IP_CHECKSUM;
    /// Leaves the choice of the port to `connect`.
    IP_BIND_ADDRESS_NO_PORT;
    /// Receives the size of the largest fragment.
    IP_RECVFRAGSIZE;
    /// Errors in the queue carry RFC 4884's extensions.
    IP_RECVERR_RFC4884 = 26;
    /// The interface of outgoing multicast packets.
    IP_MULTICAST_IF;
    /// The time to live of outgoing multicast packets.
    IP_MULTICAST_TTL;
    /// Whether multicast packets come back to this host.
    IP_MULTICAST_LOOP;
    /// Joins a multicast group.
    IP_ADD_MEMBERSHIP;
    /// Leaves a multicast group.
    IP_DROP_MEMBERSHIP;
    /// Listens again to a source of a group.
    IP_UNBLOCK_SOURCE;
    /// Does not listen to a source of a group.
    IP_BLOCK_SOURCE;
    /// Joins a group for one source.
    IP_ADD_SOURCE_MEMBERSHIP;
    /// Leaves a group for one source.
    IP_DROP_SOURCE_MEMBERSHIP;
    /// The filter of sources of a group.
    IP_MSFILTER;
    /// Joins a group, either family, RFC 3678.
    MCAST_JOIN_GROUP;
    /// Does not listen to a source of a group, either family.
    MCAST_BLOCK_SOURCE;
    /// Listens again to a source of a group, either family.
    MCAST_UNBLOCK_SOURCE;
    /// Leaves a group, either family.
    MCAST_LEAVE_GROUP;
    /// Joins a group for one source, either family.
    MCAST_JOIN_SOURCE_GROUP;
    /// Leaves a group for one source, either family.
    MCAST_LEAVE_SOURCE_GROUP;
    /// The filter of sources of a group, either family.
    MCAST_MSFILTER;
    /// A filter of sources that are not wanted.
    MCAST_EXCLUDE;
    /// A filter of sources that are wanted.
    MCAST_INCLUDE;
    /// Whether packets to any group joined on this host are taken.
    IP_MULTICAST_ALL;
    /// The interface of outgoing packets.
    IP_UNICAST_IF;
    /// The ports that are given to this socket. Linux 6.3.
    IP_LOCAL_PORT_RANGE = 51;
    /// The protocol of a raw socket. Linux 6.4.
    IP_PROTOCOL = 52;
    /// Never set the "don't fragment" bit.
    IP_PMTUDISC_DONT;
    /// As the route says.
    IP_PMTUDISC_WANT;
    /// Always set the bit; `EMSGSIZE` for what is too long.
    IP_PMTUDISC_DO;
    /// Always set the bit, ignore the known MTU.
    IP_PMTUDISC_PROBE;
    /// The interface's MTU, whatever ICMP says.
    IP_PMTUDISC_INTERFACE;
    /// As [`IP_PMTUDISC_INTERFACE`], but fragment what is too long.
    IP_PMTUDISC_OMIT;
    /// The time to live of multicast packets, unless set.
    IP_DEFAULT_MULTICAST_TTL;
    /// Whether multicast packets come back, unless set.
    IP_DEFAULT_MULTICAST_LOOP;
    /// What the C library's header says; the kernel's limit is `net.ipv4.igmp_max_memberships`.
    IP_MAX_MEMBERSHIPS = 20;

    // Options of UDP, `udp(7)`.
    /// Gathers what is sent into one datagram.
    UDP_CORK;
    /// Takes encapsulated packets.
    UDP_ENCAP;
    /// Sends without a checksum over IPv6.
    UDP_NO_CHECK6_TX;
    /// Takes datagrams without a checksum over IPv6.
    UDP_NO_CHECK6_RX;
    /// Bytes of each datagram that one send is cut into.
    UDP_SEGMENT;
    /// Receives several datagrams as one.
    UDP_GRO;
    /// [`UDP_ENCAP`]: an old draft of IPsec over UDP.
    UDP_ENCAP_ESPINUDP_NON_IKE = 1;
    /// [`UDP_ENCAP`]: IPsec over UDP, RFC 3948.
    UDP_ENCAP_ESPINUDP = 2;
    /// [`UDP_ENCAP`]: L2TP, RFC 2661.
    UDP_ENCAP_L2TPINUDP = 3;
    /// [`UDP_ENCAP`]: GTP version 0.
    UDP_ENCAP_GTP0 = 4;
    /// [`UDP_ENCAP`]: GTP version 1, user plane.
    UDP_ENCAP_GTP1U = 5;
    /// [`UDP_ENCAP`]: RxRPC.
    UDP_ENCAP_RXRPC = 6;

    // Options of UDP-Lite, `udplite(7)`: net/udplite.h of the kernel, no header of the user's.
    /// Bytes that the checksum of outgoing packets covers.
    UDPLITE_SEND_CSCOV = 10;
    /// Bytes that the checksum of a packet must cover at least.
    UDPLITE_RECV_CSCOV = 11;
}
