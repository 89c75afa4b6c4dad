//! Address families and protocols: how an address is written, and what the family's own cases show.

use wavetank_api::{Family, Protocol, SockType};

use crate::{
    need::Need,
    surface::{Path, Row, path::rust, row},
};

/// `AF_SYSTEM` of macOS, which is no family of Linux: sys/socket.h.
const AF_SYSTEM: i32 = 32;
/// net/bluetooth/bluetooth.h.
const BTPROTO_L2CAP: i32 = 0;
const BTPROTO_HCI: i32 = 1;
const BTPROTO_SCO: i32 = 2;
const BTPROTO_RFCOMM: i32 = 3;
/// linux/socket.h.
const AF_QIPCRTR: i32 = 42;

pub(super) const fn need(family: i32, kind: SockType, protocol: i32) -> Need {
    Need::socket(Family::from_raw(family), kind, Protocol::from_raw(protocol))
}

pub(super) const AF_RDS_NEED: Need = need(libc::AF_RDS, SockType::SEQPACKET, 0);
pub(super) const AF_TIPC_NEED: Need = need(libc::AF_TIPC, SockType::SEQPACKET, 0);

pub(super) const ROWS: &[Row] = &[
    row("AF_INET")
        .note("host, port; `''` is INADDR_ANY, `<broadcast>` INADDR_BROADCAST, names resolve to the first address")
        .at(&[
            rust!(value wavetank_api::Family::INET),
            rust!(item wavetank_api::Addr::V4),
            rust!(item wavetank_api::ToAddrs),
        ])
        .asks(need(libc::AF_INET, SockType::STREAM, 0))
        .cases(&[
            "connect::to_a_listener",
            "names::both_ends_agree",
            "bind::all_of_127_is_local",
            "udp::errors::broadcast_needs_permission",
            "addr_text::hosts_in_numbers",
            "addr_text::stars",
        ]),
    row("AF_INET6")
        .note("host, port, flowinfo, scope_id; `%scope` text; dual stack")
        .at(&[rust!(value wavetank_api::Family::INET6), rust!(item wavetank_api::Addr::V6)])
        .asks(need(libc::AF_INET6, SockType::STREAM, 0))
        .cases(&[
            "connect::to_a_listener",
            "connect::dual_stack_listener",
            "bind::v6only_leaves_ipv4_alone",
            "netdb::scopes",
            "udp::control::traffic_class",
        ]),
    row("AF_UNIX")
        .note("path (bytes), abstract (leading NUL), unnamed; stream, datagram, seqpacket")
        .at(&[
            rust!(value wavetank_api::Family::UNIX),
            rust!(item wavetank_api::Addr::Unix),
            rust!(item wavetank_api::UnixAddr),
            rust!(item wavetank_api::UnixListener),
            rust!(item wavetank_api::UnixStream),
        ])
        .asks(need(libc::AF_UNIX, SockType::STREAM, 0))
        .cases(&[
            "unix::pair::both_ways",
            "unix::names::a_path",
            "unix::names::an_abstract_name",
            "unix::names::autobind",
            "unix::messages::by_path_and_by_name",
            "unix::messages::seqpacket_by_path",
            "unix::passing::several_in_order",
        ]),
    row("AF_NETLINK")
        .note("pid, groups; route, generic, uevent")
        .at(&[rust!(value wavetank_api::Family::NETLINK), rust!(item wavetank_api::Addr::Netlink)])
        .asks(need(libc::AF_NETLINK, SockType::RAW, libc::NETLINK_ROUTE))
        .cases(&[
            "netlink::links",
            "netlink::addresses",
            "netlink::acknowledged",
            "netlink::groups::a_group",
            "netlink::groups::events_of_devices",
        ]),
    row("AF_TIPC")
        .note("NAME, NAMESEQ, ID; scopes; stream, seqpacket, datagram, rdm")
        .at(&[rust!(item wavetank_api::Addr::Tipc), rust!(item wavetank_api::TipcName)])
        .asks(AF_TIPC_NEED)
        .cases(&[
            "tipc::four_types",
            "tipc::a_name",
            "tipc::a_range",
            "tipc::to_an_id",
            "tipc::one_of_several",
            "tipc::connect::pairs",
        ]),
    row("AF_CAN CAN_RAW")
        .note("interface, `''` for all")
        .at(&[
            rust!(value wavetank_api::Family::CAN),
            rust!(item wavetank_api::Addr::Can),
            rust!(item wavetank_api::CanAddr::Raw),
        ])
        .asks(need(libc::AF_CAN, SockType::RAW, libc::CAN_RAW))
        .cases(&[
            "can::raw::reaches_the_others",
            "can::raw::every_interface",
            "can::raw::names_the_interface",
            "can::raw::options::any_of_several",
            "example::can_raw_echo",
        ]),
    row("AF_CAN CAN_BCM")
        .note("interface")
        .at(&[rust!(item wavetank_api::CanAddr::Raw)])
        .asks(need(libc::AF_CAN, SockType::DGRAM, libc::CAN_BCM))
        .cases(&[
            "can::bcm::connected_not_bound",
            "can::bcm::cyclic",
            "can::bcm::receive::changes_only",
            "can::bcm::every_interface",
        ]),
    row("AF_CAN CAN_ISOTP")
        .note("interface, rx id, tx id")
        .at(&[rust!(item wavetank_api::CanAddr::Isotp)])
        .asks(need(libc::AF_CAN, SockType::DGRAM, libc::CAN_ISOTP))
        .cases(&["can::isotp::names", "can::isotp::several_frames", "can::isotp::extended_addressing"]),
    row("AF_CAN CAN_J1939")
        .note("interface, name, pgn, address")
        .at(&[rust!(item wavetank_api::CanAddr::J1939)])
        .asks(need(libc::AF_CAN, SockType::DGRAM, libc::CAN_J1939))
        .cases(&[
            "can::j1939::names",
            "can::j1939::to_an_address",
            "can::j1939::long_message",
            "can::j1939::broadcast",
        ]),
    row("PF_SYSTEM SYSPROTO_CONTROL")
        .note("name, or id and unit")
        .at(&[rust!(item wavetank_api::Addr::System), rust!(item wavetank_api::SystemAddr)])
        .only_on("macOS")
        .asks(need(AF_SYSTEM, SockType::DGRAM, 2)),
    row("AF_BLUETOOTH BTPROTO_L2CAP")
        .note("bdaddr, psm")
        .at(&[rust!(item wavetank_api::Addr::Bluetooth), rust!(item wavetank_api::BluetoothAddr::L2cap)])
        .asks(need(libc::AF_BLUETOOTH, SockType::SEQPACKET, BTPROTO_L2CAP))
        .cases(&[
            "bluetooth::psm_of_l2cap",
            "bluetooth::listens",
            "bluetooth::unplugged::l2cap_bound",
            "bluetooth::unplugged::l2cap_to_nobody",
        ]),
    row("AF_BLUETOOTH BTPROTO_RFCOMM")
        .note("bdaddr, channel")
        .at(&[rust!(item wavetank_api::BluetoothAddr::Rfcomm)])
        .asks(need(libc::AF_BLUETOOTH, SockType::STREAM, BTPROTO_RFCOMM))
        .cases(&[
            "bluetooth::rfcomm_channels",
            "bluetooth::rfcomm_states",
            "bluetooth::unplugged::rfcomm_chooses_a_channel",
            "bluetooth::unplugged::rfcomm_to_nobody",
        ]),
    row("AF_BLUETOOTH BTPROTO_HCI")
        .note("device id")
        .at(&[rust!(item wavetank_api::BluetoothAddr::Hci)])
        .asks(need(libc::AF_BLUETOOTH, SockType::RAW, BTPROTO_HCI))
        .cases(&[
            "bluetooth::hci::a_raw_channel",
            "bluetooth::hci::told_of_a_controller",
            "bluetooth::unplugged::hci_options",
            "bluetooth::unplugged::hci_without_a_controller",
        ]),
    row("AF_BLUETOOTH BTPROTO_SCO")
        .note("bdaddr")
        .at(&[rust!(item wavetank_api::BluetoothAddr::Sco)])
        .asks(need(libc::AF_BLUETOOTH, SockType::SEQPACKET, BTPROTO_SCO))
        .cases(&["bluetooth::sco", "bluetooth::unplugged::sco_bound", "bluetooth::unplugged::sco_to_nobody"]),
    row("AF_ALG")
        .note("type, name, feat, mask; hash, skcipher, aead, rng; sendmsg_afalg")
        .at(&[
            rust!(value wavetank_api::Family::ALG),
            rust!(item wavetank_api::Addr::Alg),
            rust!(item wavetank_api::AlgAddr),
        ])
        .asks(need(libc::AF_ALG, SockType::SEQPACKET, 0))
        .cases(&[
            "alg::digest",
            "alg::keyed_hash",
            "alg::random_numbers",
            "alg::features",
            "alg::cipher::encrypts_and_decrypts",
            "alg::cipher::authenticated",
        ]),
    row("AF_VSOCK")
        .note("cid, port")
        .at(&[rust!(value wavetank_api::Family::VSOCK), rust!(item wavetank_api::Addr::Vsock)])
        .asks(need(libc::AF_VSOCK, SockType::STREAM, 0))
        .cases(&["vsock::what_it_is", "vsock::connects", "vsock::both_ways", "vsock::packets_keep_their_ends"]),
    row("AF_PACKET")
        .note("ifname, proto, pkttype, hatype, addr")
        .at(&[
            rust!(value wavetank_api::Family::PACKET),
            rust!(item wavetank_api::Addr::Packet),
            rust!(item wavetank_api::PacketAddr),
        ])
        .asks(need(libc::AF_PACKET, SockType::RAW, 0))
        .cases(&[
            "packet::sniffer",
            "packet::where_it_came",
            "packet::without_the_link_header",
            "packet::a_frame_as_it_is",
        ]),
    row("AF_QIPCRTR")
        .note("node, port")
        .at(&[rust!(item wavetank_api::Addr::Qipcrtr)])
        .asks(need(AF_QIPCRTR, SockType::DGRAM, 0))
        .cases(&["qipcrtr::what_it_is", "qipcrtr::to_another_socket", "qipcrtr::everybody"]),
    row("IPPROTO_UDPLITE")
        .note("UDPLITE_SEND_CSCOV, UDPLITE_RECV_CSCOV; IPv4 and IPv6")
        .at(&[rust!(value wavetank_api::Protocol::UDPLITE)])
        .asks(need(libc::AF_INET, SockType::DGRAM, libc::IPPROTO_UDPLITE))
        .cases(&["udplite::datagrams", "udplite::covered_in_part", "udplite::values"]),
    row("IPPROTO_MPTCP")
        .note("stream")
        .at(&[rust!(value wavetank_api::Protocol::MPTCP)])
        .asks(need(libc::AF_INET, SockType::STREAM, libc::IPPROTO_MPTCP))
        .cases(&["mptcp::what_it_is", "mptcp::both_ways", "mptcp::to_tcp"]),
    row("AF_HYPERV")
        .note("vm_id, service_id; HV_GUID_*")
        .at(&[
            rust!(item wavetank_api::Addr::Hyperv),
            rust!(item wavetank_api::HypervAddr),
            rust!(item wavetank_api::Guid),
        ])
        .only_on("Windows"),
    row("AF_RDS")
        .note("host, port; seqpacket")
        .at(&[rust!(item wavetank_api::Addr::V4)])
        .asks(need(libc::AF_RDS, SockType::SEQPACKET, 0))
        .cases(&["rds::messages", "rds::bound_once", "rds::options"]),
    row("AF_DIVERT").at(&[Path::elsewhere("wavetank_api::c::AF_DIVERT", "api/src/c/freebsd.rs")]).only_on("FreeBSD"),
    row("AF_LINK")
        .at(&[Path::elsewhere("wavetank_api::c::AF_LINK", "api/src/c/macos.rs")])
        .only_on("FreeBSD, macOS, Windows"),
    row("SOCK_RAW on AF_INET(6)")
        .note("IP_HDRINCL; ICMP; the sniffer example")
        .at(&[rust!(value wavetank_api::SockType::RAW)])
        .asks(need(libc::AF_INET, SockType::RAW, libc::IPPROTO_ICMP))
        .cases(&["raw_ip::echo", "raw_ip::echo_v6", "raw_ip::header_of_the_senders", "ping::echo", "example::sniffer"]),
];
