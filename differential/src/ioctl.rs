//! The requests of `ioctl(2)` that programs make, by their names in `sys/ioctl.h` and `linux/sockios.h`.

/// Bytes that can be read; SIOCINQ is the same.
pub(crate) const FIONREAD: u32 = 0x541b;
pub(crate) const FIONBIO: u32 = 0x5421;
/// What is not acknowledged, or, of a UNIX socket, what it has sent that nobody has read; a FIN counts as one.
pub(crate) const SIOCOUTQ: u32 = 0x5411;
/// What is not sent.
pub(crate) const SIOCOUTQNSD: u32 = 0x894b;
/// Whether what is urgent comes next.
pub(crate) const SIOCATMARK: u32 = 0x8905;
