//! [`Need`]: what a case of another family needs, which not every kernel has and not every world yet.
//!
//! A machine that lacks it skips the case with the reason. In the virtual machine of `conformance/vm`, which has every family, lacking
//! it is a failure. In a simulated world that has no such socket yet the case is [`Absent`](crate::Verdict::Absent), with the errno that
//! `socket(2)` answers there: it is told apart from a difference, and counted.

use std::{fmt, sync::LazyLock};

use wavetank_api::{Errno, Family, Host, Protocol, SockType, Socket, VsockAddr};

use crate::check::Stop;

/// A socket that must be there, and interfaces of a machine of its own.
///
/// ```ignore
/// const CAN_RAW: Need = Need::socket(Family::CAN, SockType::RAW, Protocol::from_raw(c::CAN_RAW)).with_links(&[("vcan0", "vcan")]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Need {
    /// The socket's family.
    pub family: Family,
    /// The socket's type.
    pub kind: SockType,
    /// The socket's protocol.
    pub protocol: Protocol,
    /// The interfaces that an [`apart`](crate) case has on its machine: name and kind, as in `ip link add vcan0 type vcan`. They are up.
    pub links: &'static [(&'static str, &'static str)],
    /// The machine, by its number of VSOCK, that it can be bound to.
    cid: Option<u32>,
    /// The Linux in which it is no more.
    gone_in: Option<Kernel>,
}

/// A version of Linux: 6.18 is `(6, 18)`.
pub type Kernel = (u32, u32);

impl Need {
    /// Such a socket.
    #[must_use]
    pub const fn socket(family: Family, kind: SockType, protocol: Protocol) -> Self {
        Self { family, kind, protocol, links: &[], cid: None, gone_in: None }
    }

    /// These interfaces, too: for cases that run `apart`.
    #[must_use]
    pub const fn with_links(self, links: &'static [(&'static str, &'static str)]) -> Self {
        Self { links, ..self }
    }

    /// A VSOCK socket that can be bound to this machine's number: a guest has the family, and perhaps not its own loopback.
    #[must_use]
    pub const fn with_cid(self, cid: u32) -> Self {
        Self { cid: Some(cid), ..self }
    }

    /// Linux has removed it: on that version and later ones the case is skipped, wherever it runs.
    #[must_use]
    pub const fn gone_in(self, kernel: Kernel) -> Self {
        Self { gone_in: Some(kernel), ..self }
    }

    /// Tries `socket(2)`, and `bind(2)` if there is a number to bind to.
    pub(crate) fn probe<H: Host>(&self, host: &H) -> Result<(), Errno> {
        let socket = Socket::with_protocol(host, self.family, self.kind, self.protocol);
        let bound = socket.and_then(|socket| match self.cid {
            Some(cid) => socket.bind(&VsockAddr::new(cid, VsockAddr::PORT_ANY).into()),
            None => Ok(()),
        });
        bound.map_err(|error| error.errno().unwrap_or(Errno::EINVAL))
    }

    /// Why that kernel cannot have it, if it cannot.
    pub(crate) fn removed_from(&self, kernel: Kernel) -> Option<Stop> {
        let (major, minor) = self.gone_in?;
        let is_gone = kernel >= (major, minor);
        is_gone.then(|| Stop::Skipped(format!("{self} was removed from Linux in {major}.{minor}")))
    }
}

/// As the call would be written.
impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "socket({}, {}, ", self.family, self.kind)?;
        match self.family {
            Family::INET | Family::INET6 => write!(f, "{})", self.protocol),
            // The numbers of other families are no `IPPROTO_*`.
            _ => write!(f, "{})", self.protocol.raw()),
        }?;
        self.cid.map_or(Ok(()), |cid| write!(f, " bound to machine {cid}"))
    }
}

/// What a world does not have, and what it answers who asks for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Absence {
    /// The socket, or whatever else it is.
    pub what: String,
    /// The errno of the call that asks for it; none if there is no such call.
    pub errno: Option<Errno>,
}

impl Absence {
    /// What is asked for by a call, which answers that.
    pub fn answering(what: &str, errno: Errno) -> Self {
        Self { what: what.to_owned(), errno: Some(errno) }
    }

    /// What cannot even be asked for.
    pub fn of(what: &str) -> Self {
        Self { what: what.to_owned(), errno: None }
    }
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(errno) = self.errno else { return f.write_str(&self.what) };
        write!(f, "{} answers {}", self.what, errno.name().unwrap_or("an errno without a name"))
    }
}

/// Whether this is the virtual machine of `conformance/vm`: the environment has `WAVETANK_IN_VM=1`.
pub fn is_in_vm() -> bool {
    std::env::var_os("WAVETANK_IN_VM").is_some_and(|value| value == "1")
}

/// The Linux that the suite was recorded on.
pub(crate) const RECORDED_ON: Kernel = (6, 18);

/// The Linux this program runs on; 0.0 if it is another system.
pub(crate) static KERNEL: LazyLock<Kernel> = LazyLock::new(|| {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut numbers = release.split(['.', '-']).map_while(|part| part.parse().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
});

/// What the real world says of a case that asks for what it has not.
pub(crate) fn real_lacks(what: &str, errno: Errno) -> Stop {
    let text = format!("this kernel has not: {}", Absence::answering(what, errno));
    if is_in_vm() { Stop::Failed(text) } else { Stop::Skipped(text) }
}
