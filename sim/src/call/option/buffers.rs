//! SO_RCVBUF, SO_SNDBUF and SO_RCVLOWAT.

use super::Given;
use crate::{
    base::SocketId,
    host::{Body, Host},
};

/// `SOCK_MIN_RCVBUF` and `SOCK_MIN_SNDBUF` of include/net/sock.h: one and two of TCP_SKB_MIN_TRUESIZE.
const MIN_RCVBUF: u32 = 2304;
const MIN_SNDBUF: u32 = 4608;

/// `tcp_set_rcvlowat`: half of what the buffer is, or may become, is the most; a buffer that is tuned grows with it. Of other sockets any
/// number.
pub(super) fn set_rcvlowat(given: &mut Given<'_, '_>, value: i32) {
    let wanted = if value < 0 { i32::MAX } else { value.max(1) };
    let most = given.host.settings.tcp().rmem[2];
    let socket = given.socket_mut();
    if !matches!(socket.body, Body::Tcp(_)) {
        socket.options.rcvlowat = wanted;
        return;
    }
    let rcvbuf = socket.connection().map_or(socket.options.rcvbuf, |live| live.rcvbuf());
    let is_unconnected = socket.connection().is_none();
    let cap = if socket.options.rcvbuf_set { socket.options.rcvbuf } else { most } / 2;
    let wanted = wanted.min(cap as i32);
    let space = match socket.connection() {
        Some(live) => live.space_for(wanted as u32),
        // By what the last connection has seen (`tcp_space_from_win`).
        None => match socket.rest().scaling_ratio {
            0 => wanted as u32 * 2,
            ratio => ((wanted as u64) << 8).div_euclid(ratio.into()) as u32,
        },
    };
    let options = &mut socket.options;
    options.rcvlowat = wanted;
    if !options.rcvbuf_set && space > rcvbuf {
        options.rcvbuf = space;
        if options.window_clamp > 0 && is_unconnected {
            options.window_clamp = options.window_clamp.max(options.rcvlowat as u32);
        }
        apply_buffers(given.host, given.id);
    }
}

/// A negative number is a very large one; by force it is 0.
pub(super) fn set_rcvbuf(given: &mut Given<'_, '_>, value: i32) {
    let wanted = match given.name {
        libc::SO_RCVBUFFORCE => value.max(0) as u32,
        _ => (value as u32).min(given.host.settings.rmem_max),
    };
    let options = &mut given.socket_mut().options;
    options.rcvbuf = doubled(wanted).max(MIN_RCVBUF);
    options.rcvbuf_set = true;
    apply_buffers(given.host, given.id);
}

pub(super) fn set_sndbuf(given: &mut Given<'_, '_>, value: i32) {
    let wanted = match given.name {
        libc::SO_SNDBUFFORCE => value.max(0) as u32,
        _ => (value as u32).min(given.host.settings.wmem_max),
    };
    let options = &mut given.socket_mut().options;
    options.sndbuf = doubled(wanted).max(MIN_SNDBUF);
    options.sndbuf_set = true;
    apply_buffers(given.host, given.id);
}

/// What is asked for is data; as much again is for what it costs (`sk_setsockopt`).
fn doubled(wanted: u32) -> u32 {
    wanted.min(i32::MAX as u32 / 2) * 2
}

/// Brings new buffer sizes to the protocol.
fn apply_buffers(host: &mut Host, id: SocketId) {
    let socket = &mut host.sockets[id];
    let (rcvbuf, sndbuf) = (socket.options.rcvbuf as usize, socket.options.sndbuf as usize);
    match &mut socket.body {
        Body::Udp(udp) => udp.set_buffers(rcvbuf, sndbuf),
        Body::Unix(unix) => unix.sndbuf = sndbuf,
        // All options of a connection are handed over when the call is done.
        Body::Tcp(_) => {}
    }
}
