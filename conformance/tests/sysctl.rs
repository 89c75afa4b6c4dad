//! The simulator's sysctls beside those of this machine's kernel, in a network namespace of its own: the names, the defaults, and what is
//! taken and refused.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs, io,
    path::Path,
    sync::{Arc, Mutex},
};

use wavetank_lab::Namespace;
use wavetank_sim::Sim;

/// What each is tried with: the edges of the kernel's types and of the ranges it has.
const TRIES: &[&str] = &[
    "-2147483648",
    "-8589934",
    "-1",
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "31",
    "32",
    "47",
    "48",
    "100",
    "127",
    "128",
    "255",
    "256",
    "300",
    "301",
    "999",
    "1000",
    "1001",
    "1023",
    "1024",
    "60000",
    "60001",
    "65535",
    "65536",
    "86400",
    "86401",
    "120000",
    "120001",
    "8589934",
    "8589935",
    "17179869",
    "17179870",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "18446744073709551615",
    "abc",
    "0x10",
    "010",
    "08",
    "1 2",
    "1 2 3",
    "1 2 3 4",
    "40000 50000",
    "50000 40000",
    "0 5",
    "",
    " 7 ",
    "7x",
    "7,8",
    "+7",
    "--7",
    "0x",
    "1,2-4,9",
    "9-3",
    "reno",
    "nonesuch",
    "1-2-3-4",
];

/// Where the simulator begins with something else than this kernel, and why.
const OTHER_DEFAULT: &[(&str, &str)] = &[
    ("net.core.optmem_max", "131,072 since 6.8"),
    ("net.core.rmem_default", "can be set on the whole machine"),
    ("net.core.rmem_max", "can be set on the whole machine"),
    ("net.core.wmem_default", "can be set on the whole machine"),
    ("net.core.wmem_max", "can be set on the whole machine"),
    ("net.ipv4.tcp_allowed_congestion_control", "as the kernel is built"),
    ("net.ipv4.tcp_available_congestion_control", "as the kernel is built"),
    ("net.ipv4.tcp_available_ulp", "as the kernel is built"),
    ("net.ipv4.tcp_congestion_control", "as the kernel is built"),
    ("net.ipv4.tcp_ehash_entries", "by the machine's memory"),
    ("net.ipv4.udp_hash_entries", "by the machine's memory"),
    ("net.ipv4.tcp_limit_output_bytes", "4 MiB since 6.14"),
    ("net.ipv4.tcp_max_orphans", "by the machine's memory"),
    ("net.ipv4.tcp_max_syn_backlog", "by the machine's memory"),
    ("net.ipv4.tcp_max_tw_buckets", "by the machine's memory"),
    ("net.ipv4.tcp_mem", "by the machine's memory"),
    ("net.ipv4.udp_mem", "by the machine's memory"),
    ("net.ipv4.tcp_rmem", "32 MiB at the most since 6.18"),
    ("net.ipv4.tcp_syn_linear_timeouts", "4 since 6.5; the simulator's SYNs double at once, as in 6.1"),
    ("net.ipv4.tcp_tw_reuse_delay", "6.15"),
];

/// What the simulator takes otherwise, and why.
const OTHER_RANGE: &[(&str, &str)] = &[
    ("net.ipv4.tcp_congestion_control", "each kernel knows others"),
    ("net.ipv4.tcp_fastopen_key", "a second key is not kept, and a key reads back as it was written"),
    ("net.core.optmem_max", "never less than 0 since 6.8"),
    ("net.ipv4.icmp_ratelimit", "a large negative number wraps"),
    ("net.ipv4.tcp_invalid_ratelimit", "a large negative number wraps"),
];

fn is_among(list: &[(&str, &str)], name: &str) -> bool {
    list.iter().any(|other| other.0 == name)
}

/// The names the simulator has to have, as far as this kernel has them.
fn names() -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for folder in ["net/ipv4", "net/core"] {
        for entry in fs::read_dir(Path::new("/proc/sys").join(folder))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let wanted = name.starts_with("tcp_")
                || ["ip_local_port_range", "ip_local_reserved_ports", "ip_default_ttl", "ip_unprivileged_port_start"]
                    .contains(&&*name)
                || ["somaxconn", "rmem_default", "rmem_max", "wmem_default", "wmem_max", "txrehash"].contains(&&*name);
            if entry.file_type()?.is_file() && wanted {
                names.push(format!("{}.{name}", folder.replace('/', ".")));
            }
        }
    }
    names.sort();
    Ok(names)
}

/// As it reads, or why not.
fn read_here(name: &str) -> Result<String, String> {
    let path = Path::new("/proc/sys").join(name.replace('.', "/"));
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    Ok(text.trim_end_matches('\n').to_owned())
}

/// Writes it; whether it was taken.
fn write_here(name: &str, value: &str) -> bool {
    fs::write(Path::new("/proc/sys").join(name.replace('.', "/")), format!("{value}\n")).is_ok()
}

/// What each try leaves: how it reads, or that it was refused.
fn tried(read: impl Fn() -> String, write: impl Fn(&str) -> bool) -> Vec<String> {
    TRIES.iter().map(|value| if write(value) { read() } else { "refused".to_owned() }).collect()
}

/// The same on a machine of the simulator, which is first given what the kernel begins with; `None` if it does not know the name.
fn simulated(name: &str, begin: &str) -> Option<Simulated> {
    let sim = Sim::new(1);
    let (name, begin) = (name.to_owned(), begin.to_owned());
    let seen = Arc::new(Mutex::new(None));
    let told = Arc::clone(&seen);
    sim.host("machine").run(move |host| {
        let read = || host.sysctl(&name).unwrap_or_else(|error| error.to_string());
        if host.sysctl(&name).is_ok() {
            let default = read();
            let takes_begin = host.set_sysctl(&name, &begin).is_ok();
            let tries = tried(read, |value| host.set_sysctl(&name, value).is_ok());
            *told.lock().unwrap() = Some(Simulated { default, takes_begin, tries });
        }
        Ok(())
    });
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
    seen.lock().unwrap().take()
}

struct Simulated {
    default: String,
    takes_begin: bool,
    tries: Vec<String>,
}

/// By name: how it begins, and what each try left, if it can be set.
type Seen = BTreeMap<String, (String, Option<Vec<String>>)>;

#[test]
fn names_defaults_and_ranges_are_this_kernels() {
    let space = match Namespace::new() {
        Ok(space) => space,
        Err(error) if error.is_not_allowed() => return println!("skipped: {error}"),
        Err(error) => panic!("{error}"),
    };
    let names = names().unwrap();
    // Per namespace, so that nothing outside is changed: those that are not can only be read in here.
    let kernel: Seen = space.run(|| {
        let inside: Vec<_> = names.iter().filter(|name| read_here(name).is_ok()).cloned().collect();
        let look = |name: String| {
            let begin = read_here(&name).unwrap_or_default();
            let may_write = fs::OpenOptions::new().write(true).open(format!("/proc/sys/{}", name.replace('.', "/")));
            let tries = may_write.is_ok().then(|| {
                let tries = tried(|| read_here(&name).unwrap_or_default(), |value| write_here(&name, value));
                write_here(&name, &begin);
                tries
            });
            (name, (begin, tries))
        };
        inside.into_iter().map(look).collect()
    });
    assert!(kernel.len() > 60, "only {} names were seen", kernel.len());
    let mut report = String::new();
    for (name, (begin, tries)) in &kernel {
        let Some(ours) = simulated(name, begin) else {
            let _ = writeln!(report, "{name}: unknown to the simulator; here it is {begin:?}");
            continue;
        };
        if ours.default != *begin && !is_among(OTHER_DEFAULT, name) {
            let _ = writeln!(report, "{name}: here {begin:?}, simulated {:?}", ours.default);
        }
        let Some(tries) = tries.as_ref().filter(|_| !is_among(OTHER_RANGE, name)) else { continue };
        if !ours.takes_begin {
            let _ = writeln!(report, "{name}: the simulator refuses this kernel's {begin:?}");
        }
        for ((value, here), simulated) in TRIES.iter().zip(tries).zip(&ours.tries) {
            if here != simulated {
                let _ = writeln!(report, "{name} = {value:?}: here {here:?}, simulated {simulated:?}");
            }
        }
    }
    assert!(report.is_empty(), "\n{report}");
    let tried = kernel.values().filter(|seen| seen.1.is_some()).count();
    println!("{} names compared, {tried} of them with {} values each", kernel.len(), TRIES.len());
}
