//! The Internet checksum over a pseudo-header: RFC 9293 section 3.1, RFC 768, RFC 8200 section 8.1.

use std::net::IpAddr;

use etherparse::{IpNumber, checksum::Sum16BitWords};

/// The one's complement of the sum over the pseudo-header and a transport header with its payload. Over one that holds its
/// checksum it is 0; to compute the checksum, let its field be 0.
pub(super) fn transport(src: IpAddr, dst: IpAddr, protocol: IpNumber, segment: &[u8]) -> u16 {
    let addresses = match (src, dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => Sum16BitWords::new().add_4bytes(src.octets()).add_4bytes(dst.octets()),
        _ => Sum16BitWords::new().add_16bytes(v6(src)).add_16bytes(v6(dst)),
    };
    addresses
        .add_2bytes([0, protocol.0])
        .add_4bytes((segment.len() as u32).to_be_bytes())
        .add_slice(segment)
        .ones_complement()
        // The sum counts in the order of bytes of the machine.
        .to_be()
}

/// Without a pseudo-header: ICMP of version 4, RFC 792.
pub(super) fn plain(message: &[u8]) -> u16 {
    Sum16BitWords::new().add_slice(message).ones_complement().to_be()
}

fn v6(addr: IpAddr) -> [u8; 16] {
    match addr {
        IpAddr::V4(addr) => addr.to_ipv6_mapped().octets(),
        IpAddr::V6(addr) => addr.octets(),
    }
}
