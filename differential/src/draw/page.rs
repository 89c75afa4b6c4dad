//! [`drawn`]: what is drawn, as a page.

use std::fmt::Write as _;

use wavetank_api::option::option_name;

use super::{left_out::LEFT_OUT, openings::OPENINGS, options::OPTIONS, steering, values};
use crate::coverage::{Kind, Question};

/// What programs are made of, in Markdown: openings, calls, options, and what is left out. `differential/DRAWN.md` is this.
pub fn drawn() -> String {
    let mut text = String::from(
        "# What random programs are made of\n\nMade by `WAVETANK_BLESS=1 cargo test -p wavetank-differential --test coverage`, of \
         `differential/src/draw/`. A program is one or two openings and up to 23 calls; then each socket is asked for its names, what it \
         can receive, what options that were set read, and its error. With a record (`differ --steer`), four in ten begin where the \
         record knows a state in which something was seldom asked, and two in ten are a program changed that came to a rare cell.\n\n\
         ## Openings\n\n| opening | leads to | share |\n|---|---|---:|\n",
    );
    let total: u32 = OPENINGS.iter().map(|opening| opening.weight).sum();
    for opening in OPENINGS {
        let share = percent(opening.weight.into(), total.into());
        let _ = writeln!(text, "| {} | {} | {share} |", opening.name, opening.leads_to);
    }
    text += "\n## Calls\n\nShares of the calls on a socket, without a record. 3 calls in 100 make a socket of whatever numbers, 3 are \
             another opening, 1 waits perhaps.\n\n| call | TCP | UDP | UNIX |\n|---|---:|---:|---:|\n";
    let kinds = [Kind::Tcp4, Kind::Udp4, Kind::UnixStream];
    let shares = |is: &dyn Fn(Question) -> bool| {
        kinds.map(|kind| {
            let weights = || steering::questions().map(|question| (question, steering::likelihood(kind, question)));
            let of = weights().filter(|(question, _)| is(*question)).map(|(_, weight)| weight).sum();
            percent(of, weights().map(|(_, weight)| weight).sum())
        })
    };
    let mut line = |name: &str, is: &dyn Fn(Question) -> bool| {
        let _ = writeln!(text, "| `{name}` | {} |", shares(is).join(" | "));
    };
    for question in Question::calls().filter(|question| !matches!(question, Question::Socket | Question::Socketpair)) {
        line(&question.to_string(), &|asked| asked == question);
    }
    line("setsockopt", &|asked| matches!(asked, Question::Setsockopt(..)));
    line("getsockopt", &|asked| matches!(asked, Question::Getsockopt(..)));
    line("ioctl", &|asked| matches!(asked, Question::Ioctl(_)));
    text += "\n## Options\n\nHow many values of its own each is given, from `fixtures/options/` and `draw/values.rs`; one in six values, and \
             all of an option without its own, are any: 0, 1, 2, 5, 64, 255, 1000, 2304, 50,000, -1, the greatest and the least `int`, \
             some too short or too long.\n\n| option | values |\n|---|---:|\n";
    for &(level, name, is_set) in OPTIONS.iter() {
        let count = if is_set { values::of(level, name).len().to_string() } else { "not set".into() };
        let _ = writeln!(text, "| `{}` | {count} |", option_name(level, name).unwrap_or("?"));
    }
    text += "\n## Left out\n\n| what | why |\n|---|---|\n";
    for left in LEFT_OUT {
        let read = if left.is_read { " (read, not set)" } else { "" };
        let _ = writeln!(text, "| {}{read} | {} |", left.what, left.reason);
    }
    text
}

/// With one digit.
fn percent(part: u64, of: u64) -> String {
    let tenths = (part * 1000 + of / 2) / of.max(1);
    format!("{}.{} %", tenths / 10, tenths % 10)
}
