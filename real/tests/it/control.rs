//! Control messages and descriptors through the kernel.

use std::fs::File;
use std::io::{IoSlice, IoSliceMut, Read as _, Seek as _, Write as _};
use std::os::fd::OwnedFd;

use wavetank_api::control::{ControlBuf, IP_PKTINFO, IP_TTL, SCM_CREDENTIALS, cmsg_space};
use wavetank_api::option::{IP_RECVTTL, SO_PASSCRED};
use wavetank_api::{Errno, Family, MsgFlags, RecvMsg, SendMsg, SockType, Socket};
use wavetank_real::{Fd, Machine};

fn pair() -> (Socket<Machine>, Socket<Machine>) {
    Socket::pair(&Machine::this(), Family::UNIX, SockType::STREAM).unwrap()
}

fn send(socket: &Socket<Machine>, control: &[u8], fds: &[&Fd]) -> wavetank_api::Result<usize> {
    socket.sendmsg(&SendMsg::new(&[IoSlice::new(b"x")]).with_control(control).with_fds(fds), MsgFlags::empty())
}

fn open_file() -> Fd {
    let path = std::env::temp_dir().join(format!("wavetank-control-{}", std::process::id()));
    let mut file = File::options().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
    std::fs::remove_file(path).unwrap();
    file.write_all(b"ahoy").unwrap();
    OwnedFd::from(file).into()
}

#[test]
fn descriptors_arrive_as_owned_ones() {
    let ((a, b), file) = (pair(), open_file());
    send(&a, &[], &[&file, &file]).unwrap();
    let mut room = [0; 64];
    let (mut byte, mut text) = ([0], String::new());
    let mut bufs = [IoSliceMut::new(&mut byte)];
    let mut msg = RecvMsg::new(&mut bufs).with_control(&mut room);
    assert_eq!(b.recvmsg(&mut msg, MsgFlags::empty()).unwrap(), 1);
    assert_eq!(msg.fds.len(), 2);
    let mut file = File::from(OwnedFd::from(msg.fds.remove(0)));
    file.rewind().unwrap();
    file.read_to_string(&mut text).unwrap();
    assert_eq!(text, "ahoy");
}

#[test]
fn descriptors_without_room_are_cut_and_closed_by_the_kernel() {
    let ((a, b), file) = (pair(), open_file());
    send(&a, &[], &[&file, &file, &file]).unwrap();
    let mut room = vec![0; cmsg_space(4).unwrap()];
    let mut byte = [0];
    let mut bufs = [IoSliceMut::new(&mut byte)];
    let mut msg = RecvMsg::new(&mut bufs).with_control(&mut room);
    b.recvmsg(&mut msg, MsgFlags::empty()).unwrap();
    // The padding behind the first has room for a second.
    assert_eq!((msg.fds.len(), msg.flags), (2, MsgFlags::CTRUNC));
}

#[test]
fn a_number_is_not_a_descriptor() {
    let (a, _b) = pair();
    let mut control = ControlBuf::new();
    control.push_raw(libc::SOL_SOCKET, libc::SCM_RIGHTS, &0_i32.to_ne_bytes()).unwrap();
    assert_eq!(send(&a, control.as_bytes(), &[]).unwrap_err(), Errno::EINVAL);
}

#[test]
fn more_descriptors_than_a_message_carries_are_refused() {
    let ((a, _b), file) = (pair(), open_file());
    send(&a, &[], &[&file; 253]).unwrap();
    assert_eq!(send(&a, &[], &[&file; 254]).unwrap_err(), Errno::EINVAL);
}

#[test]
fn credentials_are_read_by_their_type() {
    let (a, b) = pair();
    b.setsockopt(SO_PASSCRED, true).unwrap();
    send(&a, &[], &[]).unwrap();
    let mut room = [0; 64];
    let mut byte = [0];
    let mut bufs = [IoSliceMut::new(&mut byte)];
    let mut msg = RecvMsg::new(&mut bufs).with_control(&mut room);
    b.recvmsg(&mut msg, MsgFlags::empty()).unwrap();
    let who = msg.control_messages().find(SCM_CREDENTIALS).unwrap();
    assert_eq!(who.pid, std::process::id() as i32);
}

#[test]
fn a_datagram_tells_its_ttl() {
    let machine = Machine::this();
    let (a, b) = (
        wavetank_api::UdpSocket::bind(&machine, "127.0.0.1:0").unwrap(),
        wavetank_api::UdpSocket::bind(&machine, "127.0.0.1:0").unwrap(),
    );
    b.socket().setsockopt(IP_RECVTTL, true).unwrap();
    let mut control = ControlBuf::new();
    control.push(IP_TTL, 33).unwrap();
    let to = b.local_addr().unwrap().into();
    let bufs = [IoSlice::new(b"x")];
    a.socket().sendmsg(&SendMsg::new(&bufs).to(&to).with_control(control.as_bytes()), MsgFlags::empty()).unwrap();
    let mut room = [0; 64];
    let mut byte = [0];
    let mut bufs = [IoSliceMut::new(&mut byte)];
    let mut msg = RecvMsg::new(&mut bufs).with_control(&mut room);
    b.socket().recvmsg(&mut msg, MsgFlags::empty()).unwrap();
    assert_eq!(msg.control_messages().find(IP_TTL), Some(33));
    assert_eq!(msg.control_messages().find(IP_PKTINFO), None);
}
