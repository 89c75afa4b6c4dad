//! The look-ups that are older than `getaddrinfo`: a host's names and addresses.

use std::net::{IpAddr, Ipv4Addr};

use crate::{Addr, AddrQuery, Eai, Error, Family, Net, Result, SockType, parse_ip};

/// A host as `gethostbyname(3)` and `gethostbyaddr(3)` tell of it: C's `struct hostent`, Python's triple
/// `(hostname, aliaslist, ipaddrlist)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostEntry {
    /// The primary name.
    pub name: String,
    /// Other names, perhaps none.
    pub aliases: Vec<String>,
    /// Addresses of one family.
    pub addrs: Vec<IpAddr>,
}

/// `gethostbyname(3)`: the first IPv4 address of a name. An address in text is returned as it is, `""` is `INADDR_ANY` and
/// `"<broadcast>"` is `INADDR_BROADCAST`. Blocks while name servers are asked.
///
/// It knows no IPv6: [`Net::getaddrinfo`] does. [`Net::gethostbyname_ex`] tells of aliases and all addresses.
///
/// # Errors
///
/// Those of [`Net::getaddrinfo`], as in Python: `EAI_NONAME`, `EAI_NODATA`, `EAI_ADDRFAMILY` (an IPv6 address), `EAI_AGAIN`.
///
/// ```
/// use wavetank_api::{Eai, gethostbyname};
///
/// # wavetank_sim::example(|host| {
/// assert_eq!(gethostbyname(host, "localhost")?.to_string(), "127.0.0.1");
/// assert_eq!(gethostbyname(host, "100.50.200.5")?.to_string(), "100.50.200.5");
/// assert_eq!(gethostbyname(host, "nobody.invalid").unwrap_err(), Eai::NONAME);
/// # Ok(())
/// # });
/// ```
#[track_caller]
pub fn gethostbyname<N: Net>(net: &N, host: &str) -> Result<Ipv4Addr> {
    match parse_ip(host) {
        Some(IpAddr::V4(ip)) => return Ok(ip),
        Some(IpAddr::V6(_)) => return Err(Error::resolve(Eai::ADDRFAMILY, "gethostbyname")),
        None => {}
    }
    let query = AddrQuery { host: Some(host), family: Family::INET, kind: SockType::STREAM, ..AddrQuery::default() };
    let found = net.getaddrinfo(&query).map_err(|error| error.with_call("gethostbyname"))?;
    let first = found.into_iter().find_map(|info| match info.addr {
        Addr::V4(addr) => Some(*addr.ip()),
        _ => None,
    });
    first.ok_or_else(|| Error::resolve(Eai::NONAME, "gethostbyname"))
}

/// `gethostbyaddr(3)`: the names of an address, IPv4 or IPv6, given in text or by another name. Blocks while name servers are asked.
///
/// # Errors
///
/// Those of [`Net::gethostbyaddr`], of which `HOST_NOT_FOUND` is usual; and of [`Net::getaddrinfo`] for a name.
///
/// ```
/// use wavetank_api::gethostbyaddr;
///
/// # wavetank_sim::example(|host| {
/// assert_eq!(gethostbyaddr(host, "10.0.0.1")?.name, "here");
/// let error = gethostbyaddr(host, "192.0.2.1").unwrap_err();
/// assert_eq!(error.to_string(), "gethostbyaddr: HOST_NOT_FOUND (Unknown host)");
/// # Ok(())
/// # });
/// ```
#[track_caller]
pub fn gethostbyaddr<N: Net>(net: &N, host: &str) -> Result<HostEntry> {
    let ip = match parse_ip(host) {
        Some(ip) => ip,
        None => first_address(net, host)?,
    };
    net.gethostbyaddr(ip)
}

#[track_caller]
fn first_address<N: Net>(net: &N, host: &str) -> Result<IpAddr> {
    let query = AddrQuery { host: Some(host), kind: SockType::STREAM, ..AddrQuery::default() };
    let found = net.getaddrinfo(&query).map_err(|error| error.with_call("gethostbyaddr"))?;
    found.iter().find_map(|info| info.addr.ip()).ok_or_else(|| Error::resolve(Eai::NONAME, "gethostbyaddr"))
}

/// The fully qualified form of a name (Python's `getfqdn`): the first of the names that [`gethostbyaddr`] finds which has a dot in it,
/// else the primary one; the name unchanged if nothing is found. For `""`, `"0.0.0.0"` and `"::"` it is this machine's.
///
/// Blocks while name servers are asked.
///
/// # Errors
///
/// Those of [`Net::gethostname`]; a failed look-up is none.
///
/// ```
/// use wavetank_api::getfqdn;
///
/// # wavetank_sim::example(|host| {
/// assert_eq!(getfqdn(host, "")?, "here");
/// assert_eq!(getfqdn(host, "nobody.invalid")?, "nobody.invalid");
/// # Ok(())
/// # });
/// ```
#[track_caller]
pub fn getfqdn<N: Net>(net: &N, name: &str) -> Result<String> {
    let name = match name.trim() {
        "" | "0.0.0.0" | "::" => net.gethostname()?,
        name => name.to_owned(),
    };
    let Ok(HostEntry { name: primary, aliases, .. }) = gethostbyaddr(net, &name) else { return Ok(name) };
    if primary.contains('.') {
        return Ok(primary);
    }
    Ok(aliases.into_iter().find(|alias| alias.contains('.')).unwrap_or(primary))
}
