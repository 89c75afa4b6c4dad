//! Descriptors over a UNIX socket: the two functions of the socket documentation that do by `sendmsg` and `recvmsg` what
//! [`Socket::send_fds`] and [`Socket::recv_fds`] do.

use std::io::{IoSlice, IoSliceMut};

use wavetank::control::cmsg_len;
use wavetank::{Host, MsgFlags, Net, RecvMsg, Result, SendMsg, Socket};

/// Sends a message with descriptors.
pub fn send_fds<H: Host>(socket: &Socket<H>, data: &[u8], fds: &[&<H as Net>::Fd]) -> Result<usize> {
    let bufs = [IoSlice::new(data)];
    socket.sendmsg(&SendMsg::new(&bufs).with_fds(fds), MsgFlags::empty())
}

/// Receives a message of at most `len` bytes and `max_fds` descriptors; whatever else comes beside it is ignored.
pub fn recv_fds<H: Host>(socket: &Socket<H>, len: usize, max_fds: usize) -> Result<(Vec<u8>, Vec<<H as Net>::Fd>)> {
    let mut data = vec![0; len];
    let mut bufs = [IoSliceMut::new(&mut data)];
    let mut control = vec![0; cmsg_len(max_fds * size_of::<i32>())?];
    let mut msg = RecvMsg::new(&mut bufs).with_control(&mut control);
    let count = socket.recvmsg(&mut msg, MsgFlags::empty())?;
    let fds = std::mem::take(&mut msg.fds);
    data.truncate(count);
    Ok((data, fds))
}

/// Hands one end of a new pair to whoever is at the other side, who writes to it; what arrives at the other end is returned.
pub fn hand_over<H: Host>(host: &H) -> Result<Vec<u8>> {
    let (here, there) = wavetank::socketpair(host)?;
    let (mine, yours) = wavetank::socketpair(host)?;
    let child = host.spawn("child", {
        let host = host.clone();
        move || {
            let (data, fds) = recv_fds(&there, 64, 4)?;
            for fd in fds {
                Socket::from_fd(&host, fd)?.sendall(&data)?;
            }
            Ok::<_, wavetank::Error>(())
        }
    });
    send_fds(&here, b"write this into what I give you", &[yours.fd()])?;
    drop(yours);
    let got = mine.recv_vec(64)?;
    child.join().expect("the child does not panic")?;
    Ok(got)
}
