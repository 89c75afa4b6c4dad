//! A UDP datagram: RFC 768.

use super::Payload;

/// One datagram.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Datagram {
    pub(crate) src_port: u16,
    pub(crate) dst_port: u16,
    pub(crate) payload: Payload,
}
