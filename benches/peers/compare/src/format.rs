//! Numbers and columns as text.

/// Nanoseconds with three significant digits and a unit: `1.02 µs`.
pub(crate) fn time(nanoseconds: f64) -> String {
    let (scale, unit) = unit_of(nanoseconds);
    format!("{} {unit}", significant(nanoseconds / scale))
}

/// The lowest and highest of some times, in the unit of the highest: `0.98..1.20 µs`.
pub(crate) fn time_range(low: f64, high: f64) -> String {
    let (scale, unit) = unit_of(high);
    format!("{}..{} {unit}", significant(low / scale), significant(high / scale))
}

fn unit_of(nanoseconds: f64) -> (f64, &'static str) {
    match nanoseconds {
        below if below < 1e3 => (1.0, "ns"),
        below if below < 1e6 => (1e3, "µs"),
        below if below < 1e9 => (1e6, "ms"),
        _ => (1e9, "s"),
    }
}

/// Three significant digits, without an exponent: `0.0512`, `4.30`, `51.2`, `1230`.
pub(crate) fn significant(number: f64) -> String {
    let decimals = match number.abs() {
        below if below < 0.01 => 4,
        below if below < 0.1 => 3,
        below if below < 10.0 => 2,
        below if below < 100.0 => 1,
        _ => 0,
    };
    format!("{number:.decimals$}")
}

/// A whole number in groups of three: `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Rows as columns two spaces apart; the first column to the left, the others to the right.
pub(crate) fn columns(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..count).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let padded = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| match column {
            0 => format!("  {cell:<width$}"),
            _ => format!("  {cell:>width$}"),
        });
        text += padded.collect::<String>().trim_end();
        text.push('\n');
    }
    text
}

/// The middle of some numbers; of an even count the mean of the middle two.
pub(crate) fn median(numbers: &[f64]) -> Option<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        odd if !odd.is_multiple_of(2) => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}
