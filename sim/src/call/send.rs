//! send(2) and sendmsg(2).

use std::io::IoSlice;

use smallvec::SmallVec;
use wavetank_api::{Addr, Errno, MsgFlags, Result};

use super::{
    Attempt, Caller, For, Told,
    control::{Extra, Given},
    deadline_after,
    errno::IntoErrno,
    has_passed, name,
};
use crate::{
    base::{Instant, SocketId},
    host::{Body, ConnectStatus, Stage},
    proto::{
        Readiness,
        tcp::{self, Connection},
    },
    world::World,
};

/// The most buffers that a message can have (`copy_msghdr_from_user`).
pub(super) const UIO_MAXIOV: usize = 1024;

/// How far a call that sends has come.
#[derive(Default)]
pub(super) struct Progress {
    /// Bytes taken.
    pub(super) sent: usize,
    /// It has opened the connection (`call/fast_open.rs`).
    pub(super) opens: bool,
    /// What a UNIX socket's has waited for.
    pub(super) waited: Waited,
}

/// Where a call that sends has waited for room.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Waited {
    #[default]
    Nowhere,
    /// In its own buffer.
    Here,
    /// In that one's queue: it stays with that one (`unix_dgram_sendmsg`, restart).
    At(SocketId),
}

impl Caller<'_> {
    /// send(2) of one buffer.
    #[inline]
    #[track_caller]
    pub(crate) fn send(&self, fd: i32, data: &[u8], flags: MsgFlags) -> Result<usize> {
        let told = Told {
            call: "send",
            numbers: [fd as u64 | (flags.bits() as u64) << 32, data.len() as u64, 0],
            text: || format!("send({fd}, {}, {}, {flags})", quoted(data), data.len()),
        };
        let mut progress = Progress::default();
        self.blocking(fd, told, |world, deadline| {
            self.send_attempt(world, fd, None, &[data], flags, &mut progress, None, deadline)
        })
    }

    /// sendmsg(2).
    #[track_caller]
    pub(crate) fn sendmsg(
        &self,
        fd: i32,
        bufs: &[IoSlice<'_>],
        to: Option<&Addr>,
        extra: &Extra<'_>,
        flags: MsgFlags,
    ) -> Result<usize> {
        let parts: SmallVec<[&[u8]; 4]> = bufs.iter().map(|buf| &**buf).collect();
        let len: usize = parts.iter().map(|part| part.len()).sum();
        let [fd_and_port, high, low] = to.map_or([fd as u64, 0, 0], |addr| name::addr_numbers(fd, addr));
        let told = Told {
            call: "sendmsg",
            numbers: [fd_and_port, (len as u64) << 32 | flags.bits() as u64, high ^ low],
            text: || {
                let to = to.map_or_else(String::new, |addr| format!(", {addr}"));
                let data = quoted(parts.first().copied().unwrap_or_default());
                format!("sendmsg({fd}, {data}, {len}, {flags}{to}{extra})")
            },
        };
        let mut progress = Progress::default();
        let mut given = None;
        self.blocking(fd, told, |world, deadline| {
            if parts.len() > UIO_MAXIOV {
                return Attempt::Done(self.socket(world, fd).and(Err(Errno::EMSGSIZE)));
            }
            if !extra.is_empty() && flags.contains(MsgFlags::FASTOPEN) {
                progress.opens |= self.is_told_of_connection(world, fd, to);
            }
            let is_new = progress.opens;
            if !extra.is_empty() && given.is_none() && self.looks_at_control(world, fd, to, flags, is_new) {
                match self.socket(world, fd).and_then(|id| self.read_extra(world, id, extra)) {
                    Ok(read) => given = Some(read),
                    Err(errno) => return Attempt::Done(Err(errno)),
                }
            }
            self.send_attempt(world, fd, to, &parts, flags, &mut progress, given.as_mut(), deadline)
        })
    }

    /// Control messages for TCP are looked at when it is known that there is a connection (`tcp_sendmsg_locked`).
    /// With MSG_FASTOPEN nobody comes so far of whom connect would say EISCONN.
    fn looks_at_control(&self, world: &World, fd: i32, to: Option<&Addr>, flags: MsgFlags, is_new: bool) -> bool {
        let Ok(id) = self.socket(world, fd) else { return true };
        let socket = &self.host(world).sockets[id];
        let is_refused = flags.contains(MsgFlags::FASTOPEN)
            && !is_new
            && (socket.connect_status() == ConnectStatus::Connected || self.refuses_fast_open(world, id, to).is_some());
        !matches!(socket.body, Body::Tcp(_))
            || !is_refused && socket.connection().is_some_and(Connection::looks_at_control)
    }

    /// MSG_FASTOPEN where the program has not been told yet that its connection is there: that is told by going on
    /// (`__inet_stream_connect`), whatever becomes of the message.
    #[cold]
    fn is_told_of_connection(&self, world: &mut World, fd: i32, to: Option<&Addr>) -> bool {
        let Ok(id) = self.socket(world, fd) else { return false };
        if self.refuses_fast_open(world, id, to).is_some() {
            return false;
        }
        let socket = &mut self.host_mut(world).sockets[id];
        let is_told = matches!(socket.body, Body::Tcp(_)) && socket.connect_status() == ConnectStatus::Succeeded;
        if is_told {
            socket.stage = Stage::Connected;
        }
        is_told
    }

    #[expect(clippy::too_many_arguments, reason = "the arguments of sendmsg(2), and how far it has come")]
    fn send_attempt(
        &self,
        world: &mut World,
        fd: i32,
        to: Option<&Addr>,
        parts: &[&[u8]],
        flags: MsgFlags,
        progress: &mut Progress,
        given: Option<&mut Given<'_>>,
        deadline: &mut Option<Instant>,
    ) -> Attempt<usize> {
        let Progress { sent, opens, .. } = progress;
        let id = match self.socket(world, fd) {
            Ok(id) => id,
            Err(errno) => return Attempt::Done(if *sent > 0 { Ok(*sent) } else { Err(errno) }),
        };
        let waits = !flags.contains(MsgFlags::DONTWAIT) && self.blocks(world, id);
        let result = match self.host(world).sockets[id].body {
            Body::Tcp(_) if *opens || flags.contains(MsgFlags::FASTOPEN) => {
                match self.open_fast(world, id, to, parts, waits, progress, deadline) {
                    Some(attempt) => return attempt,
                    None => self.send_tcp_after_opening(world, id, parts, flags, &mut progress.sent),
                }
            }
            // What was taken is told, and the error stays (`tcp_sendmsg_locked`, do_error).
            Body::Tcp(_) if *sent > 0 && self.host(world).sockets[id].readiness().contains(Readiness::ERR) => {
                return Attempt::Done(Ok(*sent));
            }
            Body::Tcp(_) => match self.send_tcp(world, id, parts, flags, sent) {
                Err(Errno::EAGAIN) if self.host(world).sockets[id].connect_status() == ConnectStatus::PutOff => {
                    match self.open_fast(world, id, to, parts, waits, progress, deadline) {
                        Some(attempt) => return attempt,
                        None => self.send_tcp_after_opening(world, id, parts, flags, &mut progress.sent),
                    }
                }
                result => result,
            },
            Body::Udp(_) => match self.send_udp(world, id, to, parts, flags, given) {
                Err(Errno::EAGAIN) if self.host(world).udp_is_full(id) => Err(Errno::EAGAIN),
                result => return Attempt::Done(result),
            },
            Body::Unix(_) => {
                return self.send_unix(world, id, to, parts, flags, progress, given, deadline);
            }
        };
        let sent = &mut progress.sent;
        let expired = has_passed(world, *deadline);
        match result {
            Err(Errno::EAGAIN) if waits && !expired => {
                deadline_after(world, deadline, self.host(world).sockets[id].options.sndtimeo());
                Attempt::Wait(For::Ready { socket: id, interest: Readiness::OUT })
            }
            // What was taken is told first; the error stays for the next call, as far as it stays.
            Err(_) if *sent > 0 => Attempt::Done(Ok(*sent)),
            result => Attempt::Done(result.map(|()| *sent)),
        }
    }

    /// [`Self::send_tcp`], out of the way of those who did not open with what they send.
    #[cold]
    #[inline(never)]
    fn send_tcp_after_opening(
        &self,
        world: &mut World,
        id: SocketId,
        parts: &[&[u8]],
        flags: MsgFlags,
        sent: &mut usize,
    ) -> Result<(), Errno> {
        self.send_tcp(world, id, parts, flags, sent)
    }

    /// Hands over as much as the connection takes; EAGAIN if that was not all.
    #[inline]
    fn send_tcp(
        &self,
        world: &mut World,
        id: SocketId,
        parts: &[&[u8]],
        flags: MsgFlags,
        sent: &mut usize,
    ) -> Result<(), Errno> {
        let mut asked = tcp::SendFlags::empty();
        if flags.intersects(MsgFlags::MORE | MsgFlags::OOB | MsgFlags::EOR) {
            asked.set(tcp::SendFlags::MORE, flags.contains(MsgFlags::MORE));
            asked.set(tcp::SendFlags::OOB, flags.contains(MsgFlags::OOB));
            asked.set(tcp::SendFlags::EOR, flags.contains(MsgFlags::EOR));
        }
        let flags = asked;
        if let &[data] = parts
            && *sent == 0
            && (1..=SELDOM_MORE).contains(&data.len())
        {
            // The usual write, which there is least to be thought about.
            world.gathers_acks = data.len() > LEAST_SEGMENT;
            let result = world.on_host(self.host, |host, env| host.tcp_send(env, id, data, flags));
            world.gathers_acks = false;
            *sent = result.map_err(IntoErrno::errno)?;
            return if *sent == data.len() { Ok(()) } else { Err(Errno::EAGAIN) };
        }
        self.send_tcp_in_parts(world, id, parts, flags, sent)
    }

    /// [`Self::send_tcp`] of several buffers, or of so much that it may be done in several steps.
    #[inline(never)]
    fn send_tcp_in_parts(
        &self,
        world: &mut World,
        id: SocketId,
        parts: &[&[u8]],
        flags: tcp::SendFlags,
        sent: &mut usize,
    ) -> Result<(), Errno> {
        let mut begun = *sent > 0;
        let result = send_parts(parts, sent, |data, is_last| {
            // An error that comes after bytes were taken is not looked at: it is the next call's (`tcp_sendmsg_locked`).
            if std::mem::replace(&mut begun, true)
                && self.host(world).sockets[id].connection().is_some_and(Connection::has_failed)
            {
                return Err(Errno::EPIPE);
            }
            let mut part = data;
            // What is urgent is sent when all is there.
            if data.len() > SELDOM_MORE
                && !flags.contains(tcp::SendFlags::OOB)
                && let Some(connection) = self.host(world).sockets[id].connection()
            {
                part = &data[..data.len().min(connection.until_flush(world.keeps()))];
            }
            // Several buffers are one write: only at its end a small segment may go out, or a byte be urgent.
            let is_last = is_last && part.len() == data.len();
            let flags = if is_last { flags } else { flags | tcp::SendFlags::MORE | tcp::SendFlags::PART };
            world.gathers_acks = true;
            let result =
                world.on_host(self.host, |host, env| host.tcp_send(env, id, part, flags).map_err(IntoErrno::errno));
            world.gathers_acks = false;
            if !is_last {
                world.flush(self.host);
            }
            result.map(|taken| (taken, taken == part.len()))
        });
        world.unlock(self.host);
        result
    }
}

/// What no segment carries less of, unless it is the last (TCP_MIN_SND_MSS, less timestamps): more may be acknowledged in several.
const LEAST_SEGMENT: usize = 48 - 12;

/// Sixteen of the least segments: writes beyond may be done in several steps.
const SELDOM_MORE: usize = 16 * 48;

/// Feeds a stream from `sent` on, part by part, as long as `send` says how much it took and that it takes more; EAGAIN when it takes no more though there is more.
#[inline]
fn send_parts(
    parts: &[&[u8]],
    sent: &mut usize,
    mut send: impl FnMut(&[u8], bool) -> Result<(usize, bool), Errno>,
) -> Result<(), Errno> {
    if parts.iter().all(|part| part.is_empty()) {
        // Nothing is sent, but a socket that could not send says so.
        return send(&[], true).map(drop);
    }
    let mut skip = *sent;
    for (number, part) in parts.iter().enumerate() {
        let is_last = number + 1 == parts.len();
        let mut rest = part.get(skip..).unwrap_or_default();
        skip = skip.saturating_sub(part.len());
        while !rest.is_empty() {
            let (taken, goes_on) = send(rest, is_last)?;
            *sent += taken;
            rest = &rest[taken..];
            if !goes_on {
                return Err(Errno::EAGAIN);
            }
        }
    }
    Ok(())
}

/// The first bytes of data as strace shows them.
fn quoted(data: &[u8]) -> String {
    const SHOWN: usize = 32;
    let dots = if data.len() > SHOWN { "..." } else { "" };
    format!("\"{}\"{dots}", data[..data.len().min(SHOWN)].escape_ascii())
}
