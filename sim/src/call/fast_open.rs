//! sendmsg(2) that opens the connection it sends on: MSG_FASTOPEN, and the first write after TCP_FASTOPEN_CONNECT.

use wavetank_api::{Addr, Errno, Result};

use super::{Attempt, Caller, errno::IntoErrno, has_passed, send::Progress};
use crate::{
    base::{Instant, SocketId},
    host::{ConnectStatus, FASTOPEN_CLIENT, RareSwitches, Stage},
    world::World,
};

impl Caller<'_> {
    /// What `tcp_sendmsg_fastopen` asks before all else.
    pub(super) fn refuses_fast_open(&self, world: &World, id: SocketId, to: Option<&Addr>) -> Option<Errno> {
        let host = self.host(world);
        if host.settings.tcp().fastopen & FASTOPEN_CLIENT == 0 || matches!(to, Some(Addr::Unspec)) {
            return Some(Errno::EOPNOTSUPP);
        }
        let has_asked = host.sockets[id].options.rare().switches.contains(RareSwitches::FASTOPEN_ASKED);
        has_asked.then_some(Errno::EALREADY)
    }

    /// Opens the connection with a SYN that takes data, and waits for the handshake if the call may wait
    /// (`tcp_sendmsg_fastopen`). `None` when there is a connection to send on.
    #[cold]
    #[expect(clippy::too_many_arguments, reason = "the arguments of sendmsg(2), and how far it has come")]
    pub(super) fn open_fast(
        &self,
        world: &mut World,
        id: SocketId,
        to: Option<&Addr>,
        parts: &[&[u8]],
        waits: bool,
        progress: &mut Progress,
        deadline: &mut Option<Instant>,
    ) -> Option<Attempt<usize>> {
        let refuse = |errno| Some(Attempt::Done(Err(errno)));
        if let Some(errno) = self.refuses_fast_open(world, id, to)
            && !progress.opens
        {
            return refuse(errno);
        }
        let mut status = self.host(world).sockets[id].connect_status();
        if status == ConnectStatus::Fresh && !progress.opens {
            let begun = to.ok_or(Errno::EINVAL).and_then(|to| self.begin_connect(world, id, to, true));
            if let Err(errno) = begun {
                return refuse(errno);
            }
            status = ConnectStatus::PutOff;
        }
        if status == ConnectStatus::PutOff {
            progress.sent = world.on_host(self.host, |host, env| host.tcp_open_fast(env, id, parts));
            if !waits {
                // Even over loopback, where the handshake is over by now.
                return Some(Attempt::Done(told_or(progress.sent, Errno::EINPROGRESS)));
            }
            progress.opens = true;
        }
        match world.on_host(self.host, |host, _| host.tcp_connect_status(id, false)) {
            ConnectStatus::Succeeded => {
                self.host_mut(world).sockets[id].stage = Stage::Connected;
                progress.opens = true;
                None
            }
            ConnectStatus::Connected if progress.opens => None,
            ConnectStatus::Connected => refuse(Errno::EISCONN),
            ConnectStatus::Disconnecting => refuse(Errno::EINVAL),
            ConnectStatus::Connecting if !waits => refuse(Errno::EALREADY),
            ConnectStatus::Connecting if has_passed(world, *deadline) => {
                Some(Attempt::Done(told_or(progress.sent, Errno::EINPROGRESS)))
            }
            ConnectStatus::Connecting => {
                progress.opens = true;
                Some(match self.wait_connected(world, id, deadline, Errno::EINPROGRESS) {
                    Attempt::Done(_) => Attempt::Done(told_or(progress.sent, Errno::EINPROGRESS)),
                    wait => wait,
                })
            }
            // Its reason counts, even if the SYN took data.
            ConnectStatus::Failed(failure) => {
                world.on_host(self.host, |host, env| host.tcp_disconnect(env, id));
                refuse(failure.map_or(Errno::ECONNABORTED, IntoErrno::errno))
            }
            // Somebody else has called it off meanwhile (`sk_disconnects`).
            ConnectStatus::Fresh | ConnectStatus::PutOff => refuse(Errno::EPIPE),
        }
    }
}

/// What was taken is told first.
fn told_or(sent: usize, errno: Errno) -> Result<usize, Errno> {
    if sent > 0 { Ok(sent) } else { Err(errno) }
}
