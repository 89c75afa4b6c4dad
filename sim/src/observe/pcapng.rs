//! The pcapng file format, as much of it as a simulated run needs: draft-ietf-opsawg-pcapng, four kinds of blocks.
//!
//! Written here, because the crate for it (`pcap-file` 2.0, of 2023) brings ten others, two of them procedural macros, to every user of
//! the simulator. Read back by `pcap-parser` and `tshark` in the tests.

/// A capture being written: a section, its interfaces, packets.
pub(super) struct Writer(Vec<u8>);

/// LINKTYPE_RAW: an IP packet of either version.
const LINKTYPE_RAW: u16 = 101;

mod block {
    pub(super) const SECTION: u32 = 0x0a0d_0d0a;
    pub(super) const INTERFACE: u32 = 1;
    pub(super) const PACKET: u32 = 6;
}

mod option {
    pub(super) const COMMENT: u16 = 1;
    pub(super) const SHB_USERAPPL: u16 = 4;
    pub(super) const IF_NAME: u16 = 2;
    pub(super) const IF_TSRESOL: u16 = 9;
    pub(super) const EPB_FLAGS: u16 = 2;
}

/// In which direction a packet crossed its interface.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Direction {
    In,
    Out,
}

impl Writer {
    pub(super) fn new(application: &str, comment: &str) -> Self {
        let mut writer = Self(Vec::new());
        writer.block(block::SECTION, |body| {
            body.extend(0x1a2b_3c4d_u32.to_le_bytes());
            // Version 1.0; a section of unknown length.
            body.extend([1, 0, 0, 0]);
            body.extend(u64::MAX.to_le_bytes());
            put_option(body, option::SHB_USERAPPL, application.as_bytes());
            put_option(body, option::COMMENT, comment.as_bytes());
            put_option(body, 0, &[]);
        });
        writer
    }

    /// Interfaces are numbered in order, from 0. Times are nanoseconds.
    pub(super) fn interface(&mut self, name: &str) {
        self.block(block::INTERFACE, |body| {
            body.extend(LINKTYPE_RAW.to_le_bytes());
            // Reserved; packets are never cut short.
            body.extend([0; 2]);
            body.extend([0; 4]);
            put_option(body, option::IF_NAME, name.as_bytes());
            put_option(body, option::IF_TSRESOL, &[9]);
            put_option(body, 0, &[]);
        });
    }

    pub(super) fn packet(
        &mut self,
        interface: u32,
        at_nanos: u64,
        direction: Direction,
        bytes: &[u8],
        comment: Option<&str>,
    ) {
        self.block(block::PACKET, |body| {
            body.extend(interface.to_le_bytes());
            body.extend(((at_nanos >> 32) as u32).to_le_bytes());
            body.extend((at_nanos as u32).to_le_bytes());
            // As captured and as on the wire.
            body.extend((bytes.len() as u32).to_le_bytes());
            body.extend((bytes.len() as u32).to_le_bytes());
            put_padded(body, bytes);
            let flags: u32 = if direction == Direction::In { 1 } else { 2 };
            put_option(body, option::EPB_FLAGS, &flags.to_le_bytes());
            if let Some(comment) = comment {
                put_option(body, option::COMMENT, comment.as_bytes());
            }
            put_option(body, 0, &[]);
        });
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }

    /// Its length stands before and behind it.
    fn block(&mut self, kind: u32, fill: impl FnOnce(&mut Vec<u8>)) {
        let start = self.0.len();
        self.0.extend(kind.to_le_bytes());
        self.0.extend([0; 4]);
        fill(&mut self.0);
        let len = (self.0.len() - start + 4) as u32;
        self.0[start + 4..start + 8].copy_from_slice(&len.to_le_bytes());
        self.0.extend(len.to_le_bytes());
    }
}

/// Cut off where its length would not fit: no packet or option of ours is that long.
fn put_option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    let value = &value[..value.len().min(u16::MAX.into())];
    body.extend(code.to_le_bytes());
    body.extend((value.len() as u16).to_le_bytes());
    put_padded(body, value);
}

fn put_padded(body: &mut Vec<u8>, bytes: &[u8]) {
    body.extend(bytes);
    body.extend(&[0; 3][..bytes.len().next_multiple_of(4) - bytes.len()]);
}
