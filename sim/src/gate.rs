//! [`Gate`]: a partition that is moved by hand.

use std::{fmt, sync::Arc};

use crate::world::{World, seal::Sealed};

/// What becomes of packets on their way from one machine to another: they pass, are lost in silence, or are refused as by a
/// router. Made by [`Sim::gate`](crate::Sim::gate); any program may move it, and its clones are the same gate.
///
/// ```
/// use std::time::Duration;
/// use wavetank_api::{Errno, Host, TcpListener, TcpStream};
/// use wavetank_sim::Sim;
///
/// let sim = Sim::new(1);
/// let (server, client) = (sim.host("server"), sim.host("client"));
/// let gate = sim.gate(&client, &server);
/// server.serve(|host| {
///     let listener = TcpListener::bind(host, "0.0.0.0:7")?;
///     loop {
///         listener.accept()?;
///     }
/// });
/// client.run(move |host| {
///     host.sleep(Duration::from_secs(1));
///     gate.reject();
///     assert_eq!(TcpStream::connect(host, "10.0.0.1:7").unwrap_err(), Errno::EHOSTUNREACH);
///     gate.open();
///     TcpStream::connect(host, ("server", 7)).map(drop)
/// });
/// let report = sim.run();
/// assert!(report.is_ok(), "{report}");
/// ```
#[derive(Clone)]
pub struct Gate {
    world: Arc<Sealed<World>>,
    /// Of its partition.
    index: u32,
}

impl Gate {
    pub(crate) fn new(world: &Arc<Sealed<World>>, index: u32) -> Self {
        Self { world: Arc::clone(world), index }
    }

    /// Packets pass, from now on.
    pub fn open(&self) {
        self.set(false, false);
    }

    /// Packets are lost, those that are under way too, and nobody is told.
    pub fn close(&self) {
        self.set(true, false);
    }

    /// Packets are lost, and who sends one is told by ICMP, as by a Linux router with an unreachable route: host unreachable over IPv4, no
    /// route over IPv6.
    pub fn reject(&self) {
        self.set(true, true);
    }

    fn set(&self, active: bool, tells: bool) {
        self.world.enter(|world| world.move_partition(self.index, active, tells));
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gate({})", self.index)
    }
}
