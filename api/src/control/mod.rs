//! Control messages (ancillary data): what `sendmsg(2)` and `recvmsg(2)` carry beside the data. `cmsg(3)`.
//!
//! [`ControlBuf`] writes them, [`ControlMessages`] reads them, and a [`ControlType`] says which message it is and what its value is to
//! the caller, as a [`SockOpt`](crate::SockOpt) does for options. A message that has no type here is read and written as its bytes.
//!
//! Descriptors (`SCM_RIGHTS`) are not bytes: a number in a buffer owns nothing. [`SendMsg::fds`](crate::SendMsg::fds) and
//! [`RecvMsg::fds`](crate::RecvMsg::fds) carry them.
//!
//! ```
//! use wavetank_api::control::{ControlBuf, ControlMessages, ControlType, IP_TTL, cmsg_space};
//!
//! let mut control = ControlBuf::new();
//! control.push(IP_TTL, 64)?;
//! control.push_raw(41, 67, &[1, 2, 3])?;
//! assert_eq!(control.as_bytes().len(), cmsg_space(4)? + cmsg_space(3)?);
//!
//! let mut messages = ControlMessages::new(control.as_bytes());
//! assert_eq!(messages.next().unwrap().value(IP_TTL), Some(64));
//! let last = messages.next().unwrap();
//! assert_eq!((last.level, last.kind, last.data), (41, 67, &[1, 2, 3][..]));
//! assert!(messages.next().is_none());
//! # Ok::<(), wavetank_api::Error>(())
//! ```

mod kinds;
mod layout;
mod read;
mod write;

use std::fmt;
use std::marker::PhantomData;

use self::kinds::name;
pub use self::kinds::*;
pub use self::layout::{cmsg_len, cmsg_space};
pub use self::read::{Cmsg, ControlMessages};
pub use self::write::ControlBuf;

/// A control message by its level and type, together with the type of its value. Those that are known are constants of this module.
pub struct ControlType<T> {
    level: i32,
    kind: i32,
    value: PhantomData<fn(T) -> T>,
}

impl<T> ControlType<T> {
    /// The message `kind` at `level`, as the C headers number them.
    #[must_use]
    pub const fn new(level: i32, kind: i32) -> Self {
        Self { level, kind, value: PhantomData }
    }

    /// `cmsg_level`: `SOL_SOCKET`, or a protocol.
    #[must_use]
    pub const fn level(self) -> i32 {
        self.level
    }

    /// `cmsg_type`.
    #[must_use]
    pub const fn kind(self) -> i32 {
        self.kind
    }
}

impl<T> Clone for ControlType<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ControlType<T> {}

/// The name in C, or level and number.
impl<T> fmt::Debug for ControlType<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match name(self.level, self.kind) {
            Some(name) => f.write_str(name),
            None => write!(f, "{}:{}", self.level, self.kind),
        }
    }
}
