//! Python's sendmsg_afalg: operation, initialisation vector and associated data by one call.

use std::io::IoSlice;

use wavetank_api::{AlgOp, Errno, MsgFlags, Result, Socket};

use super::alg::{ALG, ALG_SET_AEAD_AUTHSIZE, ALG_SET_KEY, SOL_ALG, bound, hex};
use crate::{
    bed::Bed,
    case::cases,
    check::{Outcome, fails, same},
};

cases! { alg::afalg, needs ALG:
    encrypts_and_decrypts once
        "sendmsg_afalg says the operation and the vector with the data"
        from "Python's sendmsg_afalg; RFC 3602 section 4, case 1";
    from_several_buffers once
        "The data are gathered from several buffers; more may follow with MSG_MORE"
        from "Python's sendmsg_afalg: as sendmsg; af_alg_sendmsg: ctx->more";
    associated_data once
        "It says how many bytes are associated data; the length of the tag is set by setsockopt without a value"
        from "Python's sendmsg_afalg, setsockopt(None, optlen); RFC 3610 section 8, packet vector 1";
    wrong_operation once
        "An operation that is none, and a vector of a wrong length: EINVAL"
        from "af_alg_cmsg_send; af_alg_sendmsg";
}

const KEY: &str = "06a9214036b8a15b512e03d534120006";
const IV: &str = "3dafba429d9eb430b422da802c9fac41";
const TEXT: &[u8; 16] = b"Single block msg";
const CIPHERED: &str = "e353779c1079aeb82708942dbe77181a";

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal");
    (0..hex.len()).step_by(2).map(digit).collect()
}

fn cbc<B: Bed>(bed: &B) -> Result<Socket<B::Host>> {
    let parent = bound(bed, "skcipher", "cbc(aes)")?;
    parent.setsockopt_raw(SOL_ALG, ALG_SET_KEY, &bytes(KEY))?;
    Ok(parent.accept()?.0)
}

fn encrypts_and_decrypts<B: Bed>(bed: &B) -> Outcome {
    let (cipher, iv) = (cbc(bed)?, bytes(IV));
    let sent = cipher.sendmsg_afalg(&[IoSlice::new(TEXT)], AlgOp::ENCRYPT.with_iv(&iv), MsgFlags::empty())?;
    same("sendmsg_afalg", sent, 16)?;
    same("encrypted", hex(&cipher.recv_vec(16)?), CIPHERED.to_owned())?;
    let ciphered = bytes(CIPHERED);
    cipher.sendmsg_afalg(&[IoSlice::new(&ciphered)], AlgOp::DECRYPT.with_iv(&iv), MsgFlags::empty())?;
    same("decrypted", cipher.recv_vec(16)?, TEXT.to_vec())
}

fn from_several_buffers<B: Bed>(bed: &B) -> Outcome {
    let (cipher, iv) = (cbc(bed)?, bytes(IV));
    let bufs = [IoSlice::new(&TEXT[..5]), IoSlice::new(&TEXT[5..9])];
    same("sent", cipher.sendmsg_afalg(&bufs, AlgOp::ENCRYPT.with_iv(&iv), MsgFlags::MORE)?, 9)?;
    same("sent", cipher.send(&TEXT[9..])?, 7)?;
    same("encrypted", hex(&cipher.recv_vec(16)?), CIPHERED.to_owned())
}

fn associated_data<B: Bed>(bed: &B) -> Outcome {
    let parent = bound(bed, "aead", "ccm(aes)")?;
    parent.setsockopt_raw(SOL_ALG, ALG_SET_KEY, &bytes("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"))?;
    parent.setsockopt_null(SOL_ALG, ALG_SET_AEAD_AUTHSIZE, 8)?;
    let (cipher, _) = parent.accept()?;
    let iv = bytes("0100000003020100a0a1a2a3a4a50000");
    let plain: Vec<_> = (0..0x1f).collect();
    let sealed = bytes("0001020304050607588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0");
    for (op, data, expected) in [(AlgOp::ENCRYPT, &plain, &sealed), (AlgOp::DECRYPT, &sealed, &plain)] {
        cipher.sendmsg_afalg(&[IoSlice::new(data)], op.with_iv(&iv).with_assoclen(8), MsgFlags::empty())?;
        same("the result", hex(&cipher.recv_vec(expected.len())?), hex(expected))?;
    }
    Ok(())
}

fn wrong_operation<B: Bed>(bed: &B) -> Outcome {
    let text = [IoSlice::new(TEXT)];
    let none = AlgOp { op: 7, ..AlgOp::ENCRYPT };
    fails(cbc(bed)?.sendmsg_afalg(&text, none, MsgFlags::empty()), Errno::EINVAL)?;
    let short = AlgOp::ENCRYPT.with_iv(&[0; 8]);
    fails(cbc(bed)?.sendmsg_afalg(&text, short, MsgFlags::empty()), Errno::EINVAL)
}
