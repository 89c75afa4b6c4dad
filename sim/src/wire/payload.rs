//! The bytes a packet carries, and the pool their buffers come from.

use std::{fmt, ops::Deref};

/// The bytes of one packet.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Payload(Vec<u8>);

impl Deref for Payload {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl From<&[u8]> for Payload {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(&self.0[..self.0.len().min(32)]))
    }
}

/// Buffers of packets that have arrived, kept for packets to come: a steady flow allocates nothing.
#[derive(Default)]
pub(crate) struct Pool(Vec<Vec<u8>>);

/// How many buffers are kept, if the next holds no more than [`SMALL`]: as many segments as the largest send and receive
/// buffers that are tuned (`tcp_wmem`, `tcp_rmem`) can have in flight; a burst beyond it is freed.
const KEPT: usize = 4096;
/// A segment on Ethernet.
const SMALL: usize = 2048;
/// How many are kept if the next holds more.
const LARGE_KEPT: usize = 256;
/// A still larger buffer is freed rather than kept.
const LARGEST_KEPT: usize = 64 * 1024;

impl Pool {
    /// A payload holding the concatenation of `parts`.
    pub(crate) fn payload(&mut self, parts: &[&[u8]]) -> Payload {
        if parts.iter().all(|part| part.is_empty()) {
            return Payload::default();
        }
        let mut buf = self.0.pop().unwrap_or_default();
        for part in parts {
            buf.extend_from_slice(part);
        }
        Payload(buf)
    }

    /// A payload holding bytes of a ring, which are usually in one piece; the first is empty only if both are.
    #[inline]
    pub(crate) fn payload_of_ring(&mut self, [first, second]: [&[u8]; 2]) -> Payload {
        if first.is_empty() {
            return Payload::default();
        }
        let mut buf = self.0.pop().unwrap_or_default();
        buf.extend_from_slice(first);
        if !second.is_empty() {
            buf.extend_from_slice(second);
        }
        Payload(buf)
    }

    /// Takes a payload's buffer back.
    #[inline]
    pub(crate) fn give(&mut self, payload: Payload) {
        let mut buf = payload.0;
        let kept = match buf.capacity() {
            0 => 0,
            capacity if capacity <= SMALL => KEPT,
            capacity if capacity <= LARGEST_KEPT => LARGE_KEPT,
            _ => 0,
        };
        if self.0.len() < kept {
            buf.clear();
            self.0.push(buf);
        }
    }
}
