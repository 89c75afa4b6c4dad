//! What options are given: the values of `fixtures/options/`, which stand at the edges of each option's range, and more of the same kind
//! for options that have no line there.

use std::{collections::BTreeMap, sync::LazyLock};

use wavetank_api::{c, option};

/// By level and name.
type Values = BTreeMap<(i32, i32), Vec<Vec<u8>>>;

/// The values of each option.
static VALUES: LazyLock<Values> = LazyLock::new(|| {
    let mut values = Values::new();
    let mut add = |level, name, value: Vec<u8>| {
        let list = values.entry((level, name)).or_default();
        if !list.contains(&value) {
            list.push(value);
        }
    };
    for (level, text) in RECORDED {
        for (label, value) in text.lines().flat_map(recorded) {
            if let Some((_, name, _)) = option::all().find(|known| known.0 == level && known.2 == label) {
                add(level, name, value);
            }
        }
    }
    for (level, name, list) in INTS {
        list.iter().for_each(|value| add(*level, *name, value.to_ne_bytes().to_vec()));
    }
    values
});

const RECORDED: [(i32, &str); 4] = [
    (c::SOL_SOCKET, include_str!("../../../fixtures/options/socket.txt")),
    (c::IPPROTO_TCP, include_str!("../../../fixtures/options/tcp.txt")),
    (c::IPPROTO_IP, include_str!("../../../fixtures/options/ip.txt")),
    (c::IPPROTO_IPV6, include_str!("../../../fixtures/options/ipv6.txt")),
];

/// Of options that the recorded tables lack, because they are not TCP's; and values that matter to what is sent.
const INTS: &[(i32, i32, &[i32])] = &[
    (c::IPPROTO_UDP, c::UDP_CORK, &[0, 1]),
    (c::IPPROTO_UDP, c::UDP_SEGMENT, &[0, 1, 100, 1400, 65_535, 65_536, -1]),
    (c::IPPROTO_UDP, c::UDP_GRO, &[0, 1]),
    (c::IPPROTO_UDP, c::UDP_ENCAP, &[0, 1, 2, 3, 99]),
    (c::IPPROTO_UDP, c::UDP_NO_CHECK6_TX, &[0, 1]),
    (c::IPPROTO_UDP, c::UDP_NO_CHECK6_RX, &[0, 1]),
    (c::SOL_SOCKET, c::SO_RCVLOWAT, &[0, 1, 2, 10, 1000, 100_000, -1]),
    (c::SOL_SOCKET, c::SO_PASSCRED, &[0, 1]),
    // Anything lower would be a matter of time.
    (c::SOL_SOCKET, c::SO_MAX_PACING_RATE, &[-1, i32::MAX]),
];

/// What is given to an option that is in no list.
pub(super) const ANY: [i32; 16] = [0, 1, 1, 1, 0, 1, 2, 5, 64, 255, 1000, 2304, 50_000, -1, i32::MAX, i32::MIN];

/// The values of that option, if it has any of its own.
pub(super) fn of(level: i32, name: i32) -> &'static [Vec<u8>] {
    match (level, name) {
        // Others would be a matter of time, or block.
        (c::SOL_SOCKET, c::SO_LINGER) => &[],
        _ => VALUES.get(&(level, name)).map_or(&[], Vec::as_slice),
    }
}

/// The option and the values of one line of a recorded table (fixtures/options/README.md).
fn recorded(line: &str) -> Vec<(&str, Vec<u8>)> {
    let Some((label, rest)) = line.split_once(' ') else { return Vec::new() };
    let Some((_, tried)) = rest.split_once(" | ") else { return Vec::new() };
    if rest.starts_with("lengths") || label == "SO_MAX_PACING_RATE" {
        return Vec::new();
    }
    let tried = tried.split(" # ").next().unwrap_or_default();
    tried.split(' ').filter_map(|word| value(word.split(['=', '!']).next()?)).map(|value| (label, value)).collect()
}

/// A value as those tables write it: a number, `0x` and bytes with `+` zeroes behind them, or text.
fn value(word: &str) -> Option<Vec<u8>> {
    if let Some(text) = word.strip_prefix('"') {
        return Some(text.strip_suffix('"')?.replace("\\x00", "\0").into_bytes());
    }
    let Some(hex) = word.strip_prefix("0x") else {
        return word.parse::<i32>().ok().map(|number| number.to_ne_bytes().to_vec());
    };
    let (hex, zeroes) = hex.split_once('+').unwrap_or((hex, "0"));
    let digits = hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    let mut bytes = digits.collect::<Option<Vec<u8>>>()?;
    bytes.resize(bytes.len() + zeroes.parse::<usize>().ok()?, 0);
    Some(bytes)
}
