//! Descriptors and credentials beside the data of a UNIX stream: `SCM_RIGHTS` and `SCM_CREDENTIALS`.

use std::io::IoSlice;

use wavetank_api::{
    Errno, Family, Host, MsgFlags, Net, PollEvents, Result, SendMsg, SockOpt, SockType, Socket,
    control::{ControlBuf, ControlMessages, SCM_CREDENTIALS, cmsg_len, cmsg_space},
    option::{SO_PASSCRED, Ucred},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, becomes, ends, fails, polls, receives, same},
    message::{Received, recvmsg_into, sendmsg},
};

cases! { unix::passing:
    names_the_same_socket once
        "A descriptor that was passed is another one of the same open socket: what it sends comes from there, and its mode is shared"
        from "unix(7) SCM_RIGHTS; scm_detach_fds";
    comes_with_the_first_byte once
        "Descriptors come with the first byte of their message, and only with it"
        from "unix_stream_read_generic: unix_detach_fds";
    glued_before_not_behind once
        "A recv may take what was sent before together with a message that has descriptors, and stops at its end"
        from "unix_stream_read_generic: break if scm.fp";
    two_messages_stay_two once
        "Two messages with descriptors are received one by one"
        from "unix_stream_read_generic: break if scm.fp";
    ends_a_waitall once
        "MSG_WAITALL does not wait any longer when descriptors have come"
        from "unix_stream_read_generic: break if scm.fp";
    several_in_order once
        "Several descriptors arrive in their order; the message has their numbers"
        from "unix(7) SCM_RIGHTS";
    no_room_at_all once
        "Without room for control messages the descriptors are closed, and MSG_CTRUNC says so"
        from "unix(7); scm_recv";
    room_for_some once
        "With room for fewer, as many as fit arrive, the rest are closed, and MSG_CTRUNC says so"
        from "unix(7); scm_detach_fds";
    room_for_the_header_only once
        "Room for less than one descriptor: none arrives, and MSG_CTRUNC says so"
        from "scm_detach_fds: fdmax";
    recv_loses_them once
        "recv takes the data and closes the descriptors"
        from "unix(7); scm_recv";
    without_data_nothing_is_sent once
        "On a stream, descriptors need a byte of data: without one the call succeeds and nothing is passed"
        from "unix(7); unix_stream_sendmsg";
    peek_takes_duplicates once
        "MSG_PEEK makes duplicates of the descriptors and leaves them in the queue"
        from "unix_peek_fds";
    in_flight_is_open once
        "A socket that is only in flight is open: its peer sees the end when the message is received and dropped"
        from "unix(7); unix_attach_fds";
    lost_with_the_queue once
        "Closing a socket closes the descriptors it has not received"
        from "unix_release_sock";
    nobody_can_receive_them once
        "Sockets that are only in flight to one another are closed, at the latest when another UNIX socket is"
        from "unix_gc; unix_release_sock";
    too_many once
        "253 descriptors can be passed with a message; 254 say EINVAL"
        from "unix(7) SCM_MAX_FD; scm_fp_copy";
    over_a_closed_peer once
        "When the peer has closed, the call says EPIPE and nothing is lost"
        from "unix_stream_sendmsg";
    unknown_kind once
        "A control message of SOL_SOCKET that UNIX sockets do not know: EINVAL"
        from "__scm_send";
    other_level once
        "A control message of another level is passed over"
        from "__scm_send";
    malformed once
        "A control message with a length that is too short, or goes beyond the buffer: EINVAL"
        from "CMSG_OK of include/linux/socket.h";
    credentials_when_asked once
        "With SO_PASSCRED every message brings the credentials of its sender"
        from "unix(7) SO_PASSCRED; unix_maybe_add_creds";
    credentials_of_the_peer once
        "SO_PEERCRED of a pair is who made it; of a TCP socket no process and nobody; it is cut to the room there is"
        from "socket(7) SO_PEERCRED; sk_getsockopt, cred_to_ucred";
    credentials_need_room once
        "With SO_PASSCRED and no room for control messages: MSG_CTRUNC"
        from "scm_recv";
    credentials_cut_short once
        "Credentials that do not fit are cut"
        from "put_cmsg";
    own_credentials once
        "A sender may say its own credentials; ones of a wrong length say EINVAL, a process that does not exist ESRCH"
        from "unix(7) SCM_CREDENTIALS; scm_check_creds";
    said_credentials once
        "A privileged sender may say other credentials, and messages of different credentials are not received at once"
        from "unix_stream_read_generic: unix_skb_scm_eq";
    both_at_once once
        "Credentials come before descriptors"
        from "scm_recv: SCM_CREDENTIALS, then SCM_RIGHTS";
}

/// Room for whatever a case passes.
const ROOM: usize = 256;

/// Receives 100 bytes at most.
fn get<H: Host>(socket: &Socket<H>) -> Result<Received<H::Fd>> {
    recvmsg_into(socket, 100, ROOM, MsgFlags::empty())
}

fn pass<H: Host>(socket: &Socket<H>, data: &[u8], fds: &[&H::Fd]) -> Result<usize> {
    socket.sendmsg(&SendMsg::new(&[IoSlice::new(data)]).with_fds(fds), MsgFlags::empty())
}

fn send_control<H: Host>(socket: &Socket<H>, data: &[u8], control: &[u8]) -> Result<usize> {
    sendmsg(socket, data, None, control, MsgFlags::empty())
}

/// The data, and how many descriptors.
fn brings<F>(got: &Received<F>, data: &[u8], fds: usize) -> Outcome {
    same("data", got.data.as_slice(), data)?;
    same("descriptors", got.fds.len(), fds)
}

fn names_the_same_socket<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    let (passed, other) = bed.near().unix()?;
    same("sendmsg", pass(&left, b"x", &[passed.fd()])?, 1)?;
    let mut got = get(&right)?;
    brings(&got, b"x", 1)?;
    same("flags", got.flags, MsgFlags::empty())?;
    let again = Socket::from_fd(bed.near().host, got.fds.remove(0))?;
    again.sendall(b"through it")?;
    receives(&other, b"through it")?;
    passed.setblocking(false)?;
    same("O_NONBLOCK", bed.near().host.nonblocking(again.fd())?, true)
}

fn comes_with_the_first_byte<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    pass(&left, b"abc", &[left.fd()])?;
    brings(&recvmsg_into(&right, 1, ROOM, MsgFlags::empty())?, b"a", 1)?;
    brings(&get(&right)?, b"bc", 0)
}

fn glued_before_not_behind<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    left.sendall(b"before ")?;
    pass(&left, b"with", &[left.fd()])?;
    left.sendall(b" behind")?;
    brings(&get(&right)?, b"before with", 1)?;
    brings(&get(&right)?, b" behind", 0)
}

fn two_messages_stay_two<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    pass(&left, b"one", &[left.fd()])?;
    pass(&left, b"two", &[left.fd(), right.fd()])?;
    brings(&get(&right)?, b"one", 1)?;
    brings(&get(&right)?, b"two", 2)
}

fn ends_a_waitall<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    pass(&left, b"one", &[left.fd()])?;
    left.sendall(b"two")?;
    brings(&recvmsg_into(&right, 6, ROOM, MsgFlags::WAITALL)?, b"one", 1)?;
    receives(&right, b"two")
}

fn several_in_order<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    let (first, first_peer) = bed.near().unix()?;
    let (second, second_peer) = bed.near().unix()?;
    pass(&left, b"x", &[first.fd(), second.fd()])?;
    let mut got = get(&right)?;
    brings(&got, b"x", 2)?;
    let message = ControlMessages::new(&got.control).next().map(|message| (message.level, message.kind));
    same("message", message, Some((libc::SOL_SOCKET, libc::SCM_RIGHTS)))?;
    same("length", got.control.len(), cmsg_space(8)?)?;
    for (fd, peer, text) in [(got.fds.remove(0), first_peer, b"1"), (got.fds.remove(0), second_peer, b"2")] {
        Socket::from_fd(bed.near().host, fd)?.sendall(text)?;
        receives(&peer, text)?;
    }
    Ok(())
}

fn no_room_at_all<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    let (passed, peer) = bed.near().unix()?;
    pass(&left, b"x", &[passed.fd()])?;
    drop(passed);
    let got = recvmsg_into(&right, 1, 0, MsgFlags::empty())?;
    brings(&got, b"x", 0)?;
    same("flags", got.flags, MsgFlags::CTRUNC)?;
    ends(&peer)
}

fn room_for_some<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    let (passed, peer) = bed.near().unix()?;
    pass(&left, b"x", &[left.fd(), passed.fd()])?;
    drop(passed);
    let got = recvmsg_into(&right, 1, cmsg_len(4)?, MsgFlags::empty())?;
    brings(&got, b"x", 1)?;
    same("flags", got.flags, MsgFlags::CTRUNC)?;
    same("length", got.control.len(), cmsg_len(4)?)?;
    ends(&peer)?;
    // The padding behind one has room for another.
    pass(&left, b"y", &[left.fd(), left.fd(), left.fd()])?;
    let got = recvmsg_into(&right, 1, cmsg_space(4)?, MsgFlags::empty())?;
    brings(&got, b"y", 2)?;
    same("flags", got.flags, MsgFlags::CTRUNC)
}

fn room_for_the_header_only<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    for room in [1, cmsg_len(0)? - 1, cmsg_len(0)?, cmsg_len(3)?] {
        pass(&left, b"x", &[left.fd()])?;
        let got = recvmsg_into(&right, 1, room, MsgFlags::empty())?;
        brings(&got, b"x", 0)?;
        same("flags", got.flags, MsgFlags::CTRUNC)?;
        same("length", got.control.len(), 0)?;
    }
    Ok(())
}

fn recv_loses_them<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    let (passed, peer) = bed.near().unix()?;
    pass(&left, b"x", &[passed.fd()])?;
    left.sendall(b"y")?;
    drop(passed);
    receives(&right, b"x")?;
    ends(&peer)?;
    receives(&right, b"y")
}

fn without_data_nothing_is_sent<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    same("sendmsg", pass(&left, b"", &[left.fd()])?, 0)?;
    fails(right.recv_with(&mut [0], MsgFlags::DONTWAIT), Errno::EAGAIN)?;
    left.sendall(b"x")?;
    brings(&get(&right)?, b"x", 0)
}

fn peek_takes_duplicates<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    let (passed, peer) = bed.near().unix()?;
    pass(&left, b"x", &[passed.fd()])?;
    drop(passed);
    for _ in 0..2 {
        brings(&recvmsg_into(&right, 1, ROOM, MsgFlags::PEEK)?, b"x", 1)?;
        polls(&peer, PollEvents::OUT)?;
    }
    brings(&get(&right)?, b"x", 1)?;
    ends(&peer)
}

fn in_flight_is_open<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    let (passed, peer) = bed.near().unix()?;
    pass(&left, b"x", &[passed.fd()])?;
    drop(passed);
    polls(&peer, PollEvents::OUT)?;
    peer.sendall(b"who reads this?")?;
    let mut got = get(&right)?;
    let passed = Socket::from_fd(bed.near().host, got.fds.remove(0))?;
    receives(&passed, b"who reads this?")?;
    drop(passed);
    ends(&peer)
}

fn lost_with_the_queue<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    let (passed, peer) = bed.near().unix()?;
    pass(&left, b"x", &[passed.fd()])?;
    drop((passed, right));
    becomes(&peer, PollEvents::HUP)?;
    ends(&peer)
}

fn nobody_can_receive_them<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    let (passed, peer) = bed.near().unix()?;
    pass(&left, b"x", &[right.fd(), passed.fd()])?;
    drop((passed, right));
    drop(left);
    drop(bed.near().unix()?);
    becomes(&peer, PollEvents::HUP)?;
    ends(&peer)
}

fn too_many<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    fails(pass(&left, b"x", &[left.fd(); 254]), Errno::EINVAL)?;
    same("sendmsg", pass(&left, b"x", &[left.fd(); 253])?, 1)?;
    brings(&recvmsg_into(&right, 1, cmsg_space(253 * 4)?, MsgFlags::empty())?, b"x", 253)
}

fn over_a_closed_peer<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    let (passed, peer) = bed.near().unix()?;
    drop(right);
    fails(pass(&left, b"x", &[passed.fd()]), Errno::EPIPE)?;
    passed.sendall(b"still here")?;
    receives(&peer, b"still here")?;
    drop(passed);
    ends(&peer)
}

fn unknown_kind<B: Bed>(bed: &B) -> Outcome {
    let (left, _right) = bed.near().unix()?;
    let mut control = ControlBuf::new();
    control.push_raw(libc::SOL_SOCKET, 99, &[0; 4])?;
    fails(send_control(&left, b"x", control.as_bytes()), Errno::EINVAL)
}

fn other_level<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    let mut control = ControlBuf::new();
    control.push_raw(libc::IPPROTO_TCP, 99, &[0; 4])?;
    same("sendmsg", send_control(&left, b"x", control.as_bytes())?, 1)?;
    same("control", get(&right)?.control.len(), 0)
}

fn malformed<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    let mut control = ControlBuf::new();
    control.push_raw(libc::IPPROTO_TCP, 99, &[0; 8])?;
    for len in [0, 1, cmsg_len(0)? - 1, cmsg_len(9)?, usize::MAX] {
        let mut bytes = control.as_bytes().to_vec();
        bytes[..size_of::<usize>()].copy_from_slice(&len.to_ne_bytes());
        fails(send_control(&left, b"x", &bytes), Errno::EINVAL)?;
    }
    // Less than a header is no message.
    same("sendmsg", send_control(&left, b"x", &[0xff; 15])?, 1)?;
    receives(&right, b"x")
}

/// The credentials a message brought.
fn credentials<F>(got: &Received<F>) -> Option<Ucred> {
    got.value(SCM_CREDENTIALS)
}

fn credentials_when_asked<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    right.setsockopt(SO_PASSCRED, true)?;
    left.sendall(b"one")?;
    left.sendall(b"two")?;
    let got = get(&right)?;
    brings(&got, b"onetwo", 0)?;
    let who = credentials(&got);
    same("whether there is a process", who.is_some_and(|who| who.pid > 0), true)?;
    same("length", got.control.len(), cmsg_space(12)?)?;
    // The same process at the other end.
    left.setsockopt(SO_PASSCRED, true)?;
    right.sendall(b"x")?;
    same("credentials", credentials(&get(&left)?), who)
}

fn credentials_of_the_peer<B: Bed>(bed: &B) -> Outcome {
    const SO_PEERCRED: SockOpt<Ucred> = SockOpt::new(libc::SOL_SOCKET, libc::SO_PEERCRED);
    let me = who_am_i(bed)?;
    let (left, _right) = bed.near().unix()?;
    same("of a pair", left.getsockopt(SO_PEERCRED)?, me)?;
    let nobody = Ucred { pid: 0, uid: u32::MAX, gid: u32::MAX };
    same("of TCP", bed.near().tcp()?.getsockopt(SO_PEERCRED)?, nobody)?;
    let lone = Socket::new(bed.near().host, Family::UNIX, SockType::STREAM)?;
    same("of one without a peer", lone.getsockopt(SO_PEERCRED)?, nobody)?;
    let mut bytes = [0x55; 6];
    same("length", left.getsockopt_raw(libc::SOL_SOCKET, libc::SO_PEERCRED, &mut bytes)?, 6)?;
    same("beginning", bytes[..4].to_vec(), me.pid.to_ne_bytes().to_vec())
}

fn credentials_need_room<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    right.setsockopt(SO_PASSCRED, true)?;
    left.sendall(b"x")?;
    same("flags", recvmsg_into(&right, 1, 0, MsgFlags::empty())?.flags, MsgFlags::CTRUNC)
}

fn credentials_cut_short<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    right.setsockopt(SO_PASSCRED, true)?;
    for (room, left_of_it) in [(cmsg_len(0)? - 1, 0), (cmsg_len(0)?, 16), (cmsg_len(5)?, 21), (cmsg_len(12)?, 28)] {
        left.sendall(b"x")?;
        let got = recvmsg_into(&right, 1, room, MsgFlags::empty())?;
        let flags = if room < cmsg_len(12)? { MsgFlags::CTRUNC } else { MsgFlags::empty() };
        same("length and flags", (got.control.len(), got.flags), (left_of_it, flags))?;
    }
    Ok(())
}

/// Who this process is, as the kernel says it.
fn who_am_i<B: Bed>(bed: &B) -> std::result::Result<Ucred, crate::check::Stop> {
    let (left, right) = bed.near().unix()?;
    right.setsockopt(SO_PASSCRED, true)?;
    left.sendall(b"x")?;
    credentials(&get(&right)?).ok_or_else(|| crate::check::Stop::failed("no credentials came"))
}

fn own_credentials<B: Bed>(bed: &B) -> Outcome {
    let me = who_am_i(bed)?;
    let (left, right) = bed.near().unix()?;
    right.setsockopt(SO_PASSCRED, true)?;
    let mut control = ControlBuf::new();
    control.push(SCM_CREDENTIALS, me)?;
    same("sendmsg", send_control(&left, b"x", control.as_bytes())?, 1)?;
    same("credentials", credentials(&get(&right)?), Some(me))?;
    for len in [0, 11, 13] {
        let mut control = ControlBuf::new();
        control.push_raw(libc::SOL_SOCKET, libc::SCM_CREDENTIALS, &[0; 13][..len])?;
        fails(send_control(&left, b"x", control.as_bytes()), Errno::EINVAL)?;
    }
    let nobody = Ucred { pid: i32::MAX, ..me };
    let mut control = ControlBuf::new();
    control.push(SCM_CREDENTIALS, nobody)?;
    fails(send_control(&left, b"x", control.as_bytes()), Errno::ESRCH)
}

fn said_credentials<B: Bed>(bed: &B) -> Outcome {
    bed.need(crate::bed::Capability::NetAdmin)?;
    let me = who_am_i(bed)?;
    let (left, right) = bed.near().unix()?;
    right.setsockopt(SO_PASSCRED, true)?;
    let other = Ucred { uid: 1000, gid: 1001, ..me };
    let mut control = ControlBuf::new();
    control.push(SCM_CREDENTIALS, other)?;
    left.sendall(b"mine")?;
    send_control(&left, b"other's", control.as_bytes())?;
    send_control(&left, b", too", control.as_bytes())?;
    left.sendall(b"mine again")?;
    for (data, who) in [(b"mine".as_slice(), me), (b"other's, too", other), (b"mine again", me)] {
        let got = get(&right)?;
        same("data", got.data.as_slice(), data)?;
        same("credentials", credentials(&got), Some(who))?;
    }
    Ok(())
}

fn both_at_once<B: Bed>(bed: &B) -> Outcome {
    let (left, right) = bed.near().unix()?;
    right.setsockopt(SO_PASSCRED, true)?;
    pass(&left, b"x", &[left.fd()])?;
    let got = get(&right)?;
    brings(&got, b"x", 1)?;
    let kinds: Vec<_> = ControlMessages::new(&got.control).map(|message| message.kind).collect();
    same("messages", kinds, vec![libc::SCM_CREDENTIALS, libc::SCM_RIGHTS])
}
