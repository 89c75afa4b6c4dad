//! Filters of `SOL_SOCKET`: refused, because none can be taken from a program's memory, and no kernel has any loaded.

use wavetank_api::Errno;

use super::Given;
use crate::host::Switches;

/// Bytes of `struct sock_fprog`.
const FILTER_PROGRAM: usize = 16;
/// BPF_MAXINSNS
const MAX_INSTRUCTIONS: u16 = 4096;

/// `copy_bpf_fprog_from_user`: EINVAL for the wrong length, and for a program of no instructions; another would be read from an address,
/// and an address means nothing here.
pub(super) fn filter_refused(given: &Given<'_, '_>) -> Errno {
    if given.socket().options.switches.contains(Switches::LOCK_FILTER) {
        return Errno::EPERM;
    }
    let is_wrong = given.value.len() != FILTER_PROGRAM || {
        let count = u16::from_ne_bytes([given.value[0], given.value[1]]);
        let nowhere = given.value[8..] == [0; 8];
        !(1..=MAX_INSTRUCTIONS).contains(&count) || nowhere
    };
    if is_wrong { Errno::EINVAL } else { Errno::EFAULT }
}

/// `sk_attach_bpf`, `sk_reuseport_attach_bpf`: there is no program, and what every process has open from the beginning is none.
pub(super) fn bpf_refused(given: &Given<'_, '_>, fd: i32) -> Errno {
    match fd {
        _ if given.value.len() != 4 => Errno::EINVAL,
        _ if given.socket().options.switches.contains(Switches::LOCK_FILTER) => Errno::EPERM,
        libc::STDIN_FILENO..=libc::STDERR_FILENO => Errno::EINVAL,
        _ => Errno::EBADF,
    }
}
