//! The fields of `struct tcp_info` by their names in `linux/tcp.h`, without `tcpi_`.

/// A field: where it lies, and how many bytes it has.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    offset: usize,
    bytes: usize,
    /// Some share a byte: the lowest bit, and how many there are.
    bits: Option<(u32, u32)>,
}

/// More than a kernel has today.
pub(crate) const SIZE: usize = 512;

const fn byte(name: &'static str, offset: usize) -> Field {
    Field { name, offset, bytes: 1, bits: None }
}

const fn word(name: &'static str, offset: usize) -> Field {
    Field { name, offset, bytes: 4, bits: None }
}

const fn long(name: &'static str, offset: usize) -> Field {
    Field { name, offset, bytes: 8, bits: None }
}

const fn bits(name: &'static str, offset: usize, low: u32, count: u32) -> Field {
    Field { name, offset, bytes: 1, bits: Some((low, count)) }
}

/// `linux/tcp.h` of 6.1, in its order.
const FIELDS: [Field; 51] = [
    byte("state", 0),
    byte("ca_state", 1),
    byte("retransmits", 2),
    byte("probes", 3),
    byte("backoff", 4),
    byte("options", 5),
    bits("snd_wscale", 6, 0, 4),
    bits("rcv_wscale", 6, 4, 4),
    bits("delivery_rate_app_limited", 7, 0, 1),
    bits("fastopen_client_fail", 7, 1, 2),
    word("rto", 8),
    word("ato", 12),
    word("snd_mss", 16),
    word("rcv_mss", 20),
    word("unacked", 24),
    word("sacked", 28),
    word("lost", 32),
    word("retrans", 36),
    word("fackets", 40),
    word("last_data_sent", 44),
    word("last_ack_sent", 48),
    word("last_data_recv", 52),
    word("last_ack_recv", 56),
    word("pmtu", 60),
    word("rcv_ssthresh", 64),
    word("rtt", 68),
    word("rttvar", 72),
    word("snd_ssthresh", 76),
    word("snd_cwnd", 80),
    word("advmss", 84),
    word("reordering", 88),
    word("rcv_rtt", 92),
    word("rcv_space", 96),
    word("total_retrans", 100),
    long("pacing_rate", 104),
    long("max_pacing_rate", 112),
    long("bytes_acked", 120),
    long("bytes_received", 128),
    word("segs_out", 136),
    word("segs_in", 140),
    word("notsent_bytes", 144),
    word("min_rtt", 148),
    word("data_segs_in", 152),
    word("data_segs_out", 156),
    long("delivery_rate", 160),
    long("busy_time", 168),
    long("rwnd_limited", 176),
    long("sndbuf_limited", 184),
    word("delivered", 192),
    word("delivered_ce", 196),
    long("bytes_sent", 200),
];

/// What 4.19 and later have added after them.
const MORE_FIELDS: [Field; 7] = [
    long("bytes_retrans", 208),
    word("dsack_dups", 216),
    word("reord_seen", 220),
    word("rcv_ooopack", 224),
    word("snd_wnd", 228),
    word("rcv_wnd", 232),
    word("rehash", 236),
];

/// The field of that name, with `tcpi_` or without.
pub(crate) fn field(name: &str) -> Option<&'static Field> {
    let name = name.strip_prefix("tcpi_").unwrap_or(name);
    FIELDS.iter().chain(&MORE_FIELDS).find(|field| field.name == name)
}

/// All names.
pub(crate) fn names() -> String {
    FIELDS.iter().chain(&MORE_FIELDS).map(|field| field.name).collect::<Vec<_>>().join(", ")
}

impl Field {
    /// Its value in what `getsockopt` filled; `None` if that is too short.
    pub(crate) fn read(&self, info: &[u8]) -> Option<i64> {
        let bytes = info.get(self.offset..self.offset + self.bytes)?;
        let mut wide = [0; 8];
        wide[..bytes.len()].copy_from_slice(bytes);
        let number = u64::from_le_bytes(wide);
        Some(match self.bits {
            Some((low, count)) => (number >> low & ((1 << count) - 1)).cast_signed(),
            None => number.cast_signed(),
        })
    }
}
