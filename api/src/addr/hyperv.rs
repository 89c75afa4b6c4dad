//! [`HypervAddr`]: a virtual machine and a service of Hyper-V. Windows' hvsocket.h.

use std::fmt;
use std::str::FromStr;

use super::sockaddr::Fields;
use super::text::{AddrParseError, FamilyText, hex_byte};

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
    pub(super) fn encode(&self) -> Vec<u8> {
        [&[0; 2][..], &self.vm_id.to_memory(), &self.service_id.to_memory()].concat()
    }

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

/// 32 hexadecimal digits with dashes after 8, 12, 16 and 20 of them, in either case.
impl FromStr for Guid {
    type Err = AddrParseError;

    fn from_str(text: &str) -> Result<Self, AddrParseError> {
        const BAD: AddrParseError = AddrParseError::new(
            "not a GUID: write 32 hexadecimal digits with dashes, e0e16197-dd56-4a10-9195-5ee7a155a838",
        );
        read_guid(text.as_bytes()).ok_or(BAD)
    }
}

fn read_guid(text: &[u8]) -> Option<Guid> {
    let mut bytes = [0; 16];
    let mut rest = text;
    for (at, byte) in bytes.iter_mut().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            rest = rest.strip_prefix(b"-")?;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        *byte = hex_byte(digits)?;
        rest = after;
    }
    rest.is_empty().then_some(Guid(bytes))
}

impl FamilyText for HypervAddr {
    const SENTENCE: &str = "not a HYPERV address: write hyperv: and two GUIDs with a colon between them, the virtual machine's and the service's";

    fn read(form: &str, rest: &str) -> Option<Self> {
        let (vm_id, service_id) = rest.split_once(':').filter(|_| form == "hyperv")?;
        Some(Self { vm_id: vm_id.parse().ok()?, service_id: service_id.parse().ok()? })
    }
}

impl fmt::Debug for HypervAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
