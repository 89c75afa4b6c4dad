//! What crosses a wire: typed packets, printed as tcpdump prints them.
//!
//! Inside the simulator a packet is a value, not bytes: no checksums, no options of IP. Bytes are made only at the edges, by
//! `encode.rs` and `decode.rs`: captures and TUN devices. Absent today, on purpose: fragments (a datagram that exceeds the MTU is
//! carried whole).

mod checksum;
mod decode;
mod encode;
mod icmp;
mod options;
mod payload;
mod tcp;
mod udp;

use std::{fmt, net::IpAddr};

pub use decode::Malformed;
pub(crate) use decode::decode;
pub(crate) use encode::encode;
pub(crate) use icmp::{Icmp, Unreachable};
pub(crate) use payload::{Payload, Pool};
pub(crate) use tcp::{FastOpenCookie, Flags, Options, RareOption, SackBlocks, Segment, SeqNum, Timestamps};
pub(crate) use udp::{Datagram, Marks};

/// An IP packet, version 4 or 6.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Packet {
    pub(crate) src: IpAddr,
    pub(crate) dst: IpAddr,
    pub(crate) body: Body,
}

/// What an IP packet carries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Body {
    Tcp(Segment),
    Udp(Datagram),
    Icmp(Box<Icmp>),
}

impl Packet {
    /// Its length on the wire, headers of the network layer included, in bytes.
    pub(crate) fn wire_len(&self) -> usize {
        let ip = if self.src.is_ipv4() { 20 } else { 40 };
        ip + match &self.body {
            Body::Tcp(segment) => segment.wire_len(),
            Body::Udp(datagram) => 8 + datagram.payload.len(),
            Body::Icmp(icmp) => icmp.wire_len(),
        }
    }

    /// Gives the payload's buffer back for the next packet.
    pub(crate) fn recycle(self, pool: &mut Pool) {
        match self.body {
            Body::Tcp(segment) => pool.give(segment.payload),
            Body::Udp(datagram) => pool.give(datagram.payload),
            Body::Icmp(icmp) => pool.give(icmp.quoted_data),
        }
    }
}

/// A packet read and written again: as text with all that is known of it, and as bytes; none if it cannot be written. For fuzz targets.
pub fn reencode(bytes: &[u8]) -> Result<(String, Option<Vec<u8>>), Malformed> {
    let packet = decode(bytes)?;
    Ok((format!("{packet:#} {packet:?}"), encode(&packet).ok()))
}

impl fmt::Display for Packet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = if self.src.is_ipv4() { "IP" } else { "IP6" };
        let (src, dst) = (self.src, self.dst);
        match &self.body {
            Body::Tcp(segment) => {
                write!(f, "{version} {src}.{} > {dst}.{}: {segment}", segment.src_port, segment.dst_port)
            }
            Body::Udp(datagram) => write!(
                f,
                "{version} {src}.{} > {dst}.{}: UDP, length {}",
                datagram.src_port,
                datagram.dst_port,
                datagram.payload.len()
            ),
            Body::Icmp(icmp) => write!(f, "{version} {src} > {dst}: {icmp}"),
        }
    }
}

#[cfg(test)]
mod tests;
