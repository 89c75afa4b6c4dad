//! The zone of host names: which name has which addresses.

use std::{net::IpAddr, sync::Arc};

use smallvec::SmallVec;

use crate::base::Lookup;

/// Every name of the world. Names are compared as DNS compares them: ASCII letters without their case.
#[derive(Default)]
pub(crate) struct Names(Lookup<Arc<str>, SmallVec<[IpAddr; 2]>>);

impl Names {
    pub(crate) fn add(&mut self, name: &Arc<str>, addrs: &[IpAddr]) {
        let key = if has_capitals(name) { name.to_ascii_lowercase().into() } else { Arc::clone(name) };
        self.0.insert(key, addrs.into());
    }

    /// The addresses of `name`.
    pub(crate) fn find(&self, name: &str) -> Option<&[IpAddr]> {
        let found = if has_capitals(name) { self.0.get(&*name.to_ascii_lowercase()) } else { self.0.get(name) };
        found.map(SmallVec::as_slice)
    }

    /// Forgets every name.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

fn has_capitals(name: &str) -> bool {
    name.bytes().any(|byte| byte.is_ascii_uppercase())
}
