//! `getaddrinfo(3)` and `getnameinfo(3)` of the C library.

use wavetank_api::{Addr, AddrInfo, AddrQuery, Eai, Error, NameFlags, Result};

use crate::addr::SockAddr;
use crate::sys::{self, ResolveError};

pub(crate) fn getaddrinfo(query: &AddrQuery<'_>) -> Result<Vec<AddrInfo>> {
    // No name has a NUL in it.
    let c_string = |text: &str| sys::c_string(text).ok_or_else(|| Error::resolve(Eai::NONAME, "getaddrinfo"));
    let host = query.host.map(c_string).transpose()?;
    let service = query.service.map(c_string).transpose()?;
    let hints = [query.flags.bits(), query.family.raw(), query.kind.raw(), query.protocol.raw()];
    sys::getaddrinfo(host.as_deref(), service.as_deref(), hints).map_err(of("getaddrinfo"))
}

pub(crate) fn getnameinfo(addr: &Addr, flags: NameFlags) -> Result<(String, String)> {
    let addr = SockAddr::new(addr).map_err(|_| Error::resolve(Eai::FAMILY, "getnameinfo"))?;
    sys::getnameinfo(&addr, flags.bits()).map_err(of("getnameinfo"))
}

fn of(call: &'static str) -> impl Fn(ResolveError) -> Error {
    move |error| match error {
        ResolveError::Eai(eai) => Error::resolve(eai, call),
        ResolveError::Os(errno) => Error::new(errno, call),
    }
}
