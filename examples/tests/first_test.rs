//! The first test of the README.

use std::io::{Read, Write};

use wavetank::{Host, TcpListener, TcpStream, ms};

fn echo<H: Host>(host: &H) -> wavetank::Result<()> {
    let listener = TcpListener::bind(host, "0.0.0.0:7")?;
    loop {
        let (stream, _peer) = listener.accept()?;
        host.spawn("echo", move || std::io::copy(&mut &stream, &mut &stream).map(drop));
    }
}

#[test]
fn echo_survives_a_bad_link() {
    wavetank::check(|sim| {
        let server = sim.host("server");
        let client = sim.host("client");
        sim.link(&server, &client).latency(ms(5)..=ms(50)).loss(1, 100);
        server.serve(echo);
        client.run(|host| {
            let mut stream = TcpStream::connect(host, ("server", 7))?;
            stream.write_all(b"ahoy")?;
            let mut back = [0; 4];
            stream.read_exact(&mut back)?;
            assert_eq!(&back, b"ahoy");
            Ok(())
        });
    });
}
