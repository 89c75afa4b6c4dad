//! UNIX domain sockets: unix(7). Stream pairs today; datagram, sequenced packets, names and descriptor passing are absent.

mod stream;

pub(crate) use stream::{RecvError, SendError, Stream};
