//! [`TipcAddr`]: a service, a range of services, or a socket of a cluster. include/uapi/linux/tipc.h.

use std::fmt;

use super::sockaddr::Fields;
use super::text::{FamilyText, keys, named, number, number_or, write_named};

/// The address of a TIPC socket, C's `struct sockaddr_tipc`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "sockaddr_tipc")]
pub struct TipcAddr {
    /// How far a bound name is known: `TIPC_ZONE_SCOPE` (1), `TIPC_CLUSTER_SCOPE` (2) or `TIPC_NODE_SCOPE` (3); its negative
    /// withdraws the name.
    pub scope: i8,
    /// Who is meant.
    pub name: TipcName,
}

/// The three ways to say who is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TipcName {
    /// `TIPC_ADDR_NAME`, one instance of a service.
    Name {
        /// The service (C's `type`).
        kind: u32,
        /// Which one of it.
        instance: u32,
        /// In which domain it is looked up; 0 is everywhere.
        domain: u32,
    },
    /// `TIPC_ADDR_NAMESEQ`, a range of instances; as a destination, all of them (`TIPC_ADDR_MCAST`).
    NameSeq {
        /// The service (C's `type`).
        kind: u32,
        /// The first instance.
        lower: u32,
        /// The last.
        upper: u32,
    },
    /// `TIPC_ADDR_ID`, a socket.
    Id {
        /// Its node.
        node: u32,
        /// Its number there.
        reference: u32,
    },
}

const ADDR_NAMESEQ: u8 = 1;
const ADDR_NAME: u8 = 2;
const ADDR_ID: u8 = 3;

impl TipcAddr {
    pub(super) fn encode(&self) -> Vec<u8> {
        let (form, numbers) = match self.name {
            TipcName::NameSeq { kind, lower, upper } => (ADDR_NAMESEQ, [kind, lower, upper]),
            TipcName::Name { kind, instance, domain } => (ADDR_NAME, [kind, instance, domain]),
            TipcName::Id { node, reference } => (ADDR_ID, [reference, node, 0]),
        };
        let mut bytes = vec![form, self.scope.cast_unsigned()];
        bytes.extend(numbers.iter().flat_map(|number| number.to_ne_bytes()));
        bytes
    }

    pub(super) fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        let form = fields.u8()?;
        let scope = fields.u8()?.cast_signed();
        let [first, second, third] = [fields.u32()?, fields.u32()?, fields.u32()?];
        let name = match form {
            ADDR_NAMESEQ => TipcName::NameSeq { kind: first, lower: second, upper: third },
            ADDR_NAME => TipcName::Name { kind: first, instance: second, domain: third },
            ADDR_ID if third == 0 => TipcName::Id { node: second, reference: first },
            _ => return None,
        };
        Some(Self { scope, name })
    }
}

const SCOPES: &[(&str, u8)] = &[("zone", 1), ("cluster", 2), ("node", 3)];

impl fmt::Display for TipcAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            TipcName::Name { kind, instance, domain: 0 } => write!(f, "tipc-name:{kind}:{instance}")?,
            TipcName::Name { kind, instance, domain } => write!(f, "tipc-name:{kind}:{instance}/domain={domain:#x}")?,
            TipcName::NameSeq { kind, lower, upper } => write!(f, "tipc-nameseq:{kind}:{lower}:{upper}")?,
            TipcName::Id { node, reference } => write!(f, "tipc-id:{node:#x}:{reference}")?,
        }
        if self.scope == 0 {
            return Ok(());
        }
        f.write_str(if self.scope < 0 { "/scope=-" } else { "/scope=" })?;
        write_named(self.scope.unsigned_abs(), SCOPES, f)
    }
}

impl FamilyText for TipcAddr {
    const SENTENCE: &str = "not a TIPC address: write tipc-name:1000:5, tipc-nameseq:1000:0:9 or tipc-id:0x1001001:77, and perhaps \
                            /scope=zone, cluster or node, with a minus to withdraw; a name also /domain=0x1001001";

    fn read(form: &str, rest: &str) -> Option<Self> {
        let (numbers, [scope, domain]) = keys(rest, ["scope", "domain"])?;
        let scope = scope.map_or(Some(0), read_scope)?;
        let (first, others) = numbers.split_once(':')?;
        let first = number(first)?;
        let name = match form {
            "tipc-name" => TipcName::Name { kind: first, instance: number(others)?, domain: number_or(domain, 0)? },
            _ if domain.is_some() => return None,
            "tipc-nameseq" => {
                let (lower, upper) = others.split_once(':')?;
                TipcName::NameSeq { kind: first, lower: number(lower)?, upper: number(upper)? }
            }
            "tipc-id" => TipcName::Id { node: first, reference: number(others)? },
            _ => return None,
        };
        Some(Self { scope, name })
    }
}

fn read_scope(text: &str) -> Option<i8> {
    match text.strip_prefix('-') {
        Some(text) => 0_i8.checked_sub_unsigned(named(text, SCOPES)?),
        None => named(text, SCOPES)?.try_into().ok(),
    }
}

impl fmt::Debug for TipcAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
