use crate::proto::tcp::{Listener, Sysctl, Welcome};

#[test]
fn connections_are_accepted_in_the_order_they_were_established() {
    let mut listener = Listener::new(5);
    for id in 1..=3 {
        assert!(listener.welcome(&Sysctl::DEFAULT) != Welcome::Drop);
        listener.syn_received(id);
    }
    assert!(listener.is_empty());
    assert!(listener.established(2));
    assert!(listener.established(1));
    assert!(!listener.established(1), "it was there already");
    assert!(listener.gone(3));
    assert!(!listener.established(3), "it is gone");
    assert_eq!(listener.len(), 2);
    assert!(listener.is_queued(1) && !listener.is_queued(3));
    assert_eq!([listener.pop(), listener.pop(), listener.pop()], [Some(2), Some(1), None]);
}

#[test]
fn accept_queue_holds_one_more_than_the_backlog() {
    for backlog in [0, 1, 5] {
        let mut listener = Listener::new(backlog);
        for id in 0..=backlog {
            assert!(listener.welcome(&Sysctl::DEFAULT) != Welcome::Drop && !listener.is_full());
            listener.syn_received(id);
            assert!(listener.established(id));
        }
        assert!(listener.is_full() && listener.welcome(&Sysctl::DEFAULT) == Welcome::Drop);
        listener.pop();
        assert!(listener.welcome(&Sysctl::DEFAULT) != Welcome::Drop);
    }
}

#[test]
fn backlog_may_change() {
    let mut listener = Listener::new(0);
    listener.syn_received('a');
    listener.established('a');
    assert!(listener.is_full());
    listener.set_backlog(1);
    assert!(!listener.is_full());
}

#[test]
fn closing_gives_all_children_back() {
    let mut listener = Listener::new(5);
    for id in 1..=4 {
        listener.syn_received(id);
    }
    listener.established(3);
    listener.established(1);
    assert_eq!(listener.into_children().collect::<Vec<_>>(), [3, 1, 2, 4]);
}
