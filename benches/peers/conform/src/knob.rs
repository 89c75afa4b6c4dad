//! [`Knob`]: the options that tokio has methods for, on what has them.

use std::io;

use turmoil_net::shim::tokio::net::{TcpListener, TcpStream, UdpSocket};
use wavetank_api::c;

use crate::socket::State;

/// An option of a socket.
pub(crate) enum Knob<'a> {
    NoDelay(&'a TcpStream),
    StreamTtl(&'a TcpStream),
    ListenerTtl(&'a TcpListener),
    UdpTtl(&'a UdpSocket),
    Broadcast(&'a UdpSocket),
}

impl<'a> Knob<'a> {
    pub(crate) fn of(state: &'a State, level: i32, name: i32) -> Option<Self> {
        Some(match (state, level, name) {
            (State::Stream(stream), c::IPPROTO_TCP, c::TCP_NODELAY) => Self::NoDelay(stream),
            (State::Stream(stream), c::IPPROTO_IP, c::IP_TTL) => Self::StreamTtl(stream),
            (State::Listening(listener), c::IPPROTO_IP, c::IP_TTL) => Self::ListenerTtl(&listener.socket),
            (State::Udp(udp), c::IPPROTO_IP, c::IP_TTL) => Self::UdpTtl(udp),
            (State::Udp(udp), c::SOL_SOCKET, c::SO_BROADCAST) => Self::Broadcast(udp),
            _ => return None,
        })
    }

    /// Whether there is such a method for some socket.
    pub(crate) fn is_known(level: i32, name: i32) -> bool {
        [(c::IPPROTO_TCP, c::TCP_NODELAY), (c::IPPROTO_IP, c::IP_TTL), (c::SOL_SOCKET, c::SO_BROADCAST)]
            .contains(&(level, name))
    }

    pub(crate) fn get(&self) -> io::Result<u32> {
        match self {
            Self::NoDelay(stream) => stream.nodelay().map(u32::from),
            Self::StreamTtl(stream) => stream.ttl(),
            Self::ListenerTtl(listener) => listener.ttl(),
            Self::UdpTtl(udp) => udp.ttl(),
            Self::Broadcast(udp) => udp.broadcast().map(u32::from),
        }
    }

    pub(crate) fn set(&self, value: u32) -> io::Result<()> {
        match self {
            Self::NoDelay(stream) => stream.set_nodelay(value != 0),
            Self::StreamTtl(stream) => stream.set_ttl(value),
            Self::ListenerTtl(listener) => listener.set_ttl(value),
            Self::UdpTtl(udp) => udp.set_ttl(value),
            Self::Broadcast(udp) => udp.set_broadcast(value != 0),
        }
    }
}
