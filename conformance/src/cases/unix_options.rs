//! What a UNIX socket can be told to say of what is left to read, and to refuse: SO_INQ and SO_PASSRIGHTS.

use std::io::IoSlice;

use wavetank_api::{
    Errno, Family, Host, MsgFlags, Result, SendMsg, Shutdown, SockType, Socket,
    control::SCM_CREDENTIALS,
    option::{SO_INQ, SO_PASSCRED, SO_PASSRIGHTS},
};

use super::unix_names::{UNIX, hidden, socket};
use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, fails, same, sets_if_known},
    message::{Received, recvmsg, recvmsg_into},
};

cases! { unix::options, needs UNIX:
    left_to_read once
        "SO_INQ: with the data of a stream comes how many bytes are left; with MSG_PEEK those looked at are"
        from "unix_stream_read_generic: SCM_INQ";
    left_at_the_end once
        "SO_INQ at the end of the stream: none is left; a recvmsg that fails brings nothing"
        from "unix_stream_read_generic: SCM_INQ";
    left_comes_last once
        "What is left comes behind credentials and descriptors, and where there is no room for it MSG_CTRUNC says so"
        from "unix_stream_read_generic: scm_recv_unix, put_cmsg";
    left_of_streams_only once
        "SO_INQ is an int, 0 or 1, of streams; else EINVAL, and ENOPROTOOPT of messages and of TCP; nobody can read it"
        from "unix_setsockopt";
    refuses_descriptors once
        "Without SO_PASSRIGHTS of the receiver sendmsg with descriptors says EPERM; data alone are sent"
        from "unix_stream_sendmsg, unix_dgram_sendmsg";
    refuses_by_stream_only_with_data once
        "A stream that is sent descriptors and no data is not asked: nothing is passed, and the call succeeds"
        from "unix_stream_sendmsg";
    sent_before_it_refused once
        "Descriptors that were sent before SO_PASSRIGHTS was switched off are received"
        from "scm_recv_unix";
    accepts_again once
        "Switched on again, descriptors come; so they do from the other end all the time"
        from "unix_stream_sendmsg";
    child_refuses_as_its_listener once
        "An accepted socket has the SO_PASSRIGHTS of its listener, as it was when the connection was made"
        from "unix_stream_connect: sk_scm_recv_flags";
    refuses_of_unix_only once
        "SO_PASSRIGHTS of a TCP socket: EOPNOTSUPP, in both directions"
        from "sk_setsockopt, sk_getsockopt: sk_may_scm_recv";
}

fn pair<B: Bed>(bed: &B, kind: SockType) -> std::result::Result<[Socket<B::Host>; 2], Stop> {
    let (left, right) = Socket::pair(bed.near().host, Family::UNIX, kind)?;
    Ok([left, right])
}

fn pass<H: Host>(socket: &Socket<H>, data: &[u8]) -> Result<usize> {
    socket.sendmsg(&SendMsg::new(&[IoSlice::new(data)]).with_fds(&[socket.fd()]), MsgFlags::empty())
}

/// The data, and how much more there is to read, if that was told.
fn brings<F>(got: &Received<F>, data: &[u8], left: Option<i32>) -> Outcome {
    same("data", got.data.as_slice(), data)?;
    let told = got.raw(libc::SOL_SOCKET, SO_INQ.name());
    same("left to read", told.map(|told| told.to_vec()), left.map(|left| left.to_ne_bytes().to_vec()))
}

fn left_to_read<B: Bed>(bed: &B) -> Outcome {
    let [left, right] = pair(bed, SockType::STREAM)?;
    left.sendall(b"nobody asks")?;
    brings(&recvmsg(&right, 7, MsgFlags::empty())?, b"nobody ", None)?;
    sets_if_known(&right, SO_INQ, true)?;
    brings(&recvmsg(&right, 1, MsgFlags::empty())?, b"a", Some(3))?;
    left.sendall(b" and again")?;
    brings(&recvmsg(&right, 2, MsgFlags::PEEK)?, b"sk", Some(13))?;
    brings(&recvmsg(&right, 3, MsgFlags::empty())?, b"sks", Some(10))?;
    // recv(2) has no room to tell it.
    let mut buf = [0; 4];
    same("recv", right.recv(&mut buf)?, 4)?;
    brings(&recvmsg(&right, 100, MsgFlags::empty())?, b" again", Some(0))?;
    right.setsockopt(SO_INQ, false)?;
    left.sendall(b"x")?;
    brings(&recvmsg(&right, 1, MsgFlags::empty())?, b"x", None)
}

fn left_at_the_end<B: Bed>(bed: &B) -> Outcome {
    let [left, right] = pair(bed, SockType::STREAM)?;
    sets_if_known(&right, SO_INQ, true)?;
    fails(recvmsg(&right, 1, MsgFlags::DONTWAIT).map(|got| got.data), Errno::EAGAIN)?;
    left.shutdown(Shutdown::Write)?;
    brings(&recvmsg(&right, 1, MsgFlags::empty())?, b"", Some(0))
}

fn left_comes_last<B: Bed>(bed: &B) -> Outcome {
    let [left, right] = pair(bed, SockType::STREAM)?;
    sets_if_known(&right, SO_INQ, true)?;
    right.setsockopt(SO_PASSCRED, true)?;
    pass(&left, b"data")?;
    let got = recvmsg(&right, 1, MsgFlags::PEEK)?;
    let kinds = [SCM_CREDENTIALS.kind(), libc::SCM_RIGHTS, SO_INQ.name()].map(|kind| (libc::SOL_SOCKET, kind));
    same("messages", got.kinds(), kinds.to_vec())?;
    right.setsockopt(SO_PASSCRED, false)?;
    let got = recvmsg_into(&right, 4, 0, MsgFlags::empty())?;
    same("flags", got.flags, MsgFlags::CTRUNC)?;
    brings(&got, b"data", None)
}

fn left_of_streams_only<B: Bed>(bed: &B) -> Outcome {
    let [_left, stream] = pair(bed, SockType::STREAM)?;
    sets_if_known(&stream, SO_INQ, true)?;
    let set = |socket: &Socket<B::Host>, value: &[u8]| socket.setsockopt_raw(libc::SOL_SOCKET, SO_INQ.name(), value);
    for value in [-1, 2, i32::MAX] {
        fails(set(&stream, &i32::to_ne_bytes(value)), Errno::EINVAL)?;
    }
    for len in [0, 1, 3, 5, 8] {
        fails(set(&stream, &[0; 8][..len]), Errno::EINVAL)?;
    }
    for kind in [SockType::DGRAM, SockType::SEQPACKET] {
        fails(set(&pair(bed, kind)?[0], &[0; 4]), Errno::ENOPROTOOPT)?;
    }
    fails(set(&bed.near().tcp()?, &[0; 4]), Errno::ENOPROTOOPT)?;
    fails(stream.getsockopt(SO_INQ), Errno::ENOPROTOOPT)
}

const KINDS: [SockType; 3] = [SockType::STREAM, SockType::DGRAM, SockType::SEQPACKET];

fn refuses_descriptors<B: Bed>(bed: &B) -> Outcome {
    for kind in KINDS {
        let [left, right] = pair(bed, kind)?;
        sets_if_known(&right, SO_PASSRIGHTS, false)?;
        fails(pass(&left, b"with a descriptor"), Errno::EPERM)?;
        left.send(b"without")?;
        same("data", recvmsg(&right, 100, MsgFlags::empty())?.data.as_slice(), b"without")?;
    }
    Ok(())
}

fn refuses_by_stream_only_with_data<B: Bed>(bed: &B) -> Outcome {
    for kind in KINDS {
        let [left, right] = pair(bed, kind)?;
        sets_if_known(&right, SO_PASSRIGHTS, false)?;
        if kind == SockType::STREAM {
            same("sendmsg", pass(&left, b"")?, 0)?;
        } else {
            fails(pass(&left, b""), Errno::EPERM)?;
        }
        fails(recvmsg(&right, 1, MsgFlags::DONTWAIT).map(|got| got.data), Errno::EAGAIN)?;
    }
    Ok(())
}

fn sent_before_it_refused<B: Bed>(bed: &B) -> Outcome {
    for kind in KINDS {
        let [left, right] = pair(bed, kind)?;
        pass(&left, b"x")?;
        sets_if_known(&right, SO_PASSRIGHTS, false)?;
        same("descriptors", recvmsg(&right, 1, MsgFlags::empty())?.fds.len(), 1)?;
    }
    Ok(())
}

fn accepts_again<B: Bed>(bed: &B) -> Outcome {
    let [left, right] = pair(bed, SockType::STREAM)?;
    sets_if_known(&left, SO_PASSRIGHTS, true)?;
    same("at first", right.getsockopt(SO_PASSRIGHTS)?, true)?;
    right.setsockopt(SO_PASSRIGHTS, false)?;
    same("switched off", right.getsockopt(SO_PASSRIGHTS)?, false)?;
    pass(&right, b"x")?;
    same("descriptors", recvmsg(&left, 1, MsgFlags::empty())?.fds.len(), 1)?;
    right.setsockopt(SO_PASSRIGHTS, true)?;
    pass(&left, b"x")?;
    same("descriptors", recvmsg(&right, 1, MsgFlags::empty())?.fds.len(), 1)
}

fn child_refuses_as_its_listener<B: Bed>(bed: &B) -> Outcome {
    let (listener, name) = (socket(bed, SockType::STREAM)?, hidden("refuses")?);
    sets_if_known(&listener, SO_PASSRIGHTS, false)?;
    listener.bind(&name)?;
    listener.listen(1)?;
    let client = socket(bed, SockType::STREAM)?;
    client.connect(&name)?;
    listener.setsockopt(SO_PASSRIGHTS, true)?;
    // Not accepted yet.
    fails(pass(&client, b"x"), Errno::EPERM)?;
    let (child, _) = listener.accept()?;
    same("SO_PASSRIGHTS", child.getsockopt(SO_PASSRIGHTS)?, false)?;
    fails(pass(&client, b"x"), Errno::EPERM)
}

fn refuses_of_unix_only<B: Bed>(bed: &B) -> Outcome {
    // A kernel without the option knows it for no family.
    let [left, _right] = pair(bed, SockType::STREAM)?;
    sets_if_known(&left, SO_PASSRIGHTS, true)?;
    let tcp = bed.near().tcp()?;
    fails(tcp.setsockopt(SO_PASSRIGHTS, true), Errno::EOPNOTSUPP)?;
    fails(tcp.getsockopt(SO_PASSRIGHTS), Errno::EOPNOTSUPP)
}
