//! Bytes as C's `struct sockaddr` of any family: read as an [`Addr`], and written again. What is written is read as the same, and says
//! all that the bytes said. The kernel gives the address back that a socket was bound to, for families that can be bound without harm.

use wavetank_api::{Addr, Family, Net, Protocol, SockFlags, SockType};
use wavetank_real::Machine;

use super::Seed;

/// Takes the bytes as an address, and as one of each family.
pub fn run(bytes: &[u8]) {
    check(bytes);
    let rest = bytes.get(2..).unwrap_or_default();
    for family in FAMILIES {
        check(&[&family.to_ne_bytes()[..], rest].concat());
    }
}

/// UNSPEC, UNIX, INET, INET6, NETLINK, PACKET, RDS, CAN, TIPC, BLUETOOTH, ALG, VSOCK, QIPCRTR, and one that nobody has.
const FAMILIES: [u16; 14] = [0, 1, 2, 10, 16, 17, 21, 29, 30, 31, 38, 40, 42, 99];

fn check(bytes: &[u8]) {
    let addr = Addr::from_sockaddr(bytes);
    let again = addr.to_sockaddr().expect("no variant of another system is read here");
    assert_eq!(Addr::from_sockaddr(&again), addr, "{bytes:02x?} was written as {again:02x?}");
    assert_eq!(addr.family().raw(), family(bytes).map_or(0, i32::from), "{bytes:02x?}");
    says_all(&addr, bytes, &again);
    assert!(!addr.to_string().is_empty());
    is_given_back(&addr);
}

fn family(bytes: &[u8]) -> Option<u16> {
    bytes.first_chunk().map(|family| u16::from_ne_bytes(*family))
}

/// Nothing but what nobody reads is different.
fn says_all(addr: &Addr, bytes: &[u8], again: &[u8]) {
    match addr {
        // "No address": the kernel reads no further than the family (`__inet_dgram_connect`).
        Addr::Unspec => {}
        // `sin_zero`.
        Addr::V4(_) => assert_eq!(bytes[..8], again[..8]),
        // Up to the NUL; `unix(7)`.
        Addr::Unix(unix) if unix.as_pathname().is_some() => {
            let path = |bytes: &[u8]| bytes[2..].split(|&byte| byte == 0).next().map(<[u8]>::to_vec);
            assert_eq!(path(bytes), path(again));
        }
        Addr::Unix(_) | Addr::Raw { .. } => assert_eq!(bytes, again),
        _ => {
            let (short, long) = if bytes.len() < again.len() { (bytes, again) } else { (again, bytes) };
            let (same, rest) = long.split_at(short.len());
            assert!(same == short && rest.iter().all(|&byte| byte == 0), "{bytes:02x?} was written as {again:02x?}");
        }
    }
}

/// `bind`, then `getsockname`.
fn is_given_back(addr: &Addr) {
    let kind = match addr {
        Addr::Unix(name) if name.as_abstract_name().is_some() => SockType::DGRAM,
        Addr::Netlink(_) => SockType::DGRAM,
        _ => return,
    };
    let machine = Machine::this();
    let protocol = if matches!(addr, Addr::Netlink(_)) { NETLINK_USERSOCK } else { Protocol::DEFAULT };
    let family = Family::from_raw(addr.family().raw());
    let Ok(fd) = machine.socket(family, kind, SockFlags::empty(), protocol) else { return };
    // A name may be taken, a group not be allowed.
    if machine.bind(&fd, addr).is_err() {
        return;
    }
    let name = machine.getsockname(&fd).expect("a bound socket has a name");
    match (addr, &name) {
        // The kernel chooses the port if there is none, and has no more than 32 groups of this protocol.
        (Addr::Netlink(wanted), Addr::Netlink(name)) => assert!(wanted.pid == 0 || wanted.pid == name.pid),
        _ => assert_eq!(name, *addr),
    }
}

/// include/uapi/linux/netlink.h: for programs among themselves.
const NETLINK_USERSOCK: Protocol = Protocol::from_raw(2);

/// A right one of every family, and what is too short, too long, padded otherwise or ends early.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    let family = |family: u16, rest: &[&[u8]]| [&family.to_ne_bytes()[..], &rest.concat()].concat();
    let word = |number: u32| number.to_ne_bytes();
    let alg = |kind: &[u8], name: &[u8]| {
        let mut bytes = kind.to_vec();
        bytes.resize(14, 0);
        bytes.extend([0; 8]);
        bytes.extend(name);
        bytes.resize(86, 0);
        bytes
    };
    let v6: &[&[u8]] = &[&[0, 80], &word(7), &[0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], &word(3)];
    let rows: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", vec![]),
        ("half-a-family", vec![2]),
        ("unspec", family(0, &[&[0; 14]])),
        ("unspec-with-data", family(0, &[&[1; 14]])),
        ("v4", family(2, &[&[0, 80, 127, 0, 0, 1], &[0; 8]])),
        ("v4-with-padding", family(2, &[&[0, 80, 127, 0, 0, 1], &[1; 8]])),
        ("v4-without-padding", family(2, &[&[0, 80, 127, 0, 0, 1]])),
        ("v4-short", family(2, &[&[0, 80, 127, 0, 0]])),
        ("v6", family(10, v6)),
        ("v6-without-scope", family(10, &v6[..3])),
        ("v6-long", family(10, &[&v6.concat(), &[1]])),
        ("unix-unnamed", family(1, &[])),
        ("unix-path", family(1, &[b"/run/echo\0"])),
        ("unix-path-of-108", family(1, &[&[b'x'; 108]])),
        ("unix-path-of-109", family(1, &[&[b'x'; 109]])),
        ("unix-path-then-more", family(1, &[b"/run/echo\0more"])),
        ("unix-path-not-utf8", family(1, &[b"/run/\xff\xc3\x28\0"])),
        ("unix-abstract", family(1, &[b"\0wavetank-fuzz"])),
        ("unix-abstract-nothing", family(1, &[b"\0"])),
        ("unix-abstract-zeros", family(1, &[&[0; 108]])),
        ("unix-abstract-too-long", family(1, &[&[0; 109]])),
        ("netlink", family(16, &[&[0; 2], &word(4711), &word(0)])),
        ("netlink-groups", family(16, &[&[0; 2], &word(0), &word(u32::MAX)])),
        ("netlink-padding", family(16, &[&[1; 2], &word(0), &word(1)])),
        ("packet", family(17, &[&[8, 0], &word(1), &[1, 0, 0, 6], &[2, 0, 0, 0, 0, 1, 0, 0]])),
        ("packet-halen-8", family(17, &[&[8, 0], &word(1), &[1, 0, 4, 8], &[255; 8]])),
        ("packet-halen-beyond", family(17, &[&[8, 0], &word(1), &[1, 0, 4, 255], &[255; 8]])),
        ("packet-halen-20", family(17, &[&[8, 0], &word(1), &[32, 0, 0, 20], &[7; 20]])),
        ("packet-halen-33", family(17, &[&[8, 0], &word(1), &[32, 0, 0, 33], &[7; 33]])),
        ("packet-behind-halen", family(17, &[&[8, 0], &word(1), &[1, 0, 0, 6], &[1; 8]])),
        ("can", family(29, &[&[0; 2], &word(3)])),
        ("can-of-16", family(29, &[&[0; 2], &word(3), &[0; 8]])),
        ("can-isotp", family(29, &[&[0; 2], &word(3), &word(0x18da_00f1), &word(0x18da_f100)])),
        ("can-j1939", family(29, &[&[0; 2], &word(3), &[1; 8], &word(0x3_ffff), &[0x20, 0, 0, 0]])),
        ("can-of-10", family(29, &[&[0; 2], &word(3), &[0; 2]])),
        ("tipc-name", family(30, &[&[2, 2], &word(18888), &word(17), &word(0)])),
        ("tipc-nameseq", family(30, &[&[1, 255], &word(18888), &word(0), &word(u32::MAX)])),
        ("tipc-id", family(30, &[&[3, 0], &word(5), &word(0x0100_1001), &word(0)])),
        ("tipc-id-and-more", family(30, &[&[3, 0], &word(5), &word(6), &word(7)])),
        ("tipc-kind-4", family(30, &[&[4, 0], &word(5), &word(6), &word(7)])),
        ("bluetooth-hci", family(31, &[&[0, 0, 3, 0]])),
        ("bluetooth-sco", family(31, &[&[1, 2, 3, 4, 5, 6]])),
        ("bluetooth-rfcomm", family(31, &[&[1, 2, 3, 4, 5, 6, 30, 0]])),
        ("bluetooth-l2cap", family(31, &[&[1, 16, 1, 2, 3, 4, 5, 6, 4, 0, 1, 0]])),
        ("bluetooth-of-5", family(31, &[&[1; 5]])),
        ("alg", family(38, &[&alg(b"hash", b"sha256")])),
        ("alg-without-nul", family(38, &[&alg(&[b'x'; 14], &[b'y'; 64])])),
        ("alg-behind-nul", family(38, &[&alg(b"hash\0x", b"sha256\0x")])),
        ("alg-long-name", family(38, &[&alg(b"skcipher", b"x"), &[0; 100]])),
        ("vsock", family(40, &[&[0; 2], &word(1024), &word(2), &[0; 4]])),
        ("vsock-any", family(40, &[&[0; 2], &word(u32::MAX), &word(u32::MAX), &[1, 0, 0, 0]])),
        ("vsock-reserved", family(40, &[&[9; 2], &word(1024), &word(2), &[0; 4]])),
        ("qipcrtr", family(42, &[&[0; 2], &word(1), &word(0xffff_fffe)])),
        ("of-nobody", family(99, &[&[1; 126]])),
        ("longer-than-storage", family(99, &[&[1; 127]])),
    ];
    rows.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect()
}
