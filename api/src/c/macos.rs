//! The constants of macOS that are not in `common.rs`.
//!
//! Written without a machine of that system: the names are those that the crate `libc` has for it, and `cargo check` accepts them where
//! the target is installed, but nothing here was ever run there. A number with a literal is one that `libc` lacks; its header is named.

use super::constants;

constants! { MACOS;
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
    /// Modular ISDN.
    AF_ISDN;
    /// Between a virtual machine and its host.
    AF_VSOCK;
    /// Addresses of the link layer.
    AF_LINK;
    /// The kernel's controls and events. `sys/kern_control.h`.
    AF_SYSTEM;
    /// `sockaddr_ctl`: the address of a control.
    AF_SYS_CONTROL;
    /// Packets of a `utun` interface.
    AF_UTUN;
    /// Frames of the device level.
    AF_NDRV;
    /// Point to point protocol.
    AF_PPP;
    /// NetBIOS.
    AF_NETBIOS;
    /// ATM.
    AF_NATM;
    /// Wireless networks.
    AF_IEEE80211;
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
    /// Xerox NS.
    AF_NS;

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
    /// The protocol family of [`AF_ISDN`].
    PF_ISDN;
    /// The protocol family of [`AF_VSOCK`].
    PF_VSOCK;
    /// The protocol family of [`AF_LINK`].
    PF_LINK;
    /// The protocol family of [`AF_SYSTEM`].
    PF_SYSTEM;
    /// The protocol family of [`AF_NDRV`].
    PF_NDRV;
    /// The protocol family of [`AF_PPP`].
    PF_PPP;
    /// The protocol family of [`AF_NETBIOS`].
    PF_NETBIOS;
    /// The protocol family of [`AF_NATM`].
    PF_NATM;
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
    /// The protocol family of [`AF_NS`].
    PF_NS;

    // Types and their flags.
    /// Bytes of the longest address.
    SOCK_MAXADDRLEN;

    // Levels.
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
    /// Keeps the rest of a datagram.
    SO_DONTTRUNC;
    /// Tells whether more is ready.
    SO_WANTMORE;
    /// Tells of urgent data.
    SO_WANTOOBFLAG;
    /// The socket's security label.
    SO_LABEL;
    /// The peer's security label.
    SO_PEERLABEL;
    /// `SO_LINGER` in seconds: macOS's own counts in ticks.
    SO_LINGER_SEC;
    /// Installs a network kernel extension.
    SO_NKE;
    /// `connect` and `bind` without an address's error.
    SO_NOADDRERR;
    /// Nobody gets a `SIGPIPE`.
    SO_NOSIGPIPE;
    /// Tells of a `bind` that was refused.
    SO_NOTIFYCONFLICT;
    /// Extensions of this socket.
    SO_NP_EXTENSIONS;
    /// Bytes of the first message that waits.
    SO_NREAD;
    /// Bytes that are not sent yet.
    SO_NWRITE;
    /// Ports at random.
    SO_RANDOMPORT;
    /// Lets sockets of one user bind one address.
    SO_REUSESHAREUID;
    /// Receives the time of arrival by the monotonic clock.
    SO_TIMESTAMP_MONOTONIC;
    /// Sends by loopback when possible.
    SO_USELOOPBACK;

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
    /// The end of the data: a FIN goes with it.
    MSG_EOF;
    /// Starts and sends what was held.
    MSG_FLUSH;
    /// Holds what is sent.
    MSG_HOLD;
    /// Sends what was held.
    MSG_SEND;
    /// More data is ready.
    MSG_HAVEMORE;
    /// More of the record is ready.
    MSG_RCVMORE;
    /// The address must fit.
    MSG_NEEDSA;

    // Types of control messages.
    /// Descriptors.
    SCM_RIGHTS;
    /// The time of arrival, `struct timeval`.
    SCM_TIMESTAMP;
    /// Credentials of the sender: `struct cmsgcred`.
    SCM_CREDS;

    // Options of UNIX sockets.
    /// Credentials of the peer: `struct xucred`.
    LOCAL_PEERCRED;
    /// The peer's process.
    LOCAL_PEERPID;
    /// The peer's effective process.
    LOCAL_PEEREPID;
    /// The peer's program.
    LOCAL_PEERUUID;
    /// The peer's effective program.
    LOCAL_PEEREUUID;
    /// The peer's audit token.
    LOCAL_PEERTOKEN;

    // Protocols.
    /// IPv4 in IPv4, RFC 2003.
    IPPROTO_IPIP;
    /// ISO transport protocol class 4.
    IPPROTO_TP;
    /// Resource reservation, RFC 2205.
    IPPROTO_RSVP;
    /// Generic routing encapsulation, RFC 2784.
    IPPROTO_GRE;
    /// Multicast transport protocol.
    IPPROTO_MTP;
    /// Encapsulation header, RFC 1241.
    IPPROTO_ENCAP;
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
    /// Pragmatic general multicast, RFC 3208.
    IPPROTO_PGM;
    /// One more than the last number of a protocol.
    IPPROTO_MAX;
    /// Packets taken from the firewall.
    IPPROTO_DIVERT;
    /// Ethernet in IP, RFC 3378.
    IPPROTO_ETHERIP;
    /// OSPF, RFC 2328.
    IPPROTO_OSPFIGP;
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
    /// Receives destination and interface of a packet; sets source and interface.
    IP_PKTINFO;
    /// Receives the time to live of a packet.
    IP_RECVTTL;
    /// Receives the type of service of a packet.
    IP_RECVTOS;
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
    /// Only packets of one interface, by its index.
    IP_BOUND_IF;
    /// Never fragments.
    IP_DONTFRAG;
    /// Receives the destination of a packet.
    IP_RECVDSTADDR;
    /// Receives the interface of a packet.
    IP_RECVIF;

    // Options of IPv6.
    /// Where the checksum of a raw packet lies.
    IPV6_CHECKSUM;
    /// The address of the next hop. netinet6/in6.h, RFC 3542.
    IPV6_NEXTHOP = 48;
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
    /// Receives the hop-by-hop options. netinet6/in6.h, RFC 3542.
    IPV6_RECVHOPOPTS = 39;
    /// The hop-by-hop options. netinet6/in6.h, RFC 3542.
    IPV6_HOPOPTS = 49;
    /// The destination options before a routing header. netinet6/in6.h, RFC 3542.
    IPV6_RTHDRDSTOPTS = 57;
    /// Receives the routing header. netinet6/in6.h, RFC 3542.
    IPV6_RECVRTHDR = 38;
    /// The routing header. netinet6/in6.h, RFC 3542.
    IPV6_RTHDR = 51;
    /// Receives the destination options. netinet6/in6.h, RFC 3542.
    IPV6_RECVDSTOPTS = 40;
    /// The destination options. netinet6/in6.h, RFC 3542.
    IPV6_DSTOPTS = 50;
    /// Receives a change of the path's MTU. netinet6/in6.h, RFC 3542.
    IPV6_RECVPATHMTU = 43;
    /// The path's MTU with its destination. netinet6/in6.h, RFC 3542.
    IPV6_PATHMTU = 44;
    /// Never fragments.
    IPV6_DONTFRAG;
    /// Receives the traffic class of a packet.
    IPV6_RECVTCLASS;
    /// The traffic class.
    IPV6_TCLASS;
    /// Only packets of one interface, by its index.
    IPV6_BOUND_IF;
    /// Sends packets of the least MTU. netinet6/in6.h, RFC 3542.
    IPV6_USE_MIN_MTU = 42;

    // Options of TCP.
    /// Bytes of data in a segment at most.
    TCP_MAXSEG;
    /// Time between keepalive probes.
    TCP_KEEPINTVL;
    /// Keepalive probes without an answer before the connection ends.
    TCP_KEEPCNT;
    /// Accepts data in the SYN.
    TCP_FASTOPEN;
    /// What the kernel knows of the connection: as Linux's `TCP_INFO`.
    TCP_CONNECTION_INFO;
    /// Idle time before the first keepalive probe: as Linux's `TCP_KEEPIDLE`.
    TCP_KEEPALIVE;
    /// Sends no options.
    TCP_NOOPT;
    /// Sends no partial segment.
    TCP_NOPUSH;

    // Errors of the resolver.
    /// The flags are not valid.
    EAI_BADFLAGS;
    /// The name is not known.
    EAI_NONAME;
    /// Nobody answered for now.
    EAI_AGAIN;
    /// The name server refused for good.
    EAI_FAIL;
    /// The name has no address.
    EAI_NODATA;
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
    /// The hints are not valid. netdb.h.
    EAI_BADHINTS = 12;
    /// The protocol is not known. netdb.h.
    EAI_PROTOCOL = 13;

    // Flags of `getaddrinfo(3)`.
    /// Where IPv6 is asked for and there is none, answer with mapped IPv4 addresses.
    AI_V4MAPPED;
    /// With [`AI_V4MAPPED`]: both.
    AI_ALL;
    /// Only families for which this host has an address.
    AI_ADDRCONFIG;
    /// The service is a number.
    AI_NUMERICSERV;
    /// [`AI_V4MAPPED`] if the system maps.
    AI_V4MAPPED_CFG;
    /// [`AI_V4MAPPED_CFG`] and [`AI_ADDRCONFIG`].
    AI_DEFAULT;
    /// Every flag a program may use.
    AI_MASK;
    /// Addresses that cannot be used too.
    AI_UNUSABLE;

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

    // Controls of the kernel.
    /// Events of the kernel.
    SYSPROTO_EVENT;
    /// Controls of the kernel.
    SYSPROTO_CONTROL;
    /// Flags of a `utun` interface.
    UTUN_OPT_FLAGS;
    /// The name of a `utun` interface.
    UTUN_OPT_IFNAME;
}
