//! Programs as C: the compiler has nothing to say, and what they print is what the executor saw.

use std::{
    collections::BTreeMap,
    env, fs,
    path::PathBuf,
    process::{Command, Output},
    time::Duration,
};

use wavetank_differential::{Call, Program, Programs, annotated, world::RealTank};

/// How many drawn programs are compiled and run.
const PROGRAMS: u64 = 60;

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn has(command: &str) -> bool {
    Command::new(command).arg("--version").output().is_ok() || Command::new(command).arg("-V").output().is_ok()
}

fn checked(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    output
}

fn compiled(folder: &str, name: &str, program: &Program) -> PathBuf {
    let folder = self::folder(folder);
    let (source, binary) = (folder.join(format!("{name}.c")), folder.join(name));
    fs::write(&source, program.to_c()).unwrap();
    checked(Command::new("cc").args(["-O0", "-Wall", "-Wextra", "-Werror", "-o"]).arg(&binary).arg(&source));
    binary
}

/// Without who was told by a RST, which a program cannot see of itself; ports that the system chose are numbered anew then.
fn plain(text: &str) -> String {
    let mut known = Vec::new();
    let mut plain = String::new();
    for line in text.lines().filter(|line| !line.starts_with("hosts ")) {
        let mut parts = line.split("; RST ").next().unwrap_or(line).split('?');
        plain.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let (number, rest) =
                part.split_at(part.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(part.len()));
            let index = known.iter().position(|known| *known == number).unwrap_or_else(|| {
                known.push(number);
                known.len() - 1
            });
            plain.push_str(&format!("?{index}{rest}"));
        }
        plain.push('\n');
    }
    plain
}

/// The text without what "a tick until a FIN is acknowledged" leaves open, as `freedoms.rs` permits it in the hunt: FIN_WAIT1 and
/// FIN_WAIT2 are one state, and what SIOCOUTQ, TCP_INFO and TCP_MAXSEG tell of a socket in it is left out.
fn ticked(text: &str) -> String {
    const EITHER: &str = "TCP_FIN_WAIT";
    let mut shown: BTreeMap<&str, String> = BTreeMap::new();
    let mut ticked = String::new();
    for line in text.lines() {
        let (call, comment) = line.split_once(" # ").unwrap_or((line, ""));
        let mut parts = comment.split("; ");
        let answer = parts.next().unwrap_or_default();
        let tells = ["SIOCOUTQ,", "TCP_INFO,", "TCP_MAXSEG,"].iter().any(|name| call.contains(name));
        let of = call.split_once('(').and_then(|(_, arguments)| arguments.split(',').next()).unwrap_or_default();
        let is_open = tells && shown.get(of).is_some_and(|state| state.ends_with(EITHER));
        ticked += &format!("{call} # {}", if is_open { "either" } else { answer });
        for (slot, state) in parts.filter_map(|part| part.split_once(' ')) {
            let state = state.replace("TCP_FIN_WAIT1", EITHER).replace("TCP_FIN_WAIT2", EITHER);
            if shown.get(slot) != Some(&state) {
                ticked += &format!("; {slot} {state}");
                shown.insert(slot, state);
            }
        }
        ticked.push('\n');
    }
    ticked
}

/// What both programs show, as far as Linux leaves nothing open.
fn comparable(text: &str) -> String {
    ticked(&plain(text))
}

/// What the executor sees, if that is the same however long it waits after each call: a delayed ACK may come or not.
fn seen(tank: &RealTank, program: &Program) -> Option<String> {
    let mut seen = [100, 300, 3_000]
        .map(|patience| comparable(&annotated(program, &tank.run(program, Duration::from_micros(patience)))));
    (seen[0] == seen[1] && seen[1] == seen[2]).then(|| std::mem::take(&mut seen[0]))
}

#[test]
fn what_it_prints_is_what_the_executor_saw() {
    if !has("cc") || !has("ip") {
        println!("skipped: no C compiler, or no ip(8)");
        return;
    }
    let tank = match RealTank::new() {
        Ok(tank) => tank,
        Err(error) if error.is_not_allowed() => {
            println!("skipped: {error}");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for seed in 0..PROGRAMS {
        let program = Programs::default().draw(seed);
        let binary = compiled("c-runs", &format!("p{seed}"), &program);
        let Some(seen) = seen(&tank, &program) else { continue };
        compared += 1;
        let prints = || comparable(&String::from_utf8_lossy(&checked(&mut Command::new(&binary)).stdout));
        // A core may be overworked.
        if (0..3).all(|_| prints() != seen) {
            let printed = prints();
            let lines = seen.lines().zip(printed.lines()).find(|(seen, printed)| seen != printed);
            wrong.push(format!("seed {seed}: {lines:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared * 4 >= PROGRAMS * 3, "{compared} of {PROGRAMS} programs are the same each time");
}

#[test]
fn whatever_the_numbers_the_compiler_has_nothing_to_say() {
    if !has("cc") {
        println!("skipped: no C compiler");
        return;
    }
    let text = "\
a = socket(-1, 2147483647, -2147483648)
i, s200 = socketpair(AF_UNIX, SOCK_SEQPACKET, 0)
bind(a, \"unix:/a\\\\x22b\")
bind(a, \"raw:65535:003f3f3d2a2f00\")
connect(s255, [::ffff:1.2.3.4]:@z)
sendmsg(a, 10, MSG_PEEK|0x80000000, to=name(b), control=x\"3f3f2f2a5c22\", rights=c)
recvmsg(a, 0, 0, from, control=4096, rights=s17)
setsockopt(a, -1, 99, \"cubic\")
setsockopt(a, IPPROTO_TCP, TCP_INFO, x\"\")
getsockopt(a, IPPROTO_TCP, TCP_INFO, 256)
getsockopt(a, SOL_SOCKET, SO_ERROR, 0)
ioctl(a, 0xffffffff, -1)
ioctl(a, SIOCOUTQNSD, 1)
poll(a, POLLIN|POLLRDHUP|0x8000)
shutdown(a, 255)
fcntl(a, F_SETFL, 0)
+0.001
";
    compiled("c-compiles", "weird", &text.parse().unwrap());
    for hosts in [1, 2] {
        compiled("c-compiles", "waits", &Program { hosts, calls: vec![Call::Wait { millis: 1 }], threads: vec![] });
    }
    for line in text.lines() {
        let program = Program {
            hosts: 1,
            calls: vec![line.parse::<Call>().unwrap_or_else(|error| panic!("{line}: {error}"))],
            threads: vec![],
        };
        compiled("c-compiles", "one", &program);
    }
}
