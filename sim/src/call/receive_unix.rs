//! recv(2) and recvmsg(2) on UNIX sockets: `unix_stream_read_generic` and `__unix_dgram_recvmsg`.

use wavetank_api::{Addr, Errno, MsgFlags};

use super::{Caller, control::Control, ip_control, receive::Received};
use crate::{
    base::SocketId,
    host::{RareSwitches, Switches},
    proto::unix::{Credentials, Kind, Reader, Reading, Stop},
    world::World,
};

impl Caller<'_> {
    /// Receives what is there, and what lies beside it as far as there is room; that is lost to who has none.
    #[cold]
    #[expect(clippy::too_many_arguments, reason = "the arguments of recvmsg(2), and how far it has come")]
    pub(super) fn receive_unix(
        &self,
        world: &mut World,
        id: SocketId,
        buf: &mut [u8],
        room: usize,
        flags: MsgFlags,
        expired: bool,
        reading: &mut Reading,
    ) -> Result<Received, Errno> {
        let Some(unix) = self.host(world).unix(id) else { return Err(Errno::EBADF) };
        let (mut count, mut told) = (0, MsgFlags::empty());
        let kind = unix.kind;
        match kind {
            Kind::Stream if !unix.is_connected() => return Err(Errno::EINVAL),
            Kind::Stream if flags.contains(MsgFlags::OOB) => {
                let peek = flags.contains(MsgFlags::PEEK);
                let byte = world.on_host(self.host, |host, env| host.unix_read_urgent(env, id, peek));
                let byte = byte.ok_or(Errno::EINVAL)?;
                // Taken all the same if there is no room for it (`__skb_datagram_iter`, short_copy).
                if let Some(first) = buf.first_mut() {
                    *first = byte;
                }
                return Ok(Received { count: 1, from: None, flags: MsgFlags::OOB, passed: None });
            }
            Kind::Stream => {
                self.fill(world, id, buf, flags, expired, reading)?;
                count = reading.count;
            }
            Kind::Packets if !unix.is_connected() => return Err(Errno::ENOTCONN),
            Kind::Datagram | Kind::Packets if flags.contains(MsgFlags::OOB) => return Err(Errno::EOPNOTSUPP),
            Kind::Datagram | Kind::Packets => {
                if let Some(whole) = self.take_whole(world, id, buf, flags, expired, reading)? {
                    count = if flags.contains(MsgFlags::TRUNC) { whole } else { reading.count };
                    told.set(MsgFlags::TRUNC, whole > reading.count);
                }
            }
        }
        let from = reading.name.take().filter(|name| !name.is_unnamed()).map(Addr::Unix);
        let was_sent = reading.sender.is_some();
        // At the end of a stream there is a message all the same, about nobody (`unix_stream_read_generic`).
        let ends = kind == Kind::Stream && count == 0;
        let who = match was_sent {
            _ if !self.tells_senders(world, id) => None,
            true => Some(reading.who()),
            false => ends.then_some(Credentials { pid: 0, uid: 0, gid: 0 }),
        };
        let rights = std::mem::take(&mut reading.beside.rights);
        let asked = self.host(world).sockets[id].options.switches;
        // `__unix_dgram_recvmsg`; a stream has no times.
        let has_time = was_sent && asked.contains(Switches::TIMESTAMP) && kind != Kind::Stream;
        let unread = (kind == Kind::Stream).then(|| self.unread_asked_for(world, id)).flatten();
        let (passed, cut) = match (who, &rights[..]) {
            (None, []) if !has_time && unread.is_none() => (None, MsgFlags::empty()),
            _ => {
                let mut out = Control::new(room);
                if has_time {
                    ip_control::tell_time(&mut out, self.host(world), asked, world.now);
                }
                self.scm_recv(world, who, rights, unread, out)
            }
        };
        // What there is no room for at all, it need not even be there (`__scm_recv_common`).
        let asks = asked.contains(Switches::PASSSEC) && (was_sent || kind == Kind::Stream);
        told.set(MsgFlags::CTRUNC, asks && room == 0);
        Ok(Received { count, from, flags: told | cut, passed })
    }

    /// The bytes that are there, or all that is wanted under MSG_WAITALL; descriptors, another sender and an urgent byte end it.
    fn fill(
        &self,
        world: &mut World,
        id: SocketId,
        buf: &mut [u8],
        flags: MsgFlags,
        expired: bool,
        reading: &mut Reading,
    ) -> Result<(), Errno> {
        let reader = self.reader(world, id, flags);
        let from = reading.count;
        let stop = world.on_host(self.host, |host, env| host.unix_read_stream(env, id, buf, reader, reading));
        self.moves_peek(world, id, flags, reading.count - from, reading.count - from);
        let target = self.recv_target(world, id, flags, buf.len()).max(1);
        if stop != Some(Stop::Empty) || reading.count >= target {
            return Ok(());
        }
        let Some(unix) = self.host_mut(world).unix_mut(id) else { return Ok(()) };
        let (reset, is_over) = (unix.take_reset(), unix.read_shut);
        match reading.count {
            0 if reset => Err(Errno::ECONNRESET),
            _ if reset || is_over => Ok(()),
            // A wait goes on until there is enough; a time-out ends it with what there is.
            0 => Err(Errno::EAGAIN),
            _ if !expired && self.may_wait(world, id, flags) => Err(Errno::EAGAIN),
            _ => Ok(()),
        }
    }

    /// One datagram: how long it was; `None` at the end of what is sent in order.
    fn take_whole(
        &self,
        world: &mut World,
        id: SocketId,
        buf: &mut [u8],
        flags: MsgFlags,
        expired: bool,
        reading: &mut Reading,
    ) -> Result<Option<usize>, Errno> {
        if self.host_mut(world).unix_mut(id).is_some_and(|unix| unix.take_reset()) {
            return Err(Errno::ECONNRESET);
        }
        let reader = self.reader(world, id, flags);
        let peek_off = usize::try_from(self.host(world).sockets[id].options.rare().peek_off).ok();
        let off = peek_off.filter(|_| reader.peek);
        let whole = world.on_host(self.host, |host, env| host.unix_read_whole(env, id, buf, off, reader, reading));
        if let Some(whole) = whole {
            self.moves_peek(world, id, flags, reading.count, whole);
            return Ok(Some(whole));
        }
        let waits = self.may_wait(world, id, flags) && !expired;
        let Some(unix) = self.host(world).unix(id).filter(|unix| unix.read_shut) else { return Err(Errno::EAGAIN) };
        // Only who would wait is told that there is nothing to wait for (`__skb_wait_for_more_packets`), or who is at the end.
        if waits || unix.kind == Kind::Packets { Ok(None) } else { Err(Errno::EAGAIN) }
    }

    fn reader(&self, world: &World, id: SocketId, flags: MsgFlags) -> Reader {
        let options = &self.host(world).sockets[id].options;
        let peek = flags.contains(MsgFlags::PEEK);
        let skip = usize::try_from(options.rare().peek_off).ok().filter(|_| peek).unwrap_or(0);
        Reader { peek, by_who: self.tells_senders(world, id), inline: options.oobinline, skip }
    }

    /// `sk_peek_offset_fwd` and `sk_peek_offset_bwd`: what was looked at, or taken, moves the place that is looked at next.
    fn moves_peek(&self, world: &mut World, id: SocketId, flags: MsgFlags, seen: usize, taken: usize) {
        if !flags.contains(MsgFlags::PEEK) {
            return self.after_taking(world, id, taken);
        }
        let options = &mut self.host_mut(world).sockets[id].options;
        if options.rare().peek_off >= 0 {
            let rare = options.rare_mut();
            rare.peek_off = rare.peek_off.saturating_add_unsigned(seen as u32);
        }
    }

    /// SO_INQ: how much there is left to read.
    fn unread_asked_for(&self, world: &World, id: SocketId) -> Option<i32> {
        let host = self.host(world);
        let asks = host.sockets[id].options.rare().switches.contains(RareSwitches::INQ);
        host.unix(id).filter(|_| asks).map(|unix| unix.unread() as i32)
    }

    fn tells_senders(&self, world: &World, id: SocketId) -> bool {
        self.host(world).sockets[id].options.switches.contains(Switches::PASSCRED)
    }
}
