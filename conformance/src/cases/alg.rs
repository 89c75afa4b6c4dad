//! The kernel's algorithms as sockets: hashes, and what all kinds have in common. Ciphers are in `alg_cipher.rs`.

use wavetank_api::{
    Addr, AlgAddr, Errno, Family, MsgFlags, Protocol, Result, Shutdown, SockType, Socket,
    option::{SO_DOMAIN, SO_TYPE},
};

use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, Stop, fails, holds, same},
    message::recvmsg,
    need::{Kernel, Need},
};

pub(super) const ALG: Need = Need::socket(Family::ALG, SockType::SEQPACKET, Protocol::DEFAULT);

cases! { alg, needs ALG:
    only_seqpacket once
        "There is SEQPACKET: another type is ESOCKTNOSUPPORT, a protocol EPROTONOSUPPORT, a pair EOPNOTSUPP"
        from "alg_create; sock_no_socketpair";
    two_kinds_of_sockets once
        "The bound one has the algorithm and the key, and neither sends nor receives: EOPNOTSUPP; accept makes one that does"
        from "Documentation/crypto/userspace-if.rst; alg_proto_ops";
    accepted_from_nobody once
        "accept waits for nothing, and tells no address; before bind: EINVAL"
        from "af_alg_accept";
    nothing_of_a_stream once
        "listen, connect, shutdown, getsockname, getpeername: EOPNOTSUPP, on both kinds"
        from "alg_proto_ops";
    unknown_algorithms once
        "An unknown type, an unknown name, a name of another type, none at all: ENOENT"
        from "alg_bind, crypto_alloc_tfm";
    features once
        "A feature that is not known is EINVAL; so is a mask of such"
        from "alg_bind: CRYPTO_ALG_KERN_DRIVER_ONLY alone";
    malformed_addresses once
        "An address without a name: EINVAL; a type or a name without a NUL is cut at its last byte: ENOENT"
        from "alg_bind: salg_type[13] = 0, salg_name[last] = 0";
    the_family_is_not_looked_at once
        "bind takes the algorithm from an address of any family"
        from "alg_bind does not look at salg_family";
    bound_again once
        "bind may be repeated until there is an accepted socket: EBUSY then, until that is closed"
        from "alg_bind: ask->refcnt";
    digest once
        "A hash of what was sent; MSG_MORE says that more comes"
        from "hash_sendmsg, hash_recvmsg; FIPS 180-2 appendix B.1";
    without_more_it_begins_anew once
        "After a send without MSG_MORE the next one begins anew"
        from "hash_sendmsg: ctx->more";
    digest_of_nothing once
        "recv without anything sent: the hash of nothing"
        from "hash_recvmsg; FIPS 180-2";
    a_part_of_the_digest once
        "A buffer that is too short gets the first bytes and MSG_TRUNC; the rest is lost"
        from "hash_recvmsg";
    a_state_is_copied once
        "accept on an accepted hash copies its state: both go on from there"
        from "hash_accept: crypto_ahash_export, _import";
    outlives_its_parent once
        "The accepted socket works on after the bound one was closed"
        from "af_alg_release_parent";
    keyed_hash once
        "hmac: ALG_SET_KEY on the bound socket; without a key send and recv say ENOKEY"
        from "algif_hash_nokey_ops; RFC 4231";
    key_while_in_use once
        "A key cannot be set while there are accepted sockets: EBUSY"
        from "alg_setsockopt";
    random_numbers once
        "rng: recv gives at most 128 bytes, never the same; nothing can be sent: EOPNOTSUPP"
        from "rng_recvmsg: MAXSIZE; algif_rng_ops";
    options_of_a_fresh_socket once
        "Options before bind, unknown ones, and other levels: ENOPROTOOPT; none can be read: EOPNOTSUPP"
        from "alg_setsockopt; sock_no_getsockopt";
}

/// The Linux that has a list of the algorithms that may be used.
pub(super) const RESTRICTED: Kernel = (7, 3);

pub(super) const SOL_ALG: i32 = 279;
pub(super) const ALG_SET_KEY: i32 = 1;
pub(super) const ALG_SET_AEAD_AUTHSIZE: i32 = 5;

/// SHA-1 of "abc": FIPS 180-2 appendix A.1.
const SHA1_ABC: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";
/// SHA-1 of nothing.
const SHA1: &str = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

fn fresh<B: Bed>(bed: &B) -> Result<Socket<B::Host>> {
    Socket::new(bed.near().host, Family::ALG, SockType::SEQPACKET)
}

/// A socket that is bound to an algorithm.
///
/// The kernel loads modules for it. Who asks while somebody else's request has the module half loaded is told `ENOENT`.
pub(super) fn bound<B: Bed>(bed: &B, kind: &str, name: &str) -> Result<Socket<B::Host>> {
    let addr = AlgAddr::new(kind, name)?.into();
    let socket = fresh(bed)?;
    for _ in 0..20 {
        match socket.bind(&addr) {
            Err(error) if error == Errno::ENOENT => bed.settle(),
            done => return done.map(|()| socket),
        }
    }
    socket.bind(&addr).map(|()| socket)
}

fn sha1<B: Bed>(bed: &B) -> Result<Socket<B::Host>> {
    Ok(bound(bed, "hash", "sha1")?.accept()?.0)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn only_seqpacket<B: Bed>(bed: &B) -> Outcome {
    let host = bed.near().host;
    same("SO_DOMAIN", fresh(bed)?.getsockopt(SO_DOMAIN)?, Family::ALG)?;
    same("SO_TYPE", fresh(bed)?.getsockopt(SO_TYPE)?, SockType::SEQPACKET)?;
    for kind in [SockType::STREAM, SockType::DGRAM, SockType::RAW] {
        fails(Socket::new(host, Family::ALG, kind), Errno::ESOCKTNOSUPPORT)?;
    }
    let numbered = Socket::with_protocol(host, Family::ALG, SockType::SEQPACKET, Protocol::from_raw(1));
    fails(numbered, Errno::EPROTONOSUPPORT)?;
    fails(Socket::pair(host, Family::ALG, SockType::SEQPACKET), Errno::EOPNOTSUPP)
}

fn two_kinds_of_sockets<B: Bed>(bed: &B) -> Outcome {
    let bound = bound(bed, "hash", "sha1")?;
    fails(bound.send(b"abc"), Errno::EOPNOTSUPP)?;
    fails(bound.recv(&mut [0; 20]), Errno::EOPNOTSUPP)?;
    let (working, _) = bound.accept()?;
    same("send", working.send(b"abc")?, 3)?;
    same("recv", hex(&working.recv_vec(64)?), SHA1_ABC.to_owned())
}

fn accepted_from_nobody<B: Bed>(bed: &B) -> Outcome {
    fails(fresh(bed)?.accept(), Errno::EINVAL)?;
    let (_, from) = bound(bed, "hash", "sha1")?.accept()?;
    same("from", from, Addr::Unspec)
}

fn nothing_of_a_stream<B: Bed>(bed: &B) -> Outcome {
    let addr: Addr = AlgAddr::new("hash", "sha1")?.into();
    for socket in [bound(bed, "hash", "sha1")?, sha1(bed)?] {
        fails(socket.listen(1), Errno::EOPNOTSUPP)?;
        fails(socket.connect(&addr), Errno::EOPNOTSUPP)?;
        fails(socket.shutdown(Shutdown::Both), Errno::EOPNOTSUPP)?;
        fails(socket.getsockname(), Errno::EOPNOTSUPP)?;
        fails(socket.getpeername(), Errno::EOPNOTSUPP)?;
    }
    fails(sha1(bed)?.bind(&addr), Errno::EOPNOTSUPP)
}

fn unknown_algorithms<B: Bed>(bed: &B) -> Outcome {
    for (kind, name) in [("nonsense", "sha1"), ("hash", "nonsense"), ("hash", "cbc(aes)"), ("hash", ""), ("", "")] {
        fails(fresh(bed)?.bind(&AlgAddr::new(kind, name)?.into()), Errno::ENOENT)?;
    }
    Ok(())
}

fn features<B: Bed>(bed: &B) -> Outcome {
    for (feat, mask) in [(1, 0), (0, 1), (0x2000, 0x2000)] {
        let mut addr = AlgAddr::new("hash", "sha1")?;
        (addr.feat, addr.mask) = (feat, mask);
        fails(fresh(bed)?.bind(&addr.into()), Errno::EINVAL)?;
    }
    Ok(())
}

/// `struct sockaddr_alg` after its family.
fn address(kind: &[u8], name: &[u8]) -> Box<[u8]> {
    let mut bytes = [0; 14 + 8 + 64];
    bytes[..kind.len()].copy_from_slice(kind);
    bytes[22..22 + name.len()].copy_from_slice(name);
    bytes.into()
}

fn malformed_addresses<B: Bed>(bed: &B) -> Outcome {
    let family = libc::AF_ALG as u16;
    let whole = address(b"hash", b"sha1");
    for len in [0, 8, 14, 22] {
        fails(fresh(bed)?.bind(&Addr::Raw { family, bytes: whole[..len].into() }), Errno::EINVAL)?;
    }
    for bytes in [address(b"hashhashhashha", b"sha1"), address(b"hash", &[b's'; 64])] {
        fails(fresh(bed)?.bind(&Addr::Raw { family, bytes }), Errno::ENOENT)?;
    }
    // The last byte of a shorter address is where the NUL must be.
    fails(fresh(bed)?.bind(&Addr::Raw { family, bytes: whole[..26].into() }), Errno::ENOENT)?;
    Ok(fresh(bed)?.bind(&Addr::Raw { family, bytes: whole[..27].into() })?)
}

fn the_family_is_not_looked_at<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    socket.bind(&Addr::Raw { family: libc::AF_INET as u16, bytes: address(b"hash", b"sha1") })?;
    let (working, _) = socket.accept()?;
    same("recv", hex(&working.recv_vec(64)?), SHA1.to_owned())
}

fn bound_again<B: Bed>(bed: &B) -> Outcome {
    let sha1 = AlgAddr::new("hash", "sha1")?.into();
    let socket = bound(bed, "hash", "sha256")?;
    socket.bind(&sha1)?;
    let (working, _) = socket.accept()?;
    same("recv", working.recv_vec(64)?.len(), 20)?;
    fails(socket.bind(&sha1), Errno::EBUSY)?;
    working.close()?;
    Ok(socket.bind(&sha1)?)
}

fn digest<B: Bed>(bed: &B) -> Outcome {
    let (sha256, _) = bound(bed, "hash", "sha256")?.accept()?;
    same("send", sha256.send_with(b"a", MsgFlags::MORE)?, 1)?;
    same("send", sha256.send(b"bc")?, 2)?;
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    same("recv", hex(&sha256.recv_vec(64)?), expected.to_owned())
}

fn without_more_it_begins_anew<B: Bed>(bed: &B) -> Outcome {
    let sha1 = sha1(bed)?;
    sha1.send(b"never read")?;
    sha1.send(b"abc")?;
    same("recv", hex(&sha1.recv_vec(64)?), SHA1_ABC.to_owned())
}

fn digest_of_nothing<B: Bed>(bed: &B) -> Outcome {
    let sha1 = sha1(bed)?;
    for _ in 0..2 {
        same("recv", hex(&sha1.recv_vec(64)?), SHA1.to_owned())?;
    }
    Ok(())
}

fn a_part_of_the_digest<B: Bed>(bed: &B) -> Outcome {
    let sha1 = sha1(bed)?;
    sha1.send(b"abc")?;
    let got = recvmsg(&sha1, 10, MsgFlags::empty())?;
    same("data", hex(&got.data), SHA1_ABC[..20].to_owned())?;
    holds("MSG_TRUNC is set", got.flags.contains(MsgFlags::TRUNC))?;
    same("then", hex(&sha1.recv_vec(64)?), SHA1.to_owned())
}

fn a_state_is_copied<B: Bed>(bed: &B) -> Outcome {
    let one = sha1(bed)?;
    one.send_with(b"ab", MsgFlags::MORE)?;
    let (copy, _) = one.accept()?;
    one.send(b"d")?;
    copy.send(b"c")?;
    same("the copy", hex(&copy.recv_vec(64)?), SHA1_ABC.to_owned())?;
    // SHA-1 of "abd".
    same("the original", hex(&one.recv_vec(64)?), "cb4cc28df0fdbe0ecf9d9662e294b118092a5735".to_owned())
}

fn outlives_its_parent<B: Bed>(bed: &B) -> Outcome {
    let parent = bound(bed, "hash", "sha1")?;
    let (working, _) = parent.accept()?;
    parent.close()?;
    working.send(b"abc")?;
    same("recv", hex(&working.recv_vec(64)?), SHA1_ABC.to_owned())
}

fn keyed_hash<B: Bed>(bed: &B) -> Outcome {
    let parent = bound(bed, "hash", "hmac(sha256)")?;
    let (without, _) = parent.accept()?;
    fails(without.send(b"x"), Errno::ENOKEY)?;
    fails(without.recv(&mut [0; 32]), Errno::ENOKEY)?;
    // Test case 2.
    parent.setsockopt_raw(SOL_ALG, ALG_SET_KEY, b"Jefe")?;
    let (hmac, _) = parent.accept()?;
    hmac.send(b"what do ya want for nothing?")?;
    let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    same("recv", hex(&hmac.recv_vec(64)?), expected.to_owned())
}

fn key_while_in_use<B: Bed>(bed: &B) -> Outcome {
    let parent = bound(bed, "hash", "hmac(sha1)")?;
    parent.setsockopt_raw(SOL_ALG, ALG_SET_KEY, b"one")?;
    let (working, _) = parent.accept()?;
    fails(parent.setsockopt_raw(SOL_ALG, ALG_SET_KEY, b"two"), Errno::EBUSY)?;
    working.close()?;
    Ok(parent.setsockopt_raw(SOL_ALG, ALG_SET_KEY, b"two")?)
}

fn random_numbers<B: Bed>(bed: &B) -> Outcome {
    if bed.kernel() >= RESTRICTED {
        return Err(Stop::Skipped(
            "since Linux 7.3 the sysctl crypto.af_alg_restrict lets no generator pass".to_owned(),
        ));
    }
    let parent = bound(bed, "rng", "stdrng")?;
    // A seed, which may be empty, is the key.
    parent.setsockopt_raw(SOL_ALG, ALG_SET_KEY, b"")?;
    let (rng, _) = parent.accept()?;
    let (one, other) = (rng.recv_vec(200)?, rng.recv_vec(200)?);
    same("as many as there are", (one.len(), other.len()), (128, 128))?;
    holds("they differ", one != other)?;
    fails(rng.send(b"x"), Errno::EOPNOTSUPP)
}

fn options_of_a_fresh_socket<B: Bed>(bed: &B) -> Outcome {
    let socket = fresh(bed)?;
    for name in [ALG_SET_KEY, ALG_SET_AEAD_AUTHSIZE, 99] {
        fails(socket.setsockopt_raw(SOL_ALG, name, b"0123456789abcdef"), Errno::ENOPROTOOPT)?;
    }
    let socket = bound(bed, "hash", "sha1")?;
    fails(socket.setsockopt_raw(SOL_ALG, 99, b"0123456789abcdef"), Errno::ENOPROTOOPT)?;
    fails(socket.setsockopt_raw(SOL_ALG, ALG_SET_AEAD_AUTHSIZE, b"0123456789abcdef"), Errno::ENOPROTOOPT)?;
    fails(socket.setsockopt_raw(libc::SOL_UDP, 1, &[0; 4]), Errno::ENOPROTOOPT)?;
    fails(socket.getsockopt_raw(SOL_ALG, ALG_SET_KEY, &mut [0; 4]), Errno::EOPNOTSUPP)
}
