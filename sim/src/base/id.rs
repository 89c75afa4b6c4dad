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

slotmap::new_key_type! {
    /// An open socket of one host: slot and generation, so a stale one never finds a stranger.
    pub(crate) struct SocketId;
}
