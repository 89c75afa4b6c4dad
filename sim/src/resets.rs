//! [`Resets`]: who was told by a RST that there is no such connection.

use std::{fmt, net::SocketAddr, sync::Arc};

use crate::world::{World, seal::Sealed};

/// The RST segments that the machines of a simulation send: made by [`Sim::watch_resets`](crate::Sim::watch_resets), and kept until they
/// are taken. Its clones are the same list.
///
/// ```
/// use wavetank_api::{Errno, TcpStream};
/// use wavetank_sim::Sim;
///
/// let sim = Sim::new(1);
/// let client = sim.host("client");
/// let resets = sim.watch_resets();
/// client.run(move |host| {
///     assert_eq!(TcpStream::connect(host, "127.0.0.1:7").unwrap_err(), Errno::ECONNREFUSED);
///     let (from, to) = resets.take()[0];
///     assert_eq!(from, "127.0.0.1:7".parse().unwrap());
///     assert_eq!(to.ip(), from.ip());
///     Ok(())
/// });
/// let report = sim.run();
/// assert!(report.is_ok(), "{report}");
/// ```
#[derive(Clone)]
pub struct Resets {
    world: Arc<Sealed<World>>,
}

impl Resets {
    /// From now on.
    pub(crate) fn new(world: &Arc<Sealed<World>>) -> Self {
        world.enter(|world| world.watch_resets());
        Self { world: Arc::clone(world) }
    }

    /// Those that were sent since the last time, in their order: from whom, to whom. What a link does with them is its own affair.
    pub fn take(&self) -> Vec<(SocketAddr, SocketAddr)> {
        self.world.enter(|world| world.take_resets())
    }
}

impl fmt::Debug for Resets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resets")
    }
}
