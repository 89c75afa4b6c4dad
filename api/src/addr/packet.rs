//! [`PacketAddr`]: an interface, and what the link layer says of a frame. `packet(7)`.

use std::fmt;

use super::sockaddr::Fields;

/// The address of a packet socket, C's `struct sockaddr_ll`.
///
/// To bind, [`protocol`](Self::protocol) and [`ifindex`](Self::ifindex) are enough; the others come with what is received.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[doc(alias = "sockaddr_ll")]
pub struct PacketAddr {
    /// The protocol above the link, an `ETH_P_*`, in this machine's byte order; `ETH_P_ALL` (3) is every one.
    pub protocol: u16,
    /// The interface; 0 is all of them.
    pub ifindex: u32,
    /// What kind of interface it is, an `ARPHRD_*`.
    pub hatype: u16,
    /// To whom the frame was sent, a `PACKET_*`: this host (0), all (1), a group (2), another host (3), or by this one (4).
    pub pkttype: u8,
    /// The link-layer address; an Ethernet one has 6 bytes.
    pub addr: HwAddr,
}

/// An address of a link layer, of up to 32 bytes (the kernel's MAX_ADDR_LEN).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct HwAddr {
    len: u8,
    bytes: [u8; Self::MAX],
}

impl HwAddr {
    /// The most bytes there can be: the kernel's MAX_ADDR_LEN.
    pub const MAX: usize = 32;

    /// These bytes; `None` if they are more than 32.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let mut addr = Self { len: u8::try_from(bytes.len()).ok()?, bytes: [0; Self::MAX] };
        addr.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(addr)
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len.into()]
    }
}

impl From<[u8; 6]> for HwAddr {
    fn from(ethernet: [u8; 6]) -> Self {
        let mut bytes = [0; Self::MAX];
        bytes[..6].copy_from_slice(&ethernet);
        Self { len: 6, bytes }
    }
}

/// `sll_addr` has room for as many bytes; a longer address goes on behind the structure.
const SLL_ADDR: usize = 8;

impl PacketAddr {
    /// What `bind(2)` takes: a protocol on an interface.
    #[must_use]
    pub fn new(protocol: u16, ifindex: u32) -> Self {
        Self { protocol, ifindex, ..Self::default() }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(18);
        bytes.extend(self.protocol.to_be_bytes());
        bytes.extend(self.ifindex.to_ne_bytes());
        bytes.extend(self.hatype.to_ne_bytes());
        bytes.extend([self.pkttype, self.addr.len]);
        bytes.extend(&self.addr.bytes[..self.addr.as_bytes().len().max(SLL_ADDR)]);
        bytes
    }

    pub(super) fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        let protocol = u16::from_be_bytes(fields.array()?);
        let ifindex = fields.u32()?;
        let hatype = fields.u16()?;
        let pkttype = fields.u8()?;
        let len = fields.u8()?;
        let addr = HwAddr::new(fields.take(len.into())?)?;
        Some(Self { protocol, ifindex, hatype, pkttype, addr })
    }
}

/// Bytes in hexadecimal, with colons.
impl fmt::Display for HwAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().enumerate().try_for_each(|(at, byte)| {
            let colon = if at == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02x}")
        })
    }
}

impl fmt::Debug for HwAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for PacketAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { protocol, ifindex, hatype, pkttype, addr } = self;
        write!(f, "packet:{protocol:x}:{ifindex}:{hatype}:{pkttype}:{addr}")
    }
}

impl fmt::Debug for PacketAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
