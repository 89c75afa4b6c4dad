use super::script::{LOCAL, REMOTE, Script};
use crate::{
    base::{Instant, Rng},
    proto::{
        Cx, Out,
        tcp::{Sysctl, reset_for},
    },
    wire::{Body, Flags},
};

fn closed() -> Script {
    let mut s = Script::established();
    s.abort();
    recv!(s, at 0 ms, "R. 1:1(0) ack 1");
    s
}

#[test]
fn segment_with_ack_is_reset_where_it_expects() {
    let mut s = closed();
    send!(s, at 1 ms, "P. 1:11(10) ack 77 win 60000");
    recv!(s, at 1 ms, "R 77:77(0) win 0");
}

#[test]
fn segment_without_ack_is_reset_with_one() {
    let mut s = closed();
    send!(s, at 1 ms, "S 5:5(0) win 60000");
    recv!(s, at 1 ms, "R. 0:0(0) ack 6 win 0");
    send!(s, at 1 ms, "FP 5:15(10) win 60000");
    recv!(s, at 1 ms, "R. 0:0(0) ack 16 win 0");
}

#[test]
fn reset_is_never_answered() {
    let mut s = closed();
    send!(s, at 1 ms, "R 1:1(0) win 0");
    send!(s, at 1 ms, "R. 1:1(0) ack 1 win 0");
    recv_nothing!(s, until 1000 ms);
}

#[test]
fn reset_for_names_both_ends() {
    let (mut rng, mut out) = (Rng::stream(0, "closed", 0), Out::default());
    let cx = &mut Cx {
        now: Instant::from_nanos(0),
        rng: &mut rng,
        out: &mut out,
        sysctl: &Sysctl::DEFAULT,
        rmem_max: 212_992,
    };
    let segment = closed().segment("S 5:5(0) win 60000");
    let ip = |addr: &str| addr.parse::<std::net::SocketAddr>().unwrap().ip();
    reset_for(&segment, ip(LOCAL), ip(REMOTE), cx);
    let packet = out.packets.pop().unwrap();
    let Body::Tcp(reset) = packet.body else { panic!("not a segment") };
    assert_eq!((packet.src.to_string(), reset.src_port), ("10.0.0.1".into(), 4000));
    assert_eq!((packet.dst.to_string(), reset.dst_port), ("10.0.0.2".into(), 80));
    assert_eq!(reset.flags, Flags::RST | Flags::ACK);
}
