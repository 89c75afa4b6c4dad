//! Reading from a queue: `unix_stream_read_generic` with `manage_oob`, and `__unix_dgram_recvmsg`.

use wavetank_api::UnixAddr;

use super::{
    Buffer, Socket,
    buffer::{Beside, Credentials},
};
use crate::base::SocketId;

/// What a call that reads asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader {
    pub(crate) peek: bool,
    /// It looks at credentials: bytes of different senders are kept apart.
    pub(crate) by_who: bool,
    /// SO_OOBINLINE.
    pub(crate) inline: bool,
    /// SO_PEEK_OFF: how many bytes a look passes over.
    pub(crate) skip: usize,
}

/// How far a call has come.
#[derive(Default, Debug)]
pub(crate) struct Reading {
    pub(crate) count: usize,
    /// What came beside the bytes; `who` once a sender was looked at.
    pub(crate) beside: Beside,
    /// Whose buffer it was.
    pub(crate) sender: Option<SocketId>,
    /// Under which name: it may be gone with its last buffer.
    pub(crate) name: Option<UnixAddr>,
    /// What a buffer has that was read to its end: its sender, and what it was charged.
    pub(crate) freed: Vec<Buffer>,
}

/// Why a read stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stop {
    Enough,
    /// There is nothing, or no more.
    Empty,
}

impl Socket {
    /// Reads bytes into `buf`, behind the `count` of an earlier attempt.
    pub(crate) fn read_stream(&mut self, buf: &mut [u8], reader: Reader, reading: &mut Reading) -> Stop {
        let mut skip = reader.skip;
        let mut next = 0;
        loop {
            let mut at = self.queue.get(next).map(|_| next);
            if let Some(first) = at {
                at = self.manage_urgent(first, reader, reading);
                if at.is_none() && reading.count > 0 {
                    return Stop::Enough;
                }
            }
            while let Some(index) = at
                && skip > 0
                && skip >= self.queue[index].len()
            {
                skip -= self.queue[index].len();
                at = self.queue.get(index + 1).map(|_| index + 1);
            }
            let Some(index) = at else { return Stop::Empty };
            let buffer = &mut self.queue[index];
            if reader.by_who && *reading.beside.who.get_or_insert(buffer.who) != buffer.who {
                return Stop::Enough;
            }
            reading.sender.get_or_insert(buffer.sender);
            let room = buf.len() - reading.count;
            let chunk = (buffer.len() - skip).min(room);
            let from = buffer.consumed + skip;
            buf[reading.count..][..chunk].copy_from_slice(&buffer.data[from..][..chunk]);
            reading.count += chunk;
            if reader.peek {
                reading.beside.rights.extend(&buffer.rights);
                next = index + 1;
                skip = 0;
                // `unix_stream_read_generic` looks on when there is room for nothing more: until descriptors lie beside.
                if !buffer.rights.is_empty() || next >= self.queue.len() {
                    return Stop::Enough;
                }
                continue;
            }
            buffer.consumed += chunk;
            self.unread -= chunk;
            reading.beside.rights.append(&mut buffer.rights);
            if buffer.len() > 0 {
                return Stop::Enough;
            }
            reading.freed.extend(self.queue.remove(index));
            next = 0;
            if !reading.beside.rights.is_empty() || reading.count == buf.len() {
                return Stop::Enough;
            }
        }
    }

    /// `manage_oob`: a read stops before an urgent byte, and passes over it when it comes first; so does what is left of one that was
    /// received.
    fn manage_urgent(&mut self, first: usize, reader: Reader, reading: &mut Reading) -> Option<usize> {
        let exists = |queue: &std::collections::VecDeque<Buffer>, at: usize| (at < queue.len()).then_some(at);
        let begun = reading.count > 0;
        let mut at = first;
        if self.queue[at].len() > 0 && !self.queue[at].is_urgent {
            return Some(at);
        }
        if self.queue[at].len() == 0 {
            if begun && (self.queue[at].is_urgent || !self.has_urgent()) {
                return None;
            }
            if reader.peek {
                at += 1;
            } else {
                reading.freed.extend(self.queue.remove(at));
            }
            exists(&self.queue, at)?;
        }
        if !self.queue[at].is_urgent {
            return Some(at);
        }
        match (begun, reader.peek, reader.inline) {
            (true, ..) => None,
            (_, true, true) => Some(at),
            (_, true, false) => exists(&self.queue, at + 1),
            (_, false, true) => {
                self.queue[at].is_urgent = false;
                Some(at)
            }
            (_, false, false) => {
                reading.freed.extend(self.queue.remove(at));
                exists(&self.queue, 0)
            }
        }
    }

    /// The byte of MSG_OOB (`unix_stream_recv_urg`); what is left of it stays as a mark.
    pub(crate) fn read_urgent(&mut self, peek: bool, reading: &mut Reading) -> Option<u8> {
        let at = self.queue.iter().position(|buffer| buffer.is_urgent)?;
        let byte = self.queue[at].data[0];
        if !peek {
            self.queue[at].is_urgent = false;
            self.queue[at].consumed = 1;
            self.unread -= 1;
            // Of two marks in a row the older one goes.
            if at > 0 && self.queue[at - 1].len() == 0 {
                reading.freed.extend(self.queue.remove(at - 1));
            }
        }
        Some(byte)
    }

    /// The next datagram, or what of it fits: how long it was, and how many bytes a look passed over; `None` if there is none.
    pub(crate) fn read_whole(
        &mut self,
        buf: &mut [u8],
        peek_off: Option<usize>,
        reader: Reader,
        reading: &mut Reading,
    ) -> Option<usize> {
        let mut skip = peek_off.unwrap_or(0);
        let mut at = 0;
        if reader.peek && peek_off.is_some() {
            // An empty one is looked at once (`__skb_try_recv_from_queue`).
            while skip >= self.queue.get(at)?.len() && (skip > 0 || self.queue[at].was_seen) {
                skip -= self.queue[at].len();
                at += 1;
            }
        }
        let buffer = self.queue.get_mut(at)?;
        let rest = &buffer.data[skip.min(buffer.data.len())..];
        let whole = rest.len();
        reading.count = whole.min(buf.len());
        buf[..reading.count].copy_from_slice(&rest[..reading.count]);
        reading.beside.who = Some(buffer.who);
        reading.sender = Some(buffer.sender);
        if reader.peek {
            buffer.was_seen |= buffer.data.is_empty();
            reading.beside.rights.clone_from(&buffer.rights);
        } else {
            reading.beside.rights = std::mem::take(&mut buffer.rights);
            reading.freed.extend(self.queue.remove(at));
        }
        Some(whole)
    }
}

impl Reading {
    /// Who sent it, as far as anybody noted.
    pub(crate) fn who(&self) -> Credentials {
        self.beside.who.unwrap_or(Credentials::UNKNOWN)
    }
}
