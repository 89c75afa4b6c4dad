//! sendmsg(2) and connect(2) on UDP: the checks in the order of `udp_sendmsg`, `udpv6_sendmsg`, `__ip4_datagram_connect` and
//! `__ip6_datagram_connect`.

use std::net::{IpAddr, Ipv6Addr};

use wavetank_api::{Addr, Errno, Family as AddrFamily, MsgFlags};

use super::{
    Caller,
    control::{Given, checked},
    errno::IntoErrno,
    name::{self, Use},
};
use crate::{
    base::SocketId,
    host::{Family, Host, How, Switches, Way, is_link_local_group},
    world::World,
};

impl Caller<'_> {
    pub(super) fn connect_udp(&self, world: &mut World, id: SocketId, addr: &Addr) -> Result<(), Errno> {
        if matches!(addr, Addr::Unspec) {
            self.host_mut(world).udp_disconnect(id);
            return Ok(());
        }
        // `inet_dgram_connect`: before the address is looked at.
        self.host_mut(world).udp_autobind(id).map_err(IntoErrno::errno)?;
        let host = self.host(world);
        let socket = &host.sockets[id];
        let to = name::read(socket, addr, Use::Connect)?;
        let to = name::not_unspecified6(socket, to)?;
        // A link-local group is one of an interface: the socket is bound to that of IPV6_MULTICAST_IF, if there is one.
        if is_link_local_group(to.ip()) && socket.options.rare().device == 0 {
            match socket.options.rare().v6_multicast_if {
                0 => return Err(Errno::EINVAL),
                device => self.host_mut(world).sockets[id].options.rare_mut().device = device,
            }
        }
        let mut way = self.udp_way(world, id, to.ip(), &How::default());
        if let Ok(Way { to: found, .. }) = way
            && found != to.ip()
        {
            // What stands for the address is looked for again (`ip_route_connect`).
            way = self.udp_way(world, id, found, &How::default());
        }
        self.host_mut(world).udp_aim(id, to, way.as_ref().ok());
        self.host_mut(world).udp_connect(id, way?, to.port());
        Ok(())
    }

    /// The way of a datagram, and that it may be taken: `ip_route_output_flow`, and RTCF_BROADCAST.
    fn udp_way(&self, world: &World, id: SocketId, to: IpAddr, how: &How) -> Result<Way, Errno> {
        let host = self.host(world);
        let source = host.udp_source(id, to, how);
        let device = host.udp_device(id, to, how);
        let way = host
            .way(to, source, &host.sockets[id].options, device, world.has_route(self.host, to))
            .map_err(IntoErrno::errno)?;
        if Host::is_broadcast(way.to) && !host.sockets[id].options.broadcast {
            return Err(Errno::EACCES);
        }
        Ok(way)
    }

    pub(super) fn send_udp(
        &self,
        world: &mut World,
        id: SocketId,
        to: Option<&Addr>,
        parts: &[&[u8]],
        flags: MsgFlags,
        given: Option<&mut Given<'_>>,
    ) -> Result<usize, Errno> {
        // `inet_send_prepare` comes before anything else.
        self.host_mut(world).udp_autobind(id).map_err(IntoErrno::errno)?;
        let socket = &self.host(world).sockets[id];
        let len = parts.iter().map(|part| part.len()).sum::<usize>();
        let is_inet6 = socket.family == Family::Inet6;
        let gathers = self.host(world).udp_gathers_for_v4(id);
        // `udpv6_sendmsg` takes AF_UNSPEC for no address; but that its peer may be one of IPv4 it has looked at before, and IPv6 has no way.
        let peer_is_ipv4 = socket.remote.is_some_and(|remote| remote.is_ipv4());
        if is_inet6 && to == Some(&Addr::Unspec) && peer_is_ipv4 && gathers.is_none() {
            if let Some(given) = given {
                self.how_to_send(world, id, Ipv6Addr::UNSPECIFIED.into(), given.control)?;
            }
            return Err(Errno::ENETUNREACH);
        }
        let to = to.filter(|addr| !(is_inet6 && matches!(addr, Addr::Unspec)));
        let peer = || socket.remote.ok_or(Errno::EDESTADDRREQ);
        // An address of IPv4 is read by `udp_sendmsg`, after it has looked at the rest.
        let is_of_ipv4 = is_inet6 && !socket.options.v6only && to.is_some_and(|addr| addr.family() == AddrFamily::INET);
        let destination = match (to, gathers) {
            // Who gathers knows where to.
            (None, Some(_)) => None,
            _ if is_of_ipv4 => None,
            _ if is_inet6 => {
                let to = to.map_or_else(peer, |addr| name::read(socket, addr, Use::Send))?;
                Some(name::not_unspecified6(socket, to)?)
            }
            _ => None,
        };
        let is_ipv4 = match (destination, gathers) {
            _ if is_of_ipv4 => true,
            (Some(to), _) => to.is_ipv4() || gathers == Some(true),
            (None, Some(for_v4)) => for_v4,
            (None, None) => true,
        };
        if is_ipv4 && len > 0xffff {
            return Err(Errno::EMSGSIZE);
        }
        // `udp_sendmsg`; `udpv6_sendmsg` does not look.
        if is_ipv4 && flags.contains(MsgFlags::OOB) {
            return Err(Errno::EOPNOTSUPP);
        }
        let gathers_on = flags.contains(MsgFlags::MORE) || self.host(world).udp_is_corked(id);
        if let Some(for_v4) = gathers {
            // Begun for the one family, it is not gone on with for the other.
            return if is_ipv4 == for_v4 { self.append_udp(world, id, parts, gathers_on) } else { Err(Errno::EINVAL) };
        }
        let destination = match (destination, to) {
            (Some(known), _) => known,
            (None, Some(addr)) => name::read(socket, addr, Use::Send)?,
            (None, None) => peer()?,
        };
        // Port 0 is nobody's; who is connected to it was not asked then, and is not now.
        let was_told = to.is_some() || is_inet6 && is_ipv4;
        if was_told && destination.port() == 0 {
            return Err(Errno::EINVAL);
        }
        // To a group the way is looked for each time (`udp_sendmsg`, `udpv6_sendmsg`: connected is 0), and none is kept.
        let to_group = destination.ip().is_multicast();
        let mut how = How::default();
        let is_local4 = destination.is_ipv4() && socket.options.switches.contains(Switches::DONTROUTE);
        let mut is_connected = !was_told && !flags.contains(MsgFlags::DONTROUTE) && !is_local4;
        if let Some(given) = given {
            is_connected &= !given.has_rights && is_of_udp_alone(given.control)?;
            how = self.how_to_send(world, id, destination.ip(), given.control)?;
        }
        let to = match self.host(world).udp_aimed(id).filter(|_| is_connected) {
            Some((way, port)) => {
                how.route = self.host(world).udp_route(id);
                // Who begins to gather points it to his peer again.
                if gathers_on { (Way { to: destination.ip(), ..way }, destination.port()) } else { (way, port) }
            }
            None => {
                let kept = self.host(world).udp_kept_way6(id, destination.ip(), &how);
                let way = kept.map_or_else(|| self.udp_way(world, id, destination.ip(), &how), Ok)?;
                (way, destination.port())
            }
        };
        if is_connected && !to_group && how.route.is_none() {
            self.host_mut(world).udp_keeps_way(id, to.0);
        }
        let sent = world.on_host(self.host, |host, env| {
            if gathers_on { host.udp_gather(env, id, to, parts, &how) } else { host.udp_send(env, id, to, parts, &how) }
        });
        sent.map_err(IntoErrno::errno).map(|()| len)
    }
}

impl Caller<'_> {
    /// `do_append_data` of `udp_sendmsg`: data is added to what is gathered, and all of it is sent unless more is to come.
    #[cold]
    fn append_udp(&self, world: &mut World, id: SocketId, parts: &[&[u8]], gathers_on: bool) -> Result<usize, Errno> {
        world
            .on_host(self.host, |host, env| {
                host.udp_append(env, id, parts)?;
                if gathers_on { Ok(()) } else { host.udp_push(env, id) }
            })
            .map_err(IntoErrno::errno)?;
        Ok(parts.iter().map(|part| part.len()).sum())
    }
}

/// Messages of UDP's level ask nothing of IP (`udp_cmsg_send`), and none at all even less.
fn is_of_udp_alone(control: &[u8]) -> Result<bool, Errno> {
    Ok(checked(control)?.iter().all(|message| message.level == libc::IPPROTO_UDP))
}
