//! A program as Rust: what is printed is a test that compiles and passes in both worlds. It is kept, so that the compiler sees it.

use wavetank_differential::{Program, world};

#[rustfmt::skip]
#[path = "rust/tour.rs"]
mod tour;
#[rustfmt::skip]
#[path = "rust/two.rs"]
mod two;

/// Every call, on one host.
const TOUR: &str = "\
a = socket(AF_INET, SOCK_STREAM, 0)
setsockopt(a, SOL_SOCKET, SO_REUSEADDR, 1)
bind(a, 127.0.0.1:$0)
bind(a, 127.0.0.1:$1)
listen(a, 5)
a = accept4(a)
b = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)
getpeername(b)
connect(b, 127.0.0.1:@a)
c = accept4(a)
a = dup(a)
getsockname(b)
getpeername(c)
send(b, 10, MSG_NOSIGNAL)
sendmsg(b, 3, MSG_NOSIGNAL, to=name(a))
ioctl(c, FIONREAD, 1)
ioctl(c, 0x1234, 1)
poll(c, POLLIN|POLLOUT)
recv(c, 5, MSG_PEEK)
recvmsg(c, 70000, 0, from)
recv(c, 1, MSG_DONTWAIT)
recvmsg(c, 1, 0, control=64)
getsockopt(c, SOL_SOCKET, SO_ERROR, 4)
getsockopt(c, IPPROTO_TCP, 255, 4)
setsockopt(c, SOL_SOCKET, SO_LINGER, {1, 0})
fcntl(c, F_SETFL, O_NONBLOCK)
+0.002
shutdown(b, SHUT_WR)
connect(b, unspec)
connect(b, \"unix:@x\")
close(c)
close(c)
recv(b, 1, 0)
d = socket(AF_INET6, SOCK_DGRAM, 0)
bind(d, [::1]:0)
getsockname(d)
setsockopt(d, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1)
sendmsg(d, 4, MSG_NOSIGNAL, to=name(d), control=[IPPROTO_IPV6:IPV6_HOPLIMIT 9])
recvmsg(d, 2, MSG_TRUNC, from, control=64)
e, f = socketpair(AF_UNIX, SOCK_STREAM, 0)
sendmsg(e, 1, MSG_NOSIGNAL, rights=d)
recvmsg(f, 1, 0, control=64, rights=d)
h = socket(99, 77, -1)
";

/// Two hosts.
const TWO: &str = "\
hosts 2
a = socket(AF_INET, SOCK_STREAM, 0) on host 2
bind(a, 10.0.0.2:$2)
listen(a, 1)
b = socket(AF_INET, SOCK_STREAM, 0)
connect(b, 10.0.0.2:@a)
a = accept4(a)
send(b, 1000, MSG_NOSIGNAL)
recv(a, 70000, 0)
";

/// What is kept is what is printed; `WAVETANK_BLESS=1` writes it anew.
fn is_kept(text: &str, name: &str) {
    let program: Program = text.parse().unwrap();
    let log = world::run(&program).unwrap();
    let printed = program.to_rust(&log);
    let path = format!("{}/tests/rust/{name}.rs", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("WAVETANK_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(&path, &printed).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    let line = kept.lines().zip(printed.lines()).position(|(kept, printed)| kept != printed);
    assert_eq!(kept, printed, "{path}, line {line:?}: WAVETANK_BLESS=1 writes it anew");
}

#[test]
fn the_tour_is_what_is_printed() {
    is_kept(TOUR, "tour");
}

#[test]
fn the_one_of_two_hosts_is_what_is_printed() {
    is_kept(TWO, "two");
}
