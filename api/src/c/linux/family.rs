//! Address families, the flags of a socket's type, and the types only Linux has: sys/socket.h, include/linux/socket.h.

use crate::c::constants;

constants! { FAMILY;
    // Address families.
    /// POSIX's earlier name of [`AF_UNIX`](crate::c::AF_UNIX).
    AF_LOCAL;
    /// An old name of [`AF_UNIX`](crate::c::AF_UNIX).
    AF_FILE = 1;
    /// Amateur radio AX.25.
    AF_AX25;
    /// Novell's IPX, removed from Linux 5.15.
    AF_IPX;
    /// AppleTalk.
    AF_APPLETALK;
    /// Amateur radio NET/ROM.
    AF_NETROM;
    /// Bridges, for the kernel's own use.
    AF_BRIDGE;
    /// ATM, permanent circuits.
    AF_ATMPVC;
    /// ITU X.25.
    AF_X25;
    /// IPv6, `ipv6(7)`.
    AF_INET6;
    /// Amateur radio ROSE.
    AF_ROSE;
    /// DECnet, removed from Linux 6.1.
    AF_DECnet;
    /// Reserved for NetBEUI.
    AF_NETBEUI;
    /// Reserved for a security call-back.
    AF_SECURITY;
    /// Key management of IPsec, RFC 2367.
    AF_KEY;
    /// Kernel interfaces, `netlink(7)`.
    AF_NETLINK;
    /// 4.4BSD's name for [`AF_NETLINK`].
    AF_ROUTE;
    /// Packets of the device level, `packet(7)`.
    AF_PACKET;
    /// Reserved for Ash.
    AF_ASH;
    /// Acorn Econet, removed from Linux 3.5.
    AF_ECONET;
    /// ATM, switched circuits.
    AF_ATMSVC;
    /// Reliable datagram sockets, Documentation/networking/rds.rst.
    AF_RDS;
    /// IBM SNA.
    AF_SNA;
    /// Infrared, removed from Linux 4.17.
    AF_IRDA;
    /// PPP over something: PPPoE, L2TP.
    AF_PPPOX;
    /// Reserved for Sangoma's WANPIPE.
    AF_WANPIPE;
    /// Logical link control, IEEE 802.2.
    AF_LLC;
    /// InfiniBand addresses.
    AF_IB;
    /// Multiprotocol label switching: routes only.
    AF_MPLS;
    /// Controller area network, Documentation/networking/can.rst.
    AF_CAN;
    /// Transparent inter-process communication, Documentation/networking/tipc.rst.
    AF_TIPC;
    /// Bluetooth.
    AF_BLUETOOTH;
    /// IBM's inter-user communication vehicle.
    AF_IUCV;
    /// RxRPC sessions of AFS.
    AF_RXRPC;
    /// Modular ISDN.
    AF_ISDN;
    /// Nokia's Phonet.
    AF_PHONET;
    /// IEEE 802.15.4 radio.
    AF_IEEE802154;
    /// ST-Ericsson's CAIF.
    AF_CAIF;
    /// The kernel's ciphers and digests, Documentation/crypto/userspace-if.rst.
    AF_ALG;
    /// Near field communication.
    AF_NFC;
    /// Between a virtual machine and its host, `vsock(7)`.
    AF_VSOCK;
    /// Kernel connection multiplexor.
    AF_KCM = 41;
    /// Qualcomm's IPC router.
    AF_QIPCRTR = 42;
    /// Shared memory communications, RFC 7609.
    AF_SMC = 43;
    /// Express data path, Documentation/networking/af_xdp.rst.
    AF_XDP;
    /// Management component transport protocol.
    AF_MCTP = 45;

    // Protocol families: the same numbers.
    /// The protocol family of [`AF_LOCAL`].
    PF_LOCAL;
    /// The protocol family of [`AF_FILE`].
    PF_FILE = 1;
    /// The protocol family of [`AF_AX25`].
    PF_AX25;
    /// The protocol family of [`AF_IPX`].
    PF_IPX;
    /// The protocol family of [`AF_APPLETALK`].
    PF_APPLETALK;
    /// The protocol family of [`AF_NETROM`].
    PF_NETROM;
    /// The protocol family of [`AF_BRIDGE`].
    PF_BRIDGE;
    /// The protocol family of [`AF_ATMPVC`].
    PF_ATMPVC;
    /// The protocol family of [`AF_X25`].
    PF_X25;
    /// The protocol family of [`AF_INET6`].
    PF_INET6;
    /// The protocol family of [`AF_ROSE`].
    PF_ROSE;
    /// The protocol family of [`AF_DECnet`].
    PF_DECnet;
    /// The protocol family of [`AF_NETBEUI`].
    PF_NETBEUI;
    /// The protocol family of [`AF_SECURITY`].
    PF_SECURITY;
    /// The protocol family of [`AF_KEY`].
    PF_KEY;
    /// The protocol family of [`AF_NETLINK`].
    PF_NETLINK;
    /// The protocol family of [`AF_ROUTE`].
    PF_ROUTE;
    /// The protocol family of [`AF_PACKET`].
    PF_PACKET;
    /// The protocol family of [`AF_ASH`].
    PF_ASH;
    /// The protocol family of [`AF_ECONET`].
    PF_ECONET;
    /// The protocol family of [`AF_ATMSVC`].
    PF_ATMSVC;
    /// The protocol family of [`AF_RDS`].
    PF_RDS;
    /// The protocol family of [`AF_SNA`].
    PF_SNA;
    /// The protocol family of [`AF_IRDA`].
    PF_IRDA;
    /// The protocol family of [`AF_PPPOX`].
    PF_PPPOX;
    /// The protocol family of [`AF_WANPIPE`].
    PF_WANPIPE;
    /// The protocol family of [`AF_LLC`].
    PF_LLC;
    /// The protocol family of [`AF_IB`].
    PF_IB;
    /// The protocol family of [`AF_MPLS`].
    PF_MPLS;
    /// The protocol family of [`AF_CAN`].
    PF_CAN;
    /// The protocol family of [`AF_TIPC`].
    PF_TIPC;
    /// The protocol family of [`AF_BLUETOOTH`].
    PF_BLUETOOTH;
    /// The protocol family of [`AF_IUCV`].
    PF_IUCV;
    /// The protocol family of [`AF_RXRPC`].
    PF_RXRPC;
    /// The protocol family of [`AF_ISDN`].
    PF_ISDN;
    /// The protocol family of [`AF_PHONET`].
    PF_PHONET;
    /// The protocol family of [`AF_IEEE802154`].
    PF_IEEE802154;
    /// The protocol family of [`AF_CAIF`].
    PF_CAIF;
    /// The protocol family of [`AF_ALG`].
    PF_ALG;
    /// The protocol family of [`AF_NFC`].
    PF_NFC;
    /// The protocol family of [`AF_VSOCK`].
    PF_VSOCK;
    /// The protocol family of [`AF_KCM`].
    PF_KCM = 41;
    /// The protocol family of [`AF_QIPCRTR`].
    PF_QIPCRTR = 42;
    /// The protocol family of [`AF_SMC`].
    PF_SMC = 43;
    /// The protocol family of [`AF_XDP`].
    PF_XDP;
    /// The protocol family of [`AF_MCTP`].
    PF_MCTP = 45;

    // Flags beside the type.
    /// The new descriptor is in non-blocking mode.
    SOCK_NONBLOCK = 2048;
    /// The new descriptor does not survive `execve(2)`.
    SOCK_CLOEXEC = 0x80000;

    // More types.
    /// Datagram congestion control protocol, removed from Linux 6.16.
    SOCK_DCCP = 6;
    /// Frames of the device level, obsolete: [`AF_PACKET`] it is.
    SOCK_PACKET = 10;
}
