//! Packets as bytes: IPv4, IPv6, TCP and ICMP, made and read for scripts.
//!
//! Not the simulator's codec, on purpose: what it got wrong on both ways would not be seen with it. And a script must be able to
//! make what no stack sends.

use std::net::IpAddr;

use super::{
    model::IcmpKind,
    segment::{Cookie, Flags, IpPart, Options, Segment, TcpOption},
};

const TCP: u8 = 6;
const ICMP: u8 = 1;
const ICMPV6: u8 = 58;

/// Where a packet goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Path {
    pub(crate) from: (IpAddr, u16),
    pub(crate) to: (IpAddr, u16),
}

impl Path {
    pub(crate) fn back(self) -> Self {
        Self { from: self.to, to: self.from }
    }
}

/// A segment as bytes. Its numbers are those of the wire, and so are those in its options.
pub(crate) fn encode(path: Path, segment: &Segment, payload: &[u8]) -> Vec<u8> {
    let mut tcp = tcp_header(path, segment);
    tcp.extend_from_slice(payload);
    let mut sum = checksum(&pseudo_header(path.from.0, path.to.0, TCP, tcp.len()), &tcp);
    if segment.ip.bad_checksum {
        sum = !sum;
    }
    tcp[16..18].copy_from_slice(&sum.to_be_bytes());
    ip(path, TCP, segment.ip, &tcp)
}

fn tcp_header(path: Path, segment: &Segment) -> Vec<u8> {
    let options = encode_options(&segment.options);
    let words = (20 + options.len()).div_ceil(4);
    let mut header = Vec::with_capacity(words * 4);
    header.extend(path.from.1.to_be_bytes());
    header.extend(path.to.1.to_be_bytes());
    header.extend(segment.seq.to_be_bytes());
    header.extend(segment.ack.unwrap_or(0).to_be_bytes());
    header.extend([(words as u8) << 4, segment.flags.0]);
    header.extend(segment.window.unwrap_or(0).to_be_bytes());
    header.extend([0, 0]);
    header.extend(segment.urgent.unwrap_or(0).to_be_bytes());
    header.extend(options);
    header.resize(words * 4, 0);
    header
}

fn encode_options(options: &Options) -> Vec<u8> {
    let mut bytes = Vec::new();
    let long = |bytes: &mut Vec<u8>, kind: u8, value: &[u8]| {
        bytes.extend([kind, value.len() as u8 + 2]);
        bytes.extend(value);
    };
    for option in &options.list {
        match option {
            TcpOption::End => bytes.push(0),
            TcpOption::Nop => bytes.push(1),
            TcpOption::Mss(mss) => long(&mut bytes, 2, &mss.to_be_bytes()),
            TcpOption::WindowScale(shift) => long(&mut bytes, 3, &[*shift]),
            TcpOption::SackPermitted => long(&mut bytes, 4, &[]),
            TcpOption::Sack(blocks) => {
                let edges = blocks.iter().flat_map(|(left, right)| [*left, *right]);
                long(&mut bytes, 5, &edges.flat_map(u32::to_be_bytes).collect::<Vec<_>>());
            }
            TcpOption::Timestamp { val, ecr } => {
                let stamps = [val.unwrap_or(0).to_be_bytes(), ecr.unwrap_or(0).to_be_bytes()];
                long(&mut bytes, 8, stamps.as_flattened());
            }
            TcpOption::FastOpen(Cookie::Bytes(cookie)) => long(&mut bytes, 34, cookie),
            // The runner has put the cookie in its place.
            TcpOption::FastOpen(Cookie::Remembered) => long(&mut bytes, 34, &[]),
            TcpOption::Other(kind, value) => long(&mut bytes, *kind, value),
        }
    }
    bytes
}

/// An ICMP error to the sender of a segment, of which it has the header and the first bytes of TCP.
pub(crate) fn encode_icmp(about: Path, kind: IcmpKind, seq: u32, len: u32) -> Vec<u8> {
    let v6 = about.from.0.is_ipv6();
    let quoted = Segment {
        flags: Flags(Flags::ACK),
        any_push: false,
        seq,
        len,
        ack: None,
        window: None,
        urgent: None,
        options: Options::default(),
        payload: None,
        ip: IpPart::default(),
    };
    let quoted = ip(about, TCP, quoted.ip, &tcp_header(about, &quoted));
    let (kind, code, rest) = if v6 { icmpv6_numbers(kind) } else { icmp_numbers(kind) };
    let mut icmp = vec![kind, code, 0, 0];
    icmp.extend(rest.to_be_bytes());
    icmp.extend(quoted);
    let back = about.back();
    let pseudo = if v6 { pseudo_header(back.from.0, back.to.0, ICMPV6, icmp.len()) } else { Vec::new() };
    let sum = checksum(&pseudo, &icmp);
    icmp[2..4].copy_from_slice(&sum.to_be_bytes());
    ip(back, if v6 { ICMPV6 } else { ICMP }, IpPart::default(), &icmp)
}

/// Type, code and the second word: RFC 792, RFC 1191, RFC 1812 section 5.2.7.1.
fn icmp_numbers(kind: IcmpKind) -> (u8, u8, u32) {
    match kind {
        IcmpKind::NetUnreachable => (3, 0, 0),
        IcmpKind::HostUnreachable => (3, 1, 0),
        IcmpKind::ProtocolUnreachable => (3, 2, 0),
        IcmpKind::PortUnreachable => (3, 3, 0),
        IcmpKind::FragmentationNeeded(mtu) => (3, 4, mtu.into()),
        IcmpKind::AdminProhibited => (3, 13, 0),
        IcmpKind::TimeExceeded => (11, 0, 0),
    }
}

/// RFC 4443. The MTU is 20 more, so that the segments are the same as over IPv4.
fn icmpv6_numbers(kind: IcmpKind) -> (u8, u8, u32) {
    match kind {
        IcmpKind::NetUnreachable => (1, 0, 0),
        IcmpKind::AdminProhibited => (1, 1, 0),
        IcmpKind::HostUnreachable => (1, 3, 0),
        IcmpKind::PortUnreachable => (1, 4, 0),
        IcmpKind::FragmentationNeeded(mtu) => (2, 0, u32::from(mtu) + 20),
        IcmpKind::TimeExceeded => (3, 0, 0),
        // "Parameter problem, unrecognised next header", at that field.
        IcmpKind::ProtocolUnreachable => (4, 1, 6),
    }
}

fn ip(path: Path, protocol: u8, part: IpPart, payload: &[u8]) -> Vec<u8> {
    let (ecn, ttl) = (part.ecn.unwrap_or(0), part.ttl.unwrap_or(255));
    let mut packet = Vec::with_capacity(40 + payload.len());
    match (path.from.0, path.to.0) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let len = (20 + payload.len()) as u16;
            packet.extend([0x45, ecn]);
            packet.extend(len.to_be_bytes());
            packet.extend([0, 0, 0, 0, ttl, protocol, 0, 0]);
            packet.extend(from.octets());
            packet.extend(to.octets());
            let sum = checksum(&[], &packet);
            packet[10..12].copy_from_slice(&sum.to_be_bytes());
        }
        (from, to) => {
            packet.extend([0x60, ecn << 4, 0, 0]);
            packet.extend((payload.len() as u16).to_be_bytes());
            packet.extend([protocol, ttl]);
            packet.extend(octets(from));
            packet.extend(octets(to));
        }
    }
    packet.extend_from_slice(payload);
    packet
}

fn octets(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    }
}

fn pseudo_header(from: IpAddr, to: IpAddr, protocol: u8, len: usize) -> Vec<u8> {
    let mut header = octets(from);
    header.extend(octets(to));
    header.extend((len as u32).to_be_bytes());
    header.extend([0, 0, 0, protocol]);
    header
}

/// RFC 1071.
fn checksum(pseudo_header: &[u8], bytes: &[u8]) -> u16 {
    let words = |bytes: &[u8]| -> u32 {
        bytes.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0))).sum()
    };
    let mut sum = words(pseudo_header) + words(bytes);
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

/// A packet that came, with the numbers of the wire.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Arrived {
    pub(crate) path: Path,
    pub(crate) segment: Segment,
    pub(crate) payload: Vec<u8>,
    /// Why its sender cannot be right: a checksum, a length.
    pub(crate) fault: Option<String>,
}

/// Reads a packet; `None` for what is not TCP.
pub(crate) fn decode(packet: &[u8]) -> Option<Arrived> {
    let (from, to, part, header, fault) = match packet.first()? >> 4 {
        4 => {
            let header = usize::from(packet[0] & 15) * 4;
            let ip = packet.get(..header).filter(|ip| ip.len() >= 20 && ip[9] == TCP)?;
            let (from, to) = (<[u8; 4]>::try_from(&ip[12..16]).ok()?, <[u8; 4]>::try_from(&ip[16..20]).ok()?);
            let fault = (checksum(&[], ip) != 0).then(|| "the checksum of IPv4 is wrong".to_owned());
            let part = IpPart { bad_checksum: false, ecn: Some(ip[1] & 3), ttl: Some(ip[8]) };
            (IpAddr::from(from), IpAddr::from(to), part, header, fault)
        }
        6 => {
            let ip = packet.get(..40).filter(|ip| ip[6] == TCP)?;
            let (from, to) = (<[u8; 16]>::try_from(&ip[8..24]).ok()?, <[u8; 16]>::try_from(&ip[24..40]).ok()?);
            let part = IpPart { bad_checksum: false, ecn: Some(ip[1] >> 4 & 3), ttl: Some(ip[7]) };
            (IpAddr::from(from), IpAddr::from(to), part, 40, None)
        }
        _ => return None,
    };
    let tcp = packet.get(header..).filter(|tcp| tcp.len() >= 20)?;
    let offset = usize::from(tcp[12] >> 4) * 4;
    if offset < 20 || offset > tcp.len() {
        return None;
    }
    let fault = fault.or_else(|| {
        let wrong = checksum(&pseudo_header(from, to, TCP, tcp.len()), tcp) != 0;
        wrong.then(|| "the checksum of TCP is wrong".to_owned())
    });
    let half = |at: usize| u16::from_be_bytes([tcp[at], tcp[at + 1]]);
    let word = |at: usize| u32::from_be_bytes([tcp[at], tcp[at + 1], tcp[at + 2], tcp[at + 3]]);
    let (options, option_fault) = decode_options(&tcp[20..offset]);
    let flags = Flags(tcp[13]);
    let segment = Segment {
        flags,
        any_push: false,
        seq: word(4),
        len: (tcp.len() - offset) as u32,
        ack: flags.has(Flags::ACK).then(|| word(8)),
        window: Some(half(14)),
        urgent: flags.has(Flags::URG).then(|| half(18)),
        options,
        payload: None,
        ip: part,
    };
    let path = Path { from: (from, half(0)), to: (to, half(2)) };
    Some(Arrived { path, segment, payload: tcp[offset..].to_vec(), fault: fault.or(option_fault) })
}

fn decode_options(mut bytes: &[u8]) -> (Options, Option<String>) {
    let mut list = Vec::new();
    while let Some((&kind, rest)) = bytes.split_first() {
        if kind < 2 {
            list.push(if kind == 0 { TcpOption::End } else { TcpOption::Nop });
            bytes = rest;
            if kind == 0 {
                break;
            }
            continue;
        }
        let value = rest.first().and_then(|len| bytes.get(2..usize::from(*len)));
        let Some(value) = value else {
            return (Options { list, open: false }, Some(format!("option {kind} is longer than the header")));
        };
        bytes = &bytes[value.len() + 2..];
        list.push(decode_option(kind, value));
    }
    (Options { list, open: false }, None)
}

fn decode_option(kind: u8, value: &[u8]) -> TcpOption {
    let word = |bytes: &[u8]| u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    match (kind, value) {
        (2, &[high, low]) => TcpOption::Mss(u16::from_be_bytes([high, low])),
        (3, &[shift]) => TcpOption::WindowScale(shift),
        (4, []) => TcpOption::SackPermitted,
        (5, blocks) if blocks.len() % 8 == 0 => {
            TcpOption::Sack(blocks.chunks(8).map(|block| (word(block), word(&block[4..]))).collect())
        }
        (8, stamps) if stamps.len() == 8 => {
            TcpOption::Timestamp { val: Some(word(stamps)), ecr: Some(word(&stamps[4..])) }
        }
        (34, cookie) => TcpOption::FastOpen(Cookie::Bytes(cookie.to_vec())),
        (kind, value) => TcpOption::Other(kind, value.to_vec()),
    }
}
