//! The databases of `netdb.h`: hosts from the zone of the world, services and protocols from tables; no file of the machine is read.

mod protocols;
mod services;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use wavetank_api::{Error, HErrno, HostEntry, Protocol, Result, inet_aton};

use self::{protocols::PROTOCOLS, services::SERVICES};
use super::{Caller, Told};
use crate::{base::rng::fnv1a, world::World};

impl Caller<'_> {
    /// gethostbyname_r(3).
    pub(crate) fn gethostbyname_ex(&self, name: &str) -> Result<HostEntry> {
        const CALL: &str = "gethostbyname_ex";
        let told = Told {
            call: CALL,
            numbers: [fnv1a(name.as_bytes()), 0, 0],
            text: || format!("gethostbyname_ex({name:?})"),
        };
        self.look_up(told, |world| host_by_name(world, name), |h_errno| Error::host(h_errno, CALL))
    }

    /// gethostbyaddr_r(3).
    pub(crate) fn gethostbyaddr(&self, ip: IpAddr) -> Result<HostEntry> {
        const CALL: &str = "gethostbyaddr";
        let addr = SocketAddr::new(ip, 0).into();
        let told =
            Told { call: CALL, numbers: super::name::addr_numbers(0, &addr), text: || format!("gethostbyaddr({ip})") };
        let found = |world: &World| {
            let name = name_of(world, ip).ok_or(HErrno::HOST_NOT_FOUND)?;
            Ok(HostEntry { name, aliases: Vec::new(), addrs: vec![ip] })
        };
        self.look_up(told, found, |h_errno| Error::host(h_errno, CALL))
    }

    /// getservbyname_r(3).
    pub(crate) fn getservbyname(&self, service: &str, protocol: Option<&str>) -> Result<u16> {
        let told = Told {
            call: "getservbyname",
            numbers: [fnv1a(service.as_bytes()), protocol.map_or(0, |protocol| fnv1a(protocol.as_bytes())), 0],
            text: || format!("getservbyname({service:?}, {protocol:?})"),
        };
        self.look_up(told, |_| port_of(service, protocol).ok_or(()), |()| Error::no_service())
    }

    /// getservbyport_r(3).
    pub(crate) fn getservbyport(&self, port: u16, protocol: Option<&str>) -> Result<String> {
        let told = Told {
            call: "getservbyport",
            numbers: [port.into(), protocol.map_or(0, |protocol| fnv1a(protocol.as_bytes())), 0],
            text: || format!("getservbyport({port}, {protocol:?})"),
        };
        let found = |_: &World| service_of(port, protocol).map(str::to_owned).ok_or(());
        self.look_up(told, found, |()| Error::no_port())
    }

    /// getprotobyname_r(3).
    pub(crate) fn getprotobyname(&self, name: &str) -> Result<Protocol> {
        let told = Told {
            call: "getprotobyname",
            numbers: [fnv1a(name.as_bytes()), 0, 0],
            text: || format!("getprotobyname({name:?})"),
        };
        let found = |_: &World| {
            let entry = PROTOCOLS.iter().find(|entry| entry.name == name || entry.aliases.contains(&name));
            entry.map(|entry| Protocol::from_raw(entry.number)).ok_or(())
        };
        self.look_up(told, found, |()| Error::no_protocol())
    }

    /// A call that only looks. The trace has no room for what is no errno; it shows whether something was found.
    fn look_up<T, E>(
        &self,
        told: Told<impl FnOnce() -> String>,
        found: impl FnOnce(&World) -> Result<T, E>,
        refused: impl FnOnce(E) -> Error,
    ) -> Result<T> {
        let mut answer = None;
        self.call(told, |world| {
            let found = answer.insert(found(world));
            Ok(found.is_ok())
        })?;
        // A call that succeeded has left its answer.
        answer.expect("an answer").map_err(refused)
    }
}

/// What an address is called: the name of the host that has it.
pub(super) fn name_of(world: &World, ip: IpAddr) -> Option<String> {
    if ip.is_loopback() {
        return Some("localhost".to_owned());
    }
    world.topology.owner(ip).map(|owner| (*world.hosts[owner.index()].name).to_owned())
}

/// An address in digits and dots is its own answer, under the name asked for (`__nss_hostname_digits_dots` of glibc).
fn host_by_name(world: &World, name: &str) -> Result<HostEntry, HErrno> {
    let entry = |name: &str, addrs| HostEntry { name: name.to_owned(), aliases: Vec::new(), addrs };
    if name.is_empty() {
        // glibc asks the name servers for the root, and takes what they say badly.
        return Err(HErrno::NO_RECOVERY);
    }
    let digits = name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if let Some(ip) = inet_aton(name).ok().filter(|_| digits) {
        return Ok(entry(name, vec![ip.into()]));
    }
    if name.eq_ignore_ascii_case("localhost") {
        return Ok(entry("localhost", vec![Ipv4Addr::LOCALHOST.into()]));
    }
    let addrs = world.names.find(name).ok_or(HErrno::HOST_NOT_FOUND)?;
    let v4: Vec<_> = addrs.iter().copied().filter(IpAddr::is_ipv4).collect();
    if v4.is_empty() { Err(HErrno::NO_DATA) } else { Ok(entry(name, v4)) }
}

/// The port of a service: of the first row that has the name and, if one is given, the protocol.
pub(super) fn port_of(service: &str, protocol: Option<&str>) -> Option<u16> {
    let of_protocol = |of: &str| protocol.is_none_or(|protocol| protocol == of);
    let is =
        |row: &&services::Service| (row.name == service || row.aliases.contains(&service)) && of_protocol(row.protocol);
    SERVICES.iter().find(is).map(|row| row.port)
}

/// The service that has a port.
pub(super) fn service_of(port: u16, protocol: Option<&str>) -> Option<&'static str> {
    let is = |row: &&services::Service| row.port == port && protocol.is_none_or(|protocol| protocol == row.protocol);
    SERVICES.iter().find(is).map(|row| row.name)
}
