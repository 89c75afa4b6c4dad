//! Options on the operating system: typed, raw, and refused.

use std::time::Duration;

use wavetank_api::option::*;
use wavetank_api::{Errno, Family, Protocol, SockType, Socket};

use crate::{connected, listening, this};

#[test]
fn what_a_socket_is() {
    let (listener, _) = listening(1);
    assert_eq!(listener.getsockopt(SO_DOMAIN).unwrap(), Family::INET);
    assert_eq!(listener.getsockopt(SO_TYPE).unwrap(), SockType::STREAM);
    assert_eq!(listener.getsockopt(SO_PROTOCOL).unwrap(), Protocol::TCP);
    assert!(listener.getsockopt(SO_ACCEPTCONN).unwrap());
    assert_eq!(
        format!("{listener:?}"),
        format!("Socket {{ fd: {}, family: AF_INET, kind: SOCK_STREAM, protocol: IPPROTO_IP }}", listener.fileno())
    );
}

#[test]
fn what_is_set_is_read_back() {
    let (socket, _peer) = connected();
    macro_rules! read_back {
        ($($option:expr, $value:expr;)*) => {
            $(
                socket.setsockopt($option, $value).unwrap();
                assert_eq!(socket.getsockopt($option).unwrap(), $value, "{}", $option);
            )*
        };
    }
    read_back! {
        SO_REUSEADDR, true;
        SO_KEEPALIVE, true;
        SO_OOBINLINE, true;
        SO_LINGER, Some(Duration::from_secs(2));
        SO_LINGER, Some(Duration::ZERO);
        SO_LINGER, None;
        SO_RCVTIMEO, Some(Duration::from_secs(2));
        SO_RCVTIMEO, None;
        SO_RCVLOWAT, 100;
        TCP_NODELAY, true;
        TCP_KEEPIDLE, Duration::from_secs(9);
        TCP_KEEPINTVL, Duration::from_secs(8);
        TCP_KEEPCNT, 7;
        TCP_USER_TIMEOUT, Duration::from_millis(1_234);
        TCP_CONGESTION, "reno".to_owned();
        IP_TTL, 42;
        IP_TOS, 0x10;
    }
}

#[test]
fn linux_doubles_the_buffers() {
    let (socket, _peer) = connected();
    socket.setsockopt(SO_SNDBUF, 10_000).unwrap();
    assert_eq!(socket.getsockopt(SO_SNDBUF).unwrap(), 20_000);
}

#[test]
fn the_raw_form_takes_anything() {
    let (socket, _peer) = connected();
    let (level, name) = (SO_KEEPALIVE.level(), SO_KEEPALIVE.name());
    socket.setsockopt_raw(level, name, &1_i32.to_ne_bytes()).unwrap();
    let mut value = [0; 8];
    assert_eq!(socket.getsockopt_raw(level, name, &mut value).unwrap(), 4);
    assert_eq!(value[..4], 1_i32.to_ne_bytes());
    assert_eq!(socket.setsockopt_raw(level, name, &[1]).unwrap_err(), Errno::EINVAL);
    assert_eq!(
        socket.setsockopt_raw(level, 9_999, &[0; 4]).unwrap_err().to_string(),
        "setsockopt: ENOPROTOOPT (Protocol not available)"
    );
    assert_eq!(socket.getsockopt_raw(9_999, 1, &mut value).unwrap_err(), Errno::EOPNOTSUPP);
    assert_eq!(socket.setsockopt(SO_ERROR, None).unwrap_err(), Errno::ENOPROTOOPT);
}

#[test]
fn options_through_which_the_kernel_would_write_to_an_address_are_refused() {
    let (socket, _peer) = connected();
    const TCP_ZEROCOPY_RECEIVE: i32 = 35;
    assert_eq!(socket.getsockopt_raw(6, TCP_ZEROCOPY_RECEIVE, &mut [0; 64]).unwrap_err(), Errno::ENOPROTOOPT);
    for (level, name) in [(0, 64), (0, 96), (0, 128), (41, 64)] {
        assert_eq!(socket.setsockopt_raw(level, name, &[0; 128]).unwrap_err(), Errno::ENOPROTOOPT);
    }
}

#[test]
fn requests_of_ioctl() {
    let (socket, peer) = connected();
    peer.sendall(b"ahoy").unwrap();
    socket.recv_with(&mut [0; 4], wavetank_api::MsgFlags::PEEK).unwrap();
    let mut count = [0; 4];
    const FIONREAD: u64 = 0x541b;
    assert_eq!(socket.ioctl(FIONREAD, &mut count).unwrap(), 0);
    assert_eq!(i32::from_ne_bytes(count), 4);
    assert_eq!(socket.ioctl(FIONREAD, &mut [0; 3]).unwrap_err(), Errno::EFAULT);
    // SIOCGIFCONF, whose argument has an address in it.
    assert_eq!(socket.ioctl(0x8912, &mut [0; 64]).unwrap_err(), Errno::ENOTTY);
    // SIOCGIFINDEX of "lo".
    let mut ifreq = [0; 40];
    ifreq[..2].copy_from_slice(b"lo");
    socket.ioctl(0x8933, &mut ifreq).unwrap();
    assert_eq!(ifreq[16..20], 1_i32.to_ne_bytes());
}

#[test]
fn an_ipv6_socket_can_be_for_ipv6_only() {
    if !crate::has_ipv6() {
        return;
    }
    let socket = Socket::new(&this(), Family::INET6, SockType::STREAM).unwrap();
    socket.setsockopt(IPV6_V6ONLY, true).unwrap();
    assert!(socket.getsockopt(IPV6_V6ONLY).unwrap());
    socket.setsockopt(IPV6_UNICAST_HOPS, 9).unwrap();
    assert_eq!(socket.getsockopt(IPV6_UNICAST_HOPS).unwrap(), 9);
}

/// The kernel counts the room for a filter in instructions: told bytes, it wrote eight times as many.
#[test]
fn reading_a_filter_stays_within_the_buffer() {
    #[repr(C)]
    struct Program {
        len: u16,
        filter: *const libc::sock_filter,
    }
    let socket = Socket::new(&this(), Family::INET, SockType::DGRAM).unwrap();
    let accept_all = libc::sock_filter { code: 6, jt: 0, jf: 0, k: u32::MAX };
    let filter = vec![accept_all; 50];
    let program = Program { len: 50, filter: filter.as_ptr() };
    let value = [&u64::from(program.len).to_ne_bytes()[..], &(program.filter as usize).to_ne_bytes()].concat();
    socket.setsockopt(SO_ATTACH_FILTER, value).unwrap();
    for room in [1, 7, 60, 399] {
        let mut bytes = vec![0xaa; 1_000];
        let answer = socket.getsockopt_raw(SO_ATTACH_FILTER.level(), SO_ATTACH_FILTER.name(), &mut bytes[..room]);
        match room {
            1 | 7 => assert_eq!(answer.unwrap(), 0, "{room}"),
            _ => assert_eq!(answer.unwrap_err(), Errno::EINVAL, "{room}"),
        }
        assert_eq!(bytes, vec![0xaa; 1_000], "{room}");
    }
    let mut bytes = vec![0xaa; 1_000];
    assert_eq!(socket.getsockopt_raw(SO_ATTACH_FILTER.level(), SO_ATTACH_FILTER.name(), &mut bytes).unwrap(), 400);
    assert_eq!(
        (&bytes[..8], &bytes[392..400], bytes[400]),
        (&[6, 0, 0, 0, 255, 255, 255, 255][..], &[6, 0, 0, 0, 255, 255, 255, 255][..], 0xaa)
    );
}

/// What makes the kernel write to an address in the value is not passed on.
#[test]
fn options_with_an_address_are_refused() {
    let socket = Socket::new(&this(), Family::INET, SockType::DGRAM).unwrap();
    for (level, name) in [(0, 64), (0, 96), (0, 128), (41, 64), (276, 2), (276, 7), (283, 4)] {
        assert_eq!(socket.setsockopt_raw(level, name, &[0; 64]).unwrap_err(), Errno::ENOPROTOOPT, "{level} {name}");
    }
    for (level, name) in [(6, 35), (0, 129), (0, 131)] {
        assert_eq!(
            socket.getsockopt_raw(level, name, &mut [0; 200]).unwrap_err(),
            Errno::ENOPROTOOPT,
            "{level} {name}"
        );
    }
}
