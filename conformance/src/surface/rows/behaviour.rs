//! What the documentation states beside the names.

use crate::surface::{Row, path::rust, row, test};

pub(super) const ROWS: &[Row] = &[
    row("three modes")
        .note("blocking, non-blocking, timeout; getblocking is gettimeout != 0")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::settimeout), rust!(value wavetank_api::Socket::<Machine>::getblocking)])
        .cases(&["modes::begin_blocking", "modes::what_is_set_is_told", "modes::each_mode_waits_its_time"]),
    row("shared mode")
        .note("blocking and timeout modes are shared between descriptors of one endpoint")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::try_clone)])
        .cases(&["dup::one_mode", "modes::the_time_is_of_one_descriptor"]),
    row("timeout and connect")
        .note("applies; the system may time out earlier by itself")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::connect)])
        .cases(&["connect::settimeout_limits_the_wait", "connect::nobody_answers", "alive::syn_retries_are_those_of_the_host"]),
    row("timeout and accept")
        .note("accepted socket inherits the default timeout; otherwise depends on the listener's mode; system-dependent inheritance of non-blocking")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::accept)])
        .cases(&["default_timeout::accepted_sockets_have_it", "default_timeout::accepted_without_it_blocks", "accept::not_nonblocking", "accept::gives_up_after_settimeout"]),
    row("sendall deadline")
        .note("maximum total duration, not reset on progress; after an error nothing tells how much was sent")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::sendall)])
        .cases(&["timeouts::sendall_has_one_deadline"]),
    row("send is partial")
        .note("the caller must loop")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::send)])
        .cases(&["stream::nonblocking_send_is_partial", "unix::pair::partial_send"]),
    row("EINTR")
        .note("calls are retried (PEP 475) with the remaining time")
        .at(&[rust!(item wavetank_api::Socket)])
        .tests(&[
            test("real/tests/it/signals.rs", "a_recv_goes_on"),
            test("real/tests/it/signals.rs", "a_recv_with_a_timeout_has_one_time_for_all"),
            test("api/tests/it/socket.rs", "an_interrupted_call_is_made_again"),
            test("api/tests/it/socket.rs", "with_a_timeout_it_waits_and_tries_again_until_one_deadline"),
        ]),
    row("close flushes")
        .note("queued data is still delivered; shutdown before close for a timely end")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::close)])
        .cases(&["close::delivers_what_was_sent", "closing::close_sends_what_was_not_sent", "shutdown::writing_delivers_what_was_sent"]),
    row("makefile keeps the socket")
        .note("the descriptor lives until the last file object closes; a timeout leaves its buffer inconsistent").at(&[rust!(value wavetank_api::Socket::<Machine>::makefile), rust!(value wavetank_api::Socket::<Machine>::close_shared)]).cases(&["makefile::keeps_the_socket", "makefile::timed_out_object"]),
    row("backlog")
        .note("at least 0, lower becomes 0, default reasonable")
        .at(&[rust!(value wavetank_api::Socket::<Machine>::listen), rust!(item wavetank_api::ServerOptions)])
        .cases(&["listen::negative_backlog", "listen::backlog_of_n_holds_n_plus_one", "open::queue::a_huge_backlog"]),
    row("IPv6 multicast names")
        .note("no `%scope_id` in getaddrinfo and recvfrom since 3.7")
        .at(&[rust!(item wavetank_api::Addr::V6)])
        .cases(&["netdb::scopes"]),
    row("first DNS answer")
        .note("behaviour depends on resolver order; numeric hosts are deterministic")
        .at(&[rust!(item wavetank_api::ToAddrs)])
        .cases(&["resolve::numeric_address", "resolve::localhost"]),
    row("TIME_WAIT")
        .note("a second run gets EADDRINUSE (98) unless SO_REUSEADDR")
        .at(&[rust!(item wavetank_api::option::SO_REUSEADDR)])
        .cases(&["time_wait::keeps_the_servers_port", "time_wait::reuseaddr_of_both_passes_it", "time_wait::reuseaddr_of_one_does_not"]),
    row("recvmsg truncation")
        .note("ancillary items that do not fit; descriptors closed when an exception follows; truncated trailing integers ignored by recv_fds").at(&[rust!(value wavetank_api::Socket::<Machine>::recv_fds), rust!(item wavetank_api::RecvMsg)]).cases(&["unix::passing::no_room_at_all", "unix::passing::room_for_some", "unix::passing::room_for_the_header_only", "ancillary::fds_beyond_the_room"]),
    row("AF_ALG")
        .note("availability by kernel; op, iv, assoclen, flags")
        .at(&[rust!(item wavetank_api::AlgOp)])
        .cases(&["alg::unknown_algorithms", "alg::cipher::encrypts_and_decrypts", "alg::cipher::authenticated"]),
];
