//! What comes back to a call that has its socket locked: it waits for the call's end (`sk_backlog`: `release_sock`, `__sk_flush_backlog`).
//!
//! Only where a packet arrives before the call returns: on loopback, and over a direct link.

use std::collections::VecDeque;

use super::{
    World,
    delivery::{LOOPBACK_BURST, is_joined},
};
use crate::{
    base::HostId,
    proto::{Call, Held},
    wire::{Body, Flags, Packet},
};

impl World {
    /// What a call sends whose socket is locked, and what comes back to that.
    #[cold]
    #[inline(never)]
    pub(super) fn send_of_call(&mut self, id: HostId) {
        let call = std::mem::take(&mut self.out.call);
        self.send_while_locked(id, call);
        self.send_batches(id);
        if !self.relayed.is_empty() {
            self.send_relayed();
        }
    }

    fn send_while_locked(&mut self, id: HostId, call: Call) {
        if call == Call::SendsPartToItself {
            return self.kept.append(&mut self.out.packets);
        }
        if call == Call::SendsToItself {
            self.kept.append(&mut self.out.packets);
            return self.send_kept(id);
        }
        let mut batch = std::mem::take(&mut self.batch);
        std::mem::swap(&mut batch, &mut self.out.packets);
        for packet in batch.drain(..) {
            self.send(id, packet, false);
            if self.hosts[id.index()].binds_to_lo {
                self.send_to_nobody(id);
            }
        }
        self.batch = batch;
        let mut answers = self.out.packets.iter().chain(self.relayed.iter().map(|(_, packet)| packet));
        if answers.any(|packet| data_of(packet) > 0) {
            let mut waiting = std::mem::take(&mut self.waiting);
            self.take_answers(id, &mut waiting);
            self.send_held(waiting, true);
        }
    }

    /// What a call has sent to itself.
    fn send_kept(&mut self, id: HostId) {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.extend(self.kept.drain(..).map(|packet| (id, packet)));
        self.send_held(waiting, false);
    }

    /// Answers that the socket does not hear, because another interface than theirs is its own: they wait for nothing, and are refused.
    #[cold]
    fn send_to_nobody(&mut self, id: HostId) {
        let answers = std::mem::take(&mut self.out.packets);
        let (heard, refused) = answers.into_iter().partition(|packet| self.hosts[id.index()].has_flow_of(packet));
        self.out.packets = refused;
        self.send_batches(id);
        self.out.packets.splice(0..0, heard);
    }

    /// Whether something has come for a call that it has not looked at yet.
    pub(crate) fn keeps(&self) -> bool {
        !self.kept.is_empty()
    }

    /// A call that has sent a part to itself looks what has come; what it acknowledges thereby comes after (`__sk_flush_backlog`).
    pub(crate) fn flush(&mut self, id: HostId) {
        while self.keeps() {
            self.send_kept(id);
            let has_sent = self.out.packets.iter().any(|packet| data_of(packet) > 0);
            self.kept.append(&mut self.out.packets);
            if !has_sent {
                break;
            }
        }
        if self.has_left_news() {
            self.settle_local(id);
        }
    }

    /// The call is over, and what it has still kept arrives.
    pub(crate) fn unlock(&mut self, id: HostId) {
        if self.keeps() {
            self.flush(id);
            self.out.packets.append(&mut self.kept);
            self.settle(id);
        }
    }

    /// Packets that wait, where they arrive, until a call is nearly over (`__release_sock`). What is sent upon one of them, if to another
    /// socket, arrives `at_once`, and what that says to it waits behind the others.
    fn send_held(&mut self, packets: VecDeque<(HostId, Packet)>, at_once: bool) {
        let mut waiting = packets;
        let mut held = Held::default();
        waiting.iter().for_each(|(_, packet)| held.count(data_of(packet)));
        let mut sent = 0;
        while let Some((from, packet)) = waiting.pop_front() {
            sent += 1;
            held.more = !waiting.is_empty();
            self.out.held = held;
            self.is_gathered = waiting.front().is_some_and(|(_, next)| is_joined(&packet, next));
            self.send(from, packet, sent > LOOPBACK_BURST);
            held = std::mem::take(&mut self.out.held);
            self.is_gathered = false;
            // The ACK that all of them were owed goes out when nothing waits any more (`tcp_release_cb`), and so comes what answers it.
            let is_over = waiting.is_empty() && held.owes_ack;
            if at_once && !is_over {
                self.send_answers_to_held(from, &mut held, &mut waiting);
            } else if !is_over {
                let before = waiting.len();
                self.take_answers(from, &mut waiting);
                waiting.range(before..).for_each(|(_, packet)| held.count(data_of(packet)));
            }
        }
        self.waiting = waiting;
    }

    /// What was sent upon a packet from `from` that had waited.
    fn send_answers_to_held(&mut self, from: HostId, held: &mut Held, waiting: &mut VecDeque<(HostId, Packet)>) {
        let mut answers = std::mem::take(&mut self.answers);
        self.take_answers(from, &mut answers);
        while let Some((host, answer)) = answers.pop_front() {
            for (_, packet) in waiting.iter_mut() {
                let_go(packet, &answer);
            }
            self.send(host, answer, false);
            let before = waiting.len();
            self.take_answers(host, waiting);
            waiting.range(before..).for_each(|(_, packet)| held.count(data_of(packet)));
        }
        self.answers = answers;
    }

    /// What was left behind by a packet from `from`, on loopback or at the other end of a direct link.
    fn take_answers(&mut self, from: HostId, into: &mut VecDeque<(HostId, Packet)>) {
        into.extend(self.out.packets.drain(..).map(|packet| (from, packet)));
        into.append(&mut self.relayed);
    }
}

/// How many bytes of data a segment carries.
fn data_of(packet: &Packet) -> u32 {
    match &packet.body {
        Body::Tcp(segment) => segment.payload.len() as u32,
        _ => 0,
    }
}

/// A packet that waits is not behind any that its sender still holds, if all before it is acknowledged by this answer.
fn let_go(packet: &mut Packet, answer: &Packet) {
    let (Body::Tcp(segment), Body::Tcp(answer)) = (&mut packet.body, &answer.body) else { return };
    let is_of_flow = (segment.src_port, segment.dst_port) == (answer.dst_port, answer.src_port);
    if is_of_flow && answer.flags.contains(Flags::ACK) && segment.seq.at_or_before(answer.ack) {
        segment.holds = 0;
    }
}
