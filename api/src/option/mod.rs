//! Options as typed constants: [`SockOpt`], and what their values look like in memory: [`OptValue`].
//!
//! Levels, names and encodings are Linux's: `socket(7)`, `ip(7)`, `ipv6(7)`, `tcp(7)`, `udp(7)`. An option that is not here is
//! one line away: `const SO_PASSRIGHTS: SockOpt<bool> = SockOpt::new(1, 83);`, or the raw form,
//! [`Socket::setsockopt_raw`](crate::Socket::setsockopt_raw).

mod info;
mod ip;
mod ipv6;
mod socket;
mod structs;
mod tcp;
mod value;

use std::fmt;
use std::marker::PhantomData;

pub use self::{
    info::TcpInfo,
    ip::*,
    ipv6::*,
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
/// const SO_PASSRIGHTS: SockOpt<bool> = SockOpt::new(1, 83);
/// assert_eq!(SO_PASSRIGHTS.to_string(), "1:83");
/// ```
pub struct SockOpt<T> {
    level: i32,
    name: i32,
    value: PhantomData<fn(T) -> T>,
}

impl<T> SockOpt<T> {
    /// The option `name` at `level`, as the C headers number them.
    #[must_use]
    pub const fn new(level: i32, name: i32) -> Self {
        Self { level, name, value: PhantomData }
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
        match option_name(self.level, self.name) {
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

/// Declares the options of one file, and the table of their names. The number is `libc`'s, or stands behind the name where
/// `libc` has none (then it is that of include/uapi/asm-generic/socket.h or of its neighbours).
macro_rules! options {
    (@number $name:ident) => { libc::$name };
    (@number $name:ident $number:literal) => { $number };
    ($table:ident; $($(#[$meta:meta])* $level:ident $name:ident $(= $number:literal)?: $form:ty;)*) => {
        $(
            $(#[$meta])*
            pub const $name: SockOpt<$form> = SockOpt::new(libc::$level, options!(@number $name $($number)?));
        )*

        pub(super) const $table: &[(i32, i32, &str)] =
            &[$((libc::$level, options!(@number $name $($number)?), stringify!($name)),)*];
    };
}

use options;

/// The name in C of an option given by its numbers, if it is one of those here.
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
    [SOCKET_NAMES, TCP_NAMES, IP_NAMES, IPV6_NAMES].into_iter().flatten().copied()
}
