//! The wire between the two.

use std::time::Duration;

use wavetank_interop::{Path, PathSettings};

#[test]
fn a_path_delays_limits_and_loses() {
    let ms = Duration::from_millis;
    let settings = PathSettings { delay: ms(10), rate: Some(100_000), queue: 3000, ..PathSettings::default() };
    let mut path = Path::new(settings);
    for _ in 0..4 {
        path.put(Duration::ZERO, &[0; 1000]);
    }
    // 10 ms each to send, and 10 ms on the way; the fourth finds no room.
    assert_eq!(path.next(), Some(ms(20)));
    assert_eq!(path.take(ms(19)), None);
    let times: Vec<_> = std::iter::from_fn(|| path.take(ms(100))).map(|(at, _)| at).collect();
    assert_eq!(times, [ms(20), ms(30), ms(40)]);
    assert_eq!((path.counts().packets, path.counts().overflowed), (4, 1));

    let mut path = Path::new(PathSettings { loss: (1, 10), ..PathSettings::default() });
    (0..1000).for_each(|_| path.put(Duration::ZERO, &[0; 100]));
    assert!((60..140).contains(&path.counts().lost), "{:?}", path.counts());
}
