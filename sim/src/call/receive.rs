//! recv(2) and recvmsg(2).

use std::io::IoSliceMut;

use wavetank_api::{Addr, Errno, MsgFlags, Result};

use super::{
    Attempt, Caller, For, Told, control::Passed, deadline_after, errno::IntoErrno, has_passed, ip_control, name,
    receive_peek::Look, send::UIO_MAXIOV,
};
use crate::{
    base::{Instant, SocketId},
    host::{Body, Tcp},
    proto::{
        Readiness,
        tcp::{self, Connection},
        udp,
        unix::Reading,
    },
    world::{World, underway::Fate},
};

/// A received datagram or piece of a stream.
pub(crate) struct Received {
    pub(crate) count: usize,
    pub(crate) from: Option<Addr>,
    pub(crate) flags: MsgFlags,
    /// What came beside the data.
    pub(crate) passed: Option<Box<Passed>>,
}

/// How far a call has come that waits in between.
#[derive(Default)]
struct SoFar {
    count: usize,
    /// Made by who needs it: what takes from a stream of TCP's does not.
    begun: Option<Box<Begun>>,
}

/// What else it goes on from.
#[derive(Default)]
struct Begun {
    reading: Reading,
    look: Look,
}

impl super::Outcome for Received {
    fn number(&self) -> i64 {
        self.count as i64
    }
}

impl Caller<'_> {
    /// recv(2) into one buffer.
    #[inline]
    #[track_caller]
    pub(crate) fn recv(&self, fd: i32, buf: &mut [u8], flags: MsgFlags) -> Result<usize> {
        let len = buf.len();
        let told = Told {
            call: "recv",
            numbers: [fd as u64 | (flags.bits() as u64) << 32, len as u64, 0],
            text: || format!("recv({fd}, {len}, {flags})"),
        };
        let mut so_far = SoFar::default();
        let result = self.blocking(fd, told, |world, deadline| {
            self.recv_attempt(world, fd, flags, deadline, |world, id, expired| {
                match world.hosts[self.host.index()].sockets[id].body {
                    Body::Tcp(_) => self.recv_stream(world, id, buf, flags, expired, &mut so_far),
                    _ => self.recv_other(world, id, buf, flags, expired, &mut so_far.begun),
                }
            })
        });
        if let Some(begun) = so_far.begun {
            forget(begun);
        }
        result
    }

    /// One attempt of recv(2) on what is not TCP's, out of the way of what is.
    #[inline(never)]
    fn recv_other(
        &self,
        world: &mut World,
        id: SocketId,
        buf: &mut [u8],
        flags: MsgFlags,
        expired: bool,
        begun: &mut Option<Box<Begun>>,
    ) -> Result<usize, Errno> {
        let received = match world.hosts[self.host.index()].sockets[id].body {
            Body::Udp(_) => self.recv_udp(world, id, &mut [IoSliceMut::new(buf)], None, flags),
            _ => self.receive_unix(world, id, buf, 0, flags, expired, &mut begun.get_or_insert_default().reading),
        };
        received.map(|received| received.count)
    }

    /// recvmsg(2).
    #[track_caller]
    pub(crate) fn recvmsg(
        &self,
        fd: i32,
        bufs: &mut [IoSliceMut<'_>],
        room: usize,
        flags: MsgFlags,
    ) -> Result<Received> {
        let len: usize = bufs.iter().map(|buf| buf.len()).sum();
        let told = Told {
            call: "recvmsg",
            numbers: [fd as u64 | (flags.bits() as u64) << 32, len as u64, 0],
            text: || format!("recvmsg({fd}, {len}, {flags})"),
        };
        let (mut reading, mut so_far) = (Reading::default(), SoFar::default());
        self.blocking(fd, told, |world, deadline| {
            if bufs.len() > UIO_MAXIOV {
                return Attempt::Done(self.socket(world, fd).and(Err(Errno::EMSGSIZE)));
            }
            self.recv_attempt(world, fd, flags, deadline, |world, id, expired| {
                match world.hosts[self.host.index()].sockets[id].body {
                    Body::Udp(_) => self.recv_udp(world, id, bufs, Some(room), flags),
                    Body::Unix(_) => {
                        let mut whole = vec![0; bufs.iter().map(|buf| buf.len()).sum()];
                        gather(bufs, &mut whole);
                        let received = self.receive_unix(world, id, &mut whole, room, flags, expired, &mut reading);
                        // What an attempt took is kept in the buffers, also when the next attempt will take more.
                        scatter(&whole, bufs);
                        received
                    }
                    Body::Tcp(_) => {
                        let whole = self.recv_parts(world, id, bufs, flags, expired, &mut so_far)?;
                        // A byte that is urgent has no time.
                        let stamped = whole > 0 && !flags.contains(MsgFlags::OOB);
                        let (passed, cut) = ip_control::tell_stream(self.host(world), id, room, stamped, world.now);
                        let flags = told_flags(bufs, flags, whole) | cut;
                        Ok(Received { count: whole, from: None, flags, passed })
                    }
                }
            })
        })
    }

    /// One attempt at receiving: waits if there is nothing and the socket may wait.
    #[inline]
    fn recv_attempt<T>(
        &self,
        world: &mut World,
        fd: i32,
        flags: MsgFlags,
        deadline: &mut Option<Instant>,
        receive: impl FnOnce(&mut World, SocketId, bool) -> Result<T, Errno>,
    ) -> Attempt<T> {
        let id = match self.socket(world, fd) {
            Ok(id) => id,
            Err(errno) => return Attempt::Done(Err(errno)),
        };
        if flags.contains(MsgFlags::ERRQUEUE)
            && !matches!(self.host(world).sockets[id].body, Body::Unix(_))
            && !self.has_report(world, id)
        {
            // Never waited for (`ip_recv_error`); that of TCP is always empty.
            return Attempt::Done(Err(Errno::EAGAIN));
        }
        let expired = has_passed(world, *deadline);
        match receive(world, id, expired) {
            // Urgent data is not waited for (`tcp_recv_urg`); to UDP the flag means nothing.
            Err(Errno::EAGAIN)
                if !flags.contains(MsgFlags::OOB) || matches!(self.host(world).sockets[id].body, Body::Udp(_)) =>
            {
                self.wait_to_receive(world, id, flags, deadline)
            }
            Err(Errno::EPIPE) => Attempt::Done(Err(self.why_closed(world, id))),
            result => Attempt::Done(result),
        }
    }

    /// Why nothing comes from a TCP socket without a connection. Who waited while another disconnected it is told nothing of what the
    /// connection left.
    #[cold]
    fn why_closed(&self, world: &mut World, id: SocketId) -> Errno {
        if world.has_befallen(Fate::Disconnected) {
            return Errno::EPIPE;
        }
        let failure = self.host_mut(world).sockets[id].take_failure_left();
        failure.map_or(Errno::ENOTCONN, IntoErrno::errno)
    }

    fn wait_to_receive<T>(
        &self,
        world: &mut World,
        id: SocketId,
        flags: MsgFlags,
        deadline: &mut Option<Instant>,
    ) -> Attempt<T> {
        if !self.may_wait(world, id, flags) {
            return Attempt::Done(Err(Errno::EAGAIN));
        }
        deadline_after(world, deadline, self.host(world).sockets[id].options.rcvtimeo());
        Attempt::Wait(For::Ready { socket: id, interest: Readiness::IN })
    }

    /// Fills one buffer from a stream: with what is there, or to the end under MSG_WAITALL. `so_far.count` is how far an
    /// earlier attempt came; what it took is told before an error.
    #[inline]
    fn recv_stream(
        &self,
        world: &mut World,
        id: SocketId,
        buf: &mut [u8],
        flags: MsgFlags,
        expired: bool,
        so_far: &mut SoFar,
    ) -> Result<usize, Errno> {
        let SoFar { count, begun } = so_far;
        if flags.contains(MsgFlags::PEEK) && !flags.contains(MsgFlags::OOB) {
            let look = &mut begun.get_or_insert_default().look;
            let result = self.peek_stream(world, id, buf, flags, expired, look);
            *count = look.seen;
            return result;
        }
        if flags.is_empty() && *count == 0 {
            // The usual read, which there is least to be thought about.
            let plain = world.on_host(self.host, |host, env| host.tcp_recv_plainly(env, id, buf));
            if let Some(result) = plain {
                return match result {
                    Ok(taken) => {
                        *count = taken;
                        Ok(taken)
                    }
                    Err(error) => Err(error.errno()),
                };
            }
        }
        loop {
            // An error that comes after bytes is the next call's (`tcp_recvmsg_locked`).
            if *count > 0 && self.host(world).sockets[id].connection().is_some_and(Connection::has_failed_at_the_end) {
                return Ok(*count);
            }
            match self.recv_once(world, id, &mut buf[*count..], flags, *count > 0) {
                Ok(taken) => {
                    *count += taken;
                    if !flags.contains(MsgFlags::OOB) {
                        self.after_taking(world, id, taken);
                    }
                    // Who does not wait goes through the queue once, also for MSG_WAITALL (`tcp_recvmsg_locked`).
                    let is_over = taken == 0
                        || *count >= self.recv_target(world, id, flags, buf.len())
                        || !self.may_wait(world, id, flags);
                    if is_over {
                        return Ok(*count);
                    }
                }
                Err(errno) if *count == 0 => return Err(errno),
                // A wait goes on until there is enough; a time-out or a lost connection ends it with what there is.
                Err(Errno::EAGAIN) if !expired && self.may_wait(world, id, flags) => return Err(Errno::EAGAIN),
                Err(_) => return Ok(*count),
            }
        }
    }

    /// What was read moves the place from which is peeked (`sk_peek_offset_bwd`).
    #[inline]
    pub(super) fn after_taking(&self, world: &mut World, id: SocketId, taken: usize) {
        let options = &mut self.host_mut(world).sockets[id].options;
        if options.rare().peek_off > 0 {
            let rare = options.rare_mut();
            rare.peek_off = rare.peek_off.saturating_sub_unsigned(taken as u32).max(0);
        }
    }

    /// How much is enough: MSG_WAITALL wants everything, SO_RCVLOWAT at least so much.
    #[inline]
    pub(super) fn recv_target(&self, world: &World, id: SocketId, flags: MsgFlags, len: usize) -> usize {
        if flags.contains(MsgFlags::WAITALL) {
            return len;
        }
        self.host(world).sockets[id].rcvlowat().min(len)
    }

    pub(super) fn may_wait(&self, world: &mut World, id: SocketId, flags: MsgFlags) -> bool {
        !flags.contains(MsgFlags::DONTWAIT) && self.blocks(world, id)
    }

    /// Fills several buffers from a stream, as if they were one: by way of one that is.
    fn recv_parts(
        &self,
        world: &mut World,
        id: SocketId,
        bufs: &mut [IoSliceMut<'_>],
        flags: MsgFlags,
        expired: bool,
        so_far: &mut SoFar,
    ) -> Result<usize, Errno> {
        if let [buf] = bufs {
            return self.recv_stream(world, id, buf, flags, expired, so_far);
        }
        let len = bufs.iter().map(|buf| buf.len()).sum();
        let mut whole = vec![0; len];
        gather(bufs, &mut whole);
        let result = self.recv_stream(world, id, &mut whole, flags, expired, so_far);
        // What an attempt took is kept in the buffers, also when the next attempt will take more.
        scatter(&whole[..so_far.count], bufs);
        result
    }

    #[inline]
    pub(super) fn recv_once(
        &self,
        world: &mut World,
        id: SocketId,
        buf: &mut [u8],
        flags: MsgFlags,
        begun: bool,
    ) -> Result<usize, Errno> {
        let peek = flags.contains(MsgFlags::PEEK);
        let oob = flags.contains(MsgFlags::OOB);
        world.on_host(self.host, |host, env| match &mut host.sockets[id].body {
            // `tcp_recvmsg_locked` looks at this before all.
            Body::Tcp(Tcp::Listening(_)) => Err(Errno::ENOTCONN),
            Body::Tcp(Tcp::Connection { connection, .. }) if oob => match connection.recv_urgent(peek) {
                Ok(None) => Ok(0),
                // MSG_TRUNC only says that it was there (`tcp_recv_urg`).
                Ok(Some(_)) if flags.contains(MsgFlags::TRUNC) => Ok(buf.len().min(1)),
                Ok(Some(byte)) => Ok(buf.first_mut().map_or(0, |first| {
                    *first = byte;
                    1
                })),
                Err(tcp::UrgentError::None) => Err(Errno::EINVAL),
                Err(tcp::UrgentError::NotYet) => Err(Errno::EAGAIN),
                Err(tcp::UrgentError::NotConnected) => Err(Errno::ENOTCONN),
            },
            Body::Tcp(_) if oob => Err(Errno::EINVAL),
            Body::Tcp(Tcp::Closed) => {
                let rest = host.sockets[id].rest();
                // Which error it is `why_closed` says.
                if rest.failure.is_none() && rest.read_shut { Ok(0) } else { Err(Errno::EPIPE) }
            }
            // tcp(7): MSG_TRUNC takes the bytes and throws them away.
            Body::Tcp(Tcp::Connection { .. }) if flags.contains(MsgFlags::TRUNC) && !peek => {
                let taken = host.with_connection(env, id, |connection, cx| connection.discard(cx, buf.len(), begun));
                taken.map_or(Err(Errno::ENOTCONN), |taken| taken.map_err(IntoErrno::errno))
            }
            Body::Tcp(Tcp::Connection { .. }) => host.tcp_recv(env, id, buf, peek, begun).map_err(IntoErrno::errno),
            Body::Udp(_) if oob => Err(Errno::EOPNOTSUPP),
            Body::Udp(_) => Err(Errno::EAGAIN),
            // `receive_unix.rs` does it.
            Body::Unix(_) => Err(Errno::EBADF),
        })
    }

    /// One datagram, or what of it fits: `udp_recvmsg`.
    fn recv_udp(
        &self,
        world: &mut World,
        id: SocketId,
        bufs: &mut [IoSliceMut<'_>],
        room: Option<usize>,
        flags: MsgFlags,
    ) -> Result<Received, Errno> {
        if flags.contains(MsgFlags::ERRQUEUE) {
            return self.recv_report(world, id, bufs, room);
        }
        let waits = self.may_wait(world, id, flags);
        let host = self.host_mut(world);
        let socket = &mut host.sockets[id];
        let family = socket.family;
        let Body::Udp(udp) = &mut socket.body else { return Err(Errno::EBADF) };
        let read_shut = udp.is_read_shut();
        let peeks = flags.contains(MsgFlags::PEEK);
        let offset = usize::try_from(socket.options.rare().peek_off).ok().filter(|_| peeks);
        let found = match offset {
            Some(offset) => udp.look(offset),
            None => udp.front().map(|_| (0, 0)),
        };
        let (index, skip) = match found {
            Ok(found) => found,
            // Only who would wait is told that there is nothing to wait for (`__skb_wait_for_more_packets`).
            Err(udp::RecvError::WouldBlock) if read_shut && waits => return Ok(NOTHING),
            Err(error) => return Err(error.errno()),
        };
        let room_for_data = bufs.iter().map(|buf| buf.len()).sum::<usize>();
        // Who looks shares the buffer, and keeps the sum to himself.
        if !peeks && udp.arrived(index).is_some_and(|(arrival, _)| room_for_data < arrival.payload.len()) {
            udp.sum_up(index);
        }
        let (arrival, _) = udp.arrived(index).ok_or(Errno::EAGAIN)?;
        let from = arrival.from;
        let whole = arrival.payload.len();
        let copied = fill(bufs, &arrival.payload[skip..]);
        // More room than is left is room enough (`udp_recvmsg`).
        let is_cut = room_for_data <= whole - skip && room_for_data < whole;
        let truncated = if is_cut { MsgFlags::TRUNC } else { MsgFlags::empty() };
        let told = room.and_then(|room| ip_control::tell(host, id, index, room));
        let (passed, cut) = told.map_or((None, MsgFlags::empty()), |told| told.finish(Vec::new()));
        let count = if flags.contains(MsgFlags::TRUNC) { whole } else { copied };
        let options = &mut host.sockets[id].options;
        if options.has_rare() && options.rare().peek_off >= 0 {
            // `sk_peek_offset_bwd`: forward by what was looked at, back by what is taken.
            let (offset, by) = (options.rare().peek_off, count as i32);
            options.rare_mut().peek_off = if peeks { offset.wrapping_add(by) } else { offset - by }.max(0);
        }
        if !peeks
            && let Body::Udp(udp) = &mut host.sockets[id].body
            && let Some(payload) = udp.pop()
        {
            world.recycle(payload);
        }
        Ok(Received { count, from: Some(name::show(family, from)), flags: truncated | cut, passed })
    }
}

/// Out of the way of the streams that have none.
#[cold]
#[inline(never)]
fn forget(begun: Box<Begun>) {
    drop(begun);
}

/// Copies a datagram, as far as there is room; how much that is.
pub(super) fn fill(bufs: &mut [IoSliceMut<'_>], data: &[u8]) -> usize {
    let mut rest = data;
    for buf in bufs {
        let part = rest.len().min(buf.len());
        buf[..part].copy_from_slice(&rest[..part]);
        rest = &rest[part..];
    }
    data.len() - rest.len()
}

/// What a datagram socket whose reading half is shut receives.
const NOTHING: Received = Received { count: 0, from: None, flags: MsgFlags::empty(), passed: None };

/// `msg_flags` of a stream: only that the byte was urgent, and that there was no room for it (`tcp_recv_urg`).
fn told_flags(bufs: &[IoSliceMut<'_>], flags: MsgFlags, count: usize) -> MsgFlags {
    match count {
        _ if !flags.contains(MsgFlags::OOB) => MsgFlags::empty(),
        0 if bufs.iter().all(|buf| buf.is_empty()) => MsgFlags::OOB | MsgFlags::TRUNC,
        0 => MsgFlags::empty(),
        _ => MsgFlags::OOB,
    }
}

/// Copies several buffers into one.
pub(super) fn gather(bufs: &[IoSliceMut<'_>], whole: &mut [u8]) {
    let mut at = 0;
    for buf in bufs {
        whole[at..at + buf.len()].copy_from_slice(buf);
        at += buf.len();
    }
}

/// Copies one buffer into several.
pub(super) fn scatter(mut whole: &[u8], bufs: &mut [IoSliceMut<'_>]) {
    for buf in bufs {
        let (part, rest) = whole.split_at(whole.len().min(buf.len()));
        buf[..part.len()].copy_from_slice(part);
        whole = rest;
    }
}
