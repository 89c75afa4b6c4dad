//! The constants of Windows that are not in `common.rs`: winsock2.h, ws2ipdef.h, ws2tcpip.h, mstcpip.h, hvsocket.h.
//!
//! Written without a machine of that system: `libc` has none of these names, so they are literals, compared with the crate `windows-sys`
//! 0.61.2, which is made of Microsoft's metadata (`fixtures/constants/windows.tsv`).

use super::{constants, texts};

constants! { WINDOWS;
    // Families.
    /// Novell's IPX, removed from Linux 5.15.
    AF_IPX = 6;
    /// IMPs of the ARPANET.
    AF_IMPLINK = 3;
    /// PARC universal packet.
    AF_PUP = 4;
    /// Chaosnet.
    AF_CHAOS = 5;
    /// Xerox NS.
    AF_NS = 6;
    /// OSI protocols.
    AF_ISO = 7;
    /// Another name of [`AF_ISO`].
    AF_OSI = 7;
    /// ECMA.
    AF_ECMA = 8;
    /// Datakit.
    AF_DATAKIT = 9;
    /// X.25 and its kin.
    AF_CCITT = 10;
    /// IBM SNA.
    AF_SNA = 11;
    /// DECnet, removed from Linux 6.1.
    AF_DECnet = 12;
    /// DEC's direct data link.
    AF_DLI = 13;
    /// DEC LAT.
    AF_LAT = 14;
    /// NSC Hyperchannel.
    AF_HYLINK = 15;
    /// AppleTalk.
    AF_APPLETALK = 16;
    /// NetBIOS.
    AF_NETBIOS = 17;
    /// ATM.
    AF_ATM = 22;
    /// IPv6, `ipv6(7)`.
    AF_INET6 = 23;
    /// Infrared, removed from Linux 4.17.
    AF_IRDA = 26;
    /// Addresses of the link layer.
    AF_LINK = 33;
    /// Between a Hyper-V guest and its host.
    AF_HYPERV = 34;

    // Protocol families: the same numbers.
    /// The protocol family of [`AF_IPX`].
    PF_IPX = 6;
    /// The protocol family of [`AF_IMPLINK`].
    PF_IMPLINK = 3;
    /// The protocol family of [`AF_PUP`].
    PF_PUP = 4;
    /// The protocol family of [`AF_CHAOS`].
    PF_CHAOS = 5;
    /// The protocol family of [`AF_NS`].
    PF_NS = 6;
    /// The protocol family of [`AF_ISO`].
    PF_ISO = 7;
    /// The protocol family of [`AF_OSI`].
    PF_OSI = 7;
    /// The protocol family of [`AF_ECMA`].
    PF_ECMA = 8;
    /// The protocol family of [`AF_DATAKIT`].
    PF_DATAKIT = 9;
    /// The protocol family of [`AF_CCITT`].
    PF_CCITT = 10;
    /// The protocol family of [`AF_SNA`].
    PF_SNA = 11;
    /// The protocol family of [`AF_DECnet`].
    PF_DECnet = 12;
    /// The protocol family of [`AF_DLI`].
    PF_DLI = 13;
    /// The protocol family of [`AF_LAT`].
    PF_LAT = 14;
    /// The protocol family of [`AF_HYLINK`].
    PF_HYLINK = 15;
    /// The protocol family of [`AF_APPLETALK`].
    PF_APPLETALK = 16;
    /// The protocol family of [`AF_ATM`].
    PF_ATM = 22;
    /// The protocol family of [`AF_INET6`].
    PF_INET6 = 23;
    /// The protocol family of [`AF_IRDA`].
    PF_IRDA = 26;
    /// The protocol family of [`AF_LINK`].
    PF_LINK = 33;
    /// The protocol family of [`AF_HYPERV`].
    PF_HYPERV = 34;

    // Protocols.
    /// Gateway to gateway protocol, RFC 823.
    IPPROTO_GGP = 3;
    /// IPv4 in IPv4, RFC 2003.
    IPPROTO_IPV4 = 4;
    /// Stream protocol, RFC 1819.
    IPPROTO_ST = 5;
    /// Core based trees, RFC 2189.
    IPPROTO_CBT = 7;
    /// An interior gateway protocol.
    IPPROTO_IGP = 9;
    /// Reliable data, RFC 908.
    IPPROTO_RDP = 27;
    /// Sun's network disk.
    IPPROTO_ND = 77;
    /// ICL's fast exchange.
    IPPROTO_ICLFXBM = 78;
    /// Pragmatic general multicast, RFC 3208.
    IPPROTO_PGM = 113;
    /// Reliable multicast: the number of [`IPPROTO_PGM`].
    IPPROTO_RM = 113;
    /// Layer 2 tunnelling, RFC 3931.
    IPPROTO_L2TP = 115;
    /// One more than the last number of a protocol.
    IPPROTO_MAX = 256;

    // Ports.
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

    // Levels.
    /// Options of every socket, `socket(7)`.
    SOL_SOCKET = 0xffff;
    /// IPv4, the same number as `IPPROTO_IP`.
    SOL_IP = 0xfffb;
    /// IPv6, the same number as `IPPROTO_IPV6`.
    SOL_IPV6 = 0xfffa;
    /// TCP, the same number as `IPPROTO_TCP`.
    SOL_TCP = 6;
    /// UDP, the same number as `IPPROTO_UDP`. netinet/udp.h.
    SOL_UDP = 17;

    // Options of every socket.
    /// Records debugging information.
    SO_DEBUG = 1;
    /// Whether the socket listens.
    SO_ACCEPTCONN = 2;
    /// Lets `bind` take an address whose connections are in TIME_WAIT.
    SO_REUSEADDR = 4;
    /// Probes an idle connection.
    SO_KEEPALIVE = 8;
    /// Sends to directly connected networks only.
    SO_DONTROUTE = 16;
    /// Allows datagrams to broadcast addresses.
    SO_BROADCAST = 32;
    /// Sends by loopback when possible.
    SO_USELOOPBACK = 64;
    /// What `close` does with data that is not sent yet.
    SO_LINGER = 128;
    /// The opposite of [`SO_LINGER`].
    SO_DONTLINGER = -129;
    /// Nobody else can bind the address.
    SO_EXCLUSIVEADDRUSE = -5;
    /// Leaves urgent data in the stream.
    SO_OOBINLINE = 0x100;
    /// Bytes of the send buffer.
    SO_SNDBUF = 0x1001;
    /// Bytes of the receive buffer.
    SO_RCVBUF = 0x1002;
    /// Bytes for which a send waits: always 1.
    SO_SNDLOWAT = 0x1003;
    /// Bytes for which a receive waits.
    SO_RCVLOWAT = 0x1004;
    /// How long a send may take.
    SO_SNDTIMEO = 0x1005;
    /// How long a receive may take.
    SO_RCVTIMEO = 0x1006;
    /// The pending error.
    SO_ERROR = 0x1007;
    /// The socket's type.
    SO_TYPE = 0x1008;
    /// The provider's `WSAPROTOCOL_INFOW`.
    SO_PROTOCOL_INFO = 0x2005;
    /// The program decides about each connection.
    SO_CONDITIONAL_ACCEPT = 0x3002;
    /// After `AcceptEx`: takes the listener's properties.
    SO_UPDATE_ACCEPT_CONTEXT = 0x700b;
    /// After `ConnectEx`: takes the properties of a connection.
    SO_UPDATE_CONNECT_CONTEXT = 0x7010;
    /// Seconds since the connection stands.
    SO_CONNECT_TIME = 0x700c;
    /// Bytes of a message at most.
    SO_MAX_MSG_SIZE = 0x2003;
    /// Accepts no more for now.
    SO_PAUSE_ACCEPT = 0x3003;
    /// The network compartment.
    SO_COMPARTMENT_ID = 0x3004;
    /// Ports at random.
    SO_RANDOMIZE_PORT = 0x3005;
    /// Ports per pair of addresses.
    SO_PORT_SCALABILITY = 0x3006;
    /// Leaves the choice of the port to `connect`.
    SO_REUSE_UNICASTPORT = 0x3007;
    /// Lets several sockets take one multicast port.
    SO_REUSE_MULTICASTPORT = 0x3008;
    /// The destination before it was redirected.
    SO_ORIGINAL_DST = 0x300f;
    /// Receives the time of arrival in microseconds.
    SO_TIMESTAMP = 0x300a;
    /// The number of a time stamp.
    SO_TIMESTAMP_ID = 0x300b;

    // The longest backlog of `listen`.
    /// What the C library's header says; the kernel's limit is `net.core.somaxconn`.
    SOMAXCONN = 0x7fffffff;

    // Flags of one call.
    /// Block until the whole buffer is full.
    MSG_WAITALL = 8;
    /// Reserved.
    MSG_INTERRUPT = 16;
    /// Gives what has come without waiting for more.
    MSG_PUSH_IMMEDIATE = 32;
    /// Out: the message was longer than the buffer. In: return its real length.
    MSG_TRUNC = 256;
    /// Control data did not fit and was cut.
    MSG_CTRUNC = 512;
    /// Out: the datagram went to all.
    MSG_BCAST = 1024;
    /// Out: the datagram went to a group.
    MSG_MCAST = 2048;
    /// Read the queue of errors instead of data.
    MSG_ERRQUEUE = 0x1000;
    /// A part of a message.
    MSG_PARTIAL = 0x8000;

    // Options of IPv4.
    /// The IP options.
    IP_OPTIONS = 1;
    /// The program writes the IP header.
    IP_HDRINCL = 2;
    /// The type of service.
    IP_TOS = 3;
    /// The time to live.
    IP_TTL = 4;
    /// The interface of outgoing multicast packets.
    IP_MULTICAST_IF = 9;
    /// The time to live of outgoing multicast packets.
    IP_MULTICAST_TTL = 10;
    /// Whether multicast packets come back to this host.
    IP_MULTICAST_LOOP = 11;
    /// Joins a multicast group.
    IP_ADD_MEMBERSHIP = 12;
    /// Leaves a multicast group.
    IP_DROP_MEMBERSHIP = 13;
    /// Never fragments.
    IP_DONTFRAGMENT = 14;
    /// Joins a group for one source.
    IP_ADD_SOURCE_MEMBERSHIP = 15;
    /// Leaves a group for one source.
    IP_DROP_SOURCE_MEMBERSHIP = 16;
    /// Does not listen to a source of a group.
    IP_BLOCK_SOURCE = 17;
    /// Listens again to a source of a group.
    IP_UNBLOCK_SOURCE = 18;
    /// Receives destination and interface of a packet; sets source and interface.
    IP_PKTINFO = 19;
    /// Receives the time to live of a packet.
    IP_RECVTTL = 21;
    /// Takes broadcasts.
    IP_RECEIVE_BROADCAST = 22;
    /// Receives the destination of a packet.
    IP_RECVDSTADDR = 25;
    /// Receives the interface of a packet.
    IP_RECVIF = 24;
    /// The interface of outgoing packets.
    IP_UNICAST_IF = 31;
    /// Receives the type of service of a packet.
    IP_RECVTOS = 40;
    /// Another name of [`IP_RECVTOS`].
    IP_RECVTCLASS = 40;
    /// Whether the path's MTU is looked for.
    IP_MTU_DISCOVER = 71;
    /// The known MTU of the path.
    IP_MTU = 73;
    /// Queues ICMP errors.
    IP_RECVERR = 75;
    /// An upper bound of the path's MTU.
    IP_USER_MTU = 76;
    /// Always set the bit; `EMSGSIZE` for what is too long.
    IP_PMTUDISC_DO = 1;
    /// Never set the "don't fragment" bit.
    IP_PMTUDISC_DONT = 2;
    /// Always set the bit, ignore the known MTU.
    IP_PMTUDISC_PROBE = 3;
    /// The time to live of multicast packets, unless set.
    IP_DEFAULT_MULTICAST_TTL = 1;
    /// Whether multicast packets come back, unless set.
    IP_DEFAULT_MULTICAST_LOOP = 1;
    /// What the C library's header says; the kernel's limit is `net.ipv4.igmp_max_memberships`.
    IP_MAX_MEMBERSHIPS = 20;

    // Options of IPv6.
    /// The hop-by-hop options.
    IPV6_HOPOPTS = 1;
    /// The program writes the IPv6 header.
    IPV6_HDRINCL = 2;
    /// The hop limit.
    IPV6_UNICAST_HOPS = 4;
    /// The interface of outgoing multicast packets.
    IPV6_MULTICAST_IF = 9;
    /// The hop limit of multicast packets.
    IPV6_MULTICAST_HOPS = 10;
    /// Whether multicast packets come back to this host.
    IPV6_MULTICAST_LOOP = 11;
    /// Another name of [`IPV6_JOIN_GROUP`].
    IPV6_ADD_MEMBERSHIP = 12;
    /// Joins a multicast group.
    IPV6_JOIN_GROUP = 12;
    /// Another name of [`IPV6_LEAVE_GROUP`].
    IPV6_DROP_MEMBERSHIP = 13;
    /// Leaves a multicast group.
    IPV6_LEAVE_GROUP = 13;
    /// Never fragments.
    IPV6_DONTFRAG = 14;
    /// The source and the interface of outgoing packets.
    IPV6_PKTINFO = 19;
    /// The hop limit, as a control message.
    IPV6_HOPLIMIT = 21;
    /// From how far packets are taken.
    IPV6_PROTECTION_LEVEL = 23;
    /// Receives the interface of a packet.
    IPV6_RECVIF = 24;
    /// Receives the destination of a packet.
    IPV6_RECVDSTADDR = 25;
    /// Where the checksum of a raw packet lies.
    IPV6_CHECKSUM = 26;
    /// Takes IPv6 only.
    IPV6_V6ONLY = 27;
    /// The interface of outgoing packets.
    IPV6_UNICAST_IF = 31;
    /// The routing header.
    IPV6_RTHDR = 32;
    /// Receives the routing header.
    IPV6_RECVRTHDR = 38;
    /// The traffic class.
    IPV6_TCLASS = 39;
    /// Receives the traffic class of a packet.
    IPV6_RECVTCLASS = 40;
    /// Whether the path's MTU is looked for.
    IPV6_MTU_DISCOVER = 71;
    /// The known MTU of the path.
    IPV6_MTU = 72;
    /// Queues ICMP errors.
    IPV6_RECVERR = 75;
    /// An upper bound of the path's MTU.
    IPV6_USER_MTU = 76;

    // Options of TCP and UDP.
    /// Bytes of data in a segment at most.
    TCP_MAXSEG = 4;
    /// Urgent data as RFC 1122 says.
    TCP_EXPEDITED_1122 = 2;
    /// Idle time before the first keepalive probe: as Linux's `TCP_KEEPIDLE`.
    TCP_KEEPALIVE = 3;
    /// Idle time before the first keepalive probe.
    TCP_KEEPIDLE = 3;
    /// Time between keepalive probes.
    TCP_KEEPINTVL = 17;
    /// Keepalive probes without an answer before the connection ends.
    TCP_KEEPCNT = 16;
    /// Seconds for retransmissions.
    TCP_MAXRT = 5;
    /// Milliseconds for retransmissions.
    TCP_MAXRTMS = 14;
    /// The standard's urgent pointer.
    TCP_STDURG = 6;
    /// No urgent data.
    TCP_NOURG = 7;
    /// Whether the mark is reached.
    TCP_ATMARK = 8;
    /// A SYN is sent once.
    TCP_NOSYNRETRIES = 9;
    /// The timestamps option.
    TCP_TIMESTAMPS = 10;
    /// Whether the device does the work.
    TCP_OFFLOAD_PREFERENCE = 11;
    /// The congestion control algorithm.
    TCP_CONGESTION_ALGORITHM = 12;
    /// Delays the acknowledgement of a FIN.
    TCP_DELAY_FIN_ACK = 13;
    /// Accepts data in the SYN.
    TCP_FASTOPEN = 15;
    /// `connect` fails on an ICMP error.
    TCP_FAIL_CONNECT_ON_ICMP_ERROR = 18;
    /// That error.
    TCP_ICMP_ERROR_INFO = 19;
    /// BSD's urgent pointer.
    TCP_BSDURGENT = 28672;
    /// Sends without a checksum.
    UDP_NOCHECKSUM = 1;
    /// Bytes of each datagram that one send is cut into.
    UDP_SEND_MSG_SIZE = 2;
    /// Receives several datagrams as one.
    UDP_RECV_MAX_COALESCED_SIZE = 3;
    /// Bytes that the checksum covers.
    UDP_CHECKSUM_COVERAGE = 20;

    // Errors of the resolver: Windows Sockets' own numbers.
    /// Nobody answered for now.
    EAI_AGAIN = 11002;
    /// The flags are not valid.
    EAI_BADFLAGS = 10022;
    /// The name server refused for good.
    EAI_FAIL = 11003;
    /// The family is not supported.
    EAI_FAMILY = 10047;
    /// No memory.
    EAI_MEMORY = 8;
    /// The name has no address.
    EAI_NODATA = 11001;
    /// The name is not known.
    EAI_NONAME = 11001;
    /// The service is not known for the type.
    EAI_SERVICE = 10109;
    /// The type is not supported.
    EAI_SOCKTYPE = 10044;

    // Flags of `getaddrinfo` and `getnameinfo`.
    /// The service is a number.
    AI_NUMERICSERV = 8;
    /// With [`AI_V4MAPPED`]: both.
    AI_ALL = 256;
    /// Only families for which this host has an address.
    AI_ADDRCONFIG = 1024;
    /// Where IPv6 is asked for and there is none, answer with mapped IPv4 addresses.
    AI_V4MAPPED = 2048;
    /// Answers without authority too.
    AI_NON_AUTHORITATIVE = 16384;
    /// Secure answers only.
    AI_SECURE = 32768;
    /// The preferred names of the provider.
    AI_RETURN_PREFERRED_NAMES = 0x10000;
    /// Return the full name with the first answer.
    AI_FQDN = 0x20000;
    /// The name is a file server's.
    AI_FILESERVER = 0x40000;
    /// Do not encode an international name.
    AI_DISABLE_IDN_ENCODING = 0x80000;
    /// Only the first label of names in the local domain.
    NI_NOFQDN = 1;
    /// The host as a number.
    NI_NUMERICHOST = 2;
    /// An error if the host has no name.
    NI_NAMEREQD = 4;
    /// The service as a number.
    NI_NUMERICSERV = 8;
    /// The service is a datagram one.
    NI_DGRAM = 16;

    // Requests of `WSAIoctl`.
    /// Receive every packet of the interface: `RCVALL_*`.
    SIO_RCVALL: u32 = 0x98000001;
    /// Keepalive: `struct tcp_keepalive`.
    SIO_KEEPALIVE_VALS: u32 = 0x98000004;
    /// The short way over loopback.
    SIO_LOOPBACK_FAST_PATH: u32 = 0x98000010;
    /// [`SIO_RCVALL`]: off.
    RCVALL_OFF = 0;
    /// [`SIO_RCVALL`]: on.
    RCVALL_ON = 1;
    /// [`SIO_RCVALL`]: without the device's promiscuous mode.
    RCVALL_SOCKETLEVELONLY = 2;
    /// [`SIO_RCVALL`]: this host's packets.
    RCVALL_IPLEVEL = 3;
    /// [`SIO_RCVALL`]: the last number.
    RCVALL_MAX = 3;

    // Hyper-V sockets: hvsocket.h.
    /// The one protocol of [`AF_HYPERV`].
    HV_PROTOCOL_RAW = 1;
    /// Milliseconds for `connect`.
    HVSOCKET_CONNECT_TIMEOUT = 1;
    /// The most that option takes.
    HVSOCKET_CONNECT_TIMEOUT_MAX = 0x493e0;
    /// A connection survives while the guest is suspended.
    HVSOCKET_CONNECTED_SUSPEND = 4;
    /// `HVSOCKET_ADDRESS_INFO`: the address is passed through.
    HVSOCKET_ADDRESS_FLAG_PASSTHRU = 1;

    // What `WSAPoll` waits for and reports.
    /// Ordinary data.
    POLLRDNORM = 256;
    /// Urgent data.
    POLLRDBAND = 512;
    /// Reading does not block.
    POLLIN = 768;
    /// Urgent data.
    POLLPRI = 1024;
    /// Room for ordinary data.
    POLLWRNORM = 16;
    /// Writing does not block.
    POLLOUT = 16;
    /// Room for urgent data.
    POLLWRBAND = 32;
    /// An error is pending.
    POLLERR = 1;
    /// Both directions are closed.
    POLLHUP = 2;
    /// Not an open descriptor.
    POLLNVAL = 4;
}

texts! { WINDOWS_TEXTS;
    // Who is at the other side of an `AF_HYPERV` socket, as text.
    /// Nobody in particular: [`HV_GUID_WILDCARD`].
    HV_GUID_ZERO = "00000000-0000-0000-0000-000000000000";
    /// Any partition, to bind to.
    HV_GUID_WILDCARD = "00000000-0000-0000-0000-000000000000";
    /// Every partition.
    HV_GUID_BROADCAST = "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF";
    /// A child partition, to bind to.
    HV_GUID_CHILDREN = "90DB8B89-0D35-4F79-8CE9-49EA0AC8B7CD";
    /// This partition.
    HV_GUID_LOOPBACK = "E0E16197-DD56-4A10-9195-5EE7A155A838";
    /// The parent partition.
    HV_GUID_PARENT = "A42E7CDA-D03F-480C-9CC2-A4DE20ABB878";
}
