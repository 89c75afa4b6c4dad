//! [`QipcrtrAddr`]: a node and a port of Qualcomm's IPC router. include/uapi/linux/qrtr.h.

use std::fmt;

use super::sockaddr::Fields;
use super::text::{FamilyText, named, write_named};

/// The address of a QIPCRTR socket, C's `struct sockaddr_qrtr`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "sockaddr_qrtr")]
pub struct QipcrtrAddr {
    /// The node; `QRTR_NODE_BCAST` (0xffffffff) is all of them.
    pub node: u32,
    /// The port; `QRTR_PORT_CTRL` (0xfffffffe) is the router's own.
    pub port: u32,
}

impl QipcrtrAddr {
    /// `QRTR_NODE_BCAST`.
    pub const NODE_BCAST: u32 = u32::MAX;
    /// `QRTR_PORT_CTRL`.
    pub const PORT_CTRL: u32 = u32::MAX - 1;

    pub(super) fn encode(self) -> Vec<u8> {
        [&[0; 2][..], &self.node.to_ne_bytes(), &self.port.to_ne_bytes()].concat()
    }

    pub(super) fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        fields.skip(2)?;
        Some(Self { node: fields.u32()?, port: fields.u32()? })
    }
}

const NODES: &[(&str, u32)] = &[("bcast", QipcrtrAddr::NODE_BCAST)];
const PORTS: &[(&str, u32)] = &[("ctrl", QipcrtrAddr::PORT_CTRL)];

impl fmt::Display for QipcrtrAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("qipcrtr:")?;
        write_named(self.node, NODES, f)?;
        f.write_str(":")?;
        write_named(self.port, PORTS, f)
    }
}

impl FamilyText for QipcrtrAddr {
    const SENTENCE: &str = "not a QIPCRTR address: write qipcrtr:1:77, the node (or bcast) and the port (or ctrl)";

    fn read(form: &str, rest: &str) -> Option<Self> {
        let (node, port) = rest.split_once(':').filter(|_| form == "qipcrtr")?;
        Some(Self { node: named(node, NODES)?, port: named(port, PORTS)? })
    }
}

impl fmt::Debug for QipcrtrAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
