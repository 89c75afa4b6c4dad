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
mod urgent;
mod vsock;
mod vsock_names;

use std::sync::LazyLock;

use crate::Case;

/// The order in which a newcomer would ask.
pub(crate) fn all() -> &'static [&'static Case] {
    static ALL: LazyLock<Vec<&'static Case>> = LazyLock::new(|| {
        let tables = [
            socket::CASES,
            bind::CASES,
            ports::CASES,
            listen::CASES,
            accept::CASES,
            connect::CASES,
            connect_nonblocking::CASES,
            open::CASES,
            open_queue::CASES,
            fast_open::CASES,
            syn_data::CASES,
            names::CASES,
            stream::CASES,
            data::CASES,
            held_back::CASES,
            sendfile::CASES,
            makefile::CASES,
            shutdown::CASES,
            close::CASES,
            closing::CASES,
            closing_waits::CASES,
            time_wait::CASES,
            alive::CASES,
            poll::CASES,
            modes::CASES,
            timeouts::CASES,
            default_timeout::CASES,
            udp::CASES,
            udp_errors::CASES,
            udp_control::CASES,
            urgent::CASES,
            unix::CASES,
            unix_names::CASES,
            unix_messages::CASES,
            passing::CASES,
            options::CASES,
            options_effect::CASES,
            tcp_options::CASES,
            inherit::CASES,
            tcp_info::CASES,
            msg_flags::CASES,
            dup::CASES,
            resolve::CASES,
            create::CASES,
            ancillary::CASES,
            making::CASES,
            databases::CASES,
            addr_text::CASES,
            netdb::CASES,
            host::CASES,
            examples::CASES,
            can_raw::CASES,
            can_raw_options::CASES,
            can_bcm::CASES,
            can_bcm_receive::CASES,
            can_isotp::CASES,
            can_isotp_options::CASES,
            netlink::CASES,
            netlink_groups::CASES,
            bluetooth::CASES,
            hci::CASES,
            packet::CASES,
            packet_options::CASES,
            raw_ip::CASES,
            ping::CASES,
            tipc::CASES,
            udplite::CASES,
            mptcp::CASES,
            tipc_connect::CASES,
            rds::CASES,
            bluetooth_unplugged::CASES,
            alg::CASES,
            alg_cipher::CASES,
            can_j1939::CASES,
            can_j1939_transfer::CASES,
            vsock::CASES,
            vsock_names::CASES,
            qipcrtr::CASES,
            alg_afalg::CASES,
        ];
        tables.into_iter().flatten().collect()
    });
    &ALL
}
