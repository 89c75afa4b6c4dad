//! Numbers, times and names as a person reads them.

use std::time::Duration;

/// With commas between thousands: `1,000`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let head = digits.len() % 3;
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.char_indices() {
        if index > 0 && index % 3 == head {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The number and its noun: `1 seed`, `1,000 seeds`.
pub(super) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// In the two largest units that matter: `3 h 20 min`, `1.9 s`, `50 ms`.
pub(super) fn span(duration: Duration) -> String {
    let secs = duration.as_secs();
    let parts = |big: u64, big_unit, small: u64, small_unit| match small {
        0 => format!("{} {big_unit}", grouped(big)),
        _ => format!("{} {big_unit} {small} {small_unit}", grouped(big)),
    };
    match secs {
        86_400.. => parts(secs / 86_400, "d", secs % 86_400 / 3600, "h"),
        3600.. => parts(secs / 3600, "h", secs % 3600 / 60, "min"),
        60.. => parts(secs / 60, "min", secs % 60, "s"),
        1.. => format!("{secs}.{} s", duration.subsec_millis() / 100),
        0 if duration.subsec_millis() > 0 => format!("{} ms", duration.subsec_millis()),
        0 => format!("{} µs", duration.subsec_micros()),
    }
}

/// The names in one list: `a, b and c`.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.into_iter().collect();
    match names.split_last() {
        None => "none".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// The name that was probably meant, if one is near enough: a slip or two of the finger, or the beginning of the name.
pub(super) fn nearest<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let names: Vec<_> = names.into_iter().collect();
    let begun = names.iter().find(|name| typed.len() >= 2 && name.starts_with(typed));
    let near = names.iter().map(|name| (slips(typed, name), name)).min_by_key(|(slips, _)| *slips);
    let near =
        near.filter(|(slips, name)| *slips <= (name.trim_start_matches('-').len() / 3).min(2)).map(|(_, name)| name);
    near.or(begun).copied()
}

/// How many letters must be put in, taken out, changed or swapped with their neighbour (optimal string alignment).
fn slips(a: &str, b: &str) -> usize {
    let (a, b): (Vec<_>, Vec<_>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = changed.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(rows[i - 2][j - 2] + 1);
            }
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// An argument as a shell must see it.
pub(super) fn quoted(argument: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./=%:,+@".contains(&byte);
    if !argument.is_empty() && argument.bytes().all(plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas_between_thousands() {
        let rows = [(0, "0"), (12, "12"), (999, "999"), (1000, "1,000"), (65_536, "65,536"), (1_234_567, "1,234,567")];
        for (number, text) in rows {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(counted(1, "seed"), "1 seed");
        assert_eq!(counted(1000, "seed"), "1,000 seeds");
    }

    #[test]
    fn a_span_has_two_units_at_most() {
        let rows = [
            (Duration::ZERO, "0 µs"),
            (Duration::from_micros(15), "15 µs"),
            (Duration::from_millis(50), "50 ms"),
            (Duration::from_millis(1999), "1.9 s"),
            (Duration::from_secs(61), "1 min 1 s"),
            (Duration::from_secs(12_000), "3 h 20 min"),
            (Duration::from_secs(7200), "2 h"),
            (Duration::from_secs(90_000), "1 d 1 h"),
        ];
        for (duration, text) in rows {
            assert_eq!(span(duration), text);
        }
    }

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        let names = ["echo", "websocket", "udp", "timewait", "--seed", "--seeds"];
        let rows = [
            ("webscoket", Some("websocket")),
            ("web", Some("websocket")),
            ("ehco", Some("echo")),
            ("timewiat", Some("timewait")),
            ("--sede", Some("--seed")),
            ("chat", None),
            ("", None),
        ];
        for (typed, meant) in rows {
            assert_eq!(nearest(typed, names), meant, "{typed}");
        }
    }

    #[test]
    fn arguments_survive_a_shell() {
        let rows = [("5%", "5%"), ("1 in 20", "'1 in 20'"), ("it's", r"'it'\''s'"), ("", "''"), ("a/b", "a/b")];
        for (argument, text) in rows {
            assert_eq!(quoted(argument), text);
        }
    }

    #[test]
    fn a_list_ends_in_and() {
        assert_eq!(listed(["a", "b", "c"]), "a, b and c");
        assert_eq!(listed(["a"]), "a");
        assert_eq!(listed([]), "none");
    }
}
