//! The complete table of `bind` conflicts: which second socket may have the port of a first one, and what it may do there.
//!
//! A cell is: the state of a first socket, where each of the two is bound, and which of SO_REUSEADDR and SO_REUSEPORT each has.
//! Its answer is what `bind` says to the second, and if that succeeds, what `listen` says, and what `connect` says. [`measure`] runs
//! cells on any [`Host`](wavetank_api::Host): on the operating system, and on the simulator, which must answer alike in every one.
//!
//! The rules (net/ipv4/inet_connection_sock.c `inet_csk_get_port`, inet_hashtables.c, `udp_lib_get_port`) are not repeated here:
//! nobody says what an answer should be but the kernel.
//!
//! Absent: SO_BINDTODEVICE, which divides ports by interface, and sockets of two users, between which SO_REUSEPORT does not
//! act. A simulated host has one user.

mod setup;
mod text;
mod worlds;

use wavetank_api::Errno;

pub use self::{
    setup::measure,
    worlds::{real, sim},
};

/// Where a socket is bound: of which family it is, and at which address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Place {
    /// `0.0.0.0`.
    V4Any,
    /// `127.0.0.1`.
    V4,
    /// `127.0.0.2`.
    V4Other,
    /// `::`, which covers IPv4. What connects, connects over IPv6.
    V6Any,
    /// `::`, which covers IPv4. What connects, connects over IPv4.
    V6AnyToV4,
    /// `::` with IPV6_V6ONLY.
    V6Only,
    /// `::1`.
    V6,
    /// An IPv6 address of the host besides `::1`.
    V6Other,
    /// `::ffff:0.0.0.0`.
    MappedAny,
    /// `::ffff:127.0.0.1`.
    Mapped,
}

impl Place {
    /// All of them, in the order of rows and columns.
    pub const ALL: [Self; 10] = [
        Self::V4Any,
        Self::V4,
        Self::V4Other,
        Self::V6Any,
        Self::V6AnyToV4,
        Self::V6Only,
        Self::V6,
        Self::V6Other,
        Self::MappedAny,
        Self::Mapped,
    ];
}

/// One of the two sockets, before it does anything.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Side {
    /// Where it is bound.
    pub place: Place,
    /// SO_REUSEADDR.
    pub reuseaddr: bool,
    /// SO_REUSEPORT.
    pub reuseport: bool,
}

impl Side {
    /// All of them, in the order of rows and columns.
    pub fn all() -> impl Iterator<Item = Self> {
        let options = [(false, false), (true, false), (false, true), (true, true)];
        Place::ALL.into_iter().flat_map(move |place| {
            options.into_iter().map(move |(reuseaddr, reuseport)| Self { place, reuseaddr, reuseport })
        })
    }
}

/// What the first socket has done when the second one comes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum State {
    /// Bound.
    Bound,
    /// Bound without options, which are set then.
    OptionsSetLater,
    /// Bound with the options, which are taken back then.
    OptionsTakenBack,
    /// Listening.
    Listening,
    /// Bound; it listens after the second one is bound, before that does anything else.
    ListensLater,
    /// It listened, and has left that by shutdown.
    StoppedListening,
    /// Bound and connecting: SYN_SENT.
    Connecting,
    /// Bound and connected.
    Connected,
    /// Connected without `bind`, or with IP_BIND_ADDRESS_NO_PORT: `connect` chose the port.
    ConnectChose,
    /// Accepted; the listener is closed.
    Accepted,
    /// Bound, connected, shut for writing; the peer has acknowledged the FIN.
    FinWait2,
    /// As [`Self::FinWait2`], and closed.
    FinWait2Closed,
    /// Bound, connected, and the peer has closed.
    CloseWait,
    /// Bound, connected, closed first.
    TimeWait,
    /// Connected at a port that `connect` chose, closed first.
    TimeWaitConnectChose,
    /// Accepted, closed first; the listener is closed.
    TimeWaitAccepted,
    /// Bound, connected, shut for writing before the peer closed; its descriptor is still there.
    TimeWaitOpen,
    /// Bound and connected, and the peer has reset the connection.
    Reset,
    /// A UDP socket, bound.
    UdpBound,
    /// A UDP socket, bound and connected.
    UdpConnected,
}

impl State {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 20] = [
        Self::Bound,
        Self::OptionsSetLater,
        Self::OptionsTakenBack,
        Self::Listening,
        Self::ListensLater,
        Self::StoppedListening,
        Self::Connecting,
        Self::Connected,
        Self::ConnectChose,
        Self::Accepted,
        Self::FinWait2,
        Self::FinWait2Closed,
        Self::CloseWait,
        Self::TimeWait,
        Self::TimeWaitConnectChose,
        Self::TimeWaitAccepted,
        Self::TimeWaitOpen,
        Self::Reset,
        Self::UdpBound,
        Self::UdpConnected,
    ];

    /// Whether it is about UDP, which does not listen, and connects without a conflict.
    pub fn is_udp(self) -> bool {
        matches!(self, Self::UdpBound | Self::UdpConnected)
    }
}

/// What the second socket is told. `None` is success; what `listen` and `connect` would say where `bind` fails is `None` too.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Answer {
    /// What `bind` says.
    pub bind: Option<Errno>,
    /// What `listen` says after `bind`.
    pub listen: Option<Errno>,
    /// What `connect` says after `bind`.
    pub connect: Option<Errno>,
}

/// The answers in one state: for each first socket those of every second, in the order of [`Side::all`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grid {
    /// What the first socket has done.
    pub state: State,
    answers: Vec<Vec<Answer>>,
}

impl Grid {
    /// The cells with their answers.
    pub fn cells(&self) -> impl Iterator<Item = (Side, Side, Answer)> {
        Side::all()
            .zip(&self.answers)
            .flat_map(|(first, row)| Side::all().zip(row).map(move |(second, answer)| (first, second, *answer)))
    }
}

/// The table as one world answers it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Table {
    /// A grid for each state.
    pub grids: Vec<Grid>,
}

/// Two worlds' tables beside each other.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a> {
    /// The operating system's.
    pub real: &'a Table,
    /// The simulator's.
    pub sim: &'a Table,
}

impl Beside<'_> {
    /// How many cells there are.
    pub fn cells(&self) -> usize {
        self.real.grids.iter().map(|grid| grid.cells().count()).sum()
    }

    /// The cells in which they differ, as text.
    pub fn differences(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (real, sim) in self.real.grids.iter().zip(&self.sim.grids) {
            for ((first, second, expected), (.., got)) in real.cells().zip(sim.cells()) {
                if expected != got {
                    found.push(format!("{}: first {first}, second {second}: real {expected}, sim {got}", real.state));
                }
            }
        }
        found
    }
}
