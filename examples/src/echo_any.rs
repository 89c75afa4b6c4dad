//! The echo programs of the socket documentation that support both IPv4 and IPv6.
//!
//! The server listens on the first address that works; the client tries each address of the server until one connects. What
//! the client does here by hand, [`wavetank::create_connection`] does in one line.

use wavetank::{AddrInfo, AddrQuery, AiFlags, Eai, Error, Host, Result, SockType, Socket};

/// The server: what [`listen`] and [`crate::echo::serve`] do, one after the other.
pub fn server<H: Host>(host: &H, port: u16) -> Result<()> {
    crate::echo::serve(&listen(host, port)?)
}

/// Listens on the first wildcard address that can be bound.
pub fn listen<H: Host>(host: &H, port: u16) -> Result<Socket<H>> {
    let service = port.to_string();
    let query = AddrQuery {
        host: None,
        service: Some(&service),
        kind: SockType::STREAM,
        flags: AiFlags::PASSIVE,
        ..AddrQuery::default()
    };
    first_that_works(host.getaddrinfo(&query)?, |info| {
        let socket = Socket::with_protocol(host, info.family, info.kind, info.protocol)?;
        socket.bind(&info.addr)?;
        socket.listen(1)?;
        Ok(socket)
    })
}

/// The client: what came back.
pub fn client<H: Host>(host: &H, name: &str, port: u16) -> Result<Vec<u8>> {
    let service = port.to_string();
    let query = AddrQuery { host: Some(name), service: Some(&service), kind: SockType::STREAM, ..AddrQuery::default() };
    let socket = first_that_works(host.getaddrinfo(&query)?, |info| {
        let socket = Socket::with_protocol(host, info.family, info.kind, info.protocol)?;
        socket.connect(&info.addr)?;
        Ok(socket)
    })?;
    socket.sendall(b"Hello, world")?;
    socket.recv_vec(1024)
}

/// The socket of the first address for which `open` succeeds; else the error of the last.
fn first_that_works<H: Host>(found: Vec<AddrInfo>, open: impl Fn(&AddrInfo) -> Result<Socket<H>>) -> Result<Socket<H>> {
    let mut last = Error::resolve(Eai::NONAME, "getaddrinfo");
    for info in &found {
        match open(info) {
            Ok(socket) => return Ok(socket),
            Err(error) => last = error,
        }
    }
    Err(last)
}
