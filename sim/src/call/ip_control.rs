//! Control messages of datagrams: `ip_cmsg_send`, `ip6_datagram_send_ctl`, and what their receiving sides tell.
//!
//! Absent: IP options and IPv6's extension headers (`EINVAL`).

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use wavetank_api::{
    Addr, Errno, MsgFlags, c,
    control::{self, Cmsg, ControlType},
    option::{MAX_LEN, OptValue, Pkt6Info, PktInfo, SO_TIMESTAMP_NEW, SO_TIMESTAMPNS_NEW, Timespec, Timeval},
};

use super::{
    Caller,
    control::{Control, Passed, checked, sock_cmsg_send},
    option::priority_of,
};
use crate::{
    base::{Instant, SocketId},
    host::{Body, ETH0, Family, Host, How, LO, RareSwitches, Switches},
    proto::udp::Arrival,
    world::World,
};

impl Caller<'_> {
    /// How a datagram to there is to go.
    #[cold]
    pub(super) fn how_to_send(&self, world: &World, id: SocketId, to: IpAddr, control: &[u8]) -> Result<How, Errno> {
        let host = self.host(world);
        let (family, bound) = (host.sockets[id].family, host.sockets[id].options.device());
        let messages = checked(control)?;
        sock_cmsg_send(&messages)?;
        let level = if to.is_ipv4() { libc::IPPROTO_IP } else { libc::IPPROTO_IPV6 };
        let mut how = How::default();
        for message in &messages {
            if message.level == libc::SOL_SOCKET {
                // `__sock_cmsg_send`
                let number = message.data.first_chunk().map(|number| u32::from_ne_bytes(*number));
                match message.kind {
                    libc::SO_MARK => how.mark = number,
                    libc::SO_PRIORITY => how.priority = number,
                    _ => {}
                }
            }
            if message.level == libc::IPPROTO_UDP {
                how.segment = Some(udp_cmsg_send(message)?);
                continue;
            }
            if family == Family::Inet6 && to.is_ipv4() && is_pktinfo6(message) {
                mapped_pktinfo(message, &mut how)?;
                continue;
            }
            if message.level != level {
                continue;
            }
            match to {
                IpAddr::V4(_) => ip_cmsg_send(message, &mut how)?,
                IpAddr::V6(_) => ip6_datagram_send_ctl(host, bound, message, &mut how)?,
            }
        }
        Ok(how)
    }
}

fn is_pktinfo6(message: &Cmsg<'_>) -> bool {
    (message.level, message.kind) == (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO)
}

/// `ip_cmsg_send` takes IPV6_PKTINFO of a socket of IPv6 that sends to IPv4: a mapped address.
fn mapped_pktinfo(message: &Cmsg<'_>, how: &mut How) -> Result<(), Errno> {
    let Pkt6Info { addr, ifindex } = Pkt6Info::decode(message.data).ok_or(Errno::EINVAL)?;
    how.source = Some(addr.to_ipv4_mapped().ok_or(Errno::EINVAL)?.into());
    how.device = ifindex;
    Ok(())
}

/// UDP_SEGMENT, in 16 bits; nothing else.
fn udp_cmsg_send(message: &Cmsg<'_>) -> Result<u16, Errno> {
    match (message.kind, message.data) {
        (libc::UDP_SEGMENT, &[low, high]) => Ok(u16::from_ne_bytes([low, high])),
        _ => Err(Errno::EINVAL),
    }
}

/// The messages alone, of a socket that has no destination yet (IPV6_2292PKTOPTIONS).
pub(super) fn how_to_send_v6(host: &Host, bound: u32, control: &[u8]) -> Result<How, Errno> {
    let messages = checked(control)?;
    sock_cmsg_send(&messages)?;
    let mut how = How::default();
    for message in messages.iter().filter(|message| message.level == libc::IPPROTO_IPV6) {
        ip6_datagram_send_ctl(host, bound, message, &mut how)?;
    }
    Ok(how)
}

/// A number in as many bytes as an `int` has, and no others.
fn int(message: &Cmsg<'_>) -> Result<i32, Errno> {
    message.data.try_into().map(i32::from_ne_bytes).map_err(|_| Errno::EINVAL)
}

fn byte(number: i32) -> Result<u8, Errno> {
    u8::try_from(number).map_err(|_| Errno::EINVAL)
}

fn ip_cmsg_send(message: &Cmsg<'_>, how: &mut How) -> Result<(), Errno> {
    match message.kind {
        libc::IP_PKTINFO if message.data.len() == PktInfo::LEN => {
            let PktInfo { ifindex, spec_dst, .. } = PktInfo::decode(message.data).ok_or(Errno::EINVAL)?;
            // Whether they are there, the way finds out. No address takes the socket's own away.
            (how.source, how.device) = (Some(spec_dst.into()), ifindex);
        }
        libc::IP_TTL => {
            let limit = byte(int(message)?)?;
            how.hop_limit = Some(if limit == 0 { return Err(Errno::EINVAL) } else { limit });
        }
        libc::IP_TOS => {
            let class = match message.data {
                [class] => *class,
                _ => byte(int(message)?)?,
            };
            how.traffic_class = Some(class);
            how.priority = Some(priority_of(class).cast_unsigned());
        }
        _ => return Err(Errno::EINVAL),
    }
    Ok(())
}

/// Of a socket that is bound to that interface (0: none).
fn ip6_datagram_send_ctl(host: &Host, bound: u32, message: &Cmsg<'_>, how: &mut How) -> Result<(), Errno> {
    match message.kind {
        libc::IPV6_PKTINFO | libc::IPV6_2292PKTINFO => {
            let Pkt6Info { addr, ifindex } = Pkt6Info::decode(message.data).ok_or(Errno::EINVAL)?;
            if ifindex != 0 && bound != 0 && ifindex != bound {
                return Err(Errno::EINVAL);
            }
            let device = if ifindex == 0 { bound } else { ifindex };
            if device != 0 && host.interface_name(device).is_none() {
                return Err(Errno::ENODEV);
            }
            how.device = ifindex;
            if addr != Ipv6Addr::UNSPECIFIED {
                // That of the loopback is of no wider scope (`__ipv6_addr_src_scope`).
                let own = host.owns(addr.into()) && (!addr.is_loopback() || device <= LO);
                how.source = Some(own.then(|| addr.into()).ok_or(Errno::EINVAL)?);
            }
        }
        libc::IPV6_HOPLIMIT | libc::IPV6_2292HOPLIMIT => {
            // `struct ipcm6_cookie` has 16 bits for it, and the check comes after.
            how.hop_limit = match int(message)? as i16 {
                -1 => None,
                limit => Some(byte(limit.into())?),
            };
        }
        libc::IPV6_TCLASS => {
            how.traffic_class = match int(message)? {
                // Not the socket's own, as of setsockopt: the byte that it is.
                -1 => Some(0xff),
                class => Some(byte(class)?),
            };
        }
        libc::IPV6_DONTFRAG => {
            how.dont_fragment = match int(message)? {
                0 => Some(false),
                1 => Some(true),
                _ => return Err(Errno::EINVAL),
            };
        }
        libc::IPV6_FLOWINFO if message.data.len() >= 4 => {}
        _ => return Err(Errno::EINVAL),
    }
    Ok(())
}

/// What makes a socket tell more than the data.
const ASKS: Switches = Switches::TIMESTAMP
    .union(Switches::RXQ_OVFL)
    .union(Switches::RCVMARK)
    .union(Switches::PKTINFO)
    .union(Switches::RECVTTL)
    .union(Switches::RECVTOS)
    .union(Switches::RECVORIGDSTADDR)
    .union(Switches::CHECKSUM)
    .union(Switches::RECVFRAGSIZE)
    .union(Switches::V6_RECVFRAGSIZE)
    .union(Switches::V6_RECVPKTINFO)
    .union(Switches::V6_RECVHOPLIMIT)
    .union(Switches::V6_RECVTCLASS)
    .union(Switches::V6_2292PKTINFO)
    .union(Switches::V6_2292HOPLIMIT)
    .union(Switches::V6_RECVORIGDSTADDR);

/// What a socket tells of a datagram beside the data, as far as there is room; `None` if it was asked for nothing.
pub(super) fn tell(host: &Host, id: SocketId, index: usize, room: usize) -> Option<Control> {
    let socket = &host.sockets[id];
    let asked = socket.options.switches;
    let has_priority = socket.options.has_rare() && socket.options.rare().switches.contains(RareSwitches::RCVPRIORITY);
    if !asked.intersects(ASKS) && !has_priority {
        return None;
    }
    let Body::Udp(udp) = &socket.body else { return None };
    let (arrival, drops) = udp.arrived(index)?;
    let mut out = Control::new(room);
    // `sock_recv_cmsgs` comes first.
    tell_time(&mut out, host, asked, arrival.at);
    if asked.contains(Switches::RXQ_OVFL) && drops > 0 {
        put(&mut out, control::SO_RXQ_OVFL, &drops);
    }
    // `sock_recv_mark`, `sock_recv_priority`
    let [mark, priority] = arrival.tags;
    if asked.contains(Switches::RCVMARK) {
        out.put(libc::SOL_SOCKET, libc::SO_MARK, &mark.to_ne_bytes());
    }
    if has_priority {
        out.put(libc::SOL_SOCKET, libc::SO_PRIORITY, &priority.to_ne_bytes());
    }
    tell_header(&mut out, socket.family, asked, &Header::of(host, arrival));
    Some(out)
}

/// What there is to be told of a packet's headers.
pub(super) struct Header {
    /// It came by that interface.
    pub(super) interface: u32,
    /// From where an answer would come.
    pub(super) spec_dst: Ipv4Addr,
    pub(super) to: IpAddr,
    pub(super) hop_limit: u8,
    pub(super) traffic_class: u8,
    /// To which port it was sent, if there is room for one.
    pub(super) port: Option<u16>,
    /// The sum over all of it was reckoned (CHECKSUM_COMPLETE).
    pub(super) has_sum: bool,
    /// The length of the longest fragment; 0 if it came whole.
    pub(super) fragment: u16,
}

impl Header {
    fn of(host: &Host, arrival: &Arrival) -> Self {
        let to = arrival.to.ip();
        // `fib_compute_spec_dst`: the address that an answer would come from.
        let local = match to {
            // What `lo` brought back is for whoever it was sent to.
            IpAddr::V4(v4) if host.owns(to) || arrival.is_near && !to.is_multicast() && !Host::is_broadcast(to) => {
                Some(v4)
            }
            _ => None,
        };
        let spec_dst = local.or_else(|| match host.source_for(arrival.from.ip()) {
            Ok(IpAddr::V4(source)) => Some(source),
            _ => None,
        });
        Self {
            // Also where a host talks to itself (`ipv4_pktinfo_prepare`: `rt_iif`; `ipv6_rcv`: `ip6_dst_idev`).
            interface: match to {
                IpAddr::V4(_) if !arrival.is_prepared => 0,
                _ if arrival.is_near => LO,
                _ => ETH0,
            },
            spec_dst: spec_dst.filter(|_| arrival.is_prepared).unwrap_or(Ipv4Addr::UNSPECIFIED),
            to,
            hop_limit: arrival.hop_limit,
            traffic_class: arrival.traffic_class,
            port: Some(arrival.to.port()),
            has_sum: arrival.has_sum == Some(true),
            fragment: arrival.fragment,
        }
    }
}

/// What the socket was asked to tell of a packet's headers.
pub(super) fn tell_header(out: &mut Control, family: Family, asked: Switches, header: &Header) {
    match (header.to, family) {
        (IpAddr::V4(to), Family::Inet6) => {
            // `ip6_datagram_recv_common_ctl`, and then what was asked for as of IPv4.
            if asked.contains(Switches::V6_RECVPKTINFO) {
                let info = Pkt6Info { addr: to.to_ipv6_mapped(), ifindex: header.interface };
                put(out, control::IPV6_PKTINFO, &info);
            }
            ip_cmsg_recv(out, asked, to, header);
        }
        (IpAddr::V4(to), _) => ip_cmsg_recv(out, asked, to, header),
        (IpAddr::V6(to), _) => ip6_datagram_recv_ctl(out, asked, to, header),
    }
}

/// What a stream tells beside the data, `tcp_recvmsg`: when they came (`tcp_recv_timestamp`), and how much there is still to be read
/// (`tcp_inq_hint`), which at the end of the stream is 1.
pub(super) fn tell_stream(
    host: &Host,
    id: SocketId,
    room: usize,
    stamped: bool,
    now: Instant,
) -> (Option<Box<Passed>>, MsgFlags) {
    let socket = &host.sockets[id];
    let asked = socket.options.switches;
    if !asked.intersects(Switches::TIMESTAMP | Switches::INQ) {
        return (None, MsgFlags::empty());
    }
    let mut out = Control::new(room);
    if asked.contains(Switches::TIMESTAMP) && stamped {
        timestamp(&mut out, asked, host.epoch.saturating_add(now.duration_since(Instant::default())));
    }
    if asked.contains(Switches::INQ) {
        let hint = socket.connection().map_or(0, |connection| connection.unread_with_fin()) as i32;
        put(&mut out, ControlType::<i32>::new(libc::IPPROTO_TCP, libc::TCP_INQ), &hint);
    }
    out.finish(Vec::new())
}

/// One message with a value of its type.
pub(super) fn put<T: OptValue>(out: &mut Control, of: ControlType<T>, value: &T::Value) {
    let mut bytes = [0; MAX_LEN];
    let len = T::encode(value, &mut bytes);
    out.put(of.level(), of.kind(), &bytes[..len]);
}

fn timestamp(out: &mut Control, asked: Switches, at: Duration) {
    let new = asked.contains(Switches::TIMESTAMP_NEW);
    if asked.contains(Switches::TIMESTAMP_NS) {
        let kind = if new { SO_TIMESTAMPNS_NEW.name() } else { libc::SCM_TIMESTAMPNS };
        put(out, ControlType::<Timespec>::new(libc::SOL_SOCKET, kind), &at);
    } else {
        let kind = if new { SO_TIMESTAMP_NEW.name() } else { libc::SCM_TIMESTAMP };
        // In whole microseconds: what is left over is lost, not rounded up.
        let at = Duration::from_micros(u64::try_from(at.as_micros()).unwrap_or(u64::MAX));
        put(out, ControlType::<Timeval>::new(libc::SOL_SOCKET, kind), &Some(at));
    }
}

/// When a packet came, if it is asked for.
pub(super) fn tell_time(out: &mut Control, host: &Host, asked: Switches, at: Instant) {
    if asked.contains(Switches::TIMESTAMP) {
        timestamp(out, asked, host.epoch.saturating_add(at.duration_since(Instant::default())));
    }
}

/// The interface that an ICMP message from there came by: what a host sends to itself goes over `lo`, but of IPv6 it is said to have come
/// by the interface that has the address.
pub(super) fn interface(host: &Host, from: IpAddr, to: IpAddr) -> u32 {
    let is_near = if from.is_ipv4() { host.owns(from) } else { to.is_loopback() };
    if is_near { LO } else { ETH0 }
}

/// `ip_cmsg_recv_offset`: the order is that of its lines.
fn ip_cmsg_recv(out: &mut Control, asked: Switches, to: Ipv4Addr, header: &Header) {
    if asked.contains(Switches::PKTINFO) {
        let info = PktInfo { ifindex: header.interface, spec_dst: header.spec_dst, addr: to };
        put(out, control::IP_PKTINFO, &info);
    }
    if asked.contains(Switches::RECVTTL) {
        put(out, control::IP_TTL, &header.hop_limit.into());
    }
    if asked.contains(Switches::RECVTOS) {
        put(out, control::IP_TOS, &header.traffic_class);
    }
    if let Some(port) = header.port.filter(|_| asked.contains(Switches::RECVORIGDSTADDR)) {
        let bytes = Addr::from(SocketAddr::new(to.into(), port)).to_sockaddr();
        out.put(libc::IPPROTO_IP, libc::IP_ORIGDSTADDR, &bytes.unwrap_or_default());
    }
    if header.has_sum && asked.contains(Switches::CHECKSUM) {
        // Over what has its own checksum: all ones, as far as it has been folded.
        out.put(libc::IPPROTO_IP, libc::IP_CHECKSUM, &0xffff_u32.to_ne_bytes());
    }
    if header.fragment > 0 && asked.contains(Switches::RECVFRAGSIZE) {
        out.put(libc::IPPROTO_IP, libc::IP_RECVFRAGSIZE, &i32::from(header.fragment).to_ne_bytes());
    }
}

/// `ip6_datagram_recv_common_ctl` and `ip6_datagram_recv_specific_ctl`: the order is that of their lines.
fn ip6_datagram_recv_ctl(out: &mut Control, asked: Switches, to: Ipv6Addr, header: &Header) {
    let info = Pkt6Info { addr: to, ifindex: header.interface };
    let limit = i32::from(header.hop_limit);
    if asked.contains(Switches::V6_RECVPKTINFO) {
        put(out, control::IPV6_PKTINFO, &info);
    }
    if asked.contains(Switches::V6_RECVHOPLIMIT) {
        put(out, control::IPV6_HOPLIMIT, &limit);
    }
    if asked.contains(Switches::V6_RECVTCLASS) {
        put(out, control::IPV6_TCLASS, &header.traffic_class.into());
    }
    if asked.contains(Switches::V6_2292PKTINFO) {
        put(out, ControlType::<Pkt6Info>::new(libc::IPPROTO_IPV6, libc::IPV6_2292PKTINFO), &info);
    }
    if asked.contains(Switches::V6_2292HOPLIMIT) {
        put(out, ControlType::<i32>::new(libc::IPPROTO_IPV6, libc::IPV6_2292HOPLIMIT), &limit);
    }
    if let Some(port) = header.port.filter(|_| asked.contains(Switches::V6_RECVORIGDSTADDR)) {
        let bytes = Addr::from(SocketAddr::new(to.into(), port)).to_sockaddr();
        out.put(libc::IPPROTO_IPV6, c::IPV6_ORIGDSTADDR, &bytes.unwrap_or_default());
    }
    if header.fragment > 0 && asked.contains(Switches::V6_RECVFRAGSIZE) {
        out.put(libc::IPPROTO_IPV6, c::IPV6_RECVFRAGSIZE, &i32::from(header.fragment).to_ne_bytes());
    }
}
