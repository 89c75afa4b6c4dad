//! What the trace is made of. The digest sees numbers; names and texts are made only when somebody will read them.

use crate::{
    base::{Digester, HostId, Instant, ProgramId, TaskId, rng::fnv1a, trace},
    net::DropReason,
    wire::{Body, Packet},
};

/// One thing that happened.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) at: Instant,
    pub(crate) what: What,
}

/// What happened.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// A process began.
    Began { task: TaskId, host: HostId, program: ProgramId },
    /// A process ended.
    Ended { task: TaskId, how: HowEnded },
    /// A system call returned. `result` is what it returned, or the errno negated, as the kernel's own calls do.
    Call { task: Option<TaskId>, host: HostId, call: &'static str, numbers: [u64; 3], result: i64, text: Box<str> },
    /// A call could not go on and parked its process.
    Parked { task: TaskId, call: &'static str },
    /// What a parked process waited for has come.
    Woken { task: TaskId },
    /// A packet left a host, and when it will arrive.
    Sent { number: u64, from: HostId, to: HostId, arrives: Instant, header: Header, packet: Option<Box<Packet>> },
    /// A packet arrived.
    Arrived { number: u64, to: HostId },
    /// A packet did not arrive; `sent` if it had been on its way, under that number.
    Dropped { from: HostId, reason: DropReason, sent: Option<u64>, header: Header, packet: Option<Box<Packet>> },
    /// A timer of a protocol fired.
    Timer { host: HostId, socket: u64 },
    /// A partition began or ended.
    Partition { number: u32, active: bool },
}

/// How a process ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum HowEnded {
    Returned,
    Failed,
    Panicked,
    Killed,
}

/// The words of a packet's header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Header([u64; 3]);

impl Header {
    /// Of what is no packet.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        Self([fnv1a(bytes), 0, bytes.len() as u64])
    }

    #[inline]
    pub(crate) fn of(packet: &Packet) -> Self {
        match &packet.body {
            Body::Tcp(segment) => Self([
                u64::from(segment.seq.0) << 32 | u64::from(segment.ack.0),
                u64::from(segment.src_port) << 48
                    | u64::from(segment.dst_port) << 32
                    | u64::from(segment.window) << 16
                    | u64::from(segment.flags.bits()),
                6 << 56 | segment.payload.len() as u64,
            ]),
            Body::Udp(datagram) => Self([
                0,
                u64::from(datagram.src_port) << 48 | u64::from(datagram.dst_port) << 32,
                17 << 56 | datagram.payload.len() as u64,
            ]),
            Body::Icmp(icmp) => {
                let [reason, quoted] = icmp.words();
                Self([reason, quoted, 1 << 56 | u64::from(icmp.quoted_tcp)])
            }
        }
    }
}

impl trace::Record for Record {
    #[inline(always)]
    fn digest(&self, digester: &mut Digester) {
        digester.at(self.at.as_nanos());
        match &self.what {
            What::Began { task, host, program } => digester.words([tag(1, task.0, host.0), u64::from(program.0)]),
            What::Ended { task, how } => digester.words([tag(2, task.0, *how as u32)]),
            What::Call { task, host, call, numbers: [a, b, c], result, .. } => {
                let task = task.map_or(u32::MAX, |task| task.0);
                let name_and_result = name_word(call) ^ (*result as u64).rotate_left(8);
                // Most calls need two numbers; the kind says how many follow.
                if *c == 0 {
                    digester.words([tag(3, task, host.0), name_and_result, *a, *b]);
                } else {
                    digester.words([tag(11, task, host.0), name_and_result, *a, *b, *c]);
                }
            }
            // Follows from the call that has not returned, and says nothing a program could see.
            What::Parked { .. } => {}
            What::Woken { task } => digester.words([tag(5, task.0, 0)]),
            What::Sent { from, to, arrives, header: Header([a, b, c]), .. } => {
                digester.words([tag(6, from.0, to.0), arrives.as_nanos(), *a, *b, *c]);
            }
            What::Arrived { number, to } => digester.words([tag(7, to.0, *number as u32)]),
            What::Dropped { from, reason, header: Header([a, b, c]), .. } => {
                digester.words([tag(8, from.0, *reason as u32), *a, *b, *c]);
            }
            What::Timer { host, socket } => digester.words([tag(9, host.0, 0), *socket]),
            What::Partition { number, active } => digester.words([tag(10, *number, u32::from(*active))]),
        }
    }
}

/// A kind in 8 bits and two numbers of 28.
#[inline]
fn tag(kind: u64, a: u32, b: u32) -> u64 {
    kind << 56 | u64::from(a) << 28 | u64::from(b & 0x0fff_ffff)
}

/// A call's name as a word: its length and its ends tell every two calls apart.
#[inline(always)]
fn name_word(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let byte = |index: usize| bytes.get(index).copied().unwrap_or_default();
    u64::from_le_bytes([bytes.len() as u8, byte(0), byte(1), byte(2), byte(3), byte(4), byte(6), byte(9)])
}
