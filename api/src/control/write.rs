//! [`ControlBuf`]: messages for `sendmsg(2)`.

use std::fmt;

use super::layout::Len;
use super::{ControlMessages, ControlType, cmsg_len, cmsg_space};
use crate::option::{MAX_LEN, OptValue};
use crate::{Errno, Error, Result};

/// Control messages to send, one after the other, as they lie in memory.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ControlBuf {
    bytes: Vec<u8>,
}

impl ControlBuf {
    /// No message.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// Adds a message.
    ///
    /// # Errors
    ///
    /// `EINVAL` if the value does not [fit](OptValue::fits).
    pub fn push<T: OptValue>(&mut self, of: ControlType<T>, value: T::Value) -> Result<&mut Self> {
        if !T::fits(&value) {
            return Err(Error::new(Errno::EINVAL, "sendmsg"));
        }
        self.push_raw(of.level(), of.kind(), &T::bytes(&value, &mut [0; MAX_LEN]))
    }

    /// Adds a message of any level and type: its data as it is.
    ///
    /// # Errors
    ///
    /// `EINVAL` if the data are too long for a message.
    pub fn push_raw(&mut self, level: i32, kind: i32, data: &[u8]) -> Result<&mut Self> {
        let (len, space) = (cmsg_len(data.len())?, cmsg_space(data.len())?);
        let start = self.bytes.len();
        self.bytes.resize(start + space, 0);
        let message = &mut self.bytes[start..];
        let (head, body) = message.split_at_mut(len - data.len());
        let fields = [&(len as Len).to_ne_bytes()[..], &level.to_ne_bytes(), &kind.to_ne_bytes()].concat();
        head[..fields.len()].copy_from_slice(&fields);
        body[..data.len()].copy_from_slice(data);
        Ok(self)
    }

    /// What [`SendMsg::control`](crate::SendMsg::control) takes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for ControlBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&ControlMessages::new(&self.bytes), f)
    }
}
