//! Names of UNIX sockets: paths, abstract names, and the kernel's choice; and connections to them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use wavetank_api::{
    Addr, Errno, Family, PollEvents, Protocol, SockOpt, SockType, Socket, UnixAddr,
    option::{SO_PASSCRED, Ucred},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, becomes, ends, fails, holds, polls, receives, same},
    need::Need,
};

/// What a world has that has more of UNIX than pairs of streams.
pub(super) const UNIX: Need = Need::socket(Family::UNIX, SockType::DGRAM, Protocol::DEFAULT);

cases! { unix::names, needs UNIX:
    a_path once
        "bind makes a file that is a socket; who connects to it is accepted; both sides of the accepted one tell the path"
        from "unix(7); unix_bind_bsd";
    a_client_has_no_name once
        "A socket that was not bound has no name, also to who accepted it"
        from "unix(7): unnamed";
    the_file_stays once
        "A path that is there: EADDRINUSE, also after close; unlink makes it free"
        from "unix(7); unix_bind_bsd: -EEXIST";
    no_way_to_the_path once
        "No such directory: ENOENT; a file where a directory must be: ENOTDIR; for bind and connect"
        from "unix(7); path_resolution(7)";
    through_a_symbolic_link once
        "connect follows a symbolic link; bind does not: EADDRINUSE, also if it leads nowhere"
        from "unix_find_bsd: LOOKUP_FOLLOW; kern_path_create";
    the_longest_path once
        "A path has at most 108 bytes, and the last one need not be NUL; 109: EINVAL"
        from "unix(7) BUGS; unix_validate_addr: sizeof(struct sockaddr_un)";
    the_path_ends_at_a_nul once
        "A path ends at its first NUL, whatever follows"
        from "unix_mkname_bsd: strlen";
    nobody_listens once
        "A file that is no socket, a directory, a socket that does not listen, one whose owner has gone: ECONNREFUSED"
        from "unix_find_bsd; unix_stream_connect";
    another_type once
        "connect to a socket of another type: EPROTOTYPE"
        from "unix_find_bsd";
    an_abstract_name once
        "An abstract name is in no file system, and free again after close"
        from "unix(7)";
    abstract_names_are_bytes once
        "An abstract name is all its bytes, NULs too: up to 107, and also none at all"
        from "unix(7); unix_find_abstract";
    types_have_their_own_abstract_names once
        "A stream and a datagram socket may have the same abstract name; two streams may not: EADDRINUSE"
        from "unix_abstract_hash: type";
    autobind once
        "bind to no name chooses an abstract one of five hexadecimal digits; a second time nothing happens"
        from "unix(7) Autobind feature; unix_autobind";
    autobind_with_credentials once
        "A socket with SO_PASSCRED gets such a name when it connects"
        from "unix(7); unix_stream_connect: unix_may_passcred";
    bound_once once
        "A second bind: EINVAL"
        from "unix_bind_bsd, unix_bind_abstract";
    another_family once
        "bind to an address of another family: EINVAL"
        from "unix_validate_addr";
    listen_needs_a_name once
        "listen without a name: EINVAL; of a datagram socket: EOPNOTSUPP; accept without listen: EINVAL"
        from "unix_listen, unix_accept";
    connected_before_accept once
        "connect does not wait for accept; what was sent is there when it comes"
        from "unix_stream_connect";
    a_full_queue once
        "When the queue is full, connect waits; in non-blocking mode it says EAGAIN, and not EINPROGRESS"
        from "unix(7); unix_stream_connect: unix_recvq_full";
    the_listener_goes once
        "Who waits in the queue of a listener that is closed: recv says ECONNRESET"
        from "unix_release_sock; unix_stream_connect";
    connect_again once
        "connect of a connected socket: EISCONN; of a listening one: EINVAL"
        from "unix_stream_connect: TCP_ESTABLISHED, TCP_LISTEN";
    who_listens once
        "SO_PEERCRED is who called listen for the one, who called connect for the other"
        from "unix(7) SO_PEERCRED; init_peercred, copy_peercred";
}

/// `unix(7)`.
const SO_PEERCRED: SockOpt<Ucred> = SockOpt::new(libc::SOL_SOCKET, libc::SO_PEERCRED);

/// A directory of a case, with all that is made in it.
pub(super) struct Dir(PathBuf);

impl Dir {
    pub(super) fn new() -> Result<Self, Stop> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = PathBuf::from(format!("/tmp/wavetank-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The address of a file in it.
    pub(super) fn addr(&self, name: &str) -> Result<Addr, Stop> {
        addr(&self.join(name))
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn addr(path: &Path) -> Result<Addr, Stop> {
    Ok(UnixAddr::pathname(path)?.into())
}

/// An abstract name that nobody else has.
pub(super) fn hidden(name: &str) -> Result<Addr, Stop> {
    Ok(UnixAddr::abstract_name(format!("wavetank {} {name}", std::process::id()))?.into())
}

/// The unnamed address, as the kernel tells it.
pub(super) fn unnamed() -> Addr {
    UnixAddr::unnamed().into()
}

pub(super) fn socket<B: Bed>(bed: &B, kind: SockType) -> Result<Socket<B::Host>, Stop> {
    Ok(Socket::new(bed.near().host, Family::UNIX, kind)?)
}

fn stream<B: Bed>(bed: &B) -> Result<Socket<B::Host>, Stop> {
    socket(bed, SockType::STREAM)
}

fn bound<B: Bed>(bed: &B, addr: &Addr) -> Result<Socket<B::Host>, Stop> {
    let socket = stream(bed)?;
    socket.bind(addr)?;
    Ok(socket)
}

fn listener<B: Bed>(bed: &B, addr: &Addr) -> Result<Socket<B::Host>, Stop> {
    let socket = bound(bed, addr)?;
    socket.listen(4)?;
    Ok(socket)
}

fn a_path<B: Bed>(bed: &B) -> Outcome {
    let dir = Dir::new()?;
    let here = dir.addr("s")?;
    let listener = listener(bed, &here)?;
    use std::os::unix::fs::FileTypeExt;
    holds("there is a socket", std::fs::symlink_metadata(dir.join("s"))?.file_type().is_socket())?;
    let client = stream(bed)?;
    client.connect(&here)?;
    let (server, _) = listener.accept()?;
    for name in [listener.getsockname()?, client.getpeername()?, server.getsockname()?] {
        same("name", &name, &here)?;
    }
    client.sendall(b"hello")?;
    receives(&server, b"hello")?;
    server.sendall(b"you too")?;
    receives(&client, b"you too")
}

fn a_client_has_no_name<B: Bed>(bed: &B) -> Outcome {
    let dir = Dir::new()?;
    let listener = listener(bed, &dir.addr("s")?)?;
    let client = stream(bed)?;
    client.connect(&dir.addr("s")?)?;
    let (server, from) = listener.accept()?;
    for name in [from, client.getsockname()?, server.getpeername()?] {
        same("name", name, unnamed())?;
    }
    Ok(())
}

fn the_file_stays<B: Bed>(bed: &B) -> Outcome {
    let dir = Dir::new()?;
    let here = dir.addr("s")?;
    let first = bound(bed, &here)?;
    fails(stream(bed)?.bind(&here), Errno::EADDRINUSE)?;
    first.close()?;
    fails(stream(bed)?.bind(&here), Errno::EADDRINUSE)?;
    std::fs::remove_file(dir.join("s"))?;
    stream(bed)?.bind(&here)?;
    std::fs::write(dir.join("file"), b"")?;
    fails(stream(bed)?.bind(&dir.addr("file")?), Errno::EADDRINUSE)
}

fn no_way_to_the_path<B: Bed>(bed: &B) -> Outcome {
    let dir = Dir::new()?;
    std::fs::write(dir.join("file"), b"")?;
    for (path, errno) in [("none/s", Errno::ENOENT), ("file/s", Errno::ENOTDIR)] {
        fails(stream(bed)?.bind(&dir.addr(path)?), errno)?;
        fails(stream(bed)?.connect(&dir.addr(path)?), errno)?;
    }
    fails(stream(bed)?.connect(&dir.addr("none")?), Errno::ENOENT)
}

fn through_a_symbolic_link<B: Bed>(bed: &B) -> Outcome {
    let dir = Dir::new()?;
    let _listener = listener(bed, &dir.addr("s")?)?;
    std::os::unix::fs::symlink("s", dir.join("link"))?;
    std::os::unix::fs::symlink("nowhere", dir.join("dangling"))?;
    stream(bed)?.connect(&dir.addr("link")?)?;
    fails(stream(bed)?.connect(&dir.addr("dangling")?), Errno::ENOENT)?;
    fails(stream(bed)?.bind(&dir.addr("link")?), Errno::EADDRINUSE)?;
    fails(stream(bed)?.bind(&dir.addr("dangling")?), Errno::EADDRINUSE)
}

fn the_longest_path<B: Bed>(bed: &B) -> Outcome {
    let dir = Dir::new()?;
    let begin = dir.join("");
    let longest = format!("{}{}", begin.display(), "x".repeat(108 - begin.as_os_str().len()));
    let here = addr(Path::new(&longest))?;
    let listener = listener(bed, &here)?;
    same("getsockname", listener.getsockname()?, here.clone())?;
    stream(bed)?.connect(&here)?;
    fails(UnixAddr::pathname(format!("{longest}x")), Errno::EINVAL)?;
    let bytes = format!("{longest}x").into_bytes();
    let longer = Addr::Raw { family: libc::AF_UNIX as u16, bytes: bytes.into() };
    fails(stream(bed)?.bind(&longer), Errno::EINVAL)?;
    fails(stream(bed)?.connect(&longer), Errno::EINVAL)
}

fn the_path_ends_at_a_nul<B: Bed>(bed: &B) -> Outcome {
    let dir = Dir::new()?;
    let mut bytes = dir.join("s").into_os_string().into_encoded_bytes();
    bytes.extend(b"\0and more");
    let socket = bound(bed, &Addr::Raw { family: libc::AF_UNIX as u16, bytes: bytes.into() })?;
    same("getsockname", socket.getsockname()?, dir.addr("s")?)?;
    holds("there is a file", dir.join("s").exists())
}

fn nobody_listens<B: Bed>(bed: &B) -> Outcome {
    let dir = Dir::new()?;
    std::fs::write(dir.join("file"), b"")?;
    bound(bed, &dir.addr("gone")?)?.close()?;
    let _silent = bound(bed, &dir.addr("silent")?)?;
    for path in ["file", ".", "gone", "silent"] {
        fails(stream(bed)?.connect(&dir.addr(path)?), Errno::ECONNREFUSED)?;
    }
    fails(stream(bed)?.connect(&hidden("nobody")?), Errno::ECONNREFUSED)
}

fn another_type<B: Bed>(bed: &B) -> Outcome {
    let dir = Dir::new()?;
    let _listener = listener(bed, &dir.addr("s")?)?;
    fails(socket(bed, SockType::DGRAM)?.connect(&dir.addr("s")?), Errno::EPROTOTYPE)?;
    fails(socket(bed, SockType::SEQPACKET)?.connect(&dir.addr("s")?), Errno::EPROTOTYPE)
}

fn an_abstract_name<B: Bed>(bed: &B) -> Outcome {
    let here = hidden("an abstract name")?;
    let listener = listener(bed, &here)?;
    same("getsockname", listener.getsockname()?, here.clone())?;
    stream(bed)?.connect(&here)?;
    fails(stream(bed)?.bind(&here), Errno::EADDRINUSE)?;
    listener.close()?;
    Ok(stream(bed)?.bind(&here)?)
}

fn abstract_names_are_bytes<B: Bed>(bed: &B) -> Outcome {
    let longest = format!("{:107}", std::process::id());
    let mut kept = Vec::new();
    for name in [&b"wavetank\0one"[..], b"wavetank\0two", b"wavetank\0", b"\xff\xfe", b"", longest.as_bytes()] {
        let here = Addr::Unix(UnixAddr::abstract_name(name)?);
        let socket = bound(bed, &here)?;
        same("getsockname", socket.getsockname()?, here)?;
        kept.push(socket);
    }
    fails(UnixAddr::abstract_name([1; 108]), Errno::EINVAL)?;
    let longer = Addr::Raw { family: libc::AF_UNIX as u16, bytes: [0; 109].into() };
    fails(stream(bed)?.bind(&longer), Errno::EINVAL)
}

fn types_have_their_own_abstract_names<B: Bed>(bed: &B) -> Outcome {
    let here = hidden("types")?;
    let _stream = bound(bed, &here)?;
    socket(bed, SockType::DGRAM)?.bind(&here)?;
    socket(bed, SockType::SEQPACKET)?.bind(&here)?;
    fails(stream(bed)?.bind(&here), Errno::EADDRINUSE)?;
    fails(socket(bed, SockType::DGRAM)?.connect(&here), Errno::ECONNREFUSED)
}

/// The name is an abstract one of five hexadecimal digits.
fn is_chosen(name: &Addr) -> Outcome {
    let digits = name.as_unix().and_then(UnixAddr::as_abstract_name).unwrap_or_default();
    let are_digits = digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    holds("it is five digits", digits.len() == 5 && are_digits)
}

fn autobind<B: Bed>(bed: &B) -> Outcome {
    for kind in [SockType::STREAM, SockType::DGRAM, SockType::SEQPACKET] {
        let (socket, other) = (socket(bed, kind)?, socket(bed, kind)?);
        socket.bind(&unnamed())?;
        other.bind(&unnamed())?;
        let name = socket.getsockname()?;
        is_chosen(&name)?;
        holds("they differ", other.getsockname()? != name)?;
        socket.bind(&unnamed())?;
        same("getsockname", socket.getsockname()?, name)?;
    }
    Ok(())
}

fn autobind_with_credentials<B: Bed>(bed: &B) -> Outcome {
    let here = hidden("credentials")?;
    let _listener = listener(bed, &here)?;
    let client = stream(bed)?;
    client.setsockopt(SO_PASSCRED, true)?;
    same("getsockname", client.getsockname()?, unnamed())?;
    client.connect(&here)?;
    is_chosen(&client.getsockname()?)
}

fn bound_once<B: Bed>(bed: &B) -> Outcome {
    let dir = Dir::new()?;
    let by_path = bound(bed, &dir.addr("s")?)?;
    let by_name = bound(bed, &hidden("bound once")?)?;
    for socket in [by_path, by_name] {
        fails(socket.bind(&dir.addr("t")?), Errno::EINVAL)?;
        fails(socket.bind(&hidden("bound twice")?), Errno::EINVAL)?;
    }
    holds("no file is left", !dir.join("t").exists())
}

fn another_family<B: Bed>(bed: &B) -> Outcome {
    for kind in [SockType::STREAM, SockType::DGRAM, SockType::SEQPACKET] {
        let socket = socket(bed, kind)?;
        fails(socket.bind(&Addr::ANY_V4), Errno::EINVAL)?;
        fails(socket.bind(&Addr::Unspec), Errno::EINVAL)?;
    }
    Ok(())
}

fn listen_needs_a_name<B: Bed>(bed: &B) -> Outcome {
    for kind in [SockType::STREAM, SockType::SEQPACKET] {
        let socket = socket(bed, kind)?;
        fails(socket.listen(1), Errno::EINVAL)?;
        fails(socket.accept(), Errno::EINVAL)?;
        socket.bind(&unnamed())?;
        fails(socket.accept(), Errno::EINVAL)?;
        socket.listen(1)?;
    }
    let datagrams = socket(bed, SockType::DGRAM)?;
    fails(datagrams.listen(1), Errno::EOPNOTSUPP)?;
    fails(datagrams.accept(), Errno::EOPNOTSUPP)
}

fn connected_before_accept<B: Bed>(bed: &B) -> Outcome {
    let here = hidden("before accept")?;
    let listener = listener(bed, &here)?;
    polls(&listener, PollEvents::empty())?;
    let client = stream(bed)?;
    client.connect(&here)?;
    client.sendall(b"early")?;
    client.close()?;
    becomes(&listener, PollEvents::IN)?;
    let (server, _) = listener.accept()?;
    receives(&server, b"early")?;
    ends(&server)
}

fn a_full_queue<B: Bed>(bed: &B) -> Outcome {
    let here = hidden("full")?;
    let listener = bound(bed, &here)?;
    listener.listen(0)?;
    let _waiting = {
        let first = stream(bed)?;
        first.connect(&here)?;
        first
    };
    let client = stream(bed)?;
    client.setblocking(false)?;
    fails(client.connect(&here), Errno::EAGAIN)?;
    listener.accept()?;
    Ok(client.connect(&here)?)
}

fn the_listener_goes<B: Bed>(bed: &B) -> Outcome {
    let here = hidden("goes")?;
    let listener = listener(bed, &here)?;
    let client = stream(bed)?;
    client.connect(&here)?;
    listener.close()?;
    fails(client.recv(&mut [0; 4]), Errno::ECONNRESET)?;
    ends(&client)?;
    fails(client.send(b"x"), Errno::EPIPE)
}

fn connect_again<B: Bed>(bed: &B) -> Outcome {
    let here = hidden("again")?;
    let listener = listener(bed, &here)?;
    let client = stream(bed)?;
    client.connect(&here)?;
    fails(client.connect(&here), Errno::EISCONN)?;
    fails(listener.connect(&here), Errno::EINVAL)
}

/// The number of this process in that world: who has made a pair is at its other end.
pub(super) fn own_pid<B: Bed>(bed: &B) -> Result<i32, Stop> {
    let (one, _) = Socket::pair(bed.near().host, Family::UNIX, SockType::STREAM)?;
    Ok(one.getsockopt(SO_PEERCRED)?.pid)
}

fn who_listens<B: Bed>(bed: &B) -> Outcome {
    let here = hidden("who")?;
    let listener = listener(bed, &here)?;
    let client = stream(bed)?;
    same("before", client.getsockopt(SO_PEERCRED)?.pid, 0)?;
    client.connect(&here)?;
    let (server, _) = listener.accept()?;
    let mine = own_pid(bed)?;
    same("the listener", client.getsockopt(SO_PEERCRED)?.pid, mine)?;
    same("the client", server.getsockopt(SO_PEERCRED)?.pid, mine)
}
