//! What CAN sockets send and receive, and what their options hold: C's structures as Rust ones, and their bytes both ways.
//!
//! Every message of a CAN socket is one structure, so `send` and `recv` take the bytes of a [`CanFrame`], a [`CanFdFrame`] or a
//! [`BcmMsg`]. Of include/uapi/linux/can.h and its folder; Documentation/networking/can.rst.
//!
//! ```no_run
//! use wavetank_api::can::{CanFrame, CanId};
//! use wavetank_api::{Addr, CanAddr, Family, Net, Protocol, SockType, Socket};
//!
//! fn echo(net: &impl Net, ifindex: u32) -> wavetank_api::Result<()> {
//!     let socket = Socket::with_protocol(net, Family::CAN, SockType::RAW, Protocol::CAN_RAW)?;
//!     socket.bind(&Addr::Can(CanAddr::Raw { ifindex }))?;
//!     let mut bytes = [0; CanFrame::LEN];
//!     loop {
//!         let count = socket.recv(&mut bytes)?;
//!         if let Some(frame) = CanFrame::decode(&bytes[..count]) {
//!             let next = CanId::standard(frame.id.number() as u16 + 1);
//!             socket.send(&CanFrame { id: next, ..frame }.encode())?;
//!         }
//!     }
//! }
//! ```

mod bcm;
mod filter;
mod frame;
mod id;
mod isotp;
mod j1939;
#[cfg(test)]
mod tests;

pub use self::bcm::{BcmFlags, BcmMsg, BcmOp};
pub use self::filter::CanFilter;
pub use self::frame::{CanFdFlags, CanFdFrame, CanFrame};
pub use self::id::CanId;
pub use self::isotp::{IsotpFc, IsotpFlags, IsotpLink, IsotpOptions};
pub use self::j1939::J1939Filter;
