//! setsockopt(2) with a null pointer and a length.

use wavetank_api::{Errno, Result};

use super::{Asked, Given, get, option_text, set};
use crate::{
    call::{Caller, Told},
    host::{Body, Family},
};

/// What a null pointer points to, for who does not look.
const ZERO: [u8; 4] = [0; 4];

impl Caller<'_> {
    pub(crate) fn setsockopt_null(&self, fd: i32, level: i32, name: i32, len: u32) -> Result<()> {
        let told = Told {
            call: "setsockopt",
            numbers: [fd as u64 | (level as u64) << 32, name as u64, u64::from(len)],
            text: || format!("setsockopt({fd}, {}, NULL, {len})", option_text(level, name)),
        };
        self.call(told, |world| {
            let id = self.socket(world, fd)?;
            let now = world.now;
            world.on_host(self.host, |host, env| {
                let socket = &host.sockets[id];
                let (family, is_tcp) = (socket.family, matches!(socket.body, Body::Tcp(_)));
                match level {
                    // No device at all: whatever the pointer (`sock_setbindtodevice`).
                    libc::SOL_SOCKET if (name, len) == (libc::SO_BINDTODEVICE, 0) => {
                        set(&mut Given { host, env, id, name, value: &[0] }, level)
                    }
                    libc::SOL_SOCKET => Err(unread(len, if name == libc::SO_BINDTODEVICE { 1 } else { 4 })),
                    libc::IPPROTO_TCP if is_tcp => Err(unread(len, if name == libc::TCP_CONGESTION { 1 } else { 4 })),
                    // `do_ip_setsockopt` looks first whether it knows the option.
                    libc::IPPROTO_IP if family != Family::Unix => {
                        match get(
                            &mut Asked { host, machine: 0, id, now, name, room: ZERO.len(), buffer: &ZERO },
                            level,
                        ) {
                            Err(Errno::ENOPROTOOPT) => Err(Errno::ENOPROTOOPT),
                            _ => Err(unread(len, 1)),
                        }
                    }
                    // `do_ipv6_setsockopt`: without a pointer the value is 0. The other levels say what they say to any value.
                    _ => set(&mut Given { host, env, id, name, value: &ZERO[..ZERO.len().min(len as usize)] }, level),
                }
            })
        })
    }
}

/// Too short is seen before the pointer is (`sk_setsockopt`, `do_tcp_setsockopt`).
fn unread(len: u32, needed: u32) -> Errno {
    if len < needed { Errno::EINVAL } else { Errno::EFAULT }
}
