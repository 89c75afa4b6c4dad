//! What an administrator may set on a host, by the names Linux gives it: `sysctl(8)`, Documentation/networking/ip-sysctl.rst.
//!
//! `table.rs` has the names, the defaults and the ranges; here is how text becomes a number, as `proc_dointvec(9)` and its family do it.
//! A host keeps only what was changed: what the model reads has fields of its own ([`Settings`], and [`Sysctl`] for TCP), the text of
//! everything else is in a list that is empty on most hosts.

mod table;

#[cfg(test)]
mod tests;

use std::fmt;

use self::table::{Entry, Kind, TABLE};
use crate::proto::tcp::Sysctl;

/// What is set on a host.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// `RLIMIT_NOFILE`: descriptors a program may have open.
    pub(crate) nofile: usize,
    /// `net.ipv4.ip_local_port_range`, both ends included.
    pub(crate) port_range: (u16, u16),
    /// `net.ipv4.ip_default_ttl`.
    pub(crate) default_ttl: u8,
    /// `net.core.somaxconn`.
    pub(crate) somaxconn: i32,
    /// `net.core.rmem_default`, `wmem_default`, `rmem_max`, `wmem_max`.
    pub(crate) rmem_default: u32,
    pub(crate) wmem_default: u32,
    pub(crate) rmem_max: u32,
    pub(crate) wmem_max: u32,
    /// `net.ipv4.tcp_*`, once one of them was set.
    tcp: Option<Box<Sysctl>>,
    /// What was set by name, as it reads: the place in the table, and the text.
    changed: Vec<(u16, Box<str>)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            nofile: 1024,
            port_range: (32768, 60999),
            default_ttl: 64,
            somaxconn: 4096,
            rmem_default: 212_992,
            wmem_default: 212_992,
            // Since Linux 6.16; 212,992 before.
            rmem_max: 4_194_304,
            wmem_max: 4_194_304,
            tcp: None,
            changed: Vec::new(),
        }
    }
}

/// Why a name or a value was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum SysctlError {
    /// There is none of that name; those that look most like it.
    Unknown { name: String, near: Vec<&'static str> },
    /// It can only be read.
    ReadOnly { name: &'static str },
    /// The value is out of range, or no such thing; what there may be.
    Value { name: &'static str, value: String, wanted: String },
    /// There is no congestion control of that name.
    NoAlgorithm { name: &'static str, value: String },
}

impl fmt::Display for SysctlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, near } if near.is_empty() => write!(f, "there is no sysctl {name:?}"),
            Self::Unknown { name, near } => write!(f, "there is no sysctl {name:?}; there is {}", near.join(", ")),
            Self::ReadOnly { name } => write!(f, "{name} can only be read"),
            Self::Value { name, value, wanted } => write!(f, "{name} cannot be {value:?}: it is {wanted}"),
            Self::NoAlgorithm { name, value } => {
                write!(f, "{name} cannot be {value:?}: there is cubic, and there is reno")
            }
        }
    }
}

impl Settings {
    /// `net.ipv4.tcp_*`.
    #[inline]
    pub(crate) fn tcp(&self) -> &Sysctl {
        self.tcp.as_deref().unwrap_or(&Sysctl::DEFAULT)
    }

    /// `net.ipv4.tcp_*`, to be changed.
    pub(crate) fn tcp_mut(&mut self) -> &mut Sysctl {
        self.tcp.get_or_insert_with(|| Box::new(Sysctl::DEFAULT))
    }

    /// How it reads, by its name: `/proc/sys` without the line's end.
    pub(crate) fn sysctl(&self, name: &str) -> Result<&str, SysctlError> {
        let (index, entry) = find(name)?;
        let changed = self.changed.iter().find(|changed| changed.0 == index);
        Ok(changed.map_or(entry.default, |changed| &changed.1))
    }

    /// Sets it, by its name, from text as it is written to `/proc/sys`.
    pub(crate) fn set_sysctl(&mut self, name: &str, value: &str) -> Result<(), SysctlError> {
        let (index, entry) = find(name)?;
        let text = self.checked(entry, value)?;
        if let Some(act) = entry.act {
            act(self, &text);
        }
        self.keep(index, text.0.into_boxed_str());
        Ok(())
    }

    /// `net.ipv4.ip_local_port_range`, and be it in the privileged ports.
    pub(crate) fn set_port_range(&mut self, low: u16, high: u16) {
        self.port_range = (low, high);
        if let Ok((index, _)) = find("net.ipv4.ip_local_port_range") {
            self.keep(index, format!("{low}\t{high}").into_boxed_str());
        }
    }

    /// Keeps how it reads.
    fn keep(&mut self, index: u16, value: Box<str>) {
        match self.changed.iter_mut().find(|changed| changed.0 == index) {
            Some(changed) => changed.1 = value,
            None => self.changed.push((index, value)),
        }
    }

    /// The value as it will read, once it is found to be in range.
    fn checked(&self, entry: &'static Entry, value: &str) -> Result<Text, SysctlError> {
        let name = entry.name;
        let refused = || SysctlError::Value { name, value: value.to_owned(), wanted: entry.kind.to_string() };
        match entry.kind {
            Kind::ReadOnly => Err(SysctlError::ReadOnly { name }),
            Kind::Number { min, max } => {
                let number = first(value).ok_or_else(refused)?;
                // `ipv4_privileged_ports`: those for everybody may not reach into the privileged ones.
                let max = if name == UNPRIVILEGED_FROM { max.min(self.port_range.0.into()) } else { max };
                if (min..=max).contains(&number) { Ok(Text(number.to_string())) } else { Err(refused()) }
            }
            Kind::Millis => {
                let number = first(value).ok_or_else(refused)?;
                let fits = (0..=i128::from(i32::MAX)).contains(&number);
                // `proc_dointvec_ms_jiffies`: kept in jiffies of 4 ms.
                if fits { Ok(Text(((number + 3) / 4 * 4).to_string())) } else { Err(refused()) }
            }
            Kind::Numbers { min, max } | Kind::Range { min, max } => {
                // Who writes fewer numbers changes only those.
                let mut all = numbers(self.sysctl(name)?).unwrap_or_default();
                let given = numbers(value).ok_or_else(refused)?;
                if given.is_empty() || given.iter().take(all.len()).any(|number| !(min..=max).contains(number)) {
                    return Err(refused());
                }
                all.iter_mut().zip(given).for_each(|(old, new)| *old = new);
                if matches!(entry.kind, Kind::Range { .. }) {
                    // `ipv4_local_port_range`
                    let privileged = self.sysctl(UNPRIVILEGED_FROM).ok().and_then(first).unwrap_or_default();
                    if all[0] > all[1] || all[0] < privileged {
                        return Err(refused());
                    }
                }
                let texts: Vec<_> = all.iter().map(i128::to_string).collect();
                Ok(Text(texts.join("\t")))
            }
            Kind::Algorithm => {
                let known = value.trim();
                let is_known = matches!(known, "cubic" | "reno");
                let unknown = SysctlError::NoAlgorithm { name, value: value.to_owned() };
                if is_known { Ok(Text(known.to_owned())) } else { Err(unknown) }
            }
            Kind::Ports => {
                let ports = port_set(value).ok_or_else(refused)?;
                Ok(Text(ports))
            }
            Kind::Key => {
                let key = value.trim();
                let words: Vec<_> = key.split('-').collect();
                let is_key = words.len() == 4
                    && words.iter().all(|word| word.len() <= 8 && u32::from_str_radix(word, 16).is_ok());
                if is_key { Ok(Text(key.to_owned())) } else { Err(refused()) }
            }
        }
    }
}

/// A value that was checked, and reads so.
pub(crate) struct Text(String);

impl Text {
    /// Its numbers.
    fn numbers(&self) -> impl Iterator<Item = i128> {
        self.0.split('\t').filter_map(|word| word.parse().ok())
    }

    /// Its only number.
    fn number(&self) -> i128 {
        self.numbers().next().unwrap_or_default()
    }

    /// Its number as one of a narrower type: the nearest there is.
    fn u8(&self) -> u8 {
        self.number().clamp(0, u8::MAX.into()) as u8
    }

    fn u16(&self) -> u16 {
        self.number().clamp(0, u16::MAX.into()) as u16
    }

    fn u32(&self) -> u32 {
        self.number().clamp(0, u32::MAX.into()) as u32
    }

    fn u64(&self) -> u64 {
        self.number().clamp(0, u64::MAX.into()) as u64
    }

    fn is(&self, text: &str) -> bool {
        self.0 == text
    }
}

/// The entry of that name; slashes separate as well as dots do, as in sysctl(8).
fn find(name: &str) -> Result<(u16, &'static Entry), SysctlError> {
    let dotted = name.replace('/', ".");
    match TABLE.iter().position(|entry| entry.name == dotted) {
        Some(index) => Ok((index as u16, &TABLE[index])),
        None => Err(SysctlError::Unknown { name: name.to_owned(), near: near(&dotted) }),
    }
}

/// The names, at most three, that somebody who wrote `name` may have meant.
fn near(name: &str) -> Vec<&'static str> {
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    let meant = last(name);
    let mut all: Vec<_> = TABLE.iter().map(|entry| (distance(&meant, &last(entry.name)), entry.name)).collect();
    // The table is in the order of names, and the sort keeps it among equals.
    all.sort_by_key(|&(distance, _)| distance);
    let most = meant.len() / 2;
    all.into_iter().filter(|&(distance, _)| distance <= most).take(3).map(|(_, name)| name).collect()
}

/// How many letters are to be put in, taken out or changed (Levenshtein); a word that is part of the other is as near as can be.
fn distance(left: &str, right: &str) -> usize {
    if !left.is_empty() && right.contains(left) {
        return 0;
    }
    let right: Vec<_> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, from) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in right.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

/// The first port that needs no privilege.
const UNPRIVILEGED_FROM: &str = "net.ipv4.ip_unprivileged_port_start";

/// A single number; what stands behind it, after a space, is not looked at.
fn first(text: &str) -> Option<i128> {
    text.split_ascii_whitespace().next().and_then(number)
}

/// `proc_get_long`: words that are numbers, in decimal, with 0x in hexadecimal, with 0 in octal. `None` if one is not.
fn numbers(text: &str) -> Option<Vec<i128>> {
    text.split_ascii_whitespace().map(number).collect()
}

fn number(word: &str) -> Option<i128> {
    let (digits, sign) = word.strip_prefix('-').map_or((word, 1), |digits| (digits, -1));
    let (digits, radix) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&digits[2..], 16),
        [b'0', _, ..] => (&digits[1..], 8),
        _ => (digits, 10),
    };
    // No second sign.
    let is_plain = digits.starts_with(|first: char| first.is_ascii_hexdigit());
    let value = i128::from(u64::from_str_radix(digits, radix).ok().filter(|_| is_plain)?);
    Some(value * sign)
}

/// `proc_do_large_bitmap`: ports and ranges of them, separated by commas; read back in order, neighbours joined.
fn port_set(text: &str) -> Option<String> {
    let mut ranges = Vec::new();
    for part in text.trim_end_matches('\n').split(',').filter(|part| !part.is_empty()) {
        let (low, high) = part.split_once('-').unwrap_or((part, part));
        let (low, high) = (number(low)?, number(high)?);
        if !(0..=0xffff).contains(&low) || !(low..=0xffff).contains(&high) {
            return None;
        }
        ranges.push((low, high));
    }
    ranges.sort_unstable();
    let mut joined: Vec<(i128, i128)> = Vec::new();
    for (low, high) in ranges {
        match joined.last_mut() {
            Some(last) if low <= last.1 + 1 => last.1 = last.1.max(high),
            _ => joined.push((low, high)),
        }
    }
    let text = |(low, high): (i128, i128)| if low == high { low.to_string() } else { format!("{low}-{high}") };
    Some(joined.into_iter().map(text).collect::<Vec<_>>().join(","))
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadOnly => f.write_str("not to be set"),
            Self::Number { min, max } => write!(f, "a number from {min} to {max}"),
            Self::Millis => write!(f, "a number from 0 to {}", i32::MAX),
            Self::Numbers { min, max } => write!(f, "three numbers from {min} to {max}"),
            Self::Range { min, max } => write!(f, "two numbers from {min} to {max}, the smaller first"),
            Self::Algorithm => f.write_str("the name of a congestion control"),
            Self::Ports => f.write_str("a list of ports and ranges of ports"),
            Self::Key => f.write_str("four hexadecimal words with hyphens between them"),
        }
    }
}
