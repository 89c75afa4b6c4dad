//! [`Program::to_rust`]: a test for those who use this project, in whichever world.

mod forms;

use std::{collections::BTreeSet, fmt::Write as _};

use wavetank_api::{Addr, c};

use self::forms::{bytes, domain, literal, number_of, option, value_of};
use crate::{
    Answer, Call, Entry, Fact, Log, Place, Port, Program, SLOTS, Seen, Slot, execute::ALL, log::EPHEMERAL,
    program::text::Letter,
};

/// Functions that a test may call; each is there if it is called.
const HELPERS: &str = include_str!("rust/helpers.rs.txt");

/// What a test may name of the interface.
const NAMES: &[&str] = &[
    "Addr",
    "Errno",
    "Family",
    "Host",
    "MsgFlags",
    "Net",
    "PollEvents",
    "PollFd",
    "Protocol",
    "RecvMsg",
    "Result",
    "SendMsg",
    "Shutdown",
    "SockFlags",
    "SockType",
    "TcpState",
    "c",
];

impl Program {
    /// The program in Rust: a function over any [`Host`](wavetank_api::Host), in which each call must come to what the log says, and a test that
    /// runs it in the simulator; for a program on one host another that runs it on this machine.
    ///
    /// # Panics
    ///
    /// If it has threads, or the log is another program's.
    pub fn to_rust(&self, log: &Log) -> String {
        assert!(self.threads.is_empty(), "a concurrent program has no one log");
        assert_eq!(self.calls.len(), log.entries.len(), "the log is another program's");
        let mut writer = Writer { has_two: self.hosts > 1, ..Writer::default() };
        for (step, (call, entry)) in self.calls.iter().zip(&log.entries).enumerate() {
            writer.step(step, call, entry);
        }
        writer.whole(self)
    }
}

/// A test that is being written.
#[derive(Default)]
struct Writer {
    has_two: bool,
    body: String,
    /// On which host each socket is.
    open: [Option<u8>; SLOTS],
    seen: [Option<Seen>; SLOTS],
    /// Ports that the system chose, as far as they have come up.
    chosen: BTreeSet<u16>,
}

impl Writer {
    fn whole(self, program: &Program) -> String {
        let Self { has_two, body, .. } = self;
        let mut text =
            String::from("//! Printed by wavetank, with what Linux answers to each call:\n//!\n//! ```text\n");
        for line in program.to_string().lines() {
            let _ = writeln!(text, "//! {line}");
        }
        text.push_str("//! ```\n\n");
        let mut code = String::new();
        let used = |name: &str| if names(&body, name) { name.to_owned() } else { format!("_{name}") };
        let two = if has_two { format!(", {}: &H", used("two")) } else { String::new() };
        let (one, port) = (used("one"), used("port"));
        code.push_str("/// `port` is the first of four that nobody else has.\n");
        let _ = write!(code, "fn program<H: Host>({one}: &H{two}, {port}: u16) {{\n{body}}}\n");
        code.push_str(if has_two { TEST_OF_TWO } else { TEST });
        for helper in HELPERS.split("----\n").filter(|helper| {
            let name = helper.split_once("fn ").and_then(|(_, rest)| rest.split(['(', '<']).next());
            name.is_some_and(|name| names(&body, name))
        }) {
            code.push('\n');
            code.push_str(&helper.replace("POLL_ALL", &format!("{:#x}", ALL.bits())));
        }
        text.push_str(&imports(&code));
        text.push('\n');
        text.push_str(&code);
        text
    }

    fn line(&mut self, line: &str) {
        let _ = writeln!(self.body, "    {line}");
    }

    fn step(&mut self, step: usize, call: &Call, entry: &Entry) {
        if entry.answer == Answer::NoSocket {
            return self.line(&format!("// {step}: {call}: there is no socket."));
        }
        self.line(&format!("// {step}: {call}"));
        let made = self.make(step, call, &entry.answer);
        if self.has_two {
            // What is on its way arrives.
            self.line("one.sleep(Duration::from_micros(50));");
        }
        for (slot, seen) in (0_u8..).zip(&entry.seen) {
            let before = std::mem::replace(&mut self.seen[usize::from(slot)], *seen);
            let is_news = before != *seen || made.contains(&slot);
            if let (Some(seen), Some(host), true) = (seen, self.open[usize::from(slot)], is_news) {
                let state = seen.state.map(|state| format!(" {state}")).unwrap_or_default();
                let (net, fd) = (net(host), Letter(slot));
                self.line(&format!("assert_eq!(shown({net}, &{fd}), \"{}{state}\");", seen.ready));
            }
        }
    }

    /// The call and what it must come to; the sockets that it made.
    fn make(&mut self, step: usize, call: &Call, answer: &Answer) -> Vec<Slot> {
        let host = call.slot().map_or_else(|| own_host(call), |slot| self.host_of(slot));
        let made = match answer {
            Answer::Done(facts) => self.makes(call, facts),
            _ => Vec::new(),
        };
        let expression = self.expression(step, call, host);
        match answer {
            Answer::NoSocket => {}
            Answer::Failed(errno) => self.line(&format!("assert_eq!(errno({expression}), Errno::{errno:?});")),
            Answer::Done(facts) => {
                self.done(call, &expression, facts, &made);
                for slot in &made {
                    self.open[usize::from(*slot)] = Some(host);
                }
                if let Call::Close { slot } = call {
                    self.open[usize::from(*slot)] = None;
                }
            }
        }
        made
    }

    fn host_of(&self, slot: Slot) -> u8 {
        self.open.get(usize::from(slot)).copied().flatten().unwrap_or_default()
    }

    fn makes(&self, call: &Call, facts: &[Fact]) -> Vec<Slot> {
        let made = |slot: &Slot| slot % SLOTS as u8;
        match call {
            Call::Socket { into, .. } | Call::Accept { into, .. } | Call::Dup { into, .. } => vec![made(into)],
            Call::Socketpair { into, .. } => into.iter().map(made).collect(),
            Call::Recv { into: Some(into), .. } if facts.iter().any(|fact| matches!(fact, Fact::Descriptors(1..))) => {
                vec![made(into)]
            }
            _ => Vec::new(),
        }
    }

    /// The call as an expression that is a `Result`.
    fn expression(&self, step: usize, call: &Call, host: u8) -> String {
        let net = net(host);
        let fd = call.slot().map(|slot| format!("&{}", Letter(slot))).unwrap_or_default();
        match call {
            Call::Socket { family, kind, protocol, .. } => {
                format!("{net}.socket({}, SockFlags::NONBLOCK, {})", domain(*family, *kind), forms::protocol(*protocol))
            }
            Call::Socketpair { family, kind, protocol, .. } => {
                format!(
                    "{net}.socketpair({}, SockFlags::NONBLOCK, {})",
                    domain(*family, *kind),
                    forms::protocol(*protocol)
                )
            }
            Call::Bind { addr, .. } | Call::Connect { addr, .. } => {
                format!("{net}.{}({fd}, &{})", call.name(), self.place(addr))
            }
            Call::Listen { backlog, .. } => format!("{net}.listen({fd}, {backlog})"),
            Call::Accept { .. } => format!("{net}.accept({fd}, SockFlags::NONBLOCK)"),
            Call::Dup { .. } | Call::Getsockname { .. } | Call::Getpeername { .. } => {
                format!("{net}.{}({fd})", call.name())
            }
            Call::Shutdown { how, .. } => {
                format!("{net}.shutdown({fd}, Shutdown::{})", ["Read", "Write", "Both"][usize::from(how % 3)])
            }
            Call::Close { slot } => format!("drop({})", Letter(*slot)),
            Call::Wait { millis } => format!("{net}.sleep(Duration::from_millis({millis}))"),
            Call::SetNonblocking { on, .. } => format!("{net}.set_nonblocking({fd}, {on})"),
            Call::Setsockopt { level, name, value, .. } => {
                format!("{net}.setsockopt({fd}, {}, &{})", option(*level, *name), value_of(value))
            }
            Call::Getsockopt { level, name, room, .. } => {
                format!("option({net}, {fd}, {}, {room})", option(*level, *name))
            }
            Call::Ioctl { request, arg, .. } => {
                format!("{net}.ioctl({fd}, {request:#x}, &mut i32::to_ne_bytes({arg}))")
            }
            Call::Poll { events, waits, .. } => format!(
                "{net}.poll(&mut [PollFd::new({fd}, PollEvents::from_bits_retain({events}))], {})",
                timeout(*waits)
            ),
            Call::Send { .. } => self.send(step, call, net, &fd),
            Call::Recv { len, flags, from, control, .. } => {
                let flags = forms::flags(*flags);
                if call.name() == "recv" {
                    format!("receive({net}, {fd}, {len}, {flags})")
                } else {
                    let wants = if *from { "" } else { ".without_addr()" };
                    let control =
                        if *control > 0 { format!(".with_control(&mut room({control}))") } else { String::new() };
                    format!(
                        "{net}.recvmsg({fd}, &mut RecvMsg::new(&mut [IoSliceMut::new(&mut room({len}))]){wants}{control}, {flags})"
                    )
                }
            }
        }
    }

    fn send(&self, step: usize, call: &Call, net: &str, fd: &str) -> String {
        let Call::Send { len, flags, to, control, carry, .. } = call else { unreachable!("a send") };
        let flags = forms::flags(*flags);
        let data = format!("&sent({step}, {len})");
        if call.name() == "send" {
            return format!("{net}.send({fd}, {data}, {flags})");
        }
        let addr = to.as_ref().map_or_else(|| "None".to_owned(), |to| format!("Some(&{})", self.place(to)));
        let fds = carry.map_or_else(|| "&[]".to_owned(), |carry| format!("&[&{}]", Letter(carry)));
        let control = if control.is_empty() { "&[]".to_owned() } else { format!("&{}", bytes(control)) };
        let msg = format!("SendMsg {{ bufs: &[IoSlice::new({data})], addr: {addr}, control: {control}, fds: {fds} }}");
        format!("{net}.sendmsg({fd}, &{msg}, {flags})")
    }

    fn place(&self, place: &Place) -> String {
        let of = |slot: Slot| format!("{}, &{}", net(self.host_of(slot)), Letter(slot));
        match place {
            Place::Literal(addr) => literal(addr),
            Place::Name(slot) => format!("{}.getsockname(&{}).unwrap()", net(self.host_of(*slot)), Letter(*slot)),
            Place::Ip(ip, Port::Of(slot)) => format!("at(\"{ip}\", port_of({}))", of(*slot)),
            Place::Ip(ip, Port::Number(port)) => format!("at(\"{ip}\", {})", number_of(*port)),
        }
    }

    /// What a new socket is called, as long as another has its name.
    fn fresh(&self, slot: Slot) -> String {
        format!("{}{}", Letter(slot), if self.open[usize::from(slot)].is_some() { "_new" } else { "" })
    }

    /// New sockets take the place of what was there, which is closed then.
    fn replace(&mut self, made: &[Slot]) {
        for &slot in made {
            if std::mem::take(&mut self.open[usize::from(slot)]).is_some() {
                self.line(&format!("drop({});", Letter(slot)));
                self.line(&format!("let {0} = {0}_new;", Letter(slot)));
            }
        }
    }

    /// What a call that goes well says.
    fn done(&mut self, call: &Call, expression: &str, facts: &[Fact], made: &[Slot]) {
        match (call, facts) {
            (Call::Close { .. } | Call::Wait { .. }, _) => self.line(&format!("{expression};")),
            (Call::Socket { .. } | Call::Dup { .. }, _) => {
                self.line(&format!("let {} = {expression}.unwrap();", self.fresh(made[0])));
                self.replace(made);
            }
            (Call::Socketpair { .. }, _) => {
                let one = if made[0] == made[1] { "_".to_owned() } else { self.fresh(made[0]) };
                self.line(&format!("let ({one}, {}) = {expression}.unwrap();", self.fresh(made[1])));
                self.replace(made);
            }
            (Call::Accept { .. }, [Fact::Addr(addr)]) => {
                self.line(&format!("let ({}, addr) = {expression}.unwrap();", self.fresh(made[0])));
                self.replace(made);
                self.is_addr("addr", addr.as_ref());
            }
            (Call::Getsockname { .. } | Call::Getpeername { .. }, [Fact::Addr(addr)]) => {
                self.line(&format!("let addr = {expression}.unwrap();"));
                self.is_addr("addr", addr.as_ref());
            }
            (Call::Send { .. }, [Fact::Number(number)]) => {
                self.line(&format!("assert_eq!({expression}.unwrap(), {number});"));
            }
            (Call::Recv { .. }, [Fact::Number(number), Fact::Data(data)]) => {
                self.line(&format!("assert_eq!({expression}.unwrap(), ({number}, vec!{}));", bytes(&data.head)));
            }
            (Call::Recv { len, flags, control, from, .. }, _) => {
                let asked = [*len, *control];
                self.received(call, asked, &forms::flags(*flags), *from, facts, made);
            }
            // A port is in the log as it is renamed.
            (
                Call::Getsockopt { level: c::SOL_SOCKET, name: c::SO_PEERNAME, .. }
                | Call::Getsockopt { level: c::IPPROTO_IP, name: c::IP_PROTOCOL, .. },
                [Fact::Value(value)],
            ) => self.line(&format!("assert_eq!({expression}.unwrap().len(), {});", value.len())),
            (Call::Getsockopt { .. }, [Fact::Value(value)]) => {
                self.line(&format!("assert_eq!({expression}.unwrap(), {});", value_of(value)));
            }
            (Call::Getsockopt { .. }, [Fact::Number(len), ..]) => {
                self.line(&format!("assert_eq!({expression}.unwrap().len(), {len});"));
            }
            (Call::Ioctl { .. }, [Fact::Number(number), Fact::Value(value)]) => {
                let argument = expression.split_once("&mut ").map_or("", |(_, rest)| rest);
                self.line(&format!("let mut argument = {};", argument.strip_suffix(')').unwrap_or(argument)));
                let call = expression.split(", &mut ").next().unwrap_or(expression);
                self.line(&format!("assert_eq!({call}, &mut argument).unwrap(), {number});"));
                self.line(&format!("assert_eq!(argument, {});", value_of(value)));
            }
            (Call::Poll { events, slot, waits }, [Fact::Number(number), Fact::Events(found)]) => {
                let (net, timeout) = (net(self.host_of(*slot)), timeout(*waits));
                let fd = Letter(*slot);
                self.line(&format!("let mut fds = [PollFd::new(&{fd}, PollEvents::from_bits_retain({events}))];"));
                self.line(&format!("assert_eq!({net}.poll(&mut fds, {timeout}).unwrap(), {number});"));
                self.line(&format!("assert_eq!(fds[0].revents.to_string(), \"{found}\");"));
            }
            _ => self.line(&format!("{expression}.unwrap();")),
        }
    }

    fn received(&mut self, call: &Call, [len, room]: [u32; 2], flags: &str, from: bool, facts: &[Fact], made: &[Slot]) {
        let Some(slot) = call.slot() else { return };
        self.line(&format!("let (mut data, mut control) = (room({len}), room({room}));"));
        self.line("let mut bufs = [IoSliceMut::new(&mut data)];");
        self.line("let mut msg = RecvMsg::new(&mut bufs).with_control(&mut control);");
        self.line(&format!("msg.want_addr = {from};"));
        let call = format!("{}.recvmsg(&{}, &mut msg, {flags})", net(self.host_of(slot)), Letter(slot));
        let mut messages = Vec::new();
        for fact in facts {
            match fact {
                Fact::Number(count) => self.line(&format!("assert_eq!({call}.unwrap(), {count});")),
                Fact::Flags(flags) => self.line(&format!("assert_eq!(msg.flags, {});", forms::flags(flags.bits()))),
                Fact::Descriptors(count) => self.line(&format!("assert_eq!(msg.fds.len(), {count});")),
                Fact::Addr(None) => self.line("assert_eq!(msg.addr, None);"),
                Fact::Addr(addr) => {
                    self.line("let addr = msg.addr.clone().unwrap();");
                    self.is_addr("addr", addr.as_ref());
                }
                // Numbers of descriptors, who sent it, and when, are each run's own.
                Fact::Control(level, kind, data) if *level != c::SOL_SOCKET => {
                    messages.push(format!("({level}, {kind}, vec!{})", bytes(data)));
                }
                _ => {}
            }
        }
        if !messages.is_empty() {
            self.line("let messages = msg.control_messages().filter(|message| message.level != c::SOL_SOCKET);");
            self.line("let messages: Vec<_> = messages.map(|message| (message.level, message.kind, message.data.to_vec())).collect();");
            self.line(&format!("assert_eq!(messages, [{}]);", messages.join(", ")));
        }
        for slot in made {
            self.line(&format!("let {} = msg.fds.remove(0);", self.fresh(*slot)));
        }
        self.replace(made);
    }

    /// Compares an address; a port that the system chose is learnt when it comes up.
    fn is_addr(&mut self, name: &str, addr: Option<&Addr>) {
        let Some(addr) = addr else { return };
        let expected = match addr.as_inet() {
            Some(inet) if addr.port().is_some_and(|port| port > *EPHEMERAL.end()) => {
                let index = inet.port() - EPHEMERAL.end() - 1;
                if self.chosen.insert(index) {
                    self.line(&format!("let chosen{index} = {name}.port().unwrap();"));
                }
                format!("at(\"{}\", chosen{index})", inet.ip())
            }
            Some(inet) => format!("at(\"{}\", {})", inet.ip(), number_of(inet.port())),
            // As the executor calls a name that the kernel has chosen.
            None if addr.to_string().starts_with("unix:@chosen ") => {
                return self.line(&format!("assert_eq!({name}.family(), Family::UNIX);"));
            }
            None => literal(addr),
        };
        self.line(&format!("assert_eq!({name}, {expected});"));
    }
}

const TEST: &str = "
#[test]
fn in_the_simulator() {
    let sim = Sim::new(1);
    sim.host(\"one\").run(|host| {
        program(host, 1000);
        Ok(())
    });
    let report = sim.run();
    assert!(report.is_ok(), \"{report}\");
}

#[test]
fn on_this_machine() {
    program(&Machine::this(), 20000);
}
";

const TEST_OF_TWO: &str = "
#[test]
fn in_the_simulator() {
    let sim = Sim::new(1);
    let (one, two) = (sim.host(\"one\"), sim.host(\"two\"));
    sim.link(&one, &two).latency(Duration::from_micros(1));
    let other = Arc::new(OnceLock::new());
    let told = Arc::clone(&other);
    two.serve(move |host| {
        drop(told.set(host.clone()));
        // There as long as it is needed.
        loop {
            host.sleep(Duration::from_secs(3600));
        }
    });
    one.run(move |one| {
        let two = loop {
            match other.get() {
                Some(two) => break two,
                None => one.sleep(Duration::from_micros(1)),
            }
        };
        program(one, two, 1000);
        Ok(())
    });
    let report = sim.run();
    assert!(report.is_ok(), \"{report}\");
}
";

/// Whether that is a name in the code: a path's first, if it is the module of constants, which has the name of a socket.
fn names(code: &str, name: &str) -> bool {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(name).any(|(at, _)| {
        let rest = &code[at + name.len()..];
        let ends = if name == "c" { rest.starts_with("::") } else { !rest.starts_with(is_word) };
        ends && !code[..at].ends_with(|letter| is_word(letter) || letter == '.')
    })
}

/// What the code names, and no more.
fn imports(code: &str) -> String {
    let of = |list: &[&str]| list.iter().copied().filter(|name| names(code, name)).collect::<Vec<_>>().join(", ");
    let mut text = String::new();
    for (path, list) in [
        ("std::io", &["IoSlice", "IoSliceMut"][..]),
        ("std::net", &["IpAddr"]),
        ("std::sync", &["Arc", "OnceLock"]),
        ("std::time", &["Duration"]),
        ("wavetank_api", NAMES),
        ("wavetank_real", &["Machine"]),
        ("wavetank_sim", &["Sim"]),
    ] {
        let list = of(list);
        let _ = match list.as_str() {
            "" => Ok(()),
            list if list.contains(',') => writeln!(text, "use {path}::{{{list}}};"),
            name => writeln!(text, "use {path}::{name};"),
        };
    }
    text
}

fn own_host(call: &Call) -> u8 {
    match call {
        Call::Socket { host, .. } | Call::Socketpair { host, .. } => *host,
        _ => 0,
    }
}

/// A host's name; the second may be asked for where there is but one, and is the first then.
const fn net(host: u8) -> &'static str {
    if host == 0 { "one" } else { "two" }
}

/// How long a `poll` waits, as Rust.
fn timeout(waits: bool) -> &'static str {
    if waits { "None" } else { "Some(Duration::ZERO)" }
}
