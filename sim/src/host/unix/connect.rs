//! listen(2), connect(2) and accept(2) of UNIX sockets.

use wavetank_api::UnixAddr;

use super::{Env, Host, RareSwitches, Switches, UnixError};
use crate::{
    base::{ProgramId, SocketId},
    proto::{
        Readiness,
        unix::{Kind, State},
    },
};

impl Host {
    /// `unix_listen`.
    pub(crate) fn unix_listen(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        backlog: i32,
        who: ProgramId,
    ) -> Result<(), UnixError> {
        let somaxconn = self.settings.somaxconn;
        let is_bound = self.unix_is_bound(id);
        let unix = self.unix_mut(id).ok_or(UnixError::Invalid)?;
        if unix.kind == Kind::Datagram {
            return Err(UnixError::NotSupported);
        }
        if !is_bound || unix.is_connected() {
            return Err(UnixError::Invalid);
        }
        unix.backlog = if backlog < 0 { somaxconn } else { backlog.min(somaxconn) } as usize;
        unix.state = State::Listening;
        unix.peer_credentials = Some(Self::credentials(who));
        self.wake(env, id);
        Ok(())
    }

    /// Whether there is anybody to accept; `None` if so.
    pub(crate) fn unix_may_accept(&self, id: SocketId) -> Option<UnixError> {
        let unix = self.unix(id)?;
        match () {
            () if unix.kind == Kind::Datagram => Some(UnixError::NotSupported),
            () if unix.state != State::Listening => Some(UnixError::Invalid),
            () if !unix.waiting.is_empty() => None,
            () => Some(UnixError::WouldBlock),
        }
    }

    /// `unix_accept`: the oldest.
    pub(crate) fn unix_accept(&mut self, env: &mut Env<'_>, id: SocketId) -> Option<SocketId> {
        let child = self.unix_mut(id)?.waiting.pop_front();
        self.wake_for(env, id, Readiness::ROOM);
        child
    }

    /// `unix_stream_connect`. The socket for the other end is made first; if there is no use for it it is let go of, and that looks for
    /// sockets that nobody can receive, as closing does.
    pub(crate) fn unix_connect(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        name: &UnixAddr,
        who: ProgramId,
    ) -> Result<(), UnixError> {
        let result = self.unix_try_connect(env, id, name, who);
        if result.is_err() {
            self.unix_let_go(env, Vec::new());
        }
        result
    }

    fn unix_try_connect(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        name: &UnixAddr,
        who: ProgramId,
    ) -> Result<(), UnixError> {
        if self.unix_may_passcred(id) {
            self.unix_autobind(id);
        }
        let unix = self.unix(id).ok_or(UnixError::Invalid)?;
        let (kind, state) = (unix.kind, unix.state);
        let other = self.unix_find(name, kind)?;
        let listener = self.unix(other).ok_or(UnixError::Refused)?;
        if listener.state != State::Listening || listener.read_shut {
            return Err(UnixError::Refused);
        }
        if listener.is_full() {
            return Err(UnixError::Full(other));
        }
        match state {
            State::Closed => {}
            State::Connected => return Err(UnixError::IsConnected),
            State::Listening => return Err(UnixError::Invalid),
        }
        let listens_as = listener.peer_credentials;
        let child = self.unix_socket(kind);
        self.unix_takes_beside_as(child, other);
        self.unix_share_name(other, child);
        for (id, peer, credentials) in [(child, id, Some(Self::credentials(who))), (id, child, listens_as)] {
            self.unix_set_peer(id, Some(peer));
            let Some(unix) = self.unix_mut(id) else { continue };
            unix.state = State::Connected;
            unix.peer_credentials = credentials;
        }
        if let Some(listener) = self.unix_mut(other) {
            listener.waiting.push_back(child);
        }
        self.wake(env, other);
        self.wake(env, id);
        Ok(())
    }

    /// What an accepted socket takes beside the data is what its listener takes (`unix_stream_connect`: `sk_scm_recv_flags`).
    fn unix_takes_beside_as(&mut self, child: SocketId, listener: SocketId) {
        let listener = &self.sockets[listener].options;
        let switches = listener.switches & (Switches::PASSCRED | Switches::PASSSEC);
        let rare = listener.rare().switches & (RareSwitches::PASSPIDFD | RareSwitches::NO_PASSRIGHTS);
        let child = &mut self.sockets[child].options;
        child.switches |= switches;
        if !rare.is_empty() {
            child.rare_mut().switches |= rare;
        }
    }

    /// `unix_dgram_connect`; to nobody: what AF_UNSPEC means.
    pub(crate) fn unix_point(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        name: Option<&UnixAddr>,
    ) -> Result<(), UnixError> {
        let mut other = None;
        if let Some(name) = name {
            if self.unix_may_passcred(id) {
                self.unix_autobind(id);
            }
            let found = self.unix_find(name, Kind::Datagram)?;
            if !self.unix_may_send(id, found) {
                return Err(UnixError::NotPermitted);
            }
            for id in [id, found] {
                self.unix_mut(id).ok_or(UnixError::Refused)?.state = State::Connected;
            }
            other = Some(found);
        }
        let old = self.unix(id).and_then(|unix| unix.peer);
        if let Some(old) = old {
            self.unix_hold(old);
        }
        self.unix_set_peer(id, other);
        if let Some(unix) = self.unix_mut(id) {
            unix.peer_is_full = false;
            if old.is_some() && other.is_none() {
                unix.state = State::Closed;
            }
        }
        if let Some(old) = old {
            if Some(old) != other {
                self.unix_disconnected(env, id, old);
                if let Some(old) = self.unix_mut(old).filter(|old| old.peer.is_none()) {
                    old.state = State::Closed;
                }
            }
            self.unix_put(old);
        }
        self.unix_tell_writers(env, id);
        if let Some(other) = other {
            self.unix_tell_writers(env, other);
        }
        Ok(())
    }

    /// `unix_dgram_disconnected`: what came from the old peer is thrown away, and if that still points here, it is told.
    pub(super) fn unix_disconnected(&mut self, env: &mut Env<'_>, id: SocketId, old: SocketId) {
        let Some(unix) = self.unix_mut(id).filter(|unix| !unix.queue.is_empty()) else { return };
        let queue = std::mem::take(&mut unix.queue);
        let orphans: Vec<_> = queue.into_iter().flat_map(|buffer| self.unix_free(env, buffer)).collect();
        orphans.into_iter().for_each(|orphan| self.release(env, orphan));
        self.unix_tell_writers(env, id);
        if let Some(old) = self.unix_mut(old).filter(|old| !old.is_dead && old.peer == Some(id)) {
            old.reset = true;
        }
        self.wake(env, old);
        self.wake(env, id);
    }

    /// Who is connected hears its peer only.
    pub(super) fn unix_may_send(&self, id: SocketId, to: SocketId) -> bool {
        self.unix(to).is_some_and(|to| to.peer.is_none_or(|peer| peer == id))
    }
}
