//! Half a minute without a network: what was connected goes on when it is back; what connects meanwhile times out.

use std::{
    io::{Read as _, Write as _},
    time::Duration,
};

use super::{super::Knobs, bytes};
use crate::{Host, Result, TcpListener, TcpStream, create_connection, ms, secs, sim::Sim};

const PORT: u16 = 7000;
/// Late enough for the first echo to be over, even where much is lost.
const BEGINS: Duration = secs(60);
const LASTS: Duration = secs(30);
const LEN: usize = 10_000;

pub(super) fn build(sim: &Sim, knobs: &Knobs) {
    let (server, client, near) = (sim.host("server"), sim.host("client"), sim.host("near"));
    knobs.on(sim.link(&server, &client).latency(ms(5)..=ms(50)).loss(1, 100));
    knobs.on(sim.link(&server, &near));
    sim.partition(&[&server, &near], &[&client], BEGINS, LASTS);
    let seed = sim.seed();
    server.serve(serve);
    client.run(move |host| across(host, seed));
    near.run(move |host| beside(host, seed));
}

fn serve<H: Host>(host: &H) -> Result<()> {
    let listener = TcpListener::bind(host, ("0.0.0.0", PORT))?;
    loop {
        let (stream, _peer) = listener.accept()?;
        host.spawn("echo", move || std::io::copy(&mut &stream, &mut &stream).map(drop));
    }
}

/// The machine that is cut off.
fn across<H: Host>(host: &H, seed: u64) -> Result<()> {
    let began = host.now();
    let healed = began + BEGINS + LASTS;
    let mut stream = TcpStream::connect(host, ("server", PORT))?;
    exchange(&mut stream, seed, 0)?;
    host.sleep((began + BEGINS + secs(1)) - host.now());

    // With --loss, the first echo can take longer than all of it.
    if host.now() + secs(5) < healed {
        match create_connection(host, ("server", PORT), Some(secs(2))) {
            Err(error) => assert!(error.is_timeout(), "a connection without a network: {error}"),
            Ok(_) => panic!("a connection through the partition"),
        }
    }

    exchange(&mut stream, seed, 1)?;
    assert!(host.now() > healed, "an echo came through the partition at {}", host.now());
    // How much later, retransmission decides: its pauses have grown to a minute, and the next try can be lost too.

    exchange(&mut TcpStream::connect(host, ("server", PORT))?, seed, 2)
}

/// A machine on the server's side of the partition: nothing happens to it.
fn beside<H: Host>(host: &H, seed: u64) -> Result<()> {
    host.sleep(BEGINS + secs(1));
    exchange(&mut TcpStream::connect(host, ("server", PORT))?, seed, 3)
}

fn exchange<H: Host>(stream: &mut TcpStream<H>, seed: u64, number: u64) -> Result<()> {
    let sent = bytes(seed, number, LEN);
    stream.write_all(&sent)?;
    let mut back = vec![0; LEN];
    stream.read_exact(&mut back)?;
    assert!(back == sent, "text {number} came back changed");
    Ok(())
}
