//! The documentation's example programs.

use crate::surface::{Path, Row, path::rust, row, test};

pub(super) const ROWS: &[Row] = &[
    row("echo server and client, IPv4").at(&[Path::file("examples/src/echo.rs")]).tests(&[
        test("examples/tests/simulated.rs", "echo_over_ipv4"),
        test("examples/tests/real.rs", "echo_over_ipv4"),
    ]),
    row("echo server and client over getaddrinfo, both families").at(&[Path::file("examples/src/echo_any.rs")]).tests(
        &[
            test("examples/tests/simulated.rs", "echo_over_getaddrinfo"),
            test("examples/tests/real.rs", "echo_over_getaddrinfo"),
        ],
    ),
    row("sniffer with a raw socket, promiscuous mode")
        .at(&[Path::file("conformance/src/cases/examples.rs"), rust!(item wavetank_api::option::PacketMreq)])
        .cases(&["example::sniffer", "packet::sniffer"]),
    row("CAN raw: send, receive, echo")
        .at(&[Path::file("conformance/src/cases/examples.rs"), rust!(item wavetank_api::can::CanFrame)])
        .cases(&["example::can_raw_echo"]),
    row("CAN BCM form").at(&[rust!(item wavetank_api::can::BcmMsg)]).cases(&[
        "can::bcm::connected_not_bound",
        "can::bcm::send_one",
        "can::bcm::cyclic",
    ]),
    row("REUSEADDR against TIME_WAIT")
        .at(&[Path::file("examples/src/time_wait.rs"), rust!(item wavetank_api::option::SO_REUSEADDR)])
        .cases(&["time_wait::keeps_the_servers_port", "time_wait::reuseaddr_of_both_passes_it"]),
    row("send_fds / recv_fds by hand through sendmsg / recvmsg")
        .at(&[rust!(value wavetank_api::SendMsg::<std::os::fd::OwnedFd>::with_fds), rust!(item wavetank_api::RecvMsg)])
        .cases(&["unix::passing::several_in_order", "unix::passing::names_the_same_socket"]),
    row("recvmsg_into over several buffers")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::recvmsg_into)])
        .cases(&["example::recvmsg_into_over_several_buffers"]),
    row("create_server dual stack")
        .at(&[rust!(item wavetank_api::create_server)])
        .cases(&["example::create_server_dual_stack"]),
];
