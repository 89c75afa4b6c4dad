//! [`Resets`]: the RST segments that come to a namespace, seen by a packet(7) socket.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    os::fd::{AsFd as _, OwnedFd},
};

use crate::{
    error::{Error, Result},
    namespace::Namespace,
    sys,
};

/// Listens to every interface of a namespace, and keeps of what comes in the TCP segments that have the bit RST.
#[derive(Debug)]
pub struct Resets {
    socket: OwnedFd,
}

/// One instruction of bpf(2)'s classic form: code, jump if true, jump if false, constant.
pub(crate) type Instruction = (u16, u8, u8, u32);

/// Lets pass what is for this machine (`skb->pkt_type` is `PACKET_HOST`), TCP over IPv4, or over IPv6 without extension headers, and
/// has RST. The packet begins with its IP header. Documentation/networking/filter.rst.
const FILTER: [Instruction; 17] = [
    (0x30, 0, 0, 0xffff_f004), // ldb  #type
    (0x15, 0, 14, 0),          // jeq  #PACKET_HOST, 2, drop
    (0x30, 0, 0, 0),           // ldb  [0]
    (0x74, 0, 0, 4),           // rsh  #4
    (0x15, 0, 5, 4),           // jeq  #4, 5, 10
    (0x30, 0, 0, 9),           // ldb  [9]
    (0x15, 0, 9, 6),           // jeq  #IPPROTO_TCP, 7, drop
    (0xb1, 0, 0, 0),           // ldxb 4*([0]&0xf)
    (0x50, 0, 0, 13),          // ldb  [x+13]
    (0x45, 5, 6, 4),           // jset #RST, accept, drop
    (0x15, 0, 5, 6),           // jeq  #6, 11, drop
    (0x30, 0, 0, 6),           // ldb  [6]
    (0x15, 0, 3, 6),           // jeq  #IPPROTO_TCP, 13, drop
    (0x30, 0, 0, 53),          // ldb  [53]
    (0x45, 0, 1, 4),           // jset #RST, accept, drop
    (0x06, 0, 0, 128),         // ret  #128
    (0x06, 0, 0, 0),           // ret  #0
];

impl Resets {
    /// Of this namespace.
    ///
    /// # Errors
    ///
    /// `EAFNOSUPPORT` on a kernel without packet sockets, `EPERM`.
    pub fn new(space: &Namespace) -> Result<Self> {
        let socket = space.run(|| sys::packet_socket(&FILTER)).map_err(Error::lacking("socket(AF_PACKET)"))?;
        Ok(Self { socket })
    }

    /// Those that came since the last time, in their order: from whom, to whom.
    pub fn take(&self) -> Vec<(SocketAddr, SocketAddr)> {
        let mut resets = Vec::new();
        let mut packet = [0; 128];
        loop {
            match sys::recv(self.socket.as_fd(), &mut packet) {
                Ok(len) => resets.extend(ends(&packet[..len])),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return resets,
            }
        }
    }
}

/// From whom and to whom, of a packet that the filter has let pass.
fn ends(packet: &[u8]) -> Option<(SocketAddr, SocketAddr)> {
    let first = *packet.first()?;
    let ips: [IpAddr; 2] = if first >> 4 == 4 {
        let ip = |at| Some(Ipv4Addr::from(*packet.get(at..)?.first_chunk::<4>()?).into());
        [ip(12)?, ip(16)?]
    } else {
        let ip = |at| Some(Ipv6Addr::from(*packet.get(at..)?.first_chunk::<16>()?).into());
        [ip(8)?, ip(24)?]
    };
    let tcp = if first >> 4 == 4 { usize::from(first & 15) * 4 } else { 40 };
    let port = |at| Some(u16::from_be_bytes(*packet.get(tcp + at..)?.first_chunk()?));
    Some(((ips[0], port(0)?).into(), (ips[1], port(2)?).into()))
}
