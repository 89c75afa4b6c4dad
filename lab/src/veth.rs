//! [`veth`](fn@veth): a cable between two namespaces, `veth(4)`.

use std::net::IpAddr;

use crate::{
    error::Result,
    namespace::{self, Namespace},
    netlink,
};

/// One end of a cable.
#[derive(Clone, Copy, Debug)]
pub struct End<'a> {
    /// Where it is.
    pub namespace: &'a Namespace,
    /// What the interface is called there.
    pub name: &'a str,
    /// Its addresses, and how many bits of them are the network's.
    pub addresses: &'a [(IpAddr, u8)],
}

/// Lays a cable between two namespaces, or within one. Both ends are up, and each address is usable at once.
///
/// # Errors
///
/// `EOPNOTSUPP` if the kernel has no veth, `EEXIST` if a name is taken, `EPERM`.
pub fn veth(a: End<'_>, b: End<'_>) -> Result<()> {
    a.namespace.run(|| netlink::add_veth(a.name, b.name, b.namespace.file()))?;
    for end in [a, b] {
        end.namespace.run(|| {
            namespace::quiet_ipv6(end.name)?;
            netlink::set_up(end.name, true)
        })?;
    }
    // When both ends are up: an address on an interface without a carrier would stay tentative.
    for end in [a, b] {
        for &(ip, prefix) in end.addresses {
            end.namespace.add_address(end.name, ip, prefix)?;
        }
    }
    Ok(())
}
