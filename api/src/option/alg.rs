//! Options of `AF_ALG`, on the socket that is bound: `alg_setsockopt`, Documentation/crypto/userspace-if.rst.
//!
//! `ALG_SET_AEAD_AUTHSIZE` has no value, its length is the value: [`setsockopt_null`](crate::Socket::setsockopt_null). What belongs to one
//! operation (`ALG_SET_OP`, `ALG_SET_IV`, `ALG_SET_AEAD_ASSOCLEN`) is a control message.

use super::{SockOpt, options};
use crate::c;

options! { ALG_NAMES;
    /// The key. `EINVAL` if the algorithm takes none of that length, `EBUSY` once a connection is accepted, `ENOTCONN` unless bound. Write
    /// only.
    SOL_ALG ALG_SET_KEY: Vec<u8>;
    /// The key, by its number in a keyring. Linux 6.2. Write only.
    SOL_ALG ALG_SET_KEY_BY_KEY_SERIAL: i32;
    /// Entropy of a random number generator, for tests of it. `EPERM` without CAP_SYS_ADMIN. Write only.
    SOL_ALG ALG_SET_DRBG_ENTROPY: Vec<u8>;
}
