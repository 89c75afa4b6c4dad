//! A simple network sniffer: the socket documentation's, in Linux's words. Its raw socket and `SIO_RCVALL` are Windows'; here a packet
//! socket sees the frames of an interface, and a membership makes the interface promiscuous, `packet(7)`. It takes CAP_NET_RAW.

use wavetank::{Addr, Family, Host, PacketAddr, Protocol, Result, SockType, Socket, c, htons};

/// A frame that went over the interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Whose protocol it carries, and between whom.
    pub from: PacketAddr,
    /// Its bytes, with the header of the link.
    pub bytes: Vec<u8>,
}

/// Listens on an interface, to every protocol.
pub struct Sniffer<H: Host> {
    socket: Socket<H>,
    ifindex: u32,
}

impl<H: Host> Sniffer<H> {
    /// Opens the socket on the interface, and makes it receive all packets.
    pub fn open(host: &H, interface: &str) -> Result<Self> {
        let ifindex = host.if_nametoindex(interface)?;
        // Protocol 0 hears nothing until the socket is bound to the interface that it is for.
        let socket = Socket::with_protocol(host, Family::PACKET, SockType::RAW, Protocol::from_raw(0))?;
        socket.bind(&Addr::Packet(Box::new(PacketAddr::new(c::ETH_P_ALL as u16, ifindex))))?;
        let sniffer = Self { socket, ifindex };
        sniffer.set_promiscuous(true)?;
        Ok(sniffer)
    }

    /// Waits for the next frame.
    pub fn next_frame(&self) -> Result<Frame> {
        let (bytes, from) = self.socket.recvfrom_vec(65_565, wavetank::MsgFlags::empty())?;
        match from {
            Addr::Packet(from) => Ok(Frame { from: *from, bytes }),
            other => unreachable!("a packet socket's address is {other}"),
        }
    }

    /// Enables or disables promiscuous mode: `struct packet_mreq`. Closing the socket disables it, too.
    pub fn set_promiscuous(&self, on: bool) -> Result<()> {
        let mut membership = [0; 16];
        membership[..4].copy_from_slice(&self.ifindex.to_ne_bytes());
        membership[4..6].copy_from_slice(&(c::PACKET_MR_PROMISC as u16).to_ne_bytes());
        let name = if on { c::PACKET_ADD_MEMBERSHIP } else { c::PACKET_DROP_MEMBERSHIP };
        self.socket.setsockopt_raw(c::SOL_PACKET, name, &membership)
    }
}

impl Frame {
    /// The protocol number in the Ethernet header, if it is IPv4's: the first bytes of the packet in it.
    pub fn ipv4(&self) -> Option<&[u8]> {
        let (header, packet) = self.bytes.split_at_checked(14)?;
        (header[12..] == htons(c::ETHERTYPE_IP as u16).to_ne_bytes()).then_some(packet)
    }
}
