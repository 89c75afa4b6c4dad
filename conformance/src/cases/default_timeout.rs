//! The timeout with which sockets begin. It is the program's, so these cases run alone in the real world.

use std::time::Duration;

use wavetank_api::{
    ConnectTimeout, Errno, Host, Net, ServerOptions, SockFlags, SockType, Socket, create_connection, create_server,
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, fails, same, takes, times_out},
};

cases! { default_timeout:
    none_at_first alone
        "There is none at first: sockets block"
        from "Python's getdefaulttimeout";
    new_sockets_have_it alone
        "New sockets have it, and wait no longer: one made, of a pair, from a descriptor, from a duplicate"
        from "Python's setdefaulttimeout";
    sockets_from_before_do_not alone
        "A socket that is there already keeps its mode"
        from "Python's setdefaulttimeout: for new socket objects";
    accepted_sockets_have_it alone
        "An accepted socket has the default timeout, whatever the listener's mode"
        from "Python: timeouts and the accept method";
    accepted_without_it_blocks alone
        "Without a default timeout an accepted socket blocks, whatever the listener's mode"
        from "Python: timeouts and the accept method; accept(2): Linux does not inherit O_NONBLOCK";
    zero_is_nonblocking alone
        "A default of zero makes new sockets non-blocking"
        from "Python's setdefaulttimeout: as settimeout";
    asked_for_nonblocking_is_nonblocking alone
        "SOCK_NONBLOCK in the type goes before the default timeout"
        from "CPython's init_sockobject";
    create_connection_takes_it alone
        "create_connection has it unless it is told another, or none"
        from "Python's create_connection: GLOBAL_DEFAULT";
}

const TIME: Duration = Duration::from_millis(70);

/// Sets the default, and takes it back at the end of the case, however it ends.
struct Set<'a, H: Host>(&'a H);

impl<'a, H: Host> Set<'a, H> {
    fn to(host: &'a H, timeout: Duration) -> Self {
        host.set_default_timeout(Some(timeout));
        Self(host)
    }
}

impl<H: Host> Drop for Set<'_, H> {
    fn drop(&mut self) {
        self.0.set_default_timeout(None);
    }
}

fn none_at_first<B: Bed>(bed: &B) -> Outcome {
    same("getdefaulttimeout", bed.near().host.default_timeout(), None)?;
    same("gettimeout", bed.near().tcp()?.gettimeout(), None)
}

fn new_sockets_have_it<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    let _set = Set::to(host, TIME);
    same("getdefaulttimeout", host.default_timeout(), Some(TIME))?;
    let udp = bed.near().bound_udp()?;
    let (left, right) = bed.near().unix()?;
    let taken = Socket::from_fd(host, bed.near().udp()?.detach())?;
    let duplicate = Socket::fromfd(host, udp.fd(), udp.family(), udp.kind(), udp.protocol())?;
    for socket in [&udp, &left, &right, &taken, &duplicate] {
        same("gettimeout", socket.gettimeout(), Some(TIME))?;
        same("O_NONBLOCK", host.nonblocking(socket.fd())?, true)?;
    }
    times_out(takes(host, TIME, || udp.recv(&mut [0]))?)
}

fn sockets_from_before_do_not<B: Bed>(bed: &B) -> Outcome {
    let socket = bed.near().tcp()?;
    let _set = Set::to(bed.near().host, TIME);
    same("gettimeout", socket.gettimeout(), None)
}

fn accepts<B: Bed>(bed: &B, expected: Option<Duration>) -> Outcome {
    for mode in [None, Some(Duration::ZERO), Some(TIME * 10)] {
        let listener = bed.far().listener()?;
        listener.settimeout(mode)?;
        let client = bed.near().tcp()?;
        client.settimeout(None)?;
        client.connect(&listener.getsockname()?)?;
        let (accepted, _) = listener.accept()?;
        same("the accepted socket's timeout", accepted.gettimeout(), expected)?;
        same("its O_NONBLOCK", bed.far().host.nonblocking(accepted.fd())?, expected.is_some())?;
    }
    Ok(())
}

fn accepted_sockets_have_it<B: Bed>(bed: &B) -> Outcome {
    let _set = Set::to(bed.near().host, TIME);
    accepts(bed, Some(TIME))
}

fn accepted_without_it_blocks<B: Bed>(bed: &B) -> Outcome {
    accepts(bed, None)
}

fn zero_is_nonblocking<B: Bed>(bed: &B) -> Outcome {
    let _set = Set::to(bed.near().host, Duration::ZERO);
    let socket = bed.near().bound_udp()?;
    same("getblocking", socket.getblocking(), false)?;
    fails(socket.recv(&mut [0]), Errno::EAGAIN)
}

fn asked_for_nonblocking_is_nonblocking<B: Bed>(bed: &B) -> Outcome {
    let _set = Set::to(bed.near().host, TIME);
    let socket = Socket::new(bed.near().host, bed.family(), SockType::DGRAM | SockFlags::NONBLOCK)?;
    same("gettimeout", socket.gettimeout(), Some(Duration::ZERO))
}

fn create_connection_takes_it<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    let server = create_server(host, bed.far().addr(0), ServerOptions { family: bed.family(), ..Default::default() })?;
    let addr = server.getsockname()?;
    let _set = Set::to(host, TIME);
    let rows = [
        (ConnectTimeout::Default, Some(TIME)),
        (ConnectTimeout::Never, None),
        (ConnectTimeout::After(TIME * 2), Some(TIME * 2)),
    ];
    for (timeout, expected) in rows {
        same("gettimeout", create_connection(host, &addr, timeout)?.gettimeout(), expected)?;
    }
    same("gettimeout", create_connection(host, &addr, None)?.gettimeout(), None)
}
