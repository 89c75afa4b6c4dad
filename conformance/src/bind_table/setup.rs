//! Brings the two sockets of a cell about, and asks.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    net::{Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use wavetank_api::{
    Addr, Errno, Family, Host, Shutdown, SockType, Socket,
    option::{IPV6_V6ONLY, Linger, SO_LINGER, SO_REUSEADDR, SO_REUSEPORT, SockOpt},
};

use super::{Answer, Grid, Place, Side, State, Table};
use crate::check::Stop;

type Result<T> = std::result::Result<T, Stop>;

/// Asks every cell of these states. The host has to be nobody else's: ports from 1,000 on are taken one after the other, those
/// that `connect` chooses being above. `v6` is an address of the host besides `::1`.
pub fn measure<H: Host>(host: &H, v6: Ipv6Addr, states: &[State]) -> Result<Table> {
    let grids = states.iter().map(|&state| Stand::new(host, v6)?.grid(state)).collect::<Result<_>>()?;
    Ok(Table { grids })
}

/// What the cells of a state share: listeners that anybody can connect to.
struct Stand<'a, H: Host> {
    host: &'a H,
    v6: Ipv6Addr,
    /// Listening, at `127.0.0.1` and `::1`.
    hubs: [Socket<H>; 2],
    /// Their queue is full: who connects stays in SYN_SENT.
    deaf: [Socket<H>; 2],
    fillers: Vec<Socket<H>>,
    /// The ports that `connect` has chosen for cells.
    chosen: RefCell<BTreeSet<u16>>,
    /// The port of the last cell.
    port: Cell<u16>,
}

/// A first socket, and whoever else has to live as long.
struct First<H: Host> {
    port: u16,
    sockets: Vec<Socket<H>>,
}

/// The second socket's options and calls, or what it was told.
enum Second<H: Host> {
    Bound(Socket<H>),
    Refused(Option<Errno>),
}

impl<'a, H: Host> Stand<'a, H> {
    fn new(host: &'a H, v6: Ipv6Addr) -> Result<Self> {
        // All at ports of their own: one that `connect` chose here could be what it chooses for a cell in the other family.
        let (v4, v6_loopback) = (Addr::v4(Ipv4Addr::LOCALHOST, 0), Addr::v6(Ipv6Addr::LOCALHOST, 0));
        let bound = |addr: &Addr, port| -> Result<Socket<H>> {
            let socket = Socket::new(host, addr.family(), SockType::STREAM)?;
            socket.bind(&addr.clone().with_port(port))?;
            Ok(socket)
        };
        let listener = |addr, port, backlog| -> Result<Socket<H>> {
            let socket = bound(addr, port)?;
            socket.listen(backlog)?;
            Ok(socket)
        };
        let hubs = [listener(&v4, 901, 100)?, listener(&v6_loopback, 902, 100)?];
        let deaf = [listener(&v4, 903, 0)?, listener(&v6_loopback, 904, 0)?];
        let mut fillers = Vec::new();
        for ((deaf, addr), port) in deaf.iter().zip([&v4, &v6_loopback]).zip([905, 906]) {
            let filler = bound(addr, port)?;
            filler.connect(&deaf.getsockname()?)?;
            fillers.push(filler);
        }
        Ok(Self { host, v6, hubs, deaf, fillers, chosen: RefCell::default(), port: Cell::new(1000) })
    }

    fn grid(self, state: State) -> Result<Grid> {
        let row = |first| Side::all().map(|second| self.answer(state, first, second)).collect::<Result<_>>();
        let answers = Side::all().map(row).collect::<Result<_>>()?;
        for socket in self.hubs.into_iter().chain(self.deaf).chain(self.fillers) {
            vanish(socket)?;
        }
        Ok(Grid { state, answers })
    }

    fn answer(&self, state: State, first: Side, second: Side) -> Result<Answer> {
        let kind = if state.is_udp() { SockType::DGRAM } else { SockType::STREAM };
        let listen = self.ask(state, first, second, kind, |socket| match kind {
            SockType::STREAM => Ok(socket.listen(5).err().map(errno)),
            _ => Ok(None),
        })?;
        if listen.bind.is_some() {
            return Ok(listen);
        }
        let connect = self.ask(state, first, second, kind, |socket| {
            let result = socket.connect(&self.peer(&self.hubs, second.place)?).err().map(errno);
            if result.is_none() && kind == SockType::STREAM {
                vanish(self.hub(second.place).accept()?.0)?;
            }
            Ok(result)
        })?;
        Ok(Answer { bind: None, listen: listen.listen, connect: connect.listen })
    }

    /// Makes the two sockets, and does `act` with the second if it could be bound; what it says stands under `listen`.
    fn ask(
        &self,
        state: State,
        first: Side,
        second: Side,
        kind: SockType,
        act: impl FnOnce(&Socket<H>) -> Result<Option<Errno>>,
    ) -> Result<Answer> {
        let first = self.first(state, first, kind)?;
        let mut answer = Answer::default();
        match self.second(second, kind, first.port)? {
            Second::Refused(errno) => answer.bind = errno,
            Second::Bound(socket) => {
                if state == State::ListensLater {
                    // It may, though the second one is there, as neither listens yet. Where a kernel does not let it (6.1, if both
                    // are at 0.0.0.0), what the second one may do tells.
                    let _ = first.sockets[0].listen(5);
                }
                answer.listen = act(&socket)?;
                vanish(socket)?;
            }
        }
        first.sockets.into_iter().try_for_each(vanish)?;
        Ok(answer)
    }

    /// The second socket, if it can be bound.
    fn second(&self, side: Side, kind: SockType, port: u16) -> Result<Second<H>> {
        let socket = self.socket(side, kind)?;
        match socket.bind(&self.addr(side.place, port)) {
            Ok(()) => Ok(Second::Bound(socket)),
            Err(error) => Ok(Second::Refused(Some(errno(error)))),
        }
    }

    fn first(&self, state: State, side: Side, kind: SockType) -> Result<First<H>> {
        let port = self.next_port();
        let bound = || -> Result<Socket<H>> {
            let socket = self.socket(side, kind)?;
            socket.bind(&self.addr(side.place, port))?;
            Ok(socket)
        };
        let connected = || {
            let near = bound()?;
            self.meet(near, side.place)
        };
        let mut at = port;
        let sockets = match state {
            State::Bound | State::ListensLater | State::UdpBound => vec![bound()?],
            State::OptionsSetLater => {
                let plain = Side { reuseaddr: false, reuseport: false, ..side };
                let socket = self.socket(plain, kind)?;
                socket.bind(&self.addr(side.place, port))?;
                set_options(&socket, side)?;
                vec![socket]
            }
            State::OptionsTakenBack => {
                let socket = bound()?;
                set_options(&socket, Side { reuseaddr: false, reuseport: false, ..side })?;
                vec![socket]
            }
            State::Listening => {
                let socket = bound()?;
                socket.listen(5)?;
                vec![socket]
            }
            State::StoppedListening => {
                let socket = bound()?;
                socket.listen(5)?;
                socket.shutdown(Shutdown::Read)?;
                vec![socket]
            }
            State::Connecting => {
                let socket = bound()?;
                socket.setblocking(false)?;
                match socket.connect(&self.peer(&self.deaf, side.place)?).err() {
                    Some(error) if error == Errno::EINPROGRESS => {}
                    other => return Err(Stop::failed(&format!("a socket for SYN_SENT: {other:?}"))),
                }
                vec![socket]
            }
            State::UdpConnected => {
                let socket = bound()?;
                socket.connect(&self.peer(&self.hubs, side.place)?)?;
                vec![socket]
            }
            State::Connected => connected()?.into(),
            State::ConnectChose => {
                let (pair, port) = self.meet_by_choice(side)?;
                at = port;
                pair.into()
            }
            State::Accepted => self.serve(bound()?, side.place)?.into(),
            State::FinWait2 | State::FinWait2Closed => {
                let [near, far] = connected()?;
                near.shutdown(Shutdown::Write)?;
                // The acknowledgement of the FIN would wait for 40 ms; so it rides on a byte.
                far.send(b"x")?;
                near.recv(&mut [0])?;
                if state == State::FinWait2 { vec![near, far] } else { vec![far] }
            }
            State::CloseWait => {
                let [near, far] = connected()?;
                far.close()?;
                vec![near]
            }
            State::TimeWait => over(connected()?)?,
            State::TimeWaitConnectChose => {
                let (pair, port) = self.meet_by_choice(side)?;
                at = port;
                over(pair)?
            }
            State::TimeWaitAccepted => over(self.serve(bound()?, side.place)?)?,
            State::TimeWaitOpen => {
                let [near, far] = connected()?;
                near.shutdown(Shutdown::Write)?;
                far.close()?;
                vec![near]
            }
            State::Reset => {
                let [near, far] = connected()?;
                vanish(far)?;
                vec![near]
            }
        };
        Ok(First { port: at, sockets })
    }

    /// Connects to a hub; both ends.
    fn meet(&self, near: Socket<H>, place: Place) -> Result<[Socket<H>; 2]> {
        near.connect(&self.peer(&self.hubs, place)?)?;
        let (far, _) = self.hub(place).accept()?;
        Ok([near, far])
    }

    /// Connects to a hub from a port that `connect` chooses, and no cell has had: it would choose the port of a connection that
    /// another cell has left in TIME_WAIT at another address.
    fn meet_by_choice(&self, side: Side) -> Result<([Socket<H>; 2], u16)> {
        loop {
            let pair = self.meet(self.portless(side)?, side.place)?;
            let port = pair[0].getsockname()?.port().unwrap_or(0);
            if self.chosen.borrow_mut().insert(port) {
                return Ok((pair, port));
            }
            pair.into_iter().try_for_each(vanish)?;
        }
    }

    /// Makes a server of a bound socket that accepts one connection and listens no more; the server's end comes first.
    fn serve(&self, listener: Socket<H>, place: Place) -> Result<[Socket<H>; 2]> {
        listener.listen(5)?;
        let (ip, port) = (self.reached(place), listener.getsockname()?.port().unwrap_or(0));
        let client = Socket::new(self.host, ip.family(), SockType::STREAM)?;
        client.connect(&ip.with_port(port))?;
        let (server, _) = listener.accept()?;
        listener.close()?;
        Ok([server, client])
    }

    /// A socket that has an address if its place is one, but no port.
    fn portless(&self, side: Side) -> Result<Socket<H>> {
        let socket = self.socket(side, SockType::STREAM)?;
        if !matches!(side.place, Place::V4Any | Place::V6Any | Place::V6AnyToV4 | Place::V6Only) {
            socket.setsockopt(BIND_ADDRESS_NO_PORT, true)?;
            socket.bind(&self.addr(side.place, 0))?;
        }
        Ok(socket)
    }

    fn socket(&self, side: Side, kind: SockType) -> Result<Socket<H>> {
        let v4 = matches!(side.place, Place::V4Any | Place::V4 | Place::V4Other);
        let socket = Socket::new(self.host, if v4 { Family::INET } else { Family::INET6 }, kind)?;
        set_options(&socket, side)?;
        if !v4 {
            socket.setsockopt(IPV6_V6ONLY, side.place == Place::V6Only)?;
        }
        Ok(socket)
    }

    fn addr(&self, place: Place, port: u16) -> Addr {
        match place {
            Place::V4Any => Addr::ANY_V4.with_port(port),
            Place::V4 => Addr::v4(Ipv4Addr::LOCALHOST, port),
            Place::V4Other => Addr::v4(Ipv4Addr::new(127, 0, 0, 2), port),
            Place::V6Any | Place::V6AnyToV4 | Place::V6Only => Addr::ANY_V6.with_port(port),
            Place::V6 => Addr::v6(Ipv6Addr::LOCALHOST, port),
            Place::V6Other => Addr::v6(self.v6, port),
            Place::MappedAny => Addr::v6(Ipv4Addr::UNSPECIFIED.to_ipv6_mapped(), port),
            Place::Mapped => Addr::v6(Ipv4Addr::LOCALHOST.to_ipv6_mapped(), port),
        }
    }

    /// The address at which somebody who is bound there is reached.
    fn reached(&self, place: Place) -> Addr {
        match place {
            Place::V4Any | Place::V4 | Place::V6AnyToV4 | Place::MappedAny | Place::Mapped => {
                Addr::v4(Ipv4Addr::LOCALHOST, 0)
            }
            Place::V6Any | Place::V6Only | Place::V6 => Addr::v6(Ipv6Addr::LOCALHOST, 0),
            Place::V4Other | Place::V6Other => self.addr(place, 0),
        }
    }

    fn hub(&self, place: Place) -> &Socket<H> {
        &self.hubs[usize::from(is_six(place))]
    }

    /// The address of one of the pair, as somebody who is bound there writes it.
    fn peer(&self, pair: &[Socket<H>; 2], place: Place) -> Result<Addr> {
        let addr = pair[usize::from(is_six(place))].getsockname()?;
        let mapped = matches!(place, Place::V6AnyToV4 | Place::MappedAny | Place::Mapped);
        let port = addr.port().unwrap_or(0);
        Ok(if mapped { Addr::v6(Ipv4Addr::LOCALHOST.to_ipv6_mapped(), port) } else { addr })
    }

    fn next_port(&self) -> u16 {
        self.port.set(self.port.get() + 1);
        self.port.get()
    }
}

const BIND_ADDRESS_NO_PORT: SockOpt<bool> = SockOpt::new(libc_names::IPPROTO_IP, libc_names::IP_BIND_ADDRESS_NO_PORT);

/// Of include/uapi/linux/in.h.
mod libc_names {
    pub(super) const IPPROTO_IP: i32 = 0;
    pub(super) const IP_BIND_ADDRESS_NO_PORT: i32 = 24;
}

/// Connects over IPv6.
fn is_six(place: Place) -> bool {
    matches!(place, Place::V6Any | Place::V6Only | Place::V6 | Place::V6Other)
}

fn set_options<H: Host>(socket: &Socket<H>, side: Side) -> Result<()> {
    socket.setsockopt(SO_REUSEADDR, side.reuseaddr)?;
    Ok(socket.setsockopt(SO_REUSEPORT, side.reuseport)?)
}

/// Ends a connection in order; who stands first closes first and has the TIME_WAIT.
fn over<H: Host>([first, second]: [Socket<H>; 2]) -> Result<Vec<Socket<H>>> {
    first.close()?;
    second.close()?;
    Ok(Vec::new())
}

/// Closes a socket so that nothing of it stays: a connection is reset.
fn vanish<H: Host>(socket: Socket<H>) -> Result<()> {
    const LINGER: SockOpt<Linger> = SO_LINGER;
    socket.setsockopt(LINGER, Some(Duration::ZERO))?;
    Ok(socket.close()?)
}

fn errno(error: wavetank_api::Error) -> Errno {
    error.errno().unwrap_or(Errno::EIO)
}
