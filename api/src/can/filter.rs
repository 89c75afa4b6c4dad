//! [`CanFilter`]: what a socket wants to hear.

use super::CanId;

/// C's `struct can_filter`, of `CAN_RAW_FILTER`: a frame passes if its identifier and `id` are the same in the bits of `mask`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[doc(alias = "can_filter")]
pub struct CanFilter {
    /// The identifier; with [`CanId::ERR_FLAG`] (`CAN_INV_FILTER`) what does not match passes.
    pub id: u32,
    /// The bits that count.
    pub mask: u32,
}

impl CanFilter {
    /// Bytes of the structure.
    pub const LEN: usize = 8;

    /// That very identifier, of data frames only.
    #[must_use]
    pub const fn exactly(id: CanId) -> Self {
        let bits = if id.is_extended() { CanId::EFF_MASK } else { CanId::SFF_MASK };
        Self { id: id.0, mask: bits | CanId::EFF_FLAG | CanId::RTR_FLAG }
    }

    /// What this one does not let pass (`CAN_INV_FILTER`).
    #[must_use]
    pub const fn inverted(self) -> Self {
        Self { id: self.id ^ CanId::ERR_FLAG, ..self }
    }

    /// Filters as the option takes them, one after the other.
    #[must_use]
    pub fn encode(filters: &[Self]) -> Vec<u8> {
        filters.iter().flat_map(|filter| [filter.id.to_ne_bytes(), filter.mask.to_ne_bytes()].concat()).collect()
    }

    /// What the option gave; a rest that is no whole filter is left out.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Vec<Self> {
        let native = |bytes: &[u8]| bytes.first_chunk().map_or(0, |bytes| u32::from_ne_bytes(*bytes));
        let filter = |bytes: &[u8]| Self { id: native(bytes), mask: native(&bytes[4..]) };
        bytes.chunks_exact(Self::LEN).map(filter).collect()
    }
}
