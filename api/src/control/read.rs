//! [`ControlMessages`]: the messages in a buffer that `recvmsg(2)` filled.

use std::fmt;

use super::layout::{ALIGN, FIELDS, HEADER, Len};
use super::{ControlType, kinds};
use crate::option::OptValue;

/// One control message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Cmsg<'a> {
    /// `cmsg_level`: `SOL_SOCKET`, or a protocol.
    pub level: i32,
    /// `cmsg_type`.
    pub kind: i32,
    /// The data.
    pub data: &'a [u8],
}

impl Cmsg<'_> {
    /// The value, if the message is of that type and its data can be such a value.
    #[must_use]
    pub fn value<T: OptValue>(&self, of: ControlType<T>) -> Option<T::Value> {
        if self.is(of) { T::decode(self.data) } else { None }
    }

    /// Whether the message is of that type.
    #[must_use]
    pub fn is<T>(&self, of: ControlType<T>) -> bool {
        (self.level, self.kind) == (of.level(), of.kind())
    }
}

/// The name in C, or level and number; and the data in hexadecimal.
impl fmt::Debug for Cmsg<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match kinds::name(self.level, self.kind) {
            Some(name) => f.write_str(name)?,
            None => write!(f, "{}:{}", self.level, self.kind)?,
        }
        f.write_str("=")?;
        self.data.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The control messages in a buffer, one after the other.
///
/// A message whose length is not possible ends them, as C's `CMSG_NXTHDR` does. One that goes on behind the buffer's end, which a
/// kernel that truncates (`MSG_CTRUNC`) may leave, is given with the bytes that are there.
#[derive(Clone, Copy)]
pub struct ControlMessages<'a> {
    rest: &'a [u8],
}

impl<'a> ControlMessages<'a> {
    /// Those in the buffer, as far as it is filled.
    #[must_use]
    pub const fn new(filled: &'a [u8]) -> Self {
        Self { rest: filled }
    }

    /// The first message of that type that can be read.
    #[must_use]
    pub fn find<T: OptValue>(mut self, of: ControlType<T>) -> Option<T::Value> {
        self.find_map(|message| message.value(of))
    }
}

impl<'a> Iterator for ControlMessages<'a> {
    type Item = Cmsg<'a>;

    fn next(&mut self) -> Option<Cmsg<'a>> {
        let (fields, _) = self.rest.split_at_checked(FIELDS)?;
        let (len, fields) = fields.split_first_chunk()?;
        let (level, kind) = fields.split_first_chunk()?;
        #[allow(clippy::unnecessary_cast, reason = "BSD's length has 32 bits")]
        let len = Len::from_ne_bytes(*len) as usize;
        if len < HEADER {
            self.rest = &[];
            return None;
        }
        let data = self.rest.get(HEADER..len.min(self.rest.len())).unwrap_or_default();
        let next = len.checked_next_multiple_of(ALIGN).and_then(|next| self.rest.get(next..));
        self.rest = next.unwrap_or_default();
        Some(Cmsg { level: i32::from_ne_bytes(*level), kind: i32::from_ne_bytes(kind.try_into().ok()?), data })
    }
}

impl fmt::Debug for ControlMessages<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}
