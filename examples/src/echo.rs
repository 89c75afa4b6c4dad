//! The first two programs of the socket documentation: an echo server for one client, and the client. IPv4 only.

use wavetank::{Addr, AddrQuery, Family, Host, Result, SockType, Socket};

/// Arbitrary, and not privileged.
pub const PORT: u16 = 50007;

/// The server: what [`listen`] and [`serve`] do, one after the other.
pub fn server<H: Host>(host: &H, port: u16) -> Result<()> {
    serve(&listen(host, port)?)
}

/// Listens on every interface.
pub fn listen<H: Host>(host: &H, port: u16) -> Result<Socket<H>> {
    let socket = Socket::new(host, Family::INET, SockType::STREAM)?;
    socket.bind(&Addr::ANY_V4.with_port(port))?;
    socket.listen(1)?;
    Ok(socket)
}

/// Serves one client: sends back what it sends, until it has no more to say.
pub fn serve<H: Host>(socket: &Socket<H>) -> Result<()> {
    let (conn, addr) = socket.accept()?;
    println!("Connected by {addr}");
    loop {
        let data = conn.recv_vec(1024)?;
        if data.is_empty() {
            return Ok(());
        }
        conn.sendall(&data)?;
    }
}

/// The client: what came back.
pub fn client<H: Host>(host: &H, name: &str, port: u16) -> Result<Vec<u8>> {
    let query = AddrQuery { host: Some(name), family: Family::INET, kind: SockType::STREAM, ..AddrQuery::default() };
    let found = host.getaddrinfo(&query)?;
    let socket = Socket::new(host, Family::INET, SockType::STREAM)?;
    socket.connect(&found[0].addr.clone().with_port(port))?;
    socket.sendall(b"Hello, world")?;
    socket.recv_vec(1024)
}
