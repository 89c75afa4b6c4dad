//! The byte order of the network, `byteorder(3)`: most significant byte first.

/// `htonl(3)`: a number of 32 bits from this machine's byte order to the network's.
///
/// ```
/// use wavetank_api::htonl;
///
/// assert_eq!(htonl(0x7f00_0001).to_ne_bytes(), [127, 0, 0, 1]);
/// ```
#[must_use]
pub const fn htonl(number: u32) -> u32 {
    number.to_be()
}

/// `htons(3)`: a number of 16 bits from this machine's byte order to the network's.
///
/// ```
/// use wavetank_api::htons;
///
/// assert_eq!(htons(80).to_ne_bytes(), [0, 80]);
/// ```
#[must_use]
pub const fn htons(number: u16) -> u16 {
    number.to_be()
}

/// `ntohl(3)`: a number of 32 bits from the network's byte order to this machine's.
///
/// ```
/// use wavetank_api::ntohl;
///
/// assert_eq!(ntohl(u32::from_ne_bytes([127, 0, 0, 1])), 0x7f00_0001);
/// ```
#[must_use]
pub const fn ntohl(number: u32) -> u32 {
    u32::from_be(number)
}

/// `ntohs(3)`: a number of 16 bits from the network's byte order to this machine's.
///
/// ```
/// use wavetank_api::ntohs;
///
/// assert_eq!(ntohs(u16::from_ne_bytes([0, 80])), 80);
/// ```
#[must_use]
pub const fn ntohs(number: u16) -> u16 {
    u16::from_be(number)
}
