//! Every option that users of TCP meet, in every state, with the values at the edges of its range: a table for each level, recorded on
//! a real kernel and kept in `fixtures/options/`.

use wavetank_api::{Family, option::*};

use crate::{
    bed::{Bed, Capability},
    case::cases,
    check::Outcome,
    grid::{
        Row, Show, Try,
        Try::{Bytes, Int, Text},
        compare, row,
    },
};

cases! { options::table:
    tcp once
        "Every TCP option: range, lengths, errors and what is read back, in each state"
        from "do_tcp_setsockopt, do_tcp_getsockopt";
    socket once
        "Every SOL_SOCKET option of a TCP socket: range, lengths, errors and what is read back, in each state"
        from "sk_setsockopt, sk_getsockopt";
    ip once
        "Every IPv4 option of a TCP socket: range, lengths, errors and what is read back, in each state"
        from "do_ip_setsockopt, do_ip_getsockopt";
    ipv6 families
        "Every IPv6 option of a TCP socket: range, lengths, errors and what is read back, in each state"
        from "do_ipv6_setsockopt, do_ipv6_getsockopt";
}

const SWITCH: &[Try] = &[Int(0), Int(1), Int(2), Int(-1), Int(0), Int(i32::MIN)];
const BYTE: &[Try] = &[Int(1), Int(0), Int(64), Int(255), Int(256), Int(-1), Int(-2), Int(300), Int(i32::MAX)];
const NUMBER: &[Try] =
    &[Int(1), Int(0), Int(-1), Int(127), Int(128), Int(1000), Int(65_535), Int(65_536), Int(i32::MAX), Int(i32::MIN)];
const READ_ONLY: &[Try] = &[Int(1)];
const LOW: &[Try] = &[Int(1), Int(2), Int(3), Int(-1), Int(0), Int(5), Int(6), Int(i32::MAX)];

fn tcp<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::NetAdmin)?;
    const KEEP: &[Try] = &[Int(1), Int(0), Int(77), Int(32_767), Int(32_768), Int(-1), Int(i32::MIN)];
    const COUNT: &[Try] = &[Int(1), Int(0), Int(127), Int(128), Int(-1), Int(9)];
    let rows: &[Row] = &[
        row(TCP_NODELAY, SWITCH, Show::Value),
        row(
            TCP_MAXSEG,
            &[Int(88), Int(87), Int(536), Int(1460), Int(32_767), Int(32_768), Int(-1), Int(0)],
            Show::Value,
        ),
        row(TCP_CORK, SWITCH, Show::Value),
        row(TCP_KEEPIDLE, KEEP, Show::Value),
        row(TCP_KEEPINTVL, KEEP, Show::Value),
        row(TCP_KEEPCNT, COUNT, Show::Value),
        row(TCP_SYNCNT, COUNT, Show::Value),
        row(
            TCP_LINGER2,
            &[Int(1), Int(60), Int(119), Int(120), Int(121), Int(i32::MAX), Int(-1), Int(-9), Int(0)],
            Show::Value,
        ),
        row(
            TCP_DEFER_ACCEPT,
            &[Int(1), Int(2), Int(3), Int(4), Int(50), Int(100), Int(200), Int(300), Int(100_000), Int(-1), Int(0)],
            Show::Value,
        ),
        row(
            TCP_WINDOW_CLAMP,
            &[Int(1), Int(1151), Int(1152), Int(2000), Int(100_000), Int(-1), Int(i32::MIN), Int(0)],
            Show::Value,
        ),
        row(TCP_INFO, READ_ONLY, Show::Len),
        row(TCP_QUICKACK, &[Int(1), Int(0), Int(2), Int(3), Int(4), Int(-1), Int(-2), Int(0)], Show::Value),
        row(
            TCP_CONGESTION,
            &[
                Text("reno"),
                Text("cubic"),
                Text("ren"),
                Text("reno\0x"),
                Text(""),
                Text("\0"),
                Text("cubic1234567890abc"),
                Text("nonesuch"),
                Text("CUBIC"),
            ],
            Show::Text,
        ),
        row(TCP_MD5SIG, &[Int(0), Bytes(&[0; 216]), Bytes(&[2; 216])], Show::Value),
        row(TCP_COOKIE_TRANSACTIONS, &[Int(0), Int(1)], Show::Value),
        row(TCP_THIN_LINEAR_TIMEOUTS, SWITCH, Show::Value),
        row(TCP_THIN_DUPACK, SWITCH, Show::Value),
        row(TCP_USER_TIMEOUT, &[Int(1), Int(0), Int(-1), Int(30_000), Int(i32::MAX), Int(i32::MIN)], Show::Value),
        row(TCP_REPAIR, &[Int(2), Int(-2), Int(0), Int(1), Int(-1), Int(1), Int(-1)], Show::Value),
        row(TCP_REPAIR_QUEUE, &[Int(0), Int(1), Int(2), Int(3), Int(-1)], Show::Value),
        row(TCP_QUEUE_SEQ, &[Int(0), Int(1), Int(-1)], Show::Value),
        row(TCP_REPAIR_OPTIONS, &[Int(0), Bytes(&[2, 0, 0, 0, 0, 5, 0, 0])], Show::Value),
        row(TCP_FASTOPEN, &[Int(1), Int(0), Int(5), Int(-1), Int(5000), Int(i32::MAX), Int(0)], Show::Value),
        row(TCP_TIMESTAMP, &[Int(0), Int(1), Int(-1)], Show::Len),
        row(TCP_NOTSENT_LOWAT, &[Int(1), Int(0), Int(-1), Int(16_384), Int(i32::MAX), Int(i32::MIN)], Show::Value),
        row(TCP_CC_INFO, READ_ONLY, Show::Len),
        row(TCP_SAVE_SYN, LOW, Show::Value),
        row(TCP_SAVED_SYN, READ_ONLY, Show::Value),
        row(TCP_REPAIR_WINDOW, &[Int(0), Bytes(&[0; 20])], Show::Len),
        row(TCP_FASTOPEN_CONNECT, SWITCH, Show::Value),
        row(TCP_ULP, &[Text(""), Text("nonesuch"), Text("\0"), Text("nonesuch1234567890")], Show::Text),
        row(TCP_MD5SIG_EXT, &[Int(0), Bytes(&[0; 216])], Show::Value),
        row(
            TCP_FASTOPEN_KEY,
            &[Int(0), Bytes(&[7; 15]), Bytes(&[7; 16]), Bytes(&[9; 32]), Bytes(&[7; 17])],
            Show::Value,
        ),
        row(TCP_FASTOPEN_NO_COOKIE, SWITCH, Show::Value),
        row(TCP_ZEROCOPY_RECEIVE, READ_ONLY, Show::Len),
        row(TCP_INQ, SWITCH, Show::Value),
        row(TCP_TX_DELAY, &[Int(0), Int(-1), Int(1), Int(i32::MAX), Int(0)], Show::Value),
    ];
    compare(bed, "tcp", include_str!("../../../fixtures/options/tcp.txt"), rows)
}

fn socket<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::NetAdmin)?;
    const BUFFER: &[Try] = &[
        Int(0),
        Int(1),
        Int(1152),
        Int(1153),
        Int(2304),
        Int(2305),
        Int(50_000),
        Int(1_000_000),
        Int(-1),
        Int(i32::MIN),
    ];
    const TIME: &[Try] = &[
        Bytes(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        Bytes(&[0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]),
        Bytes(&[0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x42, 0x0f, 0, 0, 0, 0, 0]),
        Bytes(&[0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]),
        Bytes(&[255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0]),
        Bytes(&[255, 255, 255, 255, 255, 255, 255, 127, 1, 0, 0, 0, 0, 0, 0, 0]),
        Bytes(&[0; 16]),
        Int(1),
    ];
    let rows: &[Row] = &[
        row(SO_DEBUG, SWITCH, Show::Value),
        row(SO_REUSEADDR, SWITCH, Show::Value),
        row(SO_TYPE, READ_ONLY, Show::Value),
        row(SO_ERROR, READ_ONLY, Show::Value),
        row(SO_DONTROUTE, SWITCH, Show::Value),
        row(SO_BROADCAST, SWITCH, Show::Value),
        row(SO_SNDBUF, BUFFER, Show::Value),
        row(SO_RCVBUF, BUFFER, Show::Value),
        row(SO_SNDBUFFORCE, &[Int(0), Int(50_000), Int(100_000_000), Int(-1)], Show::Value),
        row(SO_RCVBUFFORCE, &[Int(0), Int(50_000), Int(100_000_000), Int(-1)], Show::Value),
        row(SO_KEEPALIVE, SWITCH, Show::Value),
        row(SO_OOBINLINE, SWITCH, Show::Value),
        row(SO_NO_CHECK, SWITCH, Show::Value),
        row(SO_PRIORITY, &[Int(1), Int(6), Int(7), Int(-1), Int(0), Int(i32::MAX)], Show::Value),
        row(
            SO_LINGER,
            &[
                Int(1),
                Bytes(&[1, 0, 0, 0, 5, 0, 0, 0]),
                Bytes(&[0, 0, 0, 0, 9, 0, 0, 0]),
                Bytes(&[2, 0, 0, 0, 0, 0, 0, 0]),
                Bytes(&[1, 0, 0, 0, 255, 255, 255, 255]),
                Bytes(&[0; 8]),
            ],
            Show::Value,
        ),
        row(SO_BSDCOMPAT, SWITCH, Show::Value),
        row(SO_REUSEPORT, SWITCH, Show::Value),
        row(SO_PASSCRED, SWITCH, Show::Value),
        row(
            SO_RCVLOWAT,
            &[Int(1), Int(0), Int(100), Int(100_000), Int(10_000_000), Int(-1), Int(i32::MIN)],
            Show::Value,
        ),
        row(SO_SNDLOWAT, READ_ONLY, Show::Value),
        row(SO_RCVTIMEO, TIME, Show::Value),
        row(SO_SNDTIMEO, TIME, Show::Value),
        row(SO_RCVTIMEO_NEW, TIME, Show::Value),
        row(SO_SNDTIMEO_NEW, TIME, Show::Value),
        row(SO_BINDTODEVICE, &[Text("lo"), Text(""), Text("nonesuch0"), Text("lo\0x")], Show::Text),
        row(SO_BINDTOIFINDEX, &[Int(1), Int(0), Int(-1), Int(9_999)], Show::Value),
        row(SO_ATTACH_FILTER, &[Int(0), Bytes(&[0; 16])], Show::Value),
        row(SO_DETACH_FILTER, &[Int(0), Int(1)], Show::Value),
        row(SO_PEERNAME, READ_ONLY, Show::Len),
        row(SO_TIMESTAMP, SWITCH, Show::Value),
        row(SO_TIMESTAMPNS, SWITCH, Show::Value),
        row(SO_TIMESTAMPING, &[Int(0), Int(1), Int(16), Int(0x100), Int(0x80), Int(-1), Int(0x4000_0000)], Show::Value),
        row(SO_TIMESTAMP_NEW, SWITCH, Show::Value),
        row(SO_TIMESTAMPNS_NEW, SWITCH, Show::Value),
        row(SO_TIMESTAMPING_NEW, &[Int(0), Int(1), Int(16), Int(-1)], Show::Value),
        row(SO_ACCEPTCONN, READ_ONLY, Show::Value),
        row(SO_PEERSEC, READ_ONLY, Show::Value),
        row(SO_PASSSEC, SWITCH, Show::Value),
        row(SO_MARK, NUMBER, Show::Value),
        row(SO_PROTOCOL, READ_ONLY, Show::Value),
        row(SO_DOMAIN, READ_ONLY, Show::Value),
        row(SO_RXQ_OVFL, SWITCH, Show::Value),
        row(SO_WIFI_STATUS, SWITCH, Show::Value),
        row(SO_PEEK_OFF, &[Int(0), Int(5), Int(-1), Int(-2), Int(i32::MIN)], Show::Value),
        row(SO_NOFCS, SWITCH, Show::Value),
        row(SO_LOCK_FILTER, &[Int(0), Int(1), Int(0), Int(2)], Show::Value),
        row(SO_SELECT_ERR_QUEUE, SWITCH, Show::Value),
        row(SO_BUSY_POLL, &[Int(0), Int(50), Int(-1), Int(i32::MAX)], Show::Value),
        row(SO_PREFER_BUSY_POLL, SWITCH, Show::Value),
        row(SO_BUSY_POLL_BUDGET, &[Int(1), Int(0), Int(65_535), Int(65_536), Int(-1)], Show::Value),
        row(
            SO_MAX_PACING_RATE,
            &[Int(1000), Int(-1), Int(0), Bytes(&[1, 0, 0, 0, 1, 0, 0, 0]), Bytes(&[255; 8])],
            Show::Value,
        ),
        row(SO_BPF_EXTENSIONS, READ_ONLY, Show::Value),
        row(SO_INCOMING_CPU, &[Int(0), Int(1), Int(-1), Int(99)], Show::Len),
        row(SO_INCOMING_NAPI_ID, READ_ONLY, Show::Value),
        row(SO_MEMINFO, READ_ONLY, Show::Len),
        row(SO_COOKIE, READ_ONLY, Show::Len),
        row(SO_NETNS_COOKIE, READ_ONLY, Show::Len),
        row(SO_CNX_ADVICE, &[Int(0), Int(1), Int(2)], Show::Value),
        row(SO_ZEROCOPY, SWITCH, Show::Value),
        row(
            SO_TXTIME,
            &[Int(1), Bytes(&[0; 8]), Bytes(&[11, 0, 0, 0, 0, 0, 0, 0]), Bytes(&[1, 0, 0, 0, 9, 0, 0, 0])],
            Show::Value,
        ),
        row(SO_BUF_LOCK, LOW, Show::Value),
        row(SO_RESERVE_MEM, &[Int(0), Int(4096), Int(-1)], Show::Value),
        row(SO_TXREHASH, &[Int(0), Int(1), Int(-1), Int(2), Int(-2)], Show::Value),
        row(SO_RCVMARK, SWITCH, Show::Value),
        row(SO_ATTACH_REUSEPORT_CBPF, &[Int(0), Bytes(&[0; 16])], Show::Value),
        row(SO_DETACH_REUSEPORT_BPF, &[Int(0)], Show::Value),
    ];
    compare(bed, "socket", include_str!("../../../fixtures/options/socket.txt"), rows)
}

fn ip<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::NetAdmin)?;
    let rows: &[Row] = &[
        row(IP_TOS, BYTE, Show::Value),
        row(IP_TTL, BYTE, Show::Value),
        row(IP_HDRINCL, SWITCH, Show::Value),
        row(
            IP_OPTIONS,
            &[Bytes(&[]), Bytes(&[1, 1, 1, 0]), Bytes(&[255; 4]), Bytes(&[1; 44]), Bytes(&[])],
            Show::Value,
        ),
        row(IP_ROUTER_ALERT, SWITCH, Show::Value),
        row(IP_RECVOPTS, SWITCH, Show::Value),
        row(IP_RETOPTS, SWITCH, Show::Value),
        row(IP_PKTINFO, SWITCH, Show::Value),
        row(IP_PKTOPTIONS, READ_ONLY, Show::Value),
        row(IP_MTU_DISCOVER, LOW, Show::Value),
        row(IP_RECVERR, SWITCH, Show::Value),
        row(IP_RECVTTL, SWITCH, Show::Value),
        row(IP_RECVTOS, SWITCH, Show::Value),
        row(IP_MTU, READ_ONLY, Show::Value),
        row(IP_FREEBIND, SWITCH, Show::Value),
        row(IP_PASSSEC, SWITCH, Show::Value),
        row(IP_TRANSPARENT, SWITCH, Show::Value),
        row(IP_RECVORIGDSTADDR, SWITCH, Show::Value),
        row(IP_MINTTL, BYTE, Show::Value),
        row(IP_NODEFRAG, SWITCH, Show::Value),
        row(IP_CHECKSUM, SWITCH, Show::Value),
        row(IP_BIND_ADDRESS_NO_PORT, SWITCH, Show::Value),
        row(IP_RECVFRAGSIZE, SWITCH, Show::Value),
        row(IP_RECVERR_RFC4884, SWITCH, Show::Value),
        row(IP_MULTICAST_IF, &[Int(0), Bytes(&[127, 0, 0, 1]), Bytes(&[9, 9, 9, 9])], Show::Value),
        row(IP_MULTICAST_TTL, BYTE, Show::Value),
        row(IP_MULTICAST_LOOP, SWITCH, Show::Value),
        row(IP_MULTICAST_ALL, SWITCH, Show::Value),
        row(IP_UNICAST_IF, &[Int(0), Int(1 << 24), Int(9 << 24), Int(1)], Show::Value),
    ];
    compare(bed, "ip", include_str!("../../../fixtures/options/ip.txt"), rows)
}

fn ipv6<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::NetAdmin)?;
    if bed.family() != Family::INET6 {
        return Ok(());
    }
    let rows: &[Row] = &[
        row(IPV6_ADDRFORM, &[Int(2), Int(10), Int(0)], Show::Value),
        row(IPV6_2292PKTOPTIONS, &[Bytes(&[])], Show::Value),
        row(IPV6_2292PKTINFO, SWITCH, Show::Value),
        row(IPV6_2292HOPLIMIT, SWITCH, Show::Value),
        row(IPV6_FLOWINFO, SWITCH, Show::Value),
        row(IPV6_UNICAST_HOPS, BYTE, Show::Value),
        row(IPV6_MULTICAST_IF, &[Int(0), Int(1), Int(9_999)], Show::Value),
        row(IPV6_MULTICAST_HOPS, BYTE, Show::Value),
        row(IPV6_MULTICAST_LOOP, SWITCH, Show::Value),
        row(IPV6_MULTICAST_ALL, SWITCH, Show::Value),
        row(IPV6_ROUTER_ALERT, SWITCH, Show::Value),
        row(IPV6_MTU_DISCOVER, LOW, Show::Value),
        row(IPV6_MTU, &[Int(0), Int(1279), Int(1280), Int(9000), Int(-1)], Show::Value),
        row(IPV6_RECVERR, SWITCH, Show::Value),
        row(IPV6_RECVERR_RFC4884, SWITCH, Show::Value),
        row(IPV6_V6ONLY, SWITCH, Show::Value),
        row(IPV6_FLOWINFO_SEND, SWITCH, Show::Value),
        row(IPV6_RECVPKTINFO, SWITCH, Show::Value),
        row(IPV6_PKTINFO, &[Bytes(&[0; 20]), Int(0)], Show::Value),
        row(IPV6_RECVHOPLIMIT, SWITCH, Show::Value),
        row(IPV6_RECVHOPOPTS, SWITCH, Show::Value),
        row(IPV6_HOPOPTS, &[Bytes(&[])], Show::Value),
        row(IPV6_RECVRTHDR, SWITCH, Show::Value),
        row(IPV6_RTHDR, &[Bytes(&[])], Show::Value),
        row(IPV6_RECVDSTOPTS, SWITCH, Show::Value),
        row(IPV6_DSTOPTS, &[Bytes(&[])], Show::Value),
        row(IPV6_RECVPATHMTU, SWITCH, Show::Value),
        row(IPV6_PATHMTU, READ_ONLY, Show::Len),
        row(IPV6_DONTFRAG, SWITCH, Show::Value),
        row(IPV6_RECVTCLASS, SWITCH, Show::Value),
        row(IPV6_TCLASS, BYTE, Show::Value),
        row(IPV6_AUTOFLOWLABEL, SWITCH, Show::Value),
        row(IPV6_ADDR_PREFERENCES, &[Int(1), Int(2), Int(4), Int(0x100), Int(3), Int(0x1000), Int(0)], Show::Value),
        row(IPV6_MINHOPCOUNT, BYTE, Show::Value),
        row(IPV6_RECVORIGDSTADDR, SWITCH, Show::Value),
        row(IPV6_TRANSPARENT, SWITCH, Show::Value),
        row(IPV6_UNICAST_IF, &[Int(0), Int(1 << 24), Int(9 << 24), Int(1)], Show::Value),
        row(IPV6_RECVFRAGSIZE, SWITCH, Show::Value),
        row(IPV6_FREEBIND, SWITCH, Show::Value),
    ];
    compare(bed, "ipv6", include_str!("../../../fixtures/options/ipv6.txt"), rows)
}
