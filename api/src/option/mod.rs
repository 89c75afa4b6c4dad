//! Options as typed constants: [`SockOpt`], and what their values look like in memory: [`OptValue`].
//!
//! Numbers are [`c`](crate::c)'s, encodings Linux's: `socket(7)`, `ip(7)`, `ipv6(7)`, `tcp(7)`, `udp(7)`, and for the other families the headers and
//! the kernel functions that each file names. An option that is not here is one line away:
//! `const SO_MINE: SockOpt<bool> = SockOpt::new(1, 999);`, or the raw form, [`Socket::setsockopt_raw`](crate::Socket::setsockopt_raw).
//!
//! | file | level |
//! |---|---|
//! | `socket.rs` | `SOL_SOCKET` |
//! | `ip.rs`, `ipv6.rs`, `multicast.rs` | `IPPROTO_IP`, `IPPROTO_IPV6` |
//! | `tcp.rs`, `info.rs`, `mptcp.rs` | `IPPROTO_TCP`, `SOL_MPTCP` |
//! | `udp.rs` | `IPPROTO_UDP`, `IPPROTO_UDPLITE` |
//! | `can.rs` | `SOL_CAN_RAW`, `SOL_CAN_ISOTP`, `SOL_CAN_J1939` |
//! | `packet.rs`, `netlink.rs`, `tipc.rs`, `rds.rs`, `alg.rs`, `vsock.rs`, `bluetooth.rs` | their families' |
//! | `hyperv.rs` | `HV_PROTOCOL_RAW`, on Windows |
//! | `bsd.rs` | what macOS and FreeBSD have besides |
//!
//! What is not here, on purpose: options whose value has an address of memory in it that the kernel writes to (`RDS_GET_MR`, rings mapped
//! into memory), because a safe interface cannot offer them; and `SO_PEERPIDFD`, which makes a descriptor that nobody would own.

#[cfg(target_os = "linux")]
mod alg;
#[cfg(target_os = "linux")]
mod bluetooth;
#[cfg(any(target_os = "freebsd", target_vendor = "apple"))]
mod bsd;
#[cfg(target_os = "linux")]
mod can;
#[cfg(windows)]
mod hyperv;
mod info;
mod ip;
mod ipv6;
mod layout;
#[cfg(target_os = "linux")]
mod mptcp;
mod multicast;
#[cfg(target_os = "linux")]
mod netlink;
#[cfg(target_os = "linux")]
mod packet;
#[cfg(target_os = "linux")]
mod rds;
mod socket;
mod structs;
mod tcp;
#[cfg(target_os = "linux")]
mod tipc;
#[cfg(target_os = "linux")]
mod txtime;
#[cfg(target_os = "linux")]
mod udp;
mod value;
#[cfg(target_os = "linux")]
mod vsock;

use std::fmt;
use std::marker::PhantomData;

#[cfg(any(target_os = "freebsd", target_vendor = "apple"))]
pub use self::bsd::*;
#[cfg(windows)]
pub use self::hyperv::*;
#[cfg(target_os = "linux")]
pub use self::{
    alg::*, bluetooth::*, can::*, mptcp::*, netlink::*, packet::*, rds::*, tipc::*, txtime::*, udp::*, vsock::*,
};
pub use self::{
    info::TcpInfo,
    ip::*,
    ipv6::*,
    layout::{Field, Layout, List},
    multicast::*,
    socket::*,
    structs::{Pkt6Info, PktInfo, Timespec, Ucred},
    tcp::*,
    value::{Linger, MAX_LEN, Millis, OptValue, Seconds, Timeval},
};

/// An option of `setsockopt(2)` and `getsockopt(2)` together with the type of its value.
///
/// ```
/// use std::time::Duration;
/// use wavetank_api::option::{Linger, MAX_LEN, OptValue, SO_REUSEADDR, SockOpt};
///
/// assert_eq!((SO_REUSEADDR.level(), SO_REUSEADDR.name()), (1, 2));
/// assert_eq!(SO_REUSEADDR.to_string(), "SO_REUSEADDR");
///
/// // struct linger { l_onoff = 1, l_linger = 5 }
/// let mut bytes = [0; MAX_LEN];
/// let len = Linger::encode(&Some(Duration::from_millis(4_200)), &mut bytes);
/// assert_eq!(bytes[..len], [1_i32.to_ne_bytes(), 5_i32.to_ne_bytes()].concat());
///
/// const SO_MINE: SockOpt<bool> = SockOpt::new(1, 999);
/// assert_eq!(SO_MINE.to_string(), "1:999");
/// ```
pub struct SockOpt<T> {
    level: i32,
    name: i32,
    /// Its name in C. Numbers alone do not tell: level 0 is IPv4's and Bluetooth's.
    label: Option<&'static str>,
    value: PhantomData<fn(T) -> T>,
}

impl<T> SockOpt<T> {
    /// The option `name` at `level`, as the C headers number them.
    #[must_use]
    pub const fn new(level: i32, name: i32) -> Self {
        Self { level, name, label: None, value: PhantomData }
    }

    /// [`new`](Self::new) with the option's name in C.
    #[must_use]
    pub const fn named(level: i32, name: i32, label: &'static str) -> Self {
        Self { level, name, label: Some(label), value: PhantomData }
    }

    /// The level: `SOL_SOCKET`, or a protocol.
    #[must_use]
    pub const fn level(self) -> i32 {
        self.level
    }

    /// The option's number.
    #[must_use]
    pub const fn name(self) -> i32 {
        self.name
    }
}

impl<T> Clone for SockOpt<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for SockOpt<T> {}

impl<T> PartialEq for SockOpt<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.level, self.name) == (other.level, other.name)
    }
}

impl<T> Eq for SockOpt<T> {}

/// The name in C, or level and number.
impl<T> fmt::Display for SockOpt<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.label.or_else(|| option_name(self.level, self.name)) {
            Some(name) => f.write_str(name),
            None => write!(f, "{}:{}", self.level, self.name),
        }
    }
}

impl<T> fmt::Debug for SockOpt<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Declares the options of one file, and the table of their names. Numbers are `c`'s. Groups in brackets are for some systems.
macro_rules! options {
    (
        $table:ident;
        $($(#[$meta:meta])* $level:ident $name:ident: $form:ty;)*
        $([$system:meta] { $($(#[$more_meta:meta])* $more_level:ident $more:ident: $more_form:ty;)* })*
    ) => {
        $(
            $(#[$meta])*
            pub const $name: SockOpt<$form> = SockOpt::named(c::$level, c::$name, stringify!($name));
        )*
        $($(
            $(#[$more_meta])*
            #[$system]
            pub const $more: SockOpt<$more_form> = SockOpt::named(c::$more_level, c::$more, stringify!($more));
        )*)*

        pub(super) const $table: &[(i32, i32, &str)] = &[
            $((c::$level, c::$name, stringify!($name)),)*
            $($(#[$system] (c::$more_level, c::$more, stringify!($more)),)*)*
        ];
    };
}

use options;

/// The name in C of an option given by its numbers, if it is one of those here. Where two families share a level, it is the internet's.
#[must_use]
pub fn option_name(level: i32, name: i32) -> Option<&'static str> {
    all().find(|known| (known.0, known.1) == (level, name)).map(|known| known.2)
}

/// Every option that has a name here: its level, its number, its name in C.
///
/// ```
/// assert!(wavetank_api::option::all().any(|option| option == (6, 1, "TCP_NODELAY")));
/// ```
pub fn all() -> impl Iterator<Item = (i32, i32, &'static str)> {
    const LISTS: &[&[(i32, i32, &str)]] = &[
        SOCKET_NAMES,
        TCP_NAMES,
        IP_NAMES,
        IPV6_NAMES,
        MULTICAST_NAMES,
        #[cfg(target_os = "linux")]
        UDP_NAMES,
        #[cfg(target_os = "linux")]
        MPTCP_NAMES,
        #[cfg(target_os = "linux")]
        CAN_NAMES,
        #[cfg(target_os = "linux")]
        PACKET_NAMES,
        #[cfg(target_os = "linux")]
        NETLINK_NAMES,
        #[cfg(target_os = "linux")]
        TIPC_NAMES,
        #[cfg(target_os = "linux")]
        RDS_NAMES,
        #[cfg(target_os = "linux")]
        ALG_NAMES,
        #[cfg(target_os = "linux")]
        VSOCK_NAMES,
        #[cfg(target_os = "linux")]
        BLUETOOTH_NAMES,
        #[cfg(any(target_os = "freebsd", target_vendor = "apple"))]
        BSD_NAMES,
        #[cfg(windows)]
        HYPERV_NAMES,
    ];
    LISTS.iter().copied().flatten().copied()
}

/// Every structure of C that is a value here, but those of `can`: what `api/tests/it/layout.rs` asks the C compiler about.
#[doc(hidden)]
pub fn layouts() -> impl Iterator<Item = Layout> {
    const LISTS: &[&[Layout]] = &[
        MULTICAST_LAYOUTS,
        #[cfg(target_os = "linux")]
        TXTIME_LAYOUTS,
        #[cfg(target_os = "linux")]
        MPTCP_LAYOUTS,
        #[cfg(target_os = "linux")]
        PACKET_LAYOUTS,
        #[cfg(target_os = "linux")]
        TIPC_LAYOUTS,
        #[cfg(target_os = "linux")]
        RDS_LAYOUTS,
        #[cfg(target_os = "linux")]
        BLUETOOTH_LAYOUTS,
    ];
    LISTS.iter().copied().flatten().copied()
}
