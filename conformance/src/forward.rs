//! [`forward!`](crate::forward): a `Net` or a `Host` that wraps another says which calls it hands on, and writes the others itself.

/// Methods of [`Net`](wavetank_api::Net) and [`Host`](wavetank_api::Host) that hand the call on to a field, which is a `Host`: by name, in
/// an `impl` of the trait.
///
/// ```ignore
/// impl Net for Counted {
///     type Fd = <Machine as Net>::Fd;
///
///     forward! { machine: bind, listen, accept, connect, .. }
///
///     fn socket(..) -> Result<Self::Fd> {
///         self.count.fetch_add(1, Ordering::Relaxed);
///         self.machine.socket(..)
///     }
/// }
/// ```
#[macro_export]
macro_rules! forward {
    ($on:ident: $($call:ident),* $(,)?) => { $($crate::forward!(@$call $on);)* };
    (@socket $on:ident) => {
        $crate::forward!(@one $on.socket(
            family: $crate::api::Family, kind: $crate::api::SockType, flags: $crate::api::SockFlags,
            protocol: $crate::api::Protocol
        ) -> $crate::api::Result<Self::Fd>);
    };
    (@socketpair $on:ident) => {
        $crate::forward!(@one $on.socketpair(
            family: $crate::api::Family, kind: $crate::api::SockType, flags: $crate::api::SockFlags,
            protocol: $crate::api::Protocol
        ) -> $crate::api::Result<(Self::Fd, Self::Fd)>);
    };
    (@bind $on:ident) => {
        $crate::forward!(@one $on.bind(fd: &Self::Fd, addr: &$crate::api::Addr) -> $crate::api::Result<()>);
    };
    (@listen $on:ident) => {
        $crate::forward!(@one $on.listen(fd: &Self::Fd, backlog: i32) -> $crate::api::Result<()>);
    };
    (@accept $on:ident) => {
        $crate::forward!(@one $on.accept(
            fd: &Self::Fd, flags: $crate::api::SockFlags
        ) -> $crate::api::Result<(Self::Fd, $crate::api::Addr)>);
    };
    (@connect $on:ident) => {
        $crate::forward!(@one $on.connect(fd: &Self::Fd, addr: &$crate::api::Addr) -> $crate::api::Result<()>);
    };
    (@getsockname $on:ident) => {
        $crate::forward!(@one $on.getsockname(fd: &Self::Fd) -> $crate::api::Result<$crate::api::Addr>);
    };
    (@getpeername $on:ident) => {
        $crate::forward!(@one $on.getpeername(fd: &Self::Fd) -> $crate::api::Result<$crate::api::Addr>);
    };
    (@sendmsg $on:ident) => {
        $crate::forward!(@one $on.sendmsg(
            fd: &Self::Fd, msg: &$crate::api::SendMsg<'_, Self::Fd>, flags: $crate::api::MsgFlags
        ) -> $crate::api::Result<usize>);
    };
    (@recvmsg $on:ident) => {
        $crate::forward!(@one $on.recvmsg(
            fd: &Self::Fd, msg: &mut $crate::api::RecvMsg<'_, '_, Self::Fd>, flags: $crate::api::MsgFlags
        ) -> $crate::api::Result<usize>);
    };
    (@send $on:ident) => {
        $crate::forward!(@one $on.send(
            fd: &Self::Fd, data: &[u8], flags: $crate::api::MsgFlags
        ) -> $crate::api::Result<usize>);
    };
    (@recv $on:ident) => {
        $crate::forward!(@one $on.recv(
            fd: &Self::Fd, buf: &mut [u8], flags: $crate::api::MsgFlags
        ) -> $crate::api::Result<usize>);
    };
    (@sendfile $on:ident) => {
        $crate::forward!(@one $on.sendfile(
            fd: &Self::Fd, file: &std::fs::File, offset: u64, count: usize
        ) -> $crate::api::Result<usize>);
    };
    (@getsockopt $on:ident) => {
        $crate::forward!(@one $on.getsockopt(
            fd: &Self::Fd, level: i32, name: i32, value: &mut [u8]
        ) -> $crate::api::Result<usize>);
    };
    (@setsockopt $on:ident) => {
        $crate::forward!(@one $on.setsockopt(
            fd: &Self::Fd, level: i32, name: i32, value: &[u8]
        ) -> $crate::api::Result<()>);
    };
    (@setsockopt_null $on:ident) => {
        $crate::forward!(@one $on.setsockopt_null(
            fd: &Self::Fd, level: i32, name: i32, len: u32
        ) -> $crate::api::Result<()>);
    };
    (@shutdown $on:ident) => {
        $crate::forward!(@one $on.shutdown(fd: &Self::Fd, how: $crate::api::Shutdown) -> $crate::api::Result<()>);
    };
    (@dup $on:ident) => { $crate::forward!(@one $on.dup(fd: &Self::Fd) -> $crate::api::Result<Self::Fd>); };
    (@close $on:ident) => { $crate::forward!(@one $on.close(fd: Self::Fd) -> $crate::api::Result<()>); };
    (@nonblocking $on:ident) => { $crate::forward!(@one $on.nonblocking(fd: &Self::Fd) -> $crate::api::Result<bool>); };
    (@set_nonblocking $on:ident) => {
        $crate::forward!(@one $on.set_nonblocking(fd: &Self::Fd, nonblocking: bool) -> $crate::api::Result<()>);
    };
    (@inheritable $on:ident) => { $crate::forward!(@one $on.inheritable(fd: &Self::Fd) -> $crate::api::Result<bool>); };
    (@set_inheritable $on:ident) => {
        $crate::forward!(@one $on.set_inheritable(fd: &Self::Fd, inheritable: bool) -> $crate::api::Result<()>);
    };
    (@default_timeout $on:ident) => { $crate::forward!(@one $on.default_timeout() -> Option<std::time::Duration>); };
    (@set_default_timeout $on:ident) => {
        $crate::forward!(@one $on.set_default_timeout(timeout: Option<std::time::Duration>) -> ());
    };
    (@ioctl $on:ident) => {
        $crate::forward!(@one $on.ioctl(fd: &Self::Fd, request: u64, arg: &mut [u8]) -> $crate::api::Result<i32>);
    };
    (@monotonic $on:ident) => { $crate::forward!(@one $on.monotonic() -> $crate::api::Instant); };
    (@getaddrinfo $on:ident) => {
        $crate::forward!(@one $on.getaddrinfo(
            query: &$crate::api::AddrQuery<'_>
        ) -> $crate::api::Result<Vec<$crate::api::AddrInfo>>);
    };
    (@getnameinfo $on:ident) => {
        $crate::forward!(@one $on.getnameinfo(
            addr: &$crate::api::Addr, flags: $crate::api::NameFlags
        ) -> $crate::api::Result<(String, String)>);
    };
    (@gethostbyname_ex $on:ident) => {
        $crate::forward!(@one $on.gethostbyname_ex(name: &str) -> $crate::api::Result<$crate::api::HostEntry>);
    };
    (@gethostbyaddr $on:ident) => {
        $crate::forward!(@one $on.gethostbyaddr(ip: std::net::IpAddr) -> $crate::api::Result<$crate::api::HostEntry>);
    };
    (@getservbyname $on:ident) => {
        $crate::forward!(@one $on.getservbyname(service: &str, protocol: Option<&str>) -> $crate::api::Result<u16>);
    };
    (@getservbyport $on:ident) => {
        $crate::forward!(@one $on.getservbyport(port: u16, protocol: Option<&str>) -> $crate::api::Result<String>);
    };
    (@getprotobyname $on:ident) => {
        $crate::forward!(@one $on.getprotobyname(name: &str) -> $crate::api::Result<$crate::api::Protocol>);
    };
    (@gethostname $on:ident) => { $crate::forward!(@one $on.gethostname() -> $crate::api::Result<String>); };
    (@sethostname $on:ident) => { $crate::forward!(@one $on.sethostname(name: &str) -> $crate::api::Result<()>); };
    (@if_nameindex $on:ident) => {
        $crate::forward!(@one $on.if_nameindex() -> $crate::api::Result<Vec<(u32, String)>>);
    };
    (@if_nametoindex $on:ident) => {
        $crate::forward!(@one $on.if_nametoindex(name: &str) -> $crate::api::Result<u32>);
    };
    (@if_indextoname $on:ident) => {
        $crate::forward!(@one $on.if_indextoname(index: u32) -> $crate::api::Result<String>);
    };
    (@wall_clock $on:ident) => { $crate::forward!(@one $on.wall_clock() -> std::time::Duration); };
    (@sleep $on:ident) => { $crate::forward!(@one $on.sleep(duration: std::time::Duration) -> ()); };
    (@random $on:ident) => { $crate::forward!(@one $on.random(buf: &mut [u8]) -> ()); };
    (@event_count $on:ident) => { $crate::forward!(@one $on.event_count() -> Self::EventCount); };
    // The entries of the one are not those of the other, though their descriptors are.
    (@poll $on:ident) => {
        fn poll(
            &self,
            fds: &mut [$crate::api::PollFd<'_, Self>],
            timeout: Option<std::time::Duration>,
        ) -> $crate::api::Result<usize> {
            let mut entries: Vec<_> = fds.iter().map(|entry| $crate::api::PollFd::new(entry.fd, entry.events)).collect();
            let count = self.$on.poll(&mut entries, timeout)?;
            fds.iter_mut().zip(entries).for_each(|(entry, found)| entry.revents = found.revents);
            Ok(count)
        }
    };
    (@spawn $on:ident) => {
        fn spawn<T, F>(&self, name: &str, body: F) -> $crate::api::JoinHandle<Self, T>
        where
            T: Send + 'static,
            F: FnOnce() -> T + Send + 'static,
        {
            let (completer, handle) = $crate::api::JoinHandle::pair(self);
            // Its own handle is not needed: the completer tells the end, a panic too.
            drop(self.$on.spawn(name, move || {
                completer.complete(std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)));
            }));
            handle
        }
    };
    (@one $on:ident.$call:ident($($arg:ident: $type:ty),*) -> $answer:ty) => {
        #[track_caller]
        fn $call(&self $(, $arg: $type)*) -> $answer {
            self.$on.$call($($arg),*)
        }
    };
}
