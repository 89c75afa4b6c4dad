//! An open socket: what Linux calls a `struct sock` with its open file description.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
};

use super::{SocketOptions, Switches, Waiter, Waiters, address::interface_of, ports::ipv4_of};
use crate::{
    base::{Instant, SocketId},
    proto::{Readiness, tcp, udp::Udp, unix},
    wire::SeqNum,
};

/// The families there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Family {
    Inet,
    Inet6,
    Unix,
}

/// An open socket. Several descriptors may name it.
pub(crate) struct Socket {
    pub(crate) family: Family,
    pub(crate) body: Body,
    /// Where it is bound; an IPv4 address also for an IPv6 socket that uses one.
    pub(crate) local: Option<SocketAddr>,
    /// To whom it is connected.
    pub(crate) remote: Option<SocketAddr>,
    /// The program asked for this port: it is kept when the connection is gone (`SOCK_BINDPORT_LOCK`).
    pub(crate) port_locked: bool,
    /// The program asked for this address (`SOCK_BINDADDR_LOCK`).
    pub(crate) addr_locked: bool,
    /// Hop limit of the SYN that it was made for, if it is [accepted](Switches::ACCEPTED).
    pub(super) syn_hop_limit: u8,
    /// `connect` chose its port (`SOCK_CONNECT_BIND`): it is not in the way of others who connect.
    pub(crate) connect_bind: bool,
    /// Where it stands in its port's list.
    pub(crate) port_slot: Option<PortSlot>,
    pub(crate) options: SocketOptions,
    /// `O_NONBLOCK`: of the open socket, not of a descriptor.
    pub(crate) nonblocking: bool,
    pub(crate) stage: Stage,
    rest: Option<Box<Rest>>,
    pub(crate) descriptors: u32,
    pub(crate) waiters: Waiters,
    /// The reminder that is on the agenda.
    pub(crate) timer_at: Option<Instant>,
    /// It stands in the list of those whose reminder is to be looked at.
    pub(crate) arming: bool,
}

/// An index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PortSlot(NonZeroU32);

impl PortSlot {
    #[inline]
    pub(super) fn new(index: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(index as u32))
    }

    #[inline]
    pub(super) fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// What differs by protocol. What connections do not need lies in a box: sockets of connections are the many.
pub(crate) enum Body {
    Tcp(Tcp),
    Udp(Box<Udp>),
    Unix(Box<unix::Socket>),
}

impl Body {
    /// Whether there are whole things to take, which one waiter gets: connections (`inet_csk_wait_for_connect`), datagrams
    /// (`__skb_wait_for_more_packets`), room in a queue (`unix_wait_for_peer`).
    fn wakes_in_turn(&self) -> bool {
        match self {
            Self::Tcp(tcp) => matches!(tcp, Tcp::Listening(_)),
            Self::Udp(_) => true,
            Self::Unix(unix) => unix.kind != unix::Kind::Stream || unix.state == unix::State::Listening,
        }
    }
}

/// A TCP socket: what POSIX lets it be.
pub(crate) enum Tcp {
    /// Neither listening nor connected.
    Closed,
    Listening(Box<tcp::Listener<SocketId>>),
    Connection {
        connection: Box<tcp::Connection>,
        /// The listener whose queue it is still in.
        parent: Option<SocketId>,
    },
}

/// How far a program has been told about its connection: `socket_state` of include/uapi/linux/net.h, which knows nothing of
/// what has become of the connection meanwhile.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Stage {
    /// SS_UNCONNECTED, also of a listener.
    #[default]
    Unconnected,
    /// SS_CONNECTING: `connect` has not said yet how it ended.
    Connecting,
    /// SS_CONNECTED.
    Connected,
    /// SS_DISCONNECTING: shut down before `connect` could say how it ended. Only AF_UNSPEC leads out of it.
    Disconnecting,
}

/// What a TCP socket has while it has no connection: what the last one left behind, and `shutdown` asked for in vain.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rest {
    /// `sk_err` and `sk_err_soft`.
    pub(crate) failure: Option<tcp::Failure>,
    pub(crate) soft_failure: Option<tcp::Failure>,
    /// `sk_shutdown`.
    pub(crate) read_shut: bool,
    pub(crate) write_shut: bool,
    /// `write_seq` less `snd_una`, and less `snd_nxt`: SIOCOUTQ and SIOCOUTQNSD.
    pub(crate) unacked: u32,
    pub(crate) unsent: u32,
    /// `max_window`
    pub(crate) largest_window: u32,
    /// What the last connection knew of its way.
    pub(crate) path: Option<tcp::Path>,
    /// `scaling_ratio`; 0 as long as none was measured.
    pub(crate) scaling_ratio: u8,
    /// To whom IPv6 has found a way, but no port to begin with (`tcp_v6_connect`: `sk_dst_cache`).
    pub(crate) way6: Option<Ipv6Addr>,
    /// For which address the SYN was that the last connection was made of, and has kept (`np->pktoptions`, which `tcp_disconnect` leaves).
    pub(crate) syn_was_for: Option<Ipv6Addr>,
}

/// What `connect(2)` finds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ConnectStatus {
    /// Nothing was begun.
    Fresh,
    /// TCP_FASTOPEN_CONNECT: the first write begins the handshake.
    PutOff,
    /// The handshake is under way.
    Connecting,
    /// It succeeded, and no call has said so yet.
    Succeeded,
    /// It failed, and no call has said so yet; the reason, unless `SO_ERROR` took it.
    Failed(Option<tcp::Failure>),
    /// Connected, or listening.
    Connected,
    /// Shut down before it was.
    Disconnecting,
}

impl Socket {
    /// What an accepted connection has noted of the segment that opened it, in the fields of multicast (`tcp_v4_syn_recv_sock`,
    /// `tcp_v6_syn_recv_sock`): hop limit and interface. It is made when it is asked for, as hardly anybody does.
    pub(crate) fn noted(&self) -> Option<(i16, i32)> {
        // What a host sends to itself counts as come by the interface that has the address (`inet_iif`, `tcp_v6_iif`).
        let interface = self.remote.map_or(1, |remote| interface_of(remote.ip()));
        self.options
            .switches
            .contains(Switches::ACCEPTED)
            .then_some((self.syn_hop_limit.into(), interface.cast_signed()))
    }

    /// A segment of IPV6 that ends where it is to go on, so that none is missing, is noted there, too, if the program has asked for what
    /// it says (`tcp_v6_do_rcv`).
    pub(super) fn note_of_segment(&mut self, to: IpAddr, end: SeqNum, hop_limit: u8) {
        let is_next = |connection: &tcp::Connection| !connection.is_finished() && connection.is_next(end);
        let switches = self.options.switches & Switches::NOTED_OF_SEGMENTS;
        if switches.is_empty() || !self.connection().is_some_and(is_next) {
            return;
        }
        self.keep_what_was_noted();
        let rare = self.options.rare_mut();
        if switches.intersects(Switches::V6_RECVPKTINFO | Switches::V6_2292PKTINFO) {
            rare.v6_multicast_if = interface_of(to).cast_signed();
        }
        if switches.intersects(Switches::V6_RECVHOPLIMIT | Switches::V6_2292HOPLIMIT) {
            rare.v6_multicast_hops = hop_limit.into();
        }
    }

    /// Keeps that also without the connection.
    pub(crate) fn keep_what_was_noted(&mut self) {
        let Some((hop_limit, interface)) = self.noted() else { return };
        let is_v4 = self.is_v4();
        self.options.switches.remove(Switches::ACCEPTED);
        let rare = self.options.rare_mut();
        (rare.v6_multicast_hops, rare.v6_multicast_if) = (hop_limit, interface);
        if is_v4 {
            (rare.multicast_ttl, rare.multicast_index) = (hop_limit, interface);
        }
    }

    /// Whether its connection, if it has one, is one of IPv4.
    pub(crate) fn is_v4(&self) -> bool {
        self.remote.map_or(self.family == Family::Inet, |remote| remote.is_ipv4())
    }

    /// IPV6_ADDRFORM: a socket of IPv4 from now on, whose name is what IPv4 has taken it for all the time (`inet_getname`).
    pub(crate) fn become_v4(&mut self) {
        self.family = Family::Inet;
        self.local = self.local.map(|local| SocketAddr::new(ipv4_of(local.ip()).into(), local.port()));
    }

    pub(crate) fn new(family: Family, body: Body, options: SocketOptions) -> Self {
        Self {
            family,
            body,
            local: None,
            remote: None,
            port_locked: false,
            addr_locked: false,
            syn_hop_limit: 0,
            connect_bind: false,
            port_slot: None,
            options,
            nonblocking: false,
            stage: Stage::default(),
            rest: None,
            descriptors: 0,
            waiters: Waiters::default(),
            timer_at: None,
            arming: false,
        }
    }

    /// What is left of the last connection.
    pub(crate) fn rest(&self) -> Rest {
        self.rest.as_deref().copied().unwrap_or_default()
    }

    pub(crate) fn rest_mut(&mut self) -> &mut Rest {
        self.rest.get_or_insert_default()
    }

    /// The same, for a new connection to take over.
    pub(crate) fn take_rest(&mut self) -> Rest {
        self.rest.take().map(|rest| *rest).unwrap_or_default()
    }

    /// `sock_error` of a socket without a connection.
    pub(crate) fn take_failure_left(&mut self) -> Option<tcp::Failure> {
        self.rest.as_mut()?.failure.take()
    }

    /// SO_ERROR of a socket without a connection.
    pub(crate) fn take_error_left(&mut self) -> Option<tcp::Failure> {
        let rest = self.rest.as_mut()?;
        rest.failure.take().or_else(|| rest.soft_failure.take())
    }

    #[inline]
    pub(crate) fn readiness(&self) -> Readiness {
        match &self.body {
            Body::Tcp(Tcp::Closed) => {
                // A socket that was never connected: writable and hung up (`tcp_poll` with TCP_CLOSE).
                let (mut ready, rest, lowat) = (Readiness::HUP, self.rest(), self.options.notsent_lowat);
                // Sequence numbers that were skipped count as not sent (`tcp_stream_memory_free`).
                ready.set(Readiness::OUT, rest.write_shut || lowat == 0 || rest.unsent << 1 < lowat);
                ready.set(Readiness::ERR, rest.failure.is_some());
                ready.set(Readiness::IN | Readiness::RDHUP, rest.read_shut);
                ready
            }
            Body::Tcp(Tcp::Listening(listener)) => {
                if listener.is_empty() {
                    Readiness::default()
                } else {
                    Readiness::IN
                }
            }
            Body::Tcp(Tcp::Connection { connection, .. }) => connection.readiness(),
            Body::Udp(udp) => self.of_datagrams(udp.readiness()),
            Body::Unix(unix) if unix.kind == unix::Kind::Stream => unix.readiness(),
            Body::Unix(unix) => self.of_datagrams(unix.readiness()),
        }
    }

    /// Moves to `wakes` who waits for that, if it is so.
    #[inline]
    pub(super) fn wake_for(&mut self, what: Readiness, wakes: &mut Vec<Waiter>) {
        if !self.waiters.is_empty() {
            let ready = self.readiness() & what;
            let Self { body, waiters, .. } = self;
            waiters.wake(ready, || body.wakes_in_turn(), wakes);
        }
    }

    /// SO_SELECT_ERR_QUEUE: an error is urgent, too (`datagram_poll`, `unix_dgram_poll`).
    fn of_datagrams(&self, mut ready: Readiness) -> Readiness {
        let asks = self.options.switches.contains(Switches::SELECT_ERR_QUEUE);
        ready.set(Readiness::PRI, asks && ready.contains(Readiness::ERR));
        ready
    }

    /// `SO_RCVLOWAT`: how many bytes make a stream readable.
    #[inline]
    pub(crate) fn rcvlowat(&self) -> usize {
        self.options.rcvlowat.max(1) as usize
    }

    pub(crate) fn connection(&self) -> Option<&tcp::Connection> {
        match &self.body {
            Body::Tcp(Tcp::Connection { connection, .. }) => Some(connection),
            _ => None,
        }
    }

    /// Whether its peer is reached by IPv6.
    pub(crate) fn sends_ipv6(&self) -> bool {
        let sent_to = self.connection().map(tcp::Connection::remote_ip).filter(|to| !to.is_unspecified());
        sent_to.or(self.remote.map(|remote| remote.ip())).is_some_and(|to| to.is_ipv6())
    }

    pub(crate) fn connection_mut(&mut self) -> Option<&mut tcp::Connection> {
        match &mut self.body {
            Body::Tcp(Tcp::Connection { connection, .. }) => Some(connection),
            _ => None,
        }
    }

    /// The order of `__inet_stream_connect`'s switch.
    pub(crate) fn connect_status(&self) -> ConnectStatus {
        match (self.stage, &self.body) {
            (Stage::Connected, _) => ConnectStatus::Connected,
            (Stage::Disconnecting, _) => ConnectStatus::Disconnecting,
            (Stage::Connecting, _) => self.attempt_status(),
            (Stage::Unconnected, Body::Tcp(Tcp::Listening(_) | Tcp::Connection { .. })) => ConnectStatus::Connected,
            (Stage::Unconnected, _) => ConnectStatus::Fresh,
        }
    }

    /// What a call finds that has begun to wait for the end of a handshake: the connection itself, whatever others have been told or have
    /// done since (`inet_wait_for_connect` and what follows it).
    pub(super) fn attempt_status(&self) -> ConnectStatus {
        match &self.body {
            Body::Tcp(Tcp::Connection { connection, .. }) => match connection.state() {
                tcp::State::SynSent if connection.is_put_off() => ConnectStatus::PutOff,
                tcp::State::SynSent | tcp::State::SynReceived => ConnectStatus::Connecting,
                tcp::State::Closed | tcp::State::TimeWait => ConnectStatus::Failed(None),
                _ => ConnectStatus::Succeeded,
            },
            Body::Tcp(Tcp::Listening(_)) => ConnectStatus::Succeeded,
            _ => ConnectStatus::Failed(None),
        }
    }

    pub(crate) fn is_listening(&self) -> bool {
        match &self.body {
            Body::Unix(unix) => unix.state == unix::State::Listening,
            body => matches!(body, Body::Tcp(Tcp::Listening(_))),
        }
    }
}
