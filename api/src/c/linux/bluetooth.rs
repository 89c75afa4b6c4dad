//! `BTPROTO_*`, `BT_*`, `HCI_*`, `L2CAP_*`, `RFCOMM_*`, `SCO_*`: include/net/bluetooth/ of the kernel and bluetooth/*.h of BlueZ; the C library and `libc` have none of them.

use crate::c::constants;

constants! { BLUETOOTH;
    // Protocols.
    /// Logical link control: streams, messages.
    BTPROTO_L2CAP = 0;
    /// The controller itself.
    BTPROTO_HCI = 1;
    /// Voice.
    BTPROTO_SCO = 2;
    /// A serial line.
    BTPROTO_RFCOMM = 3;
    /// Network encapsulation.
    BTPROTO_BNEP = 4;
    /// ISDN; removed from Linux 6.15.
    BTPROTO_CMTP = 5;
    /// Keyboards and mice.
    BTPROTO_HIDP = 6;
    /// Audio; never in Linux.
    BTPROTO_AVDTP = 7;
    /// Isochronous channels. Linux 6.0.
    BTPROTO_ISO = 8;

    // Levels.
    /// Options and control messages of [`BTPROTO_HCI`].
    SOL_HCI = 0;
    /// Options of [`BTPROTO_L2CAP`].
    SOL_L2CAP = 6;
    /// Options of [`BTPROTO_SCO`].
    SOL_SCO = 17;
    /// Options of [`BTPROTO_RFCOMM`].
    SOL_RFCOMM = 18;

    // Options and control messages of `SOL_HCI`.
    /// Receives the direction of a packet.
    HCI_DATA_DIR = 1;
    /// Which packets and events are taken.
    HCI_FILTER = 2;
    /// Receives the time of arrival.
    HCI_TIME_STAMP = 3;
    /// The direction, as a control message.
    HCI_CMSG_DIR = 1;
    /// The time, as a control message.
    HCI_CMSG_TSTAMP = 2;
    /// Packets of one device.
    HCI_CHANNEL_RAW = 0;
    /// One device, for this program alone.
    HCI_CHANNEL_USER = 1;
    /// Packets of every device.
    HCI_CHANNEL_MONITOR = 2;
    /// The kernel's management.
    HCI_CHANNEL_CONTROL = 3;
    /// Lines for the monitor.
    HCI_CHANNEL_LOGGING = 4;
    /// No device.
    HCI_DEV_NONE = 0xffff;

    // Options of `SOL_BLUETOOTH`.
    /// The level of security: `struct bt_security`.
    BT_SECURITY = 4;
    /// [`BT_SECURITY`]: service discovery, none.
    BT_SECURITY_SDP = 0;
    /// [`BT_SECURITY`]: low.
    BT_SECURITY_LOW = 1;
    /// [`BT_SECURITY`]: medium.
    BT_SECURITY_MEDIUM = 2;
    /// [`BT_SECURITY`]: high.
    BT_SECURITY_HIGH = 3;
    /// [`BT_SECURITY`]: high, by approved algorithms.
    BT_SECURITY_FIPS = 4;
    /// The program decides about a connection when it reads.
    BT_DEFER_SETUP = 7;
    /// Whether packets may be dropped when they are late.
    BT_FLUSHABLE = 8;
    /// [`BT_FLUSHABLE`]: no.
    BT_FLUSHABLE_OFF = 0;
    /// [`BT_FLUSHABLE`]: yes.
    BT_FLUSHABLE_ON = 1;
    /// Whether sending wakes the link: `struct bt_power`.
    BT_POWER = 9;
    /// [`BT_POWER`]: no.
    BT_POWER_FORCE_ACTIVE_OFF = 0;
    /// [`BT_POWER`]: yes.
    BT_POWER_FORCE_ACTIVE_ON = 1;
    /// Which controller carries the channel.
    BT_CHANNEL_POLICY = 10;
    /// [`BT_CHANNEL_POLICY`]: BR/EDR only.
    BT_CHANNEL_POLICY_BREDR_ONLY = 0;
    /// [`BT_CHANNEL_POLICY`]: rather BR/EDR.
    BT_CHANNEL_POLICY_BREDR_PREFERRED = 1;
    /// [`BT_CHANNEL_POLICY`]: rather the other.
    BT_CHANNEL_POLICY_AMP_PREFERRED = 2;
    /// The coding of voice.
    BT_VOICE = 11;
    /// [`BT_VOICE`]: as it is.
    BT_VOICE_TRANSPARENT = 0x0003;
    /// [`BT_VOICE`]: CVSD of 16 bits.
    BT_VOICE_CVSD_16BIT = 0x0060;
    /// Bytes of a message sent at most.
    BT_SNDMTU = 12;
    /// Bytes of a message received at most.
    BT_RCVMTU = 13;
    /// The physical layers in use.
    BT_PHY = 14;
    /// The mode of a channel.
    BT_MODE = 15;
    /// [`BT_MODE`]: basic.
    BT_MODE_BASIC = 0;
    /// [`BT_MODE`]: enhanced retransmission.
    BT_MODE_ERTM = 1;
    /// [`BT_MODE`]: streaming.
    BT_MODE_STREAMING = 2;
    /// [`BT_MODE`]: flow control by credits, LE.
    BT_MODE_LE_FLOWCTL = 3;
    /// [`BT_MODE`]: flow control by credits, enhanced.
    BT_MODE_EXT_FLOWCTL = 4;
    /// Receives the status of voice packets.
    BT_PKT_STATUS = 16;
    /// That status, as a control message.
    BT_SCM_PKT_STATUS = 3;
    /// The quality of an isochronous channel.
    BT_ISO_QOS = 17;
    /// The codec of voice.
    BT_CODEC = 19;
    /// The description of a broadcast.
    BT_ISO_BASE = 20;

    // Older options of the protocols.
    /// `SOL_L2CAP`: lengths and mode, `struct l2cap_options`.
    L2CAP_OPTIONS = 1;
    /// `SOL_L2CAP`: the link's handle.
    L2CAP_CONNINFO = 2;
    /// `SOL_L2CAP`: the mode of the link.
    L2CAP_LM = 3;
    /// [`L2CAP_LM`]: be the central.
    L2CAP_LM_MASTER = 1;
    /// [`L2CAP_LM`]: authenticated.
    L2CAP_LM_AUTH = 2;
    /// [`L2CAP_LM`]: encrypted.
    L2CAP_LM_ENCRYPT = 4;
    /// [`L2CAP_LM`]: trusted.
    L2CAP_LM_TRUSTED = 8;
    /// [`L2CAP_LM`]: reliable.
    L2CAP_LM_RELIABLE = 0x10;
    /// [`L2CAP_LM`]: secure.
    L2CAP_LM_SECURE = 0x20;
    /// `SOL_RFCOMM`: the link's handle.
    RFCOMM_CONNINFO = 2;
    /// `SOL_RFCOMM`: the mode of the link.
    RFCOMM_LM = 3;
    /// [`RFCOMM_LM`]: be the central.
    RFCOMM_LM_MASTER = 1;
    /// [`RFCOMM_LM`]: authenticated.
    RFCOMM_LM_AUTH = 2;
    /// [`RFCOMM_LM`]: encrypted.
    RFCOMM_LM_ENCRYPT = 4;
    /// [`RFCOMM_LM`]: trusted.
    RFCOMM_LM_TRUSTED = 8;
    /// [`RFCOMM_LM`]: reliable.
    RFCOMM_LM_RELIABLE = 0x10;
    /// [`RFCOMM_LM`]: secure.
    RFCOMM_LM_SECURE = 0x20;
    /// `SOL_SCO`: the length of a message.
    SCO_OPTIONS = 1;
    /// `SOL_SCO`: the link's handle.
    SCO_CONNINFO = 2;
    /// The kind of an address: classic.
    BDADDR_BREDR = 0;
    /// The kind of an address: low energy, public.
    BDADDR_LE_PUBLIC = 1;
    /// The kind of an address: low energy, random.
    BDADDR_LE_RANDOM = 2;
}
