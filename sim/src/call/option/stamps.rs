//! Time stamps of `SOL_SOCKET`, of which there are two kinds and two forms, and SO_TIMESTAMPING.

use wavetank_api::Errno;

use super::{Given, state};
use crate::host::{Body, Socket, Switches};

/// SOF_TIMESTAMPING_OPT_ID, which TCP has only once there is a sequence to count from, and the bits there are.
const TIMESTAMPING_OPT_ID: u32 = 1 << 7;
const TIMESTAMPING_BITS: u32 = (1 << 19) - 1;
/// SOF_TIMESTAMPING_OPT_TSONLY, _OPT_STATS, _BIND_PHC, _OPT_ID_TCP.
const TIMESTAMPING_OPT_TSONLY: u32 = 1 << 11;
const TIMESTAMPING_OPT_STATS: u32 = 1 << 12;
const TIMESTAMPING_BIND_PHC: u32 = 1 << 15;
const TIMESTAMPING_OPT_ID_TCP: u32 = 1 << 16;

/// Which of the four kinds of time stamps is on: exactly this.
pub(super) fn stamps(switches: Switches, kind: Switches) -> i32 {
    (switches & (Switches::TIMESTAMP | Switches::TIMESTAMP_NS | Switches::TIMESTAMP_NEW) == kind).into()
}

/// Of these kinds, one at a time (`sock_set_timestamp`).
pub(super) fn set_stamps(given: &mut Given<'_, '_>, kind: Switches, on: bool) {
    let switches = &mut given.socket_mut().options.switches;
    switches.remove(Switches::TIMESTAMP | Switches::TIMESTAMP_NS);
    if on {
        switches.remove(Switches::TIMESTAMP_NEW);
        switches.insert(kind);
    }
}

/// `sock_set_timestamping`, in the order of its lines.
pub(super) fn timestamping(socket: &Socket, bits: u32) -> Result<u32, Errno> {
    let has = |bit: u32| bits & bit != 0;
    let begins = has(TIMESTAMPING_OPT_ID & !socket.options.rare().timestamping);
    let has_no_sequence = matches!(socket.body, Body::Tcp(_)) && state(socket).is_close_or_listen();
    if has(!TIMESTAMPING_BITS)
        || (has(TIMESTAMPING_OPT_ID_TCP) && !has(TIMESTAMPING_OPT_ID))
        || (begins && has_no_sequence)
        || (has(TIMESTAMPING_OPT_STATS) && !has(TIMESTAMPING_OPT_TSONLY))
    {
        return Err(Errno::EINVAL);
    }
    if has(TIMESTAMPING_BIND_PHC) {
        // No interface has a clock of its own (`sock_timestamping_bind_phc`).
        return Err(if socket.options.rare().device == 0 { Errno::EOPNOTSUPP } else { Errno::EINVAL });
    }
    Ok(bits)
}
