//! Texts at random that are nearly right: the parts that the grammars of addresses share.

/// Random numbers that follow from a seed: SplitMix64 (Steele, Lea and Flood, 2014).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Those of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.bits() % end as u64) as usize
    }

    /// Yes, once in `n`.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One entry of a table.
    pub fn of<T: Copy>(&mut self, table: &[T]) -> T {
        table[self.below(table.len())]
    }

    /// A number: small, at the edge of a width, or any.
    pub fn number(&mut self) -> u64 {
        match self.below(8) {
            0 => self.bits(),
            1 => u64::from(self.bits() as u32),
            2 => self.of(EDGES),
            3 => self.of(EDGES).wrapping_add(self.bits() % 3).wrapping_sub(1),
            4 => self.bits() % 0x1_0000,
            _ => self.bits() % 0x100,
        }
    }

    /// White space and what looks like it.
    pub fn space(&mut self) -> u8 {
        self.of(b" \t\n\x0b\x0c\r \t\n\x00\x1c\x85\xa0")
    }

    /// Some bytes of a table.
    pub fn some(&mut self, table: &[u8], at_most: usize) -> Vec<u8> {
        (0..self.below(at_most + 1)).map(|_| self.of(table)).collect()
    }

    /// In half the cases, changes the text in one to three places, with bytes of its own, of the alphabet, or any.
    pub fn mutate(&mut self, text: &mut Vec<u8>, alphabet: &[u8]) {
        if self.once_in(2) {
            return;
        }
        for _ in 0..=self.below(3) {
            let at = self.below(text.len() + 1);
            let byte = if self.once_in(6) { self.bits() as u8 } else { self.of(alphabet) };
            let end = (at + 1 + self.below(4)).min(text.len());
            match self.below(6) {
                0 => text.insert(at, byte),
                1 if at < text.len() => text[at] = byte,
                2 if at < end => drop(text.drain(at..end)),
                3 if at < end => {
                    let piece = text[at..end].to_vec();
                    let to = self.below(text.len() + 1);
                    text.splice(to..to, piece);
                }
                4 if at + 1 < text.len() => text.swap(at, at + 1),
                _ => text.truncate(at.max(1)),
            }
        }
    }
}

/// Where something fits no more, or just yet.
const EDGES: &[u64] = &[
    0,
    1,
    7,
    8,
    9,
    10,
    99,
    127,
    128,
    255,
    256,
    0xffff,
    0x1_0000,
    0xff_ffff,
    0x100_0000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    u64::MAX,
];

/// A number in one of the three bases of C, with as many zeros before it as come.
pub fn c_number(dice: &mut Dice, number: u64) -> Vec<u8> {
    let zeros = if dice.once_in(6) { "0".repeat(dice.below(24)) } else { String::new() };
    match dice.below(8) {
        0 => format!("0x{zeros}{number:x}"),
        1 => format!("0X{zeros}{number:X}"),
        2 | 3 => format!("0{zeros}{number:o}"),
        4 if dice.once_in(8) => format!("{zeros}{number}{number}"),
        _ => format!("{zeros}{number}"),
    }
    .into_bytes()
}

/// An IPv4 address in the spellings of `inet_aton(3)`, or nearly; nothing behind it.
pub fn v4(dice: &mut Dice) -> Vec<u8> {
    let parts = dice.of(&[1, 2, 3, 4, 4, 4, 4, 4, 4, 5]);
    let mut text = Vec::new();
    for part in 1..=parts {
        let limit: u64 = 1 << (8 * (5 - parts.min(4)));
        let number = match dice.below(12) {
            0 => dice.number(),
            1 if part == parts => limit - 1,
            2 if part == parts => limit,
            3 if part == parts => dice.bits() % limit,
            _ => dice.bits() % 256,
        };
        text.extend(c_number(dice, number));
        if part < parts {
            text.push(b'.');
        }
    }
    text
}

/// Four decimal numbers, or nearly.
pub fn quad(dice: &mut Dice) -> Vec<u8> {
    let parts = dice.of(&[3, 4, 4, 4, 4, 4, 4, 5]);
    let part = |dice: &mut Dice| match dice.below(16) {
        0 => dice.number().to_string(),
        1 => format!("0{}", dice.bits() % 256),
        2 => "0".to_owned(),
        _ => (dice.bits() % 256).to_string(),
    };
    (0..parts).map(|_| part(dice)).collect::<Vec<_>>().join(".").into_bytes()
}

/// An IPv6 address, or nearly.
pub fn v6(dice: &mut Dice) -> Vec<u8> {
    let group = |dice: &mut Dice| match dice.below(10) {
        0..3 => "0".repeat(1 + dice.below(4)),
        3 => format!("{:x}", dice.number()),
        4 => format!("{:04X}", dice.bits() as u16),
        5 => "ffff".to_owned(),
        _ => format!("{:x}", dice.bits() as u16),
    };
    let gap = dice.once_in(2);
    let quad_last = dice.once_in(4);
    // As many as fit, or one more or fewer.
    let room = (if gap { dice.below(8) } else { 8_usize }).saturating_sub(if quad_last { 2 } else { 0 });
    let count = match dice.below(8) {
        0 => room + 1,
        1 => room.saturating_sub(1),
        _ => room,
    };
    let mut parts: Vec<String> = (0..count).map(|_| group(dice)).collect();
    if dice.once_in(3)
        && let Some(first) = parts.first_mut()
    {
        dice.of(&["fe80", "ff02", "ff01", "fec0", "ff12", "febf", "::ffff", "0", "FE80"]).clone_into(first);
    }
    if quad_last {
        parts.push(String::from_utf8_lossy(&quad(dice)).into_owned());
    }
    let mut text = parts.join(":");
    if gap {
        // At a colon, or at an end.
        let colons: Vec<usize> = text.match_indices(':').map(|(at, _)| at).collect();
        match dice.below(colons.len() + 2) {
            0 => text.insert_str(0, "::"),
            1 => text.push_str("::"),
            at => text.insert(colons[at - 2], ':'),
        }
    }
    text.into_bytes()
}
