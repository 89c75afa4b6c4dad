//! Sending and receiving on UNIX sockets.

use wavetank_api::UnixAddr;

use super::{Body, Env, Host, RareSwitches, Socket, UnixError};
use crate::{
    base::{ProgramId, SocketId},
    proto::{
        Readiness,
        unix::{Beside, Buffer, Kind, Reader, Reading, Stop, stream_chunk, stream_split, whole_split},
    },
};

/// What is sent, besides the data.
pub(crate) struct Sending<'a> {
    pub(crate) who: ProgramId,
    pub(crate) urgent: bool,
    pub(crate) beside: &'a mut Beside,
}

impl Host {
    /// `unix_stream_sendmsg`, from where an earlier attempt has come; what was taken is counted even if the rest is refused.
    pub(crate) fn unix_send_stream(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        data: &[u8],
        sent: &mut usize,
        sending: &mut Sending<'_>,
    ) -> Result<(), UnixError> {
        let unix = self.unix(id).ok_or(UnixError::NotConnected)?;
        let plain = match data.len() {
            0 if sending.urgent => return Err(UnixError::NotSupported),
            len => len - usize::from(sending.urgent),
        };
        let other = unix.peer.ok_or(UnixError::NotConnected)?;
        if unix.write_shut {
            return Err(UnixError::Broken);
        }
        while *sent < data.len() {
            let left = plain - (*sent).min(plain);
            let size = if left == 0 { 1 } else { stream_chunk(left, self.unix(id).map_or(0, |unix| unix.sndbuf)) };
            self.unix_may_charge(id)?;
            if self.unix(other).is_none_or(|other| other.is_dead || other.read_shut) {
                return Err(UnixError::Broken);
            }
            self.unix_takes_rights(other, sending)?;
            let bytes = data[*sent..][..size].to_vec();
            // The urgent byte has a buffer of one.
            let split = if left == 0 { (1, 0) } else { stream_split(size) };
            self.unix_deliver(env, id, other, (bytes, split, left == 0), sending);
            *sent += size;
        }
        Ok(())
    }

    /// `unix_dgram_sendmsg`, and `unix_seqpacket_sendmsg` before it.
    pub(crate) fn unix_send_whole(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        to: Option<Result<UnixAddr, UnixError>>,
        data: &[u8],
        sending: &mut Sending<'_>,
    ) -> Result<(), UnixError> {
        let unix = self.unix_mut(id).ok_or(UnixError::NotConnected)?;
        let kind = unix.kind;
        let mut to = to;
        if kind == Kind::Packets {
            if unix.take_reset() {
                return Err(UnixError::Reset);
            }
            if !unix.is_connected() {
                return Err(UnixError::NotConnected);
            }
            to = None;
        }
        if sending.urgent {
            return Err(UnixError::NotSupported);
        }
        let to = to.transpose()?;
        if self.unix_may_passcred(id) {
            self.unix_autobind(id);
        }
        if data.len() > self.unix(id).map_or(0, |unix| unix.sndbuf).saturating_sub(32) {
            return Err(UnixError::TooLong);
        }
        self.unix_may_charge(id)?;
        let peer = self.unix(id).and_then(|unix| unix.peer);
        let other = match to {
            Some(name) => self.unix_find(&name, kind)?,
            None => peer.ok_or(UnixError::NotConnected)?,
        };
        self.unix_send_to(env, id, other, data, sending)
    }

    /// The same, having waited for room at `other`: whoever it is connected to by now. One that has died meanwhile, and that another
    /// call has found to be dead, was looked up anew if there is an address, and is lost if there is none.
    pub(crate) fn unix_send_on(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        other: SocketId,
        to: Option<Result<UnixAddr, UnixError>>,
        data: &[u8],
        sending: &mut Sending<'_>,
    ) -> Result<(), UnixError> {
        let unix = self.unix(id).ok_or(UnixError::NotConnected)?;
        let is_lost = unix.peer != Some(other) && self.unix(other).is_none_or(|other| other.is_dead);
        match to {
            _ if !is_lost || unix.kind == Kind::Packets => self.unix_send_to(env, id, other, data, sending),
            Some(name) => {
                let other = self.unix_find(&name?, unix.kind)?;
                self.unix_send_to(env, id, other, data, sending)
            }
            None => Err(UnixError::Reset),
        }
    }

    /// Into the queue of that one.
    fn unix_send_to(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        other: SocketId,
        data: &[u8],
        sending: &mut Sending<'_>,
    ) -> Result<(), UnixError> {
        let kind = self.unix(id).ok_or(UnixError::NotConnected)?.kind;
        if !self.unix_may_send(id, other) {
            return Err(UnixError::NotPermitted);
        }
        let receiver = self.unix(other).ok_or(UnixError::Refused)?;
        if receiver.is_dead {
            return Err(if kind == Kind::Packets { UnixError::Broken } else { self.unix_lost_peer(env, id, other) });
        }
        if receiver.read_shut {
            return Err(UnixError::Broken);
        }
        self.unix_takes_rights(other, sending)?;
        let receiver = self.unix(other).ok_or(UnixError::Refused)?;
        if other != id && receiver.peer != Some(id) && receiver.is_full() {
            return Err(UnixError::Full(other));
        }
        self.unix_deliver(env, id, other, (data.to_vec(), whole_split(data.len()), false), sending);
        self.unix_tell_writers(env, other);
        Ok(())
    }

    /// SO_PASSRIGHTS of the receiver is on, or nothing that it would not take lies beside (`sk_scm_rights`).
    fn unix_takes_rights(&self, other: SocketId, sending: &Sending<'_>) -> Result<(), UnixError> {
        let refuses = |other: &Socket| other.options.rare().switches.contains(RareSwitches::NO_PASSRIGHTS);
        let is_refused = !sending.beside.rights.is_empty() && self.sockets.get(other).is_some_and(refuses);
        if is_refused { Err(UnixError::NotPermitted) } else { Ok(()) }
    }

    /// The peer of a datagram socket has gone: it has none any more.
    fn unix_lost_peer(&mut self, env: &mut Env<'_>, id: SocketId, other: SocketId) -> UnixError {
        self.unix_hold(other);
        self.unix_set_peer(id, None);
        if let Some(unix) = self.unix_mut(id) {
            unix.state = crate::proto::unix::State::Closed;
            unix.peer_is_full = false;
        }
        self.unix_disconnected(env, id, other);
        self.unix_put(other);
        UnixError::Refused
    }

    /// `sock_alloc_send_pskb`: whether there is room for one more buffer in SO_SNDBUF; the last may go beyond.
    fn unix_may_charge(&mut self, id: SocketId) -> Result<(), UnixError> {
        let unix = self.unix_mut(id).ok_or(UnixError::NotConnected)?;
        match () {
            () if unix.take_reset() => Err(UnixError::Reset),
            () if unix.write_shut => Err(UnixError::Broken),
            () if unix.charged >= unix.sndbuf => Err(UnixError::WouldBlock),
            () => Ok(()),
        }
    }

    /// Puts a buffer into the receiver's queue.
    fn unix_deliver(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        to: SocketId,
        (bytes, split, is_urgent): (Vec<u8>, (usize, usize), bool),
        sending: &mut Sending<'_>,
    ) {
        let asks = self.unix_asks_for_senders(id, to);
        if asks {
            sending.beside.who.get_or_insert(Self::credentials(sending.who));
        }
        let buffer = Buffer { is_urgent, ..Buffer::new(id, bytes, split, sending.beside) };
        if let Some(sender) = self.unix_mut(id) {
            sender.charged += buffer.charge;
            sender.holds += 1;
        }
        if let Some(receiver) = self.unix_mut(to) {
            receiver.deliver(buffer);
        }
        self.wake(env, to);
    }

    /// Takes from a queue by `act`, and frees what was read to its end.
    fn unix_take<R>(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        peek: bool,
        reading: &mut Reading,
        act: impl FnOnce(&mut crate::proto::unix::Socket, &mut Reading) -> R,
    ) -> Option<R> {
        let known = reading.beside.rights.len();
        let was_full = self.unix(id)?.is_full();
        let result = act(self.unix_mut(id)?, reading);
        if let (None, Some(sender)) = (&reading.name, reading.sender) {
            reading.name = Some(self.unix_name(sender));
        }
        if peek {
            // Duplicates: what stays in the queue is still in flight.
            for socket in &reading.beside.rights[known..] {
                if let Some(socket) = self.sockets.get_mut(*socket) {
                    socket.descriptors += 1;
                }
            }
        }
        for buffer in std::mem::take(&mut reading.freed) {
            for orphan in self.unix_free(env, buffer) {
                self.release(env, orphan);
            }
        }
        // The others have heard when it came.
        self.wake_for(env, id, Readiness::ROOM);
        if was_full && self.unix(id).is_some_and(|unix| !unix.is_full()) {
            self.unix_tell_writers(env, id);
        }
        Some(result)
    }

    /// `unix_stream_read_generic`, once.
    pub(crate) fn unix_read_stream(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        buf: &mut [u8],
        reader: Reader,
        reading: &mut Reading,
    ) -> Option<Stop> {
        self.unix_take(env, id, reader.peek, reading, |unix, reading| unix.read_stream(buf, reader, reading))
    }

    /// `unix_stream_recv_urg`.
    pub(crate) fn unix_read_urgent(&mut self, env: &mut Env<'_>, id: SocketId, peek: bool) -> Option<u8> {
        let Socket { body: Body::Unix(_), options, .. } = self.sockets.get(id)? else { return None };
        if options.oobinline {
            return None;
        }
        self.unix_take(env, id, peek, &mut Reading::default(), |unix, reading| unix.read_urgent(peek, reading))?
    }

    /// `__unix_dgram_recvmsg`, of what is there: how long the datagram was.
    pub(crate) fn unix_read_whole(
        &mut self,
        env: &mut Env<'_>,
        id: SocketId,
        buf: &mut [u8],
        peek_off: Option<usize>,
        reader: Reader,
        reading: &mut Reading,
    ) -> Option<usize> {
        self.unix_take(env, id, reader.peek, reading, |unix, reading| unix.read_whole(buf, peek_off, reader, reading))?
    }
}
