//! Netlink: its addresses and messages, and what one asks the kernel by it. `netlink(7)`, `rtnetlink(7)`.

use wavetank_api::{
    Addr, Errno, Family, MsgFlags, NetlinkAddr, PollEvents, Protocol, Shutdown, SockType, Socket,
    option::{SO_PROTOCOL, SO_SNDBUF, SO_TYPE},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, fails, holds, polls, receives, same},
    message::recvmsg,
    need::Need,
    nlmsg::{
        Message, NLM_F_ACK, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_MULTI, NLMSG_DONE, NLMSG_ERROR, attribute,
    },
};

const ROUTE: Need = Need::socket(Family::NETLINK, SockType::RAW, Protocol::from_raw(libc::NETLINK_ROUTE));

cases! { netlink, needs ROUTE:
    types_and_protocols apart
        "RAW and DGRAM are the same; another type: ESOCKTNOSUPPORT; a protocol that there is not: EPROTONOSUPPORT"
        from "netlink(7); netlink_create";
    no_connections apart
        "listen, accept and shutdown: EOPNOTSUPP"
        from "netlink_ops";
    a_fresh_one apart
        "Before bind the name is 0 and no groups; the peer is the kernel"
        from "netlink_getname";
    the_kernel_chooses apart
        "bind to 0 gives the process's number, if nobody has it; then another one"
        from "netlink(7); netlink_autobind";
    sending_binds apart
        "The first send chooses a number, too"
        from "netlink_sendmsg: netlink_autobind";
    a_number_of_ones_own apart
        "Any number may be bound; one that is taken: EADDRINUSE; another one after that: EINVAL"
        from "netlink(7); netlink_bind, netlink_insert";
    numbers_by_protocol apart
        "The same number may be bound once with each protocol"
        from "nl_table[protocol]";
    malformed_addresses apart
        "An address that is too short, or of another family: EINVAL"
        from "netlink_bind, netlink_connect, netlink_sendmsg";
    connect_chooses_the_destination apart
        "connect to a number; no family takes it back to the kernel"
        from "netlink_connect";
    links apart
        "A dump of links: parts of one answer with its number, and NLMSG_DONE; loopback is there, with its name"
        from "rtnetlink(7) RTM_GETLINK; rtnl_dump_ifinfo";
    addresses apart
        "A dump of addresses has 127.0.0.1 and ::1"
        from "rtnetlink(7) RTM_GETADDR; inet_dump_ifaddr";
    one_link apart
        "A single link by its name; one that is not there: ENODEV"
        from "rtnl_getlink";
    acknowledged apart
        "NLM_F_ACK: an NLMSG_ERROR with 0 and the request's header"
        from "netlink(7); netlink_ack";
    refused apart
        "A message that nobody knows: NLMSG_ERROR with EOPNOTSUPP, and the request"
        from "rtnetlink_rcv_msg";
    made_twice apart
        "Making a link that is there: EEXIST; of a kind that is not there: EOPNOTSUPP"
        from "rtnl_newlink";
    two_in_one apart
        "Several messages in one datagram are answered one by one"
        from "netlink_rcv_skb";
    nonsense apart
        "What is too short for a message, or says so of itself, is sent, and not answered"
        from "netlink_rcv_skb: nlmsg_len < NLMSG_HDRLEN";
    truncated apart
        "What does not fit is lost, with MSG_TRUNC; with the flag in recv the length is the message's; MSG_PEEK takes nothing"
        from "netlink(7); netlink_recvmsg";
    no_urgent_data apart
        "MSG_OOB: EOPNOTSUPP"
        from "netlink_sendmsg, netlink_recvmsg";
    too_long apart
        "A message that is longer than the send buffer: EMSGSIZE"
        from "netlink_sendmsg: len > sk_sndbuf - 32";
}

fn netlink<B: Bed>(bed: &B, protocol: i32) -> Result<Socket<B::Host>, Stop> {
    Ok(Socket::with_protocol(bed.near().host, Family::NETLINK, SockType::RAW, Protocol::from_raw(protocol))?)
}

pub(super) fn route<B: Bed>(bed: &B) -> Result<Socket<B::Host>, Stop> {
    netlink(bed, libc::NETLINK_ROUTE)
}

pub(super) fn users<B: Bed>(bed: &B) -> Result<Socket<B::Host>, Stop> {
    netlink(bed, libc::NETLINK_USERSOCK)
}

pub(super) fn at(pid: u32, groups: u32) -> Addr {
    NetlinkAddr { pid, groups }.into()
}

pub(super) fn pid_of(addr: &Addr) -> Result<u32, Stop> {
    match addr {
        Addr::Netlink(addr) => Ok(addr.pid),
        other => Err(Stop::failed(&format!("expected an address of netlink, got {other}"))),
    }
}

/// `struct ifinfomsg` of nothing.
pub(super) const IFINFOMSG: [u8; 16] = [0; 16];
const IFLA_IFNAME: u16 = 3;
const IFLA_LINKINFO: u16 = 18;
const IFLA_INFO_KIND: u16 = 1;

/// What `ip link add NAME type KIND` sends.
pub(super) fn new_link(seq: u32, name: &str, kind: &str) -> Vec<u8> {
    let info = attribute(IFLA_LINKINFO, &attribute(IFLA_INFO_KIND, kind.as_bytes()));
    let body = [&IFINFOMSG[..], &attribute(IFLA_IFNAME, &[name.as_bytes(), b"\0"].concat()), &info].concat();
    Message::request(libc::RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, seq, &body)
}

/// What `ip link show NAME` sends.
pub(super) fn get_link(seq: u32, name: &str) -> Vec<u8> {
    let body = [&IFINFOMSG[..], &attribute(IFLA_IFNAME, &[name.as_bytes(), b"\0"].concat())].concat();
    Message::request(libc::RTM_GETLINK, 0, seq, &body)
}

/// The messages of one datagram.
pub(super) fn answer<B: Bed>(socket: &Socket<B::Host>) -> Result<Vec<Message>, Stop> {
    Message::all(&socket.recv_vec(65_536)?)
}

/// The one message of a datagram.
pub(super) fn one_answer<B: Bed>(socket: &Socket<B::Host>) -> Result<Message, Stop> {
    let mut messages = answer::<B>(socket)?;
    same("messages", messages.len(), 1)?;
    Ok(messages.remove(0))
}

/// The errno that the request is answered with; 0 is none.
pub(super) fn asks<B: Bed>(socket: &Socket<B::Host>, request: &[u8]) -> Result<i32, Stop> {
    same("send", socket.send(request)?, request.len())?;
    one_answer::<B>(socket)?.errno().ok_or_else(|| Stop::failed("expected an acknowledgement or an error"))
}

/// All messages of a dump, without the one that ends it.
fn dump<B: Bed>(bed: &B, kind: u16, fixed: &[u8]) -> Result<Vec<Message>, Stop> {
    let socket = route(bed)?;
    let pid = {
        socket.send(&Message::request(kind, NLM_F_DUMP, 7, fixed))?;
        pid_of(&socket.getsockname()?)?
    };
    let mut found = Vec::new();
    loop {
        for message in answer::<B>(&socket)? {
            same("number", (message.seq, message.pid), (7, pid))?;
            holds("it is a part", message.flags & NLM_F_MULTI != 0)?;
            if message.kind == NLMSG_DONE {
                return Ok(found);
            }
            found.push(message);
        }
    }
}

fn types_and_protocols<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    for kind in [SockType::RAW, SockType::DGRAM] {
        let socket = Socket::new(host, Family::NETLINK, kind)?;
        same("SO_TYPE", socket.getsockopt(SO_TYPE)?, kind)?;
        same("SO_PROTOCOL", socket.getsockopt(SO_PROTOCOL)?.raw(), libc::NETLINK_ROUTE)?;
        same("an answer", asks::<B>(&socket, &get_link(1, "nobody"))?, libc::ENODEV)?;
    }
    for kind in [SockType::STREAM, SockType::SEQPACKET, SockType::RDM] {
        fails(Socket::new(host, Family::NETLINK, kind), Errno::ESOCKTNOSUPPORT)?;
    }
    for protocol in [-1, 31, 32, 1_000] {
        fails(
            Socket::with_protocol(host, Family::NETLINK, SockType::RAW, Protocol::from_raw(protocol)),
            Errno::EPROTONOSUPPORT,
        )?;
    }
    Ok(())
}

fn no_connections<B: Bed>(bed: &B) -> Outcome {
    let socket = route(bed)?;
    fails(socket.listen(1), Errno::EOPNOTSUPP)?;
    fails(socket.accept(), Errno::EOPNOTSUPP)?;
    fails(socket.shutdown(Shutdown::Both), Errno::EOPNOTSUPP)?;
    fails(Socket::pair(bed.near().host, Family::NETLINK, SockType::RAW), Errno::EOPNOTSUPP)
}

fn a_fresh_one<B: Bed>(bed: &B) -> Outcome {
    let socket = route(bed)?;
    same("getsockname", socket.getsockname()?, at(0, 0))?;
    same("getpeername", socket.getpeername()?, at(0, 0))?;
    polls(&socket, PollEvents::OUT)?;
    fails(socket.recv_with(&mut [0; 4], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn the_kernel_chooses<B: Bed>(bed: &B) -> Outcome {
    let (first, second) = (users(bed)?, users(bed)?);
    first.bind(&at(0, 0))?;
    second.bind(&at(0, 0))?;
    same("the first", pid_of(&first.getsockname()?)?, std::process::id())?;
    let number = pid_of(&second.getsockname()?)?;
    holds("another one", number != std::process::id() && number != 0)
}

fn sending_binds<B: Bed>(bed: &B) -> Outcome {
    let socket = route(bed)?;
    same("an answer", asks::<B>(&socket, &get_link(1, "nobody"))?, libc::ENODEV)?;
    holds("there is a number", pid_of(&socket.getsockname()?)? != 0)
}

fn a_number_of_ones_own<B: Bed>(bed: &B) -> Outcome {
    let socket = route(bed)?;
    socket.bind(&at(4_321, 0))?;
    same("getsockname", socket.getsockname()?, at(4_321, 0))?;
    fails(route(bed)?.bind(&at(4_321, 0)), Errno::EADDRINUSE)?;
    fails(socket.bind(&at(4_322, 0)), Errno::EINVAL)?;
    socket.bind(&at(4_321, 0))?;
    socket.close()?;
    Ok(route(bed)?.bind(&at(4_321, 0))?)
}

fn numbers_by_protocol<B: Bed>(bed: &B) -> Outcome {
    let (one, other) = (route(bed)?, users(bed)?);
    one.bind(&at(4_321, 0))?;
    Ok(other.bind(&at(4_321, 0))?)
}

fn malformed_addresses<B: Bed>(bed: &B) -> Outcome {
    let socket = users(bed)?;
    let short = Addr::Raw { family: libc::AF_NETLINK as u16, bytes: [0; 6].into() };
    for addr in [&short, &Addr::ANY_V4] {
        fails(socket.bind(addr), Errno::EINVAL)?;
        fails(socket.connect(addr), Errno::EINVAL)?;
        fails(socket.sendto(b"x", addr), Errno::EINVAL)?;
    }
    Ok(())
}

fn connect_chooses_the_destination<B: Bed>(bed: &B) -> Outcome {
    let receiver = users(bed)?;
    receiver.bind(&at(4_321, 0))?;
    let sender = users(bed)?;
    sender.connect(&at(4_321, 0))?;
    same("getpeername", sender.getpeername()?, at(4_321, 0))?;
    sender.send(b"hello")?;
    receives(&receiver, b"hello")?;
    sender.connect(&Addr::Unspec)?;
    same("getpeername", sender.getpeername()?, at(0, 0))
}

fn links<B: Bed>(bed: &B) -> Outcome {
    let found = dump(bed, libc::RTM_GETLINK, &IFINFOMSG)?;
    let names: Vec<_> = found.iter().filter_map(|link| link.attribute(IFINFOMSG.len(), IFLA_IFNAME)).collect();
    holds("they are links", found.iter().all(|message| message.kind == libc::RTM_NEWLINK))?;
    holds("loopback is there", names.contains(&&b"lo\0"[..]))
}

fn addresses<B: Bed>(bed: &B) -> Outcome {
    const IFA_ADDRESS: u16 = 1;
    let found = dump(bed, libc::RTM_GETADDR, &[0; 8])?;
    let addresses: Vec<_> = found.iter().filter_map(|message| message.attribute(8, IFA_ADDRESS)).collect();
    holds("127.0.0.1 is there", addresses.contains(&&[127, 0, 0, 1][..]))?;
    holds("::1 is there", addresses.contains(&&std::net::Ipv6Addr::LOCALHOST.octets()[..]))
}

fn one_link<B: Bed>(bed: &B) -> Outcome {
    let socket = route(bed)?;
    socket.send(&get_link(9, "lo"))?;
    let link = one_answer::<B>(&socket)?;
    same("kind", (link.kind, link.seq), (libc::RTM_NEWLINK, 9))?;
    same("name", link.attribute(IFINFOMSG.len(), IFLA_IFNAME), Some(&b"lo\0"[..]))?;
    same("one that is not there", asks::<B>(&socket, &get_link(10, "nobody"))?, libc::ENODEV)
}

fn acknowledged<B: Bed>(bed: &B) -> Outcome {
    let socket = route(bed)?;
    let request = new_link(5, "br7", "bridge");
    socket.send(&request)?;
    let told = one_answer::<B>(&socket)?;
    same("kind and number", (told.kind, told.seq), (NLMSG_ERROR, 5))?;
    same("errno", told.errno(), Some(0))?;
    same("the request's header", &told.body[4..20], &request[..16])
}

fn refused<B: Bed>(bed: &B) -> Outcome {
    let socket = route(bed)?;
    let request = Message::request(9_999, NLM_F_ACK, 6, b"whatever");
    socket.send(&request)?;
    let told = one_answer::<B>(&socket)?;
    same("errno", told.errno(), Some(libc::EOPNOTSUPP))?;
    same("the request", &told.body[4..], &request[..])
}

fn made_twice<B: Bed>(bed: &B) -> Outcome {
    let socket = route(bed)?;
    same("the first time", asks::<B>(&socket, &new_link(1, "br7", "bridge"))?, 0)?;
    same("the second time", asks::<B>(&socket, &new_link(2, "br7", "bridge"))?, libc::EEXIST)?;
    same("a kind that is not there", asks::<B>(&socket, &new_link(3, "br8", "nonsense"))?, libc::EOPNOTSUPP)
}

fn two_in_one<B: Bed>(bed: &B) -> Outcome {
    let socket = route(bed)?;
    socket.send(&[get_link(1, "lo"), get_link(2, "lo")].concat())?;
    for seq in [1, 2] {
        same("number", one_answer::<B>(&socket)?.seq, seq)?;
    }
    Ok(())
}

fn nonsense<B: Bed>(bed: &B) -> Outcome {
    let socket = route(bed)?;
    let mut lying = get_link(1, "lo");
    for len in [0_u32, 15, 10_000] {
        lying[..4].copy_from_slice(&len.to_ne_bytes());
        same("send", socket.send(&lying)?, lying.len())?;
    }
    same("send", socket.send(b"too short")?, 9)?;
    fails(socket.recv_with(&mut [0; 64], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn truncated<B: Bed>(bed: &B) -> Outcome {
    let (sender, receiver) = (users(bed)?, users(bed)?);
    receiver.bind(&at(4_321, 0))?;
    sender.connect(&at(4_321, 0))?;
    for _ in 0..2 {
        sender.send(b"longer than the room")?;
    }
    sender.send(b"next")?;
    same("peek", recvmsg(&receiver, 30, MsgFlags::PEEK)?.data.len(), 20)?;
    let got = recvmsg(&receiver, 6, MsgFlags::empty())?;
    same("data", &got.data[..], b"longer")?;
    holds("MSG_TRUNC is set", got.flags.contains(MsgFlags::TRUNC))?;
    same("recv with MSG_TRUNC", receiver.recv_with(&mut [0; 6], MsgFlags::TRUNC)?, 20)?;
    receives(&receiver, b"next")
}

fn no_urgent_data<B: Bed>(bed: &B) -> Outcome {
    let socket = route(bed)?;
    fails(socket.send_with(&get_link(1, "lo"), MsgFlags::OOB), Errno::EOPNOTSUPP)?;
    fails(socket.recv_with(&mut [0; 4], MsgFlags::OOB), Errno::EOPNOTSUPP)
}

fn too_long<B: Bed>(bed: &B) -> Outcome {
    let socket = route(bed)?;
    socket.setsockopt(SO_SNDBUF, 10_000)?;
    let room = usize::try_from(socket.getsockopt(SO_SNDBUF)?).unwrap_or(0);
    fails(socket.send(&vec![0; room - 31]), Errno::EMSGSIZE)?;
    same("send", socket.send(&vec![0; 10_000])?, 10_000)
}
