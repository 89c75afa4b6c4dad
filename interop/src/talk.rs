//! What both ends do, written once against the contract: one connection, bytes both ways, and a close from one side.

use std::{
    io::{self, Read, Write},
    net::SocketAddr,
    time::Duration,
};

use wavetank_api::{Host, Result, TcpListener, TcpStream};

/// Who of the two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Who connects.
    Client,
    /// Who accepts.
    Server,
}

/// A conversation.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Bytes from the client to the server.
    pub up: usize,
    /// Bytes from the server to the client.
    pub down: usize,
    /// Both at once, or up, then down.
    pub at_once: bool,
    /// Who closes; the other closes when it has seen that.
    pub closes: Side,
}

const PATIENCE: Duration = Duration::from_secs(60);
const CHUNK: usize = 64 * 1024;

/// Byte `offset` of a stream: no two places a power of two apart hold the same, and each side has its own.
fn byte(side: Side, offset: usize) -> u8 {
    let salt = if side == Side::Client { 0 } else { 0x5a };
    (offset % 251) as u8 ^ (offset / 251 % 256) as u8 ^ salt
}

/// Connects, and plays the client.
///
/// # Errors
/// What went wrong; `InvalidData` if other bytes arrived than were sent.
pub fn client<H: Host>(host: &H, server: SocketAddr, plan: &Plan) -> Result<()> {
    converse(host, TcpStream::connect(host, server)?, Side::Client, plan)
}

/// Accepts one connection, and plays the server.
///
/// # Errors
/// As [`client`].
pub fn server<H: Host>(host: &H, listener: &TcpListener<H>, plan: &Plan) -> Result<()> {
    let (stream, _) = listener.accept()?;
    converse(host, stream, Side::Server, plan)
}

pub(crate) fn converse<H: Host>(host: &H, stream: TcpStream<H>, side: Side, plan: &Plan) -> Result<()> {
    // Whatever goes wrong, nobody waits for ever.
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let (other, mine, theirs) = match side {
        Side::Client => (Side::Server, plan.up, plan.down),
        Side::Server => (Side::Client, plan.down, plan.up),
    };
    if plan.at_once {
        let writer = stream.try_clone()?;
        let written = host.spawn("writer", move || write(&writer, side, mine));
        read(&stream, other, theirs)?;
        written.join().unwrap_or_else(|payload| std::panic::resume_unwind(payload))?;
    } else if side == Side::Client {
        write(&stream, side, mine)?;
        read(&stream, other, theirs)?;
    } else {
        read(&stream, other, theirs)?;
        write(&stream, side, mine)?;
    }
    if plan.closes != side {
        let end = (&stream).read(&mut [0])?;
        check(end == 0, "bytes after the last")?;
    }
    Ok(())
}

fn write<H: Host>(mut stream: &TcpStream<H>, side: Side, len: usize) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    for start in (0..len).step_by(CHUNK) {
        let chunk = &mut chunk[..CHUNK.min(len - start)];
        chunk.iter_mut().zip(start..).for_each(|(at, offset)| *at = byte(side, offset));
        stream.write_all(chunk)?;
    }
    Ok(())
}

fn read<H: Host>(mut stream: &TcpStream<H>, side: Side, len: usize) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    let mut offset = 0;
    while offset < len {
        let count = stream.read(&mut chunk[..CHUNK.min(len - offset)])?;
        check(count > 0, "the stream ended early")?;
        let as_sent = chunk[..count].iter().zip(offset..).all(|(at, offset)| *at == byte(side, offset));
        check(as_sent, "other bytes than were sent")?;
        offset += count;
    }
    Ok(())
}

fn check(holds: bool, otherwise: &'static str) -> io::Result<()> {
    if holds { Ok(()) } else { Err(io::Error::new(io::ErrorKind::InvalidData, otherwise)) }
}
