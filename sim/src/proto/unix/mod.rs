//! UNIX domain sockets: unix(7), net/unix/af_unix.c.
//!
//! A [`Socket`] here is one socket's own state: its queue, what it has charged to its `SO_SNDBUF`, whether its halves are shut. Who is
//! connected to whom, and under which name one is found, is the host's affair (`host/unix/`).

mod buffer;
mod read;
mod socket;

pub(crate) use buffer::{Beside, Buffer, Credentials, stream_chunk, stream_split, whole_split};
pub(crate) use read::{Reader, Reading, Stop};
pub(crate) use socket::{Kind, Socket, State};
