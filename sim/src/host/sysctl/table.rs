//! The names, with the default, the range, and whether anything here acts on it.
//!
//! All `net.ipv4.tcp_*` that Linux 6.1 or 6.18 has, and what else of `net.*` a test of sockets may want to set. Where the two kernels
//! differ, the default is 6.1's; where it depends on the machine's memory, that of one with 16 GiB or so. The ranges are the
//! kernel's (net/ipv4/sysctl_net_ipv4.c, net/core/sysctl_net_core.c), compared with it by `conformance/tests/sysctl.rs`.

use super::{Settings, Text};
use crate::proto::tcp::CongestionControl;

/// One name.
pub(super) struct Entry {
    pub(super) name: &'static str,
    /// As it reads.
    pub(super) default: &'static str,
    pub(super) kind: Kind,
    /// What setting it does; nothing for one that is only stored.
    pub(super) act: Option<fn(&mut Settings, &Text)>,
}

/// What a value may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    ReadOnly,
    Number {
        min: i128,
        max: i128,
    },
    /// Milliseconds, rounded up to jiffies.
    Millis,
    /// Three numbers.
    Numbers {
        min: i128,
        max: i128,
    },
    /// Two numbers, the second not the smaller.
    Range {
        min: i128,
        max: i128,
    },
    /// A congestion control.
    Algorithm,
    /// A set of ports.
    Ports,
    /// The key of Fast Open.
    Key,
}

const INT: i128 = i32::MAX as i128;
const UINT: i128 = u32::MAX as i128;
const ULONG: i128 = u64::MAX as i128;
/// INT_MAX / HZ: seconds that are kept in jiffies.
const SECONDS: i128 = INT / 250;

/// It changes what the model does.
const fn acts(name: &'static str, default: &'static str, kind: Kind, act: fn(&mut Settings, &Text)) -> Entry {
    Entry { name, default, kind, act: Some(act) }
}

/// It is checked, and reads back.
const fn stored(name: &'static str, default: &'static str, kind: Kind) -> Entry {
    Entry { name, default, kind, act: None }
}

fn three(text: &Text) -> [u32; 3] {
    let mut all = [0; 3];
    all.iter_mut().zip(text.numbers()).for_each(|(place, number)| *place = number as u32);
    all
}

fn two(text: &Text) -> (u16, u16) {
    let mut numbers = text.numbers().map(|number| number as u16);
    (numbers.next().unwrap_or(1), numbers.next().unwrap_or(u16::MAX))
}

fn algorithm(text: &Text) -> CongestionControl {
    if text.is("reno") { CongestionControl::Reno } else { CongestionControl::Cubic }
}

/// In the order of names.
pub(super) static TABLE: &[Entry] = &[
    stored("net.core.busy_poll", "0", Kind::Number { min: 0, max: INT }),
    stored("net.core.busy_read", "0", Kind::Number { min: 0, max: INT }),
    stored("net.core.netdev_max_backlog", "1000", Kind::Number { min: -INT - 1, max: INT }),
    stored("net.core.optmem_max", "20480", Kind::Number { min: -INT - 1, max: INT }),
    acts("net.core.rmem_default", "212992", Kind::Number { min: 2304, max: INT }, |settings, text| {
        settings.rmem_default = text.u32()
    }),
    acts("net.core.rmem_max", "4194304", Kind::Number { min: 2304, max: INT }, |settings, text| {
        settings.rmem_max = text.u32()
    }),
    acts("net.core.somaxconn", "4096", Kind::Number { min: 0, max: INT }, |settings, text| {
        settings.somaxconn = text.u32() as i32
    }),
    stored("net.core.tstamp_allow_data", "1", Kind::Number { min: 0, max: 1 }),
    stored("net.core.txrehash", "1", Kind::Number { min: 0, max: 1 }),
    acts("net.core.wmem_default", "212992", Kind::Number { min: 4608, max: INT }, |settings, text| {
        settings.wmem_default = text.u32()
    }),
    acts("net.core.wmem_max", "4194304", Kind::Number { min: 4608, max: INT }, |settings, text| {
        settings.wmem_max = text.u32()
    }),
    stored("net.ipv4.fwmark_reflect", "0", Kind::Number { min: 0, max: 255 }),
    stored("net.ipv4.icmp_echo_enable_probe", "0", Kind::Number { min: 0, max: 1 }),
    stored("net.ipv4.icmp_echo_ignore_all", "0", Kind::Number { min: 0, max: 1 }),
    stored("net.ipv4.icmp_echo_ignore_broadcasts", "1", Kind::Number { min: 0, max: 1 }),
    stored("net.ipv4.icmp_errors_use_inbound_ifaddr", "0", Kind::Number { min: 0, max: 1 }),
    stored("net.ipv4.icmp_ignore_bogus_error_responses", "1", Kind::Number { min: 0, max: 1 }),
    stored("net.ipv4.icmp_msgs_burst", "50", Kind::Number { min: 0, max: INT }),
    stored("net.ipv4.icmp_msgs_per_sec", "1000", Kind::Number { min: 0, max: INT }),
    stored("net.ipv4.icmp_ratelimit", "1000", Kind::Millis),
    stored("net.ipv4.icmp_ratemask", "6168", Kind::Number { min: -INT - 1, max: INT }),
    stored("net.ipv4.ip_autobind_reuse", "0", Kind::Number { min: 0, max: 1 }),
    acts("net.ipv4.ip_default_ttl", "64", Kind::Number { min: 1, max: 255 }, |settings, text| {
        settings.default_ttl = text.u8()
    }),
    stored("net.ipv4.ip_dynaddr", "0", Kind::Number { min: 0, max: 255 }),
    stored("net.ipv4.ip_early_demux", "1", Kind::Number { min: 0, max: 255 }),
    stored("net.ipv4.ip_forward", "0", Kind::Number { min: -INT - 1, max: INT }),
    stored("net.ipv4.ip_forward_update_priority", "1", Kind::Number { min: 0, max: 1 }),
    stored("net.ipv4.ip_forward_use_pmtu", "0", Kind::Number { min: 0, max: 255 }),
    acts("net.ipv4.ip_local_port_range", "32768\t60999", Kind::Range { min: 1, max: 65_535 }, |settings, text| {
        settings.port_range = two(text)
    }),
    stored("net.ipv4.ip_local_reserved_ports", "", Kind::Ports),
    stored("net.ipv4.ip_no_pmtu_disc", "0", Kind::Number { min: 0, max: 255 }),
    stored("net.ipv4.ip_nonlocal_bind", "0", Kind::Number { min: 0, max: 255 }),
    stored("net.ipv4.ip_unprivileged_port_start", "1024", Kind::Number { min: 0, max: 65_535 }),
    stored("net.ipv4.ipfrag_high_thresh", "4194304", Kind::Number { min: 3_145_728, max: ULONG }),
    stored("net.ipv4.ipfrag_low_thresh", "3145728", Kind::Number { min: 0, max: 4_194_304 }),
    stored("net.ipv4.ipfrag_max_dist", "64", Kind::Number { min: 0, max: INT }),
    stored("net.ipv4.ipfrag_time", "30", Kind::Number { min: -SECONDS, max: SECONDS }),
    acts("net.ipv4.tcp_abort_on_overflow", "0", Kind::Number { min: 0, max: 255 }, |settings, text| {
        settings.tcp_mut().abort_on_overflow = text.number() != 0
    }),
    stored("net.ipv4.tcp_adv_win_scale", "1", Kind::Number { min: -1, max: 31 }),
    stored("net.ipv4.tcp_allowed_congestion_control", "reno cubic", Kind::ReadOnly),
    stored("net.ipv4.tcp_app_win", "31", Kind::Number { min: 0, max: 31 }),
    stored("net.ipv4.tcp_autocorking", "1", Kind::Number { min: 0, max: 1 }),
    stored("net.ipv4.tcp_available_congestion_control", "reno cubic", Kind::ReadOnly),
    stored("net.ipv4.tcp_available_ulp", "", Kind::ReadOnly),
    stored("net.ipv4.tcp_backlog_ack_defer", "1", Kind::Number { min: 0, max: 1 }),
    acts("net.ipv4.tcp_base_mss", "1024", Kind::Number { min: -INT - 1, max: INT }, |settings, text| {
        settings.tcp_mut().base_mss = text.u16()
    }),
    stored("net.ipv4.tcp_challenge_ack_limit", "2147483647", Kind::Number { min: -INT - 1, max: INT }),
    stored("net.ipv4.tcp_child_ehash_entries", "0", Kind::Number { min: 0, max: 16_777_216 }),
    acts("net.ipv4.tcp_comp_sack_delay_ns", "1000000", Kind::Number { min: 0, max: ULONG }, |settings, text| {
        settings.tcp_mut().comp_sack_delay = text.u64()
    }),
    acts("net.ipv4.tcp_comp_sack_nr", "44", Kind::Number { min: 0, max: 255 }, |settings, text| {
        settings.tcp_mut().comp_sack_nr = text.u8()
    }),
    stored("net.ipv4.tcp_comp_sack_slack_ns", "100000", Kind::Number { min: 0, max: ULONG }),
    acts("net.ipv4.tcp_congestion_control", "cubic", Kind::Algorithm, |settings, text| {
        settings.tcp_mut().congestion_control = algorithm(text)
    }),
    acts("net.ipv4.tcp_dsack", "1", Kind::Number { min: 0, max: 255 }, |settings, text| {
        settings.tcp_mut().dsack = text.number() != 0
    }),
    stored("net.ipv4.tcp_early_demux", "1", Kind::Number { min: 0, max: 255 }),
    acts("net.ipv4.tcp_early_retrans", "3", Kind::Number { min: 0, max: 4 }, |settings, text| {
        settings.tcp_mut().early_retrans = text.u8()
    }),
    stored("net.ipv4.tcp_ecn", "2", Kind::Number { min: 0, max: 2 }),
    stored("net.ipv4.tcp_ecn_fallback", "1", Kind::Number { min: 0, max: 1 }),
    stored("net.ipv4.tcp_ecn_option", "2", Kind::Number { min: 0, max: 2 }),
    stored("net.ipv4.tcp_ecn_option_beacon", "3", Kind::Number { min: 0, max: 3 }),
    stored("net.ipv4.tcp_ehash_entries", "524288", Kind::ReadOnly),
    stored("net.ipv4.tcp_fack", "0", Kind::Number { min: 0, max: 255 }),
    acts("net.ipv4.tcp_fastopen", "1", Kind::Number { min: -INT - 1, max: INT }, |settings, text| {
        settings.tcp_mut().fastopen = text.u32()
    }),
    stored("net.ipv4.tcp_fastopen_blackhole_timeout_sec", "0", Kind::Number { min: 0, max: INT }),
    stored("net.ipv4.tcp_fastopen_key", "00000000-00000000-00000000-00000000", Kind::Key),
    acts("net.ipv4.tcp_fin_timeout", "60", Kind::Number { min: -SECONDS, max: SECONDS }, |settings, text| {
        settings.tcp_mut().fin_timeout = text.u32()
    }),
    acts("net.ipv4.tcp_frto", "2", Kind::Number { min: 0, max: 255 }, |settings, text| {
        settings.tcp_mut().frto = text.u8()
    }),
    stored("net.ipv4.tcp_fwmark_accept", "0", Kind::Number { min: 0, max: 255 }),
    acts("net.ipv4.tcp_invalid_ratelimit", "500", Kind::Millis, |settings, text| {
        settings.tcp_mut().invalid_ratelimit = text.u32()
    }),
    acts("net.ipv4.tcp_keepalive_intvl", "75", Kind::Number { min: -SECONDS, max: SECONDS }, |settings, text| {
        settings.tcp_mut().keepalive_intvl = text.u32()
    }),
    acts("net.ipv4.tcp_keepalive_probes", "9", Kind::Number { min: 0, max: 255 }, |settings, text| {
        settings.tcp_mut().keepalive_probes = text.u8()
    }),
    acts("net.ipv4.tcp_keepalive_time", "7200", Kind::Number { min: -SECONDS, max: SECONDS }, |settings, text| {
        settings.tcp_mut().keepalive_time = text.u32()
    }),
    stored("net.ipv4.tcp_l3mdev_accept", "0", Kind::Number { min: 0, max: 1 }),
    stored("net.ipv4.tcp_limit_output_bytes", "1048576", Kind::Number { min: -INT - 1, max: INT }),
    stored("net.ipv4.tcp_low_latency", "0", Kind::Number { min: -INT - 1, max: INT }),
    acts("net.ipv4.tcp_max_orphans", "262144", Kind::Number { min: -INT - 1, max: INT }, |settings, text| {
        settings.tcp_mut().max_orphans = text.u32()
    }),
    acts("net.ipv4.tcp_max_reordering", "300", Kind::Number { min: 1, max: INT }, |settings, text| {
        settings.tcp_mut().max_reordering = text.u32()
    }),
    acts("net.ipv4.tcp_max_syn_backlog", "4096", Kind::Number { min: -INT - 1, max: INT }, |settings, text| {
        settings.tcp_mut().max_syn_backlog = text.u32()
    }),
    acts("net.ipv4.tcp_max_tw_buckets", "262144", Kind::Number { min: -INT - 1, max: INT }, |settings, text| {
        settings.tcp_mut().max_tw_buckets = text.u32()
    }),
    stored("net.ipv4.tcp_mem", "190347\t253797\t380694", Kind::Numbers { min: 0, max: ULONG }),
    stored("net.ipv4.tcp_migrate_req", "0", Kind::Number { min: 0, max: 1 }),
    stored("net.ipv4.tcp_min_rtt_wlen", "300", Kind::Number { min: 0, max: 86_400 }),
    acts("net.ipv4.tcp_min_snd_mss", "48", Kind::Number { min: 48, max: 65_535 }, |settings, text| {
        settings.tcp_mut().min_snd_mss = text.u16()
    }),
    stored("net.ipv4.tcp_min_tso_segs", "2", Kind::Number { min: 1, max: 255 }),
    acts("net.ipv4.tcp_moderate_rcvbuf", "1", Kind::Number { min: 0, max: 255 }, |settings, text| {
        settings.tcp_mut().moderate_rcvbuf = text.number() != 0
    }),
    stored("net.ipv4.tcp_mtu_probe_floor", "48", Kind::Number { min: 48, max: 65_535 }),
    acts("net.ipv4.tcp_mtu_probing", "0", Kind::Number { min: 0, max: 255 }, |settings, text| {
        settings.tcp_mut().mtu_probing = text.u8()
    }),
    stored("net.ipv4.tcp_no_metrics_save", "0", Kind::Number { min: 0, max: 255 }),
    stored("net.ipv4.tcp_no_ssthresh_metrics_save", "1", Kind::Number { min: 0, max: 1 }),
    acts("net.ipv4.tcp_notsent_lowat", "4294967295", Kind::Number { min: 0, max: UINT }, |settings, text| {
        settings.tcp_mut().notsent_lowat = text.u32()
    }),
    acts("net.ipv4.tcp_orphan_retries", "0", Kind::Number { min: 0, max: 255 }, |settings, text| {
        settings.tcp_mut().orphan_retries = text.u8()
    }),
    stored("net.ipv4.tcp_pacing_ca_ratio", "120", Kind::Number { min: 0, max: 1000 }),
    stored("net.ipv4.tcp_pacing_ss_ratio", "200", Kind::Number { min: 0, max: 1000 }),
    stored("net.ipv4.tcp_pingpong_thresh", "1", Kind::Number { min: 1, max: 255 }),
    stored("net.ipv4.tcp_plb_cong_thresh", "128", Kind::Number { min: 0, max: 256 }),
    stored("net.ipv4.tcp_plb_enabled", "0", Kind::Number { min: 0, max: 1 }),
    stored("net.ipv4.tcp_plb_idle_rehash_rounds", "3", Kind::Number { min: 0, max: 31 }),
    stored("net.ipv4.tcp_plb_rehash_rounds", "12", Kind::Number { min: 0, max: 31 }),
    stored("net.ipv4.tcp_plb_suspend_rto_sec", "60", Kind::Number { min: 0, max: 255 }),
    stored("net.ipv4.tcp_probe_interval", "600", Kind::Number { min: 0, max: 17_179_869 }),
    stored("net.ipv4.tcp_probe_threshold", "8", Kind::Number { min: -INT - 1, max: INT }),
    acts("net.ipv4.tcp_recovery", "1", Kind::Number { min: 0, max: 255 }, |settings, text| {
        settings.tcp_mut().recovery = text.u8()
    }),
    stored("net.ipv4.tcp_reflect_tos", "0", Kind::Number { min: 0, max: 1 }),
    acts("net.ipv4.tcp_reordering", "3", Kind::Number { min: 1, max: 300 }, |settings, text| {
        settings.tcp_mut().reordering = text.u32()
    }),
    stored("net.ipv4.tcp_retrans_collapse", "1", Kind::Number { min: 0, max: 255 }),
    acts("net.ipv4.tcp_retries1", "3", Kind::Number { min: 0, max: 255 }, |settings, text| {
        settings.tcp_mut().retries1 = text.u8()
    }),
    acts("net.ipv4.tcp_retries2", "15", Kind::Number { min: 0, max: 255 }, |settings, text| {
        settings.tcp_mut().retries2 = text.u8()
    }),
    acts("net.ipv4.tcp_rfc1337", "0", Kind::Number { min: 0, max: 255 }, |settings, text| {
        settings.tcp_mut().rfc1337 = text.number() != 0
    }),
    acts("net.ipv4.tcp_rmem", "4096\t131072\t6291456", Kind::Numbers { min: 1, max: INT }, |settings, text| {
        settings.tcp_mut().rmem = three(text)
    }),
    acts("net.ipv4.tcp_rto_max_ms", "120000", Kind::Number { min: 1000, max: 120_000 }, |settings, text| {
        settings.tcp_mut().rto_max = text.u32()
    }),
    acts("net.ipv4.tcp_rto_min_us", "200000", Kind::Number { min: 1, max: INT }, |settings, text| {
        settings.tcp_mut().rto_min = text.u32().div_ceil(1000)
    }),
    acts("net.ipv4.tcp_sack", "1", Kind::Number { min: 0, max: 255 }, |settings, text| {
        settings.tcp_mut().sack = text.number() != 0
    }),
    stored("net.ipv4.tcp_shrink_window", "0", Kind::Number { min: 0, max: 1 }),
    acts("net.ipv4.tcp_slow_start_after_idle", "1", Kind::Number { min: 0, max: 255 }, |settings, text| {
        settings.tcp_mut().slow_start_after_idle = text.number() != 0
    }),
    stored("net.ipv4.tcp_stdurg", "0", Kind::Number { min: 0, max: 255 }),
    acts("net.ipv4.tcp_syn_linear_timeouts", "0", Kind::Number { min: 0, max: 127 }, |settings, text| {
        settings.tcp_mut().syn_linear_timeouts = text.u8()
    }),
    acts("net.ipv4.tcp_syn_retries", "6", Kind::Number { min: 1, max: 127 }, |settings, text| {
        settings.tcp_mut().syn_retries = text.u8()
    }),
    acts("net.ipv4.tcp_synack_retries", "5", Kind::Number { min: 0, max: 255 }, |settings, text| {
        settings.tcp_mut().synack_retries = text.u8()
    }),
    acts("net.ipv4.tcp_syncookies", "1", Kind::Number { min: 0, max: 255 }, |settings, text| {
        settings.tcp_mut().syncookies = text.u8()
    }),
    acts("net.ipv4.tcp_thin_linear_timeouts", "0", Kind::Number { min: 0, max: 255 }, |settings, text| {
        settings.tcp_mut().thin_linear_timeouts = text.number() != 0
    }),
    acts("net.ipv4.tcp_timestamps", "1", Kind::Number { min: 0, max: 255 }, |settings, text| {
        settings.tcp_mut().timestamps = text.u8()
    }),
    stored("net.ipv4.tcp_tso_rtt_log", "9", Kind::Number { min: 0, max: 255 }),
    stored("net.ipv4.tcp_tso_win_divisor", "3", Kind::Number { min: 0, max: 255 }),
    acts("net.ipv4.tcp_tw_reuse", "2", Kind::Number { min: 0, max: 2 }, |settings, text| {
        settings.tcp_mut().tw_reuse = text.u8()
    }),
    stored("net.ipv4.tcp_tw_reuse_delay", "1000", Kind::Number { min: 1, max: 60_000 }),
    acts("net.ipv4.tcp_window_scaling", "1", Kind::Number { min: 0, max: 255 }, |settings, text| {
        settings.tcp_mut().window_scaling = text.number() != 0
    }),
    acts("net.ipv4.tcp_wmem", "4096\t16384\t4194304", Kind::Numbers { min: 1, max: INT }, |settings, text| {
        settings.tcp_mut().wmem = three(text)
    }),
    stored("net.ipv4.tcp_workaround_signed_windows", "0", Kind::Number { min: 0, max: 255 }),
    stored("net.ipv4.udp_child_hash_entries", "0", Kind::Number { min: 0, max: 65_536 }),
    stored("net.ipv4.udp_early_demux", "1", Kind::Number { min: 0, max: 255 }),
    stored("net.ipv4.udp_hash_entries", "-16384", Kind::ReadOnly),
    stored("net.ipv4.udp_l3mdev_accept", "0", Kind::Number { min: 0, max: 1 }),
    stored("net.ipv4.udp_mem", "380697\t507596\t761394", Kind::Numbers { min: 0, max: ULONG }),
    stored("net.ipv4.udp_rmem_min", "4096", Kind::Number { min: 1, max: INT }),
    stored("net.ipv4.udp_wmem_min", "4096", Kind::Number { min: 1, max: INT }),
    stored("net.ipv6.auto_flowlabels", "1", Kind::Number { min: 0, max: 3 }),
    stored("net.ipv6.bindv6only", "0", Kind::Number { min: 0, max: 255 }),
    stored("net.ipv6.flowlabel_reflect", "0", Kind::Number { min: 0, max: 7 }),
    stored("net.ipv6.ip_nonlocal_bind", "0", Kind::Number { min: 0, max: 255 }),
];
