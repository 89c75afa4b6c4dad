//! IP_OPTIONS: what an IP header's options may be (`ip_options_compile`), and what of them is shown (`ip_options_undo`). Stored; they take
//! their room from segments and datagrams.

use std::net::SocketAddr;

use wavetank_api::Errno;

use super::Given;
use crate::{
    host::{Body, Family, Switches, Tcp},
    proto::tcp::{Connection, Path},
};

/// The most bytes that they can have.
const MAX: usize = 40;
/// The kinds: RFC 791 section 3.1, RFC 2113.
const END: u8 = 0;
const NOOP: u8 = 1;
const RECORD_ROUTE: u8 = 7;
const TIMESTAMP: u8 = 68;
const LOOSE_SOURCE_ROUTE: u8 = 131;
const CIPSO: u8 = 134;
const STRICT_SOURCE_ROUTE: u8 = 137;
const ROUTER_ALERT: u8 = 148;

pub(super) fn set(given: &mut Given<'_, '_>) -> Result<(), Errno> {
    if given.value.len() > MAX {
        return Err(Errno::EINVAL);
    }
    // Kept in whole words.
    let mut whole = given.value.to_vec();
    whole.resize(whole.len().next_multiple_of(4), END);
    compile(&mut whole).ok_or(Errno::EINVAL)?;
    given.rare_mut().set_blob(libc::IPPROTO_IP, libc::IP_OPTIONS, &whole);
    let socket = given.socket_mut();
    let is_v4 = socket.is_v4() || matches!(socket.remote, Some(SocketAddr::V4(_)));
    // Of a socket of IPv6 only while it is connected, and where inet_daddr does not say LOOPBACK4_IPV6, as it does of who was accepted
    // (`do_ip_setsockopt`).
    let is_accepted6 = !is_v4 && socket.options.switches.contains(Switches::ACCEPTED);
    let is_over = socket.family == Family::Inet6 && socket.connection().is_some_and(Connection::is_finished);
    let takes_room = !is_accepted6 && !is_over;
    match &socket.body {
        Body::Tcp(Tcp::Connection { .. }) if takes_room => {
            given.push(|live, cx| live.set_ip_options(cx, whole.len() as u8))
        }
        Body::Tcp(_) if socket.family == Family::Inet => {
            let rest = socket.rest_mut();
            rest.path = Some(Path::reckon_anew(rest.path));
        }
        _ => {}
    }
    Ok(())
}

/// Each is a single byte, or says its own length; each kind of route and the time stamps are there once. `None` if something is wrong.
fn compile(options: &mut [u8]) -> Option<()> {
    let mut seen = [false; 3];
    let mut once = |which: usize| (!std::mem::replace(&mut seen[which], true)).then_some(());
    let mut at = 0;
    while at < options.len() {
        match options[at] {
            END => {
                options[at..].fill(END);
                return Some(());
            }
            NOOP => {
                at += 1;
                continue;
            }
            _ => {}
        }
        let len = usize::from(*options.get(at + 1)?);
        let option = options.get_mut(at..at + len).filter(|option| option.len() >= 2)?;
        match option[0] {
            LOOSE_SOURCE_ROUTE | STRICT_SOURCE_ROUTE => {
                once(0)?;
                // The program gives the first hop with the others.
                (len >= 7 && option[2] == 4 && (len - 3).is_multiple_of(4)).then_some(())?;
            }
            RECORD_ROUTE => {
                once(1)?;
                (len >= 3 && option[2] >= 4).then_some(())?;
                clear(option, 4, 4)?;
            }
            TIMESTAMP => {
                once(2)?;
                (len >= 4 && option[2] >= 5).then_some(())?;
                timestamps(option)?;
            }
            ROUTER_ALERT => (len >= 4).then_some(())?,
            // `cipso_v4_validate` wants a domain of interpretation, and there is none.
            CIPSO => return None,
            // Whatever it is: the program has CAP_NET_RAW.
            _ => {}
        }
        at += len;
    }
    Some(())
}

/// The place that the pointer, counted from 1, points to, is to be filled in on the way; a full list stays.
fn clear(option: &mut [u8], needed: usize, cleared: usize) -> Option<()> {
    let pointer = usize::from(option[2]);
    if pointer > option.len() {
        return Some(());
    }
    (pointer + needed - 1 <= option.len()).then_some(())?;
    option[pointer - 1..pointer - 1 + cleared].fill(0);
    Some(())
}

/// IPOPT_TS_TSONLY, _TSANDADDR, _PRESPEC: times, addresses with times, or times at these addresses.
fn timestamps(option: &mut [u8]) -> Option<()> {
    const TIME: u8 = 0;
    const ADDRESS_AND_TIME: u8 = 1;
    const PRESPECIFIED: u8 = 3;
    let (flags, overflow) = (option[3] & 0xf, option[3] >> 4);
    if usize::from(option[2]) > option.len() {
        return (flags == PRESPECIFIED || overflow != 15).then_some(());
    }
    match flags {
        TIME => clear(option, 4, 4),
        ADDRESS_AND_TIME => clear(option, 8, 8),
        PRESPECIFIED => clear(option, 8, 0),
        _ => clear(option, 4, 0),
    }
}
