//! `Addr` of every family: what is read is written so that it can be read again, as a text and in memory.

use std::net::SocketAddr;

use wavetank_api::Addr;

use crate::{
    Seed,
    dice::{self, Dice},
    differential::{Parser, Verdict},
    named,
};

/// See [`Parser`].
pub const PARSER: Parser = Parser { name: "addr_from_str", reference: "its own Display, and std's SocketAddr", text, compare };

/// The bytes are a text; and a `sockaddr` in memory.
pub fn run(bytes: &[u8]) {
    PARSER.check(bytes);
}

fn compare(bytes: &[u8]) -> Verdict {
    let in_memory = Addr::from_sockaddr(bytes);
    reads_back(&in_memory);
    let text = String::from_utf8_lossy(bytes);
    let ours = text.parse::<Addr>();
    if let Ok(addr) = text.parse::<SocketAddr>()
        && ours != Ok(addr.into())
    {
        return Verdict::Differs(format!("ours is {ours:?}, theirs {addr:?}"));
    }
    match ours {
        Ok(addr) => {
            reads_back(&addr);
            Verdict::Read
        }
        Err(error) => {
            assert!(error.to_string().starts_with("not a"), "{error}");
            Verdict::Refused
        }
    }
}

/// The address comes back from its text and, unless it is nobody's, from memory.
pub(crate) fn reads_back(addr: &Addr) {
    let text = addr.to_string();
    assert!(text.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{text:?} is not printable");
    match text.parse::<Addr>() {
        Ok(again) => assert_eq!(again, *addr, "{text:?} was read as another address"),
        Err(error) => panic!("{text:?}: {error}"),
    }
    if !matches!(addr, Addr::Raw { .. })
        && let Some(bytes) = addr.to_sockaddr()
    {
        assert_eq!(Addr::from_sockaddr(&bytes), *addr, "from {}", bytes.escape_ascii());
    }
}

/// A text of each form, in which a hash stands for a number.
const FORMS: &[&str] = &[
    "[::1%#]:#/flow=#",
    "[fe80::#]:#/flow=#",
    "can:#",
    "can-isotp:#/rx=#/tx=#",
    "can-isotp:#/rx=7e8/tx=18db33f1#R",
    "can-j1939:#/name=#/pgn=#/addr=#",
    "packet:#/proto=#/hatype=#/pkttype=#/addr=aa:bb:cc:dd:ee:ff",
    "packet:#/pkttype=outgoing",
    "netlink:#/groups=#",
    "vsock:#:#/flags=#",
    "vsock:host:any",
    "tipc-name:#:#/domain=#/scope=#",
    "tipc-nameseq:#:#:#/scope=-cluster",
    "tipc-id:#:#/scope=-#",
    "alg:hash:sha256/feat=#/mask=#",
    r"alg:aead:rfc4106(gcm(aes))\x2f",
    "l2cap:aa:bb:cc:dd:ee:ff/psm=#/cid=#/type=#",
    "rfcomm:1:2:3:4:5:6/channel=#",
    "hci:#/channel=#",
    "sco:aa:bb:cc:dd:ee:ff",
    "qipcrtr:#:#",
    "qipcrtr:bcast:ctrl",
    "hyperv:e0e16197-dd56-4a10-9195-5ee7a155a838:00000000-facb-11e6-bd58-64006a7986d3",
    "system:#:#",
    "raw:#:00ff",
    "unspec",
    r"unix:@\x00\xff",
];

fn text(dice: &mut Dice) -> Vec<u8> {
    let mut text = match dice.below(8) {
        0 => [&dice::quad(dice)[..], b":", dice.number().to_string().as_bytes()].concat(),
        1 => [b"[", &dice::v6(dice)[..], b"]:", dice.number().to_string().as_bytes()].concat(),
        // What a call may have filled, written by us, for a family below 48.
        2 => {
            let family = (dice.bits() % 48) as u16;
            let len = dice.of(&[4, 6, 8, 10, 12, 14, 26, 30, 86, 110]);
            let bytes = (0..len).map(|_| if dice.once_in(2) { 0 } else { dice.bits() as u8 });
            let bytes: Vec<u8> = family.to_ne_bytes().into_iter().chain(bytes).collect();
            Addr::from_sockaddr(&bytes).to_string().into_bytes()
        }
        _ => {
            let mut text = Vec::new();
            // A trailing remote request is the one hash that stays.
            for (at, piece) in dice.of(FORMS).split('#').enumerate() {
                if at > 0 && piece != "R" {
                    let width = dice.of(&[u64::MAX, u64::from(u32::MAX), 0xffff, 0xff, 0xff, 7]);
                    let number = dice.number() & width;
                    text.extend(if dice.once_in(3) { format!("{number:#x}") } else { number.to_string() }.bytes());
                } else if at > 0 {
                    text.push(b'#');
                }
                text.extend(piece.bytes());
            }
            text
        }
    };
    dice.mutate(&mut text, b"0123456789abcdefx::://==-+.#%[]@\\ \x00\xff");
    text
}

/// A text of each form; and addresses in memory, whose families are told by `fixtures/fuzz/README.md`.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    let mut seeds = named(&[
        ("v4", "127.0.0.1:80"),
        ("v6", "[::1]:80"),
        ("v6-scope", "[fe80::1%3]:80"),
        ("v6-flow", "[::1]:80/flow=0x12345"),
        ("v6-flow-twice", "[::1]:80/flow=1/flow=1"),
        ("v4-flow", "1.2.3.4:80/flow=1"),
        ("unspec", "unspec"),
        ("unix-path", "unix:/run/x"),
        ("unix-abstract", "unix:@x"),
        ("can", "can:3"),
        ("can-isotp", "can-isotp:3/rx=7e8/tx=18db33f1"),
        ("can-isotp-flags", "can-isotp:3/rx=123#R/tx=20000004"),
        ("can-isotp-odd-identifier", "can-isotp:3/rx=0x800/tx=0xe0000000"),
        ("can-j1939", "can-j1939:3/name=0x1/pgn=0xfeca/addr=0x80"),
        ("can-j1939-none", "can-j1939:0"),
        ("packet", "packet:2/proto=0x0800/hatype=1/pkttype=outgoing/addr=aa:bb:cc:dd:ee:ff"),
        ("packet-32-bytes", "packet:2/addr=1:2:3:4:5:6:7:8:9:a:b:c:d:e:f:0:1:2:3:4:5:6:7:8:9:a:b:c:d:e:f:0"),
        ("netlink", "netlink:1234/groups=0x1"),
        ("vsock", "vsock:2:1234/flags=0x1"),
        ("vsock-names", "vsock:any:any"),
        ("tipc-name", "tipc-name:1000:5/domain=0x1001001/scope=node"),
        ("tipc-nameseq", "tipc-nameseq:1000:0:9/scope=-cluster"),
        ("tipc-id", "tipc-id:0x1001001:77/scope=-128"),
        ("alg", "alg:aead:rfc4106(gcm(aes))/feat=0x1/mask=0x1"),
        ("alg-escaped", r"alg:a\x3ab:c\x2fd"),
        ("l2cap", "l2cap:aa:bb:cc:dd:ee:ff/psm=0x1001/cid=0x40/type=1"),
        ("rfcomm", "rfcomm:1:2:3:4:5:6/channel=3"),
        ("hci", "hci:65535/channel=1"),
        ("sco", "sco:aa:bb:cc:dd:ee:ff"),
        ("qipcrtr", "qipcrtr:bcast:ctrl"),
        ("hyperv", "hyperv:e0e16197-dd56-4a10-9195-5ee7a155a838:00000000-facb-11e6-bd58-64006a7986d3"),
        ("system", "system:2:1"),
        ("raw", "raw:40:0a0b0c"),
        ("raw-odd-digits", "raw:40:0a0"),
        ("nothing", ""),
    ]);
    let in_memory = |(name, text): &Seed| {
        let addr: Addr = str::from_utf8(text).ok()?.parse().ok()?;
        Some((format!("memory-{name}"), addr.to_sockaddr()?))
    };
    let memory: Vec<Seed> = seeds.iter().filter_map(in_memory).collect();
    seeds.extend(memory);
    seeds
}
