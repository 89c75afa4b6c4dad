//! [`AlgAddr`]: an algorithm of the kernel's. Documentation/crypto/userspace-if.rst, include/uapi/linux/if_alg.h.

use std::fmt;

use super::sockaddr::Fields;
use super::text::{FamilyText, escape, keys, number_or, unescape};
use crate::{Errno, Error, Result};

/// Which of the kernel's algorithms a socket is bound to, C's `struct sockaddr_alg`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "sockaddr_alg")]
pub struct AlgAddr {
    /// NUL-padded, with one NUL at least.
    kind: [u8; Self::KIND],
    /// Likewise.
    name: [u8; Self::NAME],
    /// Features; the kernel refuses what it does not know.
    pub feat: u32,
    /// A mask of features.
    pub mask: u32,
}

impl AlgAddr {
    /// Bytes of `salg_type`.
    const KIND: usize = 14;
    /// Bytes of `salg_name`.
    const NAME: usize = 64;

    /// An algorithm by its type (`hash`, `skcipher`, `aead`, `rng`) and its name (`sha256`, `cbc(aes)`, ...).
    ///
    /// # Errors
    ///
    /// `EINVAL` if the type has more than 13 bytes or the name more than 63, or if there is a NUL in one of them.
    pub fn new(kind: &str, name: &str) -> Result<Self> {
        Self::from_bytes(kind.as_bytes(), name.as_bytes(), 0, 0).ok_or_else(|| Error::new(Errno::EINVAL, "bind"))
    }

    fn from_bytes(kind: &[u8], name: &[u8], feat: u32, mask: u32) -> Option<Self> {
        Some(Self { kind: padded(kind)?, name: padded(name)?, feat, mask })
    }

    /// The type.
    #[must_use]
    pub fn kind(&self) -> &[u8] {
        before_nul(&self.kind)
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        before_nul(&self.name)
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        [&self.kind[..], &self.feat.to_ne_bytes(), &self.mask.to_ne_bytes(), &self.name].concat()
    }

    pub(super) fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        let kind = fields.array::<{ Self::KIND }>()?;
        let (feat, mask) = (fields.u32()?, fields.u32()?);
        let name = fields.array::<{ Self::NAME }>()?;
        let addr = Self::from_bytes(before_nul(&kind), before_nul(&name), feat, mask)?;
        // What stands behind the first NUL would be lost.
        (addr.kind == kind && addr.name == name).then_some(addr)
    }
}

fn padded<const LEN: usize>(text: &[u8]) -> Option<[u8; LEN]> {
    if text.len() >= LEN || text.contains(&0) {
        return None;
    }
    let mut bytes = [0; LEN];
    bytes[..text.len()].copy_from_slice(text);
    Some(bytes)
}

fn before_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|&byte| byte == 0).next().unwrap_or_default()
}

impl fmt::Display for AlgAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("alg:")?;
        escape(self.kind(), b":/", f)?;
        f.write_str(":")?;
        escape(self.name(), b":/", f)?;
        if self.feat != 0 {
            write!(f, "/feat={:#x}", self.feat)?;
        }
        if self.mask == 0 { Ok(()) } else { write!(f, "/mask={:#x}", self.mask) }
    }
}

impl FamilyText for AlgAddr {
    const SENTENCE: &str = "not an ALG address: write alg:hash:sha256, the type with 13 bytes at most and the name with 63 at most, and \
                            perhaps /feat=0x1/mask=0x1";

    fn read(form: &str, rest: &str) -> Option<Self> {
        let (algorithm, [feat, mask]) = keys(rest, ["feat", "mask"])?;
        let (kind, name) = algorithm.split_once(':').filter(|_| form == "alg")?;
        Self::from_bytes(&unescape(kind)?, &unescape(name)?, number_or(feat, 0)?, number_or(mask, 0)?)
    }
}

impl fmt::Debug for AlgAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
