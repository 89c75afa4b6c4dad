//! [`OptValue`]: what the value of an option is to the caller, and how it lies in memory.

use std::borrow::Cow;
use std::time::Duration;

use crate::{Errno, Family, Protocol, SockType};

/// How an option's value lies in the memory that the call is given.
///
/// The plain types (`bool`, `i32`, ...) are their own values. Where one Rust type has several forms in memory, the form has a
/// name: [`Timeval`] and [`Linger`] are both an `Option<Duration>` to the caller.
pub trait OptValue {
    /// What the caller gives and gets.
    type Value;

    /// Room to read it into, in bytes.
    const LEN: usize;

    /// Whether the value can be written as it is. One that cannot, because it has a NUL in its text, is refused with `EINVAL` rather than
    /// cut.
    fn fits(_value: &Self::Value) -> bool {
        true
    }

    /// Writes the value, which [fits](Self::fits), to the beginning of `bytes`; how many bytes it takes is returned. Of a value that can be
    /// longer ([`bytes`](Self::bytes)) it is the beginning.
    fn encode(value: &Self::Value, bytes: &mut [u8; MAX_LEN]) -> usize;

    /// The whole value as it lies in memory: in `room`, or, where it can be longer than that, in its own.
    fn bytes<'a>(value: &'a Self::Value, room: &'a mut [u8; MAX_LEN]) -> Cow<'a, [u8]> {
        let len = Self::encode(value, room);
        Cow::Borrowed(&room[..len])
    }

    /// From the bytes the call filled; `None` if they cannot be such a value.
    fn decode(bytes: &[u8]) -> Option<Self::Value>;
}

/// Bytes of the longest value of a fixed length, and of text and bytes that are read. Longer ones are written without a limit, and read
/// by the raw form.
pub const MAX_LEN: usize = 256;

/// `int`.
impl OptValue for i32 {
    type Value = Self;
    const LEN: usize = 4;

    fn encode(value: &Self, bytes: &mut [u8; MAX_LEN]) -> usize {
        put(bytes, 0, &value.to_ne_bytes())
    }

    /// A kernel may fill fewer bytes than an `int` has.
    fn decode(bytes: &[u8]) -> Option<Self> {
        match *bytes {
            [a, b, c, d, ..] => Some(Self::from_ne_bytes([a, b, c, d])),
            [a] => Some(a.into()),
            _ => None,
        }
    }
}

/// One byte; given in an `int` by a kernel that has room for one.
impl OptValue for u8 {
    type Value = Self;
    const LEN: usize = 1;

    fn encode(value: &Self, bytes: &mut [u8; MAX_LEN]) -> usize {
        put(bytes, 0, &[*value])
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        Self::try_from(i32::decode(bytes)?).ok()
    }
}

/// `__u16`.
impl OptValue for u16 {
    type Value = Self;
    const LEN: usize = 2;

    fn encode(value: &Self, bytes: &mut [u8; MAX_LEN]) -> usize {
        put(bytes, 0, &value.to_ne_bytes())
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        match *bytes {
            [a, b] => Some(Self::from_ne_bytes([a, b])),
            _ => Self::try_from(i32::decode(bytes)?).ok(),
        }
    }
}

/// `__u64`; a kernel that keeps fewer bits fills 4 bytes if it is given room for no more.
impl OptValue for u64 {
    type Value = Self;
    const LEN: usize = 8;

    fn encode(value: &Self, bytes: &mut [u8; MAX_LEN]) -> usize {
        put(bytes, 0, &value.to_ne_bytes())
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        match *bytes {
            [a, b, c, d, e, f, g, h, ..] => Some(Self::from_ne_bytes([a, b, c, d, e, f, g, h])),
            [a, b, c, d] => Some(u32::from_ne_bytes([a, b, c, d]).into()),
            _ => None,
        }
    }
}

/// Writes `field` at `offset`; where it ends is returned.
pub(super) fn put(bytes: &mut [u8; MAX_LEN], offset: usize, field: &[u8]) -> usize {
    let end = offset + field.len();
    bytes[offset..end].copy_from_slice(field);
    end
}

/// Values that are an `int` in memory and something better here.
macro_rules! int_values {
    ($($(#[$meta:meta])* $form:ty, $value:ty: $to_int:expr, $from_int:expr;)*) => {
        $(
            $(#[$meta])*
            impl OptValue for $form {
                type Value = $value;
                const LEN: usize = 4;

                fn encode(value: &$value, bytes: &mut [u8; MAX_LEN]) -> usize {
                    let to_int: fn($value) -> i32 = $to_int;
                    i32::encode(&to_int(*value), bytes)
                }

                fn decode(bytes: &[u8]) -> Option<$value> {
                    i32::decode(bytes).map($from_int)
                }
            }
        )*
    };
}

int_values! {
    /// `unsigned int`.
    u32, u32: u32::cast_signed, i32::cast_unsigned;
    /// `int`, of which everything but 0 is true.
    bool, bool: i32::from, |number| number != 0;
    /// `SOCK_*`.
    SockType, SockType: SockType::raw, SockType::from_raw;
    /// `AF_*`.
    Family, Family: Family::raw, Family::from_raw;
    /// `IPPROTO_*`.
    Protocol, Protocol: Protocol::raw, Protocol::from_raw;
    /// An error number, where 0 is none.
    Option<Errno>, Option<Errno>: |errno| errno.map_or(0, Errno::raw), |number| (number != 0).then(|| Errno::from_raw(number));
    Seconds, Duration: |time| whole(time, Duration::from_secs(1)), |number| Duration::from_secs(not_negative(number));
    Millis, Duration: |time| whole(time, Duration::from_millis(1)), |number| Duration::from_millis(not_negative(number));
}

/// Whole seconds as an `int`; what is between two is rounded up.
#[derive(Debug)]
pub enum Seconds {}

/// Whole milliseconds as an `int`; what is between two is rounded up.
#[derive(Debug)]
pub enum Millis {}

fn whole(duration: Duration, unit: Duration) -> i32 {
    i32::try_from(duration.as_nanos().div_ceil(unit.as_nanos())).unwrap_or(i32::MAX)
}

fn not_negative(number: i32) -> u64 {
    number.max(0).cast_unsigned().into()
}

/// `struct timeval`, where zero stands for `None`. What is between two microseconds is rounded up.
#[derive(Debug)]
pub enum Timeval {}

#[cfg(not(windows))]
impl OptValue for Timeval {
    type Value = Option<Duration>;
    const LEN: usize = 16;

    /// `Some(Duration::ZERO)` becomes the shortest timeout there is, 1 µs: zero would be none at all.
    fn encode(value: &Option<Duration>, bytes: &mut [u8; MAX_LEN]) -> usize {
        let micros = value.map_or(0, |timeout| timeout.as_nanos().div_ceil(1000).max(1));
        let seconds = i64::try_from(micros / 1_000_000).unwrap_or(i64::MAX);
        let micros = (micros % 1_000_000) as i64;
        put(bytes, 0, &seconds.to_ne_bytes());
        put(bytes, 8, &micros.to_ne_bytes())
    }

    fn decode(bytes: &[u8]) -> Option<Option<Duration>> {
        let (seconds, rest) = bytes.split_first_chunk()?;
        let (micros, _) = rest.split_first_chunk()?;
        let seconds = u64::try_from(i64::from_ne_bytes(*seconds)).ok()?;
        let micros = u32::try_from(i64::from_ne_bytes(*micros)).ok()?;
        // More would be carried into the seconds; `sock_set_timeout` says EDOM.
        let timeout = (micros < 1_000_000).then(|| Duration::new(seconds, micros * 1000))?;
        Some((!timeout.is_zero()).then_some(timeout))
    }
}

/// Windows has milliseconds in a `DWORD` where others have `struct timeval`. What is between two is rounded up.
#[cfg(windows)]
impl OptValue for Timeval {
    type Value = Option<Duration>;
    const LEN: usize = 4;

    /// `Some(Duration::ZERO)` becomes the shortest timeout there is, 1 ms: zero would be none at all.
    fn encode(value: &Option<Duration>, bytes: &mut [u8; MAX_LEN]) -> usize {
        let millis = value.map_or(0, |timeout| whole(timeout, Duration::from_millis(1)).max(1));
        i32::encode(&millis, bytes)
    }

    fn decode(bytes: &[u8]) -> Option<Option<Duration>> {
        let timeout = Duration::from_millis(u32::decode(bytes)?.into());
        Some((!timeout.is_zero()).then_some(timeout))
    }
}

/// `struct linger`: `None` is off, and `Some(Duration::ZERO)` makes `close` abort the connection with a RST. In whole seconds; what
/// is between two is rounded up, so that a short time never becomes an abort.
#[derive(Debug)]
pub enum Linger {}

#[cfg(not(windows))]
impl OptValue for Linger {
    type Value = Option<Duration>;
    const LEN: usize = 8;

    fn encode(value: &Option<Duration>, bytes: &mut [u8; MAX_LEN]) -> usize {
        let onoff = i32::from(value.is_some());
        let seconds = value.map_or(0, |time| whole(time, Duration::from_secs(1)));
        put(bytes, 0, &onoff.to_ne_bytes());
        put(bytes, 4, &seconds.to_ne_bytes())
    }

    fn decode(bytes: &[u8]) -> Option<Option<Duration>> {
        let onoff = i32::decode(bytes)?;
        let seconds = i32::decode(bytes.get(4..8)?)?;
        Some((onoff != 0).then(|| Duration::from_secs(not_negative(seconds))))
    }
}

/// Windows' `struct linger` has 16 bits for each field.
#[cfg(windows)]
impl OptValue for Linger {
    type Value = Option<Duration>;
    const LEN: usize = 4;

    fn encode(value: &Option<Duration>, bytes: &mut [u8; MAX_LEN]) -> usize {
        let seconds = value.map_or(0, |time| whole(time, Duration::from_secs(1)));
        put(bytes, 0, &u16::from(value.is_some()).to_ne_bytes());
        put(bytes, 2, &u16::try_from(seconds).unwrap_or(u16::MAX).to_ne_bytes())
    }

    fn decode(bytes: &[u8]) -> Option<Option<Duration>> {
        let (onoff, rest) = bytes.split_first_chunk()?;
        let seconds = u16::from_ne_bytes(*rest.first_chunk()?);
        Some((u16::from_ne_bytes(*onoff) != 0).then(|| Duration::from_secs(seconds.into())))
    }
}

/// Text, up to its NUL, or to as many bytes as there is room for.
impl OptValue for String {
    type Value = Self;
    const LEN: usize = MAX_LEN;

    fn fits(value: &Self) -> bool {
        !value.contains('\0')
    }

    fn encode(value: &Self, bytes: &mut [u8; MAX_LEN]) -> usize {
        put(bytes, 0, &value.as_bytes()[..value.len().min(MAX_LEN)])
    }

    fn bytes<'a>(value: &'a Self, _room: &'a mut [u8; MAX_LEN]) -> Cow<'a, [u8]> {
        value.as_bytes().into()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        Self::from_utf8(bytes[..end].to_vec()).ok()
    }
}

/// Bytes as they are, as many as the kernel gives or takes.
impl OptValue for Vec<u8> {
    type Value = Self;
    const LEN: usize = MAX_LEN;

    fn encode(value: &Self, bytes: &mut [u8; MAX_LEN]) -> usize {
        put(bytes, 0, &value[..value.len().min(MAX_LEN)])
    }

    fn bytes<'a>(value: &'a Self, _room: &'a mut [u8; MAX_LEN]) -> Cow<'a, [u8]> {
        value.into()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        Some(bytes.to_vec())
    }
}
