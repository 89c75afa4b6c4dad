//! UNIX domain sockets: unix(7). Stream pairs, with descriptors and credentials beside their bytes, today; datagram, sequenced packets
//! and names are absent.

mod beside;
mod stream;

pub(crate) use beside::{Beside, Credentials};
pub(crate) use stream::{RecvError, SendError, Stream};
