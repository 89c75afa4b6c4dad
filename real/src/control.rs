//! Control messages to send: the descriptors become the first of them.

use wavetank_api::control::{ControlBuf, ControlMessages};
use wavetank_api::{Descriptor, Errno, Error, Result};

use crate::{Fd, refused, sys};

/// The most descriptors that one message may carry. include/net/scm.h; the kernel answers `EINVAL` to more.
const SCM_MAX_FD: usize = 253;

/// # Errors
///
/// `EINVAL` for too many descriptors, for numbers of descriptors among the bytes (who has only a number does not own it), and for addresses
/// that the kernel would write to.
#[cold]
pub(crate) fn encode(control: &[u8], fds: &[&Fd]) -> Result<Vec<u8>> {
    let invalid = Err(Error::new(Errno::EINVAL, "sendmsg"));
    if fds.len() > SCM_MAX_FD
        || ControlMessages::new(control).any(|message| sys::has_fds(&message) || refused::control(&message))
    {
        return invalid;
    }
    let mut rights = ControlBuf::new();
    if !fds.is_empty() {
        let numbers: Vec<_> = fds.iter().flat_map(|fd| fd.raw().to_ne_bytes()).collect();
        rights.push_raw(libc::SOL_SOCKET, libc::SCM_RIGHTS, &numbers)?;
    }
    Ok([rights.as_bytes(), control].concat())
}
