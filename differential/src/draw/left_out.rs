//! What is not drawn, and why: so that nobody takes its absence from the record for an oversight.

use wavetank_api::c;

/// Something that no program asks.
#[derive(Clone, Copy, Debug)]
pub struct LeftOut {
    /// The option, as C names it, or another argument.
    pub what: &'static str,
    /// Whether it is read all the same: only setting it is left out.
    pub is_read: bool,
    /// Why.
    pub reason: &'static str,
}

const fn neither(what: &'static str, reason: &'static str) -> LeftOut {
    LeftOut { what, is_read: false, reason }
}

const fn not_set(what: &'static str, reason: &'static str) -> LeftOut {
    LeftOut { what, is_read: true, reason }
}

const MACHINE: &str = "the machine decides the value: a number of the kernel's, a processor, a process";
const TIME: &str = "what it does is done in real time, which no sequence of calls shows";
const MEMORY: &str = "the value holds addresses of memory: what lies there is not the program's";
const MULTICAST: &str = "datagrams to groups: the simulator delivers none, and keeps memberships only for who asks";

const NO_IP_OPTIONS: &str = "packets of the simulator make room for what IP_OPTIONS asks for, but do not carry it";

/// All of it.
pub const LEFT_OUT: &[LeftOut] = &[
    neither("SO_COOKIE", MACHINE),
    neither("SO_NETNS_COOKIE", MACHINE),
    neither("SO_INCOMING_CPU", MACHINE),
    neither("SO_INCOMING_NAPI_ID", MACHINE),
    neither("SO_PEERCRED", MACHINE),
    neither("SO_MEMINFO", "how much memory a packet costs is the kernel's affair, and changes from version to version"),
    neither("TCP_CC_INFO", TIME),
    neither("TCP_TIMESTAMP", TIME),
    neither("TCP_FASTOPEN_KEY", "the key is the namespace's: one program's would be another's"),
    neither("TCP_ZEROCOPY_RECEIVE", MEMORY),
    neither("TCP_ULP", "loads modules into the kernel"),
    not_set("IPV6_FLOWINFO", "the flow label that it tells of is drawn by the kernel (`ip6_make_flowlabel`)"),
    not_set("SO_PASSPIDFD", "what it passes is a descriptor of a process, and a simulated program is none"),
    neither("IPV6_JOIN_ANYCAST of a host's own address", "the address would be two hosts' at once"),
    neither(
        "SO_TIMESTAMPING of what is sent",
        "puts packets in the error queue as the device was handed them, with its addresses, and IP's identification, which is drawn",
    ),
    neither("SO_LINGER with a time", "close blocks for that time, non-blocking or not; without a time it is drawn"),
    neither(
        "TCP_REPAIR with 1",
        "it turns every other call of the socket into one of checkpointing (CRIU's), which the simulator has not: 0, -1 and what is refused \
         are drawn",
    ),
    neither(
        "extension headers of IPv6",
        "IPV6_HOPOPTS and its kin with 8 bytes or more: what a receiver does not know it answers with ICMPv6, and what passes is routed by it",
    ),
    not_set(
        "TCP_SAVE_SYN",
        "what TCP_SAVED_SYN then tells are headers with numbers that are drawn; the simulator keeps none, and tells of none",
    ),
    not_set("IP_RECVOPTS", NO_IP_OPTIONS),
    not_set("IP_RETOPTS", NO_IP_OPTIONS),
    not_set("TCP_TX_DELAY", TIME),
    not_set("SO_BUSY_POLL", TIME),
    not_set("SO_TXTIME", TIME),
    neither("SO_ATTACH_FILTER", MEMORY),
    neither("SO_ATTACH_REUSEPORT_CBPF", MEMORY),
    neither("SO_ATTACH_BPF", "the value is a descriptor of a program that nobody has loaded"),
    neither("SO_ATTACH_REUSEPORT_EBPF", "the value is a descriptor of a program that nobody has loaded"),
    neither("sending to 224.0.0.1 and ff02::1", MULTICAST),
    neither(
        "options from 64 on at IPPROTO_IP and IPPROTO_IPV6 without a name",
        "netfilter's, and multicast routing's: modules that may be loaded or not",
    ),
    neither("MSG_ZEROCOPY", "what it reports, and when, is decided by the device and by timing"),
    neither(
        "SOCK_RAW, SOCK_PACKET and ICMP's sockets of AF_INET and AF_INET6",
        "the simulator answers as a kernel built without them: docs/SURFACE.md",
    ),
    neither("blocking sockets", "a sequential program that waits for itself never ends"),
    neither("waits of more than 1.3 s", "a million programs must end today; the conformance suite's slow cases wait"),
];

/// Whether that option is not to be set, or not even to be read.
pub(super) fn is_left_out(label: &str, is_set: bool) -> bool {
    LEFT_OUT.iter().any(|left| left.what == label && (is_set || !left.is_read))
}

/// Whether an option that is set otherwise is not to be set to that value.
pub(super) fn is_value_left_out(level: i32, name: i32, value: &[u8]) -> bool {
    /// SOF_TIMESTAMPING_TX_HARDWARE, _SOFTWARE, _SCHED, _ACK and _COMPLETION.
    const SENT: u32 = 0x1 | 0x2 | 0x100 | 0x200 | 0x40000;
    let number = value.first_chunk().map_or(0, |bytes| u32::from_ne_bytes(*bytes));
    match (level, name) {
        (c::IPPROTO_TCP, c::TCP_REPAIR) => number == 1,
        (c::IPPROTO_IPV6, c::IPV6_HOPOPTS | c::IPV6_DSTOPTS | c::IPV6_RTHDRDSTOPTS | c::IPV6_RTHDR) => value.len() >= 8,
        (c::IPPROTO_IPV6, c::IPV6_JOIN_ANYCAST) => {
            matches!(value, [0xfd, rest @ .., 0..=2, _, _, _, _] if rest.len() == 14)
        }
        (c::SOL_SOCKET, c::SO_TIMESTAMPING_OLD | c::SO_TIMESTAMPING_NEW) => number & SENT != 0,
        _ => false,
    }
}

/// Whether the simulator answers to such sockets as a kernel built without them.
pub(super) fn is_lacking(family: i32, kind: i32, protocol: i32) -> bool {
    match (family, kind & 0xf) {
        (c::AF_INET | c::AF_INET6, c::SOCK_RAW) => true,
        (c::AF_INET | c::AF_INET6, c::SOCK_DGRAM) => matches!(protocol, c::IPPROTO_ICMP | c::IPPROTO_ICMPV6),
        _ => false,
    }
}
