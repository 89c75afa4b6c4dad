//! [`PacketAddr`]: an interface, and what the link layer says of a frame. `packet(7)`.

use std::fmt;
use std::str::FromStr;

use super::sockaddr::Fields;
use super::text::{AddrParseError, FamilyText, hex_byte, keys, named, number, number_or, write_named};

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

/// Two hexadecimal digits for each byte, or one, and colons; nothing is an address without a byte.
impl FromStr for HwAddr {
    type Err = AddrParseError;

    fn from_str(text: &str) -> Result<Self, AddrParseError> {
        const BAD: AddrParseError = AddrParseError::new(
            "not an address of a link layer: write aa:bb:cc:dd:ee:ff, up to 32 bytes in hexadecimal",
        );
        read_hw_addr(text).ok_or(BAD)
    }
}

fn read_hw_addr(text: &str) -> Option<HwAddr> {
    let mut addr = HwAddr::default();
    let parts = (!text.is_empty()).then(|| text.as_bytes().split(|&byte| byte == b':'));
    for part in parts.into_iter().flatten() {
        *addr.bytes.get_mut(usize::from(addr.len))? = hex_byte(part)?;
        addr.len += 1;
    }
    Some(addr)
}

/// `PACKET_*` of <linux/if_packet.h>.
const PKTTYPES: &[(&str, u8)] = &[("host", 0), ("broadcast", 1), ("multicast", 2), ("otherhost", 3), ("outgoing", 4)];

impl fmt::Display for PacketAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { protocol, ifindex, hatype, pkttype, addr } = self;
        write!(f, "packet:{ifindex}")?;
        if *protocol != 0 {
            write!(f, "/proto={protocol:#06x}")?;
        }
        if *hatype != 0 {
            write!(f, "/hatype={hatype}")?;
        }
        if *pkttype != 0 {
            f.write_str("/pkttype=")?;
            write_named(*pkttype, PKTTYPES, f)?;
        }
        if addr.len == 0 { Ok(()) } else { write!(f, "/addr={addr}") }
    }
}

impl FamilyText for PacketAddr {
    const SENTENCE: &str = "not a PACKET address: write packet:2 with the number of the interface, and perhaps /proto=0x0800, /hatype=1, \
                            /pkttype=host, broadcast, multicast, otherhost or outgoing, /addr=aa:bb:cc:dd:ee:ff";

    fn read(form: &str, rest: &str) -> Option<Self> {
        let names = ["proto", "hatype", "pkttype", "addr"];
        let (ifindex, [protocol, hatype, pkttype, addr]) = keys(rest, names).filter(|_| form == "packet")?;
        Some(Self {
            protocol: number_or(protocol, 0)?,
            ifindex: number(ifindex)?,
            hatype: number_or(hatype, 0)?,
            pkttype: pkttype.map_or(Some(0), |text| named(text, PKTTYPES))?,
            addr: addr.map_or(Some(HwAddr::default()), read_hw_addr)?,
        })
    }
}

impl fmt::Debug for PacketAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
