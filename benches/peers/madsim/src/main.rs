//! The workloads on madsim 0.2.34. Build with `RUSTFLAGS="--cfg madsim"` and a target folder of its own.
//!
//! madsim is event-driven and moves messages: a flush is one event, with no segments, acknowledgements, window or
//! buffer limit behind it. Latency is drawn from a range; the range here is 1 ms wide open by a nanosecond, since an
//! empty one is refused. Its default, 1 to 10 ms, costs the same.

#[cfg(madsim)]
mod simulated;

#[cfg(madsim)]
fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    workloads::run("madsim", &arguments, simulated::work)
}

#[cfg(not(madsim))]
fn main() -> std::process::ExitCode {
    eprintln!("peer-madsim was built without RUSTFLAGS=\"--cfg madsim\", so it would use the real network");
    std::process::ExitCode::from(2)
}
