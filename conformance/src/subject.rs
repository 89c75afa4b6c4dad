//! [`Subject`]: an implementation of `Net` and `Host` that the suite is run on; [`Trial`]: one run of a case there.

use crate::{
    bed::{Bed, Capability, Way},
    case::{Case, World},
    check::{Outcome, Stop},
    need::Need,
};

use wavetank_api::Family;

/// What shows a case on a bed.
pub(crate) type Function<B> = fn(&B) -> Outcome;

/// An implementation of [`Net`](wavetank_api::Net) and [`Host`](wavetank_api::Host) that cases are run on: it makes a [`Bed`] for each
/// run of a case, and runs it there.
///
/// This machine and the simulator are two of them; [`Runner::of`](crate::Runner::of) takes any other. The chapter "Hold your own
/// implementation against Linux" of `conformance/README.md` tells the rest, and `conformance/examples/own_net.rs` is a whole one.
///
/// ```
/// # use wavetank_conformance::{Bed, Outcome, Place, Side, Subject, Trial, Way, World};
/// # use wavetank_sim::{Sim, SimHost as MyHost};
/// # use std::net::Ipv6Addr;
/// struct MyBed {
///     host: MyHost,
///     way: Way,
/// }
///
/// impl Bed for MyBed {
///     type Host = MyHost;
///
///     fn near(&self) -> Place<'_, MyHost> {
///         Place { host: &self.host, family: self.way.family, v4: [127, 0, 0, 1].into(), v6: Ipv6Addr::LOCALHOST }
///     }
///
///     fn far(&self) -> Place<'_, MyHost> {
///         Place { v4: [127, 0, 0, 2].into(), ..self.near() }
///     }
///
///     fn way(&self) -> Way {
///         self.way
///     }
/// }
///
/// struct Mine;
///
/// impl Subject for Mine {
///     type Bed = MyBed;
///
///     fn world(&self) -> World {
///         World::Other("mine")
///     }
///
///     fn run(&self, trial: Trial<MyBed>) -> Outcome {
/// #       let (tell, told) = std::sync::mpsc::channel();
/// #       let sim = Sim::new(1);
/// #       sim.host("here").run(move |host| {
/// #           let boot = || host.clone();
///         let outcome = trial.run_on_loopback(&MyBed { host: boot(), way: trial.way });
/// #           drop(tell.send(outcome));
/// #           Ok(())
/// #       });
/// #       sim.run();
/// #       let outcome = told.recv().unwrap();
///         outcome
///     }
/// }
///
/// # use wavetank_conformance::{Runner, Verdict};
/// let results = Runner::of(Mine).filter(Some("accept::in_order_of_arrival")).run(|_| ());
/// assert!(results.is_ok(), "{results}");
/// assert_eq!(results.count(World::Other("mine"), Verdict::Passed), 1);
/// ```
pub trait Subject: Send + Sync + 'static {
    /// What it makes ready for a run.
    type Bed: Bed;

    /// What the results call it.
    fn world(&self) -> World;

    /// Makes a bed for a run of a case, and runs it there: [`Trial::run`]. Where a bed cannot be made, [`Stop::Skipped`] says why.
    ///
    /// It is called on a thread of its own, which may panic, and which is left to itself when the [patience](crate::Runner::patience)
    /// is over.
    ///
    /// # Errors
    ///
    /// How the case ended, if it did not end well.
    fn run(&self, trial: Trial<Self::Bed>) -> Outcome;

    /// How many cases run at the same time, unless the runner is told otherwise: as many as there are processors.
    fn jobs(&self) -> usize {
        std::thread::available_parallelism().map_or(1, Into::into)
    }

    /// Whether a second of the cases is a second of this machine's, which others use too. If so, a case that failed is tried again
    /// while no other runs, and one that waits for many seconds is run only if it is [asked for](crate::Runner::slow).
    fn is_in_real_time(&self) -> bool {
        true
    }
}

/// One run of a case, for which a [`Subject`] makes a bed.
#[derive(Debug)]
pub struct Trial<B> {
    /// The case.
    pub case: Case,
    /// What it is to be over.
    pub way: Way,
    pub(crate) function: Function<B>,
    /// The case's need has been looked at.
    is_met: bool,
}

impl<B> Copy for Trial<B> {}

impl<B> Clone for Trial<B> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<B: Bed> Trial<B> {
    pub(crate) const fn new(case: Case, way: Way, function: Function<B>) -> Self {
        Self { case, way, function, is_met: false }
    }

    /// Runs it, if the bed has what it needs.
    ///
    /// # Errors
    ///
    /// What the case saw; that the bed lacks what the case needs ([`Bed::lacks`]); or [`Stop::Absent`], if the case asked for what the
    /// world does not have ([`Bed::absence`]).
    pub fn run(&self, bed: &B) -> Outcome {
        if self.way.family == Family::INET6 {
            bed.need(Capability::Ipv6)?;
        }
        self.meeting(bed)?;
        let outcome = (self.function)(bed);
        match (bed.absence(), &outcome) {
            (Some(absence), Ok(()) | Err(Stop::Failed(_))) => Err(Stop::Absent(absence)),
            _ => outcome,
        }
    }

    /// The same, known to find there what it needs: for who must know before he makes the bed itself.
    ///
    /// # Errors
    ///
    /// [`Bed::lacks`], for the socket that the case needs.
    pub fn meeting(mut self, bed: &B) -> Result<Self, Stop> {
        if let (Some(need), false) = (self.case.need, self.is_met) {
            need.removed_from(bed.kernel()).map_or(Ok(()), Err)?;
            need.probe(bed.near().host).map_err(|errno| bed.lacks(&need.to_string(), errno))?;
        }
        self.is_met = true;
        Ok(self)
    }

    /// The interfaces that an `apart` case has on its machine: name and kind, as in `ip link add vcan0 type vcan`.
    pub fn links(&self) -> &'static [(&'static str, &'static str)] {
        self.case.need.map_or(&[], |need: &Need| need.links)
    }

    /// As [`run`](Self::run), for a subject that has one machine: what is between two, or asks for interfaces, is skipped.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run), and [`Stop::Skipped`].
    pub fn run_on_loopback(self, bed: &B) -> Outcome {
        let trial = self.meeting(bed)?;
        if trial.way.link {
            return Err(Stop::Skipped("there are no two machines".to_owned()));
        }
        if trial.way.apart && !trial.links().is_empty() {
            return Err(Stop::Skipped(
                "there is no machine of its own with the interfaces that the case needs".to_owned(),
            ));
        }
        trial.run(bed)
    }
}
