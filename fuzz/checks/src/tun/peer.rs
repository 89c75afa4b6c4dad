//! The outside's end of the conversations: what it has sent, and what it has heard.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use etherparse::{NetSlice, PacketBuilder, SlicedPacket, TcpHeader, TcpSlice, TransportSlice};
use wavetank_sim::SimTun;

use super::Step;
use crate::packet;

const OUTSIDE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const MACHINE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
const OUTSIDE6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
const MACHINE6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 1);

/// One TCP conversation.
#[derive(Clone, Debug)]
struct Talk {
    own_port: u16,
    port: u16,
    v6: bool,
    /// The next sequence number to send.
    next: u32,
    /// The next one to hear.
    expected: u32,
    /// The machine's first, and its bytes from there on, as far as they were heard.
    first: u32,
    heard: Vec<Option<u8>>,
    /// The latest timestamp the machine has sent, and our own clock.
    stamp: u32,
    clock: u32,
    /// The latest packet of the machine's, for ICMP to quote.
    latest: Vec<u8>,
}

impl Talk {
    fn new(own_port: u16, port: u16, v6: bool) -> Self {
        Self {
            own_port,
            port,
            v6,
            // Not far from where the numbers begin anew.
            next: 0xffff_f000,
            expected: 0,
            first: 0,
            heard: Vec::new(),
            stamp: 0,
            clock: 1000,
            latest: Vec::new(),
        }
    }
}

/// All conversations.
#[derive(Debug)]
pub(super) struct Peer {
    talks: [Talk; 4],
    /// The latest datagram of the machine's.
    datagram: Vec<u8>,
}

impl Default for Peer {
    fn default() -> Self {
        // The last is the one that the machine begins; its port is heard.
        let talks = [Talk::new(1000, 7, false), Talk::new(1001, 7, false), Talk::new(1000, 7, true), Talk::new(9, 0, false)];
        Self { talks, datagram: Vec::new() }
    }
}

impl Peer {
    /// Takes what has come out of the device.
    pub(super) fn hear(&mut self, tun: &SimTun) {
        while tun.pending() > 0 {
            let Some(bytes) = tun.recv(Some(std::time::Duration::ZERO)) else { return };
            let sliced = SlicedPacket::from_ip(&bytes).expect("the machine sends packets");
            let (src, dst) = match &sliced.net {
                Some(NetSlice::Ipv4(ip)) => (IpAddr::V4(ip.header().source_addr()), IpAddr::V4(ip.header().destination_addr())),
                Some(NetSlice::Ipv6(ip)) => (IpAddr::V6(ip.header().source_addr()), IpAddr::V6(ip.header().destination_addr())),
                other => panic!("{other:?}"),
            };
            assert!([IpAddr::V4(MACHINE), IpAddr::V6(MACHINE6)].contains(&src), "from {src}");
            assert!([IpAddr::V4(OUTSIDE), IpAddr::V6(OUTSIDE6)].contains(&dst), "to {dst}");
            match sliced.transport {
                Some(TransportSlice::Tcp(tcp)) => {
                    assert!(packet::is_right(&bytes), "a wrong checksum: {bytes:02x?}");
                    self.hear_segment(&bytes, src.is_ipv6(), &tcp);
                }
                Some(TransportSlice::Udp(_)) => {
                    assert!(packet::is_right(&bytes), "a wrong checksum: {bytes:02x?}");
                    self.datagram = bytes.clone();
                }
                _ => {}
            }
        }
    }

    fn hear_segment(&mut self, bytes: &[u8], v6: bool, tcp: &TcpSlice<'_>) {
        if tcp.destination_port() == 9 {
            self.talks[3].port = tcp.source_port();
        }
        let is_its = |talk: &&mut Talk| (talk.own_port, talk.v6) == (tcp.destination_port(), v6);
        let Some(talk) = self.talks.iter_mut().find(is_its) else { panic!("a segment to nobody: {bytes:02x?}") };
        talk.latest = bytes.to_vec();
        let mut seq = tcp.sequence_number();
        if tcp.syn() {
            seq = seq.wrapping_add(1);
            if talk.first != seq {
                talk.first = seq;
                talk.heard.clear();
                talk.expected = seq;
            }
        } else if tcp.rst() {
            return;
        }
        for option in tcp.options_iterator().flatten() {
            if let etherparse::TcpOptionElement::Timestamp(value, _) = option {
                talk.stamp = value;
            }
        }
        let offset = seq.wrapping_sub(talk.first) as usize;
        // A window probe lies before what was heard; a keepalive probe before the first byte.
        if offset < 1 << 20 {
            let end = offset + tcp.payload().len();
            talk.heard.resize(talk.heard.len().max(end), None);
            for (heard, &byte) in talk.heard[offset..end].iter_mut().zip(tcp.payload()) {
                assert!(heard.is_none_or(|heard| heard == byte), "another byte at {offset} than before: {bytes:02x?}");
                *heard = Some(byte);
            }
        }
        let end = seq.wrapping_add(tcp.payload().len() as u32).wrapping_add(tcp.fin().into());
        if end.wrapping_sub(talk.expected).cast_signed() > 0 {
            talk.expected = end;
        }
    }

    /// The packet of a step; `None` if there is nothing that it could be about.
    pub(super) fn packet(&mut self, step: &Step) -> Option<Vec<u8>> {
        let talk = &mut self.talks[usize::from(step.what) % 4];
        match step.what / 4 % 8 {
            0..=4 => segment(talk, step),
            5 => Some(datagram(step)),
            6 => error(if step.flags & 1 == 0 { &talk.latest } else { &self.datagram }, step),
            _ => {
                // What the machine has sent comes back to it with a byte changed, and right again.
                let mut bytes = talk.latest.clone();
                let at = usize::from(step.window) % bytes.len().max(1);
                *bytes.get_mut(at)? ^= step.flags;
                packet::mend(&mut bytes);
                Some(bytes)
            }
        }
    }
}

fn segment(talk: &mut Talk, step: &Step) -> Option<Vec<u8>> {
    if talk.port == 0 {
        return None;
    }
    let seq = talk.next.wrapping_add_signed(step.seq);
    let mut header = TcpHeader::new(talk.own_port, talk.port, seq, step.window);
    let flag = |bit: u8| step.flags & bit != 0;
    (header.fin, header.syn, header.rst, header.psh) = (flag(1), flag(2), flag(4), flag(8));
    (header.ack, header.urg, header.ece, header.cwr) = (flag(16), flag(32), flag(64), flag(128));
    header.acknowledgment_number = if header.ack { talk.expected.wrapping_add_signed(step.ack) } else { 0 };
    header.urgent_pointer = if header.urg { step.urgent } else { 0 };
    talk.clock += step.pause.as_millis() as u32 + 1;
    header.set_options_raw(&options(talk, step, seq)).ok()?;
    let first = seq.wrapping_add(header.syn.into());
    let payload: Vec<u8> = (0..step.len as u32).map(|at| first.wrapping_add(at) as u8).collect();
    let end = first.wrapping_add(step.len as u32).wrapping_add(header.fin.into());
    if !header.rst && end.wrapping_sub(talk.next).cast_signed() > 0 && step.seq <= 0 {
        talk.next = end;
    }
    let mut bytes = Vec::new();
    if talk.v6 {
        PacketBuilder::ipv6(OUTSIDE6.octets(), MACHINE6.octets(), 64).tcp_header(header).write(&mut bytes, &payload).ok()?;
    } else {
        PacketBuilder::ipv4(OUTSIDE.octets(), MACHINE.octets(), 64).tcp_header(header).write(&mut bytes, &payload).ok()?;
    }
    Some(bytes)
}

/// Options that fit, nearly fit, or do not.
fn options(talk: &Talk, step: &Step, seq: u32) -> Vec<u8> {
    let stamps = |value: u32, echo: u32| [&[1, 1, 8, 10][..], &value.to_be_bytes(), &echo.to_be_bytes()].concat();
    let sack = |blocks: &[(u32, u32)]| {
        let mut bytes = vec![1, 1, 5, 2 + 8 * blocks.len() as u8];
        for (start, end) in blocks {
            bytes.extend(start.to_be_bytes());
            bytes.extend(end.to_be_bytes());
        }
        bytes
    };
    let heard = talk.expected;
    let back = |count: u32| heard.wrapping_sub(count);
    match step.options % 24 {
        0..=5 => stamps(talk.clock, talk.stamp),
        6..=9 => vec![],
        10 => [&[2, 4, 5, 0xb4, 3, 3, 7, 1, 4, 2][..], &stamps(talk.clock, talk.stamp)[2..]].concat(),
        11 => vec![2, 4, 5, 0xb4, 1, 3, 3, 255, 1, 1, 4, 2],
        12 => vec![2, 4, 0, 0],
        13 => vec![2, 4, 0xff, 0xff, 34, 2, 1, 1],
        14 => [&sack(&[(back(1000), heard)])[..], &stamps(talk.clock, talk.stamp)].concat(),
        15 => [&sack(&[(back(2000), back(1000)), (back(500), heard)])[..], &stamps(talk.clock, talk.stamp)].concat(),
        16 => sack(&[(heard, back(1000)), (heard.wrapping_add(1), heard.wrapping_add(1 << 31)), (0, u32::MAX), (seq, seq)]),
        17 => sack(&[(back(5000), back(4000))]),
        18 => stamps(talk.clock.wrapping_sub(100_000), talk.stamp),
        19 => stamps(talk.clock.wrapping_add(1 << 31), talk.stamp.wrapping_add(1)),
        20 => stamps(0, 0),
        21 => [&[34, 10][..], &seq.to_be_bytes(), &heard.to_be_bytes(), &[1, 1]].concat(),
        22 => vec![19, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        _ => vec![step.flags, step.urgent as u8, step.options, 0],
    }
}

fn datagram(step: &Step) -> Vec<u8> {
    let payload = vec![0x5a; step.len];
    let port = [7, 7, 7, 8, 0, 65_535][usize::from(step.options) % 6];
    let mut bytes = Vec::new();
    let written = if step.what & 1 == 0 {
        PacketBuilder::ipv4(OUTSIDE.octets(), MACHINE.octets(), 64).udp(1000, port).write(&mut bytes, &payload)
    } else {
        PacketBuilder::ipv6(OUTSIDE6.octets(), MACHINE6.octets(), 64).udp(1000, port).write(&mut bytes, &payload)
    };
    written.expect("a datagram of 9000 bytes is one");
    bytes
}

/// ICMP about a packet that the machine has sent, or something like it.
fn error(about: &[u8], step: &Step) -> Option<Vec<u8>> {
    let is_v4 = about.first()? >> 4 == 4;
    let quoted = &about[..about.len().min(if is_v4 { 28 } else { 48 })];
    let (kind, code) = if is_v4 {
        [(3, 0), (3, 1), (3, 2), (3, 3), (3, 4), (3, 13), (11, 0), (12, 0)][usize::from(step.options) % 8]
    } else {
        [(1, 0), (1, 1), (1, 3), (1, 4), (2, 0), (4, 1), (3, 0), (129, 0)][usize::from(step.options) % 8]
    };
    let mut bytes = if is_v4 {
        let mut bytes = vec![0x45, 0, 0, 0, 0, 0, 0, 0, 64, 1, 0, 0];
        bytes.extend([OUTSIDE.octets(), MACHINE.octets()].concat());
        bytes
    } else {
        let mut bytes = vec![0x60, 0, 0, 0, 0, 0, 58, 64];
        bytes.extend([OUTSIDE6.octets(), MACHINE6.octets()].concat());
        bytes
    };
    bytes.extend([kind, code, 0, 0, 0, 0]);
    bytes.extend(step.window.to_be_bytes());
    let quote = bytes.len();
    bytes.extend(quoted);
    // Of the sequence number that it quotes, some are not in flight.
    if let Some(seq) = bytes.get_mut(quote + quoted.len() - 4) {
        *seq ^= [0, 0, 0, 1, 0x80][usize::from(step.urgent) % 5];
    }
    packet::mend(&mut bytes);
    Some(bytes)
}
