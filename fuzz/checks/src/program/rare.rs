//! Steps by calls that few programs make: descriptors and control messages over UNIX sockets, files, inheritance, the databases of names,
//! and the level of Python's `socket` above all of it.

use std::{
    fs::File,
    io::{self, IoSlice, IoSliceMut, Read, Write},
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use wavetank_api::{
    Addr, AlgOp, Buffering, DecodeErrors, Family, FileMode, MsgFlags, Net, Newline, Protocol, RecvMsg, Result, SendMsg,
    SockFlags, SockType, Socket, option,
};
use wavetank_sim::{SimFd, SimHost};

use super::Shared;
use crate::{arguments, input::Input};

impl Shared {
    /// One such step.
    pub(super) fn rare(self: &Arc<Self>, what: u8, input: &mut Input<'_>) -> Result<()> {
        let host = &self.host;
        match what {
            0..=2 => {
                let (left, right) =
                    host.socketpair(Family::UNIX, SockType::STREAM, SockFlags::empty(), Protocol::DEFAULT)?;
                // In every pair one end lies in the other: nobody can take it out but who has that.
                if input.once_in(8) {
                    host.sendmsg(
                        &left,
                        &SendMsg::new(&[IoSlice::new(b"x")]).with_fds(&[&left, &right]),
                        MsgFlags::DONTWAIT,
                    )?;
                    return Ok(());
                }
                self.soften(&left, input);
                self.soften(&right, &mut input.clone());
                self.put(input, left);
                self.put(input, right);
            }
            3..=12 => self.pass(input)?,
            13..=22 => self.receive_passed(input)?,
            23..=27 => self.names(input),
            28..=30 => {
                drop(host.sysctl("net.ipv4.tcp_rmem"));
                let (name, value) = arguments::sysctl(input);
                host.set_sysctl(name, value)?;
            }
            31 | 32 => {
                host.set_default_timeout(arguments::timeout(input));
                let _ = host.default_timeout();
            }
            _ => {
                let Some(fd) = self.get(input) else { return self.make(6, input) };
                self.use_rarely(what, &fd, input)?;
            }
        }
        Ok(())
    }

    /// Such a step with a descriptor.
    fn use_rarely(&self, what: u8, fd: &SimFd, input: &mut Input<'_>) -> Result<()> {
        let host = &self.host;
        match what {
            33 | 34 => {
                host.set_inheritable(fd, input.once_in(2))?;
                host.inheritable(fd)?;
            }
            35 | 36 => {
                let (offset, count) = (u64::from(input.word()) << (input.byte() % 50), arguments::len(input));
                host.sendfile(fd, file(), offset, count)?;
            }
            37 => {
                let (level, name) = arguments::option(input);
                host.setsockopt_null(fd, level, name, u32::from(input.byte()))?;
            }
            38..=43 => {
                // Of every option that has a name: read, and written as it was read.
                let options = option::all().count();
                let (level, name, _) = option::all().nth(usize::from(input.word()) % options).unwrap_or_default();
                let mut value = vec![0; [4, 8, 16, 256, 1, 0][usize::from(input.byte()) % 6]];
                let room = value.len();
                let len = host.getsockopt(fd, level, name, &mut value)?;
                assert!(len <= room, "{len} bytes of {level}:{name} in a buffer of {room}");
                if let Some(byte) = value.first_mut().filter(|_| input.once_in(3)) {
                    *byte ^= input.byte();
                }
                host.setsockopt(fd, level, name, &value[..len])?;
            }
            44 | 45 => {
                host.bind(fd, &arguments::other_addr(input))?;
            }
            46 => host.connect(fd, &arguments::other_addr(input))?,
            47 => {
                let to = arguments::other_addr(input);
                host.sendmsg(fd, &SendMsg::new(&[IoSlice::new(b"x")]).to(&to), arguments::msg_flags(input))?;
            }
            _ => self.as_socket(what, host.dup(fd)?, input)?,
        }
        Ok(())
    }

    /// Descriptors and control messages, of which the kernel refuses many.
    fn pass(&self, input: &mut Input<'_>) -> Result<()> {
        let Some(fd) = self.get(input) else { return self.make(6, input) };
        let flags = arguments::msg_flags(input);
        let count = input.of(&[1, 1, 1, 2, 3, 0, 253, 254]);
        let passed: Vec<_> = (0..count).filter_map(|_| self.get(&mut input.clone())).collect();
        let fds: Vec<&SimFd> = passed.iter().map(|fd| &**fd).collect();
        let data = vec![0x5a; arguments::len(input)];
        let control = arguments::control(input);
        let bufs = [IoSlice::new(&data)];
        let mut message = SendMsg::new(&bufs).with_fds(&fds);
        if !control.is_empty() {
            message = message.with_control(&control);
        }
        self.host.sendmsg(&fd, &message, flags).map(drop)
    }

    fn receive_passed(&self, input: &mut Input<'_>) -> Result<()> {
        let Some(fd) = self.get(input) else { return self.make(6, input) };
        let flags = arguments::msg_flags(input);
        let mut data = vec![0; arguments::len(input)];
        let mut control = vec![0; input.of(&[0, 1, 15, 16, 19, 20, 24, 28, 48, 64, 1040, 4096])];
        let room = control.len();
        let mut bufs = [IoSliceMut::new(&mut data)];
        let mut message = RecvMsg::new(&mut bufs).with_control(&mut control);
        self.host.recvmsg(&fd, &mut message, flags)?;
        assert!(message.control_len <= room, "{} bytes of control messages in {room}", message.control_len);
        assert!(message.fds.len() <= room / 4, "{} descriptors in {room} bytes", message.fds.len());
        message.control_messages().for_each(|message| assert!(message.data.len() <= room));
        for fd in std::mem::take(&mut message.fds) {
            self.put(input, fd);
        }
        Ok(())
    }

    /// The databases, of what there is and of what there is not.
    fn names(&self, input: &mut Input<'_>) {
        let host = &self.host;
        let (name, service) =
            (arguments::host_name(input).unwrap_or_default(), arguments::service(input).unwrap_or_default());
        let protocol = input.of(&[None, Some("tcp"), Some("udp"), Some(""), Some("sctp"), Some("\0")]);
        drop(host.gethostbyname_ex(name));
        let ip = match arguments::addr(input) {
            Addr::V4(addr) => IpAddr::V4(*addr.ip()),
            Addr::V6(addr) => IpAddr::V6(*addr.ip()),
            _ => IpAddr::from([127, 0, 0, 1]),
        };
        drop(host.gethostbyaddr(ip));
        drop(host.getservbyname(service, protocol));
        if let Ok(service) = host.getservbyport(input.word(), protocol) {
            assert!(!service.is_empty());
        }
        drop(host.getprotobyname(input.of(&["tcp", "udp", "ip", "ipv6-icmp", "", "TCP", "255", "\u{fffd}"])));
        for (index, name) in host.if_nameindex().unwrap_or_default() {
            assert_eq!((host.if_nametoindex(&name).ok(), host.if_indextoname(index).ok()), (Some(index), Some(name)));
        }
        drop(host.if_nametoindex(name));
        drop(host.if_indextoname(u32::from(input.word()) << (input.byte() % 17)));
    }

    /// What Python's module has above the calls.
    fn as_socket(&self, what: u8, fd: SimFd, input: &mut Input<'_>) -> Result<()> {
        let socket = Socket::from_fd(&self.host, fd)?;
        // Not for ever, and mostly not long.
        socket.settimeout(Some(arguments::timeout(input).unwrap_or_default().min(Duration::from_secs(2))))?;
        // What is below `isize::MAX` would be asked of the allocator, and the address sanitizer ends who asks it for too much.
        let absurd = input.of(&[0, 1, 10, 5000, 1 << 20, usize::MAX, usize::MAX - 15]);
        let flags = MsgFlags::DONTWAIT;
        match what {
            48 => drop(socket.recv_vec(absurd)?),
            49 => drop(socket.recvmsg_vec(arguments::len(input), absurd, flags)?),
            50 => {
                let (_, ancillary) = socket.recv_fds(arguments::len(input), absurd, flags)?;
                for fd in ancillary.fds {
                    self.put(input, fd);
                }
            }
            51 => drop(socket.recvfrom_vec(absurd, flags)?),
            52 => {
                let Some(fd) = self.get(input) else { return Ok(()) };
                socket.send_fds(&[IoSlice::new(b"x")], &[&fd], flags, None)?;
            }
            53 => {
                let iv = vec![7; absurd.min(1 << 16)];
                let op = AlgOp { op: u32::from(input.byte()), iv: Some(&iv), assoclen: Some(u32::MAX) };
                socket.sendmsg_afalg(&[IoSlice::new(b"x")], op, MsgFlags::empty())?;
            }
            54..=57 => drop(talk_by_file(socket, absurd, input)),
            58 => {
                let mut end = io::Cursor::new(vec![0x5a; arguments::len(input)]);
                socket.sendfile(&mut end, u64::from(input.byte()), None)?;
            }
            59 => drop(self.host.close(socket.detach())),
            _ => {
                socket.sendall(&vec![0x5a; arguments::len(input)])?;
                let _ = socket.connect_ex(&arguments::addr(input));
            }
        }
        Ok(())
    }
}

/// `makefile`, in every mode.
fn talk_by_file(socket: Socket<SimHost>, absurd: usize, input: &mut Input<'_>) -> io::Result<()> {
    let socket = Arc::new(socket);
    let mode = input.of(&[FileMode::Read, FileMode::Write, FileMode::ReadWrite]);
    let buffering = input.of(&[Buffering::Default, Buffering::None, Buffering::Line, Buffering::Size(absurd)]);
    if input.once_in(2) {
        let mut file = socket.makefile(mode, buffering)?;
        file.write_all(&vec![b'\n'; arguments::len(input).min(10_000)])?;
        file.flush()?;
        let _ = file.read(&mut [0; 100])?;
        return file.close();
    }
    let errors = input.of(&[DecodeErrors::Strict, DecodeErrors::Replace, DecodeErrors::Ignore]);
    let newline = input.of(&[Newline::Universal, Newline::Untranslated, Newline::Lf, Newline::Cr, Newline::CrLf]);
    let mut file = socket.makefile_text(mode, buffering, errors, newline)?;
    file.write_str("line\r\n\u{e9}\r")?;
    file.read_line(&mut String::new())?;
    file.read(absurd.min(1000))?;
    file.close()
}

/// A file of 100,000 bytes.
fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| {
        let path = std::env::temp_dir().join(format!("wavetank-fuzz-{}", std::process::id()));
        std::fs::write(&path, [0x5a; 100_000]).expect("a temporary file can be written");
        let file = File::open(&path).expect("it is there");
        // It is open, which is enough.
        drop(std::fs::remove_file(path));
        file
    })
}
