//! Bytes that somebody else made, as typed packets: from a TUN device. No input makes it panic.
//!
//! What Linux would drop in `ip_rcv`, `tcp_v4_rcv` and their like is an error here that says why. IP options are skipped, and
//! so are bytes behind the packet's own length. Absent, and refused: fragments, extension headers of IPv6, ICMP that is no
//! error about TCP or UDP.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use etherparse::IpNumber;

use super::{
    Body, Datagram, Flags, Icmp, Marks, Packet, Payload, Segment, SeqNum, Unreachable, checksum, encode::QUOTED,
    options,
};

/// Why bytes are no packet that a simulated host could take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Malformed {
    /// Not even all of a header is there, or less than the header says.
    Truncated(&'static str),
    /// A version of IP that is neither 4 nor 6.
    Version(u8),
    /// A length that cannot be: a header shorter than the least, or longer than the packet.
    Length(&'static str),
    /// The checksum in the packet is not the one that belongs there.
    Checksum {
        /// Of what: `"IPv4 header"`, `"TCP"`, `"UDP"`, `"ICMP"`.
        of: &'static str,
        /// What the packet says.
        found: u16,
        /// What it should say.
        expected: u16,
    },
    /// A part of a packet: they are not put together here.
    Fragment,
    /// A protocol, or an extension header, that the simulated hosts do not speak.
    Protocol(u8),
    /// ICMP other than an error about a TCP segment or a UDP datagram.
    Icmp {
        /// The ICMP type.
        kind: u8,
        /// Its code.
        code: u8,
    },
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated(what) => write!(f, "truncated: the {what} is not all there"),
            Self::Version(version) => write!(f, "IP version {version}: neither 4 nor 6"),
            Self::Length(what) => write!(f, "the length of the {what} cannot be"),
            Self::Checksum { of, found, expected } => {
                write!(f, "wrong {of} checksum: {found:#06x}, should be {expected:#06x}")
            }
            Self::Fragment => f.write_str("a fragment: they are not put together here"),
            Self::Protocol(number) => write!(f, "IP protocol {number} is not spoken here"),
            Self::Icmp { kind, code } => {
                write!(f, "ICMP type {kind} code {code} is no error about a segment or a datagram")
            }
        }
    }
}

impl std::error::Error for Malformed {}

/// An IP packet's addresses, what it carries, and that as bytes.
struct Ip<'a> {
    src: IpAddr,
    dst: IpAddr,
    protocol: IpNumber,
    hop_limit: u8,
    traffic_class: u8,
    payload: &'a [u8],
}

/// Whether all of a packet must be there, or only as much of it as an ICMP error quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whole {
    Yes,
    Quoted,
}

/// Reads a packet from its IP header on.
pub(crate) fn decode(bytes: &[u8]) -> Result<Packet, Malformed> {
    let ip = ip(bytes, Whole::Yes)?;
    let Ip { src, dst, protocol, payload, .. } = ip;
    let body = match protocol {
        IpNumber::TCP => Body::Tcp(tcp(&ip)?),
        IpNumber::UDP => Body::Udp(udp(&ip)?),
        IpNumber::ICMP if src.is_ipv4() => Body::Icmp(Box::new(icmp_error(src, dst, payload)?)),
        IpNumber::IPV6_ICMP if src.is_ipv6() => Body::Icmp(Box::new(icmp_error(src, dst, payload)?)),
        IpNumber(number) => return Err(Malformed::Protocol(number)),
    };
    Ok(Packet { src, dst, body })
}

fn ip(bytes: &[u8], whole: Whole) -> Result<Ip<'_>, Malformed> {
    match bytes.first().map(|first| first >> 4) {
        None => Err(Malformed::Truncated("IP header")),
        Some(4) => ipv4(bytes, whole),
        Some(6) => ipv6(bytes, whole),
        Some(version) => Err(Malformed::Version(version)),
    }
}

/// `ip_rcv_core`: version, lengths, checksum; then what is cut off. RFC 791 section 3.1.
fn ipv4(bytes: &[u8], whole: Whole) -> Result<Ip<'_>, Malformed> {
    let header = bytes.first_chunk::<20>().ok_or(Malformed::Truncated("IPv4 header"))?;
    let header_len = usize::from(header[0] & 0x0f) * 4;
    if header_len < 20 {
        return Err(Malformed::Length("IPv4 header"));
    }
    let with_options = bytes.get(..header_len).ok_or(Malformed::Truncated("IPv4 header"))?;
    if whole == Whole::Yes {
        check("IPv4 header", checksum::plain(with_options), word(header, 10))?;
    }
    let total = usize::from(word(header, 2));
    if total < header_len {
        return Err(Malformed::Length("IPv4 packet"));
    }
    let end = match whole {
        Whole::Yes if total > bytes.len() => return Err(Malformed::Truncated("IPv4 packet")),
        Whole::Yes => total,
        Whole::Quoted => total.min(bytes.len()),
    };
    // More fragments, or an offset: RFC 791 section 3.1.
    if word(header, 6) & 0x3fff != 0 {
        return Err(Malformed::Fragment);
    }
    Ok(Ip {
        src: Ipv4Addr::from(array::<4>(header, 12)).into(),
        dst: Ipv4Addr::from(array::<4>(header, 16)).into(),
        protocol: IpNumber(header[9]),
        hop_limit: header[8],
        traffic_class: header[1],
        payload: &bytes[header_len..end],
    })
}

/// RFC 8200 section 3.
fn ipv6(bytes: &[u8], whole: Whole) -> Result<Ip<'_>, Malformed> {
    let header = bytes.first_chunk::<40>().ok_or(Malformed::Truncated("IPv6 header"))?;
    let end = 40 + usize::from(word(header, 4));
    let end = match whole {
        Whole::Yes if end > bytes.len() => return Err(Malformed::Truncated("IPv6 packet")),
        Whole::Yes => end,
        Whole::Quoted => end.min(bytes.len()),
    };
    let protocol = IpNumber(header[6]);
    if protocol == IpNumber::IPV6_FRAGMENTATION_HEADER {
        return Err(Malformed::Fragment);
    }
    Ok(Ip {
        src: Ipv6Addr::from(array::<16>(header, 8)).into(),
        dst: Ipv6Addr::from(array::<16>(header, 24)).into(),
        protocol,
        hop_limit: header[7],
        traffic_class: header[0] << 4 | header[1] >> 4,
        payload: &bytes[40..end],
    })
}

/// RFC 9293 section 3.1.
fn tcp(ip: &Ip<'_>) -> Result<Segment, Malformed> {
    let Ip { src, dst, hop_limit, payload: bytes, .. } = *ip;
    let header = bytes.first_chunk::<20>().ok_or(Malformed::Truncated("TCP header"))?;
    let header_len = usize::from(header[12] >> 4) * 4;
    if header_len < 20 || header_len > bytes.len() {
        return Err(Malformed::Length("TCP header"));
    }
    check("TCP", checksum::transport(src, dst, IpNumber::TCP, bytes), word(header, 16))?;
    Ok(Segment {
        src_port: word(header, 0),
        dst_port: word(header, 2),
        seq: SeqNum(u32::from_be_bytes(array(header, 4))),
        ack: SeqNum(u32::from_be_bytes(array(header, 8))),
        // The two bits of RFC 3168 are dropped: congestion is not announced here.
        flags: Flags::from_bits_truncate(header[13]),
        hop_limit,
        window: word(header, 14),
        urgent: word(header, 18),
        holds: 0,
        options: options::decode(&bytes[20..header_len]),
        payload: Payload::from(&bytes[header_len..]),
    })
}

/// RFC 768; RFC 8200 section 8.1 for why IPv6 must have the checksum.
fn udp(ip: &Ip<'_>) -> Result<Datagram, Malformed> {
    let Ip { src, dst, hop_limit, traffic_class, payload: bytes, .. } = *ip;
    let header = bytes.first_chunk::<8>().ok_or(Malformed::Truncated("UDP header"))?;
    let len = usize::from(word(header, 4));
    if len < 8 || len > bytes.len() {
        return Err(Malformed::Length("UDP datagram"));
    }
    let (bytes, sum) = (&bytes[..len], word(header, 6));
    if sum != 0 || src.is_ipv6() {
        check("UDP", checksum::transport(src, dst, IpNumber::UDP, bytes), sum)?;
    }
    let (src_port, dst_port) = (word(header, 0), word(header, 2));
    let payload = Payload::from(&bytes[8..]);
    Ok(Datagram {
        src_port,
        dst_port,
        hop_limit,
        traffic_class,
        truesize: 0,
        saved: 0,
        fragment: 0,
        marks: Marks::default(),
        tags: [0; 2],
        payload,
    })
}

/// `icmp_unreach`, `icmpv6_notify`.
fn icmp_error(src: IpAddr, dst: IpAddr, bytes: &[u8]) -> Result<Icmp, Malformed> {
    let header = bytes.first_chunk::<8>().ok_or(Malformed::Truncated("ICMP header"))?;
    let sum = match src {
        IpAddr::V4(_) => checksum::plain(bytes),
        IpAddr::V6(_) => checksum::transport(src, dst, IpNumber::IPV6_ICMP, bytes),
    };
    check("ICMP", sum, word(header, 2))?;
    let (kind, code) = (header[0], header[1]);
    let unknown = Malformed::Icmp { kind, code };
    let reason = match (src.is_ipv4(), kind, code) {
        (true, 3, 0) | (false, 1, 0) => Unreachable::Network,
        (true, 3, 1) | (false, 1, 3) => Unreachable::Host,
        (true, 3, 2) | (false, 4, 1) => Unreachable::Protocol,
        (true, 3, 3) | (false, 1, 4) => Unreachable::Port,
        (true, 3, 4) => Unreachable::TooBig { mtu: word(header, 6).into() },
        (false, 2, _) => Unreachable::TooBig { mtu: u32::from_be_bytes(array(header, 4)) },
        (true, 3, 13) | (false, 1, 1) => Unreachable::Prohibited,
        _ => return Err(unknown),
    };
    let quoted = ip(&bytes[8..], Whole::Quoted)?;
    if quoted.src.is_ipv4() != src.is_ipv4() {
        return Err(unknown);
    }
    let transport = quoted.payload.first_chunk::<QUOTED>().ok_or(Malformed::Truncated("packet that ICMP quotes"))?;
    let quoted_tcp = match quoted.protocol {
        IpNumber::TCP => true,
        IpNumber::UDP => false,
        _ => return Err(unknown),
    };
    Ok(Icmp {
        reason,
        quoted_tcp,
        quoted_src: SocketAddr::new(quoted.src, word(transport, 0)),
        quoted_dst: SocketAddr::new(quoted.dst, word(transport, 2)),
        quoted_seq: SeqNum(if quoted_tcp { u32::from_be_bytes(array(transport, 4)) } else { 0 }),
        quoted_class: quoted.traffic_class,
        quoted_data: Payload::from(if quoted_tcp { &[] } else { &quoted.payload[QUOTED..] }),
    })
}

/// `over_all` is the one's complement sum over everything, the checksum `found` in it included: 0 if that is right.
fn check(of: &'static str, over_all: u16, found: u16) -> Result<(), Malformed> {
    if over_all == 0 {
        return Ok(());
    }
    // Taking the found one out of the sum: RFC 1624 section 3.
    let sum = u32::from(!over_all) + u32::from(!found);
    let expected = !((sum & 0xffff) + (sum >> 16)) as u16;
    Err(Malformed::Checksum { of, found, expected })
}

fn word(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes(array(bytes, at))
}

/// Only where a header has been found long enough.
fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(&bytes[at..at + N]);
    array
}
