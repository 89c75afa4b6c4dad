//! Packets on the edge, and those that Linux made.

use etherparse::{IpNumber, Ipv4Options, PacketBuilder, TcpHeader};

use super::mend;
use crate::Seed;

const V4: ([u8; 4], [u8; 4]) = ([192, 0, 2, 1], [10, 0, 0, 1]);
const V6: ([u8; 16], [u8; 16]) = ([0xfd; 16], [0x20; 16]);

/// See above.
///
/// # Panics
/// If one cannot be made.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    let mut seeds = Vec::new();
    let mut seed = |name: &str, bytes: Vec<u8>| seeds.push((name.to_owned(), bytes));
    for (number, line) in include_str!("../../../../fixtures/wire/linux-6.18.hex").lines().enumerate() {
        let bytes: Option<Vec<u8>> = line.trim().as_bytes().chunks(2).map(hex_byte).collect();
        if let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) {
            seed(&format!("linux-{number:02}"), bytes);
        }
    }
    for (name, options) in OPTIONS {
        let mut header = TcpHeader::new(1000, 7, 0xffff_fff0, 65_535);
        header.syn = true;
        header.set_options_raw(options).expect("they have room");
        seed(&format!("options-{name}"), tcp4(header.clone(), b""));
        seed(&format!("options-{name}-v6"), tcp6(header, b"data"));
    }
    let mut all = TcpHeader::new(0, 65_535, u32::MAX, 0);
    (all.fin, all.syn, all.rst, all.psh, all.ack, all.urg) = (true, true, true, true, true, true);
    (all.ece, all.cwr, all.ns, all.urgent_pointer) = (true, true, true, u16::MAX);
    seed("flags-all", tcp4(all, &[0x5a; 100]));

    let segment = tcp4(TcpHeader::new(1000, 7, 1, 1), b"0123456789");
    seed("checksum-wrong", changed(&segment, &[(segment.len() - 1, 0)]));
    seed("header-checksum-wrong", changed(&segment, &[(10, 0)]));
    seed("cut-in-ip-header", segment[..19].to_vec());
    seed("cut-in-tcp-header", segment[..39].to_vec());
    seed("cut-in-payload", segment[..45].to_vec());
    seed("behind-the-packet", [&segment[..], b"more"].concat());
    seed("version-5", changed(&segment, &[(0, 0x55)]));
    seed("ip-header-of-16-bytes", mended(&segment, &[(0, 0x44)]));
    seed("tcp-header-of-16-bytes", mended(&segment, &[(32, 0x40)]));
    seed("tcp-header-longer-than-packet", mended(&segment, &[(32, 0xf0)]));
    seed("fragment-first", mended(&segment, &[(6, 0x20)]));
    seed("fragment-last", mended(&segment, &[(7, 1)]));
    seed("protocol-of-nobody", mended(&segment, &[(9, 253)]));
    seed("length-shorter-than-header", changed(&segment, &[(3, 10)]));

    let mut with_ip_options = Vec::new();
    let options = Ipv4Options::try_from(&[1, 1, 1, 0][..]).expect("four bytes");
    let mut ip = etherparse::Ipv4Header::new(30, 64, IpNumber::UDP, V4.0, V4.1).expect("short");
    ip.options = options;
    PacketBuilder::ip(etherparse::IpHeaders::Ipv4(ip, etherparse::Ipv4Extensions::default()))
        .udp(7, 9)
        .write(&mut with_ip_options, b"options of IP")
        .expect("it is short");
    seed("ip-options", with_ip_options);

    let datagram = udp4(b"ahoy");
    seed("udp", datagram.clone());
    seed("udp-empty", udp4(b""));
    seed("udp-without-checksum", changed(&datagram, &[(26, 0), (27, 0)]));
    seed("udp-length-7", changed(&datagram, &[(25, 7)]));
    seed("udp-length-0", changed(&datagram, &[(25, 0)]));
    seed("udp-length-beyond", changed(&datagram, &[(25, 100)]));
    // The sum is 0, which is sent as all ones.
    seed("udp-sum-zero", udp_with_sum_zero());
    let mut v6 = Vec::new();
    PacketBuilder::ipv6(V6.0, V6.1, 64).udp(7, 9).write(&mut v6, b"ahoy").expect("it is short");
    seed("udp-v6", v6.clone());
    seed("udp-v6-without-checksum", changed(&v6, &[(46, 0), (47, 0)]));
    seed("v6-hop-by-hop", changed(&v6, &[(6, 0)]));
    seed("v6-fragment", changed(&v6, &[(6, 44)]));
    seed("v6-length-0", changed(&v6, &[(5, 0)]));

    for (kind, code) in [(3, 0), (3, 1), (3, 2), (3, 3), (3, 4), (3, 13), (3, 9), (11, 0), (8, 0), (12, 0)] {
        seed(&format!("icmp-{kind}-{code}"), icmp4(kind, code, &segment[..28]));
    }
    for (kind, code) in [(1, 0), (1, 1), (1, 3), (1, 4), (2, 0), (2, 1), (4, 1), (3, 0), (128, 0)] {
        seed(&format!("icmp6-{kind}-{code}"), icmp6(kind, code, &v6[..48]));
    }
    seed("icmp-quotes-udp", icmp4(3, 3, &datagram[..28]));
    seed("icmp-quotes-7-bytes", icmp4(3, 3, &datagram[..27]));
    seed("icmp-quotes-nothing", icmp4(3, 3, b""));
    seed("icmp-quotes-icmp", icmp4(3, 3, &icmp4(3, 3, &datagram)));
    seed("icmp-quotes-v6", icmp4(3, 3, &v6));
    seed("icmp6-quotes-v4", icmp6(1, 4, &datagram));
    seed("icmp6-mtu-above-16-bits", icmp6_mtu(0x0001_0000));
    seeds
}

const OPTIONS: &[(&str, &[u8])] = &[
    ("linux-syn", &[2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7]),
    ("end-first", &[0, 2, 4, 5]),
    ("length-0", &[2, 0, 5, 0xb4]),
    ("length-1", &[1, 1, 2, 1]),
    ("length-beyond", &[1, 1, 8, 10]),
    ("mss-twice", &[2, 4, 0, 1, 2, 4, 0xff, 0xff]),
    ("mss-of-3-bytes", &[2, 3, 5, 1]),
    ("scale-255", &[3, 3, 255, 1]),
    ("sack-none", &[1, 1, 5, 2]),
    ("sack-of-7-bytes", &[5, 9, 1, 2, 3, 4, 5, 6, 7, 1, 1, 1]),
    ("sack-4", &[5, 34, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0, 7, 0, 0, 0, 8, 0, 0]),
    ("cookie-request", &[34, 2, 1, 1]),
    ("cookie-odd", &[34, 7, 1, 2, 3, 4, 5, 0]),
    ("cookie-16", &[34, 18, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 1, 1]),
    ("cookie-18", &[34, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]),
    // As bytes they fit; laid out as Linux does they do not.
    ("too-many", &[2, 4, 5, 0xb4, 3, 3, 7, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 5, 18, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0]),
    ("unknown", &[253, 4, 1, 2, 19, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]),
];

fn hex_byte(pair: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
}

fn tcp4(header: TcpHeader, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    PacketBuilder::ipv4(V4.0, V4.1, 64).tcp_header(header).write(&mut bytes, payload).expect("it is short");
    bytes
}

fn tcp6(header: TcpHeader, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    PacketBuilder::ipv6(V6.0, V6.1, 64).tcp_header(header).write(&mut bytes, payload).expect("it is short");
    bytes
}

fn udp4(payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    PacketBuilder::ipv4(V4.0, V4.1, 64).udp(7, 9).write(&mut bytes, payload).expect("it is short");
    bytes
}

fn udp_with_sum_zero() -> Vec<u8> {
    let sum_of = |payload: [u8; 2]| u16::from_be_bytes([udp4(&payload)[26], udp4(&payload)[27]]);
    // What is added to the payload is taken off the sum.
    udp4(&sum_of([0, 0]).to_be_bytes())
}

fn icmp4(kind: u8, code: u8, quoted: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 1, 0, 0];
    bytes.extend([V4.0, V4.1].concat());
    bytes.extend([kind, code, 0, 0, 0, 0, 5, 0xdc]);
    bytes.extend(quoted);
    mend(&mut bytes);
    bytes
}

fn icmp6(kind: u8, code: u8, quoted: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x60, 0, 0, 0, 0, 0, 58, 64];
    bytes.extend([V6.0, V6.1].concat());
    bytes.extend([kind, code, 0, 0, 0, 0, 5, 0]);
    bytes.extend(quoted);
    mend(&mut bytes);
    bytes
}

fn icmp6_mtu(mtu: u32) -> Vec<u8> {
    let mut quoted = Vec::new();
    PacketBuilder::ipv6(V6.0, V6.1, 64).udp(7, 9).write(&mut quoted, b"ahoy").expect("it is short");
    let mut bytes = icmp6(2, 0, &quoted);
    bytes[44..48].copy_from_slice(&mtu.to_be_bytes());
    mend(&mut bytes);
    bytes
}

fn changed(bytes: &[u8], changes: &[(usize, u8)]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for &(at, byte) in changes {
        bytes[at] = byte;
    }
    bytes
}

fn mended(bytes: &[u8], changes: &[(usize, u8)]) -> Vec<u8> {
    let mut bytes = changed(bytes, changes);
    mend(&mut bytes);
    bytes
}
