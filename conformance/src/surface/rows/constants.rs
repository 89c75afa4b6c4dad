//! The constants, a row for each group of them.

use crate::surface::{Row, path::rust, row, test};

pub(super) const ROWS: &[Row] = &[
    row("AF_*, PF_*").at(&[rust!(item wavetank_api::Family)]),
    row("SOCK_STREAM SOCK_DGRAM SOCK_RAW SOCK_RDM SOCK_SEQPACKET").at(&[rust!(item wavetank_api::SockType)]),
    row("SOCK_CLOEXEC SOCK_NONBLOCK").at(&[rust!(item wavetank_api::SockFlags)]),
    row("SO_*").note("with SO_DOMAIN SO_PROTOCOL SO_PEERSEC SO_PASSSEC SO_INCOMING_CPU SO_MARK SO_REUSEPORT; SO_RTABLE SO_USER_COOKIE elsewhere"),
    row("SOMAXCONN"),
    row("MSG_*").at(&[rust!(item wavetank_api::MsgFlags)]),
    row("SOL_*"),
    row("SCM_*").note("SCM_RIGHTS SCM_CREDENTIALS; SCM_CREDS2 LOCAL_CREDS LOCAL_CREDS_PERSISTENT on FreeBSD"),
    row("IPPROTO_*").at(&[rust!(item wavetank_api::Protocol)]),
    row("IPPORT_*"),
    row("INADDR_*"),
    row("IP_*").note("with IP_RECVTOS IP_PKTINFO IP_ADD_SOURCE_MEMBERSHIP IP_DROP_SOURCE_MEMBERSHIP IP_BLOCK_SOURCE IP_UNBLOCK_SOURCE"),
    row("IPV6_*"),
    row("EAI_*").at(&[rust!(item wavetank_api::Eai)]),
    row("AI_*").at(&[rust!(item wavetank_api::AiFlags)]),
    row("NI_*").at(&[rust!(item wavetank_api::NameFlags)]),
    row("TCP_*").note("all of 3.12's list: TCP_MD5SIG … TCP_TX_DELAY; TCP_KEEPALIVE TCP_CONNECTION_INFO on macOS"),
    row("SOL_CAN_*, CAN_*, CAN_BCM_*, CAN_RAW_FD_FRAMES, CAN_RAW_JOIN_FILTERS, CAN_BCM_CAN_FD_FRAME, CAN_ISOTP_*, J1939_*"),
    row("PACKET_*, ETH_P_ALL and ETH_P_*"),
    row("ETHERTYPE_ARP ETHERTYPE_IP ETHERTYPE_IPV6 ETHERTYPE_VLAN"),
    row("SOL_RDS, RDS_*"),
    row("SIO_RCVALL SIO_KEEPALIVE_VALS SIO_LOOPBACK_FAST_PATH RCVALL_*").only_on("Windows"),
    row("TIPC_*"),
    row("SOL_ALG, ALG_*"),
    row("VMADDR_*, SO_VM_*, IOCTL_VM_SOCKETS_GET_LOCAL_CID"),
    row("BDADDR_ANY BDADDR_LOCAL HCI_FILTER HCI_TIME_STAMP HCI_DATA_DIR"),
    row("HV_PROTOCOL_RAW HVSOCKET_* HV_GUID_*").only_on("Windows"),
    row("has_ipv6"),
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
        .at(&[rust!(item wavetank_api::Shutdown)])
        .cases(&["shutdown::reading_ends_the_own_stream", "shutdown::writing_ends_the_peers_stream", "shutdown::both_is_both"])
        .tests(&[test("api/tests/it/flags.rs", "shutdown_has_the_numbers_of_c")]),
];
