//! [`Program::to_c`]: a program for those who have no Rust, kernel developers among them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    net::IpAddr,
};

use wavetank_api::{MsgFlags, c};

use crate::{
    Call, Fact, Place, Port, Program, SLOTS, Slot,
    execute::{ALL, ORIGINAL, OWN, info},
    program::text::{Letter, words},
    world::SYSCTLS,
};

/// The parts that a program may be made of, each a piece of C with what must stand before it. In the order in which they follow.
const PARTS: &[(&str, &str, &[&str])] = &[
    ("look", include_str!("c/look.c"), &[]),
    ("call", include_str!("c/call.c"), &["look"]),
    ("have", include_str!("c/have.c"), &["look"]),
    ("failed", include_str!("c/failed.c"), &["look"]),
    ("done", include_str!("c/done.c"), &["failed"]),
    ("put", include_str!("c/put.c"), &[]),
    ("samehost", include_str!("c/samehost.c"), &["have"]),
    ("made", include_str!("c/made.c"), &["done", "put"]),
    ("pair", include_str!("c/pair.c"), &["done", "put"]),
    ("at", include_str!("c/at.c"), &[]),
    ("ip4", include_str!("c/ip4.c"), &["at"]),
    ("ip6", include_str!("c/ip6.c"), &["at"]),
    ("bytes", include_str!("c/bytes.c"), &["at"]),
    ("name", include_str!("c/name.c"), &["at"]),
    ("port", include_str!("c/port.c"), &["name"]),
    ("rename", include_str!("c/rename.c"), &[]),
    ("address", include_str!("c/address.c"), &["at", "rename"]),
    ("addressed", include_str!("c/addressed.c"), &["address", "failed"]),
    ("accept", include_str!("c/accept.c"), &["addressed", "put"]),
    ("buffer", include_str!("c/buffer.c"), &[]),
    ("fill", include_str!("c/fill.c"), &["buffer"]),
    ("counted", include_str!("c/counted.c"), &["failed"]),
    ("data", include_str!("c/data.c"), &[]),
    ("recv", include_str!("c/recv.c"), &["buffer", "data", "failed"]),
    ("value", include_str!("c/value.c"), &[]),
    ("getsockopt", include_str!("c/getsockopt.c"), &["buffer", "value", "failed"]),
    ("peername", include_str!("c/peername.c"), &["rename"]),
    ("ownport", include_str!("c/ownport.c"), &["rename"]),
    ("info", include_str!("c/info.c"), &["buffer", "failed"]),
    ("ioctl", include_str!("c/ioctl.c"), &["value", "failed"]),
    ("poll", include_str!("c/poll.c"), &["failed"]),
    ("sendmsg", include_str!("c/sendmsg.c"), &["at", "fill", "counted"]),
    ("recvmsg", include_str!("c/recvmsg.c"), &["put", "address", "buffer", "data", "value", "peername", "failed"]),
    ("tune", include_str!("c/tune.c"), &[]),
    ("loopback", include_str!("c/loopback.c"), &["tune"]),
    ("cable", include_str!("c/cable.c"), &["look", "tune"]),
];

const HEADERS: &str = "\
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
";

/// Names that no header lacks.
const OLD: &str = "AF_UNSPEC AF_UNIX AF_INET AF_INET6 SOCK_STREAM SOCK_DGRAM SOCK_SEQPACKET SOCK_RAW IPPROTO_IP IPPROTO_TCP IPPROTO_UDP \
     IPPROTO_IPV6 SOL_SOCKET SHUT_RD SHUT_WR SHUT_RDWR MSG_OOB MSG_PEEK MSG_DONTROUTE MSG_TRUNC MSG_DONTWAIT MSG_EOR MSG_WAITALL \
     MSG_CONFIRM MSG_ERRQUEUE MSG_NOSIGNAL MSG_MORE SO_ERROR SO_LINGER SO_RCVBUF SO_SNDBUF SO_REUSEADDR";

/// Control messages that a socket can receive.
const CONTROLS: &[(i32, i32)] = &[
    (c::SOL_SOCKET, 1),
    (c::SOL_SOCKET, 2),
    (c::IPPROTO_IP, c::IP_PKTINFO),
    (c::IPPROTO_IP, c::IP_TTL),
    (c::IPPROTO_IP, c::IP_TOS),
    (c::IPPROTO_IP, c::IP_RECVERR),
    (c::IPPROTO_IPV6, c::IPV6_PKTINFO),
    (c::IPPROTO_IPV6, c::IPV6_HOPLIMIT),
    (c::IPPROTO_IPV6, c::IPV6_TCLASS),
    (c::IPPROTO_IPV6, c::IPV6_RECVERR),
];

impl Program {
    /// The program in C, complete: it makes its network namespaces, makes the calls, and prints what [`annotated`](crate::annotated)
    /// does, but for who was told by a RST. What `cc` needs no options for; `unshare(2)` needs root or user namespaces, and two hosts
    /// `ip(8)`.
    ///
    /// # Panics
    ///
    /// If it has threads: what they answer is not one text.
    pub fn to_c(&self) -> String {
        assert!(self.threads.is_empty(), "a concurrent program has no one text of answers");
        Writer::default().program(self)
    }
}

/// A program that is being written.
#[derive(Default)]
struct Writer {
    parts: BTreeSet<&'static str>,
    /// Names of C that an older header may lack.
    names: BTreeMap<String, i64>,
    body: String,
}

impl Writer {
    fn program(mut self, program: &Program) -> String {
        let has_cable = needs_cable(program);
        self.need(if has_cable { "cable" } else { "loopback" });
        for (step, call) in program.calls.iter().enumerate() {
            self.call(step, call, has_cable);
        }
        let mut text = format!("/*\n{} */\n\n{HEADERS}\n", comment(program));
        for (name, number) in &self.names {
            let _ = write!(text, "#ifndef {name}\n#define {name} {number}\n#endif\n");
        }
        let _ = write!(text, "\n/* The first of the program's own ports. */\n#define PORT 20000\n");
        let _ = write!(text, "/* All that can be asked of poll(2). */\n#define POLL_ALL {:#x}\n", ALL.bits());
        let slots: BTreeSet<Slot> = program.calls.iter().flat_map(slots).collect();
        for (_, source, _) in PARTS.iter().filter(|part| self.parts.contains(part.0)) {
            text.push('\n');
            text.push_str(&filled_in(source, &slots));
        }
        let body = self.body;
        let _ = write!(
            text,
            "\nint main(void)\n{{\n\tsignal(SIGPIPE, SIG_IGN);\n\talarm(60);\n\tprepare();\n{body}\treturn 0;\n}}\n"
        );
        text
    }

    fn need(&mut self, part: &'static str) {
        if self.parts.insert(part) {
            for needed in PARTS.iter().filter(|known| known.0 == part).flat_map(|known| known.2) {
                self.need(needed);
            }
        }
    }

    /// An expression of numbers and names of C.
    fn expression(&mut self, text: String) -> String {
        let is_new = |word: &str| {
            word.starts_with(|first: char| first.is_ascii_uppercase()) && OLD.split(' ').all(|old| old != word)
        };
        for word in text.split('|').filter(|word| is_new(word)) {
            self.names.insert(word.to_owned(), words::number(word).unwrap_or_default());
        }
        text.replace('|', " | ")
    }

    fn option(&mut self, level: i32, name: i32) -> String {
        let level_name = self.expression(words::level(level));
        format!("{level_name}, {}", self.expression(words::option(level, name)))
    }

    fn domain(&mut self, family: i32, kind: i32, protocol: i32) -> String {
        let [family_name, kind] = [words::family(family), words::kind(kind)].map(|text| self.expression(text));
        let protocol = self.expression(words::protocol(family, protocol));
        format!("{family_name}, {kind} | SOCK_NONBLOCK, {protocol}")
    }

    fn call(&mut self, step: usize, call: &Call, has_cable: bool) {
        self.need("call");
        let _ = write!(self.body, "\n\tcall({});\n", quoted(call.to_string().as_bytes()));
        if let Call::Socket { host, .. } | Call::Socketpair { host, .. } = call
            && has_cable
        {
            let _ = writeln!(self.body, "\ton({});", host % 2);
        }
        let (lines, needed) = self.statements(step, call);
        if lines.iter().any(|line| line.starts_with("done(")) {
            self.need("done");
        }
        // Without the socket, or one that is referred to, it is not made.
        if needed.is_empty() {
            self.lines(1, &lines);
            return;
        }
        self.need("have");
        let mut have: Vec<String> = needed.iter().map(|&slot| format!("have({})", variable(slot))).collect();
        if let Call::Send { slot, carry: Some(carry), .. } = call
            && has_cable
        {
            self.need("samehost");
            self.expression("SO_NETNS_COOKIE".to_owned());
            have.push(format!("on_one_host({}, {})", variable(*slot), variable(*carry)));
        }
        let braces = if lines.len() > 1 { [" {", "\t}\n"] } else { ["", ""] };
        let _ = writeln!(self.body, "\tif ({}){}", have.join(" && "), braces[0]);
        self.lines(2, &lines);
        self.body.push_str(braces[1]);
    }

    fn lines(&mut self, depth: usize, lines: &[String]) {
        for line in lines {
            if !line.is_empty() {
                self.body.push_str(&"\t".repeat(depth));
            }
            self.body.push_str(line);
            self.body.push('\n');
        }
    }

    /// What makes the call, and the sockets without which it is not made.
    fn statements(&mut self, step: usize, call: &Call) -> (Vec<String>, Vec<Slot>) {
        let mut needed: Vec<Slot> = call.slot().into_iter().collect();
        let of = call.slot().map(variable).unwrap_or_default();
        let name = call.name();
        let lines = match call {
            Call::Socket { into, family, kind, protocol, .. } => {
                self.need("made");
                vec![format!(
                    "made(&{}, socket({}));",
                    variable(into % SLOTS as u8),
                    self.domain(*family, *kind, *protocol)
                )]
            }
            Call::Socketpair { into, family, kind, protocol, .. } => {
                self.need("pair");
                let [one, other] = into.map(|slot| variable(slot % SLOTS as u8));
                let domain = self.domain(*family, *kind, *protocol);
                vec![
                    "{".to_owned(),
                    "\tint pair[2];".to_owned(),
                    String::new(),
                    format!("\tmade_pair(&{one}, &{other}, socketpair({domain}, pair), pair);"),
                    "}".to_owned(),
                ]
            }
            Call::Wait { millis } => vec![format!("nap({millis}, 0);"), "done(0);".to_owned()],
            Call::Accept { into, .. } => {
                self.need("accept");
                let into = variable(into % SLOTS as u8);
                vec![
                    "at_len = sizeof(at);".to_owned(),
                    format!("accepted(&{into}, accept4({of}, &at.sa, &at_len, SOCK_NONBLOCK));"),
                ]
            }
            Call::Dup { into, .. } => {
                self.need("made");
                vec![format!("made(&{}, dup({of}));", variable(into % SLOTS as u8))]
            }
            Call::Close { .. } => vec![format!("close({of});"), format!("{of} = -1;"), "done(0);".to_owned()],
            Call::Bind { addr, .. } | Call::Connect { addr, .. } => {
                let place = self.place(addr, &mut needed);
                vec![place, format!("done({name}({of}, &at.sa, at_len));")]
            }
            Call::Listen { backlog, .. } => vec![format!("done(listen({of}, {backlog}));")],
            Call::Shutdown { how, .. } => {
                vec![format!("done(shutdown({of}, {}));", self.expression(words::how(how % 3)))]
            }
            Call::Getsockname { .. } | Call::Getpeername { .. } => {
                self.need("addressed");
                vec!["at_len = sizeof(at);".to_owned(), format!("addressed({name}({of}, &at.sa, &at_len));")]
            }
            Call::Setsockopt { level, name, value, .. } => {
                let option = self.option(*level, *name);
                vec![format!("done(setsockopt({of}, {option}, {}, {}));", quoted(value), value.len())]
            }
            Call::Getsockopt { level, name, room, .. } => self.getsockopt(&of, *level, *name, *room),
            Call::Ioctl { request, arg, .. } => {
                self.need("ioctl");
                let request = self.expression(words::request(*request));
                vec![
                    format!("int argument = {arg}, result = ioctl({of}, {request}, &argument);"),
                    String::new(),
                    "controlled(result, argument);".to_owned(),
                ]
            }
            Call::SetNonblocking { on, .. } => {
                let flags = if *on { "O_NONBLOCK" } else { "0" };
                vec![format!("done(fcntl({of}, F_SETFL, {flags}));")]
            }
            Call::Poll { events, waits, .. } => {
                self.need("poll");
                vec![format!(
                    "polled({of}, (short)({}), {});",
                    self.expression(words::events(*events)),
                    -i32::from(*waits)
                )]
            }
            Call::Send { .. } => self.send(step, call, &mut needed),
            Call::Recv { .. } => self.recv(call),
        };
        (lines, needed)
    }

    fn getsockopt(&mut self, of: &str, level: i32, name: i32, room: u16) -> Vec<String> {
        let option = self.option(level, name);
        let tell = if (level, name) == (c::IPPROTO_TCP, c::TCP_INFO) {
            self.need("info");
            "informed(result, value, len);".to_owned()
        } else {
            self.need("getsockopt");
            format!("valued(result, value, len, {room});")
        };
        let rename = match (level, name) {
            (c::SOL_SOCKET, c::SO_PEERNAME) => Some(("peername", "rename_peer(value, len);")),
            (c::IPPROTO_IP, c::IP_PROTOCOL) => Some(("ownport", "rename_port(value, len);")),
            _ => None,
        };
        let mut lines = vec![
            format!("unsigned char *value = room({room});"),
            format!("socklen_t len = {room};"),
            format!("int result = getsockopt({of}, {option}, value, &len);"),
            String::new(),
        ];
        if let Some((part, rename)) = rename {
            self.need(part);
            lines.push(format!("if (!result)\n\t\t\t{rename}"));
        }
        lines.push(tell);
        lines
    }

    fn send(&mut self, step: usize, call: &Call, needed: &mut Vec<Slot>) -> Vec<String> {
        let Call::Send { slot, len, flags, to, control, carry } = call else { unreachable!("a send") };
        // As the executor does.
        let flags = self.expression(words::flags(flags | c::MSG_NOSIGNAL));
        let of = variable(*slot);
        if call.name() == "send" {
            self.need("fill");
            self.need("counted");
            return vec![format!("counted(send({of}, fill({step}, {len}), {len}, {flags}));")];
        }
        self.need("sendmsg");
        needed.extend(carry);
        let carried = carry.map_or_else(|| "-1".to_owned(), variable);
        let mut lines: Vec<String> = to.iter().map(|to| self.place(to, needed)).collect();
        let control = format!("{}, {}", quoted(control), control.len());
        let has_address = i32::from(to.is_some());
        lines.push(format!("send_message({of}, {step}, {len}, {flags}, {has_address}, {carried}, {control});"));
        lines
    }

    fn recv(&mut self, call: &Call) -> Vec<String> {
        let Call::Recv { slot, len, flags, from, control, into } = call else { unreachable!("a recv") };
        let flags = self.expression(words::flags(*flags));
        let of = variable(*slot);
        if call.name() == "recv" {
            self.need("recv");
            return vec![
                format!("unsigned char *data = room({len});"),
                String::new(),
                format!("received(recv({of}, data, {len}, {flags}), data, {len});"),
            ];
        }
        self.need("recvmsg");
        let into = into.map_or_else(|| "NULL".to_owned(), |into| format!("&{}", variable(into % SLOTS as u8)));
        vec![format!("receive_message({of}, {len}, {flags}, {}, {control}, {into});", i32::from(*from))]
    }

    /// What brings an address to where the call finds it.
    fn place(&mut self, place: &Place, needed: &mut Vec<Slot>) -> String {
        self.need("at");
        match place {
            Place::Name(slot) => {
                self.need("name");
                needed.push(*slot);
                format!("name({});", variable(*slot))
            }
            Place::Ip(ip, port) => {
                let port = match port {
                    Port::Of(slot) => {
                        self.need("port");
                        needed.push(*slot);
                        format!("port({})", variable(*slot))
                    }
                    Port::Number(port) if (Port::NAMED..Port::NAMED + Port::NAMES).contains(port) => {
                        format!("PORT + {}", port - Port::NAMED)
                    }
                    Port::Number(port) => port.to_string(),
                };
                let function = if ip.is_ipv4() { "ip4" } else { "ip6" };
                self.need(function);
                format!("{function}(\"{ip}\", {port});")
            }
            Place::Literal(addr) => {
                self.need("bytes");
                let address = addr.to_sockaddr().unwrap_or_default();
                format!("bytes({}, {});", quoted(&address), address.len())
            }
        }
    }
}

/// A source with what only the program knows in its places.
fn filled_in(source: &str, slots: &BTreeSet<Slot>) -> String {
    let list = |lines: Vec<String>| lines.join("\n");
    let mut sockets = String::from("/* The sockets: -1 where there is none. */\n");
    let names: Vec<String> = slots.iter().map(|slot| format!("{} = -1", variable(*slot))).collect();
    if !names.is_empty() {
        let _ = write!(sockets, "static int {};\n\n", names.join(", "));
    }
    sockets.push_str("static struct shown sockets[] = {\n");
    for slot in slots.iter().filter(|slot| usize::from(**slot) < SLOTS) {
        let _ = writeln!(sockets, "\t{{ \"{}\", &{}, 0, 0, 0 }},", Letter(*slot), variable(*slot));
    }
    sockets.push_str("\t{ NULL, NULL, 0, 0, 0 },\n};");
    let info = info(&[]).into_iter().filter_map(|fact| match fact {
        Fact::Info(name, _) => Some(format!("\tprintf(\", {name} %llu\", (unsigned long long)info.tcpi_{name});")),
        _ => None,
    });
    let settings = SYSCTLS.iter().map(|(name, value)| {
        let path = name.trim_start_matches("net.").replace('.', "/");
        format!("\t\t{{ \"{path}\", \"{value}\" }},")
    });
    let flags = MsgFlags::all_named().map(|(name, flag)| format!("\t{{ {:#x}, \"{name}\" }},", flag.bits()));
    let controls = CONTROLS.iter().chain(&OWN).chain(&ORIGINAL).map(|&(level, kind)| {
        let is_own = i32::from(OWN.contains(&(level, kind)));
        let has_port = i32::from(ORIGINAL.contains(&(level, kind)));
        format!("\t{{ {level}, {kind}, {is_own}, {has_port}, \"{}\" }},", words::control(level, kind))
    });
    source
        .replace("SOCKETS", &sockets)
        .replace("\tINFO_FIELDS", &list(info.collect()))
        .replace("\t\tSETTINGS", &list(settings.collect()))
        .replace("\tMESSAGE_FLAGS", &list(flags.collect()))
        .replace("\tCONTROL_NAMES", &list(controls.collect()))
}

/// Every slot that a call names. One beyond the last never holds a socket, and is a variable like another.
fn slots(call: &Call) -> Vec<Slot> {
    let made = |slot: &Slot| slot % SLOTS as u8;
    let of_place = |place: &Place| match place {
        Place::Name(slot) | Place::Ip(_, Port::Of(slot)) => Some(*slot),
        _ => None,
    };
    let mut slots: Vec<Slot> = call.slot().into_iter().collect();
    match call {
        Call::Socket { into, .. } | Call::Accept { into, .. } | Call::Dup { into, .. } => slots.push(made(into)),
        Call::Socketpair { into, .. } => slots.extend(into.iter().map(made)),
        Call::Bind { addr, .. } | Call::Connect { addr, .. } => slots.extend(of_place(addr)),
        Call::Send { to, carry, .. } => slots.extend(to.iter().filter_map(of_place).chain(*carry)),
        Call::Recv { into, .. } => slots.extend(into.iter().map(made)),
        _ => {}
    }
    slots
}

/// A socket's variable.
fn variable(slot: Slot) -> String {
    Letter(slot).to_string()
}

/// Whether anything but the loopback of one host comes up.
fn needs_cable(program: &Program) -> bool {
    let is_elsewhere = |place: &Place| match place {
        Place::Ip(ip, _) => !is_here(*ip),
        Place::Literal(addr) => addr.as_inet().is_some_and(|addr| !is_here(addr.ip())),
        Place::Name(_) => false,
    };
    program.hosts > 1
        || program.calls.iter().any(|call| match call {
            Call::Socket { host, .. } | Call::Socketpair { host, .. } => *host > 0,
            Call::Bind { addr, .. } | Call::Connect { addr, .. } => is_elsewhere(addr),
            Call::Send { to, .. } => to.as_ref().is_some_and(is_elsewhere),
            Call::Setsockopt { level, name, .. } => names_device(*level, *name),
            _ => false,
        })
}

/// Whether an option names an interface: of these there are two, as on the hosts of the executor.
fn names_device(level: i32, name: i32) -> bool {
    match level {
        c::SOL_SOCKET => matches!(name, c::SO_BINDTODEVICE | c::SO_BINDTOIFINDEX),
        c::IPPROTO_IP => {
            matches!(name, c::IP_UNICAST_IF | c::IP_MULTICAST_IF | c::IP_ADD_MEMBERSHIP..=c::MCAST_MSFILTER)
        }
        c::IPPROTO_IPV6 => matches!(
            name,
            c::IPV6_UNICAST_IF
                | c::IPV6_MULTICAST_IF
                | c::IPV6_JOIN_GROUP
                | c::IPV6_LEAVE_GROUP
                | c::IPV6_JOIN_ANYCAST
                | c::IPV6_LEAVE_ANYCAST
                | c::IPV6_PKTINFO
                | c::MCAST_JOIN_GROUP..=c::MCAST_MSFILTER
        ),
        _ => false,
    }
}

fn is_here(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    ip.is_loopback() || ip.is_unspecified()
}

/// The script as the lines of a comment of C.
fn comment(program: &Program) -> String {
    program.to_string().lines().map(|line| format!(" * {}\n", line.replace("*/", "* /"))).collect()
}

/// Bytes as a string of C.
fn quoted(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for &byte in bytes {
        let _ = match byte {
            b'"' | b'\\' => write!(text, "\\{}", char::from(byte)),
            b'?' => write!(text, "\\?"),
            b' '..=b'~' => write!(text, "{}", char::from(byte)),
            // Three digits are the most that an octal escape takes.
            _ => write!(text, "\\{byte:03o}"),
        };
    }
    text.push('"');
    text
}
