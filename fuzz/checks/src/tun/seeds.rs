//! Conversations by the book, and where the book has its edges.

use crate::Seed;

/// A step: what, flags, place of the offsets of seq and ack in their table, window, place of the length, options, urgent, place of the
/// pause.
type Row = (u8, u8, u8, u8, u16, u8, u8, u8, u8);

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const PSH: u8 = 8;
const ACK: u8 = 16;
const URG: u8 = 32;
const ECN: u8 = 64 | 128;

const HELLO: Row = (0, SYN, 0, 0, 65_000, 0, 10, 0, 0);
const BARE: Row = (0, SYN, 0, 0, 65_000, 0, 6, 0, 0);
const OK: Row = (0, ACK, 0, 0, 500, 0, 0, 0, 0);
const DATA: Row = (0, PSH | ACK, 0, 0, 500, 5, 0, 0, 0);
const END: Row = (0, FIN | ACK, 0, 0, 500, 0, 0, 0, 8);

/// See above.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    let with = |row: Row, change: fn(&mut Row)| {
        let mut row = row;
        change(&mut row);
        row
    };
    let on = |talk: u8, rows: &[Row]| rows.iter().map(|row| (row.0 + talk, row.1, row.2, row.3, row.4, row.5, row.6, row.7, row.8)).collect::<Vec<_>>();
    let answer: Row = (3, SYN | ACK, 0, 0, 65_000, 0, 10, 0, 0);
    let accepted = [answer, (3, ACK, 0, 0, 500, 0, 0, 0, 8), (3, ACK, 0, 0, 500, 0, 0, 0, 8)];
    let rows: Vec<(&str, u8, Vec<Row>)> = vec![
        ("nothing", 0, vec![]),
        ("echo", 0, vec![HELLO, OK, DATA, OK, DATA, OK, END, OK]),
        ("echo-bare", 0, vec![BARE, with(OK, |row| row.6 = 6), with(DATA, |row| row.6 = 6), with(END, |row| row.6 = 6)]),
        ("echo-v6", 0, on(2, &[HELLO, OK, DATA, OK, END, OK])),
        ("echo-small-buffer", 1, vec![HELLO, OK, DATA, DATA, DATA, DATA, OK, END]),
        ("echo-without-sack", 2, vec![BARE, OK, DATA, END]),
        ("two-at-once", 8, [on(0, &[HELLO, OK, DATA]), on(1, &[HELLO, OK, DATA, END]), on(0, &[END])].concat()),
        ("out-of-order", 0, vec![HELLO, OK, with(DATA, |row| row.2 = 9), with(DATA, |row| row.2 = 9), DATA, DATA, OK, END]),
        ("overlap", 0, vec![HELLO, OK, DATA, with(DATA, |row| row.2 = 10), with(DATA, |row| row.2 = 8), OK, END]),
        ("old-syn", 0, vec![HELLO, OK, DATA, with(HELLO, |row| row.2 = 10), OK, DATA]),
        ("syn-in-window", 0, vec![HELLO, OK, HELLO, OK]),
        ("syn-with-data", 4, vec![with(HELLO, |row| (row.5, row.6) = (5, 13)), OK]),
        ("syn-with-cookie", 4, vec![with(HELLO, |row| (row.5, row.6) = (5, 21)), OK]),
        ("syn-fin", 0, vec![with(HELLO, |row| row.1 = SYN | FIN), OK]),
        ("everything-set", 0, vec![with(HELLO, |row| row.1 = 255), HELLO, with(DATA, |row| row.1 = 255), OK]),
        ("ack-of-unsent", 0, vec![HELLO, with(OK, |row| row.3 = 9), OK, with(OK, |row| row.3 = 14), DATA]),
        ("ack-of-old", 0, vec![HELLO, OK, DATA, with(OK, |row| row.3 = 13), with(OK, |row| row.3 = 15)]),
        ("reset-exact", 0, vec![HELLO, OK, DATA, with(OK, |row| row.1 = RST)]),
        ("reset-in-window", 0, vec![HELLO, OK, with(OK, |row| (row.1, row.2) = (RST, 9)), DATA]),
        ("reset-while-half-open", 0, vec![HELLO, with(OK, |row| row.1 = RST), HELLO, OK, DATA]),
        ("zero-window", 0, vec![HELLO, OK, with(DATA, |row| row.4 = 0), with(OK, |row| (row.4, row.8) = (0, 13)), OK, with(OK, |row| row.8 = 12)]),
        ("shrinking-window", 0, vec![HELLO, with(DATA, |row| row.4 = 5), with(OK, |row| row.4 = 1), with(OK, |row| row.4 = 0)]),
        ("urgent", 0, vec![HELLO, OK, with(DATA, |row| (row.1, row.7) = (PSH | ACK | URG, 5)), with(DATA, |row| (row.1, row.7) = (ACK | URG, 255)), END]),
        ("urgent-zero", 0, vec![HELLO, OK, with(DATA, |row| row.1 = PSH | ACK | URG), END]),
        ("sack", 0, vec![HELLO, OK, DATA, with(OK, |row| (row.3, row.6) = (10, 14)), with(OK, |row| (row.3, row.6) = (10, 14)), with(OK, |row| (row.3, row.6, row.8) = (10, 15, 12)), OK]),
        ("sack-nonsense", 0, vec![HELLO, OK, DATA, with(OK, |row| row.6 = 16), with(OK, |row| row.6 = 17), OK]),
        ("stamps-old", 0, vec![HELLO, OK, with(DATA, |row| row.6 = 18), with(DATA, |row| row.6 = 20), with(DATA, |row| row.6 = 19), DATA]),
        ("stamps-missing", 0, vec![HELLO, OK, with(DATA, |row| row.6 = 6), DATA]),
        ("mss-zero", 0, vec![with(HELLO, |row| row.6 = 12), with(OK, |row| row.6 = 6), with(DATA, |row| row.6 = 6)]),
        ("scale-255", 0, vec![with(HELLO, |row| row.6 = 11), with(OK, |row| row.6 = 6), with(DATA, |row| row.6 = 6)]),
        ("ecn", 0, vec![with(HELLO, |row| row.1 = SYN | ECN), OK, with(DATA, |row| row.1 = PSH | ACK | ECN)]),
        ("fin-twice", 0, vec![HELLO, OK, END, with(END, |row| row.2 = 7), OK, HELLO, OK, DATA]),
        ("fin-with-data", 0, vec![HELLO, OK, with(DATA, |row| row.1 = FIN | PSH | ACK), OK, with(OK, |row| row.8 = 15)]),
        ("fin-out-of-order", 0, vec![HELLO, OK, with(END, |row| row.2 = 9), DATA, OK]),
        ("half-open-for-a-minute", 0, vec![with(HELLO, |row| row.8 = 15), OK]),
        ("no-answer-for-minutes", 0, vec![HELLO, OK, with(DATA, |row| row.8 = 15), with(OK, |row| (row.3, row.8) = (10, 15)), OK]),
        ("connect", 0, accepted.to_vec()),
        ("connect-refused", 0, vec![(3, RST | ACK, 0, 0, 0, 0, 6, 0, 0)]),
        ("connect-at-once", 0, vec![(3, SYN, 0, 0, 65_000, 0, 10, 0, 0), (3, ACK, 0, 0, 500, 0, 0, 0, 0)]),
        ("connect-data-and-end", 0, [&accepted[..], &[(3, PSH | ACK, 0, 0, 500, 5, 0, 0, 8), (3, FIN | ACK, 0, 0, 500, 0, 0, 0, 8)]].concat()),
        ("connect-loss", 0, [&accepted[..1], &[(3, ACK, 0, 10, 500, 0, 14, 0, 12), (3, ACK, 0, 10, 500, 0, 15, 0, 13), (3, ACK, 0, 0, 500, 0, 0, 0, 8)]].concat()),
        ("connect-unreachable", 0, (0..8).map(|kind| (27, 0, 0, 0, 1400, 0, kind, 0, 0)).collect()),
        ("frag-needed", 0, [&accepted[..1], &[(27, 0, 0, 0, 600, 0, 4, 0, 9), (27, 0, 0, 0, 0, 0, 4, 0, 9), (3, ACK, 0, 0, 500, 0, 0, 0, 8)]].concat()),
        ("frag-needed-v6", 0, [on(2, &[HELLO, OK, DATA]), vec![(26, 0, 0, 0, 600, 0, 4, 0, 9)], on(2, &[OK, DATA])].concat()),
        ("own-packets-back", 0, vec![HELLO, (28, 1, 0, 0, 33, 0, 0, 0, 0), OK, (28, 255, 0, 0, 13, 0, 0, 0, 0), (31, 16, 0, 0, 33, 0, 0, 0, 0)]),
        ("datagrams", 0, (0..6).flat_map(|port| [(20, 0, 0, 0, 0, 3, port, 0, 0), (21, 0, 0, 0, 0, 7, port, 0, 0)]).collect()),
        ("datagram-unreachable", 0, vec![(20, 0, 0, 0, 0, 3, 0, 0, 0), (24, 1, 0, 0, 0, 0, 3, 0, 0), (20, 0, 0, 0, 0, 3, 0, 0, 0)]),
    ];
    rows.into_iter().map(|(name, world, rows)| (name.to_owned(), bytes(world, &rows))).collect()
}

fn bytes(world: u8, rows: &[Row]) -> Vec<u8> {
    let mut bytes = vec![world];
    for (what, flags, seq, ack, window, len, options, urgent, pause) in rows {
        let [low, high] = window.to_le_bytes();
        bytes.extend([*what, *flags, *seq, *ack, low, high, *len, *options, *urgent, *pause, 0, 0]);
    }
    bytes
}
