//! Urgent data: one byte, as everybody implements it. RFC 9293 section 3.8.5 lets the pointer name the byte after the
//! urgent one, as Linux does (`tcp_stdurg` is off), and RFC 6093 tells programs to keep away.

use super::{Connection, Marks, State};
use crate::wire::{Flags, Segment, SeqNum};

/// The urgent data of one connection.
#[derive(Debug, Default)]
pub(super) struct Urgent {
    /// One beyond the last urgent byte to be sent (`snd_up`), until it is acknowledged.
    sending: Option<SeqNum>,
    /// Where the peer's urgent byte lies, and what is known of it.
    at: SeqNum,
    received: Received,
}

/// `urg_data`
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Received {
    /// There was none since the program has read past the last.
    #[default]
    None,
    /// The pointer has come, the byte has not (TCP_URG_NOTYET).
    Announced,
    /// It is here (TCP_URG_VALID).
    Here(u8),
    /// The program has taken it (TCP_URG_READ).
    Taken,
}

/// Why no urgent byte was received.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum UrgentError {
    /// There is none, it was read, or it is in the stream (SO_OOBINLINE): EINVAL.
    None,
    /// It is announced and not here: EAGAIN.
    NotYet,
    NotConnected,
}

impl Connection {
    /// The last byte that was queued is urgent (`tcp_mark_urg`).
    pub(super) fn mark_last_urgent(&mut self) {
        let end = self.snd.end;
        self.urgent.get_or_insert_default().sending = Some(end);
    }

    /// Something urgent is to be sent: small segments do not wait (`tcp_urg_mode`).
    #[inline]
    pub(super) fn is_urgent(&self) -> bool {
        self.urgent.as_ref().is_some_and(|urgent| urgent.sending.is_some())
    }

    /// Something urgent was announced by the peer, and not read past.
    pub(super) fn expects_urgent(&self) -> bool {
        self.urgent.as_ref().is_some_and(|urgent| urgent.received != Received::None)
    }

    pub(super) fn urgent_is_acked(&mut self, una: SeqNum) {
        if let Some(urgent) = &mut self.urgent
            && urgent.sending.is_some_and(|end| end.at_or_before(una))
        {
            urgent.sending = None;
        }
    }

    /// Every segment before the urgent byte is acknowledged points to it, if it is near enough (`tcp_transmit_skb`).
    #[cold]
    pub(super) fn mark_urgent(&self, segment: &mut Segment) {
        let Some(end) = self.urgent.as_ref().and_then(|urgent| urgent.sending) else { return };
        let offset = end.distance_from(segment.seq);
        if (1..=0xffff).contains(&offset) {
            segment.flags |= Flags::URG;
            segment.urgent = offset as u16;
        } else if offset > 0xffff && self.snd.left() > 0 {
            segment.flags |= Flags::URG;
            segment.urgent = 0xffff;
        }
    }

    /// The sixth step of RFC 9293 section 3.10.7.4, before the text is taken (`tcp_urg`).
    pub(super) fn take_urgent(&mut self, segment: &Segment) {
        if segment.flags.contains(Flags::URG) {
            self.urgent_is_announced(segment);
        }
        let Some(urgent) = &mut self.urgent else { return };
        if urgent.received == Received::Announced {
            let offset = urgent.at.distance_from(segment.seq) - i32::from(segment.flags.contains(Flags::SYN));
            if let Ok(offset) = usize::try_from(offset)
                && let Some(&byte) = segment.payload.get(offset)
            {
                urgent.received = Received::Here(byte);
            }
        }
    }

    /// `tcp_check_urg`
    fn urgent_is_announced(&mut self, segment: &Segment) {
        // The pointer names the byte after; 0 is taken for the byte before the segment.
        let at = segment.seq + u32::from(segment.urgent) - u32::from(segment.urgent != 0);
        let read = self.read_to();
        if at.before(read) || at.before(self.rcv.nxt) {
            // It was read already, or has arrived as ordinary data.
            return;
        }
        let urgent = self.urgent.get_or_insert_default();
        if urgent.received != Received::None && at.at_or_before(urgent.at) {
            return;
        }
        let was_next = urgent.at == read && urgent.received != Received::None;
        if was_next && !self.config.has(super::Switches::OOBINLINE) && read != self.rcv.nxt {
            // The old one was not read: it is none any more, and, lying first in the stream, is skipped.
            self.rcv.buffer.consume(1);
            self.rcv.discharge(read + 1);
        }
        let urgent = self.urgent.get_or_insert_default();
        (urgent.at, urgent.received) = (at, Received::Announced);
    }

    /// The sequence number of the next byte that a program reads (`copied_seq`).
    pub(super) fn read_to(&self) -> SeqNum {
        let fin = u32::from(self.is(Marks::PEER_DONE));
        self.rcv.nxt - fin - self.rcv.buffer.len() as u32
    }

    /// `copied_seq` and `rcv_nxt`.
    pub(crate) fn read_and_come(&self) -> [u32; 2] {
        [self.read_to().0, self.rcv.nxt.0]
    }

    /// What of the stream may be read at once: so many bytes are skipped, and so many follow. The urgent byte is not a part
    /// of the stream unless SO_OOBINLINE says so, and no read goes past it that began before (`tcp_recvmsg_locked`).
    #[inline]
    pub(super) fn readable_at_once(&self, begun: bool) -> (usize, usize) {
        match &self.urgent {
            None => (0, self.rcv.buffer.len()),
            Some(urgent) => self.readable_around(urgent, 0, begun),
        }
    }

    /// What somebody sees of the stream who looks from that place on, counted among all bytes that are there (`peek_seq`).
    pub(crate) fn look_from(&self, place: usize, most: usize) -> [&[u8]; 2] {
        let (skip, unread) = match &self.urgent {
            None => (0, self.rcv.buffer.len().saturating_sub(place)),
            Some(urgent) => self.readable_around(urgent, place, false),
        };
        if unread == 0 { [&[]; 2] } else { self.rcv.buffer.pieces(place + skip, unread.min(most)) }
    }

    fn readable_around(&self, urgent: &Urgent, place: usize, begun: bool) -> (usize, usize) {
        let unread = self.rcv.buffer.len().saturating_sub(place);
        let distance = urgent.at.distance_from(self.read_to() + place as u32);
        match usize::try_from(distance) {
            _ if urgent.received == Received::None => (0, unread),
            Err(_) => (0, unread),
            Ok(0) if begun => (0, 0),
            Ok(0) if self.is_urgent_inline() || unread == 0 => (0, unread),
            Ok(0) => (1, unread - 1),
            Ok(before) => (0, unread.min(before)),
        }
    }

    /// The program has read: an urgent byte that lies behind is none any more (`skip_copy`).
    pub(super) fn read_past_urgent(&mut self) {
        let read = self.read_to();
        if let Some(urgent) = &mut self.urgent
            && urgent.at.before(read)
        {
            urgent.received = Received::None;
        }
    }

    /// `recv(MSG_OOB)`: `tcp_recv_urg`. `Ok(None)` at the end of the stream.
    pub(crate) fn recv_urgent(&mut self, peek: bool) -> Result<Option<u8>, UrgentError> {
        let inline = self.is_urgent_inline();
        let over = self.state == State::Closed || self.is(Marks::RECEIVE_SHUT);
        let Some(urgent) = &mut self.urgent else { return Err(UrgentError::None) };
        if inline || matches!(urgent.received, Received::None | Received::Taken) {
            return Err(UrgentError::None);
        }
        if self.state == State::Closed && !self.marks.contains(Marks::PEER_DONE) {
            return Err(UrgentError::NotConnected);
        }
        match urgent.received {
            Received::Here(byte) => {
                if !peek {
                    urgent.received = Received::Taken;
                }
                Ok(Some(byte))
            }
            _ if over => Ok(None),
            _ => Err(UrgentError::NotYet),
        }
    }

    /// SIOCATMARK: the urgent byte is the next to be read.
    pub(crate) fn is_at_mark(&self) -> bool {
        self.urgent.as_ref().is_some_and(|urgent| urgent.received != Received::None && urgent.at == self.read_to())
    }

    /// A look that has come so far stops, because the urgent byte is next: who has something looks no further (`tcp_recvmsg_locked`).
    pub(crate) fn stops_look(&self, seen: usize) -> bool {
        let is_next = |urgent: &Urgent| urgent.received != Received::None && urgent.at == self.read_to() + seen as u32;
        seen > 0 && self.urgent.as_deref().is_some_and(is_next)
    }

    /// An urgent byte is here and was not taken: POLLPRI.
    pub(super) fn has_urgent(&self) -> bool {
        self.urgent.as_ref().is_some_and(|urgent| matches!(urgent.received, Received::Here(_)))
    }

    /// Bytes that are here, and one for the peer's FIN: TCP_INQ (`tcp_inq_hint`).
    pub(crate) fn unread_with_fin(&self) -> usize {
        self.rcv.buffer.len() + usize::from(self.is(Marks::PEER_DONE))
    }

    /// Bytes that can be read now, up to the urgent one: FIONREAD (`tcp_inq`).
    pub(crate) fn unread(&self) -> usize {
        let unread = self.rcv.buffer.len();
        match &self.urgent {
            Some(urgent) if urgent.received != Received::None && !self.is_urgent_inline() => {
                usize::try_from(urgent.at.distance_from(self.read_to())).map_or(unread, |before| unread.min(before))
            }
            _ => unread,
        }
    }
}
