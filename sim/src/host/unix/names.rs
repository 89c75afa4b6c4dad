//! Names of UNIX sockets: `unix_bind`, `unix_autobind`, `unix_find_other`.
//!
//! A path names a socket of its host, and nothing else: there is no file system. As on Linux it stays when its socket is closed, and
//! since nobody can unlink it, for ever.

use std::collections::{BTreeMap, btree_map::Entry};

use wavetank_api::{Addr, UnixAddr};

use super::UnixError;
use crate::{base::SocketId, host::Host, proto::unix::Kind};

/// The names of a host. Each type has abstract names of its own; paths are everybody's.
#[derive(Default)]
pub(in crate::host) struct Names {
    owners: BTreeMap<(Option<Kind>, UnixAddr), SocketId>,
    names: BTreeMap<SocketId, UnixAddr>,
    /// How many names were chosen.
    chosen: u64,
}

fn key(name: &UnixAddr, kind: Kind) -> (Option<Kind>, UnixAddr) {
    (name.as_abstract_name().map(|_| kind), name.clone())
}

impl Host {
    /// The name a socket was bound to, or has from its listener.
    pub(crate) fn unix_name(&self, id: SocketId) -> UnixAddr {
        self.unix_names.names.get(&id).cloned().unwrap_or_else(UnixAddr::unnamed)
    }

    /// The name of its peer, also of one that is gone.
    pub(crate) fn unix_peer_name(&self, id: SocketId) -> Addr {
        let peer = self.unix(id).and_then(|unix| unix.peer);
        Addr::Unix(peer.map_or_else(UnixAddr::unnamed, |peer| self.unix_name(peer)))
    }

    /// `bind(2)`; to no name, to one that is chosen.
    pub(crate) fn unix_bind(&mut self, id: SocketId, name: &UnixAddr) -> Result<(), UnixError> {
        if name.is_unnamed() {
            self.unix_autobind(id);
            return Ok(());
        }
        let kind = self.unix(id).ok_or(UnixError::Invalid)?.kind;
        let (taken, bound) = (self.unix_names.owners.contains_key(&key(name, kind)), self.unix_is_bound(id));
        // `unix_bind_bsd` makes the file before it looks at the socket; `unix_bind_abstract` looks first.
        match (taken, bound) {
            (true, false) => return Err(UnixError::NameInUse),
            (true, true) if name.as_pathname().is_some() => return Err(UnixError::NameInUse),
            (_, true) => return Err(UnixError::Invalid),
            (false, false) => {}
        }
        self.unix_names.owners.insert(key(name, kind), id);
        self.unix_names.names.insert(id, name.clone());
        Ok(())
    }

    pub(super) fn unix_is_bound(&self, id: SocketId) -> bool {
        self.unix_names.names.contains_key(&id)
    }

    /// An abstract name of five hexadecimal digits that nobody has, for who has none.
    pub(crate) fn unix_autobind(&mut self, id: SocketId) {
        let Some(kind) = self.unix(id).map(|unix| unix.kind) else { return };
        while !self.unix_is_bound(id) {
            self.unix_names.chosen += 1;
            let number = self.port_rng.keyed(0, u128::from(self.unix_names.chosen), 1) & 0xf_ffff;
            let Ok(name) = UnixAddr::abstract_name(format!("{number:05x}")) else { return };
            if let Entry::Vacant(free) = self.unix_names.owners.entry(key(&name, kind)) {
                free.insert(id);
                self.unix_names.names.insert(id, name);
            }
        }
    }

    /// The socket of that name: `unix_find_bsd`, `unix_find_abstract`.
    pub(super) fn unix_find(&self, name: &UnixAddr, kind: Kind) -> Result<SocketId, UnixError> {
        let is_path = name.as_pathname().is_some();
        let missing = if is_path { UnixError::NoPath } else { UnixError::Refused };
        let id = *self.unix_names.owners.get(&key(name, kind)).ok_or(missing)?;
        let found = self.unix(id).filter(|found| !found.is_dead).ok_or(UnixError::Refused)?;
        if found.kind == kind { Ok(id) } else { Err(UnixError::WrongType) }
    }

    /// Who is accepted has its listener's name, without being found under it.
    pub(super) fn unix_share_name(&mut self, of: SocketId, with: SocketId) {
        if let Some(name) = self.unix_names.names.get(&of).cloned() {
            self.unix_names.names.insert(with, name);
        }
    }

    /// A socket is closed: its abstract name is free. Who points to it can still ask for it.
    pub(super) fn unix_forget_name(&mut self, id: SocketId) {
        let Some((name, unix)) = self.unix_names.names.get(&id).zip(self.unix(id)) else { return };
        let key = key(name, unix.kind);
        if key.0.is_some() && self.unix_names.owners.get(&key) == Some(&id) {
            self.unix_names.owners.remove(&key);
        }
    }

    /// It is gone altogether.
    pub(super) fn unix_remove(&mut self, id: SocketId) {
        self.sockets.remove(id);
        self.unix_names.names.remove(&id);
    }
}
