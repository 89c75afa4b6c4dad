//! Options of Hyper-V sockets, whose level is the protocol's number: hvsocket.h. Written without a machine of that system.

use super::{Millis, SockOpt, options};
use crate::c;

options! { HYPERV_NAMES;
    /// How long `connect` may take, at most `HVSOCKET_CONNECT_TIMEOUT_MAX`, 300 s.
    HV_PROTOCOL_RAW HVSOCKET_CONNECT_TIMEOUT: Millis;
    /// A connection survives while the guest is suspended.
    HV_PROTOCOL_RAW HVSOCKET_CONNECTED_SUSPEND: bool;
}
