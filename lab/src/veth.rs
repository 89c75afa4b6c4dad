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
    lay(a, b, None)
}

/// [`veth`](fn@veth) whose ends have these interface numbers. If the numbers are equal, what is sent in the first second is lost.
///
/// # Errors
///
/// As [`veth`](fn@veth); `EEXIST` if a number is taken, too.
pub fn veth_numbered(a: End<'_>, b: End<'_>, numbers: [u32; 2]) -> Result<()> {
    lay(a, b, Some(numbers))
}

fn lay(a: End<'_>, b: End<'_>, numbers: Option<[u32; 2]>) -> Result<()> {
    a.namespace.run(|| netlink::add_veth(a.name, b.name, b.namespace.file(), numbers))?;
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
