//! [`HypervAddr`]: a virtual machine and a service of Hyper-V. Windows' hvsocket.h.

use std::fmt;

use super::sockaddr::Fields;

/// The address of a Hyper-V socket, C's `SOCKADDR_HV`. Windows only: elsewhere every call that takes it answers `EAFNOSUPPORT`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "SOCKADDR_HV")]
pub struct HypervAddr {
    /// The virtual machine, or one of `HV_GUID_*`.
    pub vm_id: Guid,
    /// The service.
    pub service_id: Guid,
}

/// A GUID in the order in which it is written: `e0e16197-dd56-4a10-9195-5ee7a155a838`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Guid(pub [u8; 16]);

impl Guid {
    /// In memory the first three fields are in the machine's byte order, and Windows' machines are little-endian.
    fn to_memory(self) -> [u8; 16] {
        let mut bytes = self.0;
        bytes[..4].reverse();
        bytes[4..6].reverse();
        bytes[6..8].reverse();
        bytes
    }

    /// The same change leads back.
    fn from_memory(bytes: [u8; 16]) -> Self {
        Self(Self(bytes).to_memory())
    }
}

impl HypervAddr {
    #[cfg_attr(not(windows), expect(dead_code, reason = "the family is Windows'"))]
    pub(super) fn encode(&self) -> Vec<u8> {
        [&[0; 2][..], &self.vm_id.to_memory(), &self.service_id.to_memory()].concat()
    }

    #[cfg_attr(not(windows), expect(dead_code, reason = "the family is Windows'"))]
    pub(super) fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        fields.skip(2)?;
        let vm_id = Guid::from_memory(fields.array()?);
        Some(Self { vm_id, service_id: Guid::from_memory(fields.array()?) })
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(at, byte)| {
            let dash = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
            write!(f, "{dash}{byte:02x}")
        })
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for HypervAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hyperv:{}:{}", self.vm_id, self.service_id)
    }
}

impl fmt::Debug for HypervAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
