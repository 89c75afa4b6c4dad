//! The zone of host names: which name has which addresses.

use std::{collections::BTreeMap, net::IpAddr};

/// Every name of the world.
#[derive(Default)]
pub(crate) struct Names(BTreeMap<String, Vec<IpAddr>>);

impl Names {
    pub(crate) fn add(&mut self, name: &str, addrs: &[IpAddr]) {
        self.0.entry(name.to_ascii_lowercase()).or_default().extend_from_slice(addrs);
    }

    /// The addresses of `name`, which is compared as DNS compares names: ASCII letters without their case.
    pub(crate) fn find(&self, name: &str) -> Option<&[IpAddr]> {
        let found = self.0.get(name);
        found.or_else(|| self.0.get(&name.to_ascii_lowercase())).map(Vec::as_slice)
    }

    /// The first name that has this address.
    pub(crate) fn name_of(&self, addr: IpAddr) -> Option<&str> {
        self.0.iter().find(|(_, addrs)| addrs.contains(&addr)).map(|(name, _)| name.as_str())
    }
}
