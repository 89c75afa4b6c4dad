//! [`UnixAddr`]: a path, an abstract name, or nothing. `unix(7)`.

use std::ffi::OsStr;
use std::fmt::{self, Write as _};
use std::path::Path;

use super::text::{FamilyText, escape, unescape};
use crate::{Errno, Error, Result};

/// Bytes of `sun_path`: a path and its NUL, or a NUL and an abstract name. Linux's `UNIX_PATH_MAX`.
const SUN_PATH_LEN: usize = 108;

/// The address of a UNIX socket.
///
/// In text, bytes that are not printable ASCII are written `\xNN`, and so is a leading `@` of a path, so that the text is
/// exact and the leading `@` always means an abstract name.
///
/// ```
/// use wavetank_api::UnixAddr;
///
/// assert_eq!(UnixAddr::pathname("/run/echo.sock")?.to_string(), "unix:/run/echo.sock");
/// assert_eq!(UnixAddr::abstract_name("echo\0")?.to_string(), r"unix:@echo\x00");
/// assert_eq!(UnixAddr::unnamed().to_string(), "unix:");
/// assert_eq!(UnixAddr::pathname("a\0b").unwrap_err().to_string(), "bind: EINVAL (Invalid argument)");
/// # Ok::<(), wavetank_api::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixAddr(Name);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Name {
    Unnamed,
    Path(Box<[u8]>),
    Abstract(Box<[u8]>),
}

impl UnixAddr {
    /// The most bytes a path can have: `sun_path` holds a NUL behind it (Linux lets a path of 108 bytes pass without one; we do,
    /// too).
    pub const PATH_MAX: usize = SUN_PATH_LEN;
    /// The most bytes an abstract name can have: a NUL stands before it.
    pub const ABSTRACT_MAX: usize = SUN_PATH_LEN - 1;

    /// The address of a socket that was never bound.
    #[must_use]
    pub const fn unnamed() -> Self {
        Self(Name::Unnamed)
    }

    /// A path in the file system.
    ///
    /// # Errors
    ///
    /// `EINVAL` if it is longer than 108 bytes, or has a NUL in it. The empty path is the unnamed address.
    pub fn pathname(path: impl AsRef<OsStr>) -> Result<Self> {
        Self::path(path.as_ref().as_encoded_bytes())
    }

    fn path(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > Self::PATH_MAX || bytes.contains(&0) {
            return Err(Error::new(Errno::EINVAL, "bind"));
        }
        Ok(if bytes.is_empty() { Self::unnamed() } else { Self(Name::Path(bytes.into())) })
    }

    /// A name without a file: the bytes after the leading NUL. Linux only.
    ///
    /// # Errors
    ///
    /// `EINVAL` if it is longer than 107 bytes.
    pub fn abstract_name(name: impl AsRef<[u8]>) -> Result<Self> {
        let bytes = name.as_ref();
        if bytes.len() > Self::ABSTRACT_MAX {
            return Err(Error::new(Errno::EINVAL, "bind"));
        }
        Ok(Self(Name::Abstract(bytes.into())))
    }

    /// From the bytes of `sun_path`, as many as the length of the address says.
    ///
    /// # Errors
    ///
    /// `EINVAL` if there are more than 108.
    #[doc(alias = "sockaddr_un")]
    pub fn from_sun_path(bytes: &[u8]) -> Result<Self> {
        match bytes {
            [] => Ok(Self::unnamed()),
            [0, name @ ..] => Self::abstract_name(name),
            path => {
                let end = path.iter().position(|&byte| byte == 0).unwrap_or(path.len());
                Self::path(&path[..end])
            }
        }
    }

    /// The bytes of `sun_path` as `bind(2)` takes them, with the NUL behind a path if there is room for it.
    #[must_use]
    #[doc(alias = "sockaddr_un")]
    pub fn to_sun_path(&self) -> Vec<u8> {
        match &self.0 {
            Name::Unnamed => Vec::new(),
            Name::Abstract(name) => [&[0], &name[..]].concat(),
            Name::Path(path) if path.len() == SUN_PATH_LEN => path.to_vec(),
            Name::Path(path) => [&path[..], &[0]].concat(),
        }
    }

    /// Whether the socket was never bound.
    #[must_use]
    pub const fn is_unnamed(&self) -> bool {
        matches!(self.0, Name::Unnamed)
    }

    /// The path, if it is one.
    #[must_use]
    pub fn as_pathname(&self) -> Option<&Path> {
        match &self.0 {
            Name::Path(path) => os_str(path).map(Path::new),
            _ => None,
        }
    }

    /// The abstract name without its leading NUL, if it is one.
    #[must_use]
    pub const fn as_abstract_name(&self) -> Option<&[u8]> {
        match &self.0 {
            Name::Abstract(name) => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for UnixAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unix:")?;
        match &self.0 {
            Name::Unnamed => Ok(()),
            Name::Abstract(name) => {
                f.write_char('@')?;
                escape(name, b"", f)
            }
            Name::Path(path) => match path.strip_prefix(b"@") {
                Some(rest) => {
                    f.write_str(r"\x40")?;
                    escape(rest, b"", f)
                }
                None => escape(path, b"", f),
            },
        }
    }
}

impl fmt::Debug for UnixAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A path is any bytes.
#[cfg(unix)]
fn os_str(bytes: &[u8]) -> Option<&OsStr> {
    Some(std::os::unix::ffi::OsStrExt::from_bytes(bytes))
}

/// A path in such an address is UTF-8 on Windows.
#[cfg(not(unix))]
fn os_str(bytes: &[u8]) -> Option<&OsStr> {
    str::from_utf8(bytes).ok().map(OsStr::new)
}

impl FamilyText for UnixAddr {
    const SENTENCE: &str = "not a UNIX address: write unix:/path with 108 bytes at most and no NUL, unix:@name with 107 at most, or \
                            unix: for none; any byte may be \\x00";

    fn read(form: &str, rest: &str) -> Option<Self> {
        match rest.strip_prefix('@') {
            _ if form != "unix" => None,
            Some(name) => Self::abstract_name(unescape(name)?).ok(),
            None => Self::path(&unescape(rest)?).ok(),
        }
    }
}
