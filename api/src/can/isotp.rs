//! The options of `CAN_ISOTP`: include/uapi/linux/can/isotp.h.

use bitflags::bitflags;

bitflags! {
    /// How a transfer is made.
    #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
    pub struct IsotpFlags: u32 {
        /// `CAN_ISOTP_LISTEN_MODE`: never answers with flow control.
        const LISTEN_MODE = 0x0001;
        /// `CAN_ISOTP_EXTEND_ADDR`: the first byte is `ext_address`.
        const EXTEND_ADDR = 0x0002;
        /// `CAN_ISOTP_TX_PADDING`: frames are sent at full length.
        const TX_PADDING = 0x0004;
        /// `CAN_ISOTP_RX_PADDING`: frames are received at full length.
        const RX_PADDING = 0x0008;
        /// `CAN_ISOTP_CHK_PAD_LEN`: a frame of another length is refused.
        const CHK_PAD_LEN = 0x0010;
        /// `CAN_ISOTP_CHK_PAD_DATA`: a frame with other padding is refused.
        const CHK_PAD_DATA = 0x0020;
        /// `CAN_ISOTP_HALF_DUPLEX`.
        const HALF_DUPLEX = 0x0040;
        /// `CAN_ISOTP_FORCE_TXSTMIN`: the separation time is `CAN_ISOTP_TX_STMIN`'s, whatever the receiver asks for.
        const FORCE_TXSTMIN = 0x0080;
        /// `CAN_ISOTP_FORCE_RXSTMIN`: what comes sooner than `CAN_ISOTP_RX_STMIN` is not heard.
        const FORCE_RXSTMIN = 0x0100;
        /// `CAN_ISOTP_RX_EXT_ADDR`: the first byte received is `rx_ext_address`.
        const RX_EXT_ADDR = 0x0200;
        /// `CAN_ISOTP_WAIT_TX_DONE`: `send` waits until all is sent.
        const WAIT_TX_DONE = 0x0400;
        /// `CAN_ISOTP_SF_BROADCAST`: single frames to everybody; nothing is received. Since Linux 5.11.
        const SF_BROADCAST = 0x0800;
        /// `CAN_ISOTP_CF_BROADCAST`: transfers to everybody, without flow control. Since Linux 6.0.
        const CF_BROADCAST = 0x1000;
        const _ = !0;
    }
}

/// C's `struct can_isotp_options`, of `CAN_ISOTP_OPTS`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[doc(alias = "can_isotp_options")]
pub struct IsotpOptions {
    /// How transfers are made.
    pub flags: IsotpFlags,
    /// Nanoseconds that a frame takes; 0 leaves it as it is, `CAN_ISOTP_FRAME_TXTIME_ZERO` (all bits) is 0.
    pub frame_txtime: u32,
    /// The first byte of what is sent, with [`IsotpFlags::EXTEND_ADDR`].
    pub ext_address: u8,
    /// What is sent as padding.
    pub txpad_content: u8,
    /// What is expected as padding.
    pub rxpad_content: u8,
    /// The first byte of what is received, with [`IsotpFlags::RX_EXT_ADDR`].
    pub rx_ext_address: u8,
}

impl Default for IsotpOptions {
    /// As a new socket has them: 50 µs a frame (50,000 ns), 0xCC as padding.
    fn default() -> Self {
        Self {
            flags: IsotpFlags::empty(),
            frame_txtime: 50_000,
            ext_address: 0,
            txpad_content: 0xcc,
            rxpad_content: 0xcc,
            rx_ext_address: 0,
        }
    }
}

impl IsotpOptions {
    /// Bytes of the structure.
    pub const LEN: usize = 12;

    /// As the kernel has it.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        out[..4].copy_from_slice(&self.flags.bits().to_ne_bytes());
        out[4..8].copy_from_slice(&self.frame_txtime.to_ne_bytes());
        out[8..].copy_from_slice(&[self.ext_address, self.txpad_content, self.rxpad_content, self.rx_ext_address]);
        out
    }

    /// What the option gave.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let [a, b, c, d, e, f, g, h, ext_address, txpad_content, rxpad_content, rx_ext_address] = *bytes else {
            return None;
        };
        Some(Self {
            flags: IsotpFlags::from_bits_retain(u32::from_ne_bytes([a, b, c, d])),
            frame_txtime: u32::from_ne_bytes([e, f, g, h]),
            ext_address,
            txpad_content,
            rxpad_content,
            rx_ext_address,
        })
    }
}

/// C's `struct can_isotp_fc_options`, of `CAN_ISOTP_RECV_FC`: what the receiver asks of the sender.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[doc(alias = "can_isotp_fc_options")]
pub struct IsotpFc {
    /// How many frames until the next flow control; 0: all.
    pub bs: u8,
    /// The time between frames: 0 to 0x7f milliseconds, 0xf1 to 0xf9 hundreds of microseconds.
    pub stmin: u8,
    /// How often the receiver may ask to wait.
    pub wftmax: u8,
}

impl IsotpFc {
    /// As the kernel has it.
    #[must_use]
    pub const fn encode(&self) -> [u8; 3] {
        [self.bs, self.stmin, self.wftmax]
    }

    /// What the option gave.
    #[must_use]
    pub const fn decode(bytes: &[u8]) -> Option<Self> {
        match *bytes {
            [bs, stmin, wftmax] => Some(Self { bs, stmin, wftmax }),
            _ => None,
        }
    }
}

/// C's `struct can_isotp_ll_options`, of `CAN_ISOTP_LL_OPTS`: the frames below.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[doc(alias = "can_isotp_ll_options")]
pub struct IsotpLink {
    /// `CAN_MTU` (16) or `CANFD_MTU` (72).
    pub mtu: u8,
    /// Bytes of data in a frame: 8, 12, 16, 20, 24, 32, 48, 64.
    pub tx_dl: u8,
    /// The flags of a CAN FD frame.
    pub tx_flags: u8,
}

impl Default for IsotpLink {
    /// As a new socket has it: classical frames.
    fn default() -> Self {
        Self { mtu: 16, tx_dl: 8, tx_flags: 0 }
    }
}

impl IsotpLink {
    /// As the kernel has it.
    #[must_use]
    pub const fn encode(&self) -> [u8; 3] {
        [self.mtu, self.tx_dl, self.tx_flags]
    }

    /// What the option gave.
    #[must_use]
    pub const fn decode(bytes: &[u8]) -> Option<Self> {
        match *bytes {
            [mtu, tx_dl, tx_flags] => Some(Self { mtu, tx_dl, tx_flags }),
            _ => None,
        }
    }
}
