use std::time::Duration;

use super::{link::Settings, *};
use crate::base::{HostId, Instant, rng::Ratio};

fn ms(millis: u64) -> Instant {
    Instant::from_nanos(millis * 1_000_000)
}

fn link(settings: Settings) -> Link {
    Link::new(settings, 1, 0)
}

#[test]
fn a_fixed_latency_is_exact() {
    let mut link = link(Settings {
        latency_min: Duration::from_millis(5),
        latency_max: Duration::from_millis(5),
        ..Settings::between_hosts()
    });
    assert_eq!(link.offer(ms(10), 100), Verdict::Arrives(ms(15)));
}

#[test]
fn a_rate_spaces_packets_and_a_queue_bounds_them() {
    // 1,000 bytes a second: a packet of 100 bytes takes 100 ms.
    let mut link = link(Settings {
        latency_min: Duration::ZERO,
        latency_max: Duration::ZERO,
        rate: Some(1_000),
        queue: 250,
        ..Settings::between_hosts()
    });
    assert_eq!(link.offer(ms(0), 100), Verdict::Arrives(ms(100)));
    assert_eq!(link.offer(ms(0), 100), Verdict::Arrives(ms(200)));
    assert_eq!(link.offer(ms(0), 100), Verdict::Dropped(DropReason::QueueFull));
    assert_eq!(link.offer(ms(100), 100), Verdict::Arrives(ms(300)));
    assert_eq!(link.offer(ms(1_000), 100), Verdict::Arrives(ms(1_100)));
}

#[test]
fn jitter_does_not_reorder_unless_asked() {
    let settings = |overtaking| Settings {
        latency_min: Duration::from_millis(1),
        latency_max: Duration::from_millis(100),
        overtaking,
        ..Settings::between_hosts()
    };
    let arrivals = |overtaking| {
        let mut link = link(settings(overtaking));
        (0..100)
            .map(|at| match link.offer(ms(at), 10) {
                Verdict::Arrives(at) => at,
                Verdict::Dropped(reason) => panic!("dropped: {reason}"),
            })
            .collect::<Vec<_>>()
    };
    assert!(arrivals(false).is_sorted());
    assert!(!arrivals(true).is_sorted());
}

#[test]
fn loss_drops_its_share_and_chosen_packets_exactly() {
    let mut lossy = link(Settings { loss: Ratio::new(1, 10), ..Settings::between_hosts() });
    let lost = (0..10_000).filter(|_| lossy.offer(ms(0), 10) == Verdict::Dropped(DropReason::Loss)).count();
    assert!((850..1150).contains(&lost), "{lost}");
    let mut chosen = link(Settings { drop_exactly: vec![2], ..Settings::between_hosts() });
    let dropped: Vec<_> = (1..=4).filter(|_| matches!(chosen.offer(ms(0), 10), Verdict::Dropped(_))).collect();
    assert_eq!(dropped, [2]);
}

#[test]
fn switching_loss_on_moves_no_delay() {
    let verdicts = |loss| {
        let mut link = link(Settings {
            latency_max: Duration::from_millis(50),
            loss,
            overtaking: true,
            ..Settings::between_hosts()
        });
        (0..100).map(|_| link.offer(ms(0), 10)).collect::<Vec<_>>()
    };
    let (whole, lossy) = (verdicts(Ratio::ZERO), verdicts(Ratio::new(1, 2)));
    let survivors = lossy.iter().zip(&whole).filter(|(lossy, _)| matches!(lossy, Verdict::Arrives(_)));
    assert!((20..80).contains(&survivors.clone().count()));
    assert!(survivors.clone().all(|(lossy, whole)| lossy == whole));
}

#[test]
fn partitions_cut_between_their_sides_only() {
    let (a, b, c) = (HostId(0), HostId(1), HostId(2));
    let mut cut = Partition::new(vec![a], vec![b], false);
    assert!(!cut.cuts(a, b));
    cut.active = true;
    assert!(cut.cuts(a, b) && cut.cuts(b, a));
    assert!(!cut.cuts(a, c) && !cut.cuts(c, b));
    let mut one_way = Partition::new(vec![a], vec![b], true);
    one_way.active = true;
    assert!(one_way.cuts(a, b) && !one_way.cuts(b, a));
}
