//! Where our parsers may read a text otherwise than the C library, and why. Every row is shown by a seed of its parser.

/// One permitted difference.
#[derive(Clone, Copy, Debug)]
pub struct Permitted {
    /// The parser.
    pub parser: &'static str,
    /// What differs, and for what reason.
    pub reason: &'static str,
    /// Which texts.
    pub applies: fn(&[u8]) -> bool,
}

/// All of them.
pub const PERMITTED: &[Permitted] = &[Permitted {
    parser: "bluetooth",
    reason: "scanf cuts a number to 32 bits, so that 100000001 and -ffffffff are 1 to it: a number above 255 is refused",
    // Of fewer digits than eight nothing is cut.
    applies: |text| {
        let mut numbers = text.split(|byte| !byte.is_ascii_hexdigit());
        numbers.any(|digits| digits.iter().skip_while(|&&digit| digit == b'0').count() >= 8)
    },
}];

/// Why `parser` may differ here, if it may.
#[must_use]
pub fn reason(parser: &str, text: &[u8]) -> Option<&'static str> {
    PERMITTED.iter().find(|row| row.parser == parser && (row.applies)(text)).map(|row| row.reason)
}
