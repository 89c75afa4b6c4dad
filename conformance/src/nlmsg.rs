//! Messages of netlink in memory, for the cases: `struct nlmsghdr`, and attributes behind it. `netlink(7)`.

use crate::check::Stop;

pub(crate) const NLM_F_REQUEST: u16 = 1;
pub(crate) const NLM_F_MULTI: u16 = 2;
pub(crate) const NLM_F_ACK: u16 = 4;
pub(crate) const NLM_F_DUMP: u16 = 0x300;
pub(crate) const NLM_F_CREATE: u16 = 0x400;
pub(crate) const NLM_F_EXCL: u16 = 0x200;
pub(crate) const NLMSG_ERROR: u16 = 2;
pub(crate) const NLMSG_DONE: u16 = 3;

/// The header's length.
const HEADER: usize = 16;

/// One message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Message {
    pub(crate) kind: u16,
    pub(crate) flags: u16,
    pub(crate) seq: u32,
    pub(crate) pid: u32,
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// A request; `NLM_F_REQUEST` is among its flags.
    pub(crate) fn request(kind: u16, flags: u16, seq: u32, body: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + body.len());
        bytes.extend(((HEADER + body.len()) as u32).to_ne_bytes());
        bytes.extend(kind.to_ne_bytes());
        bytes.extend((flags | NLM_F_REQUEST).to_ne_bytes());
        bytes.extend(seq.to_ne_bytes());
        bytes.extend([0; 4]);
        bytes.extend(body);
        bytes
    }

    /// Those of a datagram, one after the other.
    pub(crate) fn all(mut bytes: &[u8]) -> Result<Vec<Self>, Stop> {
        let mut found = Vec::new();
        while !bytes.is_empty() {
            let (message, rest) = Self::first(bytes).ok_or_else(|| Stop::failed("a malformed message of netlink"))?;
            found.push(message);
            bytes = rest;
        }
        Ok(found)
    }

    fn first(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let long = |at: usize| Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let short = |at: usize| Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
        let len = long(0)? as usize;
        let body = bytes.get(HEADER..len)?.to_vec();
        let message = Self { kind: short(4)?, flags: short(6)?, seq: long(8)?, pid: long(12)?, body };
        Some((message, bytes.get(len.next_multiple_of(4)..).unwrap_or_default()))
    }

    /// The errno of an `NLMSG_ERROR`; 0 is an acknowledgement.
    pub(crate) fn errno(&self) -> Option<i32> {
        let number = self.body.first_chunk().filter(|_| self.kind == NLMSG_ERROR)?;
        Some(-i32::from_ne_bytes(*number))
    }

    /// The data of an attribute behind a structure of that length.
    pub(crate) fn attribute(&self, fixed: usize, kind: u16) -> Option<&[u8]> {
        let mut rest = self.body.get(fixed..)?;
        while rest.len() >= 4 {
            let len = usize::from(u16::from_ne_bytes([rest[0], rest[1]]));
            let data = rest.get(4..len)?;
            if u16::from_ne_bytes([rest[2], rest[3]]) & 0x3fff == kind {
                return Some(data);
            }
            rest = rest.get(len.next_multiple_of(4)..).unwrap_or_default();
        }
        None
    }
}

/// An attribute, with its padding.
pub(crate) fn attribute(kind: u16, data: &[u8]) -> Vec<u8> {
    let len = 4 + data.len();
    let mut bytes = Vec::with_capacity(len.next_multiple_of(4));
    bytes.extend((len as u16).to_ne_bytes());
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(data);
    bytes.resize(len.next_multiple_of(4), 0);
    bytes
}
