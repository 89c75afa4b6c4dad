//! `Read` and `Write` for sockets, and for what has one inside.

use std::io::{self, IoSlice, IoSliceMut, Read, Write};

use super::Socket;
use crate::{MsgFlags, Net, RecvMsg, SendMsg};

/// Implements `Read` and `Write` for a type whose shared reference has them already.
macro_rules! forward_read_write {
    ($type:ident) => {
        impl<N: Net> std::io::Read for $type<N> {
            #[inline]
            #[track_caller]
            fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
                std::io::Read::read(&mut &*self, buf)
            }

            #[inline]
            #[track_caller]
            fn read_vectored(&mut self, bufs: &mut [std::io::IoSliceMut<'_>]) -> std::io::Result<usize> {
                std::io::Read::read_vectored(&mut &*self, bufs)
            }

            #[inline]
            #[track_caller]
            fn read_exact(&mut self, buf: &mut [u8]) -> std::io::Result<()> {
                std::io::Read::read_exact(&mut &*self, buf)
            }

            #[track_caller]
            fn read_to_end(&mut self, buf: &mut Vec<u8>) -> std::io::Result<usize> {
                std::io::Read::read_to_end(&mut &*self, buf)
            }

            #[track_caller]
            fn read_to_string(&mut self, buf: &mut String) -> std::io::Result<usize> {
                std::io::Read::read_to_string(&mut &*self, buf)
            }
        }

        impl<N: Net> std::io::Write for $type<N> {
            #[inline]
            #[track_caller]
            fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
                std::io::Write::write(&mut &*self, data)
            }

            #[inline]
            #[track_caller]
            fn write_vectored(&mut self, bufs: &[std::io::IoSlice<'_>]) -> std::io::Result<usize> {
                std::io::Write::write_vectored(&mut &*self, bufs)
            }

            #[inline]
            #[track_caller]
            fn write_all(&mut self, data: &[u8]) -> std::io::Result<()> {
                std::io::Write::write_all(&mut &*self, data)
            }

            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
    };
}

/// Implements `Read` and `Write` for a wrapper and its shared reference by those of the socket inside.
macro_rules! read_write_by_socket {
    ($type:ident) => {
        impl<N: Net> std::io::Read for &$type<N> {
            #[inline]
            #[track_caller]
            fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
                std::io::Read::read(&mut &self.socket, buf)
            }

            #[inline]
            #[track_caller]
            fn read_vectored(&mut self, bufs: &mut [std::io::IoSliceMut<'_>]) -> std::io::Result<usize> {
                std::io::Read::read_vectored(&mut &self.socket, bufs)
            }

            #[inline]
            #[track_caller]
            fn read_exact(&mut self, buf: &mut [u8]) -> std::io::Result<()> {
                std::io::Read::read_exact(&mut &self.socket, buf)
            }

            #[track_caller]
            fn read_to_end(&mut self, buf: &mut Vec<u8>) -> std::io::Result<usize> {
                std::io::Read::read_to_end(&mut &self.socket, buf)
            }

            #[track_caller]
            fn read_to_string(&mut self, buf: &mut String) -> std::io::Result<usize> {
                std::io::Read::read_to_string(&mut &self.socket, buf)
            }
        }

        impl<N: Net> std::io::Write for &$type<N> {
            #[inline]
            #[track_caller]
            fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
                std::io::Write::write(&mut &self.socket, data)
            }

            #[inline]
            #[track_caller]
            fn write_vectored(&mut self, bufs: &[std::io::IoSlice<'_>]) -> std::io::Result<usize> {
                std::io::Write::write_vectored(&mut &self.socket, bufs)
            }

            #[inline]
            #[track_caller]
            fn write_all(&mut self, data: &[u8]) -> std::io::Result<()> {
                std::io::Write::write_all(&mut &self.socket, data)
            }

            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }

        $crate::socket::forward_read_write!($type);
    };
}

pub(crate) use {forward_read_write, read_write_by_socket};

/// Bytes that `read_to_end` makes room for at first, and at most: doubled whenever a read fills them.
const READ_ROOM_MIN: usize = 4 * 1024;
/// See [`READ_ROOM_MIN`].
const READ_ROOM_MAX: usize = 256 * 1024;

/// `read` is [`Socket::recv`]. What loops over it is written here and not left to `std`, so that a simulation reports the line of
/// its caller.
impl<N: Net> Read for &Socket<N> {
    #[inline]
    #[track_caller]
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        Ok(self.recv(buf)?)
    }

    #[inline]
    #[track_caller]
    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        Ok(self.recvmsg(&mut RecvMsg::new(bufs).without_addr(), MsgFlags::empty())?)
    }

    #[inline]
    #[track_caller]
    fn read_exact(&mut self, buf: &mut [u8]) -> io::Result<()> {
        let mut filled = 0;
        while filled < buf.len() {
            match self.recv(&mut buf[filled..])? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => filled += count,
            }
        }
        Ok(())
    }

    #[track_caller]
    fn read_to_end(&mut self, buf: &mut Vec<u8>) -> io::Result<usize> {
        let start = buf.len();
        let mut room = READ_ROOM_MIN;
        loop {
            let end = buf.len();
            buf.resize(end + room, 0);
            let count = self.recv(&mut buf[end..]);
            buf.truncate(end + count.as_ref().map_or(0, |count| *count));
            match count? {
                0 => return Ok(end - start),
                count if count == room => room = (room * 2).min(READ_ROOM_MAX),
                _ => {}
            }
        }
    }

    #[track_caller]
    fn read_to_string(&mut self, buf: &mut String) -> io::Result<usize> {
        let mut bytes = Vec::new();
        let count = self.read_to_end(&mut bytes)?;
        let text = String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        buf.push_str(&text);
        Ok(count)
    }
}

/// `write` is [`Socket::send`]. `write_all` sends until all is sent, each send with the mode's time for itself, as `std` does; it is
/// [`Socket::sendall`] that has one deadline.
impl<N: Net> Write for &Socket<N> {
    #[inline]
    #[track_caller]
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        Ok(self.send(data)?)
    }

    #[inline]
    #[track_caller]
    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        Ok(self.sendmsg(&SendMsg::new(bufs), MsgFlags::empty())?)
    }

    #[inline]
    #[track_caller]
    fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        let mut rest = data;
        while !rest.is_empty() {
            match self.send(rest)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => rest = &rest[count..],
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

forward_read_write!(Socket);
