//! The cases, by topic. Each file begins with the table of what it states.

mod accept;
mod addr_text;
mod alg;
mod alg_afalg;
mod alg_cipher;
mod alive;
mod ancillary;
mod bind;
mod bluetooth;
mod bluetooth_unplugged;
mod can;
mod can_bcm;
mod can_bcm_receive;
mod can_isotp;
mod can_isotp_options;
mod can_j1939;
mod can_j1939_transfer;
mod can_raw;
mod can_raw_options;
mod close;
mod closing;
mod closing_waits;
mod connect;
mod connect_nonblocking;
mod create;
mod data;
mod databases;
mod default_timeout;
mod dup;
mod examples;
mod fast_open;
mod hci;
mod held_back;
mod host;
mod inherit;
mod listen;
mod makefile;
mod making;
mod modes;
mod mptcp;
mod msg_flags;
mod names;
mod netdb;
mod netlink;
mod netlink_groups;
mod open;
mod open_queue;
mod options;
mod options_effect;
mod packet;
mod packet_options;
mod passing;
mod ping;
mod poll;
mod ports;
mod qipcrtr;
mod raw_ip;
mod rds;
mod resolve;
mod sendfile;
mod shutdown;
mod socket;
mod stream;
mod syn_data;
mod tcp_info;
mod tcp_options;
mod time_wait;
mod timeouts;
mod tipc;
mod tipc_connect;
mod udp;
mod udp_control;
mod udp_errors;
mod udplite;
mod unix;
mod unix_messages;
mod unix_names;
mod unix_options;
mod urgent;
mod vsock;
mod vsock_names;

use std::sync::LazyLock;

use crate::{Bed, Case, subject::Function};

/// Makes, of the files, the list of the cases and the list of what shows them, in the same order.
macro_rules! tables {
    ($($file:ident),* $(,)?) => {
        pub(crate) fn all() -> &'static [&'static Case] {
            static ALL: LazyLock<Vec<&'static Case>> = LazyLock::new(|| [$($file::CASES),*].into_iter().flatten().collect());
            &ALL
        }

        /// What shows the cases on that bed, in the order of [`all`].
        pub(crate) fn functions<B: Bed>() -> impl Iterator<Item = Function<B>> {
            [$($file::functions::<B>()),*].into_iter().flatten().copied()
        }
    };
}

// The order in which a newcomer would ask.
tables! {
    socket, bind, ports, listen, accept, connect, connect_nonblocking, open, open_queue, fast_open, syn_data, names,
    stream, data, held_back, sendfile, makefile, shutdown, close, closing, closing_waits, time_wait, alive, poll,
    modes, timeouts, default_timeout, udp, udp_errors, udp_control, urgent, unix, unix_names, unix_messages, passing,
    unix_options,    options, options_effect, tcp_options, inherit, tcp_info, msg_flags, dup, resolve, create, ancillary, making,
    databases, addr_text, netdb, host, examples, can_raw, can_raw_options, can_bcm, can_bcm_receive, can_isotp,
    can_isotp_options, netlink, netlink_groups, bluetooth, hci, packet, packet_options, raw_ip, ping, tipc, udplite,
    mptcp, tipc_connect, rds, bluetooth_unplugged, alg, alg_cipher, can_j1939, can_j1939_transfer, vsock,
    vsock_names, qipcrtr, alg_afalg,
}
