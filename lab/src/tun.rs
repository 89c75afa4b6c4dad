//! [`Tun`]: an interface whose other end is a descriptor, `Documentation/networking/tuntap.rst`.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Write as _},
    net::IpAddr,
    os::{
        fd::{AsFd, BorrowedFd},
        unix::fs::OpenOptionsExt as _,
    },
    time::Duration,
};

use crate::{
    error::{Error, Result},
    namespace, netlink, sys,
};

/// What a TUN device shall be.
#[derive(Clone, Debug)]
pub struct TunConfig {
    /// The interface's name: `tun0` unless said otherwise.
    pub name: String,
    /// The longest packet: 1500 unless said otherwise.
    pub mtu: u32,
    /// Its addresses, and how many bits of them are the network's.
    pub addresses: Vec<(IpAddr, u8)>,
}

impl Default for TunConfig {
    fn default() -> Self {
        Self { name: "tun0".to_owned(), mtu: 1500, addresses: Vec::new() }
    }
}

/// A TUN device: IP packets as they are, one a call, with no header before them. Gone when dropped.
///
/// The kernel leaves nothing to hardware here that is not there: packets come out with checksums, and cut to the MTU.
#[derive(Debug)]
pub struct Tun {
    file: File,
    name: String,
}

const CLONE_DEVICE: &str = "/dev/net/tun";

impl Tun {
    /// For a thread inside the namespace.
    pub(crate) fn open(config: &TunConfig) -> Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).custom_flags(libc::O_NONBLOCK);
        let file = options.open(CLONE_DEVICE).map_err(Error::lacking(format!("open {CLONE_DEVICE}")))?;
        sys::tun_set_iff(file.as_fd(), &config.name).map_err(Error::of(format!("TUNSETIFF {}", config.name)))?;
        namespace::quiet_ipv6(&config.name)?;
        netlink::set_mtu(&config.name, config.mtu)?;
        netlink::set_up(&config.name, true)?;
        for &(ip, prefix) in &config.addresses {
            netlink::add_address(&config.name, ip, prefix)?;
        }
        Ok(Self { file, name: config.name.clone() })
    }

    /// The interface's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The kernel receives a packet from this interface.
    ///
    /// # Errors
    ///
    /// `EINVAL` for what is not IP, `EIO` while the interface is down.
    pub fn send(&self, packet: &[u8]) -> io::Result<()> {
        (&self.file).write_all(packet)
    }

    /// Takes the next packet that the kernel sent out of this interface, cut to the buffer, and tells its length; `None` if the time
    /// is over before there is one. Without a timeout it waits for ever.
    ///
    /// # Errors
    ///
    /// `EBADFD` when the interface was deleted.
    pub fn recv(&self, buf: &mut [u8], timeout: Option<Duration>) -> io::Result<Option<usize>> {
        loop {
            match (&self.file).read(buf) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return done.map(Some),
            }
            match sys::wait_readable(self.file.as_fd(), timeout) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(true) => {}
                Ok(false) => return Ok(None),
            }
        }
    }
}

impl AsFd for Tun {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}
