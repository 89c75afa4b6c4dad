//! recv(2) and recvmsg(2) on a UNIX stream: `unix_stream_read_generic`.

use std::io::IoSliceMut;

use wavetank_api::{Errno, MsgFlags};

use super::{
    Caller,
    errno::IntoErrno,
    receive::{Received, gather, scatter},
};
use crate::{base::SocketId, host::Switches, proto::unix::Credentials, world::World};

/// How far a call has come.
#[derive(Default)]
pub(super) struct Passing {
    count: usize,
    /// Who sent what was taken so far.
    who: Option<Credentials>,
    /// Sockets that lay beside it.
    rights: Vec<SocketId>,
}

impl Caller<'_> {
    /// Into one buffer, and without room for what lies beside the data: that is lost.
    #[cold]
    pub(super) fn recv_unix(
        &self,
        world: &mut World,
        id: SocketId,
        buf: &mut [u8],
        flags: MsgFlags,
        expired: bool,
        count: &mut usize,
    ) -> Result<usize, Errno> {
        let mut passing = Passing { count: *count, ..Passing::default() };
        let result = self.fill(world, id, buf, flags, expired, &mut passing);
        *count = passing.count;
        self.drop_rights(world, passing.rights);
        result.map(|()| passing.count)
    }

    /// Into several buffers, and with what lies beside the data.
    #[cold]
    #[expect(clippy::too_many_arguments, reason = "the arguments of recvmsg(2), and how far it has come")]
    pub(super) fn recvmsg_unix(
        &self,
        world: &mut World,
        id: SocketId,
        bufs: &mut [IoSliceMut<'_>],
        room: usize,
        flags: MsgFlags,
        expired: bool,
        passing: &mut Passing,
    ) -> Result<Received, Errno> {
        let mut whole = vec![0; bufs.iter().map(|buf| buf.len()).sum()];
        gather(bufs, &mut whole);
        let result = self.fill(world, id, &mut whole, flags, expired, passing);
        scatter(&whole[..passing.count], bufs);
        result?;
        let who = self.tells_senders(world, id).then(|| passing.who.unwrap_or(Credentials::UNKNOWN));
        let (count, rights) = (passing.count, std::mem::take(&mut passing.rights));
        let (passed, flags) = match (who, &rights[..]) {
            (None, []) => (None, MsgFlags::empty()),
            _ => self.scm_recv(world, who, rights, room),
        };
        Ok(Received { count, from: None, flags, passed })
    }

    /// Takes what is there, or all that is wanted under MSG_WAITALL; descriptors and another sender end it.
    fn fill(
        &self,
        world: &mut World,
        id: SocketId,
        buf: &mut [u8],
        flags: MsgFlags,
        expired: bool,
        passing: &mut Passing,
    ) -> Result<(), Errno> {
        if flags.contains(MsgFlags::OOB) {
            return Err(Errno::EOPNOTSUPP);
        }
        let peek = flags.contains(MsgFlags::PEEK);
        let by_who = self.tells_senders(world, id);
        loop {
            let (from, who) = (passing.count, passing.who);
            let rest = buf.get_mut(from..).unwrap_or_default();
            let taken = world.on_host(self.host, |host, env| {
                let taken = host.with_unix(env, id, |end, peer| {
                    let next = end.next_sender();
                    // Another sender's bytes are the next call's.
                    let same = !by_who || from == 0 || next.is_none() || next == who;
                    same.then(|| end.recv(peer, rest, peek, by_who))
                })??;
                if peek && let Ok(taken) = &taken {
                    // Duplicates: what stays in the queue is still in flight.
                    for socket in &taken.rights {
                        host.sockets[*socket].descriptors += 1;
                    }
                }
                Some(taken)
            });
            let taken = match taken {
                Some(Ok(taken)) => taken,
                None => return Ok(()),
                Some(Err(error)) => match error.errno() {
                    errno if from == 0 => return Err(errno),
                    // A wait goes on until there is enough; a time-out ends it with what there is.
                    Errno::EAGAIN if !expired && self.may_wait(world, id, flags) => return Err(Errno::EAGAIN),
                    _ => return Ok(()),
                },
            };
            passing.count += taken.count;
            passing.who.get_or_insert(taken.who);
            passing.rights.extend(taken.rights);
            let enough = passing.count >= self.recv_target(world, id, flags, buf.len());
            if taken.count == 0 || peek || enough || !passing.rights.is_empty() {
                return Ok(());
            }
        }
    }

    fn tells_senders(&self, world: &World, id: SocketId) -> bool {
        self.host(world).sockets[id].options.switches.contains(Switches::PASSCRED)
    }
}
