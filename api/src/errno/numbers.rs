//! The numbers behind the names of [`Errno`](super::Errno): this system's.
//!
//! Windows Sockets have numbers of their own, `WSAE*` of winerror.h. A name that a system lacks has a number there that no call answers:
//! Linux's and 20,000, so that the simulated world can answer it everywhere. Written without a machine of those systems; the names that
//! `libc` has there are its.

#[cfg(target_os = "linux")]
pub(super) use libc::*;

#[cfg(any(target_os = "freebsd", target_vendor = "apple"))]
pub(super) use self::bsd::*;
#[cfg(windows)]
pub(super) use self::windows::*;

#[cfg(any(target_os = "freebsd", target_vendor = "apple"))]
mod bsd {
    pub(in super::super) use libc::*;

    pub(in super::super) const ECHRNG: i32 = 20044;
    pub(in super::super) const EL2NSYNC: i32 = 20045;
    pub(in super::super) const EL3HLT: i32 = 20046;
    pub(in super::super) const EL3RST: i32 = 20047;
    pub(in super::super) const ELNRNG: i32 = 20048;
    pub(in super::super) const EUNATCH: i32 = 20049;
    pub(in super::super) const ENOCSI: i32 = 20050;
    pub(in super::super) const EL2HLT: i32 = 20051;
    pub(in super::super) const EBADE: i32 = 20052;
    pub(in super::super) const EBADR: i32 = 20053;
    pub(in super::super) const EXFULL: i32 = 20054;
    pub(in super::super) const ENOANO: i32 = 20055;
    pub(in super::super) const EBADRQC: i32 = 20056;
    pub(in super::super) const EBADSLT: i32 = 20057;
    pub(in super::super) const EBFONT: i32 = 20059;
    pub(in super::super) const ENONET: i32 = 20064;
    pub(in super::super) const ENOPKG: i32 = 20065;
    pub(in super::super) const EADV: i32 = 20068;
    pub(in super::super) const ESRMNT: i32 = 20069;
    pub(in super::super) const ECOMM: i32 = 20070;
    pub(in super::super) const EDOTDOT: i32 = 20073;
    pub(in super::super) const ENOTUNIQ: i32 = 20076;
    pub(in super::super) const EBADFD: i32 = 20077;
    pub(in super::super) const EREMCHG: i32 = 20078;
    pub(in super::super) const ELIBACC: i32 = 20079;
    pub(in super::super) const ELIBBAD: i32 = 20080;
    pub(in super::super) const ELIBSCN: i32 = 20081;
    pub(in super::super) const ELIBMAX: i32 = 20082;
    pub(in super::super) const ELIBEXEC: i32 = 20083;
    pub(in super::super) const ERESTART: i32 = 20085;
    pub(in super::super) const ESTRPIPE: i32 = 20086;
    pub(in super::super) const EUCLEAN: i32 = 20117;
    pub(in super::super) const ENOTNAM: i32 = 20118;
    pub(in super::super) const ENAVAIL: i32 = 20119;
    pub(in super::super) const EISNAM: i32 = 20120;
    pub(in super::super) const EREMOTEIO: i32 = 20121;
    pub(in super::super) const ENOMEDIUM: i32 = 20123;
    pub(in super::super) const EMEDIUMTYPE: i32 = 20124;
    pub(in super::super) const ENOKEY: i32 = 20126;
    pub(in super::super) const EKEYEXPIRED: i32 = 20127;
    pub(in super::super) const EKEYREVOKED: i32 = 20128;
    pub(in super::super) const EKEYREJECTED: i32 = 20129;
    pub(in super::super) const ERFKILL: i32 = 20132;
    pub(in super::super) const EHWPOISON: i32 = 20133;
    #[cfg(target_os = "freebsd")]
    pub(in super::super) const ENOSTR: i32 = 20060;
    #[cfg(target_os = "freebsd")]
    pub(in super::super) const ENODATA: i32 = 20061;
    #[cfg(target_os = "freebsd")]
    pub(in super::super) const ETIME: i32 = 20062;
    #[cfg(target_os = "freebsd")]
    pub(in super::super) const ENOSR: i32 = 20063;
}

#[cfg(windows)]
mod windows {
    pub(in super::super) use libc::*;

    pub(in super::super) const EINTR: i32 = 10004;
    pub(in super::super) const EBADF: i32 = 10009;
    pub(in super::super) const EACCES: i32 = 10013;
    pub(in super::super) const EFAULT: i32 = 10014;
    pub(in super::super) const EINVAL: i32 = 10022;
    pub(in super::super) const EMFILE: i32 = 10024;
    pub(in super::super) const EAGAIN: i32 = 10035;
    pub(in super::super) const EINPROGRESS: i32 = 10036;
    pub(in super::super) const EALREADY: i32 = 10037;
    pub(in super::super) const ENOTSOCK: i32 = 10038;
    pub(in super::super) const EDESTADDRREQ: i32 = 10039;
    pub(in super::super) const EMSGSIZE: i32 = 10040;
    pub(in super::super) const EPROTOTYPE: i32 = 10041;
    pub(in super::super) const ENOPROTOOPT: i32 = 10042;
    pub(in super::super) const EPROTONOSUPPORT: i32 = 10043;
    pub(in super::super) const ESOCKTNOSUPPORT: i32 = 10044;
    pub(in super::super) const EOPNOTSUPP: i32 = 10045;
    pub(in super::super) const EPFNOSUPPORT: i32 = 10046;
    pub(in super::super) const EAFNOSUPPORT: i32 = 10047;
    pub(in super::super) const EADDRINUSE: i32 = 10048;
    pub(in super::super) const EADDRNOTAVAIL: i32 = 10049;
    pub(in super::super) const ENETDOWN: i32 = 10050;
    pub(in super::super) const ENETUNREACH: i32 = 10051;
    pub(in super::super) const ENETRESET: i32 = 10052;
    pub(in super::super) const ECONNABORTED: i32 = 10053;
    pub(in super::super) const ECONNRESET: i32 = 10054;
    pub(in super::super) const ENOBUFS: i32 = 10055;
    pub(in super::super) const EISCONN: i32 = 10056;
    pub(in super::super) const ENOTCONN: i32 = 10057;
    pub(in super::super) const ESHUTDOWN: i32 = 10058;
    pub(in super::super) const ETOOMANYREFS: i32 = 10059;
    pub(in super::super) const ETIMEDOUT: i32 = 10060;
    pub(in super::super) const ECONNREFUSED: i32 = 10061;
    pub(in super::super) const ELOOP: i32 = 10062;
    pub(in super::super) const ENAMETOOLONG: i32 = 10063;
    pub(in super::super) const EHOSTDOWN: i32 = 10064;
    pub(in super::super) const EHOSTUNREACH: i32 = 10065;
    pub(in super::super) const ENOTEMPTY: i32 = 10066;
    pub(in super::super) const EUSERS: i32 = 10068;
    pub(in super::super) const EDQUOT: i32 = 10069;
    pub(in super::super) const ESTALE: i32 = 10070;
    pub(in super::super) const EREMOTE: i32 = 10071;

    pub(in super::super) const ENOTBLK: i32 = 20015;
    pub(in super::super) const ECHRNG: i32 = 20044;
    pub(in super::super) const EL2NSYNC: i32 = 20045;
    pub(in super::super) const EL3HLT: i32 = 20046;
    pub(in super::super) const EL3RST: i32 = 20047;
    pub(in super::super) const ELNRNG: i32 = 20048;
    pub(in super::super) const EUNATCH: i32 = 20049;
    pub(in super::super) const ENOCSI: i32 = 20050;
    pub(in super::super) const EL2HLT: i32 = 20051;
    pub(in super::super) const EBADE: i32 = 20052;
    pub(in super::super) const EBADR: i32 = 20053;
    pub(in super::super) const EXFULL: i32 = 20054;
    pub(in super::super) const ENOANO: i32 = 20055;
    pub(in super::super) const EBADRQC: i32 = 20056;
    pub(in super::super) const EBADSLT: i32 = 20057;
    pub(in super::super) const EBFONT: i32 = 20059;
    pub(in super::super) const ENONET: i32 = 20064;
    pub(in super::super) const ENOPKG: i32 = 20065;
    pub(in super::super) const EADV: i32 = 20068;
    pub(in super::super) const ESRMNT: i32 = 20069;
    pub(in super::super) const ECOMM: i32 = 20070;
    pub(in super::super) const EMULTIHOP: i32 = 20072;
    pub(in super::super) const EDOTDOT: i32 = 20073;
    pub(in super::super) const ENOTUNIQ: i32 = 20076;
    pub(in super::super) const EBADFD: i32 = 20077;
    pub(in super::super) const EREMCHG: i32 = 20078;
    pub(in super::super) const ELIBACC: i32 = 20079;
    pub(in super::super) const ELIBBAD: i32 = 20080;
    pub(in super::super) const ELIBSCN: i32 = 20081;
    pub(in super::super) const ELIBMAX: i32 = 20082;
    pub(in super::super) const ELIBEXEC: i32 = 20083;
    pub(in super::super) const ERESTART: i32 = 20085;
    pub(in super::super) const ESTRPIPE: i32 = 20086;
    pub(in super::super) const EUCLEAN: i32 = 20117;
    pub(in super::super) const ENOTNAM: i32 = 20118;
    pub(in super::super) const ENAVAIL: i32 = 20119;
    pub(in super::super) const EISNAM: i32 = 20120;
    pub(in super::super) const EREMOTEIO: i32 = 20121;
    pub(in super::super) const ENOMEDIUM: i32 = 20123;
    pub(in super::super) const EMEDIUMTYPE: i32 = 20124;
    pub(in super::super) const ENOKEY: i32 = 20126;
    pub(in super::super) const EKEYEXPIRED: i32 = 20127;
    pub(in super::super) const EKEYREVOKED: i32 = 20128;
    pub(in super::super) const EKEYREJECTED: i32 = 20129;
    pub(in super::super) const ERFKILL: i32 = 20132;
    pub(in super::super) const EHWPOISON: i32 = 20133;
}
