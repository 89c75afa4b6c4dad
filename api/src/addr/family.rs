//! The numbers of the families of [`Addr`](super::Addr): this system's, or, where it lacks the family, one that no system has.
//!
//! An address of a family that is not there can be written, read and compared everywhere; no call is made with it
//! ([`Addr::to_sockaddr`](super::Addr::to_sockaddr) is `None`).

/// Added to Linux's number of a family that this system lacks.
pub(super) const ABSENT: i32 = 0x7f00;

macro_rules! families {
    ($($name:ident = $number:literal on ($($system:tt)*);)*) => {
        $(
            #[cfg($($system)*)]
            pub(super) use crate::c::$name;
            #[cfg(not($($system)*))]
            pub(super) const $name: i32 = ABSENT + $number;
        )*
    };
}

families! {
    AF_CAN = 29 on (target_os = "linux");
    AF_PACKET = 17 on (target_os = "linux");
    AF_NETLINK = 16 on (target_os = "linux");
    AF_VSOCK = 40 on (any(target_os = "linux", target_vendor = "apple"));
    AF_TIPC = 30 on (target_os = "linux");
    AF_ALG = 38 on (target_os = "linux");
    AF_BLUETOOTH = 31 on (target_os = "linux");
    AF_QIPCRTR = 42 on (target_os = "linux");
    AF_HYPERV = 65 on (windows);
    AF_SYSTEM = 66 on (target_vendor = "apple");
}

/// A family and the bytes behind it as `struct sockaddr` begins: on the systems that descend from 4.4BSD with its length.
#[cfg(any(target_os = "freebsd", target_vendor = "apple"))]
pub(super) fn head(family: i32, rest: usize) -> [u8; 2] {
    [(rest + 2) as u8, family as u8]
}

/// See above.
#[cfg(not(any(target_os = "freebsd", target_vendor = "apple")))]
pub(super) const fn head(family: i32, _rest: usize) -> [u8; 2] {
    (family as u16).to_ne_bytes()
}

/// The family of such a beginning.
#[cfg(any(target_os = "freebsd", target_vendor = "apple"))]
pub(super) fn of(head: [u8; 2]) -> u16 {
    head[1].into()
}

/// See above.
#[cfg(not(any(target_os = "freebsd", target_vendor = "apple")))]
pub(super) const fn of(head: [u8; 2]) -> u16 {
    u16::from_ne_bytes(head)
}
