//! MSG_PEEK on a stream: read `tcp_recvmsg_locked` first, whose `peek_seq`, `peek_offset` and `copied` are a [`Look`]. Who takes what
//! it sees is `receive.rs`; of UNIX sockets, which never wait when they have seen something, no more is kept than where it began.

use wavetank_api::{Errno, MsgFlags};

use super::{Caller, errno::IntoErrno};
use crate::{
    base::SocketId,
    host::{Body, Socket},
    proto::{
        Readiness,
        tcp::{Connection, State},
    },
    world::{World, underway::Fate},
};

/// How far a look has come that waits for more.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Look {
    /// Where it began to look, counted from what is unread: SO_PEEK_OFF as it was then.
    place: Option<usize>,
    pub(super) seen: usize,
    /// What was read, and what had come, when it last looked.
    at: [u32; 2],
    /// And the state, whose change wakes who waits for data, too (`sk_state_change`; `inet_shutdown`).
    state: Option<State>,
    /// What it has seen was taken by another: what follows it in the buffer is what is at that place now ("race in MSG_PEEK"), and again
    /// when more comes.
    is_lost: bool,
}

impl Caller<'_> {
    /// As `recv_stream`, but nothing is taken. With MSG_TRUNC what is there is only counted.
    pub(super) fn peek_stream(
        &self,
        world: &mut World,
        id: SocketId,
        buf: &mut [u8],
        flags: MsgFlags,
        expired: bool,
        look: &mut Look,
    ) -> Result<usize, Errno> {
        let socket = &self.host(world).sockets[id];
        let is_tcp = matches!(socket.body, Body::Tcp(_));
        let offset = usize::try_from(socket.options.rare().peek_off).ok().filter(|_| is_tcp);
        let place = *look.place.get_or_insert(offset.unwrap_or(0));
        let connection = socket.connection();
        let unread = connection.map_or(0, Connection::unread_with_fin);
        let before = *look;
        if before.seen > 0 {
            let is_over = world.has_befallen(Fate::Disconnected);
            let socket = &self.host(world).sockets[id];
            let Some(connection) = socket.connection().filter(|_| !is_over) else { return Ok(before.seen) };
            if connection.has_failed_at_the_end() {
                return Ok(before.seen);
            }
            let [read, come] = connection.read_and_come();
            if come == before.at[1] && Some(connection.state()) == before.state && !has_ended(socket) && !expired {
                // Woken for nothing: another has read, or sent.
                return Err(Errno::EAGAIN);
            }
            look.is_lost |= read != before.at[0];
            if look.is_lost && (connection.stops_look(place) || place == 0 && connection.is_at_mark()) {
                return Ok(before.seen);
            }
        } else if connection.is_some() && place > 0 && unread <= place {
            // There is nothing at that place, which is not the end: why not is told as if nothing had come.
            return world.on_host(self.host, |host, env| host.tcp_look_behind(env, id)).map_err(IntoErrno::errno);
        } else if is_tcp && unread > 0 && buf.is_empty() {
            // Something is there, of which nothing is wanted. Who asks for nothing meets no urgent byte either.
            return self.recv_once(world, id, buf, flags, false);
        }
        let kept = if look.is_lost { before.seen } else { 0 };
        let found = match self.look_from(world, id, &mut buf[kept..], flags, place) {
            Err(_) if before.seen > 0 => 0,
            found => found?,
        };
        look.seen = before.seen.max(kept + found);
        let socket = &mut self.host_mut(world).sockets[id];
        let connection = socket.connection();
        look.at = connection.map_or([0; 2], Connection::read_and_come);
        look.state = connection.map(Connection::state);
        let is_stopped = connection.is_some_and(|connection| connection.stops_look(place + found));
        let has_ended = has_ended(socket);
        if offset.is_some() && look.seen > before.seen {
            // `sk_peek_offset_fwd`: while it waits, too.
            let rare = socket.options.rare_mut();
            rare.peek_off = rare.peek_off.saturating_add((look.seen - before.seen) as i32);
        }
        let has_less = !is_stopped && look.seen < self.recv_target(world, id, flags, buf.len());
        let has_nothing = look.seen == 0 && place > 0;
        if is_tcp && !has_ended && (has_nothing || has_less && !expired && self.may_wait(world, id, flags)) {
            return Err(Errno::EAGAIN);
        }
        Ok(look.seen)
    }

    /// What is there, `place` bytes behind the first.
    fn look_from(
        &self,
        world: &mut World,
        id: SocketId,
        buf: &mut [u8],
        flags: MsgFlags,
        place: usize,
    ) -> Result<usize, Errno> {
        let connection = self.host(world).sockets[id].connection();
        if connection.is_none() || buf.is_empty() || place == 0 && !flags.contains(MsgFlags::TRUNC) {
            return self.recv_once(world, id, buf, flags, false);
        }
        let [first, second] = connection.map_or([&[][..]; 2], |connection| connection.look_from(place, buf.len()));
        let found = first.len() + second.len();
        if !flags.contains(MsgFlags::TRUNC) {
            buf[..first.len()].copy_from_slice(first);
            buf[first.len()..found].copy_from_slice(second);
        }
        // What else there is to say; and what the peer may send when it hears of the look comes after it.
        self.recv_once(world, id, &mut [0], flags, false)?;
        Ok(found)
    }
}

/// Nothing will come any more.
fn has_ended(socket: &Socket) -> bool {
    socket.readiness().intersects(Readiness::RDHUP | Readiness::HUP | Readiness::ERR)
}
