//! A run of `PROGRAM WORKLOAD N`, and what it cost.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// What the kernel says of a process that has ended.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// User and system time.
    pub cpu: Duration,
    /// The most memory it had at once.
    pub peak_rss_bytes: u64,
}

/// Instructions per operation: callgrind's count for 2n operations less that for n, over n. Start-up cancels, and the
/// load of the machine does not matter.
///
/// # Errors
/// If valgrind is missing, or the work failed.
pub fn instructions(program: &Path, workload: &str, n: u64) -> io::Result<f64> {
    let once = collected_by_callgrind(program, workload, n)?;
    let twice = collected_by_callgrind(program, workload, 2 * n)?;
    Ok((twice as f64 - once as f64) / n as f64)
}

fn collected_by_callgrind(program: &Path, workload: &str, n: u64) -> io::Result<u64> {
    let mut valgrind = Command::new("valgrind");
    // Nothing is to be written: the profile would be thrown away.
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program);
    valgrind.arg(workload).arg(n.to_string()).stdin(Stdio::null());
    let output = valgrind
        .output()
        .map_err(|error| io::Error::new(error.kind(), format!("valgrind, which counts instructions: {error}")))?;
    let report = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(io::Error::other(format!("{workload} {n} under callgrind: {}\n{report}", output.status)));
    }
    collected(&report).ok_or_else(|| io::Error::other("callgrind printed no count"))
}

/// The count in what callgrind writes to standard error, `==12345== Collected : 4128374`.
pub(crate) fn collected(report: &str) -> Option<u64> {
    report.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
}

/// Runs the work to its end and asks the kernel what it took.
///
/// # Errors
/// If it cannot be started, or failed.
pub fn usage(program: &Path, workload: &str, n: u64) -> io::Result<Usage> {
    let mut command = Command::new(program);
    command.arg(workload).arg(n.to_string()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let mut said = String::new();
    child.stderr.take().expect("it is piped").read_to_string(&mut said)?;
    let (status, usage) = wait(child.id())?;
    if status != 0 {
        return Err(io::Error::other(format!("{workload} {n}: wait status {status}\n{said}")));
    }
    Ok(usage)
}

/// `wait4(2)`: waits for one child and takes its own account, not that of all children together.
#[expect(unsafe_code, reason = "std has no wait4")]
fn wait(child: u32) -> io::Result<(i32, Usage)> {
    let child = libc::pid_t::try_from(child).expect("a process id is a pid_t");
    let mut status = 0;
    // SAFETY: `rusage` is plain integers, for which all zeroes is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live, writable values, and the child is ours and was not waited for.
    let waited = unsafe { libc::wait4(child, &raw mut status, 0, &raw mut usage) };
    if waited != child {
        return Err(io::Error::last_os_error());
    }
    let cpu = duration(usage.ru_utime) + duration(usage.ru_stime);
    Ok((status, Usage { cpu, peak_rss_bytes: usage.ru_maxrss as u64 * 1024 }))
}

fn duration(time: libc::timeval) -> Duration {
    Duration::from_secs(time.tv_sec as u64) + Duration::from_micros(time.tv_usec as u64)
}
