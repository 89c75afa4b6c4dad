//! The constants of FreeBSD that are not in `common.rs`.
//!
//! Written without a machine of that system: the names are those that the crate `libc` has for it, and `cargo check` accepts them where
//! the target is installed, but nothing here was ever run there. A number with a literal is one that `libc` lacks; its header is named.

use super::constants;

constants! { FREEBSD;
    // Address families.
    /// POSIX's earlier name of `AF_UNIX`.
    AF_LOCAL;
    /// Novell's IPX
    AF_IPX;
    /// AppleTalk.
    AF_APPLETALK;
    /// IPv6.
    AF_INET6;
    /// DECnet
    AF_DECnet;
    /// 4.4BSD's name for `AF_NETLINK`.
    AF_ROUTE;
    /// IBM SNA.
    AF_SNA;
    /// Bluetooth.
    AF_BLUETOOTH;
    /// Modular ISDN.
    AF_ISDN;
    /// Addresses of the link layer.
    AF_LINK;
    /// NetBIOS.
    AF_NETBIOS;
    /// ATM.
    AF_NATM;
    /// Wireless networks.
    AF_IEEE80211;
    /// netgraph, `ng_socket(4)`.
    AF_NETGRAPH;
    /// Address resolution.
    AF_ARP;
    /// ATM.
    AF_ATM;
    /// Slow protocols of IEEE 802.3.
    AF_SLOW;
    /// Sitara clusters.
    AF_SCLUSTER;
    /// Sockets direct over InfiniBand, IPv4.
    AF_INET_SDP;
    /// Sockets direct over InfiniBand, IPv6.
    AF_INET6_SDP;
    /// Between a Hyper-V guest and its host. sys/socket.h.
    AF_HYPERV = 43;
    /// Packets taken from the firewall, `divert(4)`. FreeBSD 14. sys/socket.h.
    AF_DIVERT = 44;
    /// IMPs of the ARPANET.
    AF_IMPLINK;
    /// PARC universal packet.
    AF_PUP;
    /// Chaosnet.
    AF_CHAOS;
    /// OSI protocols.
    AF_ISO;
    /// Another name of [`AF_ISO`].
    AF_OSI;
    /// ECMA.
    AF_ECMA;
    /// Datakit.
    AF_DATAKIT;
    /// X.25 and its kin.
    AF_CCITT;
    /// DEC's direct data link.
    AF_DLI;
    /// DEC LAT.
    AF_LAT;
    /// NSC Hyperchannel.
    AF_HYLINK;
    /// Connection-oriented IP.
    AF_COIP;
    /// Computer network technology.
    AF_CNT;
    /// Simple internet protocol.
    AF_SIP;
    /// Another name of [`AF_ISDN`].
    AF_E164;

    // Protocol families: the same numbers.
    /// The protocol family of [`AF_LOCAL`].
    PF_LOCAL;
    /// The protocol family of [`AF_IPX`].
    PF_IPX;
    /// The protocol family of [`AF_APPLETALK`].
    PF_APPLETALK;
    /// The protocol family of [`AF_INET6`].
    PF_INET6;
    /// The protocol family of [`AF_DECnet`].
    PF_DECnet;
    /// The protocol family of `AF_KEY`.
    PF_KEY;
    /// The protocol family of [`AF_ROUTE`].
    PF_ROUTE;
    /// The protocol family of [`AF_SNA`].
    PF_SNA;
    /// The protocol family of [`AF_BLUETOOTH`].
    PF_BLUETOOTH;
    /// The protocol family of [`AF_ISDN`].
    PF_ISDN;
    /// The protocol family of [`AF_LINK`].
    PF_LINK;
    /// The protocol family of [`AF_NETBIOS`].
    PF_NETBIOS;
    /// The protocol family of [`AF_NATM`].
    PF_NATM;
    /// The protocol family of [`AF_IEEE80211`].
    PF_IEEE80211;
    /// The protocol family of [`AF_NETGRAPH`].
    PF_NETGRAPH;
    /// The protocol family of [`AF_ARP`].
    PF_ARP;
    /// The protocol family of [`AF_ATM`].
    PF_ATM;
    /// The protocol family of [`AF_SLOW`].
    PF_SLOW;
    /// The protocol family of [`AF_SCLUSTER`].
    PF_SCLUSTER;
    /// The protocol family of [`AF_INET_SDP`].
    PF_INET_SDP;
    /// The protocol family of [`AF_INET6_SDP`].
    PF_INET6_SDP;
    /// The protocol family of [`AF_DIVERT`].
    PF_DIVERT = 44;
    /// The protocol family of [`AF_IMPLINK`].
    PF_IMPLINK;
    /// The protocol family of [`AF_PUP`].
    PF_PUP;
    /// The protocol family of [`AF_CHAOS`].
    PF_CHAOS;
    /// The protocol family of [`AF_ISO`].
    PF_ISO;
    /// The protocol family of [`AF_OSI`].
    PF_OSI;
    /// The protocol family of [`AF_ECMA`].
    PF_ECMA;
    /// The protocol family of [`AF_DATAKIT`].
    PF_DATAKIT;
    /// The protocol family of [`AF_CCITT`].
    PF_CCITT;
    /// The protocol family of [`AF_DLI`].
    PF_DLI;
    /// The protocol family of [`AF_LAT`].
    PF_LAT;
    /// The protocol family of [`AF_HYLINK`].
    PF_HYLINK;
    /// The protocol family of [`AF_COIP`].
    PF_COIP;
    /// The protocol family of [`AF_CNT`].
    PF_CNT;
    /// The protocol family of [`AF_SIP`].
    PF_SIP;

    // Types and their flags.
    /// The new descriptor is in non-blocking mode.
    SOCK_NONBLOCK;
    /// The new descriptor does not survive `execve(2)`.
    SOCK_CLOEXEC;
    /// Bytes of the longest address.
    SOCK_MAXADDRLEN;

    // Levels.
    /// `SOL_HCI_RAW`: options of [`BTPROTO_HCI`]. netgraph/bluetooth/include/ng_btsocket.h.
    SOL_HCI = 0x0802;
    /// Options of every socket.
    SOL_SOCKET;
    /// Options of UNIX sockets.
    SOL_LOCAL;

    // Options of every socket.
    /// Records debugging information.
    SO_DEBUG;
    /// Lets `bind` take an address whose connections are in TIME_WAIT.
    SO_REUSEADDR;
    /// The socket's type.
    SO_TYPE;
    /// The pending error.
    SO_ERROR;
    /// Sends to directly connected networks only.
    SO_DONTROUTE;
    /// Allows datagrams to broadcast addresses.
    SO_BROADCAST;
    /// Bytes of the send buffer.
    SO_SNDBUF;
    /// Bytes of the receive buffer.
    SO_RCVBUF;
    /// Probes an idle connection.
    SO_KEEPALIVE;
    /// Leaves urgent data in the stream.
    SO_OOBINLINE;
    /// What `close` does with data that is not sent yet.
    SO_LINGER;
    /// Lets several sockets bind one address and share its load.
    SO_REUSEPORT;
    /// Bytes for which a receive waits.
    SO_RCVLOWAT;
    /// Bytes for which a send waits: always 1.
    SO_SNDLOWAT;
    /// How long a receive may take.
    SO_RCVTIMEO;
    /// How long a send may take.
    SO_SNDTIMEO;
    /// Receives the time of arrival in microseconds.
    SO_TIMESTAMP;
    /// Whether the socket listens.
    SO_ACCEPTCONN;
    /// The socket's protocol.
    SO_PROTOCOL;
    /// The socket's family.
    SO_DOMAIN;
    /// The socket's security label.
    SO_LABEL;
    /// The peer's security label.
    SO_PEERLABEL;
    /// Nobody gets a `SIGPIPE`.
    SO_NOSIGPIPE;
    /// Sends by loopback when possible.
    SO_USELOOPBACK;
    /// Accepts a connection when a filter says so.
    SO_ACCEPTFILTER;
    /// Receives the time of arrival, `struct bintime`.
    SO_BINTIME;
    /// Connections that are not complete.
    SO_LISTENINCQLEN;
    /// Connections to be accepted.
    SO_LISTENQLEN;
    /// The backlog.
    SO_LISTENQLIMIT;
    /// Without direct data placement.
    SO_NO_DDP;
    /// Without offload to the device.
    SO_NO_OFFLOAD;
    /// Another name of [`SO_PROTOCOL`].
    SO_PROTOTYPE;
    /// Receive errors are told.
    SO_RERROR;
    /// [`SO_REUSEPORT`] that shares the load.
    SO_REUSEPORT_LB;
    /// The routing table of what is sent.
    SO_SETFIB;
    /// A number for firewalls: as Linux's `SO_MARK`.
    SO_USER_COOKIE;
    /// The clock of [`SO_TIMESTAMP`].
    SO_TS_CLOCK;
    /// [`SO_TS_CLOCK`]: microseconds.
    SO_TS_REALTIME_MICRO;
    /// [`SO_TS_CLOCK`]: `struct bintime`.
    SO_TS_BINTIME;
    /// [`SO_TS_CLOCK`]: nanoseconds.
    SO_TS_REALTIME;
    /// [`SO_TS_CLOCK`]: nanoseconds of the monotonic clock.
    SO_TS_MONOTONIC;
    /// The first number of the vendor's own.
    SO_VENDOR;
    /// Joins two connections.
    SO_SPLICE;

    // The longest backlog of `listen(2)`.
    /// What the C library's header says; the kernel's limit is `net.core.somaxconn`.
    SOMAXCONN;

    // Flags of one call.
    /// Control data did not fit and was cut.
    MSG_CTRUNC;
    /// Out: the message was longer than the buffer. In: return its real length.
    MSG_TRUNC;
    /// This call does not block.
    MSG_DONTWAIT;
    /// The end of a record.
    MSG_EOR;
    /// Block until the whole buffer is full.
    MSG_WAITALL;
    /// No `SIGPIPE` when the peer has gone.
    MSG_NOSIGNAL;
    /// `recvmmsg(2)`: block for the first message only.
    MSG_WAITFORONE;
    /// Descriptors received are closed by `execve(2)`.
    MSG_CMSG_CLOEXEC;
    /// The end of the data: a FIN goes with it.
    MSG_EOF;
    /// The socket is non-blocking, for the kernel.
    MSG_NBIO;
    /// A call of 4.3BSD.
    MSG_COMPAT;
    /// An SCTP notification.
    MSG_NOTIFICATION;

    // Types of control messages.
    /// Descriptors.
    SCM_RIGHTS;
    /// The time of arrival, `struct timeval`.
    SCM_TIMESTAMP;
    /// Credentials of the sender: `struct cmsgcred`.
    SCM_CREDS;
    /// Credentials of the sender: `struct sockcred2`.
    SCM_CREDS2;
    /// The time of arrival, `struct bintime`.
    SCM_BINTIME;
    /// The time of arrival, `struct timespec`.
    SCM_REALTIME;
    /// The time of arrival by the monotonic clock.
    SCM_MONOTONIC;
    /// What is known of the time of arrival.
    SCM_TIME_INFO;

    // Options of UNIX sockets.
    /// Credentials of the peer: `struct xucred`.
    LOCAL_PEERCRED;
    /// Receives credentials of the sender with the first message. As Linux's `SO_PASSCRED`.
    LOCAL_CREDS;
    /// Receives credentials of the sender with each message, as [`SCM_CREDS2`].
    LOCAL_CREDS_PERSISTENT;
    /// `connect` waits until the connection is accepted.
    LOCAL_CONNWAIT;
    /// The first number of the vendor's own.
    LOCAL_VENDOR;

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
    /// Encapsulation header, RFC 1241.
    IPPROTO_ENCAP;
    /// Mobility header of IPv6, RFC 6275.
    IPPROTO_MH;
    /// Datagrams with a checksum over a part.
    IPPROTO_UDPLITE;
    /// MPLS in IP, RFC 4023.
    IPPROTO_MPLS;
    /// Gateway to gateway protocol, RFC 823.
    IPPROTO_GGP;
    /// Stream protocol, RFC 1819.
    IPPROTO_ST;
    /// Express transport protocol.
    IPPROTO_XTP;
    /// ISO over IP.
    IPPROTO_EON;
    /// HELLO routing.
    IPPROTO_HELLO;
    /// Sun's network disk.
    IPPROTO_ND;
    /// Compressed payload, RFC 3173.
    IPPROTO_IPCOMP;
    /// Minimal encapsulation, RFC 2004.
    IPPROTO_MOBILE;
    /// Pragmatic general multicast, RFC 3208.
    IPPROTO_PGM;
    /// One more than the last number of a protocol.
    IPPROTO_MAX;
    /// Packets taken from the firewall.
    IPPROTO_DIVERT;
    /// Common address redundancy.
    IPPROTO_CARP;
    /// States of the packet filter.
    IPPROTO_PFSYNC;
    /// Ethernet in IP, RFC 3378.
    IPPROTO_ETHERIP;
    /// OSPF, RFC 2328.
    IPPROTO_OSPFIGP;
    /// Secure neighbour discovery, RFC 3971.
    IPPROTO_SEND;
    /// Host identity, RFC 7401.
    IPPROTO_HIP;
    /// Site multihoming, RFC 5533.
    IPPROTO_SHIM6;
    /// An interior gateway protocol.
    IPPROTO_IGP;
    /// Reliable data, RFC 908.
    IPPROTO_RDP;

    // Ports.
    /// Where BSD's ports for servers of users began. netinet/in.h.
    IPPORT_USERRESERVED = 5000;

    // Options of IPv4.
    /// The type of service.
    IP_TOS;
    /// The time to live.
    IP_TTL;
    /// The program writes the IP header.
    IP_HDRINCL;
    /// Receives the time to live of a packet.
    IP_RECVTTL;
    /// Receives the type of service of a packet.
    IP_RECVTOS;
    /// Receives the original destination of a redirected packet.
    IP_ORIGDSTADDR;
    /// The same number as [`IP_ORIGDSTADDR`].
    IP_RECVORIGDSTADDR;
    /// The least time to live a packet may arrive with.
    IP_MINTTL;
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
    /// Never fragments.
    IP_DONTFRAG;
    /// Receives the destination of a packet.
    IP_RECVDSTADDR;
    /// The source of a packet, as a control message.
    IP_SENDSRCADDR;
    /// Receives the interface of a packet.
    IP_RECVIF;
    /// Lets `bind` take an address this host does not have.
    IP_BINDANY;
    /// Lets several sockets bind one address.
    IP_BINDMULTI;

    // Options of IPv6.
    /// Where the checksum of a raw packet lies.
    IPV6_CHECKSUM;
    /// The hop limit.
    IPV6_UNICAST_HOPS;
    /// The interface of outgoing multicast packets.
    IPV6_MULTICAST_IF;
    /// The hop limit of multicast packets.
    IPV6_MULTICAST_HOPS;
    /// Whether multicast packets come back to this host.
    IPV6_MULTICAST_LOOP;
    /// Joins a multicast group.
    IPV6_JOIN_GROUP;
    /// Leaves a multicast group.
    IPV6_LEAVE_GROUP;
    /// Takes IPv6 only.
    IPV6_V6ONLY;
    /// Receives destination and interface of a packet.
    IPV6_RECVPKTINFO;
    /// The source and the interface of outgoing packets.
    IPV6_PKTINFO;
    /// Receives the hop limit of a packet.
    IPV6_RECVHOPLIMIT;
    /// The hop limit, as a control message.
    IPV6_HOPLIMIT;
    /// Never fragments.
    IPV6_DONTFRAG;
    /// Receives the traffic class of a packet.
    IPV6_RECVTCLASS;
    /// The traffic class.
    IPV6_TCLASS;
    /// Receives the original destination of a redirected packet.
    IPV6_ORIGDSTADDR;
    /// The same number as [`IPV6_ORIGDSTADDR`].
    IPV6_RECVORIGDSTADDR;
    /// Lets `bind` take an address this host does not have.
    IPV6_BINDANY;
    /// Sends packets of the least MTU. netinet6/in6.h.
    IPV6_USE_MIN_MTU = 42;

    // Options of TCP.
    /// Bytes of data in a segment at most.
    TCP_MAXSEG;
    /// Idle time before the first keepalive probe.
    TCP_KEEPIDLE;
    /// Time between keepalive probes.
    TCP_KEEPINTVL;
    /// Keepalive probes without an answer before the connection ends.
    TCP_KEEPCNT;
    /// What the kernel knows of the connection.
    TCP_INFO;
    /// The congestion control algorithm by name.
    TCP_CONGESTION;
    /// A key that signs segments, RFC 2385.
    TCP_MD5SIG;
    /// Accepts data in the SYN.
    TCP_FASTOPEN;
    /// Sends no options.
    TCP_NOOPT;
    /// Sends no partial segment.
    TCP_NOPUSH;
    /// How long opening a connection may take.
    TCP_KEEPINIT;
    /// The delay of an acknowledgement.
    TCP_DELACK;
    /// How long data may stay unacknowledged.
    TCP_MAXUNACKTIME;
    /// The TCP stack of the connection.
    TCP_FUNCTION_BLK;
    /// Settings of the congestion control.
    TCP_CCALGOOPT;
    /// The peer's port of TCP over UDP.
    TCP_REMOTE_UDP_ENCAPS_PORT;

    // Options of UDP-Lite.
    /// Bytes that the checksum of outgoing packets covers. netinet/udplite.h.
    UDPLITE_SEND_CSCOV = 2;
    /// Bytes that the checksum of a packet must cover at least. netinet/udplite.h.
    UDPLITE_RECV_CSCOV = 4;

    // Errors of the resolver.
    /// The flags are not valid.
    EAI_BADFLAGS;
    /// The name is not known.
    EAI_NONAME;
    /// Nobody answered for now.
    EAI_AGAIN;
    /// The name server refused for good.
    EAI_FAIL;
    /// The family is not supported.
    EAI_FAMILY;
    /// The type is not supported.
    EAI_SOCKTYPE;
    /// The service is not known for the type.
    EAI_SERVICE;
    /// No memory.
    EAI_MEMORY;
    /// An errno says more.
    EAI_SYSTEM;
    /// A buffer was too short.
    EAI_OVERFLOW;
    /// One more than the last number. netdb.h.
    EAI_MAX = 15;

    // Flags of `getaddrinfo(3)`.
    /// Where IPv6 is asked for and there is none, answer with mapped IPv4 addresses.
    AI_V4MAPPED;
    /// With [`AI_V4MAPPED`]: both.
    AI_ALL;
    /// Only families for which this host has an address.
    AI_ADDRCONFIG;
    /// The service is a number.
    AI_NUMERICSERV;

    // Flags of `getnameinfo(3)`.
    /// The host as a number.
    NI_NUMERICHOST;
    /// The service as a number.
    NI_NUMERICSERV;
    /// Only the first label of names in the local domain.
    NI_NOFQDN;
    /// An error if the host has no name.
    NI_NAMEREQD;
    /// The service is a datagram one.
    NI_DGRAM;
    /// The scope as a number.
    NI_NUMERICSCOPE;

    // What `poll(2)` waits for and reports.
    /// Reading does not block.
    POLLIN;
    /// Urgent data.
    POLLPRI;
    /// Writing does not block.
    POLLOUT;
    /// An error is pending.
    POLLERR;
    /// Both directions are closed.
    POLLHUP;
    /// Not an open descriptor.
    POLLNVAL;
    /// Ordinary data.
    POLLRDNORM;
    /// Urgent data.
    POLLRDBAND;
    /// Room for ordinary data.
    POLLWRNORM;
    /// Room for urgent data.
    POLLWRBAND;
    /// The peer has closed its sending side.
    POLLRDHUP;

    // Bluetooth.
    /// Logical link control. netgraph/bluetooth/include/ng_btsocket.h.
    BTPROTO_L2CAP = 135;
    /// The controller itself. netgraph/bluetooth/include/ng_btsocket.h.
    BTPROTO_HCI = 134;
    /// A serial line. netgraph/bluetooth/include/ng_btsocket.h.
    BTPROTO_RFCOMM = 136;
    /// `SO_HCI_RAW_FILTER`: which packets and events are taken. netgraph/bluetooth/include/ng_btsocket.h.
    HCI_FILTER = 1;
}
