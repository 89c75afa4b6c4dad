//! The exceptions, and the functions of the module.

use crate::surface::{Row, path::rust, row, test};

pub(super) const EXCEPTIONS: &[Row] = &[
    row("error / OSError")
        .note("by name, with the call; converts to `std::io::Error`")
        .at(&[rust!(item wavetank_api::Error), rust!(item wavetank_api::Errno)])
        .cases(&["connect::refused_by_a_closed_port", "socket::unknown_family"])
        .tests(&[
            test("api/tests/it/errno.rs", "the_texts_are_those_of_the_c_library"),
            test("api/tests/it/error.rs", "through_io_error_and_back_nothing_is_lost_but_the_call_of_an_errno"),
        ]),
    row("herror").note("h_errno value and text"),
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
        .cases(&["socket::nonblock_flag", "socket::default_protocol_is_told_by_its_number", "dup::from_its_descriptor"])
        .tests(&[test("real/tests/it/errors.rs", "every_descriptor_is_close_on_exec")]),
    row("socketpair")
        .at(&[
            rust!(value wavetank_api::Socket::<Machine>::pair),
            rust!(value <Machine as wavetank_api::Net>::socketpair),
        ])
        .cases(&["unix::pair::both_ways", "socket::pair_of_internet_sockets", "socket::pair_checks_like_socket"]),
    row("create_connection").note("timeout, source_address, all_errors"),
    row("create_server").note("family, backlog, reuse_port, dualstack_ipv6; REUSEADDR on POSIX"),
    row("has_dualstack_ipv6"),
    row("fromfd"),
    row("fromshare").only_on("Windows"),
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
    row("getfqdn"),
    row("gethostbyname"),
    row("gethostbyname_ex"),
    row("gethostname").at(&[rust!(value <Machine as wavetank_api::Net>::gethostname)]).cases(&["host::has_a_name"]),
    row("gethostbyaddr"),
    row("getnameinfo")
        .at(&[rust!(value <Machine as wavetank_api::Net>::getnameinfo), rust!(item wavetank_api::NameFlags)])
        .cases(&["resolve::numbers_of_an_address", "resolve::name_of_a_unix_address"]),
    row("getprotobyname"),
    row("getservbyname"),
    row("getservbyport"),
    row("ntohl"),
    row("ntohs"),
    row("htonl"),
    row("htons"),
    row("inet_aton").at(&[rust!(item wavetank_api::inet_aton)]).cases(&["resolve::old_spellings_of_ipv4"]),
    row("inet_ntoa"),
    row("inet_pton"),
    row("inet_ntop"),
    row("CMSG_LEN"),
    row("CMSG_SPACE"),
    row("getdefaulttimeout"),
    row("setdefaulttimeout"),
    row("sethostname").at(&[rust!(value <Machine as wavetank_api::Net>::sethostname)]),
    row("if_nameindex")
        .at(&[rust!(value <Machine as wavetank_api::Net>::if_nameindex)])
        .cases(&["host::loopback_is_an_interface"]),
    row("if_nametoindex"),
    row("if_indextoname"),
    row("send_fds"),
    row("recv_fds"),
];
