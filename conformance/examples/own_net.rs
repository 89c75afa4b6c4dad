//! Somebody's stack, held against Linux: cargo run -p wavetank-conformance --example own_net -- [PART OF A CASE'S NAME].
//!
//! The stack here is the simulator's with one fault put into it: who looks at what has come without taking it (`MSG_PEEK`) takes it.
//! Everything else a third party would write in the same way: [`Net`] and [`Host`] for his own machine, a [`Bed`] of one or two such
//! machines for a case, and a [`Subject`] that makes the beds.

use std::{net::Ipv6Addr, process::ExitCode, sync::mpsc};

use wavetank_api::{Host, MsgFlags, Net, RecvMsg, Result};
use wavetank_conformance::{Bed, DIFFERENCES, Outcome, Place, Runner, Stop, Subject, Trial, Way, World, forward};
use wavetank_sim::{Sim, SimHost};

/// What the results call it.
pub const WORLD: World = World::Other("forgetful");

/// A machine whose `MSG_PEEK` is forgotten on the way.
#[derive(Clone, Debug)]
pub struct Forgetful {
    inner: SimHost,
}

impl Net for Forgetful {
    type Fd = <SimHost as Net>::Fd;

    fn recv(&self, fd: &Self::Fd, buf: &mut [u8], flags: MsgFlags) -> Result<usize> {
        self.inner.recv(fd, buf, flags.difference(MsgFlags::PEEK))
    }

    fn recvmsg(&self, fd: &Self::Fd, msg: &mut RecvMsg<'_, '_, Self::Fd>, flags: MsgFlags) -> Result<usize> {
        self.inner.recvmsg(fd, msg, flags.difference(MsgFlags::PEEK))
    }

    // What a stack of one's own would have in place of this: every call of the socket API.
    forward! {
        inner:
        socket, socketpair, bind, listen, accept, connect, getsockname, getpeername, sendmsg, send, sendfile, getsockopt, setsockopt,
        setsockopt_null, shutdown, dup, close, nonblocking, set_nonblocking, inheritable, set_inheritable, default_timeout,
        set_default_timeout, ioctl, poll, monotonic, getaddrinfo, getnameinfo, gethostbyname_ex, gethostbyaddr, getservbyname,
        getservbyport, getprotobyname, gethostname, sethostname, if_nameindex, if_nametoindex, if_indextoname,
    }
}

impl Host for Forgetful {
    type EventCount = <SimHost as Host>::EventCount;

    forward! { inner: wall_clock, sleep, spawn, random, event_count }
}

/// One machine: both sides of a case are on its loopback. What it does not say of itself the cases that ask for it are skipped for.
#[derive(Debug)]
pub struct OneMachine {
    host: Forgetful,
    way: Way,
}

impl Bed for OneMachine {
    type Host = Forgetful;

    fn near(&self) -> Place<'_, Forgetful> {
        Place { host: &self.host, family: self.way.family, v4: [127, 0, 0, 1].into(), v6: Ipv6Addr::LOCALHOST }
    }

    fn far(&self) -> Place<'_, Forgetful> {
        Place { v4: [127, 0, 0, 2].into(), ..self.near() }
    }

    fn way(&self) -> Way {
        self.way
    }
}

/// Boots a machine for each run of a case.
#[derive(Clone, Copy, Debug)]
pub struct ForgetfulStack;

impl Subject for ForgetfulStack {
    type Bed = OneMachine;

    fn world(&self) -> World {
        WORLD
    }

    fn run(&self, trial: Trial<OneMachine>) -> Outcome {
        let (tell, told) = mpsc::channel();
        let sim = Sim::new(1);
        sim.host("machine").run(move |host| {
            let bed = OneMachine { host: Forgetful { inner: host.clone() }, way: trial.way };
            drop(tell.send(trial.run_on_loopback(&bed)));
            Ok(())
        });
        let report = sim.run();
        // A case that is blocked for ever has said nothing.
        told.try_recv().unwrap_or_else(|_| Err(Stop::Failed(report.to_string())))
    }

    /// Its time is virtual: nobody is disturbed by others, and nobody waits.
    fn is_in_real_time(&self) -> bool {
        false
    }
}

/// All cases on it, but for what it does otherwise on purpose: the size that a connection's buffers grow to, and what is
/// [permitted](DIFFERENCES) to the simulator below.
pub fn runner() -> Runner {
    let grows = "its buffers grow otherwise than Linux's, as those of the simulator below do";
    let runner =
        Runner::of(ForgetfulStack).permit("options::table::socket", grows).permit("options::table::tcp", grows);
    DIFFERENCES
        .iter()
        .filter(|difference| difference.world == World::Sim)
        .fold(runner, |runner, difference| runner.permit(difference.case, difference.reason))
}

fn main() -> ExitCode {
    let results = runner().filter(std::env::args().nth(1).as_deref()).run(|_| ());
    println!("{results}\n{}", results.by_topic());
    results.exit_code()
}
