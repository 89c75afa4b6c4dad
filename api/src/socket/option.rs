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
    ///
    /// ```
    /// use wavetank_api::{Family, SockType, Socket, option::{SO_LINGER, SO_REUSEADDR}};
    ///
    /// # wavetank_sim::example(|host| {
    /// let socket = Socket::new(host, Family::INET, SockType::STREAM)?;
    /// socket.setsockopt(SO_REUSEADDR, true)?;
    /// socket.setsockopt(SO_LINGER, Some(std::time::Duration::from_secs(3)))?;
    /// assert!(socket.getsockopt(SO_REUSEADDR)?);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn setsockopt<T: OptValue>(&self, option: SockOpt<T>, value: T::Value) -> Result<()> {
        if !T::fits(&value) {
            return Err(Error::new(Errno::EINVAL, "setsockopt"));
        }
        let mut room = [0; MAX_LEN];
        self.setsockopt_raw(option.level(), option.name(), &T::bytes(&value, &mut room))
    }

    /// `getsockopt(2)` with a typed option: `let errno = socket.getsockopt(SO_ERROR)?`.
    ///
    /// # Errors
    ///
    /// `ENOPROTOOPT`; `EINVAL` too if the answer is not a value of the option's type.
    ///
    /// ```
    /// use wavetank_api::{Errno, Family, SockType, Socket, option::{SO_TYPE, TCP_NODELAY}};
    ///
    /// # wavetank_sim::example(|host| {
    /// let socket = Socket::new(host, Family::INET, SockType::STREAM)?;
    /// assert_eq!(socket.getsockopt(SO_TYPE)?, SockType::STREAM);
    /// let udp = Socket::new(host, Family::INET, SockType::DGRAM)?;
    /// assert_eq!(udp.getsockopt(TCP_NODELAY).unwrap_err(), Errno::EOPNOTSUPP);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn getsockopt<T: OptValue>(&self, option: SockOpt<T>) -> Result<T::Value> {
        let mut room = [0; MAX_LEN];
        let mut heap = Vec::new();
        let bytes = if T::LEN <= MAX_LEN {
            &mut room[..T::LEN]
        } else {
            heap.resize(T::LEN, 0);
            &mut heap[..]
        };
        let len = self.getsockopt_raw(option.level(), option.name(), bytes)?;
        T::decode(&bytes[..len]).ok_or_else(|| Error::new(Errno::EINVAL, "getsockopt"))
    }

    /// `setsockopt(2)`, raw: any level, any name, any bytes.
    ///
    /// # Errors
    ///
    /// Those of [`setsockopt`](Self::setsockopt).
    ///
    /// ```
    /// use wavetank_api::{Errno, Family, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// // SO_KEEPALIVE of SOL_SOCKET.
    /// let socket = Socket::new(host, Family::INET, SockType::STREAM)?;
    /// socket.setsockopt_raw(1, 9, &1_i32.to_ne_bytes())?;
    /// assert_eq!(socket.setsockopt_raw(1, 9, &[1]).unwrap_err(), Errno::EINVAL);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn setsockopt_raw(&self, level: i32, name: i32, value: &[u8]) -> Result<()> {
        self.net.setsockopt(&self.fd, level, name, value)
    }

    /// `setsockopt(2)` with a length and no value: `setsockopt(fd, level, name, NULL, len)`.
    ///
    /// # Errors
    ///
    /// Those of [`setsockopt`](Self::setsockopt), and `EFAULT` from an option that reads a value.
    ///
    /// ```
    /// use wavetank_api::{Errno, Family, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// // SO_REUSEADDR of SOL_SOCKET reads a value.
    /// let socket = Socket::new(host, Family::INET, SockType::STREAM)?;
    /// assert_eq!(socket.setsockopt_null(1, 2, 4).unwrap_err(), Errno::EFAULT);
    /// assert_eq!(socket.setsockopt_null(1, 2, 0).unwrap_err(), Errno::EINVAL);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn setsockopt_null(&self, level: i32, name: i32, len: u32) -> Result<()> {
        self.net.setsockopt_null(&self.fd, level, name, len)
    }

    /// `getsockopt(2)`, raw: how many bytes of `value` were filled.
    ///
    /// # Errors
    ///
    /// Those of [`getsockopt`](Self::getsockopt).
    ///
    /// ```
    /// use wavetank_api::{Family, SockType, Socket};
    ///
    /// # wavetank_sim::example(|host| {
    /// // SO_TYPE of SOL_SOCKET.
    /// let socket = Socket::new(host, Family::INET, SockType::DGRAM)?;
    /// let mut value = [0; 4];
    /// assert_eq!(socket.getsockopt_raw(1, 3, &mut value)?, 4);
    /// assert_eq!(i32::from_ne_bytes(value), SockType::DGRAM.raw());
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn getsockopt_raw(&self, level: i32, name: i32, value: &mut [u8]) -> Result<usize> {
        self.net.getsockopt(&self.fd, level, name, value)
    }

    /// `ioctl(2)`, raw.
    ///
    /// # Errors
    ///
    /// `ENOTTY`, `EINVAL`, and the request's own.
    ///
    /// ```
    /// use wavetank_api::{Errno, socketpair};
    ///
    /// # wavetank_sim::example(|host| {
    /// const FIONREAD: u64 = 0x541b;
    /// let (left, right) = socketpair(host)?;
    /// left.sendall(b"ahoy")?;
    /// let mut unread = [0; 4];
    /// right.ioctl(FIONREAD, &mut unread)?;
    /// assert_eq!(i32::from_ne_bytes(unread), 4);
    /// assert_eq!(right.ioctl(1, &mut []).unwrap_err(), Errno::ENOTTY);
    /// # Ok(())
    /// # });
    /// ```
    #[track_caller]
    pub fn ioctl(&self, request: u64, arg: &mut [u8]) -> Result<i32> {
        self.net.ioctl(&self.fd, request, arg)
    }
}
