//! IP_PKTOPTIONS and IPV6_2292PKTOPTIONS: control messages as the answer of getsockopt(2), of a stream, which has no datagrams they could
//! come with.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wavetank_api::{
    Errno,
    control::{self, ControlType},
    option::{Pkt6Info, PktInfo},
};

use super::{Asked, Value};
use crate::{
    call::{control::Control, ip_control::put},
    host::{Body, Switches, ipv4_of},
    proto::tcp::Connection,
};

/// `do_ip_getsockopt`
pub(super) fn v4(asked: &Asked<'_>) -> Result<Value, Errno> {
    let mut out = messages(asked)?;
    let (ttl, index) = asked.multicast();
    if asked.is_on(Switches::PKTINFO) {
        let addr = asked.socket().local.map_or(Ipv4Addr::UNSPECIFIED, |local| ipv4_of(local.ip()));
        let info = PktInfo { ifindex: index.cast_unsigned(), spec_dst: addr, addr };
        put(&mut out, control::IP_PKTINFO, &info);
    }
    if asked.is_on(Switches::RECVTTL) {
        put(&mut out, control::IP_TTL, &ttl);
    }
    if asked.is_on(Switches::RECVTOS) {
        // An `int`, as nowhere else.
        put(&mut out, ControlType::<i32>::new(libc::IPPROTO_IP, libc::IP_TOS), &0);
    }
    Ok(Value::Bytes(out.into_bytes()))
}

/// `ipv6_get_pktoptions`, in the order of its lines: what was asked for by RFC 3542, and each then as RFC 2292 has it.
pub(super) fn v6(asked: &Asked<'_>) -> Result<Value, Errno> {
    let mut out = messages(asked)?;
    let (hops, index) = asked.v6_multicast();
    let number = |name: i32| ControlType::<i32>::new(libc::IPPROTO_IPV6, name);
    let socket = asked.socket();
    // `sk_v6_daddr`, which outlives the connection, and a bind after that.
    let left = || socket.connection().map(Connection::remote_ip).or(socket.rest().path.map(|path| path.remote));
    // An accepted connection tells of the SYN, as of a datagram, until something else has come: to which address it came, and no flow.
    let kept = socket.rest().syn_was_for.map(IpAddr::from);
    let of_syn = kept.is_some() || socket.connection().is_some_and(Connection::tells_of_syn);
    let told = kept.or(if of_syn { socket.local } else { socket.remote }.map(|addr| addr.ip()));
    let info = Pkt6Info {
        addr: match told.or_else(left) {
            Some(IpAddr::V6(addr)) if index != 0 => addr,
            Some(IpAddr::V4(addr)) if index != 0 => addr.to_ipv6_mapped(),
            _ => Ipv6Addr::UNSPECIFIED,
        },
        ifindex: match index {
            0 => asked.rare().device.cast_unsigned(),
            index => index.cast_unsigned(),
        },
    };
    if asked.is_on(Switches::V6_RECVPKTINFO) {
        put(&mut out, control::IPV6_PKTINFO, &info);
    }
    if asked.is_on(Switches::V6_RECVHOPLIMIT) {
        put(&mut out, control::IPV6_HOPLIMIT, &hops);
    }
    if asked.is_on(Switches::V6_RECVTCLASS) {
        put(&mut out, control::IPV6_TCLASS, &0);
    }
    if asked.is_on(Switches::V6_2292PKTINFO) {
        put(&mut out, ControlType::<Pkt6Info>::new(libc::IPPROTO_IPV6, libc::IPV6_2292PKTINFO), &info);
    }
    if asked.is_on(Switches::V6_2292HOPLIMIT) {
        put(&mut out, number(libc::IPV6_2292HOPLIMIT), &hops);
    }
    if asked.is_on(Switches::V6_FLOWINFO) && !of_syn {
        put(&mut out, number(libc::IPV6_FLOWINFO), &0);
    }
    Ok(Value::Bytes(out.into_bytes()))
}

fn messages(asked: &Asked<'_>) -> Result<Control, Errno> {
    match asked.socket().body {
        Body::Tcp(_) => Ok(Control::new(asked.room)),
        _ => Err(Errno::ENOPROTOOPT),
    }
}
