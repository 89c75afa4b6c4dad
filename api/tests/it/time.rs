//! `Instant` at its ends.

use std::time::Duration;

use wavetank_api::Instant;

#[test]
fn arithmetic_saturates() {
    let early = Instant::from_nanos(5);
    assert_eq!(early - Duration::from_secs(1), Instant::EPOCH);
    assert_eq!(early + Duration::MAX, Instant::FAR_FUTURE);
    assert_eq!(Instant::EPOCH - Instant::FAR_FUTURE, Duration::ZERO);
    assert_eq!(Instant::FAR_FUTURE - Instant::EPOCH, Duration::from_nanos(u64::MAX));
}

#[test]
fn it_is_written_in_seconds() {
    for (nanos, text) in [(0, "0.000000000"), (1, "0.000000001"), (61_000_000_000, "61.000000000")] {
        assert_eq!(Instant::from_nanos(nanos).to_string(), text);
    }
    assert_eq!(format!("{:?}", Instant::from_nanos(1_500_000_000)), "Instant(1.500000000)");
}

#[test]
fn assignment_moves_it() {
    let mut instant = Instant::from_nanos(10);
    instant += Duration::from_nanos(5);
    instant -= Duration::from_nanos(1);
    assert_eq!(instant.as_nanos(), 14);
}
