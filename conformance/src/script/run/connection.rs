//! A connection of a script: its ports, and where its numbers begin on the wire.

use super::{
    super::{
        bytes::Arrived,
        segment::{Cookie, Flags, Options, Segment, TcpOption},
    },
    Tolerance,
};

/// The port of the script's side on connection 1 is one more, and so on.
pub(super) const REMOTE_PORTS: u16 = 40_000;

/// What turns relative numbers into those of the wire and back.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    pub(super) local_port: u16,
    pub(super) remote_port: u16,
    remote_isn: u32,
    /// Known with the first SYN of the tested side.
    local_isn: Option<u32>,
    /// What is 0 for scripts in the time stamps of the tested side.
    stamp_base: Option<u32>,
    /// The cookie of Fast Open that the tested side gave.
    cookie: Vec<u8>,
}

impl Connection {
    pub(super) fn new(number: usize, local_port: u16, remote_isn: u32) -> Self {
        let remote_port = REMOTE_PORTS + number as u16;
        Self { local_port, remote_port, remote_isn, local_isn: None, stamp_base: None, cookie: Vec::new() }
    }

    /// The next SYN of the tested side begins anew.
    pub(super) fn renumber(&mut self) {
        self.local_isn = None;
        self.stamp_base = None;
    }

    /// Learns from a packet, of which the script says `expected`, where the numbers of the tested side begin.
    pub(super) fn learn(&mut self, arrived: &Arrived, expected: Option<&Segment>) {
        let segment = &arrived.segment;
        if segment.flags.has(Flags::SYN) {
            let seq = expected.map_or(0, |expected| expected.seq);
            self.local_isn.get_or_insert(segment.seq.wrapping_sub(seq));
            self.local_port = arrived.path.from.1;
        }
        for option in &segment.options.list {
            match option {
                TcpOption::Timestamp { val: Some(val), .. } => {
                    let written = expected.and_then(|expected| stamp(&expected.options)).unwrap_or(0);
                    self.stamp_base.get_or_insert(val.wrapping_sub(written));
                }
                TcpOption::FastOpen(Cookie::Bytes(cookie)) if !cookie.is_empty() => self.cookie.clone_from(cookie),
                _ => {}
            }
        }
    }

    /// A packet of the tested side as the script would write it.
    pub(super) fn relative(&self, arrived: &Arrived) -> Segment {
        let mut segment = arrived.segment.clone();
        segment.seq = segment.seq.wrapping_sub(self.local_isn.unwrap_or(0));
        segment.ack = segment.ack.map(|ack| ack.wrapping_sub(self.remote_isn));
        for option in &mut segment.options.list {
            match option {
                TcpOption::Sack(blocks) => blocks.iter_mut().for_each(|(left, right)| {
                    *left = left.wrapping_sub(self.remote_isn);
                    *right = right.wrapping_sub(self.remote_isn);
                }),
                TcpOption::Timestamp { val: Some(val), .. } => *val = val.wrapping_sub(self.stamp_base.unwrap_or(0)),
                _ => {}
            }
        }
        segment
    }

    /// A packet of the script as it goes on the wire.
    pub(super) fn absolute(&self, segment: &Segment) -> Segment {
        let mut segment = segment.clone();
        let local = self.local_isn.unwrap_or(0);
        segment.seq = segment.seq.wrapping_add(self.remote_isn);
        segment.ack = segment.ack.map(|ack| ack.wrapping_add(local));
        let echoes = segment.flags.has(Flags::ACK);
        for option in &mut segment.options.list {
            match option {
                TcpOption::Sack(blocks) => blocks.iter_mut().for_each(|(left, right)| {
                    *left = left.wrapping_add(local);
                    *right = right.wrapping_add(local);
                }),
                TcpOption::Timestamp { ecr: Some(ecr), .. } if echoes => {
                    *ecr = ecr.wrapping_add(self.stamp_base.unwrap_or(0));
                }
                TcpOption::FastOpen(cookie) if *cookie == Cookie::Remembered => {
                    *cookie = Cookie::Bytes(self.cookie.clone());
                }
                _ => {}
            }
        }
        segment
    }

    /// The number on the wire of a byte of the tested side.
    pub(super) fn local_seq(&self, seq: u32) -> u32 {
        seq.wrapping_add(self.local_isn.unwrap_or(0))
    }
}

fn stamp(options: &Options) -> Option<u32> {
    options.list.iter().find_map(|option| match option {
        TcpOption::Timestamp { val, .. } => *val,
        _ => None,
    })
}

/// What of a packet is not as expected, a line for each.
pub(super) fn differences(expected: &Segment, actual: &Segment, tolerance: Tolerance) -> Vec<String> {
    let mut lines = Vec::new();
    let mut differ = |what: &str, expected: String, actual: String| {
        lines.push(format!("{what}: expected {expected}, got {actual}"));
    };
    let mask = if expected.any_push { !Flags::PSH } else { 0xff };
    if expected.flags.0 & mask != actual.flags.0 & mask {
        differ("flags", expected.flags.to_string(), actual.flags.to_string());
    }
    if expected.seq != actual.seq {
        differ("sequence number", expected.seq.to_string(), actual.seq.to_string());
    }
    if expected.len != actual.len {
        differ("length", expected.len.to_string(), actual.len.to_string());
    }
    let (e_ip, a_ip) = (expected.ip, actual.ip);
    let numbers = [
        ("ack", expected.ack, actual.ack),
        ("win", expected.window.map(u32::from), actual.window.map(u32::from)),
        ("urg", expected.urgent.map(u32::from), actual.urgent.map(u32::from)),
        ("ECN", e_ip.ecn.map(u32::from), a_ip.ecn.map(u32::from)),
        ("ttl", e_ip.ttl.map(u32::from), a_ip.ttl.map(u32::from)),
    ];
    for (what, expected, actual) in numbers {
        let text = |number: Option<u32>| number.map_or("none".to_owned(), |number| number.to_string());
        if expected.is_some() && expected != actual {
            differ(what, text(expected), text(actual));
        }
    }
    if !options_match(&expected.options, &actual.options, tolerance) {
        differ("options", format!("<{}>", expected.options), format!("<{}>", actual.options));
    }
    lines
}

fn options_match(expected: &Options, actual: &Options, tolerance: Tolerance) -> bool {
    let (written, there) = (expected.list.len(), actual.list.len());
    let count_matches = if expected.open { there >= written } else { there == written };
    let mut pairs = expected.list.iter().zip(&actual.list);
    count_matches && pairs.all(|(expected, actual)| option_matches(expected, actual, tolerance))
}

fn option_matches(expected: &TcpOption, actual: &TcpOption, tolerance: Tolerance) -> bool {
    match (expected, actual) {
        (TcpOption::Timestamp { val, ecr }, TcpOption::Timestamp { val: Some(got_val), ecr: Some(got_ecr) }) => {
            // A time stamp counts milliseconds (tcp_clock_ts), and so its last digit is a matter of luck.
            let late = tolerance.late.as_millis() as i64 + 1;
            let early = tolerance.early.as_millis() as i64 + 1;
            let off = |val: u32| i64::from(got_val.wrapping_sub(val).cast_signed());
            val.is_none_or(|val| (-early..=late).contains(&off(val))) && ecr.is_none_or(|ecr| ecr == *got_ecr)
        }
        (TcpOption::FastOpen(Cookie::Remembered), TcpOption::FastOpen(Cookie::Bytes(cookie))) => !cookie.is_empty(),
        (expected, actual) => expected == actual,
    }
}
