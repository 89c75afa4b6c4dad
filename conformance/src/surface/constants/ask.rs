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
    Option { level: i32, name: i32 },
}

const TYPES: [SockType; 5] = [SockType::STREAM, SockType::DGRAM, SockType::SEQPACKET, SockType::RDM, SockType::RAW];

impl Question {
    /// The question of a constant, if it has one.
    pub(super) fn of(name: &str) -> Option<Self> {
        if let Some((level, number, _)) = option::all().find(|known| known.2 == name) {
            return Some(Self::Option { level, name: number });
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
            Self::Option { level, name } => {
                let (family, kind) = match level {
                    c::IPPROTO_IPV6 => (Family::INET6, SockType::STREAM),
                    c::IPPROTO_UDP => (Family::INET, SockType::DGRAM),
                    _ => (Family::INET, SockType::STREAM),
                };
                let fd = match net.socket(family, kind, SockFlags::CLOEXEC, Protocol::DEFAULT) {
                    Ok(fd) => fd,
                    Err(error) => return text(errno_of(Err(error))),
                };
                let get = errno_of(net.getsockopt(&fd, level, name, &mut [0; 256]).map(drop));
                let program = option::option_name(level, name).is_some_and(|name| name.ends_with("BPF"));
                let value = if program { -1 } else { 1_i32 };
                let set = errno_of(net.setsockopt(&fd, level, name, &value.to_ne_bytes()));
                format!("get {}, set {}", text(get), text(set))
            }
        }
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
