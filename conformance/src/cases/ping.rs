//! ICMP's echo without being root: datagrams of `IPPROTO_ICMP`. `icmp(7)`.

use std::net::{Ipv4Addr, Ipv6Addr};

use wavetank_api::{
    Addr, Errno, Family, MsgFlags, Protocol, Result, SockType, Socket,
    option::{SO_PROTOCOL, SO_REUSEADDR, SO_TYPE},
};

use super::raw_ip::echo_message;
use crate::{
    bed::{Bed, Side},
    case::cases,
    check::{Outcome, Stop, fails, holds, port_of, same},
    need::Need,
};

/// Raw sockets: those of this file are only there when a sysctl says so, which is a namespace's own.
const RAW: Need = Need::socket(Family::INET, SockType::RAW, Protocol::ICMP);

cases! { ping, needs RAW:
    nobody_may_at_first apart
        "net.ipv4.ping_group_range is empty in a new namespace: EACCES, also for root, also for IPv6"
        from "icmp(7); ping_init_sock";
    echo apart
        "A request is answered: the reply comes without IP header, with the socket's port as identification"
        from "ping_v4_sendmsg, ping_v6_sendmsg, ping_rcv";
    the_port_is_the_identification apart
        "bind chooses it; port 0 is one that is free; two may have the same, unless one is without SO_REUSEADDR, which is on: EADDRINUSE"
        from "ping_get_port; inetsw_array: INET_PROTOSW_REUSE";
    only_echo apart
        "Another type than a request's, or a code: EINVAL; less than 8 bytes: EINVAL"
        from "ping_v4_sendmsg: ping_supported; ping_common_sendmsg";
    no_destination apart
        "send without an address: EDESTADDRREQ; another family's: EAFNOSUPPORT, EINVAL if it is short"
        from "ping_v4_sendmsg, ping_v6_sendmsg";
    connected apart
        "connect chooses the destination"
        from "ip4_datagram_connect";
    what_it_is apart
        "SO_TYPE is SOCK_DGRAM, SO_PROTOCOL ICMP"
        from "inetsw_array";
    only_its_own apart
        "Replies to another's request are not heard"
        from "ping_lookup";
    not_an_address_of_ours apart
        "bind to an address of nobody's: EADDRNOTAVAIL; to a multicast one, too"
        from "ping_check_bind_addr";
    no_urgent_data apart
        "MSG_OOB: EOPNOTSUPP; listen, too"
        from "ping_common_sendmsg, ping_recvmsg";
}

fn allow<B: Bed>(bed: &B) -> Outcome {
    bed.set_sysctl(Side::Near, "net.ipv4.ping_group_range", "0 2147483647")
}

/// A family, the protocol and the types of request and reply.
struct Ping {
    family: Family,
    protocol: Protocol,
    request: u8,
    reply: u8,
    local: Addr,
}

fn both() -> [Ping; 2] {
    let local = Addr::v4(Ipv4Addr::LOCALHOST, 0);
    let v4 = Ping { family: Family::INET, protocol: Protocol::ICMP, request: 8, reply: 0, local };
    let local = Addr::v6(Ipv6Addr::LOCALHOST, 0);
    [v4, Ping { family: Family::INET6, protocol: Protocol::ICMPV6, request: 128, reply: 129, local }]
}

impl Ping {
    fn socket<B: Bed>(&self, bed: &B) -> Result<Socket<B::Host>> {
        Socket::with_protocol(bed.near().host, self.family, SockType::DGRAM, self.protocol)
    }

    /// The next message is the reply to the request, of that identification.
    fn answers<B: Bed>(&self, socket: &Socket<B::Host>, id: u16) -> std::result::Result<(), Stop> {
        let mut buf = [0; 100];
        let (count, from) = socket.recvfrom(&mut buf)?;
        same("from", from.ip(), self.local.ip())?;
        same("type", buf[0], self.reply)?;
        same("identification", u16::from_be_bytes([buf[4], buf[5]]), id)?;
        same("the rest", &buf[6..count], &echo_message(self.request)[6..])
    }
}

fn nobody_may_at_first<B: Bed>(bed: &B) -> Outcome {
    for ping in both() {
        fails(ping.socket(bed), Errno::EACCES)?;
    }
    Ok(())
}

fn echo<B: Bed>(bed: &B) -> Outcome {
    allow(bed)?;
    for ping in both() {
        let socket = ping.socket(bed)?;
        let request = echo_message(ping.request);
        same("sendto", socket.sendto(&request, &ping.local)?, request.len())?;
        let id = port_of(&socket.getsockname()?)?;
        holds("there is a port", id != 0)?;
        ping.answers::<B>(&socket, id)?;
        fails(socket.recv_with(&mut [0; 40], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    }
    Ok(())
}

fn the_port_is_the_identification<B: Bed>(bed: &B) -> Outcome {
    allow(bed)?;
    for ping in both() {
        let socket = ping.socket(bed)?;
        socket.bind(&ping.local.clone().with_port(4_321))?;
        same("getsockname", port_of(&socket.getsockname()?)?, 4_321)?;
        socket.sendto(&echo_message(ping.request), &ping.local)?;
        ping.answers::<B>(&socket, 4_321)?;
        same("SO_REUSEADDR", socket.getsockopt(SO_REUSEADDR)?, true)?;
        ping.socket(bed)?.bind(&ping.local.clone().with_port(4_321))?;
        let alone = ping.socket(bed)?;
        alone.setsockopt(SO_REUSEADDR, false)?;
        fails(alone.bind(&ping.local.clone().with_port(4_321)), Errno::EADDRINUSE)?;
        fails(socket.bind(&ping.local), Errno::EINVAL)?;
        let other = ping.socket(bed)?;
        other.bind(&ping.local)?;
        holds("there is a port", port_of(&other.getsockname()?)? != 0)?;
    }
    Ok(())
}

fn only_echo<B: Bed>(bed: &B) -> Outcome {
    allow(bed)?;
    for ping in both() {
        let socket = ping.socket(bed)?;
        for (kind, code) in [(ping.reply, 0), (3, 0), (ping.request, 1)] {
            let mut message = echo_message(kind);
            message[1] = code;
            fails(socket.sendto(&message, &ping.local), Errno::EINVAL)?;
        }
        fails(socket.sendto(&echo_message(ping.request)[..7], &ping.local), Errno::EINVAL)?;
    }
    Ok(())
}

fn no_destination<B: Bed>(bed: &B) -> Outcome {
    allow(bed)?;
    for ping in both() {
        let socket = ping.socket(bed)?;
        let request = echo_message(ping.request);
        fails(socket.send(&request), Errno::EDESTADDRREQ)?;
        let other = Addr::Raw { family: libc::AF_UNIX as u16, bytes: [0; 26].into() };
        fails(socket.sendto(&request, &other), Errno::EAFNOSUPPORT)?;
        let short = Addr::Raw { family: ping.family.raw() as u16, bytes: [0; 4].into() };
        fails(socket.sendto(&request, &short), Errno::EINVAL)?;
    }
    Ok(())
}

fn connected<B: Bed>(bed: &B) -> Outcome {
    allow(bed)?;
    for ping in both() {
        let socket = ping.socket(bed)?;
        socket.connect(&ping.local)?;
        socket.send(&echo_message(ping.request))?;
        ping.answers::<B>(&socket, port_of(&socket.getsockname()?)?)?;
    }
    Ok(())
}

fn what_it_is<B: Bed>(bed: &B) -> Outcome {
    allow(bed)?;
    for ping in both() {
        let socket = ping.socket(bed)?;
        same("SO_TYPE", socket.getsockopt(SO_TYPE)?, SockType::DGRAM)?;
        same("SO_PROTOCOL", socket.getsockopt(SO_PROTOCOL)?, ping.protocol)?;
    }
    Ok(())
}

fn only_its_own<B: Bed>(bed: &B) -> Outcome {
    allow(bed)?;
    for ping in both() {
        let (socket, other) = (ping.socket(bed)?, ping.socket(bed)?);
        other.bind(&ping.local)?;
        socket.sendto(&echo_message(ping.request), &ping.local)?;
        ping.answers::<B>(&socket, port_of(&socket.getsockname()?)?)?;
        fails(other.recv_with(&mut [0; 40], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    }
    Ok(())
}

fn not_an_address_of_ours<B: Bed>(bed: &B) -> Outcome {
    allow(bed)?;
    let [v4, v6] = both();
    for ip in [Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(224, 0, 0, 1)] {
        fails(v4.socket(bed)?.bind(&Addr::v4(ip, 0)), Errno::EADDRNOTAVAIL)?;
    }
    let nobodys = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
    fails(v6.socket(bed)?.bind(&Addr::v6(nobodys, 0)), Errno::EADDRNOTAVAIL)
}

fn no_urgent_data<B: Bed>(bed: &B) -> Outcome {
    allow(bed)?;
    for ping in both() {
        let socket = ping.socket(bed)?;
        let request = echo_message(ping.request);
        fails(socket.sendto_with(&request, MsgFlags::OOB, &ping.local), Errno::EOPNOTSUPP)?;
        fails(socket.recv_with(&mut [0; 40], MsgFlags::OOB), Errno::EOPNOTSUPP)?;
        fails(socket.listen(1), Errno::EOPNOTSUPP)?;
    }
    Ok(())
}
