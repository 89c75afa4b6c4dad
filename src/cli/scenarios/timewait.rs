//! A server that ends and is started again: its port is taken by a connection in TIME_WAIT, for 60 s of virtual time.
//!
//! The side that closes first keeps the connection (RFC 9293, 3.6.1). Linux lets a `bind` with `SO_REUSEADDR` take the port
//! if the sockets of the earlier connections had the option too (`inet_csk_get_port`): so the first server sets it or not.
//!
//! TIME_WAIT can be longer: it begins again when the visitor's FIN is repeated. And shorter: a reset ends it at once, and a
//! visitor that has forgotten the connection answers a late acknowledgement with one (RFC 1337, "assassination", which Linux
//! permits). Both need packets to be lost or late: the 60 s are looked at only on the scenario's own link.

use std::{io::Read as _, time::Duration};

use super::{super::Knobs, read_to_end};
use crate::{
    Addr, Errno, Family, Host, Result, Shutdown, SockType, Socket, TcpStream, ms,
    option::SO_REUSEADDR,
    secs,
    sim::{Sim, SimHost},
};

const PLAIN: u16 = 50007;
const REUSED: u16 = 50008;
const HELLO: &[u8] = b"hello";
const BYE: &[u8] = b"bye";
/// How long Linux keeps a connection in TIME_WAIT.
const TIME_WAIT: Duration = secs(60);

pub(super) fn build(sim: &Sim, knobs: &Knobs) {
    let (server, client) = (sim.host("server"), sim.host("client"));
    knobs.on(sim.link(&server, &client).latency(ms(5)..=ms(50)));
    let undisturbed = *knobs == Knobs::default();
    server.run(move |host| restart(host, undisturbed));
    client.run(|host| {
        visit(host, PLAIN)?;
        visit(host, REUSED)
    });
}

/// Comes, and waits until the server hangs up.
fn visit(host: &SimHost, port: u16) -> Result<()> {
    let stream = loop {
        match TcpStream::connect(host, ("server", port)) {
            Err(error) if error.is(Errno::ECONNREFUSED) || error.is(Errno::ETIMEDOUT) => host.sleep(ms(100)),
            other => break other?,
        }
    };
    stream.socket().sendall(HELLO)?;
    assert_eq!(read_to_end(&stream)?, BYE.len(), "a visit ends with a goodbye");
    Ok(())
}

fn restart(host: &SimHost, undisturbed: bool) -> Result<()> {
    serve_one(&listener(host, PLAIN, false)?)?;
    let errno = listener(host, PLAIN, false).err().and_then(|error| error.errno());
    assert_eq!(errno, Some(Errno::EADDRINUSE), "the port of a connection in TIME_WAIT");
    let began = host.now();
    // The second server must wait; the third, with the option, need not.
    let thread = host.clone();
    let retry = host.spawn("retry", move || {
        while listener(&thread, PLAIN, false).is_err() {
            thread.sleep(ms(500));
        }
        thread.now()
    });
    serve_one(&listener(host, REUSED, true)?)?;
    drop(listener(host, REUSED, true)?);
    let took = retry.join().expect("the thread does not panic") - began;
    let bounds = TIME_WAIT..=TIME_WAIT + secs(1);
    assert!(!undisturbed || bounds.contains(&took), "the port was free after {took:?}");
    Ok(())
}

fn listener(host: &SimHost, port: u16, reuse: bool) -> Result<Socket<SimHost>> {
    let socket = Socket::new(host, Family::INET, SockType::STREAM)?;
    socket.setsockopt(SO_REUSEADDR, reuse)?;
    socket.bind(&Addr::ANY_V4.with_port(port))?;
    socket.listen(1)?;
    Ok(socket)
}

/// Takes one connection and closes it first.
fn serve_one(listener: &Socket<SimHost>) -> Result<()> {
    let (conn, _peer) = listener.accept()?;
    let mut said = [0; HELLO.len()];
    (&conn).read_exact(&mut said)?;
    conn.sendall(BYE)?;
    conn.shutdown(Shutdown::Write)?;
    // The end of the other side: then both have said goodbye, and this one, the first, is in TIME_WAIT.
    assert_eq!(conn.recv(&mut [0; 8])?, 0, "the visitor says nothing");
    Ok(())
}
