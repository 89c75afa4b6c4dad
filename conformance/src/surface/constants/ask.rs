//! Questions that a constant answers by itself: is there such a family, such a protocol; what do getting and setting an option say?

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use wavetank_api::{Errno, Family, Net, Protocol, Result, SockFlags, SockType, c, option};
use wavetank_real::Machine;
use wavetank_sim::Sim;

/// A question to a world.
#[derive(Clone, Copy, Debug)]
pub(super) enum Question {
    /// A socket of this family, whatever its type.
    Family(Family),
    /// A socket of IPv4 with this protocol, whatever its type.
    Protocol(Protocol),
    /// `getsockopt` into 256 bytes, and `setsockopt` of the `int` 1 (no descriptor, where it wants a program's), on a fresh socket.
    Option { level: i32, number: i32, name: &'static str },
}

const TYPES: [SockType; 5] = [SockType::STREAM, SockType::DGRAM, SockType::SEQPACKET, SockType::RDM, SockType::RAW];

impl Question {
    /// The question of a constant, if it has one.
    pub(super) fn of(name: &str) -> Option<Self> {
        if let Some((level, number, name)) = option::all().find(|known| known.2 == name) {
            return Some(Self::Option { level, number, name });
        }
        let number = c::by_name(name).and_then(|number| i32::try_from(number).ok())?;
        if name.starts_with("AF_") && !["AF_UNSPEC", "AF_MAX"].contains(&name) {
            return Some(Self::Family(Family::from_raw(number)));
        }
        // The numbers of extension headers are no protocols of a socket.
        let header = ["HOPOPTS", "ROUTING", "FRAGMENT", "NONE", "DSTOPTS", "MAX"];
        let protocol = name.strip_prefix("IPPROTO_").filter(|rest| !header.contains(rest));
        protocol.map(|_| Self::Protocol(Protocol::from_raw(number)))
    }

    fn ask<N: Net>(self, net: &N) -> String {
        match self {
            Self::Family(family) => {
                let answers = TYPES.map(|kind| open(net, family, kind, Protocol::DEFAULT));
                // Whoever knows the family refuses types and protocols with another errno.
                let known = answers.iter().any(|answer| *answer != Err(Errno::EAFNOSUPPORT));
                if known { "ok".to_owned() } else { "EAFNOSUPPORT".to_owned() }
            }
            Self::Protocol(protocol) => {
                let mut answer = Ok(());
                for kind in TYPES {
                    answer = open(net, Family::INET, kind, protocol);
                    if answer.is_ok() {
                        break;
                    }
                }
                text(answer)
            }
            Self::Option { level, number, name } => {
                let (family, kind, protocol) = socket_of(level, name);
                let fd = match net.socket(family, kind, SockFlags::CLOEXEC, protocol) {
                    Ok(fd) => fd,
                    Err(error) => return text(errno_of(Err(error))),
                };
                let get = errno_of(net.getsockopt(&fd, level, number, &mut [0; 256]).map(drop));
                let value = if name.ends_with("BPF") { -1 } else { 1_i32 };
                let set = errno_of(net.setsockopt(&fd, level, number, &value.to_ne_bytes()));
                format!("get {}, set {}", text(get), text(set))
            }
        }
    }
}

/// A socket that has this option. Bluetooth's levels are numbers that others have, too.
fn socket_of(level: i32, name: &str) -> (Family, SockType, Protocol) {
    let of = |family: i32, kind, protocol: i32| (Family::from_raw(family), kind, Protocol::from_raw(protocol));
    match name.split('_').next().unwrap_or_default() {
        "HCI" => return of(c::AF_BLUETOOTH, SockType::RAW, c::BTPROTO_HCI),
        "SCO" => return of(c::AF_BLUETOOTH, SockType::SEQPACKET, c::BTPROTO_SCO),
        "RFCOMM" => return of(c::AF_BLUETOOTH, SockType::STREAM, c::BTPROTO_RFCOMM),
        "L2CAP" | "BT" => return of(c::AF_BLUETOOTH, SockType::SEQPACKET, c::BTPROTO_L2CAP),
        _ => {}
    }
    // What a UNIX socket passes, and knows of its peer.
    if name.starts_with("SO_PASS") || name.starts_with("SO_PEER") {
        return of(c::AF_UNIX, SockType::STREAM, 0);
    }
    match level {
        c::IPPROTO_IPV6 => of(c::AF_INET6, SockType::STREAM, 0),
        c::IPPROTO_UDP => of(c::AF_INET, SockType::DGRAM, 0),
        c::SOL_MPTCP => of(c::AF_INET, SockType::STREAM, c::IPPROTO_MPTCP),
        c::SOL_CAN_RAW => of(c::AF_CAN, SockType::RAW, c::CAN_RAW),
        c::SOL_CAN_ISOTP => of(c::AF_CAN, SockType::DGRAM, c::CAN_ISOTP),
        c::SOL_CAN_J1939 => of(c::AF_CAN, SockType::DGRAM, c::CAN_J1939),
        c::SOL_PACKET => of(c::AF_PACKET, SockType::RAW, 0),
        c::SOL_NETLINK => of(c::AF_NETLINK, SockType::RAW, c::NETLINK_ROUTE),
        c::SOL_TIPC => of(c::AF_TIPC, SockType::SEQPACKET, 0),
        c::SOL_RDS => of(c::AF_RDS, SockType::SEQPACKET, 0),
        c::SOL_ALG => of(c::AF_ALG, SockType::SEQPACKET, 0),
        c::AF_VSOCK => of(c::AF_VSOCK, SockType::STREAM, 0),
        _ => of(c::AF_INET, SockType::STREAM, 0),
    }
}

fn open<N: Net>(net: &N, family: Family, kind: SockType, protocol: Protocol) -> std::result::Result<(), Errno> {
    errno_of(net.socket(family, kind, SockFlags::CLOEXEC, protocol).map(drop))
}

fn errno_of(answer: Result<()>) -> std::result::Result<(), Errno> {
    answer.map_err(|error| error.errno().unwrap_or(Errno::EIO))
}

fn text(answer: std::result::Result<(), Errno>) -> String {
    answer.map_or_else(|errno| format!("{errno:?}"), |()| "ok".to_owned())
}

/// Every question, asked of a machine.
fn all<N: Net>(net: &N) -> BTreeMap<&'static str, String> {
    let asked = super::names().into_keys().filter_map(|name| Some((name, Question::of(name)?)));
    asked.map(|(name, question)| (name, question.ask(net))).collect()
}

pub(super) fn on_real() -> BTreeMap<&'static str, String> {
    all(&Machine::this())
}

pub(super) fn on_sim() -> BTreeMap<&'static str, String> {
    let (sim, answers) = (Sim::new(1), Arc::new(Mutex::new(BTreeMap::new())));
    let told = Arc::clone(&answers);
    sim.host("host").run(move |host| {
        *told.lock().unwrap_or_else(PoisonError::into_inner) = all(host);
        Ok(())
    });
    let report = sim.run();
    assert!(report.is_ok(), "a question ended the simulation:\n{report}");
    let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::take(&mut *answers)
}
