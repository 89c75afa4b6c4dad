//! What is asked of everybody, and one table of the answers per question.

use std::fmt::Write as _;
use std::time::Duration;

use crate::contestants::{Contestant, OURS, version};
use crate::format::{columns, grouped, median, significant, time, time_range};
use crate::measure::{self, Failure};
use crate::options::Options;

/// One question.
pub(crate) struct Table {
    workload: &'static str,
    /// A sentence for a stranger.
    asks: &'static str,
    /// What "per operation" means here.
    operation: &'static str,
    size: Size,
    /// Operations for callgrind, which does them once and twice.
    callgrind: u64,
    /// Left out by `--quick`.
    slow: bool,
}

/// How many operations a run does when CPU time is taken.
#[derive(Clone, Copy)]
enum Size {
    /// As many as take [`LONG_ENOUGH`], but at most this many: a cost that does not depend on the number.
    AtMost(u64),
    /// Exactly this many: the number is part of the question. Short runs are repeated instead.
    Exactly(u64),
}

const TABLES: [Table; 7] = [
    Table {
        workload: "pingpong",
        asks: "One TCP connection between two hosts, 64 bytes there and the same 64 bytes back.",
        operation: "round trip",
        size: Size::AtMost(1_000_000),
        callgrind: 1000,
        slow: false,
    },
    Table {
        workload: "pingpong-latency",
        asks: "The same over a link of 50 ms one way: what does virtual time in which nothing happens cost?",
        operation: "round trip",
        size: Size::AtMost(1_000_000),
        callgrind: 50,
        slow: false,
    },
    Table {
        workload: "pingpong-idle",
        asks: "The same beside 1,000 hosts that do nothing (the classic turmoil: beside 30, it cannot bear more).",
        operation: "round trip",
        size: Size::AtMost(1_000_000),
        callgrind: 30,
        slow: false,
    },
    Table {
        workload: "bulk",
        asks: "One TCP connection, one way, in writes of 64 KiB. Of these only turmoil-net and wavetank cut it into segments.",
        operation: "64 KiB",
        // madsim has no flow control and holds all of it: 256 MiB.
        size: Size::AtMost(4000),
        callgrind: 100,
        slow: false,
    },
    Table {
        workload: "hosts",
        asks: "A star of 100 client hosts and one server host, all at once: connect, ten 64-byte echoes.",
        operation: "client host with its ten echoes",
        size: Size::Exactly(100),
        callgrind: 50,
        slow: false,
    },
    Table {
        workload: "hosts",
        asks: "The same star with 1,000 client hosts.",
        operation: "client host with its ten echoes",
        size: Size::Exactly(1000),
        callgrind: 500,
        slow: true,
    },
    Table {
        workload: "sims",
        asks: "Whole simulations, as a property test runs them: build two hosts, connect, ten 64-byte echoes, tear down.",
        operation: "simulation",
        size: Size::AtMost(1_000_000),
        callgrind: 20,
        slow: false,
    },
];

/// CPU time that makes a run long enough for its start-up and the clock's grain not to matter.
const LONG_ENOUGH: Duration = Duration::from_millis(150);
/// The same for `--quick`.
const QUICK_ENOUGH: Duration = Duration::from_millis(30);
/// Runs with one operation, whose median is taken for start-up and subtracted.
const START_UPS: usize = 5;

/// The workloads by name, each once.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().filter(|table| !table.slow).map(|table| table.workload)
}

/// The same, for a message.
pub(crate) fn names_in_a_row() -> String {
    names().collect::<Vec<_>>().join(", ")
}

/// The tables that were asked for.
pub(crate) fn chosen(options: &Options) -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter(|table| {
        let named = options.workloads.is_empty() || options.workloads.iter().any(|name| name == table.workload);
        named && !(options.quick && table.slow)
    })
}

/// What a reader must know before the first table.
pub(crate) fn header(options: &Options, callgrind: bool) -> String {
    let rounds = match options.rounds {
        1 => String::from("one round"),
        several => format!("{several} rounds"),
    };
    let mut text = format!(
        "{OURS} beside madsim {} (madsim-tokio {}), turmoil-net {} and turmoil {}, on tokio {}; cargo's release profile.\n",
        version("madsim"),
        version("madsim-tokio"),
        version("turmoil-net"),
        version("turmoil"),
        version("tokio"),
    );
    let _ = writeln!(text, "Machine: {}.", machine());
    let _ = match options.rounds {
        0 => writeln!(text, "No CPU times: --rounds 0."),
        _ => writeln!(
            text,
            "CPU is user + system time of the process less its start-up, per operation: the median of {rounds} in which all take\n\
             turns, the lowest..highest, and the median of the ratios to {OURS} inside each round. Wall time is not measured."
        ),
    };
    let _ = match (callgrind, measure::valgrind_version()) {
        (true, Some(valgrind)) => writeln!(
            text,
            "Instructions ({valgrind}, callgrind) are those of 2n operations less those of n, over n: start-up cancels, load does not matter."
        ),
        (false, None) => writeln!(text, "No instruction counts: valgrind is not installed."),
        _ => writeln!(text, "No instruction counts: --no-callgrind."),
    };
    text.push_str(
        "Peers do not do the same work: madsim and turmoil move whole messages, with no segments, acknowledgements or\n\
         retransmission; turmoil-net and wavetank move packets through a TCP. benches/peers/README.md has the rest.",
    );
    text
}

/// One contestant's answers.
pub(crate) struct Row<'a> {
    contestant: &'a Contestant,
    /// Operations per run, and how often the run is repeated in a round.
    plan: Plan,
    /// CPU nanoseconds per operation, one per round.
    rounds: Vec<f64>,
    instructions: Option<f64>,
    /// What the program says it did.
    said: String,
    failure: Option<Failure>,
}

#[derive(Clone, Copy, Default)]
struct Plan {
    n: u64,
    repeats: u32,
    /// CPU time of a run with one operation.
    start_up: Duration,
}

/// Asks everybody.
pub(crate) fn measure<'a>(
    table: &Table,
    contestants: &'a [Contestant],
    options: &Options,
    callgrind: bool,
) -> Vec<Row<'a>> {
    eprintln!("measuring {}", table.title());
    let enough = if options.quick { QUICK_ENOUGH } else { LONG_ENOUGH };
    let mut rows: Vec<Row> = contestants.iter().map(|contestant| Row::plan(table, contestant, enough)).collect();
    for _ in 0..options.rounds {
        for row in rows.iter_mut().filter(|row| row.failure.is_none()) {
            let outcome = row.round(table);
            row.note(outcome);
        }
        // Nobody always runs after the same neighbour's cache and clock frequency.
        rows.rotate_left(1);
    }
    rows.sort_by_key(|row| contestants.iter().position(|contestant| std::ptr::eq(contestant, row.contestant)));
    if callgrind {
        for row in rows.iter_mut().filter(|row| row.failure.is_none()) {
            match measure::instructions_per_operation(row.contestant, table.workload, table.callgrind) {
                Ok(count) => row.instructions = Some(count),
                Err(failure) => row.failure = Some(failure),
            }
        }
    }
    rows
}

impl<'a> Row<'a> {
    /// Finds out what a run of this contestant takes.
    fn plan(table: &Table, contestant: &'a Contestant, enough: Duration) -> Self {
        let mut row = Self {
            contestant,
            plan: Plan::default(),
            rounds: Vec::new(),
            instructions: None,
            said: String::new(),
            failure: None,
        };
        let outcome = row.try_plan(table, enough);
        row.note(outcome);
        row
    }

    fn try_plan(&mut self, table: &Table, enough: Duration) -> Result<(), Failure> {
        let mut start_ups = Vec::new();
        for _ in 0..START_UPS {
            start_ups.push(measure::cpu(self.contestant, table.workload, 1)?.cpu);
        }
        start_ups.sort();
        self.plan.start_up = start_ups[START_UPS / 2];
        let sizes: Vec<u64> = match table.size {
            Size::Exactly(n) => vec![n],
            Size::AtMost(most) => round_numbers().take_while(|n| *n <= most).collect(),
        };
        let mut taken = Duration::ZERO;
        for n in sizes {
            let run = measure::cpu(self.contestant, table.workload, n)?;
            taken = run.cpu.saturating_sub(self.plan.start_up);
            self.plan.n = n;
            self.said = run.said;
            if taken >= enough {
                break;
            }
        }
        // The largest size may still be a short run; then several make a round.
        self.plan.repeats = (1..MOST_REPEATS).find(|repeats| taken * *repeats >= enough).unwrap_or(MOST_REPEATS);
        Ok(())
    }

    fn round(&mut self, table: &Table) -> Result<(), Failure> {
        let mut cpu = Duration::ZERO;
        for _ in 0..self.plan.repeats {
            let run = measure::cpu(self.contestant, table.workload, self.plan.n)?;
            cpu += run.cpu;
            self.said = run.said;
        }
        // Once, after summing: a short run may well come out below a start-up that was measured at another time.
        let cpu = cpu.saturating_sub(self.plan.start_up * self.plan.repeats);
        // The subtracted start-up did one operation too.
        let operations = (self.plan.n - 1) * u64::from(self.plan.repeats);
        #[expect(clippy::cast_precision_loss, reason = "a million operations at most, times a few repeats")]
        self.rounds.push(cpu.as_secs_f64() * 1e9 / operations as f64);
        Ok(())
    }

    fn note(&mut self, outcome: Result<(), Failure>) {
        self.failure = self.failure.take().or(outcome.err());
    }
}

/// A run that cannot be made longer is repeated at most so often in a round.
const MOST_REPEATS: u32 = 20;

/// 20, 50, 100, 200, 500, and so on.
fn round_numbers() -> impl Iterator<Item = u64> {
    let decades = std::iter::successors(Some(10_u64), |decade| decade.checked_mul(10));
    decades.flat_map(|decade| [2, 5, 10].map(|digit| digit * decade))
}

impl Table {
    fn title(&self) -> String {
        match self.size {
            Size::AtMost(_) => self.workload.into(),
            Size::Exactly(n) => format!("{}, N = {}", self.workload, grouped(n)),
        }
    }

    /// A peer's line without its own and the workload's name, which the table has already said.
    fn without_prefix<'a>(&self, said: &'a str) -> &'a str {
        let prefix = format!("{}: ", self.workload);
        said.split_once(&prefix).map_or(said, |(_, rest)| rest)
    }

    /// What being stopped says about the cost, if the size was given.
    fn at_least(&self, patience: Duration) -> String {
        match self.size {
            Size::AtMost(_) => String::new(),
            #[expect(clippy::cast_precision_loss, reason = "a thousand or so")]
            Size::Exactly(n) => {
                format!(": more than {} per {}", time(patience.as_secs_f64() * 1e9 / n as f64), self.operation)
            }
        }
    }
}

/// The table as text.
pub(crate) fn render(table: &Table, rows: &[Row<'_>], callgrind: bool) -> String {
    let finished = || rows.iter().filter(|row| row.failure.is_none());
    let against = Against { ours: finished().find(|row| row.contestant.name == OURS), callgrind };
    let mut lines = vec![against.heading(table)];
    lines.extend(finished().map(|row| against.cells(row)));
    let mut text = format!("{}: {}\n", table.title(), table.asks);
    text += &columns(&lines);
    for row in rows {
        let name = &row.contestant.name;
        let _ = match &row.failure {
            None => writeln!(text, "  {name}: {}", table.without_prefix(&row.said)),
            Some(Failure::Cannot(why)) => writeln!(text, "  {name} cannot: {}", table.without_prefix(why)),
            Some(Failure::Broken(how)) => writeln!(text, "  {name} FAILED: {how}"),
            Some(Failure::TooSlow(patience)) => {
                writeln!(
                    text,
                    "  {name} was stopped after {} s of CPU time{}",
                    patience.as_secs(),
                    table.at_least(*patience)
                )
            }
        };
    }
    if callgrind && matches!(table.size, Size::Exactly(_)) {
        let n = table.callgrind;
        let _ = writeln!(
            text,
            "  CPU is the mean over all hosts; instructions are those that hosts {} to {} add: more than the mean for whoever scales badly.",
            grouped(n + 1),
            grouped(2 * n)
        );
    }
    text
}

/// What the rows of a table are compared with; without ours there are no ratios to print.
struct Against<'a> {
    ours: Option<&'a Row<'a>>,
    callgrind: bool,
}

impl Against<'_> {
    fn heading(&self, table: &Table) -> Vec<String> {
        let ratio = self.ours.map(|_| "× ours");
        let mut titles = vec!["CPU, median", "lowest..highest"];
        titles.extend(ratio);
        if self.callgrind {
            titles.push("instructions");
            titles.extend(ratio);
        }
        titles.push("operations a run");
        let first = format!("per {}", table.operation);
        std::iter::once(first).chain(titles.into_iter().map(String::from)).collect()
    }

    fn cells(&self, row: &Row<'_>) -> Vec<String> {
        let dash = || String::from("–");
        let low = row.rounds.iter().copied().min_by(f64::total_cmp);
        let high = row.rounds.iter().copied().max_by(f64::total_cmp);
        let mut cells = vec![
            row.contestant.name.clone(),
            median(&row.rounds).map_or_else(dash, time),
            low.zip(high).map_or_else(dash, |(low, high)| time_range(low, high)),
        ];
        if let Some(ours) = self.ours {
            cells.push(ratio_of_rounds(&row.rounds, &ours.rounds).map_or_else(dash, significant));
        }
        if self.callgrind {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count, rounded to a whole")]
            cells.push(row.instructions.map_or_else(dash, |count| grouped(count.round() as u64)));
            if let Some(ours) = self.ours {
                let times = row.instructions.zip(ours.instructions).map(|(theirs, ours)| theirs / ours);
                cells.push(times.map_or_else(dash, significant));
            }
        }
        let repeats = if row.plan.repeats > 1 { format!("{} × ", row.plan.repeats) } else { String::new() };
        cells.push(format!("{repeats}{}", grouped(row.plan.n)));
        cells
    }
}

/// The median over the rounds of theirs over ours. Rounds are compared one by one, because the machine's speed changes
/// more between rounds than inside one.
pub(crate) fn ratio_of_rounds(theirs: &[f64], ours: &[f64]) -> Option<f64> {
    let ratios: Vec<f64> = theirs.iter().zip(ours).map(|(theirs, ours)| theirs / ours).collect();
    median(&ratios)
}

/// The machine in a few words, as far as /proc tells.
fn machine() -> String {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let cpus = read("/proc/cpuinfo");
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let count = cpus.lines().filter(|line| line.starts_with("processor")).count();
    let kernel = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    format!(
        "{count} × {}, Linux {}, load average {} at the start",
        model.map_or("unknown processor", |(_, model)| model.trim()),
        kernel.trim(),
        load.split(' ').next().unwrap_or("unknown")
    )
}
