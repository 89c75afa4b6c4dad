//! Fast Open: the cookies that this host gives, believes and remembers (RFC 7413; net/ipv4/tcp_fastopen.c, tcp_metrics.c).

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use super::{Body, Env, Host, Switches, Tcp};
use crate::{
    base::{Rng, SocketId},
    proto::tcp::{self, Opening},
    wire::{FastOpenCookie, RareOption, Segment},
};

/// The bits of `net.ipv4.tcp_fastopen`: TFO_CLIENT_ENABLE and so on.
pub(crate) const CLIENT: u32 = 0x1;
const SERVER: u32 = 0x2;
const CLIENT_WITHOUT_COOKIE: u32 = 0x4;
const SERVER_WITHOUT_COOKIE: u32 = 0x200;
const ALL_LISTENERS: u32 = 0x400;

/// Keeps the hash of a cookie apart from that of a connection, whose two ports are never this.
const COOKIE: u64 = u64::MAX;

/// What is remembered of servers, by our address and theirs (`struct tcp_fastopen_metrics`).
#[derive(Debug, Default)]
pub(crate) struct Servers(BTreeMap<(IpAddr, IpAddr), Known>);

#[derive(Clone, Debug, Default)]
struct Known {
    cookie: FastOpenCookie,
    mss: Option<u16>,
}

/// What a listener does about a SYN that speaks of Fast Open.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Verdict {
    /// The connection begins at once.
    pub(super) early: bool,
    /// What the SYN+ACK brings.
    pub(super) cookie: Option<Box<RareOption>>,
}

impl Host {
    /// How a connection of this socket to its peer would open (`tcp_fastopen_cookie_check`).
    pub(crate) fn opening(&self, id: SocketId) -> Opening {
        let socket = &self.sockets[id];
        let none_needed = self.settings.tcp().fastopen & CLIENT_WITHOUT_COOKIE != 0
            || socket.options.switches.contains(Switches::FASTOPEN_NO_COOKIE);
        let known = socket
            .local
            .zip(socket.remote)
            .and_then(|(local, remote)| self.fast_servers.0.get(&(local.ip(), remote.ip())));
        match known {
            known if none_needed => Opening::WithoutCookie { mss: known.and_then(|known| known.mss) },
            Some(Known { cookie, mss }) if !cookie.is_empty() => Opening::Cookie { cookie: cookie.clone(), mss: *mss },
            _ => Opening::Asking,
        }
    }

    /// A connection that was put off opens: how much of the data its SYN takes.
    pub(crate) fn tcp_open_fast(&mut self, env: &mut Env<'_>, id: SocketId, parts: &[&[u8]]) -> usize {
        let opening = self.opening(id);
        self.with_connection(env, id, |connection, cx| connection.open_fast(cx, &opening, parts)).unwrap_or(0)
    }

    /// A SYN+ACK for a connection of this host: what it says of cookies is remembered (`tcp_fastopen_cache_set`).
    pub(super) fn syn_for_connection(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        from: SocketAddr,
        to: SocketAddr,
        segment: Segment,
    ) {
        let learns = self.sockets[id].connection().is_some_and(tcp::Connection::awaits_cookie);
        if !learns {
            self.with_connection(env, id, |connection, cx| connection.on_segment(cx, segment));
            return;
        }
        let (cookie, mss) = (segment.options.fast_open().cloned(), segment.options.mss);
        self.with_connection(env, id, |connection, cx| connection.on_segment(cx, segment));
        let connection = self.sockets.get(id).and_then(|socket| socket.connection());
        if let Some(connection) = connection
            && !connection.state().is_connecting()
            && !connection.is_finished()
        {
            let welcome = connection.asked_for_cookie();
            let known = self.fast_servers.0.entry((to.ip(), from.ip())).or_default();
            known.mss = mss.or(known.mss);
            if let Some(cookie) = cookie.filter(|cookie| welcome && !cookie.is_empty()) {
                known.cookie = cookie;
            }
        }
    }

    /// Whether this host gives cookies at all.
    #[inline]
    pub(super) fn serves_fast_open(&self) -> bool {
        self.settings.tcp().fastopen & SERVER != 0
    }

    /// `tcp_try_fastopen`
    #[cold]
    pub(super) fn fast_open_verdict(
        &mut self,
        env: &Env<'_>,
        listener: SocketId,
        from: SocketAddr,
        to: SocketAddr,
        segment: &Segment,
    ) -> Verdict {
        let sysctl = self.settings.tcp().fastopen;
        let shown = segment.options.fast_open();
        if segment.payload.is_empty() && shown.is_none() {
            return Verdict::default();
        }
        let socket = &mut self.sockets[listener];
        let limit = socket.options.rare().fastopen;
        let Body::Tcp(Tcp::Listening(queue)) = &mut socket.body else { return Verdict::default() };
        if !queue.may_open_early(limit, env.now) {
            return Verdict::default();
        }
        let none_needed =
            sysctl & SERVER_WITHOUT_COOKIE != 0 || socket.options.switches.contains(Switches::FASTOPEN_NO_COOKIE);
        if none_needed {
            return Verdict { early: true, cookie: None };
        }
        let Some(shown) = shown else { return Verdict::default() };
        let mut ours = self.cookies_for(listener, from.ip(), to.ip());
        let first = ours.next();
        if first.as_ref() == Some(shown) {
            return Verdict { early: true, cookie: None };
        }
        // A cookie of the key before is good, and renewed.
        let early = !shown.is_empty() && ours.any(|cookie| cookie == *shown);
        Verdict { early, cookie: first.map(|cookie| Box::new(RareOption::FastOpen(cookie))) }
    }

    /// What a client must show this listener, by each of its keys (`tcp_fastopen_cookie_gen_cipher`). Without TCP_FASTOPEN_KEY
    /// the host has a key of its own.
    fn cookies_for(&self, listener: SocketId, from: IpAddr, to: IpAddr) -> impl Iterator<Item = FastOpenCookie> {
        let keys = self.sockets[listener].options.rare().blob(libc::IPPROTO_TCP, libc::TCP_FASTOPEN_KEY);
        let bits = |ip: IpAddr| match ip {
            IpAddr::V4(v4) => u128::from(v4.to_bits()),
            IpAddr::V6(v6) => v6.to_bits(),
        };
        let (from, to) = (bits(from), bits(to));
        let own = keys.is_empty().then(|| self.isn_rng.keyed(from, to, COOKIE));
        let given = keys.chunks_exact(16).map(move |key| {
            let half = |at: usize| key[at..at + 8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
            Rng::stream(half(0), "fast open cookie", half(8)).keyed(from, to, COOKIE)
        });
        own.into_iter().chain(given).map(|hash| FastOpenCookie::from_slice(&hash.to_be_bytes()))
    }

    /// 0x400: who begins to listen need not ask for it (`inet_listen`: TFO_SERVER_WO_SOCKOPT1).
    pub(super) fn lend_fast_open(&mut self, id: SocketId, backlog: usize) {
        let both = SERVER | ALL_LISTENERS;
        let options = &mut self.sockets[id].options;
        if self.settings.tcp().fastopen & both == both && options.rare().fastopen == 0 {
            options.rare_mut().fastopen = backlog as u32;
        }
    }
}
