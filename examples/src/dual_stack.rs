//! One server for both versions of IP where there can be one: the socket documentation's example of `create_server`.

use wavetank::{Addr, Family, Host, Result, ServerOptions, Socket, create_server, has_dualstack_ipv6};

/// Listens on all interfaces.
pub fn listen<H: Host>(host: &H, port: u16) -> Result<Socket<H>> {
    let addr = ("", port);
    if has_dualstack_ipv6(host) {
        let options = ServerOptions { family: Family::INET6, dualstack_ipv6: true, ..ServerOptions::default() };
        create_server(host, addr, options)
    } else {
        create_server(host, addr, ServerOptions::default())
    }
}

/// Accepts a connection, and tells it who it is: an IPv4 client has an IPv4-mapped address.
pub fn greet<H: Host>(server: &Socket<H>) -> Result<Addr> {
    let (conn, peer) = server.accept()?;
    conn.sendall(format!("You are {peer}\n").as_bytes())?;
    Ok(peer)
}
