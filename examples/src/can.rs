//! The CAN programs of the socket documentation: the raw protocol, and the broadcast manager. Linux; they take a CAN interface, which
//! `ip link add vcan0 type vcan && ip link set vcan0 up` makes.

use std::time::Duration;

use wavetank::can::{BcmFlags, BcmMsg, BcmOp, CanFrame, CanId};
use wavetank::{Addr, CanAddr, Errno, Error, Family, Host, MsgFlags, Protocol, Result, SockType, Socket, c};

/// Creates a raw socket and binds it to the interface.
pub fn open_raw<H: Host>(host: &H, interface: &str) -> Result<Socket<H>> {
    let socket = Socket::with_protocol(host, Family::CAN, SockType::RAW, Protocol::from_raw(c::CAN_RAW))?;
    socket.bind(&Addr::Can(CanAddr::Raw { ifindex: host.if_nametoindex(interface)? }))?;
    Ok(socket)
}

/// Receives a frame, sends it back, and sends one of its own: a turn of the documentation's loop. What was received is returned.
pub fn receive_and_echo<H: Host>(socket: &Socket<H>) -> Result<CanFrame> {
    let (bytes, _addr) = socket.recvfrom_vec(CanFrame::LEN, MsgFlags::empty())?;
    let frame = CanFrame::decode(&bytes).ok_or_else(|| Error::new(Errno::EBADMSG, "recvfrom"))?;
    println!("Received: can_id={:x}, can_dlc={:x}, data={:02x?}", frame.id.number(), frame.len, frame.data());
    send(socket, &frame)?;
    send(socket, &CanFrame { id: CanId::standard(0x01), len: 2, bytes: *b"\x01\x02\0\0\0\0\0\0", len8_dlc: 0 })?;
    Ok(frame)
}

/// Sends one frame.
pub fn send<H: Host>(socket: &Socket<H>, frame: &CanFrame) -> Result<()> {
    socket.send(&frame.encode()).map(drop)
}

/// Opens the broadcast manager, which is connected and not bound.
pub fn open_bcm<H: Host>(host: &H, interface: &str) -> Result<Socket<H>> {
    let socket = Socket::with_protocol(host, Family::CAN, SockType::DGRAM, Protocol::from_raw(c::CAN_BCM))?;
    socket.connect(&Addr::Can(CanAddr::Raw { ifindex: host.if_nametoindex(interface)? }))?;
    Ok(socket)
}

/// Has the kernel send this frame again and again.
pub fn send_cyclically<H: Host>(bcm: &Socket<H>, frame: CanFrame, every: Duration) -> Result<()> {
    let task = BcmMsg {
        flags: BcmFlags::SETTIMER | BcmFlags::STARTTIMER,
        ival2: every,
        frames: vec![frame],
        ..BcmMsg::new(BcmOp::TX_SETUP, frame.id)
    };
    bcm.send(&task.encode()).map(drop)
}

/// Has the kernel tell of every frame with this identifier whose content is another than the last one's.
pub fn tell_changes<H: Host>(bcm: &Socket<H>, id: CanId) -> Result<()> {
    let mask = CanFrame { id, len: 8, bytes: [0xff; 8], len8_dlc: 0 };
    let task = BcmMsg { frames: vec![mask], ..BcmMsg::new(BcmOp::RX_SETUP, id) };
    bcm.send(&task.encode()).map(drop)
}

/// Waits until the broadcast manager tells something.
pub fn next_told<H: Host>(bcm: &Socket<H>) -> Result<BcmMsg> {
    let bytes = bcm.recv_vec(BcmMsg::HEAD_LEN + CanFrame::LEN)?;
    BcmMsg::decode(&bytes).ok_or_else(|| Error::new(Errno::EBADMSG, "recv"))
}
