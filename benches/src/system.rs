//! One `send` and one `recv` of 64 bytes on the operating system: bare, and through the contract.
//!
//! The difference of the two is what the contract costs. Both talk to themselves on one thread, so no call ever waits.
//! Read `PERFORMANCE.md` for what other wrappers cost.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;

use wavetank_api::{Family, Result, SockType, Socket};
use wavetank_real::Machine;

use crate::talk::MESSAGE_BYTES;

/// What is sent.
pub type Message = [u8; MESSAGE_BYTES];

/// Which kind of socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Two connected UDP sockets on loopback.
    Udp,
    /// A UNIX stream pair.
    Unix,
}

/// Two connected sockets, through the contract.
#[derive(Debug)]
pub struct Contract {
    left: Socket<Machine>,
    right: Socket<Machine>,
}

impl Contract {
    /// A connected pair.
    ///
    /// # Errors
    /// Those of the system.
    pub fn new(kind: Kind) -> Result<Self> {
        let machine = Machine::this();
        let (left, right) = match kind {
            Kind::Udp => {
                let udp = || Socket::new(&machine, Family::INET, SockType::DGRAM);
                let (left, right) = (udp()?, udp()?);
                for socket in [&left, &right] {
                    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
                }
                left.connect(&right.getsockname()?)?;
                right.connect(&left.getsockname()?)?;
                (left, right)
            }
            Kind::Unix => Socket::pair(&machine, Family::UNIX, SockType::STREAM)?,
        };
        Ok(Self { left, right })
    }

    /// Sends `message` at one end and receives it at the other.
    ///
    /// # Errors
    /// Those of the system.
    #[inline]
    pub fn exchange(&self, message: &Message, echo: &mut Message) -> Result<()> {
        self.left.send(message)?;
        self.right.recv(echo)?;
        Ok(())
    }
}

/// Two connected sockets, by their bare descriptors.
#[derive(Debug)]
pub struct Bare {
    left: OwnedFd,
    right: OwnedFd,
}

impl Bare {
    /// A connected pair.
    ///
    /// # Errors
    /// Those of the system.
    pub fn new(kind: Kind) -> io::Result<Self> {
        Ok(match kind {
            Kind::Udp => {
                let left = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
                let right = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
                left.connect(right.local_addr()?)?;
                right.connect(left.local_addr()?)?;
                Self { left: left.into(), right: right.into() }
            }
            Kind::Unix => {
                let (left, right) = UnixStream::pair()?;
                Self { left: left.into(), right: right.into() }
            }
        })
    }

    /// Sends `message` at one end and receives it at the other.
    ///
    /// # Errors
    /// Those of the system.
    #[inline]
    pub fn exchange(&self, message: &Message, echo: &mut Message) -> io::Result<()> {
        send(&self.left, message)?;
        recv(&self.right, echo)?;
        Ok(())
    }
}

/// `send(2)` as a program calls it that wants to be right: no SIGPIPE, the answer looked at, once more after a signal.
#[expect(unsafe_code, reason = "the yardstick is the bare call")]
#[inline]
fn send(fd: &OwnedFd, data: &[u8]) -> io::Result<usize> {
    loop {
        // SAFETY: the pointer and the length are those of a live slice, which the call only reads.
        let sent = unsafe { libc::send(fd.as_raw_fd(), data.as_ptr().cast(), data.len(), libc::MSG_NOSIGNAL) };
        if sent >= 0 {
            return Ok(sent as usize);
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// `recv(2)`, likewise.
#[expect(unsafe_code, reason = "the yardstick is the bare call")]
#[inline]
fn recv(fd: &OwnedFd, buf: &mut [u8]) -> io::Result<usize> {
    loop {
        // SAFETY: the pointer and the length are those of a live slice that nobody else uses during the call.
        let received = unsafe { libc::recv(fd.as_raw_fd(), buf.as_mut_ptr().cast(), buf.len(), 0) };
        if received >= 0 {
            return Ok(received as usize);
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}
