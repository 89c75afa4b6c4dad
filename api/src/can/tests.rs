//! The bytes, against a compiler's own layout of the C structures.

use std::time::Duration;

use super::*;

/// `struct bcm_msg_head` of include/uapi/linux/can/bcm.h, without the frames, which are aligned to 8.
#[repr(C, align(8))]
struct Head {
    opcode: u32,
    flags: u32,
    count: u32,
    ival1: [std::ffi::c_long; 2],
    ival2: [std::ffi::c_long; 2],
    can_id: u32,
    nframes: u32,
}

#[test]
fn a_broadcast_managers_head_is_laid_out_as_in_c() {
    assert_eq!(BcmMsg::HEAD_LEN, size_of::<Head>());
    let msg = BcmMsg {
        op: BcmOp(0x0101_0101),
        flags: BcmFlags::from_bits_retain(0x0202_0202),
        count: 0x0303_0303,
        ival1: Duration::new(4, 5_000),
        ival2: Duration::new(6, 7_000),
        id: CanId(0x0808_0808),
        frames: vec![CanFrame::default(); 2],
        fd_frames: Vec::new(),
    };
    let bytes = msg.encode();
    let number = |at: usize| u32::from_ne_bytes(*bytes[at..].first_chunk().unwrap());
    let rows = [
        (std::mem::offset_of!(Head, opcode), 0x0101_0101),
        (std::mem::offset_of!(Head, flags), 0x0202_0202),
        (std::mem::offset_of!(Head, count), 0x0303_0303),
        (std::mem::offset_of!(Head, ival1), 4),
        (std::mem::offset_of!(Head, ival1) + size_of::<std::ffi::c_long>(), 5),
        (std::mem::offset_of!(Head, ival2), 6),
        (std::mem::offset_of!(Head, ival2) + size_of::<std::ffi::c_long>(), 7),
        (std::mem::offset_of!(Head, can_id), 0x0808_0808),
        (std::mem::offset_of!(Head, nframes), 2),
    ];
    for (at, expected) in rows {
        assert_eq!(number(at), expected, "at {at}");
    }
    assert_eq!(bytes.len(), size_of::<Head>() + 2 * CanFrame::LEN);
    assert_eq!(BcmMsg::decode(&bytes), Some(msg));
}

#[test]
fn what_is_no_message_is_not_taken_for_one() {
    let msg = BcmMsg { frames: vec![CanFrame::default()], ..BcmMsg::new(BcmOp::TX_SETUP, CanId::standard(1)) };
    let bytes = msg.encode();
    for len in 0..bytes.len() {
        assert_eq!(BcmMsg::decode(&bytes[..len]), None, "{len} bytes");
    }
    assert_eq!(BcmMsg::decode(&[bytes.as_slice(), &[0; 16]].concat()), None, "a frame too many");
    for len in (0..100).filter(|len| *len != CanFrame::LEN) {
        assert_eq!(CanFrame::decode(&vec![0; len]), None, "{len} bytes");
    }
    for len in (0..100).filter(|len| *len != CanFdFrame::LEN) {
        assert_eq!(CanFdFrame::decode(&vec![0; len]), None, "{len} bytes");
    }
    let mut long = CanFrame::default().encode();
    long[4] = 9;
    assert_eq!(CanFrame::decode(&long), None, "a length that no frame has");
}

#[test]
fn frames_in_text() {
    let frame = |id: CanId, data: &[u8]| CanFrame::new(id, data).unwrap().to_string();
    assert_eq!(frame(CanId::standard(0xfff), b""), "7ff#");
    assert_eq!(frame(CanId::extended(u32::MAX), &[0, 255]), "1fffffff#00ff");
    assert_eq!(frame(CanId::standard(1).remote(), b""), "001#R");
    assert_eq!(CanFrame { len: 4, ..CanFrame::new(CanId::standard(1).remote(), b"").unwrap() }.to_string(), "001#R4");
    assert_eq!(frame(CanId(CanId::ERR_FLAG | 0x40), &[0; 8]), "20000040#0000000000000000");
    let fd = CanFdFrame::new(CanId::standard(0x213), CanFdFlags::BRS, &[0x31; 3]).unwrap();
    assert_eq!(fd.to_string(), "213##1313131");
    assert_eq!(format!("{:?} {:?}", BcmOp::RX_CHANGED, BcmOp(13)), "RX_CHANGED 13");
}

#[test]
fn filters_and_options_come_back_from_their_bytes() {
    let filters = [CanFilter::exactly(CanId::standard(0x123)), CanFilter { id: 1, mask: 0xffff_ffff }.inverted()];
    assert_eq!(CanFilter::decode(&CanFilter::encode(&filters)), filters);
    let options = IsotpOptions { flags: IsotpFlags::TX_PADDING, rx_ext_address: 7, ..IsotpOptions::default() };
    assert_eq!(IsotpOptions::decode(&options.encode()), Some(options));
    assert_eq!(IsotpOptions::decode(&[0; 11]), None);
    let fc = IsotpFc { bs: 8, stmin: 5, wftmax: 1 };
    assert_eq!(IsotpFc::decode(&fc.encode()), Some(fc));
    let link = IsotpLink { mtu: 72, tx_dl: 64, tx_flags: 1 };
    assert_eq!(IsotpLink::decode(&link.encode()), Some(link));
    assert_eq!(J1939Filter::encode(&[J1939Filter::default(); 3]).len(), 96);
}
