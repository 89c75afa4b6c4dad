//! [`Error`]: what the kernel did not do for us.

use std::{fmt, io};

/// What was tried, and why it did not work.
#[derive(Debug)]
pub struct Error {
    what: String,
    source: io::Error,
    /// Whatever the errno: who does not have this lacks what the lab needs.
    essential: bool,
}

/// The result of everything here.
pub type Result<T> = std::result::Result<T, Error>;

/// Not permitted, or not there. `EROFS`: the `/proc/sys` of a container.
const REFUSALS: [i32; 5] = [libc::EPERM, libc::EACCES, libc::ENOSYS, libc::EOPNOTSUPP, libc::EROFS];

impl Error {
    /// Says what failed.
    pub(crate) fn of(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self { what: what.into(), source, essential: false }
    }

    /// Says what failed, without which nothing works here.
    pub(crate) fn lacking(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self { what: what.into(), source, essential: true }
    }

    /// Whether this machine does not let us, or lacks what it takes: a test is skipped then, with this error as its reason.
    #[must_use]
    pub fn is_not_allowed(&self) -> bool {
        self.essential || self.errno().is_some_and(|errno| REFUSALS.contains(&errno))
    }

    /// The errno of the call, if there was one.
    #[must_use]
    pub fn errno(&self) -> Option<i32> {
        self.source.raw_os_error()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.source)?;
        if matches!(self.errno(), Some(libc::EPERM | libc::EACCES)) {
            write!(f, "; it takes CAP_SYS_ADMIN and CAP_NET_ADMIN, as root has")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
