//! [`NetlinkAddr`]: a port and multicast groups. `netlink(7)`.

use std::fmt;

use super::sockaddr::Fields;
use super::text::{FamilyText, keys, number, number_or};

/// The address of a netlink socket, C's `struct sockaddr_nl`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[doc(alias = "sockaddr_nl")]
pub struct NetlinkAddr {
    /// The port; 0 is the kernel as a destination, and a number of the kernel's choice in `bind(2)`.
    pub pid: u32,
    /// A bit for each of the first 32 multicast groups.
    pub groups: u32,
}

impl NetlinkAddr {
    /// The kernel.
    pub const KERNEL: Self = Self { pid: 0, groups: 0 };

    pub(super) fn encode(self) -> Vec<u8> {
        [&[0; 2][..], &self.pid.to_ne_bytes(), &self.groups.to_ne_bytes()].concat()
    }

    pub(super) fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        fields.skip(2)?;
        Some(Self { pid: fields.u32()?, groups: fields.u32()? })
    }
}

impl fmt::Display for NetlinkAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "netlink:{}", self.pid)?;
        if self.groups == 0 { Ok(()) } else { write!(f, "/groups={:#x}", self.groups) }
    }
}

impl FamilyText for NetlinkAddr {
    const SENTENCE: &str = "not a NETLINK address: write netlink:1234, the port, and perhaps /groups=0x1";

    fn read(form: &str, rest: &str) -> Option<Self> {
        let (pid, [groups]) = keys(rest, ["groups"]).filter(|_| form == "netlink")?;
        Some(Self { pid: number(pid)?, groups: number_or(groups, 0)? })
    }
}

impl fmt::Debug for NetlinkAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
