//! The last story of the socket documentation's examples: a program that is run twice with too small a delay, and finds its
//! port in use.
//!
//! The side that closes first keeps the connection in TIME_WAIT for a minute, and with it its port. `SO_REUSEADDR` lets the next
//! `bind` have it. Linux asks more than the documentation says: the sockets of the earlier run must have had the option, too
//! (an accepted socket inherits it from its listener). A server therefore sets it always, from its first run on.

use wavetank::{Addr, Family, Host, Result, SockType, Socket, option::SO_REUSEADDR};

/// One run: a server that takes one connection, from this very machine, and is the first to close it.
pub fn run<H: Host>(host: &H, port: u16, reuse: bool) -> Result<()> {
    let listener = Socket::new(host, Family::INET, SockType::STREAM)?;
    listener.setsockopt(SO_REUSEADDR, reuse)?;
    listener.bind(&Addr::ANY_V4.with_port(port))?;
    listener.listen(1)?;

    let visitor = Socket::new(host, Family::INET, SockType::STREAM)?;
    visitor.connect(&Addr::from((std::net::Ipv4Addr::LOCALHOST, port)))?;
    let (conn, _addr) = listener.accept()?;
    conn.sendall(b"bye")?;
    conn.close()?;
    // Reads to the end, and then closes, too.
    while !visitor.recv_vec(1024)?.is_empty() {}
    visitor.close()
}

/// How the second of two runs ends, one at once after the other, each with the option or without.
pub fn run_twice<H: Host>(host: &H, port: u16, [first, second]: [bool; 2]) -> Result<()> {
    run(host, port, first)?;
    run(host, port, second)
}
