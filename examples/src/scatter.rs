//! One message into several buffers: the socket documentation's example of `recvmsg_into`.

use std::io::IoSliceMut;

use wavetank::{Host, MsgFlags, Result, socketpair};

/// The three buffers, and how many bytes came.
pub fn mary<H: Host>(host: &H) -> Result<(usize, [Vec<u8>; 3])> {
    let (s1, s2) = socketpair(host)?;
    let mut b1 = b"----".to_vec();
    let mut b2 = b"0123456789".to_vec();
    let mut b3 = b"--------------".to_vec();
    s1.send(b"Mary had a little lamb")?;
    let bufs = &mut [IoSliceMut::new(&mut b1), IoSliceMut::new(&mut b2[2..9]), IoSliceMut::new(&mut b3)];
    let (count, ancillary) = s2.recvmsg_into(bufs, 0, MsgFlags::empty())?;
    assert!(ancillary.messages().next().is_none() && ancillary.flags.is_empty());
    Ok((count, [b1, b2, b3]))
}
