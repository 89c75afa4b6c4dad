//! A [`Buffer`] of a queue, with what lies beside its bytes: descriptors (`SCM_RIGHTS`) and credentials (`SCM_CREDENTIALS`).
//! `struct sk_buff` with `struct unix_skb_parms`.

use crate::{
    base::SocketId,
    proto::skb::{SHARED_INFO, SK_BUFF},
};

/// Who sent something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Credentials {
    pub(crate) pid: i32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Credentials {
    /// What is told of bytes whose sender was not noted: no process, and the overflow user of include/linux/highuid.h.
    pub(crate) const UNKNOWN: Self = Self { pid: 0, uid: 65_534, gid: 65_534 };
}

/// What a sender lays beside its bytes.
#[derive(Default, Debug)]
pub(crate) struct Beside {
    /// Open sockets. Each is one more descriptor of it, as long as it is in flight; who takes it out of the queue takes that over.
    pub(crate) rights: Vec<SocketId>,
    pub(crate) who: Option<Credentials>,
}

/// What was sent at once; of a stream as much as one buffer holds.
#[derive(Debug)]
pub(crate) struct Buffer {
    pub(crate) data: Vec<u8>,
    /// So many bytes of it were read.
    pub(crate) consumed: usize,
    pub(crate) rights: Vec<SocketId>,
    pub(crate) who: Credentials,
    /// Whose it is: it is charged to that socket's `SO_SNDBUF` until it is read.
    pub(crate) sender: SocketId,
    pub(crate) charge: usize,
    /// The byte of MSG_OOB.
    pub(crate) is_urgent: bool,
    /// It is empty, and was looked at (`skb->peeked`).
    pub(crate) was_seen: bool,
}

impl Buffer {
    /// A buffer whose bytes are divided as [`stream_split`] or [`whole_split`] say.
    pub(crate) fn new(sender: SocketId, data: Vec<u8>, split: (usize, usize), beside: &mut Beside) -> Self {
        let (who, rights) = (beside.who.unwrap_or(Credentials::UNKNOWN), std::mem::take(&mut beside.rights));
        Self { charge: truesize(split), data, consumed: 0, rights, who, sender, is_urgent: false, was_seen: false }
    }

    /// `unix_skb_len`: what is left of it.
    pub(crate) fn len(&self) -> usize {
        self.data.len() - self.consumed
    }
}

const PAGE: usize = 4096;
/// `SKB_MAX_HEAD(0)` and `SKB_MAX_ALLOC`: what fits beside [`SHARED_INFO`] into one page, and into four.
const HEAD_MAX: usize = PAGE - SHARED_INFO;
const ALLOC_MAX: usize = 4 * PAGE - SHARED_INFO;
/// `UNIX_SKB_FRAGS_SZ`, and MAX_SKB_FRAGS pages.
const FRAGS: usize = 32_768;
const FRAGS_MAX: usize = 17 * PAGE;

/// How many bytes of a stream the next buffer takes: two of them fit into `SO_SNDBUF` (`unix_stream_sendmsg`).
pub(crate) fn stream_chunk(left: usize, sndbuf: usize) -> usize {
    left.min((sndbuf / 2).saturating_sub(64)).min(HEAD_MAX + FRAGS)
}

/// How `unix_stream_sendmsg` divides a buffer: bytes that lie in it, and bytes of pages.
pub(crate) fn stream_split(len: usize) -> (usize, usize) {
    let paged = len.saturating_sub(HEAD_MAX).next_multiple_of(PAGE).min(len);
    (len - paged, paged)
}

/// How `unix_dgram_sendmsg` divides one.
pub(crate) fn whole_split(len: usize) -> (usize, usize) {
    let paged = len.saturating_sub(ALLOC_MAX).min(FRAGS_MAX).next_multiple_of(PAGE);
    (len - paged, paged)
}

/// `skb->truesize` after `alloc_skb_with_frags`, as SIOCOUTQ shows it: memory comes in powers of two, and in pages; not from the
/// cache of small heads, which is nothing for memory that is charged to the program (GFP_KERNEL_ACCOUNT).
fn truesize((linear, paged): (usize, usize)) -> usize {
    let head = linear.max(1).next_multiple_of(64) + SHARED_INFO;
    head.next_power_of_two() + SK_BUFF + paged.next_multiple_of(PAGE)
}
