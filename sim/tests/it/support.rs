//! Programs and checks that several stories share.

use std::{
    io::{Read, Write},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use wavetank_api::{Host, Result, TcpListener, TcpStream};
use wavetank_sim::{Report, Sim, SimHost};

pub(crate) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Bytes that say where they belong: no two offsets a power of two apart hold the same.
pub(crate) fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|index| (index % 251) as u8 ^ (index / 251 % 256) as u8).collect()
}

/// An echo server that serves any number of connections, one thread each.
pub(crate) fn echo_server(host: &SimHost) -> Result<()> {
    let listener = TcpListener::bind(host, "0.0.0.0:7")?;
    loop {
        let (mut stream, _) = listener.accept()?;
        host.spawn("echo", move || -> std::io::Result<()> {
            let mut buf = [0; 4096];
            loop {
                match stream.read(&mut buf)? {
                    0 => return Ok(()),
                    count => stream.write_all(&buf[..count])?,
                }
            }
        });
    }
}

/// Sends `len` bytes while it reads them back, closes its half, and expects the end of the stream.
pub(crate) fn echo_client(host: &SimHost, len: usize) -> Result<()> {
    let stream = TcpStream::connect(host, ("server", 7))?;
    let writer = stream.try_clone()?;
    let sender = host.spawn("sender", move || -> std::io::Result<()> {
        (&writer).write_all(&pattern(len))?;
        Ok(writer.shutdown(std::net::Shutdown::Write)?)
    });
    let mut back = Vec::new();
    (&stream).read_to_end(&mut back)?;
    sender.join().expect("the sender does not panic")?;
    assert_eq!(back.len(), len);
    assert!(back == pattern(len), "bytes were changed on the way");
    Ok(())
}

/// Counts how often something was reached, from inside processes.
#[derive(Clone, Default)]
pub(crate) struct Counter(Arc<AtomicUsize>);

impl Counter {
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Builds a world, runs it and expects it to go well.
pub(crate) fn run_ok(seed: u64, build: impl FnOnce(&Sim)) -> Report {
    let sim = Sim::new(seed);
    build(&sim);
    let report = sim.run();
    assert!(report.is_ok(), "{report}");
    report
}
