//! [`Received`]: a whole message, with what came beside its data. For the cases of `sendmsg(2)` and `recvmsg(2)`.

use std::io::{IoSlice, IoSliceMut};

use wavetank_api::{
    Addr, MsgFlags, Net, RecvMsg, Result, SendMsg, Socket,
    control::{ControlMessages, ControlType},
    option::OptValue,
};

/// What one `recvmsg` filled.
#[derive(Debug)]
pub(crate) struct Received<F> {
    pub(crate) data: Vec<u8>,
    pub(crate) from: Option<Addr>,
    pub(crate) flags: MsgFlags,
    pub(crate) control: Vec<u8>,
    pub(crate) fds: Vec<F>,
}

impl<F> Received<F> {
    /// The data of the first control message of these numbers.
    pub(crate) fn raw(&self, level: i32, kind: i32) -> Option<&[u8]> {
        let mut all = ControlMessages::new(&self.control);
        all.find_map(|message| ((message.level, message.kind) == (level, kind)).then_some(message.data))
    }

    /// The value of the first control message of that type.
    pub(crate) fn value<T: OptValue>(&self, of: ControlType<T>) -> Option<T::Value> {
        ControlMessages::new(&self.control).find(of)
    }

    /// Level and type of each control message, in their order.
    pub(crate) fn kinds(&self) -> Vec<(i32, i32)> {
        ControlMessages::new(&self.control).map(|message| (message.level, message.kind)).collect()
    }
}

/// Room for control messages that is always enough.
const CONTROL: usize = 2_048;

/// `recvmsg` with so much room for data, and enough for control messages.
#[track_caller]
pub(crate) fn recvmsg<N: Net>(socket: &Socket<N>, size: usize, flags: MsgFlags) -> Result<Received<N::Fd>> {
    recvmsg_into(socket, size, CONTROL, flags)
}

/// `recvmsg` with so much room for data, and so much for control messages.
#[track_caller]
pub(crate) fn recvmsg_into<N: Net>(
    socket: &Socket<N>,
    size: usize,
    control_size: usize,
    flags: MsgFlags,
) -> Result<Received<N::Fd>> {
    let mut data = vec![0; size];
    let mut control = vec![0; control_size];
    let mut bufs = [IoSliceMut::new(&mut data)];
    let mut msg = RecvMsg::new(&mut bufs).with_control(&mut control);
    let count = socket.recvmsg(&mut msg, flags)?;
    let (from, flags, len, fds) = (msg.addr, msg.flags, msg.control_len, msg.fds);
    data.truncate(count);
    control.truncate(len);
    Ok(Received { data, from, flags, control, fds })
}

/// `sendmsg` of one buffer with control messages.
#[track_caller]
pub(crate) fn sendmsg<N: Net>(
    socket: &Socket<N>,
    data: &[u8],
    to: Option<&Addr>,
    control: &[u8],
    flags: MsgFlags,
) -> Result<usize> {
    let bufs = [IoSlice::new(data)];
    let mut msg = SendMsg::new(&bufs).with_control(control);
    msg.addr = to;
    socket.sendmsg(&msg, flags)
}
