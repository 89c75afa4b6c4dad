//! [`Protocol`]: the third argument of `socket(2)`.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::Family;
use crate::c;

/// A protocol number: the third argument of `socket(2)`.
///
/// Every family counts its own: 1 is `IPPROTO_ICMP` for IPv4, `CAN_RAW` for CAN, `BTPROTO_HCI` for Bluetooth. So a protocol knows whose it
/// is, for its name in text only: what is compared, and what the call gets, is the number. A number from elsewhere
/// ([`from_raw`](Self::from_raw), or read with `SO_PROTOCOL`) is named as the internet's until [`of`](Self::of) says another family.
///
/// ```
/// use wavetank_api::{Family, Protocol};
///
/// assert_eq!(Protocol::TCP.to_string(), "IPPROTO_TCP");
/// assert_eq!(Protocol::from_raw(250).to_string(), "250");
/// assert_eq!(Protocol::of(Family::INET, 1).to_string(), "IPPROTO_ICMP");
/// assert_eq!(Protocol::of(Family::UNIX, 1).to_string(), "1");
/// assert_eq!(Protocol::of(Family::UNIX, 1), Protocol::ICMP);
/// # #[cfg(target_os = "linux")]
/// assert_eq!((Protocol::CAN_RAW.to_string().as_str(), Protocol::CAN_RAW.raw()), ("CAN_RAW", 1));
/// ```
#[derive(Clone, Copy)]
pub struct Protocol {
    number: i32,
    /// Which family's names are meant; the internet's are under [`Family::INET`].
    family: Family,
}

/// Declares the protocols of each family, and the table of their names. Groups after the first are for one system.
macro_rules! protocols {
    (
        $first:ident { $($(#[$meta:meta])* $name:ident = $c_name:ident;)* }
        $(#[$system:meta] $family:ident { $($(#[$more_meta:meta])* $more:ident = $more_c:ident;)* })*
    ) => {
        impl Protocol {
            $(
                $(#[$meta])*
                #[doc = concat!("\n\nIn C `", stringify!($c_name), "`.")]
                pub const $name: Self = Self { number: c::$c_name, family: Family::$first };
            )*

            /// Every protocol that has a name here, with its name in C.
            pub const ALL: &'static [(&'static str, Self)] = &[
                $((stringify!($c_name), Self::$name),)*
                $($(#[$system] (stringify!($more_c), Self::$more),)*)*
            ];
        }

        $(
            #[$system]
            impl Protocol {
                $(
                    $(#[$more_meta])*
                    #[doc = concat!("\n\nIn C `", stringify!($more_c), "`.")]
                    pub const $more: Self = Self { number: c::$more_c, family: Family::$family };
                )*
            }
        )*
    };
}

impl Protocol {
    /// The family's default: the number 0, which C programs write as such.
    pub const DEFAULT: Self = Self::IP;

    /// The protocol with this number, named as the internet's.
    #[must_use]
    pub const fn from_raw(number: i32) -> Self {
        Self { number, family: Family::INET }
    }

    /// The protocol with this number, named as the family names it.
    #[must_use]
    pub const fn of(family: Family, number: i32) -> Self {
        let family = if family.raw() == Family::INET6.raw() { Family::INET } else { family };
        Self { number, family }
    }

    /// The number.
    #[must_use]
    pub const fn raw(self) -> i32 {
        self.number
    }

    /// The name in C, if it has one here.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        let is_it = |known: &&(_, Self)| (known.1.number, known.1.family) == (self.number, self.family);
        Self::ALL.iter().find(is_it).map(|known| known.0)
    }

    /// The protocol with this name in C.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|known| known.0 == name).map(|known| known.1)
    }
}

impl PartialEq for Protocol {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Protocol {}

impl PartialOrd for Protocol {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Protocol {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.number.cmp(&other.number)
    }
}

impl Hash for Protocol {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

/// The name in C, or the number.
impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{}", self.number),
        }
    }
}

impl fmt::Debug for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

protocols! {
    INET {
        /// The family's default for the type.
        IP = IPPROTO_IP;
        /// Internet control messages, `icmp(7)`.
        ICMP = IPPROTO_ICMP;
        /// Membership of multicast groups, RFC 9776.
        IGMP = IPPROTO_IGMP;
        /// Transmission control protocol, `tcp(7)`.
        TCP = IPPROTO_TCP;
        /// Exterior gateway protocol, RFC 904.
        EGP = IPPROTO_EGP;
        /// PARC universal packet.
        PUP = IPPROTO_PUP;
        /// User datagrams, `udp(7)`.
        UDP = IPPROTO_UDP;
        /// Internet datagrams of Xerox.
        IDP = IPPROTO_IDP;
        /// IPv6 in a level of `setsockopt(2)`.
        IPV6 = IPPROTO_IPV6;
        /// Routing header of IPv6.
        ROUTING = IPPROTO_ROUTING;
        /// Fragment header of IPv6.
        FRAGMENT = IPPROTO_FRAGMENT;
        /// Encrypted payload of IPsec, RFC 4303.
        ESP = IPPROTO_ESP;
        /// Authentication header of IPsec, RFC 4302.
        AH = IPPROTO_AH;
        /// Control messages of IPv6, RFC 4443.
        ICMPV6 = IPPROTO_ICMPV6;
        /// No next header in IPv6.
        NONE = IPPROTO_NONE;
        /// Destination options of IPv6.
        DSTOPTS = IPPROTO_DSTOPTS;
        /// Protocol independent multicast.
        PIM = IPPROTO_PIM;
        /// Stream control transmission protocol, RFC 9260.
        SCTP = IPPROTO_SCTP;
        /// Packets whose IP header the program writes; not to be confused with [`IP`](Self::IP), which is 0.
        RAW = IPPROTO_RAW;
    }
    #[cfg(target_os = "linux")]
    INET {
        /// IPv4 in IPv4, RFC 2003.
        IPIP = IPPROTO_IPIP;
        /// ISO transport protocol class 4.
        TP = IPPROTO_TP;
        /// Datagram congestion control protocol, RFC 4340.
        DCCP = IPPROTO_DCCP;
        /// Resource reservation, RFC 2205.
        RSVP = IPPROTO_RSVP;
        /// Generic routing encapsulation, RFC 2784.
        GRE = IPPROTO_GRE;
        /// Multicast transport protocol.
        MTP = IPPROTO_MTP;
        /// IPsec's bound end-to-end tunnel, pseudo header.
        BEETPH = IPPROTO_BEETPH;
        /// Encapsulation header, RFC 1241.
        ENCAP = IPPROTO_ENCAP;
        /// Compressed payload, RFC 3173.
        COMP = IPPROTO_COMP;
        /// Mobility header of IPv6, RFC 6275.
        MH = IPPROTO_MH;
        /// Datagrams with a checksum over a part, `udplite(7)`.
        UDPLITE = IPPROTO_UDPLITE;
        /// MPLS in IP, RFC 4023.
        MPLS = IPPROTO_MPLS;
        /// Ethernet in IPv6, RFC 8986.
        ETHERNET = IPPROTO_ETHERNET;
        /// TCP over several paths, RFC 8684.
        MPTCP = IPPROTO_MPTCP;
    }
    #[cfg(target_os = "freebsd")]
    INET {
        /// Datagrams with a checksum over a part.
        UDPLITE = IPPROTO_UDPLITE;
    }
    #[cfg(target_os = "linux")]
    CAN {
        /// Frames as they are.
        CAN_RAW = CAN_RAW;
        /// The broadcast manager.
        CAN_BCM = CAN_BCM;
        /// Messages of more than a frame, ISO 15765-2.
        CAN_ISOTP = CAN_ISOTP;
        /// SAE J1939 for vehicles.
        CAN_J1939 = CAN_J1939;
    }
    #[cfg(target_os = "linux")]
    BLUETOOTH {
        /// Logical link control: streams, messages.
        BT_L2CAP = BTPROTO_L2CAP;
        /// The controller itself.
        BT_HCI = BTPROTO_HCI;
        /// Voice.
        BT_SCO = BTPROTO_SCO;
        /// A serial line.
        BT_RFCOMM = BTPROTO_RFCOMM;
        /// Network encapsulation.
        BT_BNEP = BTPROTO_BNEP;
        /// ISDN; removed from Linux 6.15.
        BT_CMTP = BTPROTO_CMTP;
        /// Keyboards and mice.
        BT_HIDP = BTPROTO_HIDP;
        /// Isochronous channels. Linux 6.0.
        BT_ISO = BTPROTO_ISO;
    }
    #[cfg(target_os = "freebsd")]
    BLUETOOTH {
        /// The controller itself.
        BT_HCI = BTPROTO_HCI;
        /// Logical link control.
        BT_L2CAP = BTPROTO_L2CAP;
        /// A serial line.
        BT_RFCOMM = BTPROTO_RFCOMM;
    }
    #[cfg(target_os = "linux")]
    NETLINK {
        /// Interfaces, addresses, routes: `rtnetlink(7)`.
        NETLINK_ROUTE = NETLINK_ROUTE;
        /// For programs among themselves.
        NETLINK_USERSOCK = NETLINK_USERSOCK;
        /// Sockets: `sock_diag(7)`.
        NETLINK_SOCK_DIAG = NETLINK_SOCK_DIAG;
        /// IPsec.
        NETLINK_XFRM = NETLINK_XFRM;
        /// Events of SELinux.
        NETLINK_SELINUX = NETLINK_SELINUX;
        /// Open-iSCSI.
        NETLINK_ISCSI = NETLINK_ISCSI;
        /// Audit.
        NETLINK_AUDIT = NETLINK_AUDIT;
        /// Look-ups of routes.
        NETLINK_FIB_LOOKUP = NETLINK_FIB_LOOKUP;
        /// The kernel's connector.
        NETLINK_CONNECTOR = NETLINK_CONNECTOR;
        /// Netfilter.
        NETLINK_NETFILTER = NETLINK_NETFILTER;
        /// Devices that come and go.
        NETLINK_KOBJECT_UEVENT = NETLINK_KOBJECT_UEVENT;
        /// Families by name.
        NETLINK_GENERIC = NETLINK_GENERIC;
        /// SCSI transports.
        NETLINK_SCSITRANSPORT = NETLINK_SCSITRANSPORT;
        /// eCryptfs.
        NETLINK_ECRYPTFS = NETLINK_ECRYPTFS;
        /// InfiniBand.
        NETLINK_RDMA = NETLINK_RDMA;
        /// The kernel's ciphers.
        NETLINK_CRYPTO = NETLINK_CRYPTO;
        /// Monitoring of SMC.
        NETLINK_SMC = NETLINK_SMC;
    }
    #[cfg(target_vendor = "apple")]
    SYSTEM {
        /// Controls of the kernel.
        SYSPROTO_CONTROL = SYSPROTO_CONTROL;
        /// Events of the kernel.
        SYSPROTO_EVENT = SYSPROTO_EVENT;
    }
    #[cfg(windows)]
    HYPERV {
        /// The one protocol.
        HV_RAW = HV_PROTOCOL_RAW;
    }
}

/// The protocols of [`Family::PACKET`] are the types of frames, in network byte order.
#[cfg(target_os = "linux")]
impl Protocol {
    /// Frames of this type (`ETH_P_*`), as `socket(2)` wants the number: in network byte order.
    ///
    /// ```
    /// use wavetank_api::{Protocol, c};
    ///
    /// assert_eq!(Protocol::ethernet(c::ETH_P_ALL as u16).raw(), i32::from(3_u16.to_be()));
    /// ```
    #[must_use]
    pub const fn ethernet(kind: u16) -> Self {
        Self { number: kind.to_be() as i32, family: Family::PACKET }
    }
}
