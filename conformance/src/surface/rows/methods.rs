//! The methods and attributes of a socket.

use crate::surface::{Path, Row, path::rust, row};

pub(super) const METHODS: &[Row] = &[
    row("accept")
        .at(&[
            rust!(value wavetank_api::Socket::<Machine>::accept),
            rust!(value wavetank_api::TcpListener::<Machine>::accept),
        ])
        .cases(&[
            "accept::addresses_match",
            "accept::in_order_of_arrival",
            "accept::waits_for_a_connection",
            "accept::nobody_there",
        ]),
    row("bind").at(&[rust!(value wavetank_api::Socket::<Machine>::bind)]).cases(&[
        "bind::port_zero_chooses",
        "bind::twice",
        "bind::taken_port",
        "bind::foreign_address",
    ]),
    row("close").at(&[rust!(value wavetank_api::Socket::<Machine>::close)]).cases(&[
        "close::delivers_what_was_sent",
        "close::unread_data_is_a_reset",
        "close::last_duplicate_ends_it",
    ]),
    row("connect").at(&[rust!(value wavetank_api::Socket::<Machine>::connect)]).cases(&[
        "connect::to_a_listener",
        "connect::refused_by_a_closed_port",
        "connect::connected_already",
        "connect::nobody_answers",
    ]),
    row("connect_ex")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::connect_ex)])
        .cases(&["modes::connect_ex_tells_the_errno"]),
    row("detach")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::detach)])
        .cases(&["create::detached_is_open_and_the_same"]),
    row("dup")
        .at(&[
            rust!(value wavetank_api::Socket::<Machine>::try_clone),
            rust!(value <Machine as wavetank_api::Net>::dup),
        ])
        .cases(&["dup::another_number_for_the_same_socket", "dup::one_stream", "dup::shutdown_is_for_both"]),
    row("fileno")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::fileno), rust!(item wavetank_api::Descriptor)])
        .cases(&["socket::lowest_free_descriptor", "dup::another_number_for_the_same_socket"]),
    row("get_inheritable")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::inheritable)])
        .cases(&["create::not_inheritable_unless_told"]),
    row("getpeername").at(&[rust!(value wavetank_api::Socket::<Machine>::getpeername)]).cases(&[
        "names::both_ends_agree",
        "names::peer_after_a_reset",
        "names::fresh_socket",
    ]),
    row("getsockname").at(&[rust!(value wavetank_api::Socket::<Machine>::getsockname)]).cases(&[
        "names::both_ends_agree",
        "names::bound_socket",
        "names::fresh_socket",
    ]),
    row("getsockopt(int)")
        .at(&[rust!(item wavetank_api::SockOpt), rust!(item wavetank_api::option::OptValue)])
        .cases(&["options::table::socket", "options::table::tcp", "options::table::ip", "options::table::ipv6"]),
    row("getsockopt(buffer)")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::getsockopt_raw)])
        .cases(&["options::cut_to_fit_the_buffer", "tcp_info::cut_to_the_room"]),
    row("getblocking")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::getblocking)])
        .cases(&["modes::begin_blocking", "modes::what_is_set_is_told"]),
    row("gettimeout")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::gettimeout)])
        .cases(&["modes::begin_blocking", "modes::what_is_set_is_told"]),
    row("ioctl").at(&[rust!(value wavetank_api::Socket::<Machine>::ioctl)]).cases(&[
        "stream::fionread_and_outq",
        "msg_flags::outq_counts",
        "urgent::atmark_says_where",
    ]),
    row("listen").at(&[rust!(value wavetank_api::Socket::<Machine>::listen)]).cases(&[
        "listen::unbound_socket_gets_a_port",
        "listen::backlog_of_n_holds_n_plus_one",
        "listen::udp_does_not",
    ]),
    row("makefile")
        .at(&[
            rust!(value wavetank_api::Socket::<Machine>::makefile),
            rust!(value wavetank_api::Socket::<Machine>::makefile_text),
            rust!(item wavetank_api::SocketFile),
            rust!(item wavetank_api::TextFile),
        ])
        .cases(&[
            "makefile::lines_of_bytes",
            "makefile::written_when_flushed",
            "makefile::mode_letters",
            "makefile::text_newlines",
        ]),
    row("recv")
        .at(&[
            rust!(value wavetank_api::Socket::<Machine>::recv_vec),
            rust!(value wavetank_api::Socket::<Machine>::recv),
            rust!(value wavetank_api::Socket::<Machine>::recv_with),
        ])
        .cases(&[
            "stream::recv_takes_what_is_there",
            "stream::peek",
            "stream::waitall_waits",
            "udp::too_long_for_the_buffer",
        ]),
    row("recvfrom")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::recvfrom)])
        .cases(&["stream::no_sender_to_tell", "udp::queued_before_connect"]),
    row("recvmsg")
        .at(&[
            rust!(value wavetank_api::Socket::<Machine>::recvmsg_vec),
            rust!(value wavetank_api::Socket::<Machine>::recvmsg),
            rust!(item wavetank_api::RecvMsg),
        ])
        .cases(&[
            "ancillary::recvmsg_into_and_recvmsg",
            "stream::gather_and_scatter",
            "udp::trunc_tells_the_whole_length",
            "unix::passing::several_in_order",
            "unix::passing::no_room_at_all",
        ]),
    row("recvmsg_into")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::recvmsg_into)])
        .cases(&["ancillary::recvmsg_into_and_recvmsg", "example::recvmsg_into_over_several_buffers"]),
    row("recvfrom_into")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::recvfrom_with)])
        .cases(&["stream::no_sender_to_tell", "udp::queued_before_connect"]),
    row("recv_into")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::recv)])
        .cases(&["stream::a_megabyte_in_order", "stream::recv_of_nothing"]),
    row("send")
        .at(&[
            rust!(value wavetank_api::Socket::<Machine>::send),
            rust!(value wavetank_api::Socket::<Machine>::send_with),
        ])
        .cases(&[
            "stream::nonblocking_send_is_partial",
            "stream::blocking_send_waits_for_room",
            "udp::one_send_is_one_recv",
        ]),
    row("sendall")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::sendall)])
        .cases(&["stream::a_megabyte_in_order", "timeouts::sendall_has_one_deadline"]),
    row("sendto")
        .at(&[
            rust!(value wavetank_api::Socket::<Machine>::sendto),
            rust!(value wavetank_api::Socket::<Machine>::sendto_with),
        ])
        .cases(&["udp::connected_sends_elsewhere", "stream::address_is_ignored", "udp::errors::wrong_family"]),
    row("sendmsg")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::sendmsg), rust!(item wavetank_api::SendMsg)])
        .cases(&[
            "stream::gather_and_scatter",
            "msg_flags::many_buffers",
            "msg_flags::empty_buffers_between",
            "unix::passing::several_in_order",
        ]),
    row("sendmsg_afalg")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::sendmsg_afalg), rust!(item wavetank_api::AlgOp)])
        .cases(&[
            "alg::afalg::encrypts_and_decrypts",
            "alg::afalg::from_several_buffers",
            "alg::afalg::associated_data",
            "alg::afalg::wrong_operation",
        ]),
    row("sendfile")
        .at(&[
            rust!(value wavetank_api::Socket::<Machine>::sendfile::<std::fs::File>),
            rust!(value <Machine as wavetank_api::Net>::sendfile),
            rust!(item wavetank_api::SendFile),
        ])
        .cases(&["sendfile::from_an_offset", "sendfile::not_a_file", "sendfile::refused"]),
    row("set_inheritable")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::set_inheritable)])
        .cases(&["create::not_inheritable_unless_told"]),
    row("setblocking")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::setblocking)])
        .cases(&["modes::what_is_set_is_told", "modes::each_mode_waits_its_time"]),
    row("settimeout").at(&[rust!(value wavetank_api::Socket::<Machine>::settimeout)]).cases(&[
        "timeouts::settimeout_of_recv",
        "timeouts::settimeout_of_send",
        "timeouts::settimeout_zero_is_nonblocking",
    ]),
    row("setsockopt(int)")
        .at(&[rust!(item wavetank_api::SockOpt), rust!(item wavetank_api::option::OptValue)])
        .cases(&["options::switches", "options::buffers_are_doubled", "options::table::tcp"]),
    row("setsockopt(buffer)")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::setsockopt_raw)])
        .cases(&["options::too_short_to_set", "options::one_byte_is_enough_for_ip"]),
    row("setsockopt(NULL,len)")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::setsockopt_null)])
        .cases(&["create::no_value_but_a_length"]),
    row("shutdown").at(&[rust!(value wavetank_api::Socket::<Machine>::shutdown)]).cases(&[
        "shutdown::writing_ends_the_peers_stream",
        "shutdown::reading_ends_the_own_stream",
        "shutdown::not_connected",
    ]),
    row("share").at(&[Path::elsewhere("wavetank_api::Socket::share", "api/src/socket/make.rs")]).only_on("Windows"),
    row("context manager")
        .note("closing on drop, errors from explicit close")
        .at(&[rust!(item wavetank_api::Descriptor), rust!(value wavetank_api::Socket::<Machine>::close)])
        .cases(&["close::ends_the_peers_stream", "close::last_duplicate_ends_it"]),
];

pub(super) const ATTRIBUTES: &[Row] = &[
    row("family").at(&[rust!(value wavetank_api::Socket::<Machine>::family)]).cases(&["dup::from_its_descriptor"]),
    row("type").at(&[rust!(value wavetank_api::Socket::<Machine>::kind)]).cases(&["dup::from_its_descriptor"]),
    row("proto")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::protocol)])
        .cases(&["dup::from_its_descriptor", "socket::default_protocol_is_told_by_its_number"]),
];
