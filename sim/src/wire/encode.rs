//! Typed packets as the bytes a Linux host would send: for captures, and for TUN devices.
//!
//! What a typed packet does not know is as Linux has it most often: TTL 64; "don't fragment" set, as path MTU discovery has it
//! (`ip_dont_fragment`), and the identification 0, which then means nothing (RFC 6864 section 4.1; Linux counts on); no flow label. An ICMP error quotes the IP header
//! and 8 bytes, of which a datagram's checksum is not known, and of a datagram the data.

use std::net::IpAddr;

use etherparse::{IpDscp, IpEcn, IpNumber, Ipv4Header, Ipv6Header, TcpHeader, UdpHeader};

use super::{Body, Datagram, Flags, Icmp, Packet, Segment, checksum, options};

/// Why a packet cannot be written down: it is longer than its length field can say, its options find no room, or its addresses
/// are of two families. None of them leaves a simulated host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Unencodable;

const TTL: u8 = 64;

/// A packet as bytes, from its IP header on.
pub(crate) fn encode(packet: &Packet) -> Result<Vec<u8>, Unencodable> {
    let (src, dst) = (packet.src, packet.dst);
    let mut bytes = Vec::with_capacity(packet.wire_len());
    let len = packet.wire_len() - if src.is_ipv4() { Ipv4Header::MIN_LEN } else { Ipv6Header::LEN };
    let protocol = match (&packet.body, src) {
        (Body::Tcp(_), _) => IpNumber::TCP,
        (Body::Udp(_), _) => IpNumber::UDP,
        (Body::Icmp(_), IpAddr::V4(_)) => IpNumber::ICMP,
        (Body::Icmp(_), IpAddr::V6(_)) => IpNumber::IPV6_ICMP,
    };
    let (hop_limit, traffic_class) = match &packet.body {
        Body::Udp(datagram) => (datagram.hop_limit, datagram.traffic_class),
        Body::Icmp(icmp) => (TTL, icmp.traffic_class()),
        Body::Tcp(segment) => (segment.hop_limit, 0),
    };
    ip_header(&mut bytes, src, dst, protocol, (hop_limit, traffic_class), len)?;
    let start = bytes.len();
    let checksum_at = match &packet.body {
        Body::Tcp(segment) => tcp(&mut bytes, segment)?,
        Body::Udp(datagram) => udp(&mut bytes, datagram),
        Body::Icmp(icmp) => icmp_error(&mut bytes, icmp)?,
    };
    let message = &bytes[start..];
    debug_assert_eq!(message.len(), len, "{packet}");
    let sum = match protocol {
        IpNumber::ICMP => checksum::plain(message),
        // RFC 768: a sum of 0 is sent as all ones, because 0 says that there is none.
        IpNumber::UDP => {
            Some(checksum::transport(src, dst, protocol, message)).filter(|sum| *sum != 0).unwrap_or(0xffff)
        }
        _ => checksum::transport(src, dst, protocol, message),
    };
    bytes[start + checksum_at..][..2].copy_from_slice(&sum.to_be_bytes());
    Ok(bytes)
}

fn ip_header(
    bytes: &mut Vec<u8>,
    src: IpAddr,
    dst: IpAddr,
    protocol: IpNumber,
    (hop_limit, traffic_class): (u8, u8),
    payload_len: usize,
) -> Result<(), Unencodable> {
    let payload_len = u16::try_from(payload_len).map_err(|_| Unencodable)?;
    match (src, dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            let mut header = Ipv4Header::new(payload_len, hop_limit, protocol, src.octets(), dst.octets())
                .map_err(|_| Unencodable)?;
            header.dscp = IpDscp::try_new(traffic_class >> 2).map_err(|_| Unencodable)?;
            header.ecn = IpEcn::try_new(traffic_class & 3).map_err(|_| Unencodable)?;
            header.dont_fragment = true;
            header.header_checksum = header.calc_header_checksum();
            bytes.extend_from_slice(&header.to_bytes());
        }
        (IpAddr::V6(src), IpAddr::V6(dst)) => {
            let header = Ipv6Header {
                payload_length: payload_len,
                next_header: protocol,
                hop_limit,
                traffic_class,
                source: src.octets(),
                destination: dst.octets(),
                ..Ipv6Header::default()
            };
            bytes.extend_from_slice(&header.to_bytes());
        }
        _ => return Err(Unencodable),
    }
    Ok(())
}

/// Returns where the checksum goes, as its like below do.
fn tcp(bytes: &mut Vec<u8>, segment: &Segment) -> Result<usize, Unencodable> {
    let mut header = TcpHeader::new(segment.src_port, segment.dst_port, segment.seq.0, segment.window);
    header.acknowledgment_number = segment.ack.0;
    header.fin = segment.flags.contains(Flags::FIN);
    header.syn = segment.flags.contains(Flags::SYN);
    header.rst = segment.flags.contains(Flags::RST);
    header.psh = segment.flags.contains(Flags::PSH);
    header.ack = segment.flags.contains(Flags::ACK);
    header.urg = segment.flags.contains(Flags::URG);
    header.urgent_pointer = segment.urgent;
    header.set_options_raw(&options::encode(&segment.options)).map_err(|_| Unencodable)?;
    bytes.extend_from_slice(&header.to_bytes());
    bytes.extend_from_slice(&segment.payload);
    Ok(16)
}

fn udp(bytes: &mut Vec<u8>, datagram: &Datagram) -> usize {
    let header = UdpHeader {
        source_port: datagram.src_port,
        destination_port: datagram.dst_port,
        // An IPv4 datagram longer than that has been refused with its IP header.
        length: u16::try_from(UdpHeader::LEN + datagram.payload.len()).unwrap_or(0),
        checksum: 0,
    };
    bytes.extend_from_slice(&header.to_bytes());
    bytes.extend_from_slice(&datagram.payload);
    6
}

/// RFC 792, RFC 4443 section 3, RFC 1191 section 4.
fn icmp_error(bytes: &mut Vec<u8>, icmp: &Icmp) -> Result<usize, Unencodable> {
    let (kind, code, word) = icmp.type_code_and_word();
    bytes.extend_from_slice(&[kind, code, 0, 0]);
    bytes.extend_from_slice(&u32::to_be_bytes(word));
    let protocol = if icmp.quoted_tcp { IpNumber::TCP } else { IpNumber::UDP };
    ip_header(
        bytes,
        icmp.quoted_src.ip(),
        icmp.quoted_dst.ip(),
        protocol,
        (TTL, icmp.quoted_class),
        QUOTED + icmp.quoted_data.len(),
    )?;
    bytes.extend_from_slice(&icmp.quoted_src.port().to_be_bytes());
    bytes.extend_from_slice(&icmp.quoted_dst.port().to_be_bytes());
    let len = UdpHeader::LEN + icmp.quoted_data.len();
    let rest = if icmp.quoted_tcp { icmp.quoted_seq.0 } else { (len as u32) << 16 };
    bytes.extend_from_slice(&rest.to_be_bytes());
    bytes.extend_from_slice(&icmp.quoted_data);
    Ok(2)
}

/// Bytes of the transport header that an ICMP error quotes at least.
pub(super) const QUOTED: usize = 8;
