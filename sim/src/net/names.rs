//! The zone of host names: which name has which addresses.

use std::{collections::BTreeMap, net::IpAddr, sync::Arc};

use smallvec::SmallVec;

/// Every name of the world.
#[derive(Default)]
pub(crate) struct Names(BTreeMap<Arc<str>, SmallVec<[IpAddr; 2]>>);

impl Names {
    pub(crate) fn add(&mut self, name: &Arc<str>, addrs: &[IpAddr]) {
        let key = if has_capitals(name) { name.to_ascii_lowercase().into() } else { Arc::clone(name) };
        self.0.entry(key).or_default().extend_from_slice(addrs);
    }

    /// The addresses of `name`, which is compared as DNS compares names: ASCII letters without their case.
    pub(crate) fn find(&self, name: &str) -> Option<&[IpAddr]> {
        let found = if has_capitals(name) { self.0.get(&*name.to_ascii_lowercase()) } else { self.0.get(name) };
        found.map(SmallVec::as_slice)
    }

    /// The first name that has this address.
    pub(crate) fn name_of(&self, addr: IpAddr) -> Option<&str> {
        self.0.iter().find(|(_, addrs)| addrs.contains(&addr)).map(|(name, _)| &**name)
    }
}

fn has_capitals(name: &str) -> bool {
    name.bytes().any(|byte| byte.is_ascii_uppercase())
}
