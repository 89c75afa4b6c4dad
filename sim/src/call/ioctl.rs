//! ioctl(2) on sockets.

use wavetank_api::{Errno, Result};

use super::{Caller, Told};
use crate::{
    host::{Body, Socket, Tcp},
    proto::unix::{Kind, State},
};

/// `sockatmark(3)`; and as TIOCOUTQ, but only what was never sent (tcp(7)).
const SIOCATMARK: u64 = 0x8905;
const SIOCOUTQNSD: u64 = 0x894b;

impl Caller<'_> {
    /// FIONREAD (SIOCINQ), TIOCOUTQ (SIOCOUTQ), SIOCOUTQNSD, SIOCATMARK and FIONBIO. Any other request: ENOTTY.
    pub(crate) fn ioctl(&self, fd: i32, request: u64, arg: &mut [u8]) -> Result<i32> {
        let told =
            Told { call: "ioctl", numbers: [fd as u64, request, 0], text: || format!("ioctl({fd}, {request:#x})") };
        self.call(told, |world| {
            let id = self.socket(world, fd)?;
            let socket = &mut self.host_mut(world).sockets[id];
            let argument = arg.first_chunk_mut::<4>();
            let count = match request {
                libc::FIONBIO => {
                    let nonblocking = *argument.ok_or(Errno::EFAULT)? != [0; 4];
                    self.make_nonblocking(world, id, nonblocking);
                    return Ok(0);
                }
                libc::FIONREAD => unread(socket)?,
                libc::TIOCOUTQ => unacked(socket)?,
                SIOCOUTQNSD => unsent(socket)?,
                SIOCATMARK => at_mark(socket)?,
                _ => return Err(Errno::ENOTTY),
            };
            *argument.ok_or(Errno::EFAULT)? = (count.min(i32::MAX as usize) as i32).to_ne_bytes();
            Ok(0)
        })
    }
}

/// Bytes that can be read: of a stream all of them, of a datagram socket the first datagram's.
fn unread(socket: &mut Socket) -> Result<usize, Errno> {
    Ok(match &mut socket.body {
        Body::Tcp(Tcp::Connection { connection, .. }) => connection.unread(),
        // `tcp_ioctl`: a listener has nothing to read, ever.
        Body::Tcp(Tcp::Listening(_)) => return Err(Errno::EINVAL),
        Body::Tcp(Tcp::Closed) => 0,
        Body::Udp(udp) => udp.next_len(),
        Body::Unix(unix) if unix.state == State::Listening => return Err(Errno::EINVAL),
        Body::Unix(unix) => unix.unread(),
    })
}

fn unacked(socket: &Socket) -> Result<usize, Errno> {
    Ok(match &socket.body {
        Body::Tcp(Tcp::Connection { connection, .. }) => connection.unacked(),
        Body::Tcp(Tcp::Listening(_)) => return Err(Errno::EINVAL),
        Body::Tcp(Tcp::Closed) => socket.rest().unacked as usize,
        Body::Unix(unix) => unix.charged,
        Body::Udp(udp) => udp.unsent(),
    })
}

fn unsent(socket: &Socket) -> Result<usize, Errno> {
    Ok(match &socket.body {
        Body::Tcp(Tcp::Connection { connection, .. }) => connection.unsent(),
        Body::Tcp(Tcp::Listening(_)) => return Err(Errno::EINVAL),
        Body::Tcp(Tcp::Closed) => socket.rest().unsent as usize,
        // `udp_ioctl`, `unix_ioctl`
        Body::Udp(_) | Body::Unix(_) => return Err(Errno::ENOTTY),
    })
}

/// 1 if the urgent mark comes next.
fn at_mark(socket: &Socket) -> Result<usize, Errno> {
    match &socket.body {
        Body::Tcp(Tcp::Connection { connection, .. }) => Ok(connection.is_at_mark().into()),
        Body::Tcp(_) => Ok(0),
        // `unix_ioctl`: urgent data is a stream's; also of who has none.
        Body::Unix(unix) if unix.kind != Kind::Stream => Err(Errno::EOPNOTSUPP),
        Body::Unix(unix) => Ok(unix.is_at_mark().into()),
        Body::Udp(_) => Err(Errno::ENOTTY),
    }
}
