//! The constants of Linux that are not in `common.rs`, a file per family.

mod bluetooth;
mod can;
mod can_error;
mod ether;
mod family;
mod ip;
mod ipv6;
mod kernel;
mod packet;
mod rds;
mod resolver;
mod socket;
mod tcp;
mod tipc;

pub use self::{
    bluetooth::*, can::*, can_error::*, ether::*, family::*, ip::*, ipv6::*, kernel::*, packet::*, rds::*, resolver::*,
    socket::*, tcp::*, tipc::*,
};

/// The names of all of them.
pub(super) const LINUX: &[&[(&str, i64)]] =
    &[BLUETOOTH, CAN, CAN_ERROR, ETHER, FAMILY, IP, IPV6, KERNEL, PACKET, RDS, RESOLVER, SOCKET, TCP, TIPC];
