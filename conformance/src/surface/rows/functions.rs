//! The exceptions, and the functions of the module.

use crate::surface::{Path, Row, path::rust, row, test};

pub(super) const EXCEPTIONS: &[Row] = &[
    row("error / OSError")
        .note("by name, with the call; converts to `std::io::Error`")
        .at(&[rust!(item wavetank_api::Error), rust!(item wavetank_api::Errno)])
        .cases(&["connect::refused_by_a_closed_port", "socket::unknown_family"])
        .tests(&[
            test("api/tests/it/errno.rs", "the_texts_are_those_of_the_c_library"),
            test("api/tests/it/error.rs", "through_io_error_and_back_nothing_is_lost_but_the_call_of_an_errno"),
        ]),
    row("herror")
        .note("h_errno value and text")
        .at(&[rust!(item wavetank_api::HErrno), rust!(value wavetank_api::Error::h_errno)])
        .cases(&["databases::an_address_of_ipv6_is_no_host", "netdb::unknown_host"]),
    row("gaierror")
        .note("EAI_* value and text")
        .at(&[rust!(item wavetank_api::Eai), rust!(value wavetank_api::Error::eai)])
        .cases(&["resolve::neither_host_nor_service", "resolve::name_that_must_be_numeric", "resolve::unknown_family"])
        .tests(&[test("api/tests/it/errno.rs", "resolver_errors_have_names_too")]),
    row("timeout")
        .note("of the mode, told apart from the kernel's ETIMEDOUT; text \"timed out\"")
        .at(&[rust!(value wavetank_api::Error::is_timeout), rust!(value wavetank_api::Error::timeout)])
        .cases(&["timeouts::settimeout_of_recv", "connect::settimeout_limits_the_wait"])
        .tests(&[test("api/tests/it/error.rs", "the_timeout_of_the_mode_is_not_the_kernels")]),
];

pub(super) const CREATING: &[Row] = &[
    row("socket(family, type, proto, fileno)")
        .note("auto-detection from fileno; CLOEXEC and NONBLOCK bits cleared from `type`; non-inheritable")
        .at(&[
            rust!(value wavetank_api::Socket::<Machine>::new),
            rust!(value wavetank_api::Socket::<Machine>::with_protocol),
            rust!(value wavetank_api::Socket::<Machine>::from_fd),
            rust!(value <Machine as wavetank_api::Net>::socket),
        ])
        .cases(&[
            "create::bits_in_the_type",
            "socket::default_protocol_is_told_by_its_number",
            "create::detached_is_open_and_the_same",
            "create::from_a_descriptor_keeps_the_mode",
            "create::not_inheritable_unless_told",
        ])
        .tests(&[test("real/tests/it/errors.rs", "every_descriptor_is_close_on_exec")]),
    row("socketpair")
        .at(&[
            rust!(item wavetank_api::socketpair),
            rust!(value wavetank_api::Socket::<Machine>::pair),
            rust!(value <Machine as wavetank_api::Net>::socketpair),
        ])
        .cases(&[
            "create::socketpair_is_of_unix",
            "unix::pair::both_ways",
            "socket::pair_of_internet_sockets",
            "socket::pair_checks_like_socket",
        ]),
    row("create_connection")
        .note("timeout, source_address, all_errors")
        .at(&[
            rust!(item wavetank_api::create_connection),
            rust!(item wavetank_api::create_connection_from),
            rust!(item wavetank_api::create_connection_all_errors),
            rust!(item wavetank_api::ConnectTimeout),
        ])
        .cases(&[
            "create::connection_takes_the_first_that_answers",
            "create::connection_fails_with_the_last_error",
            "create::connection_from_an_address",
        ]),
    row("create_server")
        .note("family, backlog, reuse_port, dualstack_ipv6; REUSEADDR on POSIX")
        .at(&[rust!(item wavetank_api::create_server), rust!(item wavetank_api::ServerOptions)])
        .cases(&[
            "create::server_listens",
            "create::server_shares_its_port",
            "create::server_of_ipv6_only",
            "example::create_server_dual_stack",
        ]),
    row("has_dualstack_ipv6")
        .at(&[rust!(item wavetank_api::has_dualstack_ipv6)])
        .cases(&["create::dual_stack_is_there"]),
    row("fromfd").at(&[rust!(value wavetank_api::Socket::<Machine>::fromfd)]).cases(&["create::fromfd_is_a_duplicate"]),
    row("fromshare")
        .at(&[Path::elsewhere("wavetank_api::Socket::fromshare", "api/src/socket/make.rs")])
        .only_on("Windows"),
    row("SocketType")
        .at(&[rust!(item wavetank_api::Socket)])
        .cases(&["connect::to_a_listener", "udp::one_send_is_one_recv"]),
];

pub(super) const OTHERS: &[Row] = &[
    row("close")
        .at(&[rust!(value <Machine as wavetank_api::Net>::close)])
        .cases(&["close::ends_the_peers_stream", "close::linger_waits_for_the_peer"]),
    row("getaddrinfo")
        .at(&[
            rust!(value <Machine as wavetank_api::Net>::getaddrinfo),
            rust!(item wavetank_api::AddrQuery),
            rust!(item wavetank_api::AddrInfo),
        ])
        .cases(&[
            "resolve::numeric_address",
            "resolve::one_answer_for_each_type",
            "resolve::no_host_passive_is_the_wildcard",
            "resolve::localhost",
            "resolve::canonical_name",
            "resolve::mapped_on_demand",
        ]),
    row("getfqdn").at(&[rust!(item wavetank_api::getfqdn)]).cases(&["databases::getfqdn_has_a_dot_or_the_name"]),
    row("gethostbyname")
        .at(&[rust!(item wavetank_api::gethostbyname)])
        .cases(&["databases::gethostbyname_gives_one_address", "databases::gethostbyname_knows_no_ipv6"]),
    row("gethostbyname_ex")
        .at(&[rust!(value <Machine as wavetank_api::Net>::gethostbyname_ex), rust!(item wavetank_api::HostEntry)])
        .cases(&[
            "databases::gethostbyname_ex_tells_all",
            "netdb::unknown_host",
            "databases::an_address_of_ipv6_is_no_host",
        ]),
    row("gethostname").at(&[rust!(value <Machine as wavetank_api::Net>::gethostname)]).cases(&["host::has_a_name"]),
    row("gethostbyaddr")
        .at(&[rust!(item wavetank_api::gethostbyaddr), rust!(value <Machine as wavetank_api::Net>::gethostbyaddr)])
        .cases(&["databases::gethostbyaddr_names_loopback"]),
    row("getnameinfo")
        .at(&[rust!(value <Machine as wavetank_api::Net>::getnameinfo), rust!(item wavetank_api::NameFlags)])
        .cases(&["resolve::numbers_of_an_address", "resolve::name_of_a_unix_address"]),
    row("getprotobyname")
        .at(&[rust!(value <Machine as wavetank_api::Net>::getprotobyname)])
        .cases(&["databases::protocols_by_name"]),
    row("getservbyname").at(&[rust!(value <Machine as wavetank_api::Net>::getservbyname)]).cases(&[
        "databases::services_by_name_and_port",
        "netdb::services_by_name",
        "netdb::services_by_port",
        "databases::unknown_services",
    ]),
    row("getservbyport").at(&[rust!(value <Machine as wavetank_api::Net>::getservbyport)]).cases(&[
        "databases::services_by_name_and_port",
        "netdb::services_by_name",
        "netdb::services_by_port",
        "databases::unknown_services",
    ]),
    row("ntohl")
        .at(&[rust!(item wavetank_api::ntohl)])
        .tests(&[test("api/tests/it/order.rs", "the_four_are_those_of_the_c_library")]),
    row("ntohs")
        .at(&[rust!(item wavetank_api::ntohs)])
        .tests(&[test("api/tests/it/order.rs", "the_four_are_those_of_the_c_library")]),
    row("htonl")
        .at(&[rust!(item wavetank_api::htonl)])
        .tests(&[test("api/tests/it/order.rs", "the_four_are_those_of_the_c_library")]),
    row("htons")
        .at(&[rust!(item wavetank_api::htons)])
        .tests(&[test("api/tests/it/order.rs", "the_four_are_those_of_the_c_library")]),
    row("inet_aton")
        .at(&[rust!(item wavetank_api::inet_aton)])
        .cases(&["resolve::old_spellings_of_ipv4", "addr_text::written_addresses"]),
    row("inet_ntoa").at(&[rust!(item wavetank_api::inet_ntoa)]).cases(&["addr_text::written_addresses"]),
    row("inet_pton").at(&[rust!(item wavetank_api::inet_pton)]).cases(&["addr_text::written_addresses"]),
    row("inet_ntop").at(&[rust!(item wavetank_api::inet_ntop)]).cases(&["addr_text::written_addresses"]),
    row("CMSG_LEN").at(&[rust!(item wavetank_api::control::cmsg_len)]).tests(&[
        test("api/tests/it/control.rs", "lengths_are_those_of_the_macros"),
        test("api/tests/it/control.rs", "a_length_that_no_message_has_is_refused"),
    ]),
    row("CMSG_SPACE").at(&[rust!(item wavetank_api::control::cmsg_space)]).tests(&[
        test("api/tests/it/control.rs", "lengths_are_those_of_the_macros"),
        test("api/tests/it/control.rs", "a_length_that_no_message_has_is_refused"),
    ]),
    row("getdefaulttimeout")
        .at(&[rust!(value <Machine as wavetank_api::Net>::default_timeout)])
        .cases(&["create::default_timeout_is_for_new_sockets"]),
    row("setdefaulttimeout")
        .at(&[rust!(value <Machine as wavetank_api::Net>::set_default_timeout)])
        .cases(&["create::default_timeout_is_for_new_sockets"]),
    row("sethostname")
        .at(&[rust!(value <Machine as wavetank_api::Net>::sethostname)])
        .cases(&["databases::sethostname_has_a_limit"]),
    row("if_nameindex")
        .at(&[rust!(value <Machine as wavetank_api::Net>::if_nameindex)])
        .cases(&["host::loopback_is_an_interface", "databases::interfaces_by_name_and_number"]),
    row("if_nametoindex")
        .at(&[rust!(value <Machine as wavetank_api::Net>::if_nametoindex)])
        .cases(&["databases::interfaces_by_name_and_number", "databases::unknown_interfaces"]),
    row("if_indextoname")
        .at(&[rust!(value <Machine as wavetank_api::Net>::if_indextoname)])
        .cases(&["databases::interfaces_by_name_and_number", "databases::unknown_interfaces"]),
    row("send_fds")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::send_fds)])
        .cases(&["ancillary::fds_in_one_call", "unix::passing::too_many"]),
    row("recv_fds")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::recv_fds), rust!(item wavetank_api::Ancillary)])
        .cases(&["ancillary::fds_in_one_call", "ancillary::fds_beyond_the_room"]),
];
