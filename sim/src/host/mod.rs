//! One host: its addresses, ports, open sockets, and the programs with their descriptor tables.
//!
//! A host does not know the other hosts. It is handed packets and calls, and leaves in its [`Env`] the packets to send, the
//! processes to wake and the sockets to be reminded; the world does the rest. It answers with small error enums;
//! `call/errno.rs` makes them errnos.

mod address;
mod after;
mod descriptors;
mod embryo;
mod ephemeral;
mod fast_open;
mod input;
mod options;
mod ports;
mod reach;
mod route;
mod socket;
mod sysctl;
mod tcp;
mod tcp_config;
mod time_wait;
mod udp;
mod udp_cork;
mod udp_error;
mod udp_input;
mod udp_limits;
mod unix;
mod waiters;

#[cfg(test)]
mod tests;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

pub(crate) use self::tcp::{AcceptError, ListenError, PortsExhausted};
pub(crate) use address::{ETH0, LO, is_link_local_group};
pub(crate) use descriptors::{Program, TableFull};
pub(crate) use fast_open::CLIENT as FASTOPEN_CLIENT;
pub(crate) use options::{Membership, Rare, RareSwitches, SocketOptions, Switches};
use ports::Ports;
pub(crate) use ports::{BindError, ipv4_of};
pub(crate) use route::{NoWay, Way};
use slotmap::SlotMap;
use smallvec::{SmallVec, smallvec};
pub(crate) use socket::{Body, ConnectStatus, Family, Socket, Stage, Tcp};
pub(crate) use sysctl::{Settings, SysctlError};
pub(crate) use udp::{How, SendError as UdpSendError};
pub(crate) use unix::{Sending, UnixError};
pub(crate) use waiters::{Waiter, Waiters};

use crate::{
    base::{HostId, Instant, Lookup, ProgramId, Rng, SocketId},
    proto::{Cx, Out, tcp::Connection},
};

/// What a host may see of the world, and where it leaves what follows from an event.
pub(crate) struct Env<'a> {
    pub(crate) now: Instant,
    pub(crate) out: &'a mut Out,
    pub(crate) wakes: &'a mut Vec<Waiter>,
    /// Sockets that may have to be reminded earlier than they will be.
    pub(crate) unarmed: &'a mut Vec<SocketId>,
    /// Packets this host could not take.
    pub(crate) refused: &'a mut Vec<(crate::net::DropReason, crate::wire::Packet)>,
}

/// A machine on the simulated network.
pub(crate) struct Host {
    /// What the harness calls it.
    pub(crate) name: Arc<str>,
    /// `gethostname(2)`, once `sethostname(2)` has changed it.
    pub(crate) hostname: Option<String>,
    /// Its addresses besides loopback.
    pub(crate) addrs: SmallVec<[IpAddr; 2]>,
    /// The addresses of those to whom a direct link leads.
    pub(crate) next_door: SmallVec<[IpAddr; 2]>,
    pub(crate) settings: Settings,
    /// Some TCP socket looks at IP's headers: somebody has set IP_MINTTL or IPV6_MINHOPCOUNT (`ip4_min_ttl`, `ip6_min_hopcount`), or asked
    /// to be told of what comes.
    pub(crate) minds_headers: bool,
    /// Some socket has been bound to `lo` (SO_BINDTODEVICE, SO_BINDTOIFINDEX).
    pub(crate) binds_to_lo: bool,
    pub(crate) sockets: SlotMap<SocketId, Socket>,
    pub(crate) programs: SmallVec<[Program; 2]>,
    flows: Lookup<Flow, SocketId>,
    /// The flow that was found last: a conversation finds it again and again.
    last_flow: Option<(Flow, SocketId)>,
    /// Requests whose listener has stopped to listen.
    left_behind: Vec<SocketId>,
    /// Who has the address that a packet was sent to last. Addresses never change hands.
    pub(crate) last_destination: Option<(IpAddr, HostId)>,
    ports: Ports,
    unix_names: unix::Names,
    /// UNIX sockets may be in flight (`unix_tot_inflight`).
    pub(crate) unix_in_flight: bool,
    /// Initial sequence numbers.
    isn_rng: Rng,
    /// Fast Open's cookies.
    fast_servers: fast_open::Servers,
    /// Ephemeral ports.
    port_rng: Rng,
    /// Where in the range the search for the next port of a connection begins, once there was one.
    next_port: Option<u32>,
    /// `getrandom(2)`.
    pub(crate) program_rng: Rng,
    /// The wall clock at the start of the run, since the UNIX epoch.
    pub(crate) epoch: std::time::Duration,
}

/// Containers that a host may take over, empty, from one that is gone.
#[derive(Default)]
pub(crate) struct HostParts {
    flows: Lookup<Flow, SocketId>,
    ports: Ports,
}

/// A connection as the packets name it. Compact, because every segment is looked up by it; packed, because a crowd of
/// connections keeps a table of them: an entry is 44 bytes instead of 64.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(C, packed(4))]
struct Flow {
    local: u128,
    remote: u128,
    ports: u32,
}

impl Flow {
    fn new(local: SocketAddr, remote: SocketAddr) -> Self {
        let number = |addr: SocketAddr| match addr.ip() {
            IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
            IpAddr::V6(v6) => v6.to_bits(),
        };
        Self {
            local: number(local),
            remote: number(remote),
            ports: u32::from(local.port()) << 16 | u32::from(remote.port()),
        }
    }
}

impl Host {
    pub(crate) fn new(id: HostId, name: Arc<str>, addrs: &[IpAddr], seed: u64, parts: HostParts) -> Self {
        let stream = |purpose| Rng::stream(seed, purpose, u64::from(id.0));
        Self {
            name,
            hostname: None,
            addrs: addrs.into(),
            next_door: SmallVec::new(),
            settings: Settings::default(),
            minds_headers: false,
            binds_to_lo: false,
            sockets: SlotMap::with_key(),
            // Program 0 is the harness: calls made outside any process.
            programs: smallvec![Program::default()],
            flows: parts.flows,
            last_flow: None,
            left_behind: Vec::new(),
            last_destination: None,
            ports: parts.ports,
            unix_names: unix::Names::default(),
            unix_in_flight: false,
            isn_rng: stream("tcp isn"),
            fast_servers: fast_open::Servers::default(),
            port_rng: stream("ephemeral port"),
            next_port: None,
            program_rng: stream("getrandom"),
            // 2000-01-01, a Saturday: a round date that no run mistakes for today.
            epoch: std::time::Duration::from_secs(946_684_800),
        }
    }

    /// What of this host the next one can use.
    pub(crate) fn into_parts(self) -> HostParts {
        let Self { mut flows, mut ports, .. } = self;
        flows.clear();
        ports.clear();
        HostParts { flows, ports }
    }

    pub(crate) fn start_program(&mut self) -> ProgramId {
        let id = ProgramId(self.programs.len() as u32);
        self.programs.push(Program::default());
        id
    }

    /// Ends a program as the kernel does: every descriptor it had is closed.
    pub(crate) fn end_program(&mut self, env: &mut Env<'_>, program: ProgramId) {
        for socket in self.programs[program.index()].close_all() {
            self.release(env, socket);
        }
    }

    /// One descriptor of an open socket is gone; the last one closes it.
    pub(crate) fn release(&mut self, env: &mut Env<'_>, id: SocketId) {
        let Some(socket) = self.sockets.get_mut(id) else { return };
        socket.descriptors -= 1;
        if socket.descriptors > 0 {
            return;
        }
        match socket.body {
            Body::Tcp(_) => self.tcp_close(env, id),
            Body::Udp(_) => self.forget(id),
            Body::Unix(_) => self.unix_close(env, id),
        }
    }

    /// When a socket of [`Env::unarmed`] wants to be reminded, unless a reminder that comes early enough is on the agenda.
    ///
    /// Asked only when time is about to pass: most deadlines of a busy connection are gone again by then.
    pub(crate) fn arm(&mut self, id: SocketId) -> Option<Instant> {
        let socket = self.sockets.get_mut(id)?;
        socket.arming = false;
        let at = socket.connection()?.poll_at()?;
        if socket.timer_at.is_some_and(|timer| timer <= at) {
            return None;
        }
        socket.timer_at = Some(at);
        Some(at)
    }

    /// The reminder asked for by [`Self::arm`] has come; whether it was still wanted.
    pub(crate) fn is_due(&mut self, now: Instant, id: SocketId) -> bool {
        let Some(socket) = self.sockets.get_mut(id) else { return false };
        if socket.timer_at != Some(now) {
            // Superseded by an earlier one, which has come already.
            return false;
        }
        socket.timer_at = None;
        socket.connection().and_then(Connection::poll_at).is_some_and(|at| at <= now)
    }

    /// A deadline of a socket has come.
    pub(crate) fn on_deadline(&mut self, env: &mut Env<'_>, id: SocketId) {
        if self.is_left_behind(id) {
            return self.drop_embryo(id);
        }
        self.with_connection(env, id, Connection::on_deadline);
    }

    /// Removes a socket for good.
    fn forget(&mut self, id: SocketId) {
        self.unbind(id);
        self.sockets.remove(id);
    }

    /// A context for a protocol of this host. Borrows single fields, so that a socket can be borrowed beside it.
    fn cx<'a>(settings: &'a Settings, isn_rng: &'a mut Rng, env: &'a mut Env<'_>) -> Cx<'a> {
        Cx { now: env.now, rng: isn_rng, out: env.out, sysctl: settings.tcp(), rmem_max: settings.rmem_max }
    }
}
