//! Addresses of VSOCK, and what refuses them.

use wavetank_api::{Addr, Errno, Family, SockType, VsockAddr};

use super::vsock::{STREAM, bound, fresh, listener, local, stream, vsock_of};
use crate::{
    bed::Bed,
    case::{World, cases},
    check::{Outcome, Stop, fails, holds, same},
    need::is_in_vm,
};

cases! { vsock, needs STREAM:
    fresh_names once
        "A fresh socket has no name: VMADDR_CID_ANY and VMADDR_PORT_ANY; no peer: ENOTCONN"
        from "vsock_getname; vsock(7)";
    bind_any_port once
        "VMADDR_PORT_ANY gets a free port from 1024 on, another one each time"
        from "vsock(7); __vsock_bind_connectible: LAST_RESERVED_PORT";
    bind_any_machine once
        "VMADDR_CID_ANY and VMADDR_CID_LOCAL can be bound to; another machine's identifier: EADDRNOTAVAIL"
        from "vsock(7); __vsock_bind, vsock_find_cid";
    bind_twice once
        "A port that is taken: EADDRINUSE; a bound socket is bound again: EINVAL"
        from "vsock(7); __vsock_bind";
    bind_refused once
        "An address that is short, of another family, or with a flag that there is not: EINVAL"
        from "vsock_bind: vsock_addr_cast, vsock_addr_validate";
    connects once
        "connect reaches who listens; the listener's side knows both addresses, the other of itself only the port it was given"
        from "vsock(7); vsock_connect, vsock_accept";
    no_such_machine once
        "A machine that cannot be reached from here: ENODEV; where there is nothing but loopback, VMADDR_CID_HOST is this machine"
        from "vsock_assign_transport, vsock_use_local_transport";
    connect_refused once
        "An address that is short or of another family: EINVAL; so AF_UNSPEC is no way back"
        from "vsock_addr_cast; vsock_connect";
    connect_again once
        "A connected socket: EISCONN; a listening one: EINVAL"
        from "vsock_connect: case SS_CONNECTED, SS_LISTEN";
    listen_unbound once
        "listen on a socket without a name: EINVAL; on one that is connected: EINVAL"
        from "vsock_listen";
    send_with_an_address once
        "sendto with an address: EISCONN on a connected stream, EOPNOTSUPP on another"
        from "vsock_connectible_sendmsg: msg_namelen";
}

const ANY: Addr = Addr::Vsock(VsockAddr::new(VsockAddr::CID_ANY, VsockAddr::PORT_ANY));

fn fresh_names<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed, SockType::STREAM)?;
    same("getsockname", socket.getsockname()?, ANY)?;
    fails(socket.getpeername(), Errno::ENOTCONN)
}

fn bind_any_port<B: Bed>(bed: &B) -> Outcome {
    let (one, two) = (bound(bed, SockType::STREAM)?, bound(bed, SockType::STREAM)?);
    let (one, two) = (vsock_of(&one.getsockname()?)?, vsock_of(&two.getsockname()?)?);
    same("machine", one.cid, VsockAddr::CID_LOCAL)?;
    holds("ports begin at 1024", one.port >= 1_024 && two.port >= 1_024)?;
    holds("ports differ", one.port != two.port)
}

fn bind_any_machine<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed, SockType::STREAM)?;
    socket.bind(&ANY)?;
    let bound = vsock_of(&socket.getsockname()?)?;
    same("machine", bound.cid, VsockAddr::CID_ANY)?;
    socket.listen(1)?;
    // It listens on loopback as well.
    let near = fresh(bed, SockType::STREAM)?;
    near.connect(&local(bound.port))?;
    same("peer", vsock_of(&near.getpeername()?)?, VsockAddr::new(VsockAddr::CID_LOCAL, bound.port))?;
    for cid in [3, 99, 0x1234_5678] {
        let addr = Addr::Vsock(VsockAddr::new(cid, VsockAddr::PORT_ANY));
        fails(fresh(bed, SockType::STREAM)?.bind(&addr), Errno::EADDRNOTAVAIL)?;
    }
    Ok(())
}

fn bind_twice<B: Bed>(bed: &B) -> Outcome {
    let (one, two) = (bound(bed, SockType::STREAM)?, fresh(bed, SockType::STREAM)?);
    let taken = one.getsockname()?;
    fails(two.bind(&taken), Errno::EADDRINUSE)?;
    fails(one.bind(&local(VsockAddr::PORT_ANY)), Errno::EINVAL)?;
    fails(one.bind(&taken), Errno::EINVAL)?;
    drop(one);
    Ok(two.bind(&taken)?)
}

/// An address of that family with these bytes after it.
fn raw_addr(family: Family, bytes: &[u8]) -> Addr {
    Addr::Raw { family: family.raw() as u16, bytes: bytes.into() }
}

/// As `struct sockaddr_vm` has it: two bytes, port, machine, flags, three bytes.
fn bytes_of(port: u32, cid: u32) -> Vec<u8> {
    [&[0; 2][..], &port.to_ne_bytes(), &cid.to_ne_bytes(), &[0; 4]].concat()
}

fn bind_refused<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed, SockType::STREAM)?;
    let whole = bytes_of(VsockAddr::PORT_ANY, VsockAddr::CID_LOCAL);
    for len in 0..whole.len() {
        fails(socket.bind(&raw_addr(Family::VSOCK, &whole[..len])), Errno::EINVAL)?;
    }
    for family in [Family::UNSPEC, Family::INET, Family::UNIX] {
        fails(socket.bind(&raw_addr(family, &whole)), Errno::EINVAL)?;
    }
    for flag in [0x02, 0x80] {
        let mut bytes = whole.clone();
        bytes[10] = flag;
        fails(socket.bind(&raw_addr(Family::VSOCK, &bytes)), Errno::EINVAL)?;
    }
    // What comes after the address is of no matter.
    Ok(socket.bind(&raw_addr(Family::VSOCK, &[&whole[..], &[7; 40]].concat()))?)
}

fn connects<B: Bed>(bed: &B) -> Outcome {
    let (listener, addr) = listener(bed, SockType::STREAM, 4)?;
    let near = fresh(bed, SockType::STREAM)?;
    near.connect(&addr)?;
    let (far, peer) = listener.accept()?;
    let name = near.getsockname()?;
    let VsockAddr { cid, port, .. } = vsock_of(&name)?;
    same("machine", cid, VsockAddr::CID_ANY)?;
    same("peer of accept", &peer, &local(port))?;
    same("peer of the one", near.getpeername()?, addr.clone())?;
    same("peer of the other", far.getpeername()?, local(port))?;
    same("name of the other", far.getsockname()?, addr)
}

fn no_such_machine<B: Bed>(bed: &B) -> Outcome {
    if bed.world() == World::Real && !is_in_vm() {
        return Err(Stop::Skipped("only where no other machine could be reached".to_owned()));
    }
    let near = fresh(bed, SockType::STREAM)?;
    for cid in [VsockAddr::CID_HYPERVISOR, 3, 77] {
        fails(near.connect(&Addr::Vsock(VsockAddr::new(cid, 1))), Errno::ENODEV)?;
    }
    let (listener, addr) = listener(bed, SockType::STREAM, 1)?;
    drop(listener);
    let port = vsock_of(&addr)?.port;
    fails(near.connect(&Addr::Vsock(VsockAddr::new(VsockAddr::CID_HOST, port))), Errno::ECONNRESET)
}

fn connect_refused<B: Bed>(bed: &B) -> Outcome {
    let near = fresh(bed, SockType::STREAM)?;
    for len in 0..14 {
        fails(near.connect(&raw_addr(Family::VSOCK, &vec![0; len])), Errno::EINVAL)?;
    }
    fails(near.connect(&Addr::ANY_V6), Errno::EINVAL)?;
    fails(near.connect(&Addr::Unspec), Errno::EINVAL)
}

fn connect_again<B: Bed>(bed: &B) -> Outcome {
    let (listener, addr) = listener(bed, SockType::STREAM, 4)?;
    let near = fresh(bed, SockType::STREAM)?;
    near.connect(&addr)?;
    fails(near.connect(&addr), Errno::EISCONN)?;
    fails(listener.connect(&addr), Errno::EINVAL)
}

fn listen_unbound<B: Bed>(bed: &B) -> Outcome {
    fails(fresh(bed, SockType::STREAM)?.listen(1), Errno::EINVAL)?;
    let (near, _far) = stream(bed)?;
    fails(near.listen(1), Errno::EINVAL)
}

fn send_with_an_address<B: Bed>(bed: &B) -> Outcome {
    let (near, _far) = stream(bed)?;
    fails(near.sendto(b"x", &local(9)), Errno::EISCONN)?;
    fails(fresh(bed, SockType::STREAM)?.sendto(b"x", &local(9)), Errno::EOPNOTSUPP)
}
