//! [`AiFlags`] and [`NameFlags`]: the flags of `getaddrinfo(3)` and `getnameinfo(3)`.

use super::flag_set;
use crate::c;

flag_set! {
    /// The flags of `getaddrinfo(3)`: `AI_*`. Python's `AddressInfo`.
    AiFlags(i32), "AI_" {
        /// The address is for `bind(2)`: without a host, the wildcard rather than loopback.
        PASSIVE = c::AI_PASSIVE;
        /// Return the canonical name with the first answer.
        CANONNAME = c::AI_CANONNAME;
        /// The host is an address in text: ask no name server.
        NUMERICHOST = c::AI_NUMERICHOST;
        /// Where IPv6 is asked for and there is none, answer with mapped IPv4 addresses.
        V4MAPPED = c::AI_V4MAPPED;
        /// With `V4MAPPED`: both the IPv6 and the mapped IPv4 addresses.
        ALL = c::AI_ALL;
        /// Only families for which this host has an address.
        ADDRCONFIG = c::AI_ADDRCONFIG;
        /// The service is a number: look up no service name.
        NUMERICSERV = c::AI_NUMERICSERV;
        /// Encode an international name. glibc.
        #[cfg(target_os = "linux")]
        IDN = c::AI_IDN;
        /// Decode the canonical name. glibc.
        #[cfg(target_os = "linux")]
        CANONIDN = c::AI_CANONIDN;
        /// Without effect since glibc 2.28.
        #[cfg(target_os = "linux")]
        IDN_ALLOW_UNASSIGNED = c::AI_IDN_ALLOW_UNASSIGNED;
        /// Without effect since glibc 2.28.
        #[cfg(target_os = "linux")]
        IDN_USE_STD3_ASCII_RULES = c::AI_IDN_USE_STD3_ASCII_RULES;
    }
}

flag_set! {
    /// The flags of `getnameinfo(3)`: `NI_*`.
    NameFlags(i32), "NI_" {
        /// The host as a number.
        NUMERICHOST = c::NI_NUMERICHOST;
        /// The service as a number.
        NUMERICSERV = c::NI_NUMERICSERV;
        /// Only the first label of names in the local domain.
        NOFQDN = c::NI_NOFQDN;
        /// An error if the host has no name.
        NAMEREQD = c::NI_NAMEREQD;
        /// The service is a datagram one.
        DGRAM = c::NI_DGRAM;
        /// Decode an international name. glibc.
        #[cfg(target_os = "linux")]
        IDN = c::NI_IDN;
        /// Without effect since glibc 2.28.
        #[cfg(target_os = "linux")]
        IDN_ALLOW_UNASSIGNED = c::NI_IDN_ALLOW_UNASSIGNED;
        /// Without effect since glibc 2.28.
        #[cfg(target_os = "linux")]
        IDN_USE_STD3_ASCII_RULES = c::NI_IDN_USE_STD3_ASCII_RULES;
        /// The scope as a number.
        #[cfg(any(target_os = "freebsd", target_vendor = "apple"))]
        NUMERICSCOPE = c::NI_NUMERICSCOPE;
    }
}
