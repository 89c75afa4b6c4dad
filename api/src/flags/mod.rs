//! The small numbers of the socket calls: families, types, protocols, and the flag sets.
//!
//! What is a closed set for us is often an open one for a kernel, so families, types and protocols are newtypes over any number, and
//! flag sets keep the bits they have no name for. The numbers are [`c`](crate::c)'s; a name that a system lacks does not exist there.
//!
//! | file | holds |
//! |---|---|
//! | `family.rs` | [`Family`], [`SockType`] |
//! | `protocol.rs` | [`Protocol`] |
//! | `message.rs` | [`MsgFlags`] |
//! | `resolver.rs` | [`AiFlags`], [`NameFlags`] |
//! | `tcp.rs` | [`TcpState`], [`TcpOptions`] |
//! | this one | [`SockFlags`], [`PollEvents`], [`Shutdown`] |

mod family;
mod message;
mod protocol;
mod resolver;
mod tcp;

pub use self::{
    family::{Family, SockType},
    message::MsgFlags,
    protocol::Protocol,
    resolver::{AiFlags, NameFlags},
    tcp::{TcpOptions, TcpState},
};
use crate::c;

/// A newtype over a number of the C interface: named constants, and any other number survives. Groups after the first are for one
/// system; a number in brackets is for a name that not every system has.
macro_rules! open_number {
    (@number $c_name:ident) => { c::$c_name };
    (@number $c_name:ident $number:literal) => { $number };
    (
        $(#[$meta:meta])*
        $type:ident($int:ty) {
            $($(#[$const_meta:meta])* $name:ident = $c_name:ident $(($number:literal))?;)*
        }
        $(#[$system:meta] { $($(#[$more_meta:meta])* $more:ident = $more_c:ident;)* })*
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type($int);

        impl $type {
            $(
                $(#[$const_meta])*
                #[doc = concat!("\n\nIn C `", stringify!($c_name), "`.")]
                pub const $name: Self = Self(open_number!(@number $c_name $($number)?) as $int);
            )*
        }

        $(
            #[$system]
            impl $type {
                $(
                    $(#[$more_meta])*
                    #[doc = concat!("\n\nIn C `", stringify!($more_c), "`.")]
                    pub const $more: Self = Self(c::$more_c as $int);
                )*
            }
        )*

        impl $type {
            /// Every value that has a name here, with its name in C.
            pub const ALL: &'static [(&'static str, Self)] = &[
                $((stringify!($c_name), Self::$name),)*
                $($(#[$system] (stringify!($more_c), Self::$more),)*)*
            ];

            /// The value with this number.
            #[must_use]
            pub const fn from_raw(number: $int) -> Self {
                Self(number)
            }

            /// The number.
            #[must_use]
            pub const fn raw(self) -> $int {
                self.0
            }

            /// The name in C, if it has one here.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                Self::ALL.iter().find(|known| known.1 == self).map(|known| known.0)
            }

            /// The value with this name in C.
            #[must_use]
            pub fn by_name(name: &str) -> Option<Self> {
                Self::ALL.iter().find(|known| known.0 == name).map(|known| known.1)
            }
        }

        /// The name in C, or the number.
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, "{}", self.0),
                }
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }
    };
}

/// `bitflags` whose names in C are a prefix and our name; bits without a name are kept.
macro_rules! flag_set {
    (
        $(#[doc = $doc:literal])*
        $type:ident($int:ty), $prefix:literal {
            $($(#[$($flag_meta:tt)*])* $name:ident = $module:ident::$c_name:ident;)*
        }
    ) => {
        bitflags::bitflags! {
            $(#[doc = $doc])*
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
            pub struct $type: $int {
                $(
                    $(#[$($flag_meta)*])*
                    #[doc = concat!("\n\nIn C `", stringify!($c_name), "`.")]
                    const $name = $module::$c_name as $int;
                )*
                /// Bits that have no name here.
                const _ = !0;
            }
        }

        impl $type {
            /// The flag with this name in C.
            #[must_use]
            pub fn by_name(name: &str) -> Option<Self> {
                name.strip_prefix($prefix).filter(|rest| !rest.is_empty()).and_then(Self::from_name)
            }

            /// Every flag that has a name here.
            pub fn all_named() -> impl Iterator<Item = (String, Self)> {
                use bitflags::Flags;
                let named = Self::FLAGS.iter().filter(|flag| flag.is_named());
                named.map(|flag| (format!("{}{}", $prefix, flag.name()), *flag.value()))
            }
        }

        /// The names in C, joined by `|`; `0` when no bit is set; unnamed bits in hexadecimal.
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                use bitflags::Flags;
                let mut rest = self.bits();
                let mut separator = "";
                for flag in Self::FLAGS.iter().filter(|flag| flag.is_named()) {
                    let bits = flag.value().bits();
                    if bits != 0 && rest & bits == bits {
                        write!(f, "{separator}{}{}", $prefix, flag.name())?;
                        separator = "|";
                        rest &= !bits;
                    }
                }
                match (rest, separator) {
                    (0, "") => f.write_str("0"),
                    (0, _) => Ok(()),
                    (rest, separator) => write!(f, "{separator}{rest:#x}"),
                }
            }
        }
    };
}

use {flag_set, open_number};

flag_set! {
    /// The flags that `socket(2)`, `socketpair(2)` and `accept4(2)` take beside the type.
    ///
    /// macOS and Windows have none; there these are bits of our own, which the real world sets by another call.
    SockFlags(i32), "SOCK_" {
        /// The new descriptor is in non-blocking mode.
        NONBLOCK = numbers::SOCK_NONBLOCK;
        /// The new descriptor does not survive `execve(2)`. Every descriptor made by this crate's own types has it.
        CLOEXEC = numbers::SOCK_CLOEXEC;
    }
}

/// `SOCK_NONBLOCK` and `SOCK_CLOEXEC`.
#[cfg(any(target_os = "linux", target_os = "freebsd"))]
mod numbers {
    pub(super) use crate::c::{SOCK_CLOEXEC, SOCK_NONBLOCK};
}

/// Bits that no type of socket has.
#[cfg(not(any(target_os = "linux", target_os = "freebsd")))]
mod numbers {
    pub(super) const SOCK_NONBLOCK: i32 = 0x2000_0000;
    pub(super) const SOCK_CLOEXEC: i32 = 0x1000_0000;
}

flag_set! {
    /// What `poll(2)` waits for and reports: `POLL*`.
    ///
    /// `ERR`, `HUP` and `NVAL` are reported whether asked for or not.
    PollEvents(i16), "POLL" {
        /// Reading does not block: data, the end of the stream, an error, or a connection to accept.
        IN = c::POLLIN;
        /// Urgent data.
        PRI = c::POLLPRI;
        /// Writing does not block, though a write larger than the room may.
        OUT = c::POLLOUT;
        /// An error is pending.
        ERR = c::POLLERR;
        /// Both directions are closed.
        HUP = c::POLLHUP;
        /// Not an open descriptor.
        NVAL = c::POLLNVAL;
        /// The peer has closed its sending side.
        #[cfg(any(target_os = "linux", target_os = "freebsd"))]
        RDHUP = c::POLLRDHUP;
    }
}

/// Which side of a connection `shutdown(2)` closes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Shutdown {
    /// `SHUT_RD`: no more receiving.
    Read,
    /// `SHUT_WR`: no more sending; the peer reads the end of the stream.
    Write,
    /// `SHUT_RDWR`.
    Both,
}

impl Shutdown {
    /// The number of `SHUT_RD`, `SHUT_WR` or `SHUT_RDWR`.
    #[must_use]
    pub const fn raw(self) -> i32 {
        match self {
            Self::Read => c::SHUT_RD,
            Self::Write => c::SHUT_WR,
            Self::Both => c::SHUT_RDWR,
        }
    }
}

impl From<std::net::Shutdown> for Shutdown {
    fn from(how: std::net::Shutdown) -> Self {
        match how {
            std::net::Shutdown::Read => Self::Read,
            std::net::Shutdown::Write => Self::Write,
            std::net::Shutdown::Both => Self::Both,
        }
    }
}
