//! What a connection is set up with: the options of its socket, and where it leads.

use std::net::IpAddr;

use super::{Body, Env, Family, Host, RareSwitches, Socket, Switches, Tcp};
use crate::{base::SocketId, proto::tcp};

impl Host {
    /// The options of a socket have changed: its connection, if there is one, is told.
    pub(crate) fn tcp_reconfigure(&mut self, env: &mut Env<'_>, id: SocketId) {
        let Some(socket) = self.sockets.get_mut(id) else { return };
        if let Body::Tcp(Tcp::Listening(listener)) = &mut socket.body {
            listener.note_change();
        } else if socket.connection().is_some() {
            self.tcp_reach_is_set(id);
            let config = self.tcp_config(id);
            self.with_connection(env, id, |connection, cx| connection.set_config(cx, config));
        }
    }

    /// What a connection of this socket is set up with.
    pub(crate) fn tcp_config(&self, id: SocketId) -> tcp::Config {
        let socket = &self.sockets[id];
        let hop_limit = socket.remote.map_or(tcp::DEFAULT_HOP_LIMIT, |to| self.hop_limit(&socket.options, to.ip()));
        tcp::Config { hop_limit, ..config_of(socket) }
    }
}

/// What a connection of a socket with these options is set up with.
pub(super) fn config_of(socket: &Socket) -> tcp::Config {
    let options = &socket.options;
    let mut switches = tcp::Switches::empty();
    switches.set(tcp::Switches::NODELAY, options.nodelay);
    switches.set(tcp::Switches::CORK, options.cork);
    switches.set(tcp::Switches::KEEPALIVE, options.keepalive);
    switches.set(tcp::Switches::OOBINLINE, options.oobinline);
    let recverr = if socket.family == Family::Inet6 { Switches::V6_RECVERR } else { Switches::RECVERR };
    switches.set(tcp::Switches::RECVERR, options.switches.contains(recverr));
    let notes = options.switches.intersects(Switches::NOTES_OF_SEGMENTS)
        || options.has_rare() && options.rare().switches.intersects(RareSwitches::NOTES_OF_SEGMENTS);
    switches.set(tcp::Switches::NOTES, notes && socket.family == Family::Inet6);
    let keeps_syn = options.switches.intersects(Switches::NOTED_OF_SEGMENTS);
    switches.set(tcp::Switches::KEEPS_SYN, keeps_syn && socket.family == Family::Inet6);
    tcp::Config {
        switches,
        maxseg: options.maxseg,
        congestion: options.congestion,
        rcvbuf: if options.rcvbuf_set { options.rcvbuf } else { 0 },
        sndbuf: if options.sndbuf_set { options.sndbuf } else { 0 },
        tuned_rcvbuf: options.rcvbuf,
        tuned_sndbuf: options.sndbuf,
        rcvlowat: options.rcvlowat.max(1) as u32,
        window_clamp: options.window_clamp,
        notsent_lowat: options.notsent_lowat,
        user_timeout: options.user_timeout,
        linger2: options.linger2,
        keepidle: options.keepidle,
        keepintvl: options.keepintvl,
        keepcnt: options.keepcnt,
        syn_retries: options.syncnt,
        defer_accept: options.defer_accept,
        scaling_ratio: socket.rest().scaling_ratio,
        ..tcp::Config::default()
    }
}

/// The same towards `to`: the largest segment is the MTU (65,536 on loopback, 1,500 elsewhere) less the headers of IP and TCP; no IPv4
/// packet is longer than 65,535 bytes (`ipv4_default_advmss`, `ip6_default_advmss`).
pub(super) fn towards(host: &Host, to: IpAddr, config: tcp::Config) -> tcp::Config {
    let mss = match (host.owns(to), to.is_ipv4()) {
        (true, true) => 65_495,
        (true, false) => 65_476,
        (false, true) => 1460,
        (false, false) => 1440,
    };
    let mut switches = config.switches;
    switches.set(tcp::Switches::IN_MEMORY, host.owns(to) || host.next_door.contains(&to));
    tcp::Config { mss, switches, ..config }
}
