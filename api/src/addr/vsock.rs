//! [`VsockAddr`]: a machine and a port. `vsock(7)`.

use std::fmt;

use super::sockaddr::Fields;
use super::text::{FamilyText, keys, named, number_or, write_named};

/// The address of a socket between a virtual machine and its host, C's `struct sockaddr_vm`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "sockaddr_vm")]
pub struct VsockAddr {
    /// The machine's context identifier.
    pub cid: u32,
    /// The port, of 32 bits.
    pub port: u32,
    /// `VMADDR_FLAG_*`.
    pub flags: u8,
}

impl VsockAddr {
    /// `VMADDR_CID_ANY`: any machine, to bind to.
    pub const CID_ANY: u32 = u32::MAX;
    /// `VMADDR_CID_HYPERVISOR`.
    pub const CID_HYPERVISOR: u32 = 0;
    /// `VMADDR_CID_LOCAL`: loopback.
    pub const CID_LOCAL: u32 = 1;
    /// `VMADDR_CID_HOST`.
    pub const CID_HOST: u32 = 2;
    /// `VMADDR_PORT_ANY`: a port of the kernel's choice.
    pub const PORT_ANY: u32 = u32::MAX;

    /// That port of that machine.
    #[must_use]
    pub const fn new(cid: u32, port: u32) -> Self {
        Self { cid, port, flags: 0 }
    }

    pub(super) fn encode(self) -> Vec<u8> {
        [&[0; 2][..], &self.port.to_ne_bytes(), &self.cid.to_ne_bytes(), &[self.flags, 0, 0, 0]].concat()
    }

    pub(super) fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        fields.skip(2)?;
        let (port, cid) = (fields.u32()?, fields.u32()?);
        Some(Self { cid, port, flags: fields.u8()? })
    }
}

const CIDS: &[(&str, u32)] = &[
    ("any", VsockAddr::CID_ANY),
    ("hypervisor", VsockAddr::CID_HYPERVISOR),
    ("local", VsockAddr::CID_LOCAL),
    ("host", VsockAddr::CID_HOST),
];
const PORTS: &[(&str, u32)] = &[("any", VsockAddr::PORT_ANY)];

impl fmt::Display for VsockAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("vsock:")?;
        write_named(self.cid, CIDS, f)?;
        f.write_str(":")?;
        write_named(self.port, PORTS, f)?;
        if self.flags == 0 { Ok(()) } else { write!(f, "/flags={:#x}", self.flags) }
    }
}

impl FamilyText for VsockAddr {
    const SENTENCE: &str = "not a VSOCK address: write vsock:2:1234, the machine (or any, hypervisor, local, host) and the port (or any), \
                            and perhaps /flags=0x1";

    fn read(form: &str, rest: &str) -> Option<Self> {
        let (addr, [flags]) = keys(rest, ["flags"])?;
        let (cid, port) = addr.split_once(':').filter(|_| form == "vsock")?;
        Some(Self { cid: named(cid, CIDS)?, port: named(port, PORTS)?, flags: number_or(flags, 0)? })
    }
}

impl fmt::Debug for VsockAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
