//! [`Family`] and [`SockType`]: the first two arguments of `socket(2)`.

use super::open_number;
use crate::c;

open_number! {
    /// An address family, `AF_*`: the first argument of `socket(2)`. Python's `AddressFamily`.
    ///
    /// ```
    /// use wavetank_api::Family;
    ///
    /// assert_eq!(Family::INET6.to_string(), "AF_INET6");
    /// assert_eq!(Family::by_name("AF_INET6"), Some(Family::INET6));
    /// assert_eq!(Family::from_raw(99).to_string(), "99");
    /// ```
    Family(i32) {
        /// No family: any, in a query to the resolver; the address that dissolves an association, in `connect(2)`.
        UNSPEC = AF_UNSPEC;
        /// Local sockets, `unix(7)`.
        UNIX = AF_UNIX;
        /// IPv4, `ip(7)`.
        INET = AF_INET;
        /// IPv6, `ipv6(7)`.
        INET6 = AF_INET6;
        /// AppleTalk.
        APPLETALK = AF_APPLETALK;
        /// IBM SNA.
        SNA = AF_SNA;
        /// Novell's IPX, removed from Linux 5.15.
        IPX = AF_IPX;
        /// DECnet, removed from Linux 6.1.
        DECNET = AF_DECnet;
    }
    #[cfg(target_os = "linux")] {
        /// Amateur radio AX.25.
        AX25 = AF_AX25;
        /// Amateur radio NET/ROM.
        NETROM = AF_NETROM;
        /// Bridges, for the kernel's own use.
        BRIDGE = AF_BRIDGE;
        /// ATM, permanent circuits.
        ATMPVC = AF_ATMPVC;
        /// ITU X.25.
        X25 = AF_X25;
        /// Amateur radio ROSE.
        ROSE = AF_ROSE;
        /// Reserved for NetBEUI.
        NETBEUI = AF_NETBEUI;
        /// Reserved for a security call-back.
        SECURITY = AF_SECURITY;
        /// Key management of IPsec, RFC 2367.
        KEY = AF_KEY;
        /// Kernel interfaces, `netlink(7)`.
        NETLINK = AF_NETLINK;
        /// Packets of the device level, `packet(7)`.
        PACKET = AF_PACKET;
        /// Reserved for Ash.
        ASH = AF_ASH;
        /// Acorn Econet, removed from Linux 3.5.
        ECONET = AF_ECONET;
        /// ATM, switched circuits.
        ATMSVC = AF_ATMSVC;
        /// Reliable datagram sockets, Documentation/networking/rds.rst.
        RDS = AF_RDS;
        /// Infrared, removed from Linux 4.17.
        IRDA = AF_IRDA;
        /// PPP over something: PPPoE, L2TP.
        PPPOX = AF_PPPOX;
        /// Reserved for Sangoma's WANPIPE.
        WANPIPE = AF_WANPIPE;
        /// Logical link control, IEEE 802.2.
        LLC = AF_LLC;
        /// InfiniBand addresses.
        IB = AF_IB;
        /// Multiprotocol label switching: routes only.
        MPLS = AF_MPLS;
        /// Controller area network, Documentation/networking/can.rst.
        CAN = AF_CAN;
        /// Transparent inter-process communication, Documentation/networking/tipc.rst.
        TIPC = AF_TIPC;
        /// Bluetooth.
        BLUETOOTH = AF_BLUETOOTH;
        /// IBM's inter-user communication vehicle.
        IUCV = AF_IUCV;
        /// RxRPC sessions of AFS.
        RXRPC = AF_RXRPC;
        /// Modular ISDN.
        ISDN = AF_ISDN;
        /// Nokia's Phonet.
        PHONET = AF_PHONET;
        /// IEEE 802.15.4 radio.
        IEEE802154 = AF_IEEE802154;
        /// ST-Ericsson's CAIF.
        CAIF = AF_CAIF;
        /// The kernel's ciphers and digests, Documentation/crypto/userspace-if.rst.
        ALG = AF_ALG;
        /// Near field communication.
        NFC = AF_NFC;
        /// Between a virtual machine and its host, `vsock(7)`.
        VSOCK = AF_VSOCK;
        /// Kernel connection multiplexor.
        KCM = AF_KCM;
        /// Qualcomm's IPC router.
        QIPCRTR = AF_QIPCRTR;
        /// Shared memory communications, RFC 7609.
        SMC = AF_SMC;
        /// Express data path, Documentation/networking/af_xdp.rst.
        XDP = AF_XDP;
        /// Management component transport protocol.
        MCTP = AF_MCTP;
    }
    #[cfg(target_vendor = "apple")] {
        /// Addresses of the link layer.
        LINK = AF_LINK;
        /// Routes, `route(4)`.
        ROUTE = AF_ROUTE;
        /// The kernel's controls and events.
        SYSTEM = AF_SYSTEM;
        /// Between a virtual machine and its host.
        VSOCK = AF_VSOCK;
    }
    #[cfg(target_os = "freebsd")] {
        /// Addresses of the link layer.
        LINK = AF_LINK;
        /// Routes, `route(4)`.
        ROUTE = AF_ROUTE;
        /// Bluetooth.
        BLUETOOTH = AF_BLUETOOTH;
        /// netgraph, `ng_socket(4)`.
        NETGRAPH = AF_NETGRAPH;
        /// Between a Hyper-V guest and its host.
        HYPERV = AF_HYPERV;
        /// Packets taken from the firewall, `divert(4)`. FreeBSD 14.
        DIVERT = AF_DIVERT;
    }
    #[cfg(windows)] {
        /// Addresses of the link layer.
        LINK = AF_LINK;
        /// Infrared.
        IRDA = AF_IRDA;
        /// Between a Hyper-V guest and its host.
        HYPERV = AF_HYPERV;
    }
}

open_number! {
    /// A socket type, `SOCK_*`, without the flag bits: the second argument of `socket(2)`. Python's `SocketKind`.
    SockType(i32) {
        /// A stream of bytes: in order, reliable, without message boundaries.
        STREAM = SOCK_STREAM;
        /// Messages that may be lost or overtake one another.
        DGRAM = SOCK_DGRAM;
        /// Raw access to a network protocol.
        RAW = SOCK_RAW;
        /// Messages, reliable, perhaps out of order.
        RDM = SOCK_RDM;
        /// Messages, in order, reliable.
        SEQPACKET = SOCK_SEQPACKET;
    }
    #[cfg(target_os = "linux")] {
        /// Datagram congestion control, removed from Linux 6.16.
        DCCP = SOCK_DCCP;
        /// Frames of the device level, obsolete: [`Family::PACKET`] it is.
        PACKET = SOCK_PACKET;
    }
}

impl SockType {
    /// Any type, the number 0: for queries to the resolver only.
    pub const ANY: Self = Self::from_raw(0);
}
