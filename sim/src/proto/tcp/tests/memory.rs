//! What the receive queue costs, against what a kernel has told: SO_MEMINFO of who has received two writes of segments of 1,428 bytes over
//! veth without segmentation offload, the first acknowledged, the second not yet (Linux 6.18).

use super::super::memory::{HEAD, Memory};
use crate::wire::SeqNum;

const SEGMENT: u32 = 1428;

/// The number of packets after a first write of so many bytes, and how many more after a second of so many segments.
fn packets_of(first: u32, second: u32) -> [u32; 2] {
    let (mut memory, mut end) = (Memory::new(0), SeqNum(1));
    let (mut left, mut number) = (first, 0);
    while left > 0 {
        let len = left.min(SEGMENT);
        (end, left) = (end + len, left - len);
        // The congestion window lets ten go at once; what follows goes when they are acknowledged.
        memory.queue(end, len, if number < 10 { number } else { 0 });
        number += 1;
    }
    let before = (memory.allocated() - first) / HEAD;
    for held in 0..second {
        end += SEGMENT;
        memory.queue(end, SEGMENT, held as u16);
    }
    [before, (memory.allocated() - first - second * SEGMENT) / HEAD - before]
}

#[test]
fn a_packet_has_seventeen_pieces_and_two_of_a_segment_that_lies_across_a_page() {
    // (first write, its packets, segments that are put into the last of them)
    for (first, packets, room) in
        [(2 * SEGMENT, 2, 16), (14_280, 10, 15), (15_708, 10, 14), (16_384, 10, 13), (17_136, 10, 13)]
    {
        assert_eq!(packets_of(first, room), [packets, 0], "{first} bytes and {room} segments");
        for more in 1..3 {
            assert_eq!(packets_of(first, room + more), [packets, more], "{first} bytes and {} segments", room + more);
        }
    }
}
