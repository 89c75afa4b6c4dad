//! Options of Bluetooth: `hci_sock_setsockopt`, `l2cap_sock_setsockopt`, `rfcomm_sock_setsockopt`, `sco_sock_setsockopt`; include/net/bluetooth/.
//!
//! The levels are small numbers that other families have too: `SOL_HCI` is IPv4's, `SOL_L2CAP` is TCP's, `SOL_SCO` is UDP's.

use super::layout::structure;
use super::{SockOpt, options};
use crate::c;

structure! { BLUETOOTH_LAYOUTS;
    /// Which packets and events of a controller are taken.
    HciFilter, "hci_filter", 16 {
        /// A bit for each type of packet.
        type_mask: u32, "type_mask" @ 0;
        /// A bit for each event, 0 to 31.
        event_mask_low: u32, "event_mask[0]" @ 4;
        /// A bit for each event, 32 to 63.
        event_mask_high: u32, "event_mask[1]" @ 8;
        /// Answers to this command only; 0 is any.
        opcode: u16, "opcode" @ 12;
    }

    /// How secure a link is to be.
    BtSecurity, "bt_security", 2 {
        /// `BT_SECURITY_*`.
        level: u8, "level" @ 0;
        /// Bytes of the key; read only.
        key_size: u8, "key_size" @ 1;
    }

    /// Whether sending wakes the link.
    BtPower, "bt_power", 1 {
        /// `BT_POWER_FORCE_ACTIVE_*`.
        force_active: u8, "force_active" @ 0;
    }

    /// How voice is coded.
    BtVoice, "bt_voice", 2 {
        /// `BT_VOICE_*`.
        setting: u16, "setting" @ 0;
    }

    /// How an L2CAP channel is to be.
    L2capOptions, "l2cap_options", 12 {
        /// Bytes of a message sent at most.
        omtu: u16, "omtu" @ 0;
        /// Bytes of a message received at most.
        imtu: u16, "imtu" @ 2;
        /// Milliseconds after which a message is given up; 0xffff is never.
        flush_to: u16, "flush_to" @ 4;
        /// `L2CAP_MODE_*`: 0 basic, 3 enhanced retransmission, 4 streaming.
        mode: u8, "mode" @ 6;
        /// Whether frames have a checksum.
        fcs: u8, "fcs" @ 7;
        /// How often a frame is sent at most.
        max_tx: u8, "max_tx" @ 8;
        /// Frames that may be unacknowledged.
        txwin_size: u16, "txwin_size" @ 10;
    }

    /// The link of an L2CAP channel.
    L2capConninfo, "l2cap_conninfo", 6 {
        /// The link's handle.
        hci_handle: u16, "hci_handle" @ 0;
        /// The peer's class of device.
        dev_class: [u8; 3], "dev_class" @ 2;
    }

    /// The link of an RFCOMM channel.
    RfcommConninfo, "rfcomm_conninfo", 6 {
        /// The link's handle.
        hci_handle: u16, "hci_handle" @ 0;
        /// The peer's class of device.
        dev_class: [u8; 3], "dev_class" @ 2;
    }

    /// How voice is sent.
    ScoOptions, "sco_options", 2 {
        /// Bytes of a message at most.
        mtu: u16, "mtu" @ 0;
    }

    /// The link of voice.
    ScoConninfo, "sco_conninfo", 6 {
        /// The link's handle.
        hci_handle: u16, "hci_handle" @ 0;
        /// The peer's class of device.
        dev_class: [u8; 3], "dev_class" @ 2;
    }
}

options! { BLUETOOTH_NAMES;
    /// Receives the direction of a packet as a control message. The raw channel only: `EBADFD`.
    SOL_HCI HCI_DATA_DIR: bool;
    /// Which packets and events are taken. The raw channel only: `EBADFD`.
    SOL_HCI HCI_FILTER: HciFilter;
    /// Receives the time of arrival as a control message. The raw channel only: `EBADFD`.
    SOL_HCI HCI_TIME_STAMP: bool;
    /// How secure the link is to be. `EINVAL` if the socket is raw or the level none.
    SOL_BLUETOOTH BT_SECURITY: BtSecurity;
    /// Whether the program decides about a connection when it reads. `EINVAL` unless bound or listening.
    SOL_BLUETOOTH BT_DEFER_SETUP: u32;
    /// Whether packets may be dropped when they are late: 0 or 1.
    SOL_BLUETOOTH BT_FLUSHABLE: u32;
    /// Whether sending wakes the link.
    SOL_BLUETOOTH BT_POWER: BtPower;
    /// How voice is coded. SCO only.
    SOL_BLUETOOTH BT_VOICE: BtVoice;
    /// Bytes of a message sent at most; `ENOTCONN`. Read only but for enhanced modes.
    SOL_BLUETOOTH BT_SNDMTU: u16;
    /// Bytes of a message received at most.
    SOL_BLUETOOTH BT_RCVMTU: u16;
    /// The physical layers in use: `BT_PHY_*`; `ENOTCONN`. Read only.
    SOL_BLUETOOTH BT_PHY: u32;
    /// The mode of a channel: `BT_MODE_*`.
    SOL_BLUETOOTH BT_MODE: u8;
    /// Receives the status of voice packets as a control message.
    SOL_BLUETOOTH BT_PKT_STATUS: u32;
    /// How a channel is to be. `EINVAL` once connected.
    SOL_L2CAP L2CAP_OPTIONS: L2capOptions;
    /// The link of the channel; `ENOTCONN`. Read only.
    SOL_L2CAP L2CAP_CONNINFO: L2capConninfo;
    /// The mode of the link: `L2CAP_LM_*`.
    SOL_L2CAP L2CAP_LM: u32;
    /// The link of the channel; `ENOTCONN`. Read only.
    SOL_RFCOMM RFCOMM_CONNINFO: RfcommConninfo;
    /// The mode of the link: `RFCOMM_LM_*`.
    SOL_RFCOMM RFCOMM_LM: u32;
    /// How voice is sent; `ENOTCONN`. Read only.
    SOL_SCO SCO_OPTIONS: ScoOptions;
    /// The link; `ENOTCONN`. Read only.
    SOL_SCO SCO_CONNINFO: ScoConninfo;
}
