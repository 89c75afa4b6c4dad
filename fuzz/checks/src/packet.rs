//! Bytes as an IP packet: whatever they are, `sim` reads them or says why not; what it read it writes, and reads again as the same; and
//! etherparse, with a checksum of our own, agrees on what is a packet and what is in it.

mod seeds;

use std::net::IpAddr;

use etherparse::{IpNumber, NetSlice, SlicedPacket, TcpOptionElement, TcpSlice, TransportSlice};
use wavetank_conformance::script::arrived;
use wavetank_sim::{Malformed, reencode};

pub use self::seeds::seeds;

/// Takes the bytes as a packet; then as one whose lengths and checksums are right, which random bytes never are.
pub fn run(bytes: &[u8]) {
    check(bytes);
    let mut mended = bytes.to_vec();
    mend(&mut mended);
    check(&mended);
}

fn check(bytes: &[u8]) {
    let seen = see(bytes);
    // The runner of packet scripts has a reading of its own, which goes on to the end of the bytes.
    let arrived = arrived(bytes);
    if let Some(seen) = seen.as_ref().filter(|seen| seen.numbers.len() > 2 && seen.is_whole) {
        let arrived = arrived.expect("a segment has arrived");
        assert!(arrived.is_ok() || seen.options.is_none(), "{arrived:?}");
    }
    let (text, again) = match reencode(bytes) {
        Ok(read) => read,
        Err(error) => {
            let error_text = error.to_string();
            assert!(!error_text.is_empty());
            assert!(seen.is_none() || is_refused_here(error), "etherparse reads {seen:?}, sim says {error_text}");
            return;
        }
    };
    let Some(again) = again else {
        // Options that a peer has squeezed into 40 bytes need more as Linux lays them out.
        assert!(text.contains("options ["), "{text} cannot be written");
        return;
    };
    let twice = reencode(&again);
    assert_eq!(twice, Ok((text, Some(again.clone()))), "it was written otherwise than it was read");
    let seen_again = see(&again);
    if let Some(seen) = &seen {
        assert_eq!(Some(seen), seen_again.as_ref().map(|again| again.like(seen)).as_ref());
    }
    assert!(seen_again.is_some() || is_icmp(&again), "what sim has written is no packet to etherparse: {again:02x?}");
}

/// Whether etherparse takes it for a segment or a datagram, with right checksums.
#[must_use]
pub fn is_right(bytes: &[u8]) -> bool {
    see(bytes).is_some()
}

/// What sim refuses although it may be a good packet.
fn is_refused_here(error: Malformed) -> bool {
    // A length of UDP that is 0 means "to the end" to etherparse (RFC 2675), which no Linux takes from a TUN device.
    matches!(error, Malformed::Fragment | Malformed::Protocol(_) | Malformed::Icmp { .. } | Malformed::Length("UDP datagram"))
}

fn is_icmp(packet: &[u8]) -> bool {
    packet.get(if packet[0] >> 4 == 4 { 9 } else { 6 }).is_some_and(|protocol| matches!(protocol, 1 | 58))
}

/// A segment or a datagram, as etherparse sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Seen {
    src: IpAddr,
    dst: IpAddr,
    /// Ports, sequence numbers, flags, window, urgent pointer.
    numbers: Vec<u32>,
    /// `None` if etherparse does not know them all.
    options: Option<Vec<TcpOptionElement>>,
    payload: Vec<u8>,
    /// Nothing is behind it.
    is_whole: bool,
}

impl Seen {
    /// Without the options if the other one has none that etherparse knows.
    fn like(&self, other: &Self) -> Self {
        Self { options: other.options.as_ref().and(self.options.clone()), is_whole: other.is_whole, ..self.clone() }
    }
}

/// What is in a packet, if its lengths and checksums are right and it is TCP or UDP straight behind the IP header.
fn see(bytes: &[u8]) -> Option<Seen> {
    let sliced = SlicedPacket::from_ip(bytes).ok()?;
    let (src, dst, payload) = match sliced.net? {
        NetSlice::Ipv4(ip) => {
            let header = ip.header();
            if sum(0, header.slice()) != 0xffff || ip.payload().fragmented || ip.extensions().auth.is_some() {
                return None;
            }
            (IpAddr::V4(header.source_addr()), IpAddr::V4(header.destination_addr()), ip.payload().clone())
        }
        NetSlice::Ipv6(ip) => {
            let header = ip.header();
            let is_plain = matches!(header.next_header(), IpNumber::TCP | IpNumber::UDP);
            // A length of 0 is that of a jumbogram to etherparse: it reads to the end. To Linux the packet is empty.
            if !is_plain || header.payload_length() == 0 {
                return None;
            }
            (IpAddr::V6(header.source_addr()), IpAddr::V6(header.destination_addr()), ip.payload().clone())
        }
        NetSlice::Arp(_) => return None,
    };
    let message = |len: usize| &payload.payload[..len];
    let is_whole = payload.payload.as_ptr_range().end == bytes.as_ptr_range().end;
    match sliced.transport? {
        TransportSlice::Tcp(tcp) => {
            is_summed(src, dst, 6, payload.payload).then_some(())?;
            let flags = [tcp.fin(), tcp.syn(), tcp.rst(), tcp.psh(), tcp.ack(), tcp.urg()];
            let mut numbers = vec![tcp.source_port().into(), tcp.destination_port().into()];
            numbers.extend([tcp.sequence_number(), tcp.acknowledgment_number()]);
            numbers.extend([tcp.window_size(), tcp.urgent_pointer()].map(u32::from));
            numbers.extend(flags.map(u32::from));
            Some(Seen { src, dst, numbers, options: options(&tcp), payload: tcp.payload().to_vec(), is_whole })
        }
        TransportSlice::Udp(udp) => {
            let unsummed = udp.checksum() == 0 && src.is_ipv4();
            (unsummed || is_summed(src, dst, 17, message(udp.slice().len()))).then_some(())?;
            let numbers = vec![udp.source_port().into(), udp.destination_port().into()];
            Some(Seen { src, dst, numbers, options: None, payload: udp.payload().to_vec(), is_whole })
        }
        _ => None,
    }
}

/// The last one of each kind, in the order of Linux.
fn options(tcp: &TcpSlice<'_>) -> Option<Vec<TcpOptionElement>> {
    let mut last = [const { None }; 5];
    for option in tcp.options_iterator() {
        let option = option.ok()?;
        let place = match &option {
            TcpOptionElement::Noop => continue,
            TcpOptionElement::MaximumSegmentSize(_) => 0,
            TcpOptionElement::WindowScale(_) => 1,
            TcpOptionElement::SelectiveAcknowledgementPermitted => 2,
            TcpOptionElement::Timestamp(..) => 3,
            TcpOptionElement::SelectiveAcknowledgement(..) => 4,
        };
        last[place] = Some(option);
    }
    Some(last.into_iter().flatten().collect())
}

/// The one's complement sum of 16-bit words, going on from `sum`: RFC 1071.
fn sum(sum: u32, bytes: &[u8]) -> u32 {
    let words = bytes.chunks(2).map(|pair| u32::from(pair[0]) << 8 | pair.get(1).map_or(0, |&low| u32::from(low)));
    let sum = words.fold(u64::from(sum), |sum, word| sum + u64::from(word));
    let sum = (sum & 0xffff) + (sum >> 16);
    ((sum & 0xffff) + (sum >> 16)) as u32
}

/// The sum over the pseudo header and a message.
fn transport_sum(src: IpAddr, dst: IpAddr, protocol: u8, message: &[u8]) -> u32 {
    let addrs = match (src, dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => [src.octets(), dst.octets()].concat(),
        (IpAddr::V6(src), IpAddr::V6(dst)) => [src.octets(), dst.octets()].concat(),
        _ => unreachable!("a packet of two families"),
    };
    let len = message.len() as u32;
    sum(sum(sum(sum(0, &addrs), &len.to_be_bytes()), &[0, protocol]), message)
}

fn is_summed(src: IpAddr, dst: IpAddr, protocol: u8, message: &[u8]) -> bool {
    transport_sum(src, dst, protocol, message) == 0xffff
}

/// Puts the lengths and the checksums right, as far as there is room for them.
pub fn mend(packet: &mut [u8]) {
    let len = packet.len() as u16;
    let header_len = match packet.first().map(|first| (first >> 4, usize::from(first & 0xf) * 4)) {
        Some((4, header_len)) if header_len >= 20 && header_len <= packet.len() => {
            packet[2..4].copy_from_slice(&len.to_be_bytes());
            put_sum(&mut packet[..header_len], 10, 0);
            header_len
        }
        Some((6, _)) if packet.len() >= 40 => {
            packet[4..6].copy_from_slice(&(len - 40).to_be_bytes());
            40
        }
        _ => return,
    };
    let is_v4 = header_len != 40 || packet[0] >> 4 == 4;
    let protocol = packet[if is_v4 { 9 } else { 6 }];
    let addrs = if is_v4 { packet[12..20].to_vec() } else { packet[8..40].to_vec() };
    let message = &mut packet[header_len..];
    let pseudo = sum(sum(sum(0, &addrs), &(message.len() as u32).to_be_bytes()), &[0, protocol]);
    match protocol {
        6 => put_sum(message, 16, pseudo),
        17 if message.len() >= 8 => {
            let len = message.len() as u16;
            message[4..6].copy_from_slice(&len.to_be_bytes());
            put_sum(message, 6, pseudo);
        }
        1 => put_sum(message, 2, 0),
        58 => put_sum(message, 2, pseudo),
        _ => {}
    }
}

fn put_sum(bytes: &mut [u8], at: usize, pseudo: u32) {
    if bytes.len() < at + 2 {
        return;
    }
    bytes[at..at + 2].fill(0);
    let sum = !(sum(pseudo, bytes) as u16);
    bytes[at..at + 2].copy_from_slice(&sum.to_be_bytes());
}
