//! The calls that carry what is beside the data in one step: `recvmsg`, `recvmsg_into`, `send_fds`, `recv_fds`.

use std::io::{IoSlice, IoSliceMut};

use wavetank_api::{Errno, MsgFlags, Socket, control::cmsg_space};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, ends, fails, holds, receives, same},
};

cases! { ancillary:
    recvmsg_into_and_recvmsg families
        "Both give the data, no control messages, no flags; a datagram too long for the room is cut with MSG_TRUNC"
        from "Python, socket.recvmsg, socket.recvmsg_into; recvmsg(2)";
    fds_in_one_call once
        "send_fds passes descriptors with data, and recv_fds gives duplicates of them"
        from "Python, socket.send_fds, socket.recv_fds; unix(7)";
    fds_beyond_the_room once
        "recv_fds takes as many descriptors as it was told, closes the rest, and sets MSG_CTRUNC"
        from "Python, socket.recv_fds; unix(7)";
}

fn recvmsg_into_and_recvmsg<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = (bed.near().bound_udp()?, bed.far().bound_udp()?);
    let to = far.getsockname()?;
    for _ in 0..2 {
        near.sendto(b"ahoy there", &to)?;
    }
    bed.settle();
    let (data, beside) = far.recvmsg_vec(4, cmsg_space(4)?, MsgFlags::empty())?;
    same("data", &*data, b"ahoy")?;
    same("flags", beside.flags, MsgFlags::TRUNC)?;
    same("the sender", beside.addr, Some(near.getsockname()?))?;
    same("control messages and descriptors", (beside.control.len(), beside.fds.len()), (0, 0))?;
    let (mut first, mut second) = ([0; 5], [0; 20]);
    let bufs = &mut [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
    let (count, beside) = far.recvmsg_into(bufs, 0, MsgFlags::empty())?;
    same("bytes", count, 10)?;
    same("flags", beside.flags, MsgFlags::empty())?;
    same("the buffers", (&first, &second[..5]), (b"ahoy ", &b"there"[..]))
}

fn fds_in_one_call<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = bed.near().unix()?;
    let (passed, peer) = bed.near().unix()?;
    same("bytes sent", near.send_fds(&[IoSlice::new(b"x")], &[passed.fd(), passed.fd()], MsgFlags::empty(), None)?, 1)?;
    let (data, beside) = far.recv_fds(10, 2, MsgFlags::empty())?;
    same("data", &*data, b"x")?;
    holds("MSG_CTRUNC is not set", !beside.flags.contains(MsgFlags::CTRUNC))?;
    drop(passed);
    for (fd, words) in beside.fds.into_iter().zip([b"one", b"two"]) {
        let received = Socket::from_fd(bed.near().host, fd)?;
        same("inheritable", received.inheritable()?, false)?;
        received.sendall(words)?;
        receives(&peer, words)?;
    }
    ends(&peer)
}

fn fds_beyond_the_room<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = bed.near().unix()?;
    let (passed, peer) = bed.near().unix()?;
    near.send_fds(&[IoSlice::new(b"x")], &[passed.fd(); 3], MsgFlags::empty(), None)?;
    drop(passed);
    let (_, beside) = far.recv_fds(1, 1, MsgFlags::empty())?;
    same("descriptors", beside.fds.len(), 1)?;
    holds("MSG_CTRUNC is set", beside.flags.contains(MsgFlags::CTRUNC))?;
    drop(beside);
    ends(&peer)?;
    fails(far.recv_fds(1, usize::MAX, MsgFlags::empty()), Errno::EINVAL)
}
