//! What a call is called in C.

use wavetank_api::option::option_name;

use super::Call;

impl Call {
    /// The name of the system call.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Socket { .. } => "socket",
            Self::Socketpair { .. } => "socketpair",
            Self::Bind { .. } => "bind",
            Self::Listen { .. } => "listen",
            Self::Connect { .. } => "connect",
            Self::Accept { .. } => "accept4",
            Self::Send { to: None, control, carry: None, .. } if control.is_empty() => "send",
            Self::Send { .. } => "sendmsg",
            Self::Recv { from: false, control: 0, into: None, .. } => "recv",
            Self::Recv { .. } => "recvmsg",
            Self::Shutdown { .. } => "shutdown",
            Self::Close { .. } => "close",
            Self::Dup { .. } => "dup",
            Self::Getsockname { .. } => "getsockname",
            Self::Getpeername { .. } => "getpeername",
            Self::Setsockopt { .. } => "setsockopt",
            Self::Getsockopt { .. } => "getsockopt",
            Self::Ioctl { .. } => "ioctl",
            Self::SetNonblocking { .. } => "fcntl",
            Self::Poll { .. } => "poll",
            Self::Wait { .. } => "nanosleep",
        }
    }

    /// The name with what tells one such call from another: the option, the request.
    pub fn title(&self) -> String {
        match self {
            Self::Setsockopt { level, name, .. } | Self::Getsockopt { level, name, .. } => {
                match option_name(*level, *name) {
                    Some(option) => format!("{} {option}", self.name()),
                    None => format!("{} {level}:{name}", self.name()),
                }
            }
            Self::Ioctl { request, .. } => format!("ioctl {request:#x}"),
            _ => self.name().to_owned(),
        }
    }
}
