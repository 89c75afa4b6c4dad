//! Bytes as what the CAN families read and write: frames, the broadcast manager's messages, filters, ISO-TP's options. What is read is
//! written as it was, but for bytes that the kernel does not look at.

use std::fmt::{Debug, Display};

use wavetank_api::can::{BcmMsg, CanFdFrame, CanFilter, CanFrame, IsotpFc, IsotpLink, IsotpOptions};

use super::Seed;

/// Takes the bytes as each.
pub fn run(bytes: &[u8]) {
    if let Some(frame) = CanFrame::decode(bytes) {
        shown(&frame);
        assert!(frame.data().len() == usize::from(frame.len) && bytes.len() == CanFrame::LEN);
        same(bytes, &frame.encode(), &[5, 6]);
        let again = CanFrame::new(frame.id, frame.data()).expect("it is no longer than it was");
        assert_eq!((again.id, again.data()), (frame.id, frame.data()));
    }
    if let Some(frame) = CanFdFrame::decode(bytes) {
        shown(&frame);
        assert!(frame.data().len() == usize::from(frame.len) && bytes.len() == CanFdFrame::LEN);
        same(bytes, &frame.encode(), &[6, 7]);
        let again = CanFdFrame::new(frame.id, frame.flags, frame.data()).expect("it is no longer than it was");
        assert_eq!((again.id, again.flags, again.data()), (frame.id, frame.flags, frame.data()));
    }
    assert!(CanFrame::new(Default::default(), bytes).is_none() == (bytes.len() > 8));
    assert!(CanFdFrame::new(Default::default(), Default::default(), bytes).is_none() == (bytes.len() > 64));
    if let Some(message) = BcmMsg::decode(bytes) {
        let again = message.encode();
        assert_eq!(again.len(), bytes.len());
        assert_eq!(BcmMsg::decode(&again), Some(message));
        // The head is the same but for its padding.
        same(&bytes[..BcmMsg::HEAD_LEN], &again[..BcmMsg::HEAD_LEN], &[12, 13, 14, 15]);
    }
    let filters = CanFilter::decode(bytes);
    assert_eq!(CanFilter::encode(&filters), bytes[..bytes.len() / CanFilter::LEN * CanFilter::LEN]);
    for filter in filters {
        assert_eq!(filter.inverted().inverted(), filter);
    }
    if let Some(options) = IsotpOptions::decode(bytes) {
        assert_eq!(options.encode(), bytes);
    }
    if let Some(options) = IsotpFc::decode(bytes) {
        assert_eq!(options.encode(), bytes);
    }
    if let Some(options) = IsotpLink::decode(bytes) {
        assert_eq!(options.encode(), bytes);
    }
}

fn shown(frame: &(impl Display + Debug)) {
    assert!(!frame.to_string().is_empty());
    assert_eq!(frame.to_string(), format!("{frame:?}"));
}

/// The same but at these places.
fn same(before: &[u8], after: &[u8], but: &[usize]) {
    let read = |bytes: &[u8]| -> Vec<u8> {
        bytes.iter().enumerate().filter(|(at, _)| !but.contains(at)).map(|(_, byte)| *byte).collect()
    };
    assert_eq!(read(before), read(after), "{before:02x?} was written as {after:02x?}");
}

/// Frames of each kind, with lengths and flags on the edge.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    let classic = |id: u32, len: u8, dlc: u8, data: [u8; 8]| [&id.to_ne_bytes()[..], &[len, 0, 0, dlc], &data].concat();
    let fd = |id: u32, len: u8, flags: u8| [&id.to_ne_bytes()[..], &[len, flags, 0, 0], &[0x5a; 64]].concat();
    let bcm = |flags: u32, seconds: i64, micros: i64, nframes: u32, frames: &[u8]| {
        let mut bytes = [1_u32, flags, 5, 0].map(u32::to_ne_bytes).concat();
        bytes.extend([seconds, micros, 0, 0].map(i64::to_ne_bytes).concat());
        bytes.extend([0x123_u32, nframes].map(u32::to_ne_bytes).concat());
        bytes.extend(frames);
        bytes
    };
    let frame = classic(0x123, 4, 0, *b"ahoy\0\0\0\0");
    let rows: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", vec![]),
        ("standard", frame.clone()),
        ("extended", classic(0x9fff_ffff, 8, 0, [255; 8])),
        ("remote", classic(0x4000_0123, 3, 0, [0; 8])),
        ("error", classic(0x2000_0004, 8, 0, [0, 1, 2, 3, 4, 5, 6, 7])),
        ("all-flags", classic(u32::MAX, 0, 0, [0; 8])),
        ("length-9", classic(0x123, 9, 0, [0; 8])),
        ("length-code-15", classic(0x123, 8, 15, [1; 8])),
        ("short", frame[..15].to_vec()),
        ("long", [&frame[..], &[0]].concat()),
        ("padding", classic(0x123, 4, 0, [9; 8])),
        ("fd", fd(0x123, 64, 1)),
        ("fd-extended", fd(0x8000_0123, 12, 0xff)),
        ("fd-length-65", fd(0x123, 65, 0)),
        ("fd-short", fd(0x123, 64, 1)[..71].to_vec()),
        ("bcm", bcm(3, 1, 500_000, 2, &[&frame[..], &frame].concat())),
        ("bcm-no-frames", bcm(0, 0, 0, 0, &[])),
        ("bcm-fd", bcm(0x800, 0, 1, 1, &fd(1, 64, 1))),
        ("bcm-frames-missing", bcm(0, 0, 0, 3, &frame)),
        ("bcm-frames-of-all-memory", bcm(0, 0, 0, u32::MAX, &frame)),
        ("bcm-micros-million", bcm(0, 0, 1_000_000, 0, &[])),
        ("bcm-negative", bcm(0, -1, 0, 0, &[])),
        ("bcm-end-of-time", bcm(0, i64::MAX, 999_999, 0, &[])),
        ("filters", [0x123_u32, 0x7ff, 0x2000_0456, u32::MAX].map(u32::to_ne_bytes).concat()),
        ("isotp", vec![1; 12]),
        ("isotp-fc", vec![8, 0xf1, 255]),
    ];
    rows.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect()
}
