//! What the cases of the CAN protocols share: sockets on the bus, and the settings of its interfaces.

use wavetank_api::{
    Addr, CanAddr, Errno, Host, MsgFlags, Net, Protocol, SockType, Socket, c,
    can::{CanFrame, CanId},
};

use crate::{
    bed::Bed,
    check::{Outcome, Stop, fails},
    need::Need,
};

pub(super) type Result<T> = std::result::Result<T, Stop>;
/// Two sockets of a bed.
pub(super) type Two<B> = (Socket<<B as Bed>::Host>, Socket<<B as Bed>::Host>);

/// The interfaces of every machine here: two buses that nothing joins.
const BUSES: &[(&str, &str)] = &[("vcan0", "vcan"), ("vcan1", "vcan")];

pub(super) const fn need(kind: SockType, protocol: i32) -> Need {
    Need::socket(wavetank_api::Family::CAN, kind, Protocol::from_raw(protocol)).with_links(BUSES)
}

pub(super) const CAN_RAW: Need = need(SockType::RAW, c::CAN_RAW);

/// A socket of that kind.
#[track_caller]
pub(super) fn socket<B: Bed>(bed: &B, need: &Need) -> Result<Socket<B::Host>> {
    Ok(Socket::with_protocol(bed.near().host, need.family, need.kind, need.protocol)?)
}

/// The number of an interface.
#[track_caller]
pub(super) fn index_of<B: Bed>(bed: &B, name: &str) -> Result<u32> {
    let interfaces = bed.near().host.if_nameindex()?;
    let found = interfaces.into_iter().find(|(_, known)| known == name);
    found.map(|(index, _)| index).ok_or_else(|| Stop::failed(&format!("there is no interface {name}")))
}

/// The address of a bus.
#[track_caller]
pub(super) fn bus<B: Bed>(bed: &B, name: &str) -> Result<Addr> {
    Ok(Addr::Can(CanAddr::Raw { ifindex: index_of(bed, name)? }))
}

/// A raw socket that hears a bus.
#[track_caller]
pub(super) fn raw_on<B: Bed>(bed: &B, name: &str) -> Result<Socket<B::Host>> {
    let socket = socket(bed, &CAN_RAW)?;
    socket.bind(&bus(bed, name)?)?;
    Ok(socket)
}

/// A data frame with an identifier of 11 bits.
#[track_caller]
pub(super) fn frame(id: u16, data: &[u8]) -> CanFrame {
    CanFrame::new(CanId::standard(id), data).expect("a frame of a case has 8 bytes at most")
}

/// Sends a whole message.
#[track_caller]
pub(super) fn sends<H: Host>(socket: &Socket<H>, message: &[u8]) -> Outcome {
    let sent = socket.send(message)?;
    if sent == message.len() { Ok(()) } else { Err(Stop::failed(&format!("{sent} bytes of a message were sent"))) }
}

/// The next frame is this one.
#[track_caller]
pub(super) fn hears<H: Host>(socket: &Socket<H>, expected: &CanFrame) -> Outcome {
    socket.settimeout(Some(crate::check::PATIENCE))?;
    let bytes = socket.recv_vec(128)?;
    socket.settimeout(None)?;
    match CanFrame::decode(&bytes) {
        Some(got) if got == *expected => Ok(()),
        Some(got) => Err(Stop::failed(&format!("expected the frame {expected}, got {got}"))),
        None => Err(Stop::failed(&format!("expected the frame {expected}, got {} bytes {bytes:02x?}", bytes.len()))),
    }
}

/// Nothing is there, and nothing comes.
#[track_caller]
pub(super) fn hears_nothing<B: Bed>(bed: &B, socket: &Socket<B::Host>) -> Outcome {
    bed.settle();
    fails(socket.recv_with(&mut [0; 128], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

/// Bytes of C's `struct ifreq` on machines of 64 bits: the name, and the number that a request is about.
fn ifreq(name: &str, number: i32) -> [u8; 40] {
    let mut request = [0; 40];
    request[..name.len()].copy_from_slice(name.as_bytes());
    request[16..20].copy_from_slice(&number.to_ne_bytes());
    request
}

/// `ioctl(SIOC…, ifreq)`: the number that comes back.
#[track_caller]
pub(super) fn interface_ioctl<H: Host>(socket: &Socket<H>, request: u64, name: &str, number: i32) -> Result<i32> {
    let mut argument = ifreq(name, number);
    socket.ioctl(request, &mut argument)?;
    Ok(i32::from_ne_bytes([argument[16], argument[17], argument[18], argument[19]]))
}

/// Takes an interface up or down, as an administrator does.
#[track_caller]
pub(super) fn set_up<H: Host>(socket: &Socket<H>, name: &str, up: bool) -> Outcome {
    interface_ioctl(socket, libc::SIOCSIFFLAGS, name, if up { libc::IFF_UP } else { 0 }).map(drop)
}
