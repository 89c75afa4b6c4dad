//! [`BcmMsg`]: what the broadcast manager, `CAN_BCM`, is told and tells.

use std::{fmt, time::Duration};

use bitflags::bitflags;

use super::{CanFdFrame, CanFrame, CanId};

/// C's `struct bcm_msg_head` with the frames behind it. Documentation/networking/can.rst, 4.2.
///
/// ```
/// use std::time::Duration;
/// use wavetank_api::can::{BcmFlags, BcmMsg, BcmOp, CanFrame, CanId};
///
/// // Send it every 100 ms, from now on.
/// let id = CanId::standard(0x42);
/// let cyclic = BcmMsg {
///     flags: BcmFlags::SETTIMER | BcmFlags::STARTTIMER,
///     ival2: Duration::from_millis(100),
///     frames: vec![CanFrame::new(id, b"beat").unwrap()],
///     ..BcmMsg::new(BcmOp::TX_SETUP, id)
/// };
/// assert_eq!(BcmMsg::decode(&cyclic.encode()), Some(cyclic));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
#[doc(alias = "bcm_msg_head")]
pub struct BcmMsg {
    /// What is to be done, or has happened.
    pub op: BcmOp,
    /// How.
    pub flags: BcmFlags,
    /// How many frames are sent in intervals of `ival1`, before those of `ival2`.
    pub count: u32,
    /// The first interval; for receiving the time after which a message is missed. Microseconds.
    pub ival1: Duration,
    /// The second interval; for receiving the least time between two changes told. Microseconds.
    pub ival2: Duration,
    /// The identifier that the task is known by.
    pub id: CanId,
    /// The frames, unless [`BcmFlags::FD`].
    pub frames: Vec<CanFrame>,
    /// The frames, if [`BcmFlags::FD`].
    pub fd_frames: Vec<CanFdFrame>,
}

/// Bytes of C's `long`.
const LONG: usize = size_of::<std::ffi::c_long>();
/// Where the two times begin, which are aligned as `long` is.
const TIMES: usize = 12_usize.next_multiple_of(LONG);

impl BcmMsg {
    /// Bytes of the head, where the frames begin: aligned to 8.
    pub const HEAD_LEN: usize = (TIMES + 4 * LONG + 8).next_multiple_of(8);

    /// Nothing but that.
    #[must_use]
    pub fn new(op: BcmOp, id: CanId) -> Self {
        Self { op, id, ..Self::default() }
    }

    /// As the kernel has it. `nframes` is the number of frames of the kind that the flags tell.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let fd = self.flags.contains(BcmFlags::FD);
        let nframes = if fd { self.fd_frames.len() } else { self.frames.len() };
        let mut out = vec![0; Self::HEAD_LEN];
        let mut put = |at: usize, bytes: &[u8]| out[at..at + bytes.len()].copy_from_slice(bytes);
        for (index, number) in [self.op.0, self.flags.bits(), self.count].into_iter().enumerate() {
            put(4 * index, &number.to_ne_bytes());
        }
        for (index, time) in [self.ival1, self.ival2].into_iter().enumerate() {
            let second = std::ffi::c_long::try_from(time.as_secs()).unwrap_or(std::ffi::c_long::MAX);
            put(TIMES + 2 * LONG * index, &second.to_ne_bytes());
            put(TIMES + 2 * LONG * index + LONG, &std::ffi::c_long::from(time.subsec_micros() as i32).to_ne_bytes());
        }
        put(TIMES + 4 * LONG, &self.id.0.to_ne_bytes());
        put(TIMES + 4 * LONG + 4, &(nframes as u32).to_ne_bytes());
        if fd {
            self.fd_frames.iter().for_each(|frame| out.extend(frame.encode()));
        } else {
            self.frames.iter().for_each(|frame| out.extend(frame.encode()));
        }
        out
    }

    /// What `recv` gave; `None` unless it is a head with as many frames as it says.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(Self::HEAD_LEN)?;
        let number = |at: usize| Some(u32::from_ne_bytes(*head.get(at..)?.first_chunk()?));
        let long = |at: usize| Some(std::ffi::c_long::from_ne_bytes(*head.get(at..)?.first_chunk()?));
        let time = |at: usize| {
            let (second, micros) = (u64::try_from(long(at)?).ok()?, u32::try_from(long(at + LONG)?).ok()?);
            (micros < 1_000_000).then(|| Duration::new(second, micros * 1_000))
        };
        let mut msg = Self {
            op: BcmOp(number(0)?),
            flags: BcmFlags::from_bits_retain(number(4)?),
            count: number(8)?,
            ival1: time(TIMES)?,
            ival2: time(TIMES + 2 * LONG)?,
            id: CanId(number(TIMES + 4 * LONG)?),
            ..Self::default()
        };
        let nframes = number(TIMES + 4 * LONG + 4)? as usize;
        if msg.flags.contains(BcmFlags::FD) {
            msg.fd_frames = rest.chunks(CanFdFrame::LEN).map(CanFdFrame::decode).collect::<Option<_>>()?;
        } else {
            msg.frames = rest.chunks(CanFrame::LEN).map(CanFrame::decode).collect::<Option<_>>()?;
        }
        (msg.frames.len() + msg.fd_frames.len() == nframes).then_some(msg)
    }
}

/// What the broadcast manager is to do, or has to tell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct BcmOp(pub u32);

impl BcmOp {
    /// `TX_SETUP`: send these frames, now and then again and again.
    pub const TX_SETUP: Self = Self(1);
    /// `TX_DELETE`: send them no more.
    pub const TX_DELETE: Self = Self(2);
    /// `TX_READ`: tell what is being sent.
    pub const TX_READ: Self = Self(3);
    /// `TX_SEND`: send one frame.
    pub const TX_SEND: Self = Self(4);
    /// `RX_SETUP`: tell what changes in frames with this identifier.
    pub const RX_SETUP: Self = Self(5);
    /// `RX_DELETE`: tell no more.
    pub const RX_DELETE: Self = Self(6);
    /// `RX_READ`: tell what is being listened to.
    pub const RX_READ: Self = Self(7);
    /// `TX_STATUS`: the answer to `TX_READ`.
    pub const TX_STATUS: Self = Self(8);
    /// `TX_EXPIRED`: `count` is over.
    pub const TX_EXPIRED: Self = Self(9);
    /// `RX_STATUS`: the answer to `RX_READ`.
    pub const RX_STATUS: Self = Self(10);
    /// `RX_TIMEOUT`: a message is missed.
    pub const RX_TIMEOUT: Self = Self(11);
    /// `RX_CHANGED`: a message came that is not as the last one was.
    pub const RX_CHANGED: Self = Self(12);

    const NAMES: [&str; 12] = [
        "TX_SETUP",
        "TX_DELETE",
        "TX_READ",
        "TX_SEND",
        "RX_SETUP",
        "RX_DELETE",
        "RX_READ",
        "TX_STATUS",
        "TX_EXPIRED",
        "RX_STATUS",
        "RX_TIMEOUT",
        "RX_CHANGED",
    ];
}

/// The name in C, or the number.
impl fmt::Debug for BcmOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = (self.0 as usize).checked_sub(1).and_then(|index| Self::NAMES.get(index));
        match name {
            Some(name) => f.write_str(name),
            None => write!(f, "{}", self.0),
        }
    }
}

bitflags! {
    /// How the broadcast manager does it.
    #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
    pub struct BcmFlags: u32 {
        /// `SETTIMER`: the intervals and the count are to be taken.
        const SETTIMER = 0x0001;
        /// `STARTTIMER`: and begin now.
        const STARTTIMER = 0x0002;
        /// `TX_COUNTEVT`: tell `TX_EXPIRED`.
        const TX_COUNTEVT = 0x0004;
        /// `TX_ANNOUNCE`: send at once what has changed.
        const TX_ANNOUNCE = 0x0008;
        /// `TX_CP_CAN_ID`: the head's identifier is that of every frame.
        const TX_CP_CAN_ID = 0x0010;
        /// `RX_FILTER_ID`: any content; there are no frames.
        const RX_FILTER_ID = 0x0020;
        /// `RX_CHECK_DLC`: another length is a change.
        const RX_CHECK_DLC = 0x0040;
        /// `RX_NO_AUTOTIMER`: a frame does not start the time after which one is missed.
        const RX_NO_AUTOTIMER = 0x0080;
        /// `RX_ANNOUNCE_RESUME`: after `RX_TIMEOUT` the next frame is a change.
        const RX_ANNOUNCE_RESUME = 0x0100;
        /// `TX_RESET_MULTI_IDX`: begin again with the first frame.
        const TX_RESET_MULTI_IDX = 0x0200;
        /// `RX_RTR_FRAME`: answer remote requests with this frame.
        const RX_RTR_FRAME = 0x0400;
        /// `CAN_FD_FRAME`: the frames are CAN FD's.
        const FD = 0x0800;
        const _ = !0;
    }
}
