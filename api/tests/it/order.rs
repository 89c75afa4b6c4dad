//! The byte orders of integers.

use wavetank_api::{htonl, htons, ntohl, ntohs};

#[test]
fn the_four_are_those_of_the_c_library() {
    assert_eq!((htonl(0x0102_0304).to_ne_bytes(), htons(0x0102).to_ne_bytes()), ([1, 2, 3, 4], [1, 2]));
    for bit in 0..32 {
        let number = 1_u32 << bit;
        assert_eq!((htonl(number), ntohl(number)), (number.to_be(), u32::from_be(number)));
        assert_eq!(ntohl(htonl(number ^ 0x5a5a_5a5a)), number ^ 0x5a5a_5a5a);
        let number = number as u16;
        assert_eq!((htons(number), ntohs(number)), (number.to_be(), u16::from_be(number)));
    }
}
