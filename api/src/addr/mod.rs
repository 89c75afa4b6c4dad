//! [`Addr`]: the address of a socket, one variant per family; and [`ToAddrs`], what can be turned into some.

mod alg;
mod bluetooth;
mod can;
mod family;
mod host;
mod hyperv;
mod inet;
mod inet6;
mod netlink;
mod packet;
mod pton;
mod qipcrtr;
mod sockaddr;
mod system;
mod text;
mod tipc;
mod to_addrs;
mod unix;
mod vsock;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

pub use self::alg::AlgAddr;
pub use self::bluetooth::{BdAddr, BluetoothAddr};
pub use self::can::CanAddr;
pub use self::host::{if_lookup_name, numeric_host, numeric_service};
pub use self::hyperv::{Guid, HypervAddr};
pub use self::inet::{inet_aton, inet_ntoa, parse_ip};
pub use self::netlink::NetlinkAddr;
pub use self::packet::{HwAddr, PacketAddr};
pub use self::pton::{inet_ntop, inet_pton};
pub use self::qipcrtr::QipcrtrAddr;
pub use self::system::SystemAddr;
pub use self::text::AddrParseError;
pub(crate) use self::text::number;
pub use self::tipc::{TipcAddr, TipcName};
pub use self::to_addrs::ToAddrs;
pub use self::unix::UnixAddr;
pub use self::vsock::VsockAddr;
use crate::{Errno, Error, Family, Result};

/// The address of a socket: C's `struct sockaddr` with its family.
///
/// # In text
///
/// `Display` and `FromStr` are exact: every address comes back from its text, which is printable ASCII.
///
/// | family | text |
/// |---|---|
/// | IPv4, IPv6 | as in `std::net`; a flow label or traffic class follows as `/flow=0x12345`, in the order of the wire |
/// | UNIX | `unix:/path`, `unix:@abstract`, `unix:` for none; other bytes than printable ASCII are `\xNN` |
/// | none | `unspec`, with which `connect(2)` dissolves an association |
/// | CAN | `can:3`, the interface; `can-isotp:3/rx=7e8/tx=18db33f1`, see [`CanId`](crate::can::CanId); `can-j1939:3/name=0x1/pgn=0xfeca/addr=0x80` |
/// | PACKET | `packet:2/proto=0x0800/hatype=1/pkttype=broadcast/addr=aa:bb:cc:dd:ee:ff` |
/// | NETLINK | `netlink:1234/groups=0x1` |
/// | VSOCK | `vsock:host:1234`, `vsock:any:any`, `vsock:3:1234/flags=0x1`; also `hypervisor` and `local` |
/// | TIPC | `tipc-name:1000:5/domain=0x1/scope=node`, `tipc-nameseq:1000:0:9/scope=cluster`, `tipc-id:0x1001001:77` |
/// | ALG | `alg:hash:sha256`, `alg:aead:rfc4106(gcm(aes))/feat=0x1/mask=0x1` |
/// | BLUETOOTH | `l2cap:aa:bb:cc:dd:ee:ff/psm=0x1001/cid=0x40/type=1`, `rfcomm:aa:bb:cc:dd:ee:ff/channel=3`, `hci:0/channel=1`, `sco:aa:bb:cc:dd:ee:ff` |
/// | QIPCRTR | `qipcrtr:1:77`, `qipcrtr:bcast:ctrl` |
/// | HYPERV | `hyperv:` and the two GUIDs with a colon between them |
/// | SYSTEM | `system:2:1`, the control and the unit |
/// | any | `raw:40:0a0b0c`, its number and the bytes after it |
///
/// A `/key=value` that is zero (for CAN J1939 also: that stands for none) is left away, and they may come in any order. Numbers are
/// decimal, or hexadecimal with `0x`.
///
/// ```
/// use wavetank_api::{Addr, Family};
///
/// let rows = [
///     ("127.0.0.1:80", Family::INET, Some(80)),
///     ("[::1]:80", Family::INET6, Some(80)),
///     ("[fe80::1%3]:80/flow=0x12345", Family::INET6, Some(80)),
///     ("unix:/run/a b.sock", Family::UNIX, None),
///     ("unix:@hidden", Family::UNIX, None),
///     ("unix:", Family::UNIX, None),
///     ("unspec", Family::UNSPEC, None),
///     ("vsock:host:1234", Family::VSOCK, None),
///     ("can-isotp:3/rx=7e8/tx=18db33f1", Family::CAN, None),
///     ("raw:40:0a0b0c", Family::VSOCK, None),
/// ];
/// for (text, family, port) in rows {
///     let addr: Addr = text.parse().unwrap();
///     assert_eq!((addr.to_string().as_str(), addr.family(), addr.port()), (text, family, port));
/// }
/// let error = "127.0.0.1".parse::<Addr>().unwrap_err();
/// assert!(error.to_string().starts_with("not an address: write 1.2.3.4:80, [::1]:80, unix:/path, unix:@name"));
/// ```
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Addr {
    /// `AF_INET`: an address and a port.
    V4(SocketAddrV4),
    /// `AF_INET6`: an address, a port, a flow label and a scope.
    V6(SocketAddrV6),
    /// `AF_UNIX`: a path, an abstract name, or nothing.
    Unix(UnixAddr),
    /// `AF_CAN`: an interface, and identifiers or a parameter group above it.
    Can(CanAddr),
    /// `AF_PACKET`: a protocol on an interface, and an address of the link layer.
    Packet(Box<PacketAddr>),
    /// `AF_NETLINK`: a port and groups.
    Netlink(NetlinkAddr),
    /// `AF_VSOCK`: a machine and a port.
    Vsock(VsockAddr),
    /// `AF_TIPC`: a service, a range of services, or a socket.
    Tipc(TipcAddr),
    /// `AF_ALG`: an algorithm.
    Alg(Box<AlgAddr>),
    /// `AF_BLUETOOTH`: a device, and what the protocol adds.
    Bluetooth(BluetoothAddr),
    /// `AF_QIPCRTR`: a node and a port.
    Qipcrtr(QipcrtrAddr),
    /// `AF_HYPERV` of Windows: a virtual machine and a service.
    Hyperv(Box<HypervAddr>),
    /// `AF_SYSTEM` of macOS: a kernel control.
    System(SystemAddr),
    /// `AF_UNSPEC`, without an address. Also what a call reports that has no address to tell: `recvfrom(2)` on a stream.
    Unspec,
    /// Any other family: its number, and the bytes of the `sockaddr` after it.
    Raw {
        /// The number of the family, `AF_*`.
        family: u16,
        /// What follows the family in memory.
        bytes: Box<[u8]>,
    },
}

impl Addr {
    /// `0.0.0.0:0`: every interface, and a port that the system chooses.
    pub const ANY_V4: Self = Self::V4(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0));
    /// `[::]:0`: every interface, and a port that the system chooses.
    pub const ANY_V6: Self = Self::V6(SocketAddrV6::new(Ipv6Addr::UNSPECIFIED, 0, 0, 0));

    /// An IPv4 address with its port.
    #[must_use]
    pub const fn v4(ip: Ipv4Addr, port: u16) -> Self {
        Self::V4(SocketAddrV4::new(ip, port))
    }

    /// An IPv6 address with its port, no flow label and no scope.
    #[must_use]
    pub const fn v6(ip: Ipv6Addr, port: u16) -> Self {
        Self::V6(SocketAddrV6::new(ip, port, 0, 0))
    }

    /// The family.
    #[must_use]
    pub const fn family(&self) -> Family {
        match self {
            Self::V4(_) => Family::INET,
            Self::V6(_) => Family::INET6,
            Self::Unix(_) => Family::UNIX,
            Self::Unspec => Family::UNSPEC,
            Self::Can(_) => Family::from_raw(family::AF_CAN),
            Self::Packet(_) => Family::from_raw(family::AF_PACKET),
            Self::Netlink(_) => Family::from_raw(family::AF_NETLINK),
            Self::Vsock(_) => Family::from_raw(family::AF_VSOCK),
            Self::Tipc(_) => Family::from_raw(family::AF_TIPC),
            Self::Alg(_) => Family::from_raw(family::AF_ALG),
            Self::Bluetooth(_) => Family::from_raw(family::AF_BLUETOOTH),
            Self::Qipcrtr(_) => Family::from_raw(family::AF_QIPCRTR),
            Self::Hyperv(_) => Family::from_raw(family::AF_HYPERV),
            Self::System(_) => Family::from_raw(family::AF_SYSTEM),
            Self::Raw { family, .. } => Family::from_raw(*family as i32),
        }
    }

    /// The IP address, if the family has one.
    #[must_use]
    pub const fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::V4(addr) => Some(IpAddr::V4(*addr.ip())),
            Self::V6(addr) => Some(IpAddr::V6(*addr.ip())),
            _ => None,
        }
    }

    /// The port, if the family has one.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        match self {
            Self::V4(addr) => Some(addr.port()),
            Self::V6(addr) => Some(addr.port()),
            _ => None,
        }
    }

    /// The same address with another port; unchanged if the family has none.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        match &mut self {
            Self::V4(addr) => addr.set_port(port),
            Self::V6(addr) => addr.set_port(port),
            _ => {}
        }
        self
    }

    /// As the standard library's type, if the family is IPv4 or IPv6.
    #[must_use]
    pub const fn as_inet(&self) -> Option<SocketAddr> {
        match self {
            Self::V4(addr) => Some(SocketAddr::V4(*addr)),
            Self::V6(addr) => Some(SocketAddr::V6(*addr)),
            _ => None,
        }
    }

    /// As a UNIX address, if it is one.
    #[must_use]
    pub const fn as_unix(&self) -> Option<&UnixAddr> {
        match self {
            Self::Unix(addr) => Some(addr),
            _ => None,
        }
    }

    /// As the standard library's type, or `EAFNOSUPPORT` in the name of `call`.
    pub(crate) fn to_inet(&self, call: &'static str) -> Result<SocketAddr> {
        self.as_inet().ok_or_else(|| Error::new(Errno::EAFNOSUPPORT, call))
    }
}

impl From<SocketAddrV4> for Addr {
    fn from(addr: SocketAddrV4) -> Self {
        Self::V4(addr)
    }
}

impl From<SocketAddrV6> for Addr {
    fn from(addr: SocketAddrV6) -> Self {
        Self::V6(addr)
    }
}

impl From<SocketAddr> for Addr {
    fn from(addr: SocketAddr) -> Self {
        match addr {
            SocketAddr::V4(addr) => Self::V4(addr),
            SocketAddr::V6(addr) => Self::V6(addr),
        }
    }
}

impl From<(IpAddr, u16)> for Addr {
    fn from(addr: (IpAddr, u16)) -> Self {
        SocketAddr::from(addr).into()
    }
}

impl From<(Ipv4Addr, u16)> for Addr {
    fn from((ip, port): (Ipv4Addr, u16)) -> Self {
        Self::v4(ip, port)
    }
}

impl From<(Ipv6Addr, u16)> for Addr {
    fn from((ip, port): (Ipv6Addr, u16)) -> Self {
        Self::v6(ip, port)
    }
}

impl From<UnixAddr> for Addr {
    fn from(addr: UnixAddr) -> Self {
        Self::Unix(addr)
    }
}

/// Each family's own address is an address.
macro_rules! from_family {
    ($($variant:ident($addr:ty);)*) => {
        $(
            impl From<$addr> for Addr {
                fn from(addr: $addr) -> Self {
                    Self::$variant(addr.into())
                }
            }
        )*
    };
}

from_family! {
    Can(CanAddr);
    Packet(PacketAddr);
    Netlink(NetlinkAddr);
    Vsock(VsockAddr);
    Tipc(TipcAddr);
    Alg(AlgAddr);
    Bluetooth(BluetoothAddr);
    Qipcrtr(QipcrtrAddr);
    Hyperv(HypervAddr);
    System(SystemAddr);
}
