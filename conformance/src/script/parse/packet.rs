//! Packets: `[ce] S. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale 7>`, and ICMP errors.

use super::{ParseError, cursor::Cursor};
use crate::script::{
    model::{Icmp, IcmpKind},
    segment::{Cookie, ECN_NAMES, Flags, IpPart, Options, Segment, TcpOption},
};

/// A packet that the script sends: everything has a value.
pub(super) fn injected(cursor: &mut Cursor<'_>) -> Result<Segment, ParseError> {
    let segment = segment(cursor)?;
    let says = |text: &str| Err(cursor.error(format!("a packet that is sent needs {text}")));
    if segment.any_push {
        return says("PSH or no PSH, not \"p\"");
    }
    if segment.options.open {
        return says("all of its options, not \"...\"");
    }
    if segment.ack.is_none() && segment.flags.has(Flags::ACK) {
        return says("an acknowledgement number, because it has the flag");
    }
    let wild = |option: &TcpOption| {
        matches!(option, TcpOption::Timestamp { val: None, .. } | TcpOption::Timestamp { ecr: None, .. })
    };
    if segment.options.list.iter().any(wild) {
        return says("time stamps, not \"*\"");
    }
    Ok(segment)
}

/// A packet that the tested side is expected to send. What is not said is not compared, but for options: none written, none expected.
pub(super) fn expected(cursor: &mut Cursor<'_>) -> Result<Segment, ParseError> {
    segment(cursor)
}

fn segment(cursor: &mut Cursor<'_>) -> Result<Segment, ParseError> {
    let ip = if cursor.eat("[") { ip_part(cursor)? } else { IpPart::default() };
    let (flags, any_push) = flags(cursor)?;
    let (seq, len) = range(cursor)?;
    let ack = if cursor.eat("ack") { Some(cursor.sequence("an acknowledgement number")?) } else { None };
    let window = if cursor.eat("win") { Some(cursor.number("a window of 0 to 65535")?) } else { None };
    let urgent = if cursor.eat("urg") { Some(cursor.number("an urgent pointer of 0 to 65535")?) } else { None };
    let options = if cursor.eat("<") { options(cursor)? } else { Options::default() };
    let begin = *cursor;
    let payload = if cursor.sees("\"") { Some(cursor.string()?) } else { None };
    if payload.as_ref().is_some_and(|payload| payload.len() != len as usize) {
        return Err(begin.error(format!("expected {len} bytes, as the length in parentheses says")));
    }
    Ok(Segment { flags, any_push, seq, len, ack, window, urgent, options, payload, ip })
}

/// `badsum`, `ce`, `ttl 1`, in brackets.
fn ip_part(cursor: &mut Cursor<'_>) -> Result<IpPart, ParseError> {
    let mut part = IpPart::default();
    loop {
        if cursor.eat("badsum") {
            part.bad_checksum = true;
        } else if let Some(ecn) = ECN_NAMES.iter().position(|name| cursor.eat(name)) {
            part.ecn = Some(ecn as u8);
        } else if cursor.eat("ttl") {
            part.ttl = Some(cursor.number("a time to live of 0 to 255")?);
        } else {
            return cursor.expected("badsum, ttl N, noecn, ect0, ect1 or ce");
        }
        if cursor.eat("]") {
            return Ok(part);
        }
        cursor.expect(",")?;
    }
}

/// `S.`, `P.`, `p.`, `-`.
fn flags(cursor: &mut Cursor<'_>) -> Result<(Flags, bool), ParseError> {
    let letters: String = cursor.rest().chars().take_while(|c| !c.is_whitespace()).collect();
    let mut flags = Flags::default();
    let mut any_push = false;
    let begin = *cursor;
    for letter in letters.chars() {
        match Flags::LETTERS.iter().find(|(known, _)| *known == letter) {
            Some((_, flag)) => flags.0 |= flag,
            None if letter == 'p' => any_push = true,
            None if letters == "-" => {}
            None => {
                *cursor = begin;
                return cursor.expected("flags: of S F R P U E W and . for ACK, or - for none");
            }
        }
    }
    if letters.is_empty() {
        return cursor.expected("flags: of S F R P U E W and . for ACK, or - for none");
    }
    cursor.skip(letters.len());
    Ok((flags, any_push))
}

/// `1:1001(1000)`: the first number, the one after the last byte, and how many bytes that is.
fn range(cursor: &mut Cursor<'_>) -> Result<(u32, u32), ParseError> {
    let first = cursor.sequence("sequence numbers, as in 1:1001(1000)")?;
    cursor.expect(":")?;
    let end_at = *cursor;
    let end = cursor.sequence("the sequence number after the last byte")?;
    cursor.expect("(")?;
    let len = cursor.number::<u32>("the length of the payload")?;
    cursor.expect(")")?;
    if first.wrapping_add(len) != end {
        let should_be = first.wrapping_add(len);
        return Err(end_at.error(format!("{first} and {len} bytes end at {should_be}, not at {end}")));
    }
    Ok((first, len))
}

/// All up to `>`.
fn options(cursor: &mut Cursor<'_>) -> Result<Options, ParseError> {
    let mut options = Options::default();
    if cursor.eat(">") {
        return Ok(options);
    }
    loop {
        if cursor.eat("...") {
            options.open = true;
            cursor.expect(">")?;
            return Ok(options);
        }
        options.list.push(option(cursor)?);
        if cursor.eat(">") {
            return Ok(options);
        }
        if !cursor.eat(",") {
            return cursor.expected("\",\" or \">\"");
        }
    }
}

fn option(cursor: &mut Cursor<'_>) -> Result<TcpOption, ParseError> {
    let begin = *cursor;
    Ok(match cursor.word() {
        Some("nop") => TcpOption::Nop,
        Some("eol") => TcpOption::End,
        Some("mss") => TcpOption::Mss(cursor.number("a segment size of 0 to 65535")?),
        Some("wscale") => TcpOption::WindowScale(cursor.number("a shift of 0 to 255")?),
        Some("sackOK") => TcpOption::SackPermitted,
        Some("sack") => {
            let mut blocks = Vec::new();
            while !cursor.sees(",") && !cursor.sees(">") {
                let left = cursor.sequence("a block, as in 1001:2001")?;
                cursor.expect(":")?;
                blocks.push((left, cursor.sequence("the end of a block")?));
            }
            TcpOption::Sack(blocks)
        }
        Some("TS") => {
            cursor.expect("val")?;
            let val = stamp(cursor)?;
            cursor.expect("ecr")?;
            TcpOption::Timestamp { val, ecr: stamp(cursor)? }
        }
        Some("FO") => {
            let text = cursor.until(&[',', '>']);
            match (text, bytes(text)) {
                ("cookie", _) => TcpOption::FastOpen(Cookie::Remembered),
                (_, Some(bytes)) => TcpOption::FastOpen(Cookie::Bytes(bytes)),
                _ => return begin.error_at("expected FO, FO cookie, or FO and hexadecimal digits, two a byte"),
            }
        }
        Some("opt") => {
            let kind = cursor.number("the number of an option")?;
            let text = cursor.until(&[',', '>']);
            match bytes(text.strip_prefix("0x").unwrap_or(text)) {
                Some(bytes) => TcpOption::Other(kind, bytes),
                None => return cursor.expected("hexadecimal digits, two a byte"),
            }
        }
        _ => {
            *cursor = begin;
            return cursor.expected("an option: mss, wscale, sackOK, sack, TS, nop, eol, FO or opt");
        }
    })
}

fn stamp(cursor: &mut Cursor<'_>) -> Result<Option<u32>, ParseError> {
    if cursor.eat("*") { Ok(None) } else { cursor.sequence("a time stamp or *").map(Some) }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pair = |at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    (0..hex.len()).step_by(2).map(pair).collect()
}

/// `icmp unreachable host_unreachable [1:1461(1460)]`, after its first word.
pub(super) fn icmp(cursor: &mut Cursor<'_>) -> Result<Icmp, ParseError> {
    let begin = *cursor;
    let kind = match cursor.word() {
        Some("net_unreachable") => IcmpKind::NetUnreachable,
        Some("host_unreachable") => IcmpKind::HostUnreachable,
        Some("port_unreachable") => IcmpKind::PortUnreachable,
        Some("protocol_unreachable") => IcmpKind::ProtocolUnreachable,
        Some("admin_prohibited") => IcmpKind::AdminProhibited,
        Some("time_exceeded") => IcmpKind::TimeExceeded,
        Some("frag_needed") => {
            cursor.expect("mtu")?;
            IcmpKind::FragmentationNeeded(cursor.number("an MTU of 0 to 65535")?)
        }
        _ => {
            *cursor = begin;
            return cursor.expected(
                "net_unreachable, host_unreachable, port_unreachable, protocol_unreachable, admin_prohibited, time_exceeded or \
                 frag_needed mtu N",
            );
        }
    };
    cursor.expect("[")?;
    let (seq, len) = range(cursor)?;
    cursor.expect("]")?;
    Ok(Icmp { kind, seq, len })
}
