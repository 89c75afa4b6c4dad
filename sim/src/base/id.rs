//! Who is who. Every identity is a small number given in order of creation; none is an address of memory.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub(crate) struct $name(pub(crate) u32);

        impl $name {
            pub(crate) fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

id! {
    /// A host of the world.
    HostId
}
id! {
    /// A thread of a simulated program, in order of its start. Never reused within a run.
    TaskId
}
id! {
    /// A program (what POSIX calls a process) of one host: it owns a descriptor table. Program 0 is the harness itself.
    ProgramId
}

/// TUN devices stand among the hosts, with numbers that no host has: of the 28 bits that the digest has for them, the last.
const TUN: u32 = 1 << 27;

impl HostId {
    /// The number of the `index`-th TUN device.
    pub(crate) fn of_tun(index: usize) -> Self {
        Self(TUN | index as u32)
    }

    /// Which TUN device it is; `None` for a host.
    pub(crate) fn tun_index(self) -> Option<usize> {
        (self.0 & TUN != 0).then_some((self.0 & !TUN) as usize)
    }

    /// Whether a packet from here to `other` reaches it before the call that sent it returns, if the link has no delay: over
    /// loopback, and through a TUN device.
    #[inline]
    pub(crate) fn is_next_to(self, other: Self) -> bool {
        self == other || (self.0 | other.0) & TUN != 0
    }
}

slotmap::new_key_type! {
    /// An open socket of one host: slot and generation, so a stale one never finds a stranger.
    pub(crate) struct SocketId;
}
