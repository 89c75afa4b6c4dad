//! `EAI_*`, `AI_*`, `NI_*`: netdb.h of glibc; musl numbers the same.

use crate::c::constants;

constants! { RESOLVER;
    // Errors of the resolver.
    /// The flags are not valid.
    EAI_BADFLAGS;
    /// The name is not known.
    EAI_NONAME;
    /// Nobody answered for now.
    EAI_AGAIN;
    /// The name server refused for good.
    EAI_FAIL;
    /// The name has no address.
    EAI_NODATA;
    /// The family is not supported.
    EAI_FAMILY;
    /// The type is not supported.
    EAI_SOCKTYPE;
    /// The service is not known for the type.
    EAI_SERVICE;
    /// The name has no address of this family.
    EAI_ADDRFAMILY = -9;
    /// No memory.
    EAI_MEMORY;
    /// An errno says more.
    EAI_SYSTEM;
    /// A buffer was too short.
    EAI_OVERFLOW;
    /// `getaddrinfo_a(3)`: the request is under way.
    EAI_INPROGRESS = -100;
    /// `getaddrinfo_a(3)`: the request is cancelled.
    EAI_CANCELED = -101;
    /// `getaddrinfo_a(3)`: the request is not cancelled.
    EAI_NOTCANCELED = -102;
    /// `getaddrinfo_a(3)`: all requests are done.
    EAI_ALLDONE = -103;
    /// `getaddrinfo_a(3)`: a signal came.
    EAI_INTR = -104;
    /// The international name has no encoding.
    EAI_IDN_ENCODE = -105;

    // Flags of `getaddrinfo(3)`.
    /// Where IPv6 is asked for and there is none, answer with mapped IPv4 addresses.
    AI_V4MAPPED;
    /// With [`AI_V4MAPPED`]: both.
    AI_ALL;
    /// Only families for which this host has an address.
    AI_ADDRCONFIG;
    /// Encode an international name.
    AI_IDN = 64;
    /// Decode the canonical name.
    AI_CANONIDN = 128;
    /// Without effect since glibc 2.28.
    AI_IDN_ALLOW_UNASSIGNED = 256;
    /// Without effect since glibc 2.28.
    AI_IDN_USE_STD3_ASCII_RULES = 512;
    /// The service is a number.
    AI_NUMERICSERV;

    // Flags of `getnameinfo(3)`.
    /// The host as a number.
    NI_NUMERICHOST;
    /// The service as a number.
    NI_NUMERICSERV;
    /// Only the first label of names in the local domain.
    NI_NOFQDN;
    /// An error if the host has no name.
    NI_NAMEREQD;
    /// The service is a datagram one.
    NI_DGRAM;
    /// Decode an international name.
    NI_IDN;
    /// Without effect since glibc 2.28.
    NI_IDN_ALLOW_UNASSIGNED = 64;
    /// Without effect since glibc 2.28.
    NI_IDN_USE_STD3_ASCII_RULES = 128;
}
