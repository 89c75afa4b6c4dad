//! [`Place`] and [`Pair`]: sockets in the states that cases begin with.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wavetank_api::{
    Addr, Errno, Family, Host, MsgFlags, SockType, Socket,
    option::{Linger, SO_LINGER, SO_RCVBUF, SO_SNDBUF, SockOpt},
};

use crate::{
    bed::Bed,
    check::{Stop, fails},
};

type Result<T> = std::result::Result<T, Stop>;

/// A machine, and an address of it, for one side of a case.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a, H> {
    /// The machine.
    pub host: &'a H,
    /// What this run of the case is over.
    pub family: Family,
    /// An IPv4 address of the machine that no other case uses at the same time.
    pub v4: Ipv4Addr,
    /// An IPv6 address of the machine.
    pub v6: Ipv6Addr,
}

impl<H: Host> Place<'_, H> {
    /// The address of the family this run is over.
    pub fn ip(&self) -> IpAddr {
        if self.family == Family::INET6 { self.v6.into() } else { self.v4.into() }
    }

    /// That address with a port; 0 leaves the choice to `bind`.
    pub fn addr(&self, port: u16) -> Addr {
        Addr::from((self.ip(), port))
    }

    /// The wildcard of the family.
    pub fn any(&self, port: u16) -> Addr {
        if self.family == Family::INET6 { Addr::ANY_V6.with_port(port) } else { Addr::ANY_V4.with_port(port) }
    }

    /// A TCP socket, fresh.
    #[track_caller]
    pub fn tcp(&self) -> Result<Socket<H>> {
        self.tcp_of(self.family)
    }

    /// A TCP socket of that family, fresh.
    #[track_caller]
    pub fn tcp_of(&self, family: Family) -> Result<Socket<H>> {
        Ok(Socket::new(self.host, family, SockType::STREAM)?)
    }

    /// A TCP socket that has a port and does not listen: whoever connects to it is refused, and nobody else can get the port.
    #[track_caller]
    pub fn bound_tcp(&self) -> Result<Socket<H>> {
        let socket = self.tcp()?;
        socket.bind(&self.addr(0))?;
        Ok(socket)
    }

    /// A TCP socket that listens, with room for 16 connections.
    #[track_caller]
    pub fn listener(&self) -> Result<Socket<H>> {
        self.listener_with(16)
    }

    /// A TCP socket that listens with this backlog.
    #[track_caller]
    pub fn listener_with(&self, backlog: i32) -> Result<Socket<H>> {
        let socket = self.bound_tcp()?;
        socket.listen(backlog)?;
        Ok(socket)
    }

    /// A UDP socket, fresh.
    #[track_caller]
    pub fn udp(&self) -> Result<Socket<H>> {
        self.udp_of(self.family)
    }

    /// A UDP socket of that family, fresh.
    #[track_caller]
    pub fn udp_of(&self, family: Family) -> Result<Socket<H>> {
        Ok(Socket::new(self.host, family, SockType::DGRAM)?)
    }

    /// A UDP socket with a port.
    #[track_caller]
    pub fn bound_udp(&self) -> Result<Socket<H>> {
        let socket = self.udp()?;
        socket.bind(&self.addr(0))?;
        Ok(socket)
    }

    /// The address with a port that nobody has: asked for by its number, `bind` locks it to the socket.
    #[track_caller]
    pub fn free_addr(&self) -> Result<Addr> {
        Ok(self.bound_tcp()?.getsockname()?)
    }

    /// Two connected UNIX stream sockets.
    #[track_caller]
    pub fn unix(&self) -> Result<(Socket<H>, Socket<H>)> {
        Ok(Socket::pair(self.host, Family::UNIX, SockType::STREAM)?)
    }
}

/// A TCP connection, with the listener it came from.
#[derive(Debug)]
pub struct Pair<H: Host> {
    /// The side that connected.
    pub near: Socket<H>,
    /// The side that was accepted.
    pub far: Socket<H>,
    /// Still listening.
    pub listener: Socket<H>,
}

/// A TCP connection between the two places.
#[track_caller]
pub(crate) fn connected<B: Bed>(bed: &B) -> Result<Pair<B::Host>> {
    let listener = bed.far().listener()?;
    let near = bed.near().tcp()?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    Ok(Pair { near, far, listener })
}

/// A TCP connection that the far side has reset while the near side had nothing to read. The near side has not been told yet.
#[track_caller]
pub(crate) fn reset<B: Bed>(bed: &B) -> Result<Pair<B::Host>> {
    let Pair { near, far, listener } = connected(bed)?;
    abort(far)?;
    bed.settle();
    let far = listener.try_clone()?;
    Ok(Pair { near, far, listener })
}

/// Closes a connection with a RST: SO_LINGER with no time.
#[track_caller]
pub(crate) fn abort<H: Host>(socket: Socket<H>) -> Result<()> {
    const LINGER: SockOpt<Linger> = SO_LINGER;
    socket.setsockopt(LINGER, Some(std::time::Duration::ZERO))?;
    Ok(socket.close()?)
}

/// A socket whose handshake does not end, because the listener's queue is full and drops the SYN; with what keeps it so.
///
/// Both worlds have such a listener; a packet filter would need a privilege.
#[track_caller]
pub(crate) fn full_listener<B: Bed>(bed: &B) -> Result<Full<B::Host>> {
    let listener = bed.far().listener_with(0)?;
    let filler = bed.near().tcp()?;
    filler.connect(&listener.getsockname()?)?;
    bed.settle();
    let addr = listener.getsockname()?;
    Ok(Full { addr, listener, filler })
}

/// A listener whose queue is full.
pub(crate) struct Full<H: Host> {
    pub(crate) addr: Addr,
    pub(crate) listener: Socket<H>,
    /// The connection that fills it.
    pub(crate) filler: Socket<H>,
}

impl<H: Host> Full<H> {
    /// A socket in SYN_SENT, in non-blocking mode.
    #[track_caller]
    pub(crate) fn connecting<B: Bed<Host = H>>(&self, bed: &B) -> Result<Socket<H>> {
        let socket = bed.near().tcp()?;
        socket.setblocking(false)?;
        fails(socket.connect(&self.addr), Errno::EINPROGRESS)?;
        bed.settle();
        Ok(socket)
    }

    /// Keeps both alive to this line.
    pub(crate) fn done(self) {
        drop((self.listener, self.filler));
    }
}

/// What is there to read now.
#[track_caller]
pub(crate) fn there<H: Host>(socket: &Socket<H>) -> Result<usize> {
    let mut buf = vec![0; 1 << 20];
    match socket.recv_with(&mut buf, MsgFlags::DONTWAIT) {
        Ok(count) => Ok(count),
        Err(error) if error == Errno::EAGAIN => Ok(0),
        Err(error) => Err(error.into()),
    }
}

/// A connection with small buffers on both sides.
pub(crate) fn narrow<B: Bed>(bed: &B, sndbuf: i32, rcvbuf: i32) -> Result<Pair<B::Host>> {
    let listener = bed.far().bound_tcp()?;
    listener.setsockopt(SO_RCVBUF, rcvbuf)?;
    listener.listen(1)?;
    let near = bed.near().tcp()?;
    near.setsockopt(SO_SNDBUF, sndbuf)?;
    near.connect(&listener.getsockname()?)?;
    let (far, _) = listener.accept()?;
    Ok(Pair { near, far, listener })
}

/// A socket whose connect is under way.
#[track_caller]
pub(crate) fn connecting<H: Host>(socket: Socket<H>, addr: &Addr) -> Result<Socket<H>> {
    socket.setblocking(false)?;
    fails(socket.connect(addr), Errno::EINPROGRESS)?;
    Ok(socket)
}

/// Reads to the end; how much, and what that was: nothing, or an error.
pub(crate) fn drain<H: Host>(socket: &Socket<H>) -> (usize, Option<Errno>) {
    let mut got = 0;
    loop {
        match socket.recv(&mut [0; 8_192]) {
            Ok(0) => return (got, None),
            Ok(count) => got += count,
            Err(error) => return (got, error.errno()),
        }
    }
}

pub(crate) fn full_segment<B: Bed>(bed: &B) -> usize {
    if bed.family() == Family::INET { 1_448 } else { 1_428 }
}
