//! Families, types, protocols and flag sets: names, and numbers without one.

use wavetank_api::{Family, MsgFlags, PollEvents, Protocol, Shutdown, SockFlags, SockType};

#[test]
fn known_numbers_have_names_and_others_survive() {
    assert_eq!(Family::INET6.to_string(), "AF_INET6");
    assert_eq!(Family::from_raw(99).to_string(), "99");
    assert_eq!(Family::from_raw(99).raw(), 99);
    assert_eq!(SockType::SEQPACKET.to_string(), "SOCK_SEQPACKET");
    assert_eq!(Protocol::DEFAULT, Protocol::IP);
    assert_eq!(Protocol::from_raw(6).name(), Some("IPPROTO_TCP"));
}

#[test]
fn flags_are_written_as_in_c() {
    assert_eq!(MsgFlags::empty().to_string(), "0");
    assert_eq!((SockFlags::NONBLOCK | SockFlags::CLOEXEC).to_string(), "SOCK_NONBLOCK|SOCK_CLOEXEC");
    assert_eq!((PollEvents::IN | PollEvents::HUP).to_string(), "POLLIN|POLLHUP");
    assert_eq!(PollEvents::from_bits_retain(0x4001).to_string(), "POLLIN|0x4000");
}

#[test]
fn unknown_bits_survive() {
    assert_eq!(MsgFlags::from_bits_truncate(i32::MIN).bits(), i32::MIN);
    assert_eq!(MsgFlags::from_bits(0x100000).map(|flags| flags.bits()), Some(0x100000));
}

#[test]
fn shutdown_has_the_numbers_of_c() {
    assert_eq!([Shutdown::Read, Shutdown::Write, Shutdown::Both].map(Shutdown::raw), [0, 1, 2]);
    assert_eq!(Shutdown::from(std::net::Shutdown::Both), Shutdown::Both);
}
