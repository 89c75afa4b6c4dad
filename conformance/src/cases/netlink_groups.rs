//! Netlink between programs, its multicast groups and options; generic netlink and uevents.

use super::netlink::{asks, at, new_link, one_answer, pid_of, route, users};
use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, becomes, fails, holds, polls, receives, same},
    message::recvmsg,
    need::Need,
    nlmsg::{Message, attribute},
};
use wavetank_api::{
    Errno, Family, MsgFlags, PollEvents, Protocol, SockOpt, SockType, Socket,
    option::{SO_PASSCRED, SO_RCVBUF},
};

const USERS: Need = Need::socket(Family::NETLINK, SockType::RAW, Protocol::from_raw(libc::NETLINK_USERSOCK));
const GENERIC: Need = Need::socket(Family::NETLINK, SockType::RAW, Protocol::from_raw(libc::NETLINK_GENERIC));
const UEVENT: Need = Need::socket(Family::NETLINK, SockType::DGRAM, Protocol::from_raw(libc::NETLINK_KOBJECT_UEVENT));

cases! { netlink::groups, needs USERS:
    from_program_to_program apart
        "NETLINK_USERSOCK: what is sent to a number arrives from the sender's"
        from "netlink(7); netlink_unicast";
    nobodys_number apart
        "A number that nobody has: ECONNREFUSED; the kernel itself listens not on this protocol: ECONNREFUSED"
        from "netlink_getsockbyportid";
    a_group apart
        "Who has bound a group hears what is sent to it, but for the sender"
        from "netlink(7) nl_groups; do_one_broadcast";
    told_by_the_kernel apart
        "RTMGRP_LINK: the kernel tells of a new link"
        from "rtnetlink(7); rtmsg_ifinfo";
    joined_by_option apart
        "NETLINK_ADD_MEMBERSHIP joins by number, NETLINK_DROP_MEMBERSHIP leaves; getsockname shows the first 32"
        from "netlink(7); netlink_setsockopt";
    joined_but_not_bound apart
        "A member without a number hears nothing that programs send: who has the destination's number is left out, and that is 0"
        from "do_one_broadcast: nlk->portid == p->portid";
    wrong_groups apart
        "A group of number 0, or beyond those of the protocol: EINVAL"
        from "netlink_setsockopt: !val || val - 1 >= ngroups";
    to_which_group apart
        "NETLINK_PKTINFO: the message says to which group it was sent"
        from "netlink(7); netlink_cmsg_recv_pktinfo";
    who_sent_it apart
        "SO_PASSCRED: the credentials of the sender; the kernel's are those of nobody, 0"
        from "netlink(7); netlink_recvmsg: NETLINK_CREDS";
    overrun apart
        "A receiver whose buffer is full loses messages, and is told once: ENOBUFS; what it has is there"
        from "netlink(7); netlink_overrun";
    overrun_untold apart
        "NETLINK_NO_ENOBUFS: it is not told"
        from "netlink(7); netlink_overrun";
    unknown_options apart
        "An unknown option: ENOPROTOOPT; half a number is set as 0, and is EINVAL to get; NETLINK_LIST_MEMBERSHIPS tells the groups as bits"
        from "netlink_setsockopt, netlink_getsockopt";
    families_by_name apart needs GENERIC
        "Generic netlink: the controller tells a family's number by its name; of an unknown one: ENOENT"
        from "ctrl_getfamily; include/uapi/linux/genetlink.h";
    events_of_devices apart needs UEVENT
        "A uevent is text: the action and the path, and variables, with NULs between"
        from "kobject_uevent_env";
}

const SOL_NETLINK: i32 = 270;
const NETLINK_ADD_MEMBERSHIP: SockOpt<i32> = SockOpt::new(SOL_NETLINK, 1);
const NETLINK_DROP_MEMBERSHIP: SockOpt<i32> = SockOpt::new(SOL_NETLINK, 2);
const NETLINK_PKTINFO: SockOpt<i32> = SockOpt::new(SOL_NETLINK, 3);
const NETLINK_NO_ENOBUFS: SockOpt<i32> = SockOpt::new(SOL_NETLINK, 5);
const NETLINK_LIST_MEMBERSHIPS: i32 = 9;

fn from_program_to_program<B: Bed>(bed: &B) -> Outcome {
    let (sender, receiver) = (users(bed)?, users(bed)?);
    receiver.bind(&at(4_321, 0))?;
    sender.bind(&at(1_234, 0))?;
    same("sendto", sender.sendto(b"hello", &at(4_321, 0))?, 5)?;
    let mut buf = [0; 10];
    same("recvfrom", receiver.recvfrom(&mut buf)?, (5, at(1_234, 0)))?;
    same("data", &buf[..5], b"hello")
}

fn nobodys_number<B: Bed>(bed: &B) -> Outcome {
    let socket = users(bed)?;
    fails(socket.sendto(b"x", &at(4_321, 0)), Errno::ECONNREFUSED)?;
    fails(socket.send(b"x"), Errno::ECONNREFUSED)
}

fn a_group<B: Bed>(bed: &B) -> Outcome {
    let (sender, other) = (users(bed)?, users(bed)?);
    let members = [users(bed)?, users(bed)?];
    for member in &members {
        member.bind(&at(0, 0b100))?;
    }
    other.bind(&at(0, 0b1000))?;
    sender.bind(&at(0, 0b100))?;
    sender.sendto(b"all", &at(0, 0b100)).or_else(refused_by_the_kernel)?;
    for member in &members {
        let mut buf = [0; 10];
        same("recvfrom", member.recvfrom(&mut buf)?, (3, at(pid_of(&sender.getsockname()?)?, 0b100)))?;
    }
    for socket in [&sender, &other] {
        fails(socket.recv_with(&mut [0; 4], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    }
    Ok(())
}

/// After the group a message goes to the number, too: here to the kernel, which does not listen on this protocol.
fn refused_by_the_kernel(error: wavetank_api::Error) -> wavetank_api::Result<usize> {
    if error == Errno::ECONNREFUSED { Ok(0) } else { Err(error) }
}

fn told_by_the_kernel<B: Bed>(bed: &B) -> Outcome {
    const RTMGRP_LINK: u32 = 1;
    let watcher = route(bed)?;
    watcher.bind(&at(0, RTMGRP_LINK))?;
    polls(&watcher, PollEvents::OUT)?;
    same("made", asks::<B>(&route(bed)?, &new_link(1, "br7", "bridge"))?, 0)?;
    becomes(&watcher, PollEvents::IN)?;
    let mut buf = vec![0; 10_000];
    let (count, from) = watcher.recvfrom(&mut buf)?;
    same("from", from, at(0, RTMGRP_LINK))?;
    let told = Message::all(&buf[..count])?;
    same("what", told.iter().map(|message| message.kind).collect(), vec![libc::RTM_NEWLINK])?;
    same("whose request", told[0].seq, 0)
}

fn joined_by_option<B: Bed>(bed: &B) -> Outcome {
    let member = users(bed)?;
    member.bind(&at(0, 0))?;
    member.setsockopt(NETLINK_ADD_MEMBERSHIP, 3)?;
    same("getsockname", member.getsockname()?, at(pid_of(&member.getsockname()?)?, 0b100))?;
    let sender = users(bed)?;
    sender.sendto(b"first", &at(0, 0b100)).or_else(refused_by_the_kernel)?;
    receives(&member, b"first")?;
    member.setsockopt(NETLINK_DROP_MEMBERSHIP, 3)?;
    same("getsockname", member.getsockname()?, at(pid_of(&member.getsockname()?)?, 0))?;
    sender.sendto(b"second", &at(0, 0b100)).or_else(refused_by_the_kernel)?;
    fails(member.recv_with(&mut [0; 4], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn joined_but_not_bound<B: Bed>(bed: &B) -> Outcome {
    let member = users(bed)?;
    member.setsockopt(NETLINK_ADD_MEMBERSHIP, 3)?;
    same("getsockname", member.getsockname()?, at(0, 0b100))?;
    let sender = users(bed)?;
    sender.sendto(b"first", &at(0, 0b100)).or_else(refused_by_the_kernel)?;
    fails(member.recv_with(&mut [0; 9], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    member.bind(&at(0, 0b100))?;
    sender.sendto(b"second", &at(0, 0b100)).or_else(refused_by_the_kernel)?;
    receives(&member, b"second")
}

fn wrong_groups<B: Bed>(bed: &B) -> Outcome {
    let socket = users(bed)?;
    for group in [0, -1, 33, 100_000] {
        fails(socket.setsockopt(NETLINK_ADD_MEMBERSHIP, group), Errno::EINVAL)?;
    }
    Ok(())
}

fn to_which_group<B: Bed>(bed: &B) -> Outcome {
    let member = users(bed)?;
    member.bind(&at(4_321, 0b100))?;
    member.setsockopt(NETLINK_PKTINFO, 1)?;
    let sender = users(bed)?;
    sender.sendto(b"x", &at(0, 0b100)).or_else(refused_by_the_kernel)?;
    sender.sendto(b"x", &at(4_321, 0))?;
    for group in [3_u32, 0] {
        let got = recvmsg(&member, 4, MsgFlags::empty())?;
        same("group", got.raw(SOL_NETLINK, NETLINK_PKTINFO.name()), Some(&group.to_ne_bytes()[..]))?;
    }
    Ok(())
}

fn who_sent_it<B: Bed>(bed: &B) -> Outcome {
    use wavetank_api::control::SCM_CREDENTIALS;
    let (sender, receiver) = (users(bed)?, users(bed)?);
    receiver.bind(&at(4_321, 0))?;
    receiver.setsockopt(SO_PASSCRED, true)?;
    sender.sendto(b"x", &at(4_321, 0))?;
    let told = recvmsg(&receiver, 4, MsgFlags::empty())?.value(SCM_CREDENTIALS);
    same("pid", told.map(|who| who.pid), Some(std::process::id().cast_signed()))?;
    let asker = route(bed)?;
    asker.setsockopt(SO_PASSCRED, true)?;
    asker.send(&super::netlink::get_link(1, "lo"))?;
    let told = recvmsg(&asker, 10_000, MsgFlags::empty())?.value(SCM_CREDENTIALS);
    same("the kernel's", told.map(|who| (who.pid, who.uid)), Some((0, 0)))
}

/// A receiver with a small buffer, and a message more than it holds.
fn overrun_receiver<B: Bed>(bed: &B, told: bool) -> Result<Socket<B::Host>, Stop> {
    let receiver = users(bed)?;
    receiver.setsockopt(SO_RCVBUF, 0)?;
    receiver.setsockopt(NETLINK_NO_ENOBUFS, i32::from(!told))?;
    receiver.bind(&at(0, 0b100))?;
    let sender = users(bed)?;
    for _ in 0..100 {
        match sender.sendto(&[7; 200], &at(0, 0b100)) {
            Err(error) if error == Errno::ENOBUFS || error == Errno::ECONNREFUSED => {}
            done => drop(done?),
        }
    }
    Ok(receiver)
}

fn overrun<B: Bed>(bed: &B) -> Outcome {
    let receiver = overrun_receiver(bed, true)?;
    polls(&receiver, PollEvents::IN | PollEvents::OUT | PollEvents::ERR)?;
    fails(receiver.recv(&mut [0; 300]), Errno::ENOBUFS)?;
    same("recv", receiver.recv(&mut [0; 300])?, 200)
}

fn overrun_untold<B: Bed>(bed: &B) -> Outcome {
    let receiver = overrun_receiver(bed, false)?;
    let mut got = 0;
    while let Ok(count) = receiver.recv_with(&mut [0; 300], MsgFlags::DONTWAIT) {
        same("recv", count, 200)?;
        got += 1;
    }
    holds("some were lost", 0 < got && got < 100)?;
    fails(receiver.recv_with(&mut [0; 300], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn unknown_options<B: Bed>(bed: &B) -> Outcome {
    let socket = users(bed)?;
    for (level, name) in [(SOL_NETLINK, 99), (libc::SOL_UDP, 1)] {
        fails(socket.setsockopt_raw(level, name, &[1, 0, 0, 0]), Errno::ENOPROTOOPT)?;
        fails(socket.getsockopt_raw(level, name, &mut [0; 4]), Errno::ENOPROTOOPT)?;
    }
    socket.setsockopt(NETLINK_PKTINFO, 1)?;
    socket.setsockopt_raw(SOL_NETLINK, NETLINK_PKTINFO.name(), &[1, 0])?;
    same("NETLINK_PKTINFO", socket.getsockopt(NETLINK_PKTINFO)?, 0)?;
    fails(socket.getsockopt_raw(SOL_NETLINK, NETLINK_PKTINFO.name(), &mut [0; 2]), Errno::EINVAL)?;
    socket.bind(&at(0, 0b101))?;
    let mut groups = [0; 4];
    same("length", socket.getsockopt_raw(SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, &mut groups)?, 4)?;
    same("groups", u32::from_ne_bytes(groups), 0b101)
}

fn families_by_name<B: Bed>(bed: &B) -> Outcome {
    const GENL_ID_CTRL: u16 = 16;
    const CTRL_CMD_NEWFAMILY: u8 = 1;
    const CTRL_CMD_GETFAMILY: u8 = 3;
    const CTRL_ATTR_FAMILY_ID: u16 = 1;
    const CTRL_ATTR_FAMILY_NAME: u16 = 2;
    let socket = Socket::with_protocol(bed.near().host, GENERIC.family, GENERIC.kind, GENERIC.protocol)?;
    let ask = |seq, name: &[u8]| {
        let body = [&[CTRL_CMD_GETFAMILY, 1, 0, 0][..], &attribute(CTRL_ATTR_FAMILY_NAME, name)].concat();
        Message::request(GENL_ID_CTRL, 0, seq, &body)
    };
    socket.send(&ask(1, b"nlctrl\0"))?;
    let told = one_answer::<B>(&socket)?;
    same("kind", (told.kind, told.body[0]), (GENL_ID_CTRL, CTRL_CMD_NEWFAMILY))?;
    same("number", told.attribute(4, CTRL_ATTR_FAMILY_ID), Some(&GENL_ID_CTRL.to_ne_bytes()[..]))?;
    same("an unknown one", asks::<B>(&socket, &ask(2, b"nonsense\0"))?, libc::ENOENT)?;
    fails(socket.recv_with(&mut [0; 4], MsgFlags::DONTWAIT), Errno::EAGAIN)
}

fn events_of_devices<B: Bed>(bed: &B) -> Outcome {
    let watcher = Socket::with_protocol(bed.near().host, UEVENT.family, UEVENT.kind, UEVENT.protocol)?;
    watcher.bind(&at(0, 1))?;
    same("made", asks::<B>(&route(bed)?, &new_link(1, "br7", "bridge"))?, 0)?;
    let mut buf = [0; 4_096];
    // The first bridge of all may have been a module's that was not loaded: that is told, too, and on Linux 7.3 the device's queues
    // before the device.
    let lines: Vec<_> = loop {
        let (count, from) = watcher.recvfrom(&mut buf)?;
        same("from", from, at(0, 1))?;
        if !buf.starts_with(b"add@/module/") && !buf.starts_with(b"add@/devices/virtual/net/br7/queues/") {
            break buf[..count].split(|&byte| byte == 0).collect();
        }
    };
    same("what", lines[0].escape_ascii().to_string(), "add@/devices/virtual/net/br7".to_owned())?;
    for variable in [&b"ACTION=add"[..], b"SUBSYSTEM=net", b"INTERFACE=br7"] {
        holds("there is the variable", lines.contains(&variable))?;
    }
    Ok(())
}
