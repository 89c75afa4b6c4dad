//! TCP echo under loss: what comes back is what was sent, and nothing more.

use std::io::{Read as _, Write as _};

use super::{super::Knobs, bytes, read_to_end};
use crate::{Host, Result, Shutdown, TcpListener, TcpStream, ms, sim::Sim};

const PORT: u16 = 7;
const TEXTS: u64 = 20;
const LEN_MAX: u16 = 8192;

pub(super) fn build(sim: &Sim, knobs: &Knobs) {
    let (server, client) = (sim.host("server"), sim.host("client"));
    knobs.on(sim.link(&server, &client).latency(ms(5)..=ms(50)).loss(2, 100));
    server.serve(serve);
    let seed = sim.seed();
    client.run(move |host| ask(host, seed));
}

fn serve<H: Host>(host: &H) -> Result<()> {
    let listener = TcpListener::bind(host, ("0.0.0.0", PORT))?;
    loop {
        let (stream, _peer) = listener.accept()?;
        host.spawn("echo", move || std::io::copy(&mut &stream, &mut &stream).map(drop));
    }
}

fn ask<H: Host>(host: &H, seed: u64) -> Result<()> {
    let mut stream = TcpStream::connect(host, ("server", PORT))?;
    for number in 0..TEXTS {
        let sent = bytes(seed, number, random_len(host));
        stream.write_all(&sent)?;
        let mut back = vec![0; sent.len()];
        stream.read_exact(&mut back)?;
        assert!(back == sent, "text {number} of {} bytes came back changed", sent.len());
    }
    stream.shutdown(Shutdown::Write)?;
    assert_eq!(read_to_end(&stream)?, 0, "bytes after the last echo");
    Ok(())
}

fn random_len<H: Host>(host: &H) -> usize {
    let mut draw = [0; 2];
    host.random(&mut draw);
    usize::from(u16::from_le_bytes(draw) % LEN_MAX) + 1
}
