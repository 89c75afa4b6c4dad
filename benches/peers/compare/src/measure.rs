//! Counting what one run of a program cost.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::contestants::Contestant;

/// Why there is no number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The program said that it cannot do this (exit status 3).
    Cannot(String),
    /// It was stopped after this much CPU time.
    TooSlow(Duration),
    /// It failed: a bug, or not the program we thought.
    Broken(String),
}

/// A run that succeeded.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// User and system time of the process.
    pub(crate) cpu: Duration,
    /// Its one line: what it did.
    pub(crate) said: String,
}

/// CPU time after which a plain run is stopped.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// The same under callgrind, which is some fifty times slower.
const CALLGRIND_PATIENCE: Duration = Duration::from_mins(4);

/// Runs `WORKLOAD n` and takes its CPU time.
pub(crate) fn cpu(contestant: &Contestant, workload: &str, n: u64) -> Result<Run, Failure> {
    let before = cpu_of_children();
    let output = finish(command(contestant, &[], workload, n), PATIENCE)?;
    let cpu = cpu_of_children().saturating_sub(before);
    Ok(Run { cpu, said: first_line(&output.stdout) })
}

/// Instructions per operation: `WORKLOAD 2n` less `WORKLOAD n`, over n.
pub(crate) fn instructions_per_operation(contestant: &Contestant, workload: &str, n: u64) -> Result<f64, Failure> {
    let once = instructions(contestant, workload, n)?;
    let twice = instructions(contestant, workload, 2 * n)?;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    Ok(twice.saturating_sub(once) as f64 / n as f64)
}

/// The version line of valgrind, if it is there.
pub(crate) fn valgrind_version() -> Option<String> {
    let output = Command::new("valgrind").arg("--version").output().ok()?;
    output.status.success().then(|| first_line(&output.stdout))
}

/// The instruction count in what callgrind writes to standard error, `==12345== Collected : 4128374`.
pub(crate) fn collected(callgrind: &str) -> Option<u64> {
    callgrind.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
}

fn instructions(contestant: &Contestant, workload: &str, n: u64) -> Result<u64, Failure> {
    // Nothing is to be written: the profile would be thrown away.
    let valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
    let output = finish(command(contestant, &valgrind, workload, n), CALLGRIND_PATIENCE)?;
    let report = String::from_utf8_lossy(&output.stderr);
    collected(&report).ok_or_else(|| Failure::Broken("callgrind printed no count".into()))
}

fn command(contestant: &Contestant, wrapper: &[&str], workload: &str, n: u64) -> Command {
    let mut command = match wrapper {
        [] => Command::new(&contestant.program),
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(&contestant.program);
            command
        }
    };
    command.arg(workload).arg(n.to_string()).args(contestant.extra);
    command
}

/// Runs a command to its end with a limit on its CPU time, and sorts out how it ended.
fn finish(mut command: Command, patience: Duration) -> Result<Output, Failure> {
    let broken = |error: io::Error| Failure::Broken(error.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().map_err(broken)?;
    limit_cpu(child.id(), patience);
    let output = child.wait_with_output().map_err(broken)?;
    match (output.status.code(), output.status.signal()) {
        (Some(0), _) => Ok(output),
        (Some(3), _) => Err(Failure::Cannot(first_line(&output.stdout))),
        (_, Some(libc::SIGXCPU | libc::SIGKILL)) => Err(Failure::TooSlow(patience)),
        _ => Err(Failure::Broken(format!("{}: {}", output.status, first_line(&output.stderr)))),
    }
}

fn first_line(bytes: &[u8]) -> String {
    // A panic begins with an empty line.
    String::from_utf8_lossy(bytes).lines().find(|line| !line.is_empty()).unwrap_or_default().into()
}

/// CPU time of all children that have ended. The driver has one child at a time, so a difference belongs to one run.
#[expect(unsafe_code, reason = "std has no getrusage")]
fn cpu_of_children() -> Duration {
    // SAFETY: `rusage` is plain integers, for which all zeroes is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a live, writable `rusage`.
    let status = unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage) };
    assert_eq!(status, 0, "getrusage: {}", io::Error::last_os_error());
    duration(usage.ru_utime) + duration(usage.ru_stime)
}

fn duration(time: libc::timeval) -> Duration {
    let seconds = u64::try_from(time.tv_sec).expect("CPU time is not negative");
    let micros = u64::try_from(time.tv_usec).expect("CPU time is not negative");
    Duration::from_secs(seconds) + Duration::from_micros(micros)
}

/// Lets the kernel end a child that has used up its time, without a core dump. A child that is already gone needs no
/// limit, so failure is no matter.
#[expect(unsafe_code, reason = "std has no prlimit")]
fn limit_cpu(child: u32, patience: Duration) {
    let child = libc::pid_t::try_from(child).expect("a process id is a pid_t");
    let seconds = patience.as_secs();
    let time = libc::rlimit { rlim_cur: seconds, rlim_max: seconds + 1 };
    let core = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    for (resource, limit) in [(libc::RLIMIT_CPU, time), (libc::RLIMIT_CORE, core)] {
        // SAFETY: the new limit is a live value; the old one is not asked for.
        unsafe { libc::prlimit(child, resource, &raw const limit, std::ptr::null_mut()) };
    }
}
