//! `UnixStream` and `UnixListener`, with the names of `std`.

use std::io::{Read, Write};
use std::path::PathBuf;

use wavetank_api::{Errno, Host, UnixAddr, UnixListener, UnixStream};

use crate::this;

/// A path that nobody else uses; the file is removed at the end.
struct Path(PathBuf);

impl Path {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("wavetank-{}-{name}", std::process::id()));
        drop(std::fs::remove_file(&path));
        Self(path)
    }
}

impl Drop for Path {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

#[test]
fn a_pair_talks_both_ways_and_ends() {
    let (mut a, mut b) = UnixStream::pair(&this()).unwrap();
    a.write_all(b"ahoy").unwrap();
    let mut buf = [0; 4];
    b.read_exact(&mut buf).unwrap();
    assert_eq!(&buf, b"ahoy");
    assert!(a.local_addr().unwrap().is_unnamed());
    assert!(a.peer_addr().unwrap().is_unnamed());
    drop(a);
    assert_eq!(b.read(&mut buf).unwrap(), 0);
    assert_eq!(b.socket().send(b"x").unwrap_err(), Errno::EPIPE);
}

#[test]
fn a_listener_on_a_path() {
    let (host, path) = (this(), Path::new("path"));
    let listener = UnixListener::bind(&host, &path.0).unwrap();
    assert_eq!(listener.local_addr().unwrap().as_pathname(), Some(&*path.0));
    assert_eq!(UnixListener::bind(&host, &path.0).unwrap_err(), Errno::EADDRINUSE);
    let server = host.spawn("server", move || {
        let (stream, peer) = listener.accept().unwrap();
        assert!(peer.is_unnamed());
        (&stream).write_all(b"ahoy").unwrap();
    });
    let mut stream = UnixStream::connect(&host, &path.0).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert_eq!((text.as_str(), stream.peer_addr().unwrap().as_pathname()), ("ahoy", Some(&*path.0)));
    server.join().unwrap();
    assert_eq!(UnixStream::connect(&host, &path.0).unwrap_err(), Errno::ECONNREFUSED);
}

#[test]
fn a_listener_on_an_abstract_name() {
    let host = this();
    let name = UnixAddr::abstract_name(format!("wavetank\0{}", std::process::id())).unwrap();
    let listener = UnixListener::bind_addr(&host, &name).unwrap();
    assert_eq!(listener.local_addr().unwrap(), name);
    let client = UnixStream::connect_addr(&host, &name).unwrap();
    assert!(listener.incoming().next().unwrap().is_ok());
    assert_eq!(client.peer_addr().unwrap(), name);
}

#[test]
fn a_name_of_every_length() {
    let host = this();
    for length in [1, 106, 107] {
        let name = UnixAddr::abstract_name(vec![b'x'; length]).unwrap();
        let listener = UnixListener::bind_addr(&host, &name).unwrap();
        assert_eq!(listener.local_addr().unwrap(), name);
    }
    let directory = std::env::temp_dir();
    for length in [106, 107, 108] {
        let room = length - directory.as_os_str().len() - 1;
        let path = Path(directory.join("y".repeat(room)));
        let listener = UnixListener::bind(&host, &path.0).unwrap();
        assert_eq!(listener.local_addr().unwrap().as_pathname(), Some(&*path.0), "{length}");
        UnixStream::connect(&host, &path.0).unwrap();
    }
}

#[test]
fn no_such_path() {
    let error = UnixStream::connect(&this(), "/nonexistent/socket").unwrap_err();
    assert_eq!(error.to_string(), "connect: ENOENT (No such file or directory)");
    assert_eq!(
        UnixStream::connect(&this(), "x".repeat(109)).unwrap_err().to_string(),
        "connect: EINVAL (Invalid argument)"
    );
}
