//! The documentation's example programs that are no programs of `examples/`: because they need what only one world has, or are a few
//! lines about one call.

use std::io::IoSliceMut;

use wavetank_api::{Family, MsgFlags, RecvMsg, ServerOptions, create_connection, create_server, option::IPV6_V6ONLY};

use crate::{
    bed::{Bed, Capability},
    case::cases,
    check::{Outcome, receives, same},
};

cases! { example:
    recvmsg_into_over_several_buffers once
        "One message fills several buffers, and parts of them"
        from "Python, socket.recvmsg_into";
    create_server_dual_stack once
        "One server of IPv6 takes connections over both versions"
        from "Python, socket.create_server(dualstack_ipv6=True)";
}

fn recvmsg_into_over_several_buffers<B: Bed>(bed: &B) -> Outcome {
    let (near, far) = bed.near().unix()?;
    let (mut b1, mut b2, mut b3) = (*b"----", *b"0123456789", *b"--------------");
    near.send(b"Mary had a little lamb")?;
    let bufs = &mut [IoSliceMut::new(&mut b1), IoSliceMut::new(&mut b2[2..9]), IoSliceMut::new(&mut b3)];
    let mut msg = RecvMsg::new(bufs);
    same("bytes received", far.recvmsg(&mut msg, MsgFlags::empty())?, 22)?;
    same("control", msg.control_len, 0)?;
    same("flags", msg.flags, MsgFlags::empty())?;
    same("the first", &b1, b"Mary")?;
    same("the second", &b2, b"01 had a 9")?;
    same("the third", &b3, b"little lamb---")
}

fn create_server_dual_stack<B: Bed>(bed: &B) -> Outcome {
    bed.need(Capability::Ipv6)?;
    let host = bed.near().host;
    let options = ServerOptions { family: Family::INET6, dualstack_ipv6: true, ..ServerOptions::default() };
    let server = create_server(host, ("", 0), options)?;
    same("family", server.family(), Family::INET6)?;
    same("IPV6_V6ONLY", server.getsockopt(IPV6_V6ONLY)?, false)?;
    let port = server.getsockname()?.port().unwrap_or(0);
    for (to, from) in [("127.0.0.1", "::ffff:127.0.0.1"), ("::1", "::1")] {
        let client = create_connection(host, (to, port), None)?;
        let (accepted, peer) = server.accept()?;
        same("the peer", peer.ip().map(|ip| ip.to_string()), Some(from.to_owned()))?;
        client.sendall(b"hello")?;
        receives(&accepted, b"hello")?;
    }
    Ok(())
}
