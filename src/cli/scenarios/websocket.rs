//! The main job: a WebSocket chat made with tungstenite, which knows nothing of us, over [`TcpStream`].
//!
//! Both ends speak in bursts, at the same time, and then listen. In the middle of the talk the network is gone for two
//! seconds. Each end knows every byte that it should hear.
//!
//! tungstenite draws its masks and its key from the operating system. No decision of the network depends on what bytes a
//! packet carries, and digests do not contain them: one seed is one digest all the same.

use std::io;

use tungstenite::{HandshakeError, Message, WebSocket, handshake::HandshakeRole};

use super::{super::Knobs, bytes, mixed};
use crate::{Error, Host, Result, TcpListener, TcpStream, ms, secs, sim::Sim};

const PORT: u16 = 80;
/// Messages of each end.
const MESSAGES: u64 = 100;
/// Said before listening.
const BURST: u64 = 5;
const LEN_MAX: u64 = 2500;

pub(super) fn build(sim: &Sim, knobs: &Knobs) {
    let (server, client) = (sim.host("server"), sim.host("client"));
    knobs.on(sim.link(&server, &client).latency(ms(5)..=ms(50)).loss(1, 100));
    sim.partition(&[&server], &[&client], ms(500), secs(2));
    let seed = sim.seed();
    server.run(move |host| receive(host, seed));
    client.run(move |host| call(host, seed));
}

fn receive<H: Host>(host: &H, seed: u64) -> Result<()> {
    let listener = TcpListener::bind(host, ("0.0.0.0", PORT))?;
    let (stream, _peer) = listener.accept()?;
    let mut socket = tungstenite::accept(stream).map_err(refused)?;
    converse(host, &mut socket, seed, ["server", "client"]).map_err(broken)?;
    hang_up(&mut socket)
}

fn call<H: Host>(host: &H, seed: u64) -> Result<()> {
    let stream = TcpStream::connect(host, ("server", PORT))?;
    let (mut socket, _answer) = tungstenite::client("ws://server/chat", stream).map_err(refused)?;
    converse(host, &mut socket, seed, ["client", "server"]).map_err(broken)?;
    socket.close(None).map_err(broken)?;
    // The server closes first (RFC 6455, 7.1.1); if all its goodbyes are lost, nobody need wait for ever.
    socket.get_ref().socket().settimeout(Some(secs(600)))?;
    hang_up(&mut socket)
}

fn converse<H: Host>(
    host: &H,
    socket: &mut WebSocket<TcpStream<H>>,
    seed: u64,
    [me, peer]: [&str; 2],
) -> tungstenite::Result<()> {
    for first in (0..MESSAGES).step_by(BURST as usize) {
        for number in first..first + BURST {
            socket.write(Message::binary(line(seed, me, number)))?;
        }
        socket.flush()?;
        for number in first..first + BURST {
            let heard = socket.read()?;
            assert!(heard == Message::binary(line(seed, peer, number)), "message {number} of the {peer} came changed");
        }
        host.sleep(ms(20));
    }
    Ok(())
}

/// The closing handshake, until the connection is closed as it should be.
fn hang_up<H: Host>(socket: &mut WebSocket<TcpStream<H>>) -> Result<()> {
    loop {
        match socket.read() {
            Ok(message) => assert!(message.is_close(), "after the last message: {message:?}"),
            Err(tungstenite::Error::ConnectionClosed) => return Ok(()),
            Err(error) => match broken(error) {
                error if error.is_timeout() => return Ok(()),
                error => return Err(error),
            },
        }
    }
}

/// What one says as the number-th message: of every length, the empty one too.
fn line(seed: u64, speaker: &str, number: u64) -> Vec<u8> {
    let topic = speaker.bytes().fold(seed, |topic, byte| mixed(topic ^ u64::from(byte)));
    bytes(topic, number, (mixed(topic ^ !number) % LEN_MAX) as usize)
}

fn refused<R: HandshakeRole>(error: HandshakeError<R>) -> Error {
    match error {
        HandshakeError::Failure(error) => broken(error),
        HandshakeError::Interrupted(_) => unreachable!("the socket blocks"),
    }
}

fn broken(error: tungstenite::Error) -> Error {
    match error {
        tungstenite::Error::Io(error) => error.into(),
        other => io::Error::other(other).into(),
    }
}
