//! The text of an [`Addr`], both ways, and [`AddrParseError`]: what is read when it is none.
//!
//! The form of each family is in the file of its name; here are the choice between them and what they share. The rule: fields stand
//! in their order with colons between them, and what is usually zero comes after, as `/key=value`, and is left away when it is.
//! A number is decimal, or hexadecimal with `0x`.

use std::fmt::{self, Write as _};
use std::io;
use std::net::{SocketAddr, SocketAddrV6};
use std::str::FromStr;

use super::{
    Addr, AlgAddr, BluetoothAddr, CanAddr, HypervAddr, NetlinkAddr, PacketAddr, QipcrtrAddr, SystemAddr, TipcAddr,
    UnixAddr, VsockAddr,
};
use crate::{Errno, Error};

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(addr) => fmt::Display::fmt(addr, f),
            Self::V6(addr) => write_v6(addr, f),
            Self::Unix(addr) => fmt::Display::fmt(addr, f),
            Self::Can(addr) => fmt::Display::fmt(addr, f),
            Self::Packet(addr) => fmt::Display::fmt(addr, f),
            Self::Netlink(addr) => fmt::Display::fmt(addr, f),
            Self::Vsock(addr) => fmt::Display::fmt(addr, f),
            Self::Tipc(addr) => fmt::Display::fmt(addr, f),
            Self::Alg(addr) => fmt::Display::fmt(addr, f),
            Self::Bluetooth(addr) => fmt::Display::fmt(addr, f),
            Self::Qipcrtr(addr) => fmt::Display::fmt(addr, f),
            Self::Hyperv(addr) => fmt::Display::fmt(addr, f),
            Self::System(addr) => fmt::Display::fmt(addr, f),
            Self::Unspec => f.write_str("unspec"),
            Self::Raw { family, bytes } => {
                write!(f, "raw:{family}:")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

impl fmt::Debug for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// As `std` writes it, and the flow information behind it as it is on the wire: RFC 8200's traffic class and flow label.
fn write_v6(addr: &SocketAddrV6, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match u32::from_be(addr.flowinfo()) {
        0 => fmt::Display::fmt(addr, f),
        flow => write!(f, "{addr}/flow={flow:#x}"),
    }
}

impl FromStr for Addr {
    type Err = AddrParseError;

    fn from_str(text: &str) -> Result<Self, AddrParseError> {
        if let Ok(addr) = text.parse::<SocketAddr>() {
            return Ok(addr.into());
        }
        const NONE: AddrParseError = AddrParseError::new(
            "not an address: write 1.2.3.4:80, [::1]:80, unix:/path, unix:@name, or another family's form (see Addr)",
        );
        let Some((form, rest)) = text.split_once(':') else {
            return if text == "unspec" { Ok(Self::Unspec) } else { Err(NONE) };
        };
        match form {
            "unix" => read(form, rest).map(Self::Unix),
            "can" | "can-isotp" | "can-j1939" => read(form, rest).map(Self::Can),
            "packet" => read(form, rest).map(|addr| Self::Packet(Box::new(addr))),
            "netlink" => read(form, rest).map(Self::Netlink),
            "vsock" => read(form, rest).map(Self::Vsock),
            "tipc-name" | "tipc-nameseq" | "tipc-id" => read(form, rest).map(Self::Tipc),
            "alg" => read(form, rest).map(|addr| Self::Alg(Box::new(addr))),
            "l2cap" | "rfcomm" | "hci" | "sco" => read(form, rest).map(Self::Bluetooth),
            "qipcrtr" => read(form, rest).map(Self::Qipcrtr),
            "hyperv" => read(form, rest).map(|addr| Self::Hyperv(Box::new(addr))),
            "system" => read(form, rest).map(Self::System),
            "raw" => read_raw(rest).ok_or(AddrParseError::new(
                "not a raw address: write raw:40:00ff, the number of the family and bytes in hexadecimal",
            )),
            _ => read_flow(text).map(Self::V6).ok_or(NONE),
        }
    }
}

fn read<T: FamilyText>(form: &str, rest: &str) -> Result<T, AddrParseError> {
    T::read(form, rest).ok_or(AddrParseError::new(T::SENTENCE))
}

fn read_flow(text: &str) -> Option<SocketAddrV6> {
    let (addr, [flow]) = keys(text, ["flow"])?;
    let mut addr: SocketAddrV6 = addr.parse().ok()?;
    addr.set_flowinfo(number::<u32>(flow?)?.to_be());
    Some(addr)
}

fn read_raw(rest: &str) -> Option<Addr> {
    let (family, hex) = rest.split_once(':')?;
    let pairs = hex.as_bytes().chunks(2);
    let bytes = pairs.map(|pair| if pair.len() == 2 { hex_byte(pair) } else { None }).collect::<Option<_>>()?;
    Some(Addr::Raw { family: number(family)?, bytes })
}

/// The text of one family's addresses.
pub(super) trait FamilyText: Sized {
    /// What to write instead, for the reader of an error.
    const SENTENCE: &str;

    /// The address, from what stands before the first colon and what stands after it.
    fn read(form: &str, rest: &str) -> Option<Self>;
}

/// Each family's own address can be read without the others.
macro_rules! from_str {
    ($($addr:ty)*) => {
        $(
            impl FromStr for $addr {
                type Err = AddrParseError;

                fn from_str(text: &str) -> Result<Self, AddrParseError> {
                    let (form, rest) = text.split_once(':').ok_or(AddrParseError::new(Self::SENTENCE))?;
                    read(form, rest)
                }
            }
        )*
    };
}

from_str! {
    UnixAddr CanAddr PacketAddr NetlinkAddr VsockAddr TipcAddr AlgAddr BluetoothAddr QipcrtrAddr HypervAddr SystemAddr
}

/// The text before the first slash, and the values of the `/key=value` behind it, of which each may stand there once.
pub(super) fn keys<'a, const N: usize>(text: &'a str, names: [&str; N]) -> Option<(&'a str, [Option<&'a str>; N])> {
    let mut parts = text.split('/');
    let first = parts.next()?;
    let mut values = [None; N];
    for part in parts {
        let (name, value) = part.split_once('=')?;
        let place = &mut values[names.iter().position(|known| *known == name)?];
        if place.replace(value).is_some() {
            return None;
        }
    }
    Some((first, values))
}

/// A number without a sign, in decimal or, with `0x`, hexadecimal digits.
pub(crate) fn number<T: TryFrom<u64>>(text: &str) -> Option<T> {
    let (digits, radix) = text.strip_prefix("0x").map_or((text, 10), |digits| (digits, 16));
    // `from_str_radix` would accept a sign.
    let number = if digits.starts_with('+') { None } else { u64::from_str_radix(digits, radix).ok() };
    number?.try_into().ok()
}

/// The number of a key that may be left away.
pub(super) fn number_or<T: TryFrom<u64>>(text: Option<&str>, absent: T) -> Option<T> {
    text.map_or(Some(absent), number)
}

/// A number that may have a name.
pub(super) fn named<T: TryFrom<u64> + Copy>(text: &str, names: &[(&str, T)]) -> Option<T> {
    names.iter().find(|(name, _)| *name == text).map(|(_, number)| *number).or_else(|| number(text))
}

/// [`named`], to be written.
pub(super) fn write_named<T: Copy + PartialEq + fmt::Display>(
    number: T,
    names: &[(&str, T)],
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    match names.iter().find(|(_, named)| *named == number) {
        Some((name, _)) => f.write_str(name),
        None => write!(f, "{number}"),
    }
}

/// One or two hexadecimal digits.
pub(super) fn hex_byte(digits: &[u8]) -> Option<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    match digits {
        [low] => Some(digit(low)? as u8),
        [high, low] => Some((digit(high)? << 4 | digit(low)?) as u8),
        _ => None,
    }
}

/// Printable ASCII as it is, but for the backslash and the bytes in `also`; the rest as `\xNN`.
pub(super) fn escape(bytes: &[u8], also: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|&byte| match byte {
        b' '..=b'~' if byte != b'\\' && !also.contains(&byte) => f.write_char(byte.into()),
        _ => write!(f, r"\x{byte:02x}"),
    })
}

/// What [`escape`] wrote; other text than ASCII may stand for its own bytes.
pub(super) fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut parts = text.as_bytes().split(|&byte| byte == b'\\');
    bytes.extend_from_slice(parts.next()?);
    for part in parts {
        let (escaped, plain) = part.split_first_chunk::<3>()?;
        if escaped[0] != b'x' {
            return None;
        }
        bytes.push(hex_byte(&escaped[1..])?);
        bytes.extend_from_slice(plain);
    }
    Some(bytes)
}

/// A text that is not an address, or bytes that are none. It says what to write instead.
///
/// As an [`Error`] it is an `InvalidInput` of [`io`]; only a family that the call does not know becomes an errno,
/// `EAFNOSUPPORT`, as in C.
///
/// ```
/// use wavetank_api::{Addr, Errno, Error, Family, inet_aton, inet_pton};
///
/// let error = "127.0.0.1".parse::<Addr>().unwrap_err();
/// assert!(error.to_string().starts_with("not an address: write 1.2.3.4:80, [::1]:80, unix:/path, unix:@name"));
/// let error = "vsock:2".parse::<Addr>().unwrap_err();
/// assert!(error.to_string().starts_with("not a VSOCK address: write vsock:2:1234"));
/// let error = inet_aton("1.2.3.4.5").unwrap_err();
/// assert!(error.to_string().starts_with("inet_aton: not an IPv4 address: write 1.2.3.4"));
/// assert_eq!(Error::from(error).kind(), std::io::ErrorKind::InvalidInput);
/// let error = inet_pton(Family::UNIX, "/run/x").unwrap_err();
/// assert_eq!(Error::from(error), Errno::EAFNOSUPPORT);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AddrParseError(Cause);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Cause {
    /// Not what was wanted; the sentence says what that is.
    Text(&'static str),
    /// The call of this name knows IPv4 and IPv6 only.
    Family(&'static str),
}

impl AddrParseError {
    pub(crate) const fn new(sentence: &'static str) -> Self {
        Self(Cause::Text(sentence))
    }

    pub(super) const fn family(call: &'static str) -> Self {
        Self(Cause::Family(call))
    }
}

impl fmt::Display for AddrParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Cause::Text(sentence) => f.write_str(sentence),
            Cause::Family(call) => write!(f, "{call}: the family must be AF_INET or AF_INET6"),
        }
    }
}

impl std::error::Error for AddrParseError {}

impl From<AddrParseError> for Error {
    fn from(error: AddrParseError) -> Self {
        match error.0 {
            Cause::Text(_) => io::Error::new(io::ErrorKind::InvalidInput, error).into(),
            Cause::Family(call) => Self::new(Errno::EAFNOSUPPORT, call),
        }
    }
}

impl From<AddrParseError> for io::Error {
    fn from(error: AddrParseError) -> Self {
        Error::from(error).into()
    }
}
