//! Options of UDP and UDP-Lite: `udp(7)`, `udplite(7)`, and `udp_lib_setsockopt` where the manuals are silent.

use super::{SockOpt, options};
use crate::c;

options! { UDP_NAMES;
    /// Gathers what is sent into one datagram, until it is cleared. `udp(7)`.
    IPPROTO_UDP UDP_CORK: bool;
    /// Takes packets of this kind: `UDP_ENCAP_*`. `ENOPROTOOPT` for one the kernel does not know. `udp(7)`.
    IPPROTO_UDP UDP_ENCAP: i32;
    /// Sends without a checksum over IPv6, RFC 6936.
    IPPROTO_UDP UDP_NO_CHECK6_TX: bool;
    /// Takes datagrams without a checksum over IPv6, RFC 6936.
    IPPROTO_UDP UDP_NO_CHECK6_RX: bool;
    /// Bytes of each datagram that one send is cut into: 0 to 65,535; else `EINVAL`. `udp(7)`.
    IPPROTO_UDP UDP_SEGMENT: i32;
    /// Receives several datagrams as one; a control message tells their length. `udp(7)`.
    IPPROTO_UDP UDP_GRO: bool;
    /// Bytes that the checksum of outgoing datagrams covers: 0 is all; below the header's 8 is 8, above 65,535 is that. `ENOPROTOOPT` if
    /// not UDP-Lite. `udplite(7)`.
    IPPROTO_UDPLITE UDPLITE_SEND_CSCOV: i32;
    /// Bytes that the checksum of a datagram must cover at least, else it is dropped. As [`UDPLITE_SEND_CSCOV`]. `udplite(7)`.
    IPPROTO_UDPLITE UDPLITE_RECV_CSCOV: i32;
}
