//! Values as Rust writes them.

use wavetank_api::{Addr, Family, MsgFlags, Protocol, SockType, c};

use crate::{Port, program::text::words};

pub(super) fn number_of(port: u16) -> String {
    if (Port::NAMED..Port::NAMED + Port::NAMES).contains(&port) {
        return format!("port + {}", port - Port::NAMED).replace(" + 0", "");
    }
    port.to_string()
}

pub(super) fn literal(addr: &Addr) -> String {
    if *addr == Addr::Unspec {
        "Addr::Unspec".to_owned()
    } else {
        format!("{:?}.parse::<Addr>().unwrap()", addr.to_string())
    }
}

pub(super) fn domain(family: i32, kind: i32) -> String {
    let family = match Family::from_raw(family) {
        Family::INET => "Family::INET".to_owned(),
        Family::INET6 => "Family::INET6".to_owned(),
        Family::UNIX => "Family::UNIX".to_owned(),
        other => format!("Family::from_raw({})", other.raw()),
    };
    let kind = match SockType::from_raw(kind) {
        SockType::STREAM => "SockType::STREAM".to_owned(),
        SockType::DGRAM => "SockType::DGRAM".to_owned(),
        other => format!("SockType::from_raw({})", other.raw()),
    };
    format!("{family}, {kind}")
}

pub(super) fn protocol(number: i32) -> String {
    let known = [("DEFAULT", Protocol::DEFAULT), ("TCP", Protocol::TCP), ("UDP", Protocol::UDP)];
    let known = known.iter().find(|known| known.1 == Protocol::from_raw(number));
    known.map_or_else(|| format!("Protocol::from_raw({number})"), |known| format!("Protocol::{}", known.0))
}

pub(super) fn option(level: i32, name: i32) -> String {
    let named = |text: String, number: i32| {
        let is_constant = c::by_name(&text) == Some(number.into());
        if is_constant { format!("c::{text}") } else { number.to_string() }
    };
    format!("{}, {}", named(words::level(level), level), named(words::option(level, name), name))
}

pub(super) fn flags(number: i32) -> String {
    let text = MsgFlags::from_bits_retain(number).to_string();
    let is_named = number != 0 && text.split('|').all(|name| name.starts_with("MSG_"));
    match number {
        0 => "MsgFlags::empty()".to_owned(),
        _ if is_named => text.replace("MSG_", "MsgFlags::").replace('|', " | "),
        _ => format!("MsgFlags::from_bits_retain({number})"),
    }
}

/// The value of an option: an `int`, or bytes.
pub(super) fn value_of(value: &[u8]) -> String {
    match value.try_into() {
        Ok(int) => format!("i32::to_ne_bytes({})", i32::from_ne_bytes(int)),
        Err(_) => bytes(value),
    }
}

pub(super) fn bytes(value: &[u8]) -> String {
    let list: Vec<String> = value.iter().map(u8::to_string).collect();
    format!("[{}]", list.join(", "))
}
