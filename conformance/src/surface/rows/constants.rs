//! The constants, a row for each group of them. Which constant is of which row, and what each comes to, is found in
//! `surface/constants/`; the row's state in the simulated world is the worst of theirs.

use wavetank_api::SockType;

use super::families::{AF_RDS_NEED, AF_TIPC_NEED, need};
use crate::surface::{Path, Row, Test, path::rust, row, test};

/// What proves that a number is the right one.
const NUMBERS: &[Test] = &[
    test("api/tests/it/c.rs", "numbers_are_those_of_the_recorded_headers"),
    test("api/tests/it/c.rs", "numbers_are_those_of_recorded_cpython"),
    test("api/tests/it/c.rs", "every_documented_constant_is_there"),
];
const WINDOWS: &[Test] = &[test("api/tests/it/c.rs", "numbers_of_windows_are_those_of_its_metadata")];

pub(super) const ROWS: &[Row] = &[
    row("AF_*, PF_*")
        .at(&[rust!(item wavetank_api::Family), rust!(item wavetank_api::c::AF_INET), rust!(item wavetank_api::c::PF_INET)])
        .tests(NUMBERS),
    row("SOCK_STREAM SOCK_DGRAM SOCK_RAW SOCK_RDM SOCK_SEQPACKET")
        .at(&[rust!(item wavetank_api::SockType), rust!(item wavetank_api::c::SOCK_STREAM)])
        .tests(NUMBERS),
    row("SOCK_CLOEXEC SOCK_NONBLOCK")
        .at(&[rust!(item wavetank_api::SockFlags), rust!(item wavetank_api::c::SOCK_CLOEXEC)])
        .tests(NUMBERS),
    row("SO_*")
        .note("with SO_DOMAIN SO_PROTOCOL SO_PEERSEC SO_PASSSEC SO_INCOMING_CPU SO_MARK SO_REUSEPORT; SO_RTABLE SO_USER_COOKIE elsewhere")
        .at(&[rust!(item wavetank_api::option::SO_REUSEADDR), rust!(item wavetank_api::c::SO_REUSEADDR)])
        .tests(NUMBERS),
    row("SOMAXCONN").at(&[rust!(item wavetank_api::c::SOMAXCONN)]).tests(NUMBERS),
    row("MSG_*").at(&[rust!(item wavetank_api::MsgFlags), rust!(item wavetank_api::c::MSG_PEEK)]).tests(NUMBERS),
    row("SOL_*").at(&[rust!(item wavetank_api::c::SOL_SOCKET)]).tests(NUMBERS),
    row("SCM_*")
        .note("SCM_RIGHTS SCM_CREDENTIALS; SCM_CREDS2 LOCAL_CREDS LOCAL_CREDS_PERSISTENT on FreeBSD")
        .at(&[rust!(item wavetank_api::control::SCM_CREDENTIALS), rust!(item wavetank_api::c::SCM_RIGHTS)])
        .tests(NUMBERS),
    row("IPPROTO_*").at(&[rust!(item wavetank_api::Protocol), rust!(item wavetank_api::c::IPPROTO_TCP)]).tests(NUMBERS),
    row("IPPORT_*").at(&[rust!(item wavetank_api::c::IPPORT_RESERVED)]).tests(NUMBERS),
    row("INADDR_*").at(&[rust!(item wavetank_api::c::INADDR_ANY)]).tests(NUMBERS),
    row("IP_*")
        .note("with IP_RECVTOS IP_PKTINFO IP_ADD_SOURCE_MEMBERSHIP IP_DROP_SOURCE_MEMBERSHIP IP_BLOCK_SOURCE IP_UNBLOCK_SOURCE")
        .at(&[rust!(item wavetank_api::option::IP_TOS), rust!(item wavetank_api::c::IP_TOS)])
        .tests(NUMBERS),
    row("IPV6_*")
        .at(&[rust!(item wavetank_api::option::IPV6_V6ONLY), rust!(item wavetank_api::c::IPV6_V6ONLY)])
        .tests(NUMBERS),
    row("EAI_*").at(&[rust!(item wavetank_api::Eai), rust!(item wavetank_api::c::EAI_NONAME)]).tests(NUMBERS),
    row("AI_*").at(&[rust!(item wavetank_api::AiFlags), rust!(item wavetank_api::c::AI_PASSIVE)]).tests(NUMBERS),
    row("NI_*").at(&[rust!(item wavetank_api::NameFlags), rust!(item wavetank_api::c::NI_NUMERICHOST)]).tests(NUMBERS),
    row("TCP_*")
        .note("all of 3.12's list: TCP_MD5SIG … TCP_TX_DELAY; TCP_KEEPALIVE TCP_CONNECTION_INFO on macOS")
        .at(&[rust!(item wavetank_api::option::TCP_NODELAY), rust!(item wavetank_api::c::TCP_NODELAY)])
        .tests(NUMBERS),
    row("SOL_CAN_*, CAN_*, CAN_BCM_*, CAN_RAW_FD_FRAMES, CAN_RAW_JOIN_FILTERS, CAN_BCM_CAN_FD_FRAME, CAN_ISOTP_*, J1939_*")
        .at(&[
            rust!(item wavetank_api::c::CAN_RAW_FILTER),
            rust!(item wavetank_api::c::CAN_BCM_TX_SETUP),
            rust!(item wavetank_api::c::CAN_ISOTP_OPTS),
            rust!(item wavetank_api::c::J1939_NO_PGN),
            rust!(item wavetank_api::can),
        ])
        .asks(need(libc::AF_CAN, SockType::RAW, libc::CAN_RAW))
        .tests(NUMBERS),
    row("PACKET_*, ETH_P_ALL and ETH_P_*")
        .at(&[rust!(item wavetank_api::c::PACKET_HOST), rust!(item wavetank_api::c::ETH_P_ALL)])
        .asks(need(libc::AF_PACKET, SockType::RAW, 0))
        .tests(NUMBERS),
    row("ETHERTYPE_ARP ETHERTYPE_IP ETHERTYPE_IPV6 ETHERTYPE_VLAN")
        .at(&[rust!(item wavetank_api::c::ETHERTYPE_ARP)])
        .tests(NUMBERS),
    row("SOL_RDS, RDS_*").at(&[rust!(item wavetank_api::c::SOL_RDS)]).asks(AF_RDS_NEED).tests(NUMBERS),
    row("SIO_RCVALL SIO_KEEPALIVE_VALS SIO_LOOPBACK_FAST_PATH RCVALL_*")
        .at(&[Path::elsewhere("wavetank_api::c::SIO_RCVALL", "api/src/c/windows.rs")])
        .only_on("Windows")
        .tests(WINDOWS),
    row("TIPC_*").at(&[rust!(item wavetank_api::c::TIPC_ADDR_NAME)]).asks(AF_TIPC_NEED).tests(NUMBERS),
    row("SOL_ALG, ALG_*")
        .at(&[rust!(item wavetank_api::c::SOL_ALG)])
        .asks(need(libc::AF_ALG, SockType::SEQPACKET, 0))
        .tests(NUMBERS),
    row("VMADDR_*, SO_VM_*, IOCTL_VM_SOCKETS_GET_LOCAL_CID")
        .at(&[rust!(item wavetank_api::c::VMADDR_CID_ANY), rust!(item wavetank_api::c::SO_VM_SOCKETS_BUFFER_SIZE)])
        .asks(need(libc::AF_VSOCK, SockType::STREAM, 0))
        .tests(NUMBERS),
    row("BDADDR_ANY BDADDR_LOCAL HCI_FILTER HCI_TIME_STAMP HCI_DATA_DIR")
        .at(&[rust!(item wavetank_api::c::BDADDR_ANY), rust!(item wavetank_api::c::HCI_FILTER), rust!(item wavetank_api::BdAddr)])
        .asks(need(libc::AF_BLUETOOTH, SockType::RAW, 1))
        .tests(NUMBERS),
    row("HV_PROTOCOL_RAW HVSOCKET_* HV_GUID_*")
        .at(&[Path::elsewhere("wavetank_api::c::HV_PROTOCOL_RAW", "api/src/c/windows.rs")])
        .only_on("Windows")
        .tests(WINDOWS),
    row("has_ipv6")
        .at(&[rust!(item wavetank_api::HAS_IPV6), rust!(item wavetank_api::c::has_ipv6)])
        .cases(&["create::dual_stack_is_there"]),
    row("AddressFamily, SocketKind, MsgFlag, AddressInfo")
        .note("named values")
        .at(&[
            rust!(item wavetank_api::Family),
            rust!(item wavetank_api::SockType),
            rust!(item wavetank_api::MsgFlags),
            rust!(item wavetank_api::AiFlags),
        ])
        .tests(&[
            test("api/tests/it/flags.rs", "known_numbers_have_names_and_others_survive"),
            test("api/tests/it/flags.rs", "flags_are_written_as_in_c"),
        ]),
    row("SHUT_RD SHUT_WR SHUT_RDWR")
        .at(&[rust!(item wavetank_api::Shutdown), rust!(item wavetank_api::c::SHUT_RD)])
        .cases(&["shutdown::reading_ends_the_own_stream", "shutdown::writing_ends_the_peers_stream", "shutdown::both_is_both"])
        .tests(&[test("api/tests/it/flags.rs", "shutdown_has_the_numbers_of_c")]),
];
