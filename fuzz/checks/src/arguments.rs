//! Arguments of socket calls: what is right, what is on the edge, and nonsense.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddrV6},
    time::Duration,
};

use wavetank_api::{
    Addr, AiFlags, Family, Guid, HypervAddr, MsgFlags, NameFlags, PollEvents, Protocol, Shutdown, SockFlags, SockType,
    SystemAddr, UnixAddr,
    control::{ControlBuf, IP_TTL},
};

use super::input::Input;

/// The longest buffer a call is given.
pub const LONGEST: usize = 300_000;

/// A family.
pub fn family(input: &mut Input<'_>) -> Family {
    const RAW: [i32; 18] = [2, 2, 2, 2, 2, 2, 2, 10, 10, 10, 1, 1, 0, 16, 29, 46, -1, i32::MAX];
    Family::from_raw(input.of(&RAW))
}

/// A socket type.
pub fn kind(input: &mut Input<'_>) -> SockType {
    const RAW: [i32; 16] = [1, 1, 1, 1, 1, 2, 2, 2, 2, 0, 3, 4, 5, 11, -1, i32::MIN];
    SockType::from_raw(input.of(&RAW))
}

/// Flags of a new descriptor.
pub fn sock_flags(input: &mut Input<'_>) -> SockFlags {
    const BITS: [i32; 8] = [0, 0, 0, libc_nonblock(), libc_nonblock(), 0o2_000_000, 1, -1];
    SockFlags::from_bits_retain(input.of(&BITS))
}

const fn libc_nonblock() -> i32 {
    SockFlags::NONBLOCK.bits()
}

/// A protocol.
pub fn protocol(input: &mut Input<'_>) -> Protocol {
    const RAW: [i32; 16] = [0, 0, 0, 0, 0, 0, 0, 6, 17, 1, 58, 132, 262, 263, -1, i32::MAX];
    Protocol::from_raw(input.of(&RAW))
}

/// Flags of a call that sends or receives; most say not to wait.
pub fn msg_flags(input: &mut Input<'_>) -> MsgFlags {
    const WAITS_NOT: MsgFlags = MsgFlags::DONTWAIT;
    let choice = input.byte();
    match choice % 16 {
        0 | 1 => MsgFlags::empty(),
        2 => MsgFlags::WAITALL,
        3 => MsgFlags::PEEK | WAITS_NOT,
        4 => MsgFlags::PEEK | MsgFlags::WAITALL,
        5 => MsgFlags::TRUNC | WAITS_NOT,
        6 => MsgFlags::OOB | WAITS_NOT,
        7 => MsgFlags::MORE | MsgFlags::NOSIGNAL | WAITS_NOT,
        8 => MsgFlags::from_bits_retain(i32::from(choice) << 12) | WAITS_NOT,
        9 => MsgFlags::ERRQUEUE,
        10 => MsgFlags::from_bits_retain(-1),
        _ => WAITS_NOT,
    }
}

/// A port; few, so that programs meet.
pub fn port(input: &mut Input<'_>) -> u16 {
    input.of(&[7, 7, 7, 7, 8, 8, 9, 0, 0, 80, 1023, 32_768, 32_769, 60_999, 65_535, 1])
}

/// The address of a host of `calls::world`: 1 or 2.
pub const fn v4_of(host: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, 0, host)
}

/// As [`v4_of`].
pub const fn v6_of(host: u8) -> Ipv6Addr {
    Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, host as u16)
}

/// An address: of a host, of none, of no use, of any family.
pub fn addr(input: &mut Input<'_>) -> Addr {
    let port = port(input);
    let choice = input.byte();
    let v6 = |ip: Ipv6Addr| Addr::V6(SocketAddrV6::new(ip, port, u32::from(choice), u32::from(choice) % 4));
    match choice % 32 {
        0..=2 => Addr::v4(Ipv4Addr::UNSPECIFIED, port),
        3..=6 => Addr::v4(Ipv4Addr::LOCALHOST, port),
        7..=9 => Addr::v4(v4_of(1), port),
        10..=12 => Addr::v4(v4_of(2), port),
        13 => Addr::v4(Ipv4Addr::new(127, 9, 9, 9), port),
        14 => Addr::v4(Ipv4Addr::new(10, 9, 9, 9), port),
        15 => Addr::v4(Ipv4Addr::BROADCAST, port),
        16 => Addr::v4(Ipv4Addr::new(224, 0, 0, 1), port),
        17 | 18 => v6(Ipv6Addr::UNSPECIFIED),
        19 | 20 => v6(Ipv6Addr::LOCALHOST),
        21 => v6(v6_of(1)),
        22 => v6(v6_of(2)),
        23 => v6(v4_of(1 + choice / 128).to_ipv6_mapped()),
        24 => v6(Ipv4Addr::LOCALHOST.to_ipv6_mapped()),
        25 => v6(Ipv4Addr::UNSPECIFIED.to_ipv6_mapped()),
        26 => v6(Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1)),
        27 => v6(v6_of(99)),
        28 => Addr::Unspec,
        29 => Addr::Unix(unix(choice / 32)),
        30 => Addr::Raw { family: u16::from(choice), bytes: vec![choice; usize::from(choice) / 2].into() },
        _ => Addr::Raw { family: 2, bytes: Box::default() },
    }
}

/// An address of a family that nobody here has, or nonsense of one that somebody has.
pub fn other_addr(input: &mut Input<'_>) -> Addr {
    // UNIX, INET, INET6, NETLINK, PACKET, CAN, TIPC, BLUETOOTH, ALG, VSOCK, QIPCRTR.
    let family = input.of(&[1, 2, 10, 16, 17, 29, 30, 31, 38, 40, 42, 99_u16]);
    let len = input.of(&[0, 1, 4, 6, 8, 10, 12, 14, 16, 18, 22, 26, 86, 107, 108, 109, 126, 127, 1000]);
    let fill = input.byte();
    match input.byte() % 8 {
        0 => Addr::Hyperv(Box::new(HypervAddr { vm_id: Guid([fill; 16]), service_id: Guid([0; 16]) })),
        1 => Addr::System(SystemAddr { id: fill.into(), unit: u32::MAX }),
        2 => Addr::Raw { family, bytes: vec![fill; len].into() },
        _ => Addr::from_sockaddr(&[&family.to_ne_bytes()[..], &vec![fill; len]].concat()),
    }
}

/// A sysctl and a value for it.
pub fn sysctl(input: &mut Input<'_>) -> (&'static str, &'static str) {
    const NAMES: [&str; 16] = [
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
        "net.ipv4.tcp_sack",
        "net.ipv4.tcp_timestamps",
        "net.ipv4.tcp_window_scaling",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_syn_retries",
        "net.ipv4.tcp_retries2",
        "net.ipv4.tcp_fastopen",
        "net.ipv4.tcp_congestion_control",
        "net.ipv4.tcp_abort_on_overflow",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ip_local_port_range",
        "net.core.somaxconn",
        "net.core.rmem_max",
        "nonsense",
    ];
    const VALUES: [&str; 10] = ["0", "1", "2", "5", "255", "65535", "4096 8192 16384", "1 1 1", "32768 32770", "reno"];
    (input.of(&NAMES), input.of(&VALUES))
}

/// Control messages to send: none, right ones, wrong ones, no messages at all.
pub fn control(input: &mut Input<'_>) -> Vec<u8> {
    let mut control = ControlBuf::new();
    let (choice, fill) = (input.byte(), input.byte());
    let pushed = match choice % 16 {
        0..=3 => Ok(&mut control),
        4 => control.push_raw(1, 2, &[i32::from(fill), 0, 0].map(i32::to_ne_bytes).concat()),
        5 => control.push_raw(1, 2, &[fill; 12]),
        6 => control.push_raw(1, 1, &[fill; 8]),
        7 => control.push(IP_TTL, i32::from(fill)),
        8 => control.push_raw(41, i32::from(fill), &[fill; 20]),
        9 => control.push_raw(0, i32::from(fill), &[fill; 12]),
        10 => control.push_raw(17, 103, &[fill, 0]),
        11 => control.push_raw(1, i32::from(fill), &[]),
        12 => control.push_raw(i32::from(fill), 1, &[0; 4]),
        13 => return vec![fill; usize::from(choice)],
        14 => return [&usize::from(fill).to_ne_bytes()[..], &[1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]].concat(),
        _ => (0..fill).try_for_each(|_| control.push_raw(1, 2, &[0; 12]).map(drop)).map(|()| &mut control),
    };
    drop(pushed);
    control.as_bytes().to_vec()
}

fn unix(choice: u8) -> UnixAddr {
    let name = match choice {
        0 => UnixAddr::pathname("/tmp/socket"),
        1 => UnixAddr::pathname("x".repeat(UnixAddr::PATH_MAX)),
        2 => UnixAddr::abstract_name("name"),
        3 => UnixAddr::abstract_name([0; UnixAddr::ABSTRACT_MAX]),
        4 => UnixAddr::abstract_name(""),
        _ => Ok(UnixAddr::unnamed()),
    };
    name.unwrap_or_else(|_| UnixAddr::unnamed())
}

/// The length of a buffer.
pub fn len(input: &mut Input<'_>) -> usize {
    const LENS: [usize; 16] =
        [0, 1, 2, 7, 64, 64, 1000, 1448, 1460, 4096, 65_487, 65_507, 65_508, 65_535, 65_536, LONGEST];
    input.of(&LENS)
}

/// A backlog.
pub fn backlog(input: &mut Input<'_>) -> i32 {
    input.of(&[0, 1, 1, 2, 5, 128, 4096, 65_536, -1, i32::MIN, i32::MAX])
}

/// A level and a name of `getsockopt` and `setsockopt`.
pub fn option(input: &mut Input<'_>) -> (i32, i32) {
    const LEVELS: [i32; 12] = [1, 1, 1, 1, 6, 6, 0, 41, 17, 255, -1, i32::MAX];
    const NAMES: [i32; 8] = [7, 8, 13, 20, 21, 4, i32::MAX, -1];
    let level = input.of(&LEVELS);
    // The names of every level are small numbers.
    let choice = input.byte();
    let name = if choice < 224 { i32::from(choice) % 76 } else { NAMES[usize::from(choice) % 8] };
    (level, name)
}

/// The bytes of an option's value or of an `ioctl`'s argument.
pub fn option_value(input: &mut Input<'_>) -> Vec<u8> {
    const LENS: [usize; 16] = [4, 4, 4, 4, 4, 8, 8, 16, 16, 16, 0, 1, 3, 5, 20, 128];
    const INTS: [i32; 16] =
        [0, 1, 1, -1, 2, 4, 60, 255, 256, 2048, 65_536, 1 << 20, 999_999, 1_000_000, i32::MAX, i32::MIN];
    let len = input.of(&LENS);
    let (first, second) = (input.of(&INTS), input.of(&INTS));
    let mut value = Vec::new();
    if len == 16 {
        // A `struct timeval`.
        value.extend(i64::from(first).to_ne_bytes());
        value.extend(i64::from(second).to_ne_bytes());
    }
    while value.len() < len {
        value.extend(first.to_ne_bytes());
        value.extend(second.to_ne_bytes());
    }
    value.truncate(len);
    value
}

/// The number of an `ioctl`.
pub fn request(input: &mut Input<'_>) -> u64 {
    // FIONREAD, TIOCOUTQ, FIONBIO, SIOCATMARK, SIOCGIFNAME, and none.
    input.of(&[0x541b, 0x5411, 0x5421, 0x8905, 0x8910, 0, u64::MAX])
}

/// A length of time; none is for ever, and rare.
pub fn timeout(input: &mut Input<'_>) -> Option<Duration> {
    const TIMES: [Duration; 12] = [
        Duration::ZERO,
        Duration::ZERO,
        Duration::from_nanos(1),
        Duration::from_micros(1),
        Duration::from_millis(1),
        Duration::from_millis(10),
        Duration::from_millis(10),
        Duration::from_millis(300),
        Duration::from_secs(3),
        Duration::from_secs(61),
        Duration::from_secs(3600),
        Duration::MAX,
    ];
    let choice = input.byte();
    (choice != 255).then(|| TIMES[usize::from(choice) % TIMES.len()])
}

/// Which half.
pub fn half(input: &mut Input<'_>) -> Shutdown {
    input.of(&[Shutdown::Read, Shutdown::Write, Shutdown::Write, Shutdown::Both])
}

/// What to poll for.
pub fn events(input: &mut Input<'_>) -> PollEvents {
    const EVENTS: [PollEvents; 6] = [
        PollEvents::IN,
        PollEvents::OUT,
        PollEvents::IN.union(PollEvents::OUT),
        PollEvents::empty(),
        PollEvents::RDHUP.union(PollEvents::PRI),
        PollEvents::all(),
    ];
    input.of(&EVENTS)
}

/// A name to be looked up.
pub fn host_name(input: &mut Input<'_>) -> Option<&'static str> {
    const NAMES: [Option<&str>; 12] = [
        None,
        Some("one"),
        Some("two"),
        Some("localhost"),
        Some("nowhere"),
        Some(""),
        Some("127.0.0.1"),
        Some("::1"),
        Some("fe80::1%7"),
        Some("0x7f.1"),
        Some(
            "a name that no zone has, because it is far longer than a label of DNS may be, which is sixty-three bytes",
        ),
        Some("\0\u{fffd}"),
    ];
    input.of(&NAMES)
}

/// A service to be looked up.
pub fn service(input: &mut Input<'_>) -> Option<&'static str> {
    const SERVICES: [Option<&str>; 9] = [
        None,
        Some("http"),
        Some("80"),
        Some("0"),
        Some("65536"),
        Some("-1"),
        Some("99999999999999999999"),
        Some(""),
        Some("gopher"),
    ];
    input.of(&SERVICES)
}

/// Flags of `getaddrinfo`.
pub fn ai_flags(input: &mut Input<'_>) -> AiFlags {
    AiFlags::from_bits_retain(input.of(&[0, 0, 0, 1, 2, 3, 4, 8, 0x10, 0x20, 0x400, -1]))
}

/// Flags of `getnameinfo`.
pub fn name_flags(input: &mut Input<'_>) -> NameFlags {
    NameFlags::from_bits_retain(input.of(&[0, 1, 2, 3, 4, 8, 16, -1]))
}
