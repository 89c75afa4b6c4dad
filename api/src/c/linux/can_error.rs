//! `CAN_ERR_*`, what a frame with `CAN_ERR_FLAG` tells: linux/can/error.h.

use crate::c::constants;

constants! { CAN_ERROR;
    // Classes, in the identifier.
    /// Bytes of data in such a frame.
    CAN_ERR_DLC;
    /// A driver gave up sending.
    CAN_ERR_TX_TIMEOUT: u32;
    /// Another node won: data\[0\].
    CAN_ERR_LOSTARB: u32;
    /// The controller: data\[1\].
    CAN_ERR_CRTL: u32;
    /// The protocol was violated: data\[2\], data\[3\].
    CAN_ERR_PROT: u32;
    /// The transceiver: data\[4\].
    CAN_ERR_TRX: u32;
    /// Nobody acknowledged.
    CAN_ERR_ACK: u32;
    /// The node has left the bus.
    CAN_ERR_BUSOFF: u32;
    /// The bus; there may be many of these.
    CAN_ERR_BUSERROR: u32;
    /// The controller has started again.
    CAN_ERR_RESTARTED: u32;
    /// The counters of errors: data\[6\], data\[7\].
    CAN_ERR_CNT: u32;

    // Lost arbitration: data\[0\].
    /// At an unknown bit; any other number is the bit.
    CAN_ERR_LOSTARB_UNSPEC;

    // The controller: data\[1\].
    /// Not known.
    CAN_ERR_CRTL_UNSPEC;
    /// Received too much.
    CAN_ERR_CRTL_RX_OVERFLOW;
    /// Sent too much.
    CAN_ERR_CRTL_TX_OVERFLOW;
    /// Many errors in receiving.
    CAN_ERR_CRTL_RX_WARNING;
    /// Many errors in sending.
    CAN_ERR_CRTL_TX_WARNING;
    /// Error passive in receiving.
    CAN_ERR_CRTL_RX_PASSIVE;
    /// Error passive in sending.
    CAN_ERR_CRTL_TX_PASSIVE;
    /// Error active again.
    CAN_ERR_CRTL_ACTIVE;

    // The protocol: data\[2\].
    /// Not known.
    CAN_ERR_PROT_UNSPEC;
    /// A single bit.
    CAN_ERR_PROT_BIT;
    /// The frame's form.
    CAN_ERR_PROT_FORM;
    /// A stuff bit.
    CAN_ERR_PROT_STUFF;
    /// Could not send a dominant bit.
    CAN_ERR_PROT_BIT0;
    /// Could not send a recessive bit.
    CAN_ERR_PROT_BIT1;
    /// The bus is overloaded.
    CAN_ERR_PROT_OVERLOAD;
    /// An active error was announced.
    CAN_ERR_PROT_ACTIVE;
    /// It happened in sending.
    CAN_ERR_PROT_TX;

    // Where in the frame: data\[3\].
    /// Not known.
    CAN_ERR_PROT_LOC_UNSPEC;
    /// The start of the frame.
    CAN_ERR_PROT_LOC_SOF;
    /// Identifier, bits 28 to 21.
    CAN_ERR_PROT_LOC_ID28_21;
    /// Identifier, bits 20 to 18.
    CAN_ERR_PROT_LOC_ID20_18;
    /// Substitute of the remote request.
    CAN_ERR_PROT_LOC_SRTR;
    /// The extension of the identifier.
    CAN_ERR_PROT_LOC_IDE;
    /// Identifier, bits 17 to 13.
    CAN_ERR_PROT_LOC_ID17_13;
    /// Identifier, bits 12 to 5.
    CAN_ERR_PROT_LOC_ID12_05;
    /// Identifier, bits 4 to 0.
    CAN_ERR_PROT_LOC_ID04_00;
    /// The remote request.
    CAN_ERR_PROT_LOC_RTR;
    /// Reserved bit 1.
    CAN_ERR_PROT_LOC_RES1;
    /// Reserved bit 0.
    CAN_ERR_PROT_LOC_RES0;
    /// The length code.
    CAN_ERR_PROT_LOC_DLC;
    /// The data.
    CAN_ERR_PROT_LOC_DATA;
    /// The checksum.
    CAN_ERR_PROT_LOC_CRC_SEQ;
    /// The checksum's delimiter.
    CAN_ERR_PROT_LOC_CRC_DEL;
    /// The acknowledgement.
    CAN_ERR_PROT_LOC_ACK;
    /// The acknowledgement's delimiter.
    CAN_ERR_PROT_LOC_ACK_DEL;
    /// The end of the frame.
    CAN_ERR_PROT_LOC_EOF;
    /// The space between frames.
    CAN_ERR_PROT_LOC_INTERM;

    // The transceiver: data\[4\].
    /// Not known.
    CAN_ERR_TRX_UNSPEC;
    /// CAN high: no wire.
    CAN_ERR_TRX_CANH_NO_WIRE;
    /// CAN high: short to the battery.
    CAN_ERR_TRX_CANH_SHORT_TO_BAT;
    /// CAN high: short to the supply.
    CAN_ERR_TRX_CANH_SHORT_TO_VCC;
    /// CAN high: short to ground.
    CAN_ERR_TRX_CANH_SHORT_TO_GND;
    /// CAN low: no wire.
    CAN_ERR_TRX_CANL_NO_WIRE;
    /// CAN low: short to the battery.
    CAN_ERR_TRX_CANL_SHORT_TO_BAT;
    /// CAN low: short to the supply.
    CAN_ERR_TRX_CANL_SHORT_TO_VCC;
    /// CAN low: short to ground.
    CAN_ERR_TRX_CANL_SHORT_TO_GND;
    /// CAN low: short to CAN high.
    CAN_ERR_TRX_CANL_SHORT_TO_CANH;

    // Counters: data\[6\], data\[7\].
    /// From here on the state is warning.
    CAN_ERROR_WARNING_THRESHOLD;
    /// From here on the state is passive.
    CAN_ERROR_PASSIVE_THRESHOLD;
    /// From here on the node is off the bus.
    CAN_BUS_OFF_THRESHOLD;
}
