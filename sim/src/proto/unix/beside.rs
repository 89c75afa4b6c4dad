//! What lies beside the bytes of a stream: descriptors (`SCM_RIGHTS`) and credentials (`SCM_CREDENTIALS`). `struct unix_skb_parms`.
//!
//! Linux keeps them with each buffer of a queue; here a queue has its bytes in one ring, and [`Parcel`]s say from which byte to which
//! something lies beside them. Bytes without a parcel have nothing beside them.

use std::collections::VecDeque;

use crate::base::SocketId;

/// Who sent something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Credentials {
    pub(crate) pid: i32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Credentials {
    /// What is told of bytes whose sender was not noted: no process, and the overflow user of include/linux/highuid.h.
    pub(crate) const UNKNOWN: Self = Self { pid: 0, uid: 65_534, gid: 65_534 };
}

/// What a sender lays beside its bytes.
#[derive(Default, Debug)]
pub(crate) struct Beside {
    /// Open sockets. Each is one more descriptor of it, as long as it is in flight; who takes it out of the stream takes that over.
    pub(crate) rights: Vec<SocketId>,
    pub(crate) who: Option<Credentials>,
}

/// From `start` to before `end`, counted from the stream's first byte. Parcels lie in their order and do not overlap.
#[derive(Debug)]
struct Parcel {
    start: u64,
    end: u64,
    rights: Vec<SocketId>,
    who: Credentials,
}

/// What lies beside the bytes of one queue.
#[derive(Default, Debug)]
pub(super) struct Parcels(VecDeque<Parcel>);

/// How far one receive may go, and what it gets.
pub(super) struct Reach {
    /// The byte before which it stops.
    pub(super) end: u64,
    pub(super) rights: Vec<SocketId>,
    pub(super) who: Credentials,
}

impl Parcels {
    /// Lays something beside the bytes that were just queued.
    pub(super) fn lay(&mut self, start: u64, end: u64, beside: &mut Beside) {
        let rights = std::mem::take(&mut beside.rights);
        if rights.is_empty() && beside.who.is_none() {
            return;
        }
        let who = beside.who.unwrap_or(Credentials::UNKNOWN);
        self.0.push_back(Parcel { start, end, rights, who });
    }

    /// What a receive from `start` to before `end` at most gets: `unix_stream_read_generic` takes buffer after buffer, but none behind
    /// one with descriptors, and if the receiver looks at credentials (`by_who`), none of another sender.
    pub(super) fn reach(&mut self, start: u64, end: u64, by_who: bool, peek: bool) -> Reach {
        let who = self.who_at(start);
        let mut reach = Reach { end, rights: Vec::new(), who };
        let mut behind = start;
        for parcel in self.0.iter_mut().take_while(|parcel| parcel.start < end) {
            if by_who && behind < parcel.start && who != Credentials::UNKNOWN {
                reach.end = behind;
                return reach;
            }
            if by_who && parcel.who != who {
                reach.end = parcel.start;
                return reach;
            }
            if !parcel.rights.is_empty() {
                reach.end = end.min(parcel.end);
                reach.rights = if peek { parcel.rights.clone() } else { std::mem::take(&mut parcel.rights) };
                return reach;
            }
            behind = parcel.end;
        }
        if by_who && behind < end && who != Credentials::UNKNOWN {
            reach.end = behind;
        }
        reach
    }

    /// The sender of a byte.
    pub(super) fn who_at(&self, at: u64) -> Credentials {
        let parcel = self.0.iter().find(|parcel| parcel.end > at);
        parcel.filter(|parcel| parcel.start <= at).map_or(Credentials::UNKNOWN, |parcel| parcel.who)
    }

    /// Everything before `start` has been read.
    pub(super) fn forget_before(&mut self, start: u64) {
        while self.0.front().is_some_and(|parcel| parcel.end <= start) {
            self.0.pop_front();
        }
    }

    /// The queue is gone: the descriptors that nobody has received.
    pub(super) fn into_rights(self) -> impl Iterator<Item = SocketId> {
        self.0.into_iter().flat_map(|parcel| parcel.rights)
    }
}
