//! `numeric_host` beside `getaddrinfo` with `AI_NUMERICHOST`, for every family, in a network with odd interfaces.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddrV6},
    sync::Mutex,
};

use wavetank_api::{Addr, AiFlags, Eai, Family};

use crate::{
    Seed,
    dice::{self, Dice},
    differential::{Parser, Verdict, all, verdict},
    ifname, named, sys,
};

/// See [`Parser`].
pub const PARSER: Parser = Parser { name: "numeric_host", reference: "getaddrinfo(3) with AI_NUMERICHOST", text, compare };

/// The bytes are the host.
pub fn run(bytes: &[u8]) {
    PARSER.check(bytes);
}

const QUESTIONS: &[(Family, AiFlags)] = &[
    (Family::UNSPEC, AiFlags::empty()),
    (Family::INET, AiFlags::empty()),
    (Family::INET6, AiFlags::empty()),
    (Family::INET6, AiFlags::V4MAPPED),
    (Family::UNIX, AiFlags::empty()),
];

fn compare(text: &[u8]) -> Verdict {
    let c_text = sys::c_text(text);
    let ask = |&(family, flags): &(Family, AiFlags)| {
        let asked = Mutex::new(None);
        let lookup = |name: &[u8]| {
            *asked.lock().unwrap() = Some(name.to_vec());
            ifname::index_of(name)
        };
        let ours = wavetank_api::numeric_host(text, family, flags, lookup);
        if let Some(name) = asked.into_inner().unwrap() {
            assert!(name.len() < 16 && !name.contains(&0) && !name.contains(&b':'), "{}", name.escape_ascii());
        }
        // What is no host in numbers is a name, and those are not asked for.
        let ours = ours.and_then(|addr| addr.ok_or(Eai::NONAME));
        let Some(c_text) = &c_text else {
            // C cannot even be asked; we say no, whatever the reason.
            return verdict(ours.map_err(drop), Err(()));
        };
        let theirs = sys::getaddrinfo(Some(c_text), None, family, flags).map(|(family, ip, scope, port)| match family {
            Family::INET => Addr::v4(Ipv4Addr::new(ip[0], ip[1], ip[2], ip[3]), port),
            _ => SocketAddrV6::new(Ipv6Addr::from(ip), port, 0, scope).into(),
        });
        verdict(ours, theirs)
    };
    ifname::inside(|| all(QUESTIONS.iter().map(ask)))
}

fn text(dice: &mut Dice) -> Vec<u8> {
    let mut text = match dice.below(16) {
        0 => dice.of(&["localhost", "*", "", "<broadcast>", "0", "[::1]", "%lo", "ip6-localhost"]).into(),
        1..5 => dice::v4(dice),
        // Mapped, and now and then such that glibc takes it for link-local.
        5 => {
            let last = [254, 128, 191, 255, 1].map(|octet| octet ^ if dice.once_in(4) { dice.bits() as u8 } else { 0 });
            format!("::ffff:{}.{}.{}.{}", dice.of(&last), dice.of(&last), last[2], last[3]).into_bytes()
        }
        _ => dice::v6(dice),
    };
    if dice.once_in(2) {
        text.push(b'%');
        text.extend(scope(dice));
    }
    dice.mutate(&mut text, b"0123456789abcdefx::::...%%lo \t+-\x00\xff");
    text
}

fn scope(dice: &mut Dice) -> Vec<u8> {
    match dice.below(4) {
        0 | 1 => ifname::text(dice),
        2 => dice.number().to_string().into_bytes(),
        _ => [&dice.some(b"0 +-x", 2)[..], dice.number().to_string().as_bytes(), &dice.some(b"% x", 1)].concat(),
    }
}

/// The edges of each rule.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    named(&[
        ("v4", "127.1"),
        ("v4-space-behind", "1.2.3.4 "),
        ("v4-scope", "1.2.3.4%lo"),
        ("v6", "::1"),
        ("v6-space-behind", "::1 "),
        ("v6-brackets", "[::1]"),
        ("v6-mapped", "::ffff:1.2.3.4"),
        ("v6-mapped-scope", "::ffff:1.2.3.4%1"),
        ("v6-mapped-scope-name", "::ffff:1.2.3.4%lo"),
        ("v6-mapped-that-looks-link-local", "::ffff:254.128.3.4%lo"),
        ("scope-name", "fe80::1%lo"),
        ("scope-name-with-label", "fe80::1%lo:1"),
        ("scope-name-unknown", "fe80::1%nope"),
        ("scope-name-not-link-local", "2001:db8::1%lo"),
        ("scope-name-that-is-a-number", "fe80::1%5"),
        ("scope-number-not-link-local", "::1%5"),
        ("scope-node-local", "ff01::1%lo"),
        ("scope-link-multicast", "ff12::1%lo"),
        ("scope-site-multicast", "ff05::1%lo"),
        ("scope-site-local", "fec0::1%lo"),
        ("scope-largest", "fe80::1%4294967295"),
        ("scope-too-large", "fe80::1%4294967296"),
        ("scope-leading-zero", "fe80::1%01"),
        ("scope-empty", "fe80::1%"),
        ("scope-hex", "fe80::1%0x1"),
        ("scope-sign", "fe80::1%+1"),
        ("scope-space", "fe80::1% 1"),
        ("scope-twice", "fe80::1%lo%lo"),
        ("scope-nul", "fe80::1%lo\0"),
        ("star", "*"),
        ("name", "localhost"),
        ("broadcast", "<broadcast>"),
        ("nothing", ""),
    ])
}
