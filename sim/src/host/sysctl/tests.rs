use super::{
    super::Settings,
    table::{Kind, TABLE},
};
use crate::proto::tcp::{CongestionControl, Sysctl};

#[test]
fn every_default_is_one_that_could_be_set_and_changes_nothing() {
    let mut settings = Settings::default();
    for entry in TABLE {
        assert_eq!(settings.sysctl(entry.name).unwrap(), entry.default);
        // The key that stands for none is no key.
        if entry.kind != Kind::ReadOnly && entry.kind != Kind::Key {
            settings.set_sysctl(entry.name, entry.default).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(settings.sysctl(entry.name).unwrap(), entry.default, "{}", entry.name);
        }
    }
    let fresh = Settings::default();
    assert_eq!(*settings.tcp(), Sysctl::DEFAULT, "the table and the model begin with other numbers");
    assert_eq!((settings.somaxconn, settings.default_ttl), (fresh.somaxconn, fresh.default_ttl));
    assert_eq!((settings.rmem_default, settings.wmem_default), (fresh.rmem_default, fresh.wmem_default));
    assert_eq!((settings.rmem_max, settings.wmem_max), (fresh.rmem_max, fresh.wmem_max));
    assert_eq!(settings.port_range, fresh.port_range);
}

#[test]
fn names_are_in_order_and_each_there_once() {
    assert!(TABLE.is_sorted_by(|left, right| left.name < right.name));
}

#[test]
fn a_value_reaches_the_model_and_reads_back() {
    let mut settings = Settings::default();
    for (name, value, reads) in [
        ("net.ipv4.tcp_fin_timeout", "30\n", "30"),
        ("net/ipv4/tcp_retries2", " 0x8 ", "8"),
        ("net.ipv4.tcp_syn_retries", "010", "8"),
        ("net.ipv4.tcp_rmem", "4096 8192", "4096\t8192\t6291456"),
        ("net.ipv4.tcp_sack", "2", "2"),
        ("net.ipv4.tcp_congestion_control", "reno", "reno"),
        ("net.ipv4.tcp_invalid_ratelimit", "501", "504"),
        ("net.ipv4.ip_local_port_range", "40000 50000", "40000\t50000"),
        ("net.ipv4.ip_local_reserved_ports", "9,1-3,4", "1-4,9"),
        ("net.core.somaxconn", "7", "7"),
    ] {
        settings.set_sysctl(name, value).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(settings.sysctl(name).unwrap(), reads, "{name}");
    }
    let tcp = settings.tcp();
    assert_eq!((tcp.fin_timeout, tcp.retries2, tcp.syn_retries, tcp.sack), (30, 8, 8, true));
    assert_eq!((tcp.rmem, tcp.congestion_control), ([4096, 8192, 6_291_456], CongestionControl::Reno));
    assert_eq!((settings.somaxconn, settings.port_range), (7, (40_000, 50_000)));
}

#[test]
fn what_is_refused_says_what_there_may_be() {
    let mut settings = Settings::default();
    let mut error = |name, value| settings.set_sysctl(name, value).unwrap_err().to_string();
    let rows = [
        (
            "net.ipv4.tcp_fin_timout",
            "1",
            "there is no sysctl \"net.ipv4.tcp_fin_timout\"; there is net.ipv4.tcp_fin_timeout",
        ),
        (
            "tcp_retries",
            "1",
            "there is no sysctl \"tcp_retries\"; there is net.ipv4.tcp_retries1, net.ipv4.tcp_retries2",
        ),
        ("net.ipv4.zzzzzzzzzz", "1", "there is no sysctl \"net.ipv4.zzzzzzzzzz\""),
        ("net.ipv4.tcp_syn_retries", "128", "net.ipv4.tcp_syn_retries cannot be \"128\": it is a number from 1 to 127"),
        ("net.ipv4.tcp_syn_retries", "7x", "net.ipv4.tcp_syn_retries cannot be \"7x\": it is a number from 1 to 127"),
        ("net.ipv4.tcp_syn_retries", "", "net.ipv4.tcp_syn_retries cannot be \"\": it is a number from 1 to 127"),
        (
            "net.ipv4.tcp_available_congestion_control",
            "reno",
            "net.ipv4.tcp_available_congestion_control can only be read",
        ),
        (
            "net.ipv4.tcp_congestion_control",
            "bbr",
            "net.ipv4.tcp_congestion_control cannot be \"bbr\": there is cubic, and there is reno",
        ),
        (
            "net.ipv4.ip_local_port_range",
            "5 4",
            "net.ipv4.ip_local_port_range cannot be \"5 4\": it is two numbers from 1 to 65535, the smaller first",
        ),
    ];
    for (name, value, message) in rows {
        let said = error(name, value);
        assert!(said.starts_with(message), "{said}");
    }
    assert!(settings.changed.is_empty());
}
