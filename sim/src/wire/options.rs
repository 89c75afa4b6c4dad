//! TCP options as bytes: written as `tcp_options_write` lays them out, read as `tcp_parse_options` reads them.

use super::{FastOpenCookie, Options, RareOption, SackBlocks, SeqNum, Timestamps};

/// Kinds, as IANA has assigned them (RFC 9293 section 3.2, RFC 7323, RFC 2018, RFC 7413).
mod kind {
    pub(super) const END: u8 = 0;
    pub(super) const NOP: u8 = 1;
    pub(super) const MSS: u8 = 2;
    pub(super) const WINDOW_SCALE: u8 = 3;
    pub(super) const SACK_PERMITTED: u8 = 4;
    pub(super) const SACK: u8 = 5;
    pub(super) const TIMESTAMPS: u8 = 8;
    pub(super) const FAST_OPEN: u8 = 34;
}

/// In the order and with the padding of Linux, so that what goes out can be compared with it byte for byte.
pub(super) fn encode(options: &Options) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(options.wire_len());
    let mut put = |part: &[u8]| bytes.extend_from_slice(part);
    if let Some(mss) = options.mss {
        let [high, low] = mss.to_be_bytes();
        put(&[kind::MSS, 4, high, low]);
    }
    match options.timestamps {
        Some(Timestamps { value, echo }) => {
            put(if options.sack_permitted { &[kind::SACK_PERMITTED, 2] } else { &[kind::NOP, kind::NOP] });
            put(&[kind::TIMESTAMPS, 10]);
            put(&value.to_be_bytes());
            put(&echo.to_be_bytes());
        }
        None if options.sack_permitted => put(&[kind::NOP, kind::NOP, kind::SACK_PERMITTED, 2]),
        None => {}
    }
    if let Some(scale) = options.window_scale {
        put(&[kind::NOP, kind::WINDOW_SCALE, 3, scale]);
    }
    if let Some(blocks) = options.sack() {
        put(&[kind::NOP, kind::NOP, kind::SACK, (2 + 8 * blocks.len()) as u8]);
        for (start, end) in blocks.iter() {
            put(&start.0.to_be_bytes());
            put(&end.0.to_be_bytes());
        }
    }
    if let Some(cookie) = options.fast_open() {
        put(&[kind::FAST_OPEN, (2 + cookie.len()) as u8]);
        put(cookie);
        put(&[kind::NOP, kind::NOP][..(2 + cookie.len()).next_multiple_of(4) - (2 + cookie.len())]);
    }
    bytes
}

/// Reads what is known and skips what is not. As on Linux nothing here makes a segment bad: a known option of a wrong length is
/// skipped, and one that is longer than what is left ends the list.
pub(super) fn decode(mut bytes: &[u8]) -> Options {
    let mut options = Options::default();
    while let [first, rest @ ..] = bytes {
        match *first {
            kind::END => break,
            kind::NOP => bytes = rest,
            first => {
                let Some((len, value)) = rest.split_first() else { break };
                // The length counts itself and the kind.
                let Some(value_len) = usize::from(*len).checked_sub(2) else { break };
                let Some((value, rest)) = value.split_at_checked(value_len) else { break };
                read(&mut options, first, value);
                bytes = rest;
            }
        }
    }
    options
}

fn read(options: &mut Options, kind: u8, value: &[u8]) {
    match (kind, value) {
        (kind::MSS, &[high, low]) => options.mss = Some(u16::from_be_bytes([high, low])),
        (kind::WINDOW_SCALE, &[scale]) => options.window_scale = Some(scale),
        (kind::SACK_PERMITTED, []) => options.sack_permitted = true,
        (kind::TIMESTAMPS, &[a, b, c, d, e, f, g, h]) => {
            let (value, echo) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
            options.timestamps = Some(Timestamps { value, echo });
        }
        (kind::SACK, blocks) if !blocks.is_empty() && blocks.len() % 8 == 0 => {
            let number = |at: &[u8]| SeqNum(at.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)));
            let blocks: SackBlocks = blocks.chunks_exact(8).map(|at| (number(&at[..4]), number(&at[4..]))).collect();
            options.rare = Some(Box::new(RareOption::Sack(blocks)));
        }
        // `tcp_parse_fastopen_option`: an even number of bytes, none or 4 to 16.
        (kind::FAST_OPEN, cookie) if matches!(cookie.len(), 0 | 4..=16) && cookie.len() % 2 == 0 => {
            options.rare = Some(Box::new(RareOption::FastOpen(FastOpenCookie::from_slice(cookie))));
        }
        _ => {}
    }
}
