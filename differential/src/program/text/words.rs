//! Numbers by their names in C, both ways.

use wavetank_api::{Family, MsgFlags, PollEvents, Protocol, SockType, c, option};

use crate::ioctl;

/// What the tables of `wavetank_api` do not have: `sys/ioctl.h`, `linux/sockios.h`, `fcntl.h`, `poll.h`.
const MORE: &[(&str, i64)] = &[
    ("FIONREAD", ioctl::FIONREAD as i64),
    ("FIONBIO", ioctl::FIONBIO as i64),
    ("SIOCINQ", ioctl::FIONREAD as i64),
    ("SIOCOUTQ", ioctl::SIOCOUTQ as i64),
    ("SIOCATMARK", ioctl::SIOCATMARK as i64),
    ("SIOCOUTQNSD", ioctl::SIOCOUTQNSD as i64),
    ("O_NONBLOCK", 0o4000),
    ("SHUT_RD", 0),
    ("SHUT_WR", 1),
    ("SHUT_RDWR", 2),
];

/// `POLL*` of Linux, in the order of the numbers.
const EVENTS: &[(&str, i16)] = &[
    ("POLLIN", 0x1),
    ("POLLPRI", 0x2),
    ("POLLOUT", 0x4),
    ("POLLERR", 0x8),
    ("POLLHUP", 0x10),
    ("POLLNVAL", 0x20),
    ("POLLRDNORM", 0x40),
    ("POLLRDBAND", 0x80),
    ("POLLWRNORM", 0x100),
    ("POLLWRBAND", 0x200),
    ("POLLMSG", 0x400),
    ("POLLREMOVE", 0x1000),
    ("POLLRDHUP", 0x2000),
];

/// Control messages whose numbers are no options, or are those of others.
const CONTROLS: &[(i32, &str, i32)] = &[
    (c::SOL_SOCKET, "SCM_RIGHTS", 1),
    (c::SOL_SOCKET, "SCM_CREDENTIALS", 2),
    (c::IPPROTO_IPV6, "IPV6_PKTINFO", c::IPV6_PKTINFO),
    (c::IPPROTO_IPV6, "IPV6_HOPLIMIT", c::IPV6_HOPLIMIT),
];

pub(crate) fn family(number: i32) -> String {
    Family::from_raw(number).to_string()
}

pub(crate) fn kind(number: i32) -> String {
    SockType::from_raw(number).to_string()
}

/// Every family counts its own.
pub(crate) fn protocol(of_family: i32, number: i32) -> String {
    if number == 0 { "0".to_owned() } else { Protocol::of(Family::from_raw(of_family), number).to_string() }
}

pub(crate) fn level(number: i32) -> String {
    if number == c::SOL_SOCKET { "SOL_SOCKET".to_owned() } else { Protocol::from_raw(number).to_string() }
}

pub(crate) fn option(level: i32, name: i32) -> String {
    option::option_name(level, name).map_or_else(|| name.to_string(), str::to_owned)
}

/// A control message's level and type.
pub(crate) fn control(at_level: i32, kind: i32) -> String {
    let own = CONTROLS.iter().find(|known| (known.0, known.2) == (at_level, kind)).map(|known| known.1.to_owned());
    // `SOL_SOCKET` has others; at the other levels it is what the option is that asks for it.
    let other = || if at_level == c::SOL_SOCKET { kind.to_string() } else { option(at_level, kind) };
    format!("{}:{}", level(at_level), own.unwrap_or_else(other))
}

pub(crate) fn flags(number: i32) -> String {
    MsgFlags::from_bits_retain(number).to_string()
}

pub(crate) fn events(number: i16) -> String {
    let named = EVENTS.iter().filter(|(_, bit)| number & bit != 0);
    let rest = named.clone().fold(number, |rest, (_, bit)| rest & !bit);
    let names: Vec<String> =
        named.map(|(name, _)| (*name).to_owned()).chain((rest != 0).then(|| format!("{rest:#x}"))).collect();
    if names.is_empty() { "0".to_owned() } else { names.join("|") }
}

pub(crate) fn request(number: u32) -> String {
    let name = MORE[..6].iter().find(|known| known.1 == i64::from(number));
    name.map_or_else(|| format!("{number:#x}"), |known| known.0.to_owned())
}

pub(crate) fn how(number: u8) -> String {
    ["SHUT_RD", "SHUT_WR", "SHUT_RDWR"].get(usize::from(number)).map_or_else(|| number.to_string(), |&name| name.into())
}

/// The number that a text stands for: digits, or names of C joined by `|`.
pub(crate) fn number(text: &str) -> Result<i64, String> {
    text.split('|').try_fold(0, |bits, word| Ok(bits | one(word.trim())?))
}

fn one(word: &str) -> Result<i64, String> {
    let (sign, digits) = word.strip_prefix('-').map_or((1, word), |digits| (-1, digits));
    let (digits, radix) = digits.strip_prefix("0x").map_or((digits, 10), |digits| (digits, 16));
    if word.starts_with('-') || word.starts_with(|first: char| first.is_ascii_digit()) {
        // Not even `from_str_radix` may see a sign now.
        let number = if digits.starts_with(['+', '-']) { None } else { i64::from_str_radix(digits, radix).ok() };
        return number.map(|number| sign * number).ok_or_else(|| format!("`{word}` is no number"));
    }
    named(word).ok_or_else(|| format!("`{word}` is no number, and no name of C that is known here"))
}

fn named(word: &str) -> Option<i64> {
    let more = || MORE.iter().find(|known| known.0 == word).map(|known| known.1);
    let event = || EVENTS.iter().find(|known| known.0 == word).map(|known| known.1.into());
    let control = || CONTROLS.iter().find(|known| known.1 == word).map(|known| known.2.into());
    let typed = || {
        let number = Family::by_name(word).map(Family::raw);
        let number = number.or_else(|| SockType::by_name(word).map(SockType::raw));
        number.or_else(|| Protocol::by_name(word).map(Protocol::raw)).map(i64::from)
    };
    let flag = || MsgFlags::by_name(word).map(|flags| flags.bits().into());
    let event = || event().or_else(|| PollEvents::by_name(word).map(|events| events.bits().into()));
    typed().or_else(more).or_else(event).or_else(control).or_else(flag).or_else(|| c::by_name(word))
}

/// The number of an option of that level.
pub(crate) fn option_of(level: i32, text: &str) -> Result<i64, String> {
    let found = option::all().find(|known| known.0 == level && known.2 == text);
    found.map_or_else(|| number(text), |known| Ok(known.1.into()))
}

/// The number of a type of control message of that level.
pub(crate) fn control_of(level: i32, text: &str) -> Result<i64, String> {
    if level == c::SOL_SOCKET { number(text) } else { option_of(level, text) }
}
