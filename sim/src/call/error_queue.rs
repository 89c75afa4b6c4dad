//! recvmsg(2) with MSG_ERRQUEUE: `ip_recv_error` and `ipv6_recv_error`.

use std::{
    io::IoSliceMut,
    net::{Ipv4Addr, SocketAddr},
};

use wavetank_api::{Errno, MsgFlags};

use super::{
    Caller,
    control::Control,
    errno::IntoErrno,
    ip_control::{self, Header},
    name,
    receive::{Received, fill},
};
use crate::{
    base::{Instant, SocketId},
    host::{Body, Family, Host},
    proto::udp::Report,
    world::World,
};

/// SO_EE_ORIGIN_LOCAL, SO_EE_ORIGIN_ICMP, SO_EE_ORIGIN_ICMP6.
const LOCAL: u8 = 1;
const ICMP: u8 = 2;
const ICMP6: u8 = 3;

impl Caller<'_> {
    /// Whether an error is queued: it is never waited for.
    pub(super) fn has_report(&self, world: &World, id: SocketId) -> bool {
        matches!(&self.host(world).sockets[id].body, Body::Udp(udp) if udp.has_reports())
    }

    /// Takes the oldest error of the queue, also under MSG_PEEK.
    #[cold]
    pub(super) fn recv_report(
        &self,
        world: &mut World,
        id: SocketId,
        bufs: &mut [IoSliceMut<'_>],
        room: Option<usize>,
    ) -> Result<Received, Errno> {
        let now = world.now;
        let host = self.host_mut(world);
        let socket = &mut host.sockets[id];
        let family = socket.family;
        let Body::Udp(udp) = &mut socket.body else { return Err(Errno::EAGAIN) };
        let report = udp.take_report().ok_or(Errno::EAGAIN)?;
        let count = fill(bufs, &report.data);
        let truncated = if count < report.data.len() { MsgFlags::TRUNC } else { MsgFlags::empty() };
        let (passed, cut) = match room {
            Some(room) => told(host, id, &report, room, now).finish(Vec::new()),
            None => (None, MsgFlags::empty()),
        };
        let from = Some(name::show(family, report.about));
        world.recycle(report.data);
        Ok(Received { count, from, flags: MsgFlags::ERRQUEUE | truncated | cut, passed })
    }
}

/// The control messages: what the socket tells of any packet, here of the ICMP message, and then the error.
fn told(host: &Host, id: SocketId, report: &Report, room: usize, now: Instant) -> Control {
    let socket = &host.sockets[id];
    let (asked, family) = (socket.options.switches, socket.family);
    let mut out = Control::new(room);
    ip_control::tell_time(&mut out, host, asked, report.icmp.map_or(now, |icmp| icmp.at));
    if let Some(icmp) = &report.icmp {
        let ports = report.data.get(2..4).map(|port| u16::from_be_bytes([port[0], port[1]]));
        let header = Header {
            interface: ip_control::interface(host, icmp.offender, icmp.to),
            // Nobody has looked it up (`ipv4_pktinfo_prepare`).
            spec_dst: Ipv4Addr::UNSPECIFIED,
            to: icmp.to,
            hop_limit: 64,
            traffic_class: icmp.traffic_class,
            // What stands where a port would be, behind what was pulled off: the quoted data.
            port: ports,
            has_sum: true,
            fragment: 0,
        };
        ip_control::tell_header(&mut out, family, asked, &header);
    }
    let level = if family == Family::Inet6 { libc::IPPROTO_IPV6 } else { libc::IPPROTO_IP };
    let kind = if family == Family::Inet6 { libc::IPV6_RECVERR } else { libc::IP_RECVERR };
    out.put(level, kind, &extended_error(family, report));
    out
}

/// `struct sock_extended_err`, and behind it SO_EE_OFFENDER.
fn extended_error(family: Family, report: &Report) -> Vec<u8> {
    let (origin, kind, code) = match &report.icmp {
        None => (LOCAL, 0, 0),
        Some(icmp) if icmp.to.is_ipv4() => (ICMP, icmp.kind, icmp.code),
        Some(icmp) => (ICMP6, icmp.kind, icmp.code),
    };
    let mut bytes = report.failure.errno().raw().to_ne_bytes().to_vec();
    bytes.extend([origin, kind, code, 0]);
    bytes.extend(report.info.to_ne_bytes());
    bytes.extend([0; 4]);
    let offender = report.icmp.map(|icmp| SocketAddr::new(icmp.offender, 0));
    let offender = offender.and_then(|offender| name::show(family, offender).to_sockaddr());
    let nobody = vec![0; if family == Family::Inet6 { SOCKADDR_IN6 } else { SOCKADDR_IN }];
    bytes.extend(offender.unwrap_or(nobody));
    bytes
}

const SOCKADDR_IN: usize = 16;
const SOCKADDR_IN6: usize = 28;
