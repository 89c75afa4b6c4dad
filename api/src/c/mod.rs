//! Every constant of the socket interface under its name in C, with this system's number.
//!
//! Programs rather use the types made of them: [`Family`](crate::Family), [`MsgFlags`](crate::MsgFlags), [`option`](crate::option). This is
//! for numbers that have no type, for programs that come from C or Python, and for looking a name up at run time:
//!
//! ```
//! use wavetank_api::c;
//!
//! assert_eq!((c::AF_INET, c::SOCK_STREAM, c::IPPROTO_TCP), (2, 1, 6));
//! assert_eq!(c::by_name("INADDR_LOOPBACK"), Some(0x7f00_0001));
//! assert_eq!(c::by_name("AF_NOWHERE"), None);
//! assert!(c::all().any(|(name, value)| (name, value) == ("TCP_NODELAY", 1)));
//! assert_eq!(c::text_by_name("BDADDR_LOCAL"), Some("00:00:00:FF:FF:FF"));
//! ```
//!
//! A constant is an `i32`, as an `int` of C, unless its number does not fit: then it says another type. Numbers are those of the crate
//! `libc` where it has the name, else a literal, and the file or the line names the header. `common.rs` has what is the same everywhere; one
//! file, or folder, per system has the rest, and a name that a system lacks does not exist there:
//!
//! | system | file | checked |
//! |---|---|---|
//! | Linux | `linux/`, a file per family | against the C headers and against CPython, at every test run |
//! | macOS | `macos.rs` | names by `cargo check --target`; never run on that system |
//! | FreeBSD | `freebsd.rs` | names by `cargo check --target`; never run on that system |
//! | Windows | `windows.rs` | literals against Microsoft's metadata, by a table in `fixtures/constants/` |

mod common;
#[cfg(target_os = "freebsd")]
mod freebsd;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_vendor = "apple")]
mod macos;
#[cfg(windows)]
mod windows;

pub use self::common::*;
#[cfg(target_os = "freebsd")]
pub use self::freebsd::*;
#[cfg(target_os = "linux")]
pub use self::linux::*;
#[cfg(target_vendor = "apple")]
pub use self::macos::*;
#[cfg(windows)]
pub use self::windows::*;

/// Declares the constants of one file and the table of their names. The number is `libc`'s, or stands behind the name where `libc` has
/// none.
macro_rules! constants {
    (@type) => { i32 };
    (@type $int:ty) => { $int };
    (@number $name:ident) => { libc::$name };
    (@number $name:ident $number:expr) => { $number };
    ($list:ident; $($(#[$meta:meta])* $name:ident $(: $int:ty)? $(= $number:expr)?;)*) => {
        $(
            $(#[$meta])*
            #[allow(non_upper_case_globals, reason = "the name is C's")]
            pub const $name: constants!(@type $($int)?) = constants!(@number $name $($number)?) as constants!(@type $($int)?);
        )*

        /// The names of this list and their numbers.
        pub(super) const $list: &[(&str, i64)] = &[$((stringify!($name), $name as i64),)*];
    };
}

/// [`constants!`] for what is text in C.
macro_rules! texts {
    ($list:ident; $($(#[$meta:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$meta])* pub const $name: &str = $text;)*

        /// The names of this list and their texts.
        pub(super) const $list: &[(&str, &str)] = &[$((stringify!($name), $text),)*];
    };
}

use {constants, texts};

/// The lists of this system besides the common one.
#[cfg(target_os = "freebsd")]
const LISTS: &[&[(&str, i64)]] = &[FREEBSD];
#[cfg(target_os = "linux")]
const LISTS: &[&[(&str, i64)]] = LINUX;
#[cfg(target_vendor = "apple")]
const LISTS: &[&[(&str, i64)]] = &[MACOS];
#[cfg(windows)]
const LISTS: &[&[(&str, i64)]] = &[WINDOWS];
#[cfg(not(any(target_os = "freebsd", target_os = "linux", target_vendor = "apple", windows)))]
const LISTS: &[&[(&str, i64)]] = &[];

/// The number of the constant with this name in C; `None` if this system has none of that name.
#[must_use]
pub fn by_name(name: &str) -> Option<i64> {
    all().find(|known| known.0 == name).map(|known| known.1)
}

/// Every constant of this system that is a number, with its name.
pub fn all() -> impl Iterator<Item = (&'static str, i64)> {
    COMMON.iter().chain(LISTS.iter().copied().flatten()).copied()
}

/// The text of the constant with this name; `None` if this system has none of that name.
#[must_use]
pub fn text_by_name(name: &str) -> Option<&'static str> {
    all_texts().find(|known| known.0 == name).map(|known| known.1)
}

/// Every constant of this system that is a text, with its name.
pub fn all_texts() -> impl Iterator<Item = (&'static str, &'static str)> {
    #[cfg(windows)]
    let here = WINDOWS_TEXTS;
    #[cfg(not(windows))]
    let here = &[];
    COMMON_TEXTS.iter().chain(here).copied()
}
