//! The names of C that scripts may use for numbers.

macro_rules! names {
    ($($name:ident)*) => { &[$((stringify!($name), libc::$name as i64)),*] };
}

const FROM_LIBC: &[(&str, i64)] = names! {
    AF_INET AF_INET6 SOCK_STREAM SOCK_NONBLOCK SOCK_CLOEXEC IPPROTO_IP IPPROTO_IPV6 IPPROTO_TCP
    SHUT_RD SHUT_WR SHUT_RDWR
    F_GETFL F_SETFL O_RDWR O_NONBLOCK
    MSG_OOB MSG_PEEK MSG_DONTWAIT MSG_WAITALL MSG_MORE MSG_NOSIGNAL MSG_TRUNC MSG_FASTOPEN MSG_EOR MSG_ERRQUEUE
    MSG_ZEROCOPY MSG_DONTROUTE MSG_CONFIRM MSG_CTRUNC
    POLLIN POLLPRI POLLOUT POLLERR POLLHUP POLLNVAL POLLRDHUP POLLRDNORM POLLRDBAND POLLWRNORM POLLWRBAND
    SOL_SOCKET SOL_IP SOL_TCP SOL_IPV6
    SO_REUSEADDR SO_REUSEPORT SO_ERROR SO_KEEPALIVE SO_OOBINLINE SO_LINGER SO_RCVBUF SO_SNDBUF SO_RCVBUFFORCE SO_SNDBUFFORCE
    SO_RCVLOWAT SO_SNDLOWAT SO_RCVTIMEO SO_SNDTIMEO SO_TYPE SO_DOMAIN SO_PROTOCOL SO_ACCEPTCONN SO_PEEK_OFF SO_MARK SO_PRIORITY
    SO_INCOMING_CPU SO_TIMESTAMP SO_MAX_PACING_RATE SO_DONTROUTE SO_BROADCAST
    TCP_NODELAY TCP_MAXSEG TCP_CORK TCP_KEEPIDLE TCP_KEEPINTVL TCP_KEEPCNT TCP_SYNCNT TCP_LINGER2 TCP_DEFER_ACCEPT
    TCP_WINDOW_CLAMP TCP_INFO TCP_QUICKACK TCP_CONGESTION TCP_THIN_LINEAR_TIMEOUTS TCP_USER_TIMEOUT TCP_FASTOPEN
    TCP_TIMESTAMP TCP_NOTSENT_LOWAT TCP_SAVE_SYN TCP_SAVED_SYN TCP_FASTOPEN_CONNECT TCP_FASTOPEN_KEY
    TCP_FASTOPEN_NO_COOKIE TCP_INQ TCP_REPAIR
    IP_TOS IP_TTL IP_MTU_DISCOVER IP_MTU IP_RECVERR IP_PMTUDISC_DO IP_PMTUDISC_DONT IP_PMTUDISC_WANT IP_PMTUDISC_PROBE
    IPV6_V6ONLY IPV6_UNICAST_HOPS IPV6_TCLASS IPV6_MTU_DISCOVER IPV6_MTU
    FIONREAD TIOCOUTQ
};

/// What `libc` does not have: `linux/sockios.h`, and the states of `net/tcp_states.h` and `linux/tcp.h`.
const BY_HAND: &[(&str, i64)] = &[
    ("SIOCINQ", 0x541b),
    ("SIOCOUTQ", 0x5411),
    ("SIOCOUTQNSD", 0x894b),
    ("SIOCATMARK", 0x8905),
    ("ESTABLISHED", 1),
    ("SYN_SENT", 2),
    ("SYN_RECV", 3),
    ("FIN_WAIT1", 4),
    ("FIN_WAIT2", 5),
    ("TIME_WAIT", 6),
    ("CLOSE", 7),
    ("CLOSE_WAIT", 8),
    ("LAST_ACK", 9),
    ("LISTEN", 10),
    ("CLOSING", 11),
    ("CA_OPEN", 0),
    ("CA_DISORDER", 1),
    ("CA_CWR", 2),
    ("CA_RECOVERY", 3),
    ("CA_LOSS", 4),
    ("TCPI_OPT_TIMESTAMPS", 1),
    ("TCPI_OPT_SACK", 2),
    ("TCPI_OPT_WSCALE", 4),
    ("TCPI_OPT_ECN", 8),
    ("TCPI_OPT_ECN_SEEN", 16),
    ("TCPI_OPT_SYN_DATA", 32),
];

/// The number behind a name.
pub(crate) fn value(name: &str) -> Option<i64> {
    let named = FROM_LIBC.iter().chain(BY_HAND).find(|(known, _)| *known == name);
    named.map(|(_, value)| *value).or_else(|| errno(name).map(|errno| errno.raw().into()))
}

/// The error of that name.
pub(crate) fn errno(name: &str) -> Option<wavetank_api::Errno> {
    if name == "EWOULDBLOCK" {
        return Some(wavetank_api::Errno::EAGAIN);
    }
    wavetank_api::Errno::ALL.iter().copied().find(|errno| errno.name() == Some(name))
}
