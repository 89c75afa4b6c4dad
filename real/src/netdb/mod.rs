//! The databases of `netdb.h` by the C library's reentrant calls: hosts, services, protocols.

mod sys;

use std::ffi::{CStr, CString};
use std::net::IpAddr;

use wavetank_api::{Error, HErrno, HostEntry, Protocol, Result};

use self::sys::HostError;
use crate::sys::c_string;

pub(crate) fn gethostbyname_ex(name: &str) -> Result<HostEntry> {
    const CALL: &str = "gethostbyname_ex";
    // No name has a NUL in it.
    let name = c_string(name).ok_or_else(|| Error::host(HErrno::HOST_NOT_FOUND, CALL))?;
    sys::gethostbyname(&name).map_err(of(CALL))
}

pub(crate) fn gethostbyaddr(ip: IpAddr) -> Result<HostEntry> {
    let found = match ip {
        IpAddr::V4(ip) => sys::gethostbyaddr(&ip.octets(), libc::AF_INET),
        IpAddr::V6(ip) => sys::gethostbyaddr(&ip.octets(), libc::AF_INET6),
    };
    found.map_err(of("gethostbyaddr"))
}

pub(crate) fn getservbyname(service: &str, protocol: Option<&str>) -> Result<u16> {
    let (Some(service), Ok(protocol)) = (c_string(service), of_protocol(protocol)) else {
        return Err(Error::no_service());
    };
    sys::getservbyname(&service, protocol.as_deref()).ok_or_else(Error::no_service)
}

pub(crate) fn getservbyport(port: u16, protocol: Option<&str>) -> Result<String> {
    let Ok(protocol) = of_protocol(protocol) else { return Err(Error::no_port()) };
    sys::getservbyport(port, protocol.as_deref()).ok_or_else(Error::no_port)
}

pub(crate) fn getprotobyname(name: &str) -> Result<Protocol> {
    let number = c_string(name).and_then(|name| sys::getprotobyname(&name));
    number.map(Protocol::from_raw).ok_or_else(Error::no_protocol)
}

/// `Err` for a text that no table can have.
fn of_protocol(protocol: Option<&str>) -> Result<Option<CString>, ()> {
    protocol.map(|protocol| c_string(protocol).ok_or(())).transpose()
}

fn of(call: &'static str) -> impl Fn(HostError) -> Error {
    move |error| match error {
        HostError::HErrno(h_errno) => Error::host(h_errno, call),
        HostError::Os(errno) => Error::new(errno, call),
    }
}

/// Text of the C library, whatever bytes it has.
fn owned(text: &CStr) -> String {
    text.to_string_lossy().into_owned()
}
