//! CAN frames on the bus: `CAN_RAW`.

use wavetank_api::{
    Errno, Family, MsgFlags, Protocol, SockType, Socket,
    option::{SO_DOMAIN, SO_PROTOCOL, SO_TYPE},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, fails, same},
    need::Need,
};

const CAN_RAW: Need = Need::socket(Family::CAN, SockType::RAW, Protocol::from_raw(libc::CAN_RAW))
    .with_links(&[("vcan0", "vcan"), ("vcan1", "vcan")]);

cases! { can::raw, needs CAN_RAW:
    what_it_is apart
        "A raw CAN socket tells its family and type; its protocol is 0, whatever it was made with"
        from "can_create does not set sk_protocol";
    unbound apart
        "A socket that was never bound hears no interface, and send says ENXIO"
        from "raw_sendmsg: dev_get_by_index(ifindex 0)";
}

fn raw<B: Bed>(bed: &B) -> Result<Socket<B::Host>, Stop> {
    Ok(Socket::with_protocol(bed.near().host, CAN_RAW.family, CAN_RAW.kind, CAN_RAW.protocol)?)
}

fn what_it_is<B: Bed>(bed: &B) -> Outcome {
    let socket = raw(bed)?;
    same("SO_DOMAIN", socket.getsockopt(SO_DOMAIN)?, Family::CAN)?;
    same("SO_TYPE", socket.getsockopt(SO_TYPE)?, SockType::RAW)?;
    same("SO_PROTOCOL", socket.getsockopt(SO_PROTOCOL)?, Protocol::DEFAULT)
}

fn unbound<B: Bed>(bed: &B) -> Outcome {
    let socket = raw(bed)?;
    fails(socket.send(&[0; 16]), Errno::ENXIO)?;
    fails(socket.recv_with(&mut [0; 16], MsgFlags::DONTWAIT), Errno::EAGAIN)
}
