//! Bytes as the value of an option, of every type that one can have: what is read, written and read again is the same; what a program
//! gives is written as it is or rounded up to the unit, never cut in silence.

use std::{fmt::Debug, time::Duration};

use wavetank_api::{
    Errno, Family, Protocol, SockType,
    can::{CanFilter, IsotpFc, IsotpLink, IsotpOptions, J1939Filter},
    option::*,
};

use super::{Seed, input::Input};

/// Takes the bytes as values of every type; then as values that a program gives.
pub fn run(bytes: &[u8]) {
    macro_rules! forms {
        ($($form:ty)*) => { $(read::<$form>(bytes);)* };
    }
    forms! {
        i32 u8 u16 u32 u64 bool SockType Family Protocol Option<Errno> Seconds Millis Timeval Timespec Linger String Vec<u8> TcpInfo
        Ucred PktInfo Pkt6Info GroupReq GroupSourceReq IpMreqn IpMreqSource Ipv6Mreq PathMtu MptcpInfo
        HciFilter BtSecurity BtPower BtVoice L2capOptions L2capConninfo RfcommConninfo ScoOptions ScoConninfo
        PacketMreq PacketStats RolloverStats RdsRxTrace TipcGroupReq SockTxtime CanRawVcid
        List<CanFilter> List<J1939Filter> List<u32> IsotpOptions IsotpFc IsotpLink
    }
    // It is an address when read and a structure when written: `ip(7)`.
    if let (Some(value), Some(four)) = (MulticastIf::decode(bytes), bytes.first_chunk::<4>()) {
        assert_eq!(value.address.octets(), *four);
    }
    given(bytes);
    too_long(bytes);
    names(bytes);
}

/// A call fills no more than it was given room for, and a program is given as much as it filled.
fn read<T: OptValue>(bytes: &[u8])
where
    T::Value: PartialEq + Debug,
{
    let filled = &bytes[..bytes.len().min(T::LEN)];
    let Some(value) = T::decode(filled) else { return };
    assert!(T::fits(&value));
    let mut room = [0xaa; MAX_LEN];
    let written = T::bytes(&value, &mut room).into_owned();
    assert!(T::decode(&written).as_ref() == Some(&value), "{filled:02x?} was written as {written:02x?}: {value:?}");
    // The other way of writing begins the same, and writes no more than it says.
    let mut room = [0xaa; MAX_LEN];
    let len = T::encode(&value, &mut room);
    assert!(written.starts_with(&room[..len]) && (len == written.len() || written.len() > MAX_LEN));
    assert!(room[len..].iter().all(|&byte| byte == 0xaa), "more was written than said");
}

/// Times are rounded up, and what has a most becomes the most.
fn given(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut number = || (0..8).fold(0, |number, _| number << 8 | u64::from(input.byte()));
    let shift = number() % 64;
    let time = Duration::new(number() >> shift, (number() % 1_000_000_000) as u32);
    let back = |encoded: fn(&Duration, &mut [u8; MAX_LEN]) -> usize, decode: fn(&[u8]) -> Option<Duration>| {
        let mut bytes = [0; MAX_LEN];
        let len = encoded(&time, &mut bytes);
        decode(&bytes[..len])
    };
    let most = |unit: Duration| unit * i32::MAX.cast_unsigned();
    let rows = [
        (Duration::from_secs(1), back(Seconds::encode, Seconds::decode), most(Duration::from_secs(1))),
        (Duration::from_millis(1), back(Millis::encode, Millis::decode), most(Duration::from_millis(1))),
        (
            Duration::from_secs(1),
            back(|time, bytes| Linger::encode(&Some(*time), bytes), |bytes| Linger::decode(bytes).flatten()),
            most(Duration::from_secs(1)),
        ),
        (
            Duration::from_micros(1),
            back(|time, bytes| Timeval::encode(&Some(*time), bytes), |bytes| Timeval::decode(bytes).flatten()),
            Duration::from_secs(i64::MAX.cast_unsigned()),
        ),
    ];
    for (unit, back, most) in rows {
        let back = back.expect("what was written can be read");
        assert!(back >= time.min(most), "{time:?} became {back:?}");
        assert!(back < time.saturating_add(unit) || time.is_zero() && back == unit, "{time:?} became {back:?}");
    }
}

/// What is longer than the room is written whole; what would be cut is refused.
fn too_long(bytes: &[u8]) {
    assert_eq!(*Vec::bytes(&bytes.to_vec(), &mut [0; MAX_LEN]), *bytes);
    if let Ok(text) = str::from_utf8(bytes) {
        let text = text.to_owned();
        assert_eq!(String::fits(&text), !text.contains('\0'));
        if String::fits(&text) {
            assert_eq!(String::decode(&String::bytes(&text, &mut [0; MAX_LEN])), Some(text.clone()));
        }
    }
}

/// A number has a name, or none.
fn names(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let (level, name) = (i32::from(input.word().cast_signed()), i32::from(input.word().cast_signed()));
    let known = all().find(|known| (known.0, known.1) == (level, name)).map(|known| known.2);
    assert_eq!(option_name(level, name), known);
}

/// Of every length that a value has, with numbers on the edge.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    let mut seeds: Vec<Seed> = vec![("nothing".into(), vec![])];
    for len in [1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 20, 104, 231, 232, 248, 255, 256, 257] {
        seeds.push((format!("zeros-{len}"), vec![0; len]));
        seeds.push((format!("ones-{len}"), vec![0xff; len]));
    }
    let pair = |first: i64, second: i64| [first.to_ne_bytes(), second.to_ne_bytes()].concat();
    let rows: [(&str, Vec<u8>); 14] = [
        ("int-least", i32::MIN.to_ne_bytes().into()),
        ("int-most", i32::MAX.to_ne_bytes().into()),
        ("linger-off-with-time", [0_i32, 5].map(i32::to_ne_bytes).concat()),
        ("linger-negative", [1_i32, -1].map(i32::to_ne_bytes).concat()),
        ("timeval-micros-million", pair(0, 1_000_000)),
        ("timeval-negative", pair(-1, 999_999)),
        ("timeval-most", pair(i64::MAX, 999_999)),
        ("timeval-micros-negative", pair(1, -1)),
        ("timespec-nanos-billion", pair(0, 1_000_000_000)),
        ("text", b"cubic\0reno".into()),
        ("text-not-utf8", b"cub\xffic\0".into()),
        ("text-without-nul", b"eth0".into()),
        ("ucred", [1_i32, 1000, -1].map(i32::to_ne_bytes).concat()),
        ("time-given", [&[0; 16][..], &[0, 0, 0, 0, 0x3b, 0x9a, 0xc9, 0xff]].concat()),
    ];
    seeds.extend(rows.map(|(name, bytes)| (name.to_owned(), bytes)));
    seeds
}
