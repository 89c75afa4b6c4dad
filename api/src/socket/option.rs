//! Options: `setsockopt`, `getsockopt`, `ioctl`.

use super::Socket;
use crate::option::{MAX_LEN, OptValue};
use crate::{Errno, Error, Net, Result, SockOpt};

/// Options.
impl<N: Net> Socket<N> {
    /// `setsockopt(2)` with a typed option: `socket.setsockopt(SO_REUSEADDR, true)`.
    ///
    /// # Errors
    ///
    /// `ENOPROTOOPT`, `EINVAL`, `EDOM`, `EPERM`. `EINVAL` too for a value that does not [fit](OptValue::fits).
    #[track_caller]
    pub fn setsockopt<T: OptValue>(&self, option: SockOpt<T>, value: T::Value) -> Result<()> {
        if !T::fits(&value) {
            return Err(Error::new(Errno::EINVAL, "setsockopt"));
        }
        let mut bytes = [0; MAX_LEN];
        let len = T::encode(&value, &mut bytes);
        self.setsockopt_raw(option.level(), option.name(), &bytes[..len])
    }

    /// `getsockopt(2)` with a typed option: `let errno = socket.getsockopt(SO_ERROR)?`.
    ///
    /// # Errors
    ///
    /// `ENOPROTOOPT`; `EINVAL` too if the answer is not a value of the option's type.
    #[track_caller]
    pub fn getsockopt<T: OptValue>(&self, option: SockOpt<T>) -> Result<T::Value> {
        let mut bytes = [0; MAX_LEN];
        let bytes = &mut bytes[..T::LEN.min(MAX_LEN)];
        let len = self.getsockopt_raw(option.level(), option.name(), bytes)?;
        T::decode(&bytes[..len]).ok_or_else(|| Error::new(Errno::EINVAL, "getsockopt"))
    }

    /// `setsockopt(2)`, raw: any level, any name, any bytes.
    ///
    /// # Errors
    ///
    /// Those of [`setsockopt`](Self::setsockopt).
    #[track_caller]
    pub fn setsockopt_raw(&self, level: i32, name: i32, value: &[u8]) -> Result<()> {
        self.net.setsockopt(&self.fd, level, name, value)
    }

    /// `setsockopt(2)` with a length and no value: `setsockopt(fd, level, name, NULL, len)`.
    ///
    /// # Errors
    ///
    /// Those of [`setsockopt`](Self::setsockopt), and `EFAULT` from an option that reads a value.
    #[track_caller]
    pub fn setsockopt_null(&self, level: i32, name: i32, len: u32) -> Result<()> {
        self.net.setsockopt_null(&self.fd, level, name, len)
    }

    /// `getsockopt(2)`, raw: how many bytes of `value` were filled.
    ///
    /// # Errors
    ///
    /// Those of [`getsockopt`](Self::getsockopt).
    #[track_caller]
    pub fn getsockopt_raw(&self, level: i32, name: i32, value: &mut [u8]) -> Result<usize> {
        self.net.getsockopt(&self.fd, level, name, value)
    }

    /// `ioctl(2)`, raw.
    ///
    /// # Errors
    ///
    /// `ENOTTY`, `EINVAL`, and the request's own.
    #[track_caller]
    pub fn ioctl(&self, request: u64, arg: &mut [u8]) -> Result<i32> {
        self.net.ioctl(&self.fd, request, arg)
    }
}
