//! One world of turmoil-net, and the processes of a case in it.
//!
//! turmoil-net is asynchronous and of one thread: its sockets belong to the thread that entered the `Net`. The suite's programs block. So the
//! stack stays on one thread, here, and each process of the case is a thread that sends what it wants done as an [`Attempt`] and waits for
//! the answer. Only one thread runs at any time: an attempt is made when every process waits for one. An attempt that is not ready, as a
//! future is not, is made again after each step of the network, which is turmoil-net's own: `egress_all`, `evaluate`, `deliver`.
//!
//! When all wait and nobody's attempt is ready, time goes on by the tick of turmoil-net's fixtures, 1 ms.

use std::{
    any::Any,
    cell::Cell,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    rc::Rc,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    task::Poll,
    thread,
    time::Duration,
};

use turmoil_net::{EnterGuard, HostId, KernelConfig, Net, Packet, Verdict};
use wavetank_api::{Errno, Error, Instant};
use wavetank_conformance::{Absence, Outcome, Stop};

use crate::socket::Table;

/// The tick of turmoil-net's fixtures.
const TICK: Duration = Duration::from_millis(1);

/// If nobody waits for a time, and nothing has happened for so long, nothing will: longer than any retransmission.
const QUIET: Duration = Duration::from_secs(30);
/// A case whose processes only ever sleep.
const LONGEST: Duration = Duration::from_mins(20);

/// The addresses of the two machines. Each has loopback besides.
pub(crate) const ADDRESSES: [[IpAddr; 2]; 2] = [
    [IpAddr::V4(Ipv4Addr::new(10, 66, 1, 1)), IpAddr::V6(Ipv6Addr::new(0xfd66, 1, 0, 0, 0, 0, 0, 1))],
    [IpAddr::V4(Ipv4Addr::new(10, 66, 2, 1)), IpAddr::V6(Ipv6Addr::new(0xfd66, 2, 0, 0, 0, 0, 0, 1))],
];

/// What a process wants: made until it is true. The flag says that its time is over, and that it will not be made again.
type Attempt = Box<dyn FnMut(&mut Stack, bool) -> bool + Send>;

enum Message {
    Call {
        call: &'static str,
        deadline: Option<Instant>,
        attempt: Attempt,
    },
    Spawned,
    Ended,
    /// The case itself.
    Over(thread::Result<Outcome>),
}

/// A process's way to the world.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    inbox: Sender<Message>,
    shared: Arc<Shared>,
}

/// What is read without asking: it moves only while nobody runs.
#[derive(Debug, Default)]
struct Shared {
    now: AtomicU64,
    absence: Mutex<Option<String>>,
}

/// With which a process ends whose world is over.
struct WorldIsOver;

impl Link {
    pub(crate) fn now(&self) -> Instant {
        Instant::from_nanos(self.shared.now.load(Ordering::Relaxed))
    }

    /// What was asked for and turmoil-net has no way to say.
    pub(crate) fn absence(&self) -> Option<Absence> {
        self.shared.absence().as_deref().map(Absence::of)
    }

    /// Notes that; the error is for the program, and no verdict depends on it.
    pub(crate) fn missing(&self, call: &'static str, what: &str) -> Error {
        self.shared.missing(call, what)
    }

    /// Makes an attempt until it is ready; `None` if the deadline came first.
    pub(crate) fn until<T: Send + 'static>(
        &self,
        call: &'static str,
        deadline: Option<Instant>,
        mut attempt: impl FnMut(&mut Stack) -> Poll<T> + Send + 'static,
    ) -> Option<T> {
        let (tell, told) = channel();
        let attempt = move |stack: &mut Stack, is_late: bool| {
            let ready = match attempt(stack) {
                Poll::Ready(value) => Some(value),
                Poll::Pending if is_late => None,
                Poll::Pending => return false,
            };
            // Who asked is waiting, unless he is gone.
            drop(tell.send(ready));
            true
        };
        drop(self.inbox.send(Message::Call { call, deadline, attempt: Box::new(attempt) }));
        match told.recv() {
            Ok(answer) => answer,
            // A destructor may not panic while its thread does.
            Err(_) if thread::panicking() => None,
            Err(_) => resume_unwind(Box::new(WorldIsOver)),
        }
    }

    /// As [`until`](Self::until), without an end.
    pub(crate) fn call<T: Send + 'static>(
        &self,
        call: &'static str,
        attempt: impl FnMut(&mut Stack) -> Poll<Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        self.until(call, None, attempt).unwrap_or_else(|| Err(Error::new(Errno::EIO, call)))
    }

    /// Asks for nothing back: for a destructor.
    pub(crate) fn tell(&self, call: &'static str, action: impl FnOnce(&mut Stack) + Send + 'static) {
        let mut action = Some(action);
        self.until(call, None, move |stack| {
            if let Some(action) = action.take() {
                action(stack);
            }
            Poll::Ready(())
        });
    }

    /// A thread that counts as running until it ends.
    pub(crate) fn spawn(&self, body: impl FnOnce() + Send + 'static) {
        drop(self.inbox.send(Message::Spawned));
        let inbox = self.inbox.clone();
        thread::spawn(move || {
            drop(catch_unwind(AssertUnwindSafe(body)));
            drop(inbox.send(Message::Ended));
        });
    }
}

impl Shared {
    fn absence(&self) -> MutexGuard<'_, Option<String>> {
        self.absence.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn missing(&self, call: &'static str, what: &str) -> Error {
        self.absence().get_or_insert_with(|| what.to_owned());
        Error::new(Errno::ENOSYS, call)
    }
}

/// turmoil-net, with its sockets by number.
pub(crate) struct Stack {
    /// Before the guard: a socket of turmoil-net that is dropped needs its `Net`.
    pub(crate) sockets: Table,
    gates: Rc<[Cell<bool>; 2]>,
    hosts: [HostId; 2],
    packets: Vec<Packet>,
    shared: Arc<Shared>,
    is_linked: bool,
    guard: EnterGuard,
}

impl Stack {
    fn new(is_linked: bool, shared: Arc<Shared>) -> Self {
        // Retransmission counts passes of the network. Those of the defaults (after 3, given up after 5) suit a driver that makes one per
        // tick; here there is one after each call on loopback, so that the counts are those of Linux at a tick of 1 ms: 200 ms, 15 times.
        // The send buffer may be as large as Linux lets it grow (tcp_wmem), since some cases send what fits into that; `listen` asks for 16 in
        // most cases.
        let config = KernelConfig::default().retx_threshold(200).retx_max(15).send_buf_cap(4 << 20).default_backlog(16);
        let mut net = Net::with_config(config);
        let hosts = ADDRESSES.map(|addresses| net.add_host(addresses));
        let gates: Rc<[Cell<bool>; 2]> = Rc::default();
        let closed = Rc::clone(&gates);
        net.rule(move |packet: &Packet| {
            let is_to = |side: usize| ADDRESSES[side].contains(&packet.dst) && closed[side].get();
            if is_to(0) || is_to(1) { Verdict::Drop } else { Verdict::Pass }
        });
        let guard = net.enter();
        Self { sockets: Table::default(), gates, hosts, packets: Vec::new(), shared, is_linked, guard }
    }

    /// Calls are made on that machine from now on.
    pub(crate) fn enter(&self, host: usize) {
        self.guard.set_current(self.hosts[host]);
    }

    pub(crate) fn missing(&self, call: &'static str, what: &str) -> Error {
        self.shared.missing(call, what)
    }

    pub(crate) fn set_closed(&self, side: usize, closed: bool) {
        self.gates[side].set(closed);
    }

    /// One pass of the network, as turmoil-net's scheduler makes it for packets without a delay.
    fn pass(&mut self) {
        let mut packets = std::mem::take(&mut self.packets);
        self.guard.egress_all(&mut packets);
        for packet in packets.drain(..) {
            if self.guard.evaluate(&packet) != Verdict::Drop {
                self.guard.deliver(packet);
            }
        }
        self.packets = packets;
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // Each on its own machine.
        while let Some(host) = self.sockets.first_host() {
            self.enter(host);
            self.sockets.drop_first();
        }
    }
}

struct Waiting {
    call: &'static str,
    deadline: Option<Instant>,
    attempt: Attempt,
}

/// Runs a case, which is a process, in a world of its own, to its end or to where it can never end.
pub(crate) fn run(is_linked: bool, case: impl FnOnce(&Link) -> Outcome + Send + 'static) -> Outcome {
    let (inbox, messages) = channel();
    let shared = Arc::new(Shared::default());
    let link = Link { inbox: inbox.clone(), shared: Arc::clone(&shared) };
    thread::spawn(move || {
        let outcome = catch_unwind(AssertUnwindSafe(|| case(&link)));
        drop(inbox.send(Message::Over(outcome)));
    });
    let mut stack = Stack::new(is_linked, shared);
    let end = catch_unwind(AssertUnwindSafe(|| drive(&mut stack, &messages)));
    // Everybody who waits still is told by this that there is nothing to wait for.
    drop(messages);
    match end {
        Ok(outcome) => outcome,
        Err(panic) => match text_of(&*panic) {
            text if text.contains("not implemented") => Err(absent(&text)),
            text => Err(failed(&format!("turmoil-net panics: {text}"))),
        },
    }
}

pub(crate) fn absent(what: &str) -> Stop {
    Stop::Absent(Absence::of(what))
}

fn failed(why: &str) -> Stop {
    Stop::Failed(why.to_owned())
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned())).unwrap_or_default()
}

/// What no call of turmoil-net's is made for.
const DRIVER: [&str; 6] = ["socket", "fcntl", "close", "sleep", "join or lock", "set_gate"];

/// What a case is about that passes without any.
const ABOVE: &str = "nothing of it is asked: the case is about what is above the calls";

/// Until the case is over: what it came to, or why it can never come to anything.
fn drive(stack: &mut Stack, messages: &Receiver<Message>) -> Outcome {
    let mut waiting: Vec<Waiting> = Vec::new();
    let mut running = 1_usize;
    let mut quiet_since = Instant::EPOCH;
    let mut has_asked = false;
    loop {
        while running > 0 {
            match messages.recv().map_err(|_| failed("no process is left"))? {
                Message::Call { call, deadline, attempt } => {
                    has_asked |= !DRIVER.contains(&call);
                    waiting.push(Waiting { call, deadline, attempt });
                    running -= 1;
                }
                Message::Spawned => running += 1,
                Message::Ended => running -= 1,
                Message::Over(Ok(Ok(()))) if !has_asked => return Err(absent(ABOVE)),
                Message::Over(Ok(outcome)) => return outcome,
                Message::Over(Err(panic)) => return Err(failed(&format!("the case panicked: {}", text_of(&*panic)))),
            }
        }
        // Nothing that comes after it could be told from what follows of it.
        if let Some(what) = &*stack.shared.absence() {
            return Err(absent(what));
        }
        let now = Instant::from_nanos(stack.shared.now.load(Ordering::Relaxed));
        let is_late = |waiting: &Waiting| waiting.deadline.is_some_and(|deadline| deadline <= now);
        let ready = waiting.iter_mut().position(|waiting| {
            let is_late = is_late(waiting);
            (waiting.attempt)(stack, is_late)
        });
        if let Some(ready) = ready {
            waiting.remove(ready);
            running += 1;
            quiet_since = now;
            // Loopback delivers within the call that sends.
            if !stack.is_linked {
                stack.pass();
            }
            continue;
        }
        let has_deadline = waiting.iter().any(|waiting| waiting.deadline.is_some());
        if !has_deadline && now - quiet_since > QUIET || now - Instant::EPOCH > LONGEST {
            let calls: Vec<_> = waiting.iter().map(|waiting| waiting.call).collect();
            return Err(failed(&format!("blocked for ever in {}", calls.join(", "))));
        }
        stack.pass();
        stack.shared.now.store((now + TICK).as_nanos(), Ordering::Relaxed);
    }
}
