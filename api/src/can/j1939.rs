//! [`J1939Filter`]: which messages a `CAN_J1939` socket wants.

/// C's `struct j1939_filter`, of `SO_J1939_FILTER`: a message passes if its source and its group are as here in the bits of the masks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[doc(alias = "j1939_filter")]
pub struct J1939Filter {
    /// The sender's name.
    pub name: u64,
    /// The bits of it that count.
    pub name_mask: u64,
    /// The parameter group.
    pub pgn: u32,
    /// The bits of it that count.
    pub pgn_mask: u32,
    /// The sender's address.
    pub addr: u8,
    /// The bits of it that count.
    pub addr_mask: u8,
}

impl J1939Filter {
    /// Bytes of the structure.
    pub const LEN: usize = 32;

    /// Filters as the option takes them, one after the other.
    #[must_use]
    pub fn encode(filters: &[Self]) -> Vec<u8> {
        filters.iter().flat_map(Self::bytes).collect()
    }

    fn bytes(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        out[..8].copy_from_slice(&self.name.to_ne_bytes());
        out[8..16].copy_from_slice(&self.name_mask.to_ne_bytes());
        out[16..20].copy_from_slice(&self.pgn.to_ne_bytes());
        out[20..24].copy_from_slice(&self.pgn_mask.to_ne_bytes());
        out[24] = self.addr;
        out[25] = self.addr_mask;
        out
    }
}
