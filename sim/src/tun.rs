//! [`SimTun`]: the simulated internet's way out, as bytes.

use std::{fmt, sync::Arc, time::Duration};

use crate::{
    base::HostId,
    call::Caller,
    wire::Malformed,
    world::{World, seal::Sealed},
};

/// A TUN device: what machines send to its addresses comes out of it as bytes of IP packets, and such bytes can be sent into it.
///
/// As `/dev/net/tun` with `IFF_TUN | IFF_NO_PI`. Made by [`Sim::tun`](crate::Sim::tun). A handle may be cloned, and used inside any
/// process of the simulation as well as outside, between two calls of [`Sim::run_until`](crate::Sim::run_until).
///
/// ```
/// use wavetank_api::UdpSocket;
/// use wavetank_sim::Sim;
///
/// let sim = Sim::new(1);
/// let tun = sim.tun("tun0", &["192.0.2.0/24"]);
/// sim.host("client").run(move |host| {
///     let socket = UdpSocket::bind(host, "0.0.0.0:1000")?;
///     socket.send_to(b"ahoy", "192.0.2.1:7")?;
///     let mut packet = tun.recv(None).unwrap();
///     assert_eq!(&packet[28..], b"ahoy");
///
///     // Back to where it came from: neither sum changes when addresses and ports trade places.
///     let (src, dst) = (12..16, 16..20);
///     let sender: Vec<u8> = packet[src.clone()].to_vec();
///     packet.copy_within(dst.clone(), src.start);
///     packet[dst].copy_from_slice(&sender);
///     packet[20..24].rotate_left(2);
///     tun.send(&packet).unwrap();
///     let mut buf = [0; 9];
///     let (count, from) = socket.recv_from(&mut buf)?;
///     assert_eq!((&buf[..count], from), (&b"ahoy"[..], "192.0.2.1:7".parse().unwrap()));
///     Ok(())
/// });
/// assert!(sim.run().is_ok());
/// ```
#[derive(Clone)]
pub struct SimTun {
    pub(crate) world: Arc<Sealed<World>>,
    pub(crate) id: HostId,
}

impl SimTun {
    /// write(2) on the device: one IP packet, which the machine that has its destination takes before this returns, unless the
    /// link between them has a delay.
    ///
    /// A packet to nobody is lost.
    ///
    /// # Errors
    /// What no machine could take, with the reason. It is dropped, and counted as
    /// [`DropReason::Malformed`](crate::DropReason::Malformed): to the machines it is as if it had not been sent.
    pub fn send(&self, packet: &[u8]) -> Result<(), Malformed> {
        match self.caller() {
            Some(caller) => caller.tun_write(self.id, packet),
            None => self.world.enter(|world| world.enter_by_tun(self.id, packet)),
        }
    }

    /// read(2) on the device: the oldest packet, for which a process waits at most this long in virtual time; without a timeout
    /// for ever, with one of zero not at all. `None` if the time is over.
    ///
    /// # Panics
    /// If it would have to wait outside of a process.
    #[track_caller]
    pub fn recv(&self, timeout: Option<Duration>) -> Option<Vec<u8>> {
        match self.caller() {
            Some(caller) => caller.tun_read(self.id, timeout).ok(),
            None => {
                let packet = self.world.enter(|world| world.topology.tun_mut(self.id)?.read());
                let waits = packet.is_none() && timeout.is_none_or(|timeout| !timeout.is_zero());
                assert!(
                    !waits,
                    "no packet has come out of {self:?}, and outside of a process time does not pass: call recv with a timeout of \
                     zero, and Sim::run_until between two of them"
                );
                packet
            }
        }
    }

    /// How many packets wait to be read. There is room for 500; more are dropped, as
    /// [`DropReason::QueueFull`](crate::DropReason::QueueFull).
    pub fn pending(&self) -> usize {
        self.world.enter(|world| world.topology.tun_mut(self.id).map_or(0, |tun| tun.pending()))
    }

    /// The name it was given.
    pub fn name(&self) -> String {
        self.world.enter(|world| world.topology.tun_mut(self.id).map_or_else(String::new, |tun| (*tun.name).to_owned()))
    }

    /// The running process; `None` outside.
    fn caller(&self) -> Option<Caller<'_>> {
        let (host, program) = self.world.enter(|world| {
            let task = world.tasks.get(world.current?);
            Some((task.host, task.program))
        })?;
        Some(Caller { world: &self.world, host, program })
    }
}

impl fmt::Debug for SimTun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SimTun({:?})", self.name())
    }
}
