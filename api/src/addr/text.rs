//! [`AddrParseError`]: a text, or the bytes of one, that is not an address.

use std::{fmt, io};

use crate::{Errno, Error};

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
    pub(super) const fn new(sentence: &'static str) -> Self {
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
