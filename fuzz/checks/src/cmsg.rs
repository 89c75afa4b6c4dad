//! Bytes as control messages: read as `recvmsg` left them, beside what glibc's `CMSG_FIRSTHDR` and `CMSG_NXTHDR` see in the same buffer;
//! written, and read again; their lengths beside C's macros.

#[cfg(target_env = "gnu")]
mod sys;

use wavetank_api::{
    control::*,
    option::OptValue,
};

use super::{Seed, input::Input};

/// Takes the bytes as a received buffer, as messages to be written, and as lengths.
pub fn run(bytes: &[u8]) {
    let messages: Vec<_> = ControlMessages::new(bytes).collect();
    assert!(!format!("{:?}", ControlMessages::new(bytes)).is_empty());
    #[cfg(target_env = "gnu")]
    is_as_in_c(bytes, &messages);
    for message in &messages {
        views(message);
    }
    write(bytes);
    for length in bytes.windows(8).step_by(8) {
        lengths(usize::from_ne_bytes(length.try_into().expect("eight bytes")));
        lengths(usize::from(length[0]));
    }
}

/// glibc sees the same, but for what it does not look into.
#[cfg(target_env = "gnu")]
fn is_as_in_c(bytes: &[u8], ours: &[Cmsg<'_>]) {
    let theirs = sys::messages(bytes);
    let at = |message: &Cmsg<'_>| message.data.as_ptr() as usize - bytes.as_ptr() as usize;
    for (number, message) in ours.iter().enumerate() {
        let Some(their) = theirs.get(number) else {
            // Until 2.37 `CMSG_NXTHDR` passes over a last message that does not end in the buffer, its padding included.
            let start = if message.data.is_empty() { bytes.len() } else { at(message) };
            let padded = (start + message.data.len()).next_multiple_of(8);
            let cut = message.data.is_empty() || padded >= bytes.len();
            assert!(cut && number + 1 == ours.len() && number > 0, "{message:?} of {bytes:02x?} is none in C");
            continue;
        };
        assert_eq!((message.level, message.kind), (their.level, their.kind));
        // C leaves it to the caller that the length may be more than there is.
        let end = their.offset.saturating_add(their.len).min(bytes.len());
        let data = bytes.get(their.offset + sys::HEADER..end).unwrap_or_default();
        assert_eq!(message.data, data, "{bytes:02x?}");
    }
    // A length shorter than the header ends ours; C shows the message and then ends.
    let more = theirs.get(ours.len()..).unwrap_or_default();
    assert!(more.len() <= 1 && more.iter().all(|their| their.len < sys::HEADER), "{more:?} of {bytes:02x?} was not read");
}

/// Every type that is known.
fn views(message: &Cmsg<'_>) {
    macro_rules! views {
        ($($name:ident)*) => { $(view(message, $name);)* };
    }
    views! {
        SCM_CREDENTIALS SCM_SECURITY SCM_TIMESTAMP SCM_TIMESTAMPNS SO_RXQ_OVFL SO_MARK IP_TOS IP_TTL IP_PKTINFO IPV6_PKTINFO
        IPV6_HOPLIMIT IPV6_TCLASS UDP_SEGMENT UDP_GRO ALG_SET_OP ALG_SET_IV ALG_SET_AEAD_ASSOCLEN SCM_J1939_DEST_ADDR
        SCM_J1939_DEST_NAME SCM_J1939_PRIO
    }
    assert!(!format!("{message:?}").is_empty());
}

/// The data as a value of the type, whatever the message says it is: written and read again it is the same.
fn view<T: OptValue>(message: &Cmsg<'_>, of: ControlType<T>)
where
    T::Value: PartialEq + std::fmt::Debug,
{
    assert_eq!(message.is(of), (message.level, message.kind) == (of.level(), of.kind()));
    assert!(message.is(of) || message.value(of).is_none());
    let as_such = Cmsg { level: of.level(), kind: of.kind(), data: message.data };
    let Some(value) = as_such.value(of) else { return };
    let mut written = ControlBuf::new();
    written.push(of, value).unwrap_or_else(|error| panic!("{as_such:?}: {error}"));
    assert_eq!(ControlMessages::new(written.as_bytes()).find(of), as_such.value(of), "{as_such:?}");
}

/// As many messages as the bytes describe, one after the other; read, they are the same.
fn write(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut control = ControlBuf::new();
    let mut expected = Vec::new();
    let mut space = 0;
    while !input.rest().is_empty() {
        let level = input.of(&[1, 0, 41, 17, 279, 107, -1, i32::MIN]);
        let kind = i32::from(input.byte());
        let len = usize::from(input.byte()) % 40;
        let rest = input.rest();
        let data = &rest[..len.min(rest.len())];
        input.skip(data.len());
        control.push_raw(level, kind, data).expect("it is short");
        space += cmsg_space(data.len()).expect("it is short");
        assert_eq!(control.as_bytes().len(), space);
        expected.push(Cmsg { level, kind, data });
    }
    assert_eq!(ControlMessages::new(control.as_bytes()).collect::<Vec<_>>(), expected);
    // Cut off anywhere, the messages that are whole are still there.
    let cut = bytes.iter().fold(0, |sum, &byte| sum + usize::from(byte)) % (space + 1);
    let whole = ControlMessages::new(&control.as_bytes()[..cut]).zip(&expected).filter(|(read, wrote)| read == *wrote);
    let mut end = 0;
    let fits = expected.iter().take_while(|message| {
        let len = cmsg_len(message.data.len()).unwrap_or(usize::MAX);
        let fits = end + len <= cut;
        end += len.next_multiple_of(align_of::<usize>());
        fits
    });
    assert!(whole.count() >= fits.count());
}

/// `CMSG_LEN` and `CMSG_SPACE`: C's numbers as far as they are no nonsense, else an error.
fn lengths(len: usize) {
    let header = 16_u128;
    let expected = [len as u128 + header, (len as u128 + header).next_multiple_of(8)];
    let possible = expected.map(|total| usize::try_from(total).ok().filter(|total| i32::try_from(*total).is_ok()));
    assert_eq!([cmsg_len(len).ok(), cmsg_space(len).ok()], possible, "{len}");
    #[cfg(target_env = "gnu")]
    if let (Ok(short), [Some(_), Some(_)]) = (u32::try_from(len), possible) {
        assert_eq!(sys::lengths(short).map(Some), possible, "{len}");
    }
}

/// What a kernel may leave, and what none would.
///
/// # Panics
/// If one cannot be made.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    let header = |len: usize, level: i32, kind: i32| [&len.to_ne_bytes()[..], &level.to_ne_bytes(), &kind.to_ne_bytes()].concat();
    let message = |level: i32, kind: i32, data: &[u8]| {
        let mut control = ControlBuf::new();
        control.push_raw(level, kind, data).expect("it is short");
        control.as_bytes().to_vec()
    };
    let ttl = message(0, 2, &64_i32.to_ne_bytes());
    let rights = message(1, 1, &[3_i32, 4, 5].map(i32::to_ne_bytes).concat());
    let mut rows: Vec<(String, Vec<u8>)> = vec![
        ("nothing".into(), vec![]),
        ("half-a-header".into(), header(20, 0, 2)[..12].to_vec()),
        ("a-header".into(), header(16, 1, 1)),
        ("ttl".into(), ttl.clone()),
        ("ttl-without-padding".into(), ttl[..20].to_vec()),
        ("rights".into(), rights.clone()),
        ("rights-cut".into(), rights[..21].to_vec()),
        ("rights-cut-second".into(), [&ttl[..], &rights[..24]].concat()),
        ("second-is-half-a-header".into(), [&ttl[..], &rights[..10]].concat()),
        ("second-is-a-header".into(), [&ttl[..], &header(16, 1, 1)].concat()),
        ("padding-cut".into(), [&rights[..], &ttl[..20]].concat()),
    ];
    for len in [0, 1, 15, 17, 23, 24, 25, 1 << 31, usize::MAX, usize::MAX - 7, usize::MAX - 8, usize::MAX / 2 + 1] {
        rows.push((format!("length-{len:x}"), [&header(len, 1, 1)[..], &[7; 8]].concat()));
        rows.push((format!("second-length-{len:x}"), [&ttl[..], &header(len, 1, 1), &[7; 8]].concat()));
    }
    let known: [(&str, i32, i32, &[u8]); 20] = [
        ("credentials", 1, 2, &[1, 0, 0, 0, 0xe8, 3, 0, 0, 0xe8, 3, 0, 0]),
        ("credentials-short", 1, 2, &[1; 11]),
        ("security", 1, 3, b"unconfined\0"),
        ("timestamp", 1, 29, &[1, 0, 0, 0, 0, 0, 0, 0, 0x3f, 0x42, 0x0f, 0, 0, 0, 0, 0]),
        ("timestamp-negative", 1, 29, &[255; 16]),
        ("timestampns", 1, 35, &[1, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xc9, 0x9a, 0x3b, 0, 0, 0, 0]),
        ("timestampns-above", 1, 35, &[255, 255, 255, 255, 255, 255, 255, 127, 255, 255, 255, 255, 255, 255, 255, 127]),
        ("overflow", 1, 40, &[255; 4]),
        ("tos", 0, 1, &[0x10]),
        ("tos-as-int", 0, 1, &[0x10, 0, 0, 0]),
        ("pktinfo", 0, 8, &[1, 0, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]),
        ("pktinfo6", 41, 50, &[0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0]),
        ("hoplimit", 41, 52, &[255, 255, 255, 255]),
        ("tclass", 41, 67, &[0, 0, 0, 0]),
        ("gso", 17, 103, &[0xac, 5]),
        ("gro", 17, 104, &[0xac, 5, 0, 0]),
        ("alg-op", 279, 3, &[1, 0, 0, 0]),
        ("alg-iv", 279, 2, &[16, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
        ("j1939-name", 107, 2, &[1, 2, 3, 4, 5, 6, 7, 8]),
        ("longer-than-a-value", 1, 3, &[b'x'; 300]),
    ];
    rows.extend(known.map(|(name, level, kind, data)| (name.to_owned(), message(level, kind, data))));
    let many: Vec<u8> = (0..20).flat_map(|number| message(1, number, &vec![7; number as usize])).collect();
    rows.push(("many".into(), many));
    rows
}
