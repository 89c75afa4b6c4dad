//! `IPPROTO_UDP`: `udp_lib_getsockopt` and `udp_lib_setsockopt`. UDP_CORK and UDP_SEGMENT act (`host/udp_cork.rs`, `host/udp.rs`); the rest is stored.

use wavetank_api::{Errno, c};

use super::{Asked, Given, Value, within};
use crate::{call::errno::IntoErrno, host::RareSwitches};

/// UDP_ENCAP_ESPINUDP and UDP_ENCAP_L2TPINUDP: what else there is, programs cannot ask for.
const ENCAP: [i32; 3] = [0, 2, L2TP_IN_UDP];
const L2TP_IN_UDP: i32 = 3;

/// The options that are on or off, whatever the number.
fn switch_of(name: i32) -> Option<RareSwitches> {
    Some(match name {
        c::UDP_CORK => RareSwitches::UDP_CORK,
        c::UDP_NO_CHECK6_TX => RareSwitches::UDP_NO_CHECK6_TX,
        c::UDP_NO_CHECK6_RX => RareSwitches::UDP_NO_CHECK6_RX,
        c::UDP_GRO => RareSwitches::UDP_GRO,
        _ => return None,
    })
}

pub(super) fn get(asked: &Asked<'_>) -> Result<Value, Errno> {
    if let Some(switch) = switch_of(asked.name) {
        return Ok(asked.rare_switch(switch));
    }
    Ok(Value::Int(match asked.name {
        c::UDP_ENCAP => asked.rare().udp_encap.into(),
        c::UDP_SEGMENT => asked.rare().udp_segment.into(),
        // UDP-Lite's coverage, which UDP has no use for.
        c::UDPLITE_SEND_CSCOV | c::UDPLITE_RECV_CSCOV => 0,
        _ => return Err(Errno::ENOPROTOOPT),
    }))
}

pub(super) fn set(given: &mut Given<'_, '_>) -> Result<(), Errno> {
    let value = given.int()?;
    if let Some(switch) = switch_of(given.name) {
        given.rare_switch(switch, value != 0);
        if switch == RareSwitches::UDP_CORK && value == 0 {
            return given.host.udp_push(given.env, given.id).map_err(IntoErrno::errno);
        }
        return Ok(());
    }
    match given.name {
        c::UDP_ENCAP if ENCAP.contains(&value) => {
            let rare = given.rare_mut();
            rare.udp_encap = value as u8;
            rare.udp_looks_for_esp |= value != L2TP_IN_UDP;
        }
        c::UDP_SEGMENT => given.rare_mut().udp_segment = within(value, 0, u16::MAX.into())? as u16,
        _ => return Err(Errno::ENOPROTOOPT),
    }
    Ok(())
}
