//! The small parts on their own.

use crate::{
    proto::tcp::{Connection, Sysctl, assembler::Assembler, buffer::Ring, rtt::Rtt},
    wire::SeqNum,
};

fn copy_to(ring: &Ring, buf: &mut [u8]) -> usize {
    let count = ring.len().min(buf.len());
    buf[..count].copy_from_slice(&ring.pieces(0, count).concat());
    count
}

const MS: u64 = 1_000_000;

#[test]
fn ring_wraps_and_grows() {
    let mut ring = Ring::default();
    let mut next = (0u8..=255).cycle();
    let mut expected = (0u8..=255).cycle();
    for (put, take) in [(100, 90), (100, 60), (78, 20), (500, 0), (1, 600), (128, 128)] {
        ring.push(&next.by_ref().take(put).collect::<Vec<_>>());
        let mut buf = vec![0; take];
        let count = copy_to(&ring, &mut buf);
        ring.consume(count);
        assert!(buf[..count].iter().all(|&byte| Some(byte) == expected.next()));
    }
    assert_eq!(ring.len(), 100 + 100 + 78 + 500 + 1 + 128 - 90 - 60 - 20 - 600 - 128);
}

#[test]
fn ring_keeps_bytes_beyond_its_end_when_it_grows() {
    let mut ring = Ring::default();
    ring.push(&[1; 100]);
    ring.consume(90);
    ring.put_beyond(50, &[3; 20]);
    ring.put_beyond(300, &[4; 20]);
    ring.put_beyond(0, &[2; 50]);
    ring.extend(70);
    let mut buf = [0; 100];
    assert_eq!(copy_to(&ring, &mut buf), 80);
    assert_eq!(buf[..80], [[1; 10].as_slice(), &[2; 50], &[3; 20]].concat());
}

#[test]
fn assembler_joins_what_touches() {
    let at = |n: u32| SeqNum(n.wrapping_sub(20));
    let ranges = |assembler: &Assembler| {
        let place = |seq: SeqNum| seq.distance_from(at(0));
        assembler.ranges().iter().map(|range| (place(range.0), place(range.1))).collect::<Vec<_>>()
    };
    let mut assembler = Assembler::default();
    for (insert, expected) in [
        ((10, 20), vec![(10, 20)]),
        ((30, 40), vec![(10, 20), (30, 40)]),
        ((12, 18), vec![(10, 20), (30, 40)]),
        ((40, 45), vec![(10, 20), (30, 45)]),
        ((5, 10), vec![(5, 20), (30, 45)]),
        ((50, 60), vec![(5, 20), (30, 45), (50, 60)]),
        ((18, 52), vec![(5, 60)]),
        ((70, 80), vec![(5, 60), (70, 80)]),
        ((1, 90), vec![(1, 90)]),
    ] {
        assembler.insert(at(insert.0), at(insert.1));
        assert_eq!(ranges(&assembler), expected, "after {insert:?}");
    }
}

#[test]
fn assembler_gives_what_has_become_contiguous() {
    let mut assembler = Assembler::default();
    assembler.insert(SeqNum(10), SeqNum(20));
    assembler.insert(SeqNum(30), SeqNum(40));
    assert_eq!(assembler.contiguous(SeqNum(9)), None);
    assert_eq!(assembler.contiguous(SeqNum(10)), Some(SeqNum(20)));
    assert_eq!(assembler.contiguous(SeqNum(50)), None, "all of it is old");
    assert!(assembler.is_empty());
}

#[test]
fn timeout_is_bounded_and_backs_off() {
    let mut rtt = Rtt::new();
    assert_eq!(rtt.timeout(&Sysctl::DEFAULT), 1_000 * MS);
    rtt.back_off();
    assert_eq!(rtt.timeout(&Sysctl::DEFAULT), 2_000 * MS);
    rtt.sample(100_000, SeqNum(0), SeqNum(0), &Sysctl::DEFAULT);
    // 100 ms, and the greater of 200 ms and four times 50 ms.
    assert_eq!(rtt.timeout(&Sysctl::DEFAULT), 300 * MS);
    for _ in 0..100 {
        rtt.sample(100_000, SeqNum(0), SeqNum(0), &Sysctl::DEFAULT);
    }
    assert_eq!(rtt.timeout(&Sysctl::DEFAULT) / MS, 300);
    for _ in 0..255 {
        rtt.back_off();
    }
    rtt.back_off();
    assert_eq!(rtt.timeout(&Sysctl::DEFAULT), 120_000 * MS);
    rtt.sample(500_000_000, SeqNum(0), SeqNum(0), &Sysctl::DEFAULT);
    assert_eq!(rtt.timeout(&Sysctl::DEFAULT), 120_000 * MS);
}

#[test]
fn idle_connection_is_small() {
    let size = size_of::<Connection>();
    assert!(size <= 800, "{size} bytes");
}
