//! A WebSocket chat with tungstenite, which works over anything that reads and writes, and knows nothing of wavetank.
//!
//! The server uses [`Socket`], the client [`TcpStream`]: either will do. Both know what the other is going to say, and
//! compare it byte by byte.

use std::io::{self, Read, Write};

use tungstenite::{HandshakeError, Message, WebSocket, handshake::HandshakeRole};
use wavetank::{Error, Host, Result, ServerOptions, Socket, TcpStream, ToAddrs, create_server};

/// Said by each side before it listens again.
const BURST: u32 = 10;

/// The server: listens, and talks to the first who comes.
pub fn server<H: Host>(host: &H, addr: impl ToAddrs, messages: u32) -> Result<()> {
    serve(&create_server(host, addr, ServerOptions::default())?, messages)
}

/// Talks to the first who comes: so many messages from each side.
pub fn serve<H: Host>(listener: &Socket<H>, messages: u32) -> Result<()> {
    let (conn, _addr) = listener.accept()?;
    let mut socket = tungstenite::accept(conn).map_err(refused)?;
    converse(&mut socket, messages, Side::Server).map_err(broken)?;
    read_until_closed(&mut socket).map_err(broken)
}

/// The client: calls, talks, and hangs up.
pub fn client<H: Host>(host: &H, addr: impl ToAddrs, messages: u32) -> Result<()> {
    let stream = TcpStream::connect(host, addr)?;
    let (mut socket, _response) = tungstenite::client("ws://chat.example/", stream).map_err(refused)?;
    converse(&mut socket, messages, Side::Client).map_err(broken)?;
    socket.close(None).map_err(broken)?;
    read_until_closed(&mut socket).map_err(broken)
}

#[derive(Clone, Copy)]
enum Side {
    Server,
    Client,
}

impl Side {
    const fn other(self) -> Self {
        match self {
            Self::Server => Self::Client,
            Self::Client => Self::Server,
        }
    }
}

fn converse<S: Read + Write>(socket: &mut WebSocket<S>, messages: u32, me: Side) -> tungstenite::Result<()> {
    for first in (0..messages).step_by(BURST as usize) {
        let burst = first..messages.min(first + BURST);
        for number in burst.clone() {
            socket.write(line(me, number))?;
        }
        socket.flush()?;
        for number in burst {
            assert!(socket.read()? == line(me.other(), number), "message {number} came changed");
        }
    }
    Ok(())
}

fn read_until_closed<S: Read + Write>(socket: &mut WebSocket<S>) -> tungstenite::Result<()> {
    loop {
        match socket.read() {
            Ok(message) => assert!(message.is_close(), "after the last message: {message:?}"),
            Err(tungstenite::Error::ConnectionClosed) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

/// The number-th message of a side: texts and bytes, of lengths from nothing to some thousand.
fn line(side: Side, number: u32) -> Message {
    let len = number as usize * 131 % 2999;
    match side {
        Side::Client => Message::text(format!("{number} {}", "ahoy ".repeat(len / 5))),
        Side::Server => Message::binary((0..len).map(|at| (at ^ number as usize) as u8).collect::<Vec<_>>()),
    }
}

fn refused<R: HandshakeRole>(error: HandshakeError<R>) -> Error {
    match error {
        HandshakeError::Failure(error) => broken(error),
        HandshakeError::Interrupted(_) => io::Error::from(io::ErrorKind::WouldBlock).into(),
    }
}

/// What the socket reported, as it was; what is wrong with the protocol, as an error of I/O.
fn broken(error: tungstenite::Error) -> Error {
    match error {
        tungstenite::Error::Io(error) => error.into(),
        other => io::Error::other(other).into(),
    }
}
