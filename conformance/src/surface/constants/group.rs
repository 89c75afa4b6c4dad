//! Which row of the surface a constant belongs to.

/// Beginnings of names, and the name of the row; the first that fits. A name that ends in a space is a whole one.
const GROUPS: &[(&[&str], &str)] = &[
    (&["AF_", "PF_"], "AF_*, PF_*"),
    (
        &["SOCK_STREAM ", "SOCK_DGRAM ", "SOCK_RAW ", "SOCK_RDM ", "SOCK_SEQPACKET "],
        "SOCK_STREAM SOCK_DGRAM SOCK_RAW SOCK_RDM SOCK_SEQPACKET",
    ),
    (&["SOCK_CLOEXEC ", "SOCK_NONBLOCK "], "SOCK_CLOEXEC SOCK_NONBLOCK"),
    (&["VMADDR_", "SO_VM_", "VM_SOCKETS_", "IOCTL_VM_"], "VMADDR_*, SO_VM_*, IOCTL_VM_SOCKETS_GET_LOCAL_CID"),
    (
        &["SOL_CAN_", "CAN_", "J1939_", "SO_J1939_", "SCM_J1939_"],
        "SOL_CAN_*, CAN_*, CAN_BCM_*, CAN_RAW_FD_FRAMES, CAN_RAW_JOIN_FILTERS, CAN_BCM_CAN_FD_FRAME, CAN_ISOTP_*, J1939_*",
    ),
    (&["SOL_RDS ", "RDS_"], "SOL_RDS, RDS_*"),
    (&["SOL_ALG ", "ALG_"], "SOL_ALG, ALG_*"),
    (&["SOL_TIPC ", "TIPC_"], "TIPC_*"),
    (&["SO_"], "SO_*"),
    (&["SOMAXCONN "], "SOMAXCONN"),
    (&["MSG_"], "MSG_*"),
    (&["SOL_"], "SOL_*"),
    (&["SCM_", "LOCAL_CREDS"], "SCM_*"),
    (&["IPPROTO_"], "IPPROTO_*"),
    (&["IPPORT_"], "IPPORT_*"),
    (&["INADDR_"], "INADDR_*"),
    (&["IP_"], "IP_*"),
    (&["IPV6_"], "IPV6_*"),
    (&["EAI_"], "EAI_*"),
    (&["AI_"], "AI_*"),
    (&["NI_"], "NI_*"),
    (&["TCP_"], "TCP_*"),
    (&["PACKET_", "ETH_P_"], "PACKET_*, ETH_P_ALL and ETH_P_*"),
    (&["ETHERTYPE_"], "ETHERTYPE_ARP ETHERTYPE_IP ETHERTYPE_IPV6 ETHERTYPE_VLAN"),
    (&["SIO_", "RCVALL_"], "SIO_RCVALL SIO_KEEPALIVE_VALS SIO_LOOPBACK_FAST_PATH RCVALL_*"),
    (&["BDADDR_", "HCI_", "BTPROTO_"], "BDADDR_ANY BDADDR_LOCAL HCI_FILTER HCI_TIME_STAMP HCI_DATA_DIR"),
    (&["HV_", "HVSOCKET_"], "HV_PROTOCOL_RAW HVSOCKET_* HV_GUID_*"),
    (&["has_ipv6 "], "has_ipv6"),
    (&["SHUT_"], "SHUT_RD SHUT_WR SHUT_RDWR"),
];

pub(super) fn row_of(name: &str) -> Option<&'static str> {
    let whole = format!("{name} ");
    let fits = |begins: &[&str]| begins.iter().any(|begin| whole.starts_with(begin));
    GROUPS.iter().find(|(begins, _)| fits(begins)).map(|(_, row)| *row)
}
