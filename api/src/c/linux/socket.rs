//! `SOL_*`, `SO_*`, `MSG_*`, `SCM_*` and what belongs to them: sys/socket.h, asm-generic/socket.h, include/linux/socket.h.

use crate::c::constants;

constants! { SOCKET;
    // Levels of `setsockopt(2)` and of control messages.
    /// Options of every socket, `socket(7)`.
    SOL_SOCKET;
    /// IPv4, the same number as `IPPROTO_IP`.
    SOL_IP;
    /// TCP, the same number as `IPPROTO_TCP`.
    SOL_TCP;
    /// UDP, the same number as `IPPROTO_UDP`. netinet/udp.h.
    SOL_UDP = 17;
    /// IPv6, the same number as `IPPROTO_IPV6`.
    SOL_IPV6;
    /// ICMPv6, the same number as `IPPROTO_ICMPV6`.
    SOL_ICMPV6;
    /// SCTP, the same number as `IPPROTO_SCTP`. linux/socket.h.
    SOL_SCTP = 132;
    /// UDP-Lite, the same number as `IPPROTO_UDPLITE`. linux/socket.h.
    SOL_UDPLITE = 136;
    /// Raw sockets, the same number as `IPPROTO_RAW`.
    SOL_RAW;
    /// IPX. linux/socket.h.
    SOL_IPX = 256;
    /// AX.25. linux/socket.h.
    SOL_AX25 = 257;
    /// AppleTalk. linux/socket.h.
    SOL_ATALK = 258;
    /// NET/ROM. linux/socket.h.
    SOL_NETROM = 259;
    /// ROSE. linux/socket.h.
    SOL_ROSE = 260;
    /// DECnet.
    SOL_DECNET;
    /// X.25.
    SOL_X25;
    /// `packet(7)`.
    SOL_PACKET;
    /// ATM.
    SOL_ATM;
    /// The adaptation layer of ATM.
    SOL_AAL;
    /// Infrared.
    SOL_IRDA;
    /// NetBEUI.
    SOL_NETBEUI;
    /// IEEE 802.2.
    SOL_LLC;
    /// DCCP.
    SOL_DCCP;
    /// `netlink(7)`.
    SOL_NETLINK;
    /// TIPC.
    SOL_TIPC;
    /// RxRPC.
    SOL_RXRPC;
    /// PPP over L2TP.
    SOL_PPPOL2TP;
    /// Bluetooth, what its protocols share.
    SOL_BLUETOOTH;
    /// Phonet pipes.
    SOL_PNPIPE;
    /// RDS.
    SOL_RDS;
    /// IUCV.
    SOL_IUCV;
    /// CAIF.
    SOL_CAIF;
    /// The kernel's ciphers and digests.
    SOL_ALG;
    /// Near field communication.
    SOL_NFC;
    /// Kernel connection multiplexor.
    SOL_KCM = 281;
    /// TLS records made by the kernel, Documentation/networking/tls.rst.
    SOL_TLS;
    /// Express data path.
    SOL_XDP;
    /// Multipath TCP, Documentation/networking/mptcp.rst.
    SOL_MPTCP = 284;
    /// Management component transport protocol.
    SOL_MCTP = 285;
    /// Shared memory communications.
    SOL_SMC = 286;
    /// Control messages of `vsock(7)`.
    SOL_VSOCK = 287;

    // Options of every socket: their types and errors stand at [`option`](crate::option).
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
    /// Sends datagrams without a checksum.
    SO_NO_CHECK;
    /// The priority of outgoing packets.
    SO_PRIORITY;
    /// What `close` does with data that is not sent yet.
    SO_LINGER;
    /// Without effect since Linux 2.6.
    SO_BSDCOMPAT;
    /// Lets several sockets bind one address and share its load.
    SO_REUSEPORT;
    /// Receives credentials of the sender.
    SO_PASSCRED;
    /// Credentials of the peer.
    SO_PEERCRED;
    /// Bytes for which a receive waits.
    SO_RCVLOWAT;
    /// Bytes for which a send waits: always 1.
    SO_SNDLOWAT;
    /// How long a receive may take.
    SO_RCVTIMEO;
    /// How long a send may take.
    SO_SNDTIMEO;
    /// Reserved, and unused.
    SO_SECURITY_AUTHENTICATION;
    /// Reserved, and unused.
    SO_SECURITY_ENCRYPTION_TRANSPORT;
    /// Reserved, and unused.
    SO_SECURITY_ENCRYPTION_NETWORK;
    /// Only packets of one interface, by its name.
    SO_BINDTODEVICE;
    /// Filters what is received by a classic BPF program.
    SO_ATTACH_FILTER;
    /// Removes the filter.
    SO_DETACH_FILTER;
    /// Reads the filter: the number of [`SO_ATTACH_FILTER`].
    SO_GET_FILTER;
    /// The peer's address.
    SO_PEERNAME;
    /// Receives the time of arrival in microseconds.
    SO_TIMESTAMP;
    /// [`SO_TIMESTAMP`] with the machine's `long`.
    SO_TIMESTAMP_OLD = 29;
    /// Whether the socket listens.
    SO_ACCEPTCONN;
    /// The security label of the peer.
    SO_PEERSEC;
    /// [`SO_SNDBUF`] without the system's limit.
    SO_SNDBUFFORCE;
    /// [`SO_RCVBUF`] without the system's limit.
    SO_RCVBUFFORCE;
    /// Receives the security label of the sender.
    SO_PASSSEC;
    /// Receives the time of arrival in nanoseconds.
    SO_TIMESTAMPNS;
    /// [`SO_TIMESTAMPNS`] with the machine's `long`.
    SO_TIMESTAMPNS_OLD = 35;
    /// The mark of outgoing packets, for firewalls and routes.
    SO_MARK;
    /// Which time stamps are made and told.
    SO_TIMESTAMPING;
    /// [`SO_TIMESTAMPING`] with the machine's `long`.
    SO_TIMESTAMPING_OLD = 37;
    /// The socket's protocol.
    SO_PROTOCOL;
    /// The socket's family.
    SO_DOMAIN;
    /// Receives how many packets were dropped.
    SO_RXQ_OVFL;
    /// Receives whether a wireless frame was acknowledged.
    SO_WIFI_STATUS;
    /// Where peeking begins.
    SO_PEEK_OFF;
    /// Leaves the frame's checksum to the program.
    SO_NOFCS;
    /// Whether the filter can be changed.
    SO_LOCK_FILTER;
    /// Whether the queue of errors makes `select` say readable.
    SO_SELECT_ERR_QUEUE;
    /// Microseconds to poll the device for packets.
    SO_BUSY_POLL;
    /// Bytes per second sent at most.
    SO_MAX_PACING_RATE;
    /// The number of extensions to classic BPF.
    SO_BPF_EXTENSIONS;
    /// The processor that handled the last packet.
    SO_INCOMING_CPU;
    /// Filters what is received by an extended BPF program.
    SO_ATTACH_BPF;
    /// The number of [`SO_DETACH_FILTER`].
    SO_DETACH_BPF;
    /// Chooses among the sockets of a port by a classic BPF program.
    SO_ATTACH_REUSEPORT_CBPF;
    /// Chooses among the sockets of a port by an extended BPF program.
    SO_ATTACH_REUSEPORT_EBPF;
    /// Advises whether the route works.
    SO_CNX_ADVICE;
    /// The memory this socket uses.
    SO_MEMINFO;
    /// The device queue of the last packet.
    SO_INCOMING_NAPI_ID;
    /// A number that no other socket of the machine has or had.
    SO_COOKIE;
    /// The supplementary groups of the peer.
    SO_PEERGROUPS;
    /// Allows [`MSG_ZEROCOPY`].
    SO_ZEROCOPY;
    /// Sends packets at times the program gives.
    SO_TXTIME;
    /// [`SO_BINDTODEVICE`] by the interface's index.
    SO_BINDTOIFINDEX;
    /// [`SO_TIMESTAMP`] with 64 bits of seconds on every machine.
    SO_TIMESTAMP_NEW;
    /// [`SO_TIMESTAMPNS`] with 64 bits of seconds on every machine.
    SO_TIMESTAMPNS_NEW;
    /// [`SO_TIMESTAMPING`] with 64 bits of seconds on every machine.
    SO_TIMESTAMPING_NEW;
    /// [`SO_RCVTIMEO`] with the machine's `long`.
    SO_RCVTIMEO_OLD = 20;
    /// [`SO_SNDTIMEO`] with the machine's `long`.
    SO_SNDTIMEO_OLD = 21;
    /// [`SO_RCVTIMEO`] with 64 bits of seconds on every machine.
    SO_RCVTIMEO_NEW;
    /// [`SO_SNDTIMEO`] with 64 bits of seconds on every machine.
    SO_SNDTIMEO_NEW;
    /// Removes the program of [`SO_ATTACH_REUSEPORT_EBPF`].
    SO_DETACH_REUSEPORT_BPF;
    /// Prefers busy polling over interrupts.
    SO_PREFER_BUSY_POLL;
    /// Packets of one round of busy polling.
    SO_BUSY_POLL_BUDGET;
    /// The number of the socket's network namespace.
    SO_NETNS_COOKIE;
    /// Which buffers the kernel does not tune.
    SO_BUF_LOCK;
    /// Bytes of memory reserved for this socket.
    SO_RESERVE_MEM;
    /// Whether a connection tries another path after time-outs.
    SO_TXREHASH;
    /// Receives the mark of a packet.
    SO_RCVMARK;
    /// Receives a descriptor of the sender's process. Linux 6.5.
    SO_PASSPIDFD = 76;
    /// A descriptor of the peer's process. Linux 6.5.
    SO_PEERPIDFD = 77;
    /// Data of a frame in ordinary memory, beside device memory. Linux 6.12.
    SO_DEVMEM_LINEAR = 78;
    /// Data of a frame in device memory. Linux 6.12.
    SO_DEVMEM_DMABUF = 79;
    /// Gives device memory back. Linux 6.12.
    SO_DEVMEM_DONTNEED = 80;
    /// Receives the priority of a packet. Linux 6.14.
    SO_RCVPRIORITY = 82;
    /// Whether descriptors are accepted at all. Linux 6.16.
    SO_PASSRIGHTS = 83;
    /// Receives how many bytes are still to be read, UNIX sockets. Linux 6.17.
    SO_INQ = 84;

    // Values of those options.
    /// [`SO_BUF_LOCK`]: the send buffer is the program's.
    SOCK_SNDBUF_LOCK = 1;
    /// [`SO_BUF_LOCK`]: the receive buffer is the program's.
    SOCK_RCVBUF_LOCK = 2;
    /// [`SO_BUF_LOCK`]: both bits.
    SOCK_BUF_LOCK_MASK = 3;
    /// [`SO_TXREHASH`]: as the system says.
    SOCK_TXREHASH_DEFAULT = 255;
    /// [`SO_TXREHASH`]: no.
    SOCK_TXREHASH_DISABLED = 0;
    /// [`SO_TXREHASH`]: yes.
    SOCK_TXREHASH_ENABLED = 1;
    /// Stamp what is sent by the device's clock.
    SOF_TIMESTAMPING_TX_HARDWARE;
    /// Stamp what is sent when it goes to the device.
    SOF_TIMESTAMPING_TX_SOFTWARE;
    /// Stamp what arrives by the device's clock.
    SOF_TIMESTAMPING_RX_HARDWARE;
    /// Stamp what arrives when it enters the kernel.
    SOF_TIMESTAMPING_RX_SOFTWARE;
    /// Tell the kernel's stamps.
    SOF_TIMESTAMPING_SOFTWARE;
    /// Without effect.
    SOF_TIMESTAMPING_SYS_HARDWARE;
    /// Tell the device's stamps.
    SOF_TIMESTAMPING_RAW_HARDWARE;
    /// Number the stamps.
    SOF_TIMESTAMPING_OPT_ID;
    /// Stamp what is sent when it enters the packet scheduler.
    SOF_TIMESTAMPING_TX_SCHED;
    /// Stamp what is sent when it is acknowledged.
    SOF_TIMESTAMPING_TX_ACK;
    /// Control messages with each stamp.
    SOF_TIMESTAMPING_OPT_CMSG;
    /// Stamps without a copy of the packet.
    SOF_TIMESTAMPING_OPT_TSONLY;
    /// TCP's counters with each stamp.
    SOF_TIMESTAMPING_OPT_STATS;
    /// Interface and length with each stamp.
    SOF_TIMESTAMPING_OPT_PKTINFO;
    /// Both stamps of what is sent.
    SOF_TIMESTAMPING_OPT_TX_SWHW;
    /// By a chosen hardware clock.
    SOF_TIMESTAMPING_BIND_PHC;
    /// [`SO_TXTIME`]: the times are deadlines.
    SOF_TXTIME_DEADLINE_MODE;
    /// [`SO_TXTIME`]: tell of missed times in the queue of errors.
    SOF_TXTIME_REPORT_ERRORS;

    // The longest backlog of `listen(2)`.
    /// What the C library's header says; the kernel's limit is `net.core.somaxconn`.
    SOMAXCONN;

    // Flags of one call.
    /// DECnet's name of `MSG_DONTROUTE`.
    MSG_TRYHARD;
    /// Control data did not fit and was cut.
    MSG_CTRUNC;
    /// Supplies the second address. Without effect.
    MSG_PROXY = 16;
    /// Out: the message was longer than the buffer. In: return its real length.
    MSG_TRUNC;
    /// This call does not block.
    MSG_DONTWAIT;
    /// The end of a record.
    MSG_EOR;
    /// Block until the whole buffer is full.
    MSG_WAITALL;
    /// Reserved for TCP's FIN.
    MSG_FIN;
    /// Reserved for TCP's SYN.
    MSG_SYN;
    /// The address is reachable: do not probe for the neighbour.
    MSG_CONFIRM;
    /// Reserved for TCP's RST.
    MSG_RST;
    /// Read the queue of errors instead of data.
    MSG_ERRQUEUE;
    /// No `SIGPIPE` when the peer has gone.
    MSG_NOSIGNAL;
    /// More is coming: do not send a partial segment yet.
    MSG_MORE;
    /// `recvmmsg(2)`: block for the first message only.
    MSG_WAITFORONE;
    /// `sendmmsg(2)`: more messages follow. The kernel's own.
    MSG_BATCH = 0x40000;
    /// Receive from device memory. Linux 6.12, linux/socket.h.
    MSG_SOCK_DEVMEM = 0x2000000;
    /// Send without copying.
    MSG_ZEROCOPY;
    /// Send data in the SYN of a connection that this call opens.
    MSG_FASTOPEN;
    /// Descriptors received are closed by `execve(2)`.
    MSG_CMSG_CLOEXEC;

    // Types of control messages of `SOL_SOCKET`.
    /// Descriptors.
    SCM_RIGHTS;
    /// Process, user and group of the sender: `struct ucred`.
    SCM_CREDENTIALS;
    /// The security label of the sender. linux/socket.h.
    SCM_SECURITY = 3;
    /// A descriptor of the sender's process. Linux 6.5, linux/socket.h.
    SCM_PIDFD = 4;
    /// The time of arrival, `struct timeval`.
    SCM_TIMESTAMP;
    /// The time of arrival, `struct timespec`.
    SCM_TIMESTAMPNS;
    /// Three times of a packet: the kernel's, none, the device's.
    SCM_TIMESTAMPING;
    /// Whether a wireless frame was acknowledged.
    SCM_WIFI_STATUS;
    /// TCP's counters with a time stamp.
    SCM_TIMESTAMPING_OPT_STATS;
    /// Interface and length with a time stamp.
    SCM_TIMESTAMPING_PKTINFO;
    /// When the packet is to be sent.
    SCM_TXTIME;
    /// The number for this packet's time stamps. Linux 6.13, asm-generic/socket.h.
    SCM_TS_OPT_ID = 81;
    /// Kind of stamp: the packet went to the device.
    SCM_TSTAMP_SND = 0;
    /// Kind of stamp: the packet entered the scheduler.
    SCM_TSTAMP_SCHED = 1;
    /// Kind of stamp: the data was acknowledged.
    SCM_TSTAMP_ACK = 2;

    // Origins of what is in the queue of errors: linux/errqueue.h.
    /// No origin.
    SO_EE_ORIGIN_NONE;
    /// This host.
    SO_EE_ORIGIN_LOCAL;
    /// An ICMP message.
    SO_EE_ORIGIN_ICMP;
    /// An ICMPv6 message.
    SO_EE_ORIGIN_ICMP6;
    /// What became of a frame.
    SO_EE_ORIGIN_TXSTATUS;
    /// A time stamp.
    SO_EE_ORIGIN_TIMESTAMPING;
    /// A buffer that was sent without copying is free.
    SO_EE_ORIGIN_ZEROCOPY = 5;
    /// A packet missed its time.
    SO_EE_ORIGIN_TXTIME = 6;
    /// It was copied after all.
    SO_EE_CODE_ZEROCOPY_COPIED = 1;
    /// The time or the clock was not valid.
    SO_EE_CODE_TXTIME_INVALID_PARAM = 1;
    /// The time had passed.
    SO_EE_CODE_TXTIME_MISSED = 2;
    /// The extensions of RFC 4884 did not parse.
    SO_EE_RFC4884_FLAG_INVALID = 1;

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
}
