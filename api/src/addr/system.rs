//! [`SystemAddr`]: a kernel control of macOS. <sys/kern_control.h>.

use std::fmt;

use super::sockaddr::Fields;
use super::text::{FamilyText, number};

/// The address of a kernel control, C's `struct sockaddr_ctl`. macOS only: elsewhere every call that takes it answers `EAFNOSUPPORT`.
///
/// Python also takes the control's name, which `ioctl(CTLIOCGINFO)` turns into its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "sockaddr_ctl")]
pub struct SystemAddr {
    /// The control's number.
    pub id: u32,
    /// The unit; 0 lets the system choose one.
    pub unit: u32,
}

/// `AF_SYS_CONTROL`, in the field behind the family.
const AF_SYS_CONTROL: u16 = 2;

impl SystemAddr {
    pub(super) fn encode(self) -> Vec<u8> {
        [&AF_SYS_CONTROL.to_ne_bytes()[..], &self.id.to_ne_bytes(), &self.unit.to_ne_bytes(), &[0; 20]].concat()
    }

    pub(super) fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        if fields.u16()? != AF_SYS_CONTROL {
            return None;
        }
        Some(Self { id: fields.u32()?, unit: fields.u32()? })
    }
}

impl fmt::Display for SystemAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "system:{}:{}", self.id, self.unit)
    }
}

impl FamilyText for SystemAddr {
    const SENTENCE: &str = "not a SYSTEM address: write system:2:1, the number of the control and the unit";

    fn read(form: &str, rest: &str) -> Option<Self> {
        let (id, unit) = rest.split_once(':').filter(|_| form == "system")?;
        Some(Self { id: number(id)?, unit: number(unit)? })
    }
}

impl fmt::Debug for SystemAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
